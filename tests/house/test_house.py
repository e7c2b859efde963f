"""The house rules that a program can hold."""

import ast
import gzip
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import indoor3d
from indoor3d import errors
from indoor3d.models import vocabulary

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "indoor3d"
MODULES = sorted(PACKAGE.rglob("*.py"))


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_one_room(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert len(lines) <= 600, "which two rooms are they really?"
    long = [f.name for f in _functions(ast.parse(path.read_text())) if (f.end_lineno or 0) - f.lineno > 90]
    assert not long, "functions that do more than one thing"


def test_public_names_are_sorted_and_complete() -> None:
    assert indoor3d.__all__ == sorted(indoor3d.__all__)
    assert set(indoor3d._HOMES) == set(indoor3d.__all__)
    for name in indoor3d.__all__:
        assert getattr(indoor3d, name) is not None
    assert set(indoor3d.__all__) <= set(dir(indoor3d))
    with pytest.raises(AttributeError):
        _ = indoor3d.nothing_of_this_name


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, indoor3d, indoor3d.cli; sys.exit(bool({'shapely', 'scipy', 'fastapi', 'ifcopenshell', 'rich'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _error_classes() -> list[type[errors.Indoor3dError]]:
    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.Indoor3dError)]
    return [c for c in classes if c is not errors.Indoor3dError]


def test_every_error_has_its_own_code_and_both_languages() -> None:
    codes = [c.code for c in _error_classes()]
    assert len(codes) == len(set(codes))
    for cls in _error_classes():
        assert cls.title["ko"]
        assert cls.title["en"]
        assert bool(cls.hint["ko"]) == bool(cls.hint["en"])
        assert cls.__name__ in (errors.__doc__ or ""), f"{cls.__name__} is not drawn in the tree"


def test_every_term_people_see_has_both_languages() -> None:
    for name in (
        "SpaceCategory",
        "Access",
        "OpeningCategory",
        "ConnectorCategory",
        "Direction",
        "FacilityCategory",
        "Mode",
        "MeshCategory",
    ):
        for term in getattr(vocabulary, name):
            korean, english = vocabulary.LABELS[term]
            assert korean
            assert english


def test_every_module_says_what_it_is() -> None:
    for info in pkgutil.walk_packages(indoor3d.__path__, "indoor3d."):
        if info.name != "indoor3d.__main__" and not info.ispkg:
            module = importlib.import_module(info.name)
            assert (module.__doc__ or "").strip(), info.name


def test_nothing_names_a_machine_a_registry_or_unfinished_work() -> None:
    files = _tracked(
        "indoor3d", "web", "tools", "docs", "assets", "*.md", "*.toml", "requirements.lock", "Makefile", ".ci"
    )
    host = re.compile(r'"resolved":\s*"https?:|https?://[^ "\']+/(packages/[0-9a-f]{2}/|simple/?[" ])|--index-url http')
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    for path in files:
        if path.suffix in {".png", ".jpg", ".ico"} or not path.exists():
            continue
        text = path.read_text()
        assert not host.search(text), path
        assert f"{ROOT}/" not in text, path
        if path.suffix in {".py", ".ts"}:
            assert not unfinished.search(text), path


def test_no_tracked_file_is_large() -> None:
    assert [p for p in _tracked() if p.exists() and p.stat().st_size > 1_000_000] == []


def test_the_lock_file_pins_every_dependency_with_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pinned = set(re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE))
    wanted = {
        re.split(r"[\[<>=;]", line.strip().strip('",'))[0].lower()
        for line in re.findall(r'^  ".*>=.*"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    }
    assert wanted <= pinned
    assert lock.count("--hash=sha256:") > len(pinned)


def test_layers_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_viewer_is_light() -> None:
    scripts = sorted((PACKAGE / "_web" / "assets").glob("*.js"))
    if not scripts:
        pytest.skip("the viewer is not built: python tools/build_hook.py")
    assert sum(len(gzip.compress(script.read_bytes(), 9)) for script in scripts) <= 300_000
