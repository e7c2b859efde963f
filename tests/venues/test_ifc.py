"""The IFC files of the pilot venues: valid, the same bytes every time, and read alike by readers that share no code."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import ifcopenshell
import ifcopenshell.validate
import pytest

from tests.venues.made import STATIONS, VENUES, model_of, plan_of, text_of
from tests.web_tools import ask_node
from tools.station.ifc import write_ifc

IFC: Any = ifcopenshell  # its functions carry no types
ROOT = Path(__file__).parents[2]
COUNT = Path(__file__).with_name("count_web_ifc.mjs")
GROUPED = [pytest.param(venue, marks=pytest.mark.xdist_group(venue)) for venue in VENUES]


def products(model: Any) -> Counter[str]:
    return Counter(part.is_a() for part in model.by_type("IfcProduct"))


def products_in_web_ifc(path: Path) -> dict[str, int]:
    (found,) = ask_node(COUNT, [path], package="web-ifc").values()
    assert found["schema"] == "IFC4"
    counts: dict[str, int] = found["products"]
    return counts


@pytest.mark.parametrize("venue", GROUPED)
def test_the_file_is_valid_ifc4(venue: str) -> None:
    model = model_of(venue)
    assert model.schema == "IFC4"
    logger = IFC.validate.json_logger()
    IFC.validate.validate(model, logger, express_rules=False)
    assert logger.statements == []


@pytest.mark.xdist_group("sema-seosomun")
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # ifcopenshell.express.rule_executor
def test_the_smallest_file_keeps_the_rules_written_in_the_schema() -> None:
    """WHERE and UNIQUE rules take 4 s here and 30 s for a large station: all six keep them (measured, not run here)."""
    logger = IFC.validate.json_logger()
    IFC.validate.validate(model_of("sema-seosomun"), logger, express_rules=True)
    assert logger.statements == []


@pytest.mark.parametrize("venue", GROUPED)
def test_same_plan_same_bytes(venue: str) -> None:
    assert write_ifc(plan_of.__wrapped__(venue)) == text_of(venue)


@pytest.mark.xdist_group("sema-seosomun")
@pytest.mark.parametrize("seed", ["1", "4294967295"])
def test_same_bytes_in_another_process_with_other_hashes(seed: str, tmp_path: Path) -> None:
    """The order of sets of strings follows the hash seed; nothing in the file may."""
    target = tmp_path / "again.ifc"
    subprocess.run(
        [sys.executable, "tools/make_station.py", str(STATIONS / "sema-seosomun"), "-o", str(target)],
        check=True, capture_output=True, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, timeout=120,
    )  # fmt: skip
    assert target.read_text(encoding="utf-8") == text_of("sema-seosomun")


def test_no_global_id_is_in_two_places() -> None:
    """Over all venues together: a city has them all in one index, and a district in one building."""
    ids = Counter(root.GlobalId for venue in VENUES for root in model_of(venue).by_type("IfcRoot"))
    assert len(ids) > 10_000
    assert [ident for ident, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("venue", GROUPED)
def test_web_ifc_counts_the_same_products(venue: str, tmp_path: Path) -> None:
    path = tmp_path / f"{venue}.ifc"
    path.write_text(text_of(venue), encoding="utf-8")
    assert products_in_web_ifc(path) == products(model_of(venue))


@pytest.mark.xdist_group("sema-seosomun")
def test_web_ifc_would_miss_a_single_wall(tmp_path: Path) -> None:
    """What makes the comparison worth something: it counts lines of the file, and sees when one is gone."""
    lines = text_of("sema-seosomun").splitlines(keepends=True)
    wall = next(number for number, line in enumerate(lines) if "=IFCWALL(" in line.replace(" ", ""))
    path = tmp_path / "less.ifc"
    path.write_text("".join([*lines[:wall], *lines[wall + 1 :]]), encoding="utf-8")
    expected = products(model_of("sema-seosomun"))
    assert expected - Counter(products_in_web_ifc(path)) == {"IfcWall": 1}
