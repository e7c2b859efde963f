"""Makes what the package carries but the repository does not: the built viewer, the models of the pilot venues, the data.

Hatchling calls :class:`BuildHook` for every wheel, sdist and editable install; ``python tools/build_hook.py`` does the
same by hand. Each part is made again only when what it is made from changed (a hash stamp).
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "indoor3d"


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(*folders: Path) -> list[Path]:
    skipped = {"node_modules", "__pycache__", "coverage", "test"}
    return [
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and not skipped & set(path.relative_to(folder).parts)
    ]


def _make(name: str, target: Path, sources: list[Path], recipe: Callable[[], None], *, stamp: str = ".stamp") -> None:
    """Run a recipe unless its stamp says that nothing changed."""
    mark = target / stamp
    wanted = _digest(sources)
    if mark.is_file() and mark.read_text() == wanted:
        return
    print(f"building the {name} …", file=sys.stderr, flush=True)  # noqa: T201 - a build talks to whoever waits
    recipe()
    mark.write_text(wanted)


def _run(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")


def viewer() -> None:
    """Build ``web/`` into ``indoor3d/_web/``."""
    web = ROOT / "web"

    def recipe() -> None:
        npm = shutil.which("npm")
        if npm is None:
            sys.exit("The viewer is built with npm: install Node.js 20 or newer, then try again.")
        _run(npm, "ci", "--no-audit", "--no-fund", cwd=web)
        _run(npm, "run", "build", cwd=web)

    _make("viewer", PACKAGE / "_web", _files(web), recipe)


def demo() -> None:
    """Make the IFC files of the pilot venues into ``indoor3d/_demo/``, and copy what says which of them are joined."""
    stations, target = ROOT / "assets" / "stations", PACKAGE / "_demo"
    plans = sorted(path.parent for path in stations.glob("*/plan.toml"))
    tool = [*_files(ROOT / "tools" / "station"), ROOT / "tools" / "make_station.py"]
    target.mkdir(exist_ok=True)
    wanted = {f"{plan.name}.ifc" for plan in plans}
    for old in target.glob("*.ifc"):
        if old.name not in wanted:
            old.unlink()

    def recipe(plan: Path) -> None:
        script = str(ROOT / "tools" / "make_station.py")
        _run(sys.executable, script, str(plan), "-o", str(target / f"{plan.name}.ifc"), cwd=ROOT)

    def make(plan: Path) -> None:
        _make(
            f"model of {plan.name}", target, [*_files(plan), *tool], lambda: recipe(plan), stamp=f".{plan.name}.stamp"
        )

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # each waits for a process of its own
        list(pool.map(make, plans))
    shutil.copyfile(stations / "districts.toml", target / "districts.toml")


def data() -> None:
    """Copy the movement profiles, fare rules, safety codes and worked scenarios into ``indoor3d/_data/``; what is no longer there goes."""
    for kind in ("profiles", "fares", "rules", "scenarios"):
        target = PACKAGE / "_data" / kind
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for path in sorted((ROOT / "assets" / kind).glob("*.toml")):
            shutil.copyfile(path, target / path.name)


def main() -> None:
    """Make all three; an sdist that carries them already, without their sources, is left as it is."""
    if (ROOT / "web" / "package.json").is_file():
        viewer()
    demo()
    data()


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand where hatchling is not installed
    pass
else:

    class BuildHook(BuildHookInterface[Any]):
        """The hook that hatchling finds in this file."""

        PLUGIN_NAME = "custom"

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
            """Run before anything is packed; ``INDOOR3D_SKIP_BUILD=1`` leaves all parts out."""
            if os.environ.get("INDOOR3D_SKIP_BUILD") != "1":
                main()


if __name__ == "__main__":
    main()
