"""The guide to modelling a station works as it stands: its files are written and its commands run, in order."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools.station.keys import accept
from tools.station.located import Table, read_tables
from tools.station.tables import PLAN
from tools.station.venue_tables import VENUE

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "guides" / "station.md").read_text("utf-8")
BLOCKS = re.findall(r"```(toml|json|console)\n(.*?)```", GUIDE, re.DOTALL)
FILE = re.compile(r"# (my-station/[\w.]+)(, first line|, more)?\n")

pytestmark = [pytest.mark.xdist_group("docs"), pytest.mark.timeout(300)]

ENVIRONMENT = {**os.environ, "INDOOR3D_NOW": "2026-11-27T10:00:00+09:00"}


def _write(folder: Path, body: str) -> None:
    """Write, extend or change the file that the first line of a block names."""
    named = FILE.match(body)
    if named is None:
        return
    file, text = folder / named[1], body[named.end() :]
    file.parent.mkdir(exist_ok=True)
    if named[2] == ", first line":
        text = re.sub(r"^files = .*\n", text, file.read_text("utf-8"), count=1)
    elif named[2] == ", more":
        text = f"{file.read_text('utf-8')}\n{text}"
    file.write_text(text, encoding="utf-8")


def _run(folder: Path, block: str) -> None:
    """Run the commands of a block; the lines after one are what it says, and it fails if they name a file."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        line, *said = part.strip().splitlines()
        words = shlex.split(line)
        if words[:2] == ["indoor3d", "serve"]:
            continue
        program = {"indoor3d": str(Path(sys.executable).parent / "indoor3d"), "python": sys.executable}[words[0]]
        done = subprocess.run(
            [program, *words[1:]], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
        )
        assert (done.returncode != 0) == any(".toml:" in words for words in said), line + done.stderr + done.stdout
        assert all(words in done.stderr + done.stdout for words in said), done.stderr + done.stdout


def test_the_guide_makes_a_station(tmp_path: Path) -> None:
    for name in ("assets", "tools"):
        (tmp_path / name).symlink_to(ROOT / name)
    for language, body in BLOCKS:
        if language == "console":
            _run(tmp_path, body)
        else:
            _write(tmp_path, body)
    assert (tmp_path / "drawings" / "my-station-apart.png").is_file()
    assert (tmp_path / "drawings" / "my-station-B2.png").is_file()
    shutil.rmtree(tmp_path / "drawings")


@pytest.mark.parametrize("body", [body for language, body in BLOCKS if language == "toml"])
def test_a_table_of_the_guide_is_one_of_the_format(tmp_path: Path, body: str) -> None:
    if "districts.toml" in body:
        ours = tomllib.loads((ROOT / "assets/stations/districts.toml").read_text("utf-8"))
        assert tomllib.loads(body)["district"][0].keys() == ours["district"][0].keys()
        return
    (tmp_path / "a.toml").write_text(body, encoding="utf-8")
    kinds = VENUE if "venue.toml" in body else PLAN
    assert all(isinstance(accept(table, kinds), Table) for table in read_tables(tmp_path / "a.toml"))


def test_what_the_check_says_is_what_it_says() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "tools" / "station").glob("*.py"))
    listed = GUIDE.split("| it says |")[1].split("## ")[0]
    rows = [row.split("|")[1] for row in listed.splitlines() if row.startswith("| `")]
    assert len(rows) > 20
    missing = [piece for row in rows for piece in re.findall(r"`([^`]+)`", row) if piece not in sources]
    assert missing == []
