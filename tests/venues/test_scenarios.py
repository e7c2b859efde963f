"""The worked scenarios of the pilot venues, held against the venues themselves."""

from pathlib import Path

import pytest

from indoor3d.models.demand import load
from indoor3d.models.scenario_check import check
from indoor3d.models.scenario_form import read_text, to_json, to_toml
from indoor3d.models.vocabulary import SpaceCategory
from indoor3d.routing.profile import load_profiles
from tests.venues.made import VENUES, made

FOLDER = Path(__file__).parents[2] / "assets" / "scenarios"


def test_every_pilot_venue_has_one() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.toml")) == VENUES


@pytest.mark.parametrize("venue", VENUES)
def test_it_fits_its_venue(venue: str) -> None:
    scenario = read_text((FOLDER / f"{venue}.toml").read_bytes())
    assert read_text(to_toml(scenario)) == scenario == read_text(to_json(scenario))
    assert scenario.name.ko
    assert scenario.name.en
    building = made(venue).building
    settled = check(building, scenario, profiles=load_profiles())
    result = load(building, scenario)
    assert load(building, settled) == result
    assert result.total > 1000
    assert {space: sum(mix.values()) for space, mix in result.mobility.items()} == dict(result.persons)
    assert sum(mix.get("wheelchair_manual", 0) for mix in result.mobility.values()) >= result.total * 0.01 - 1
    assert {building.by_id[ident].id for ident in result.persons} <= {
        space.id for space in building.spaces if space.walkable
    }
    platforms = {space.id for space in building.spaces if space.category is SpaceCategory.PLATFORM}
    assert set(result.platforms) == platforms, "every platform of a station has tracks"
    for space, rows in result.lines.items():
        assert all(row.source or row.basis == "surveyed" for row in rows), space
        assert all(row.value is not None for row in rows)
