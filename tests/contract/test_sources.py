"""What every reader owes: a building that keeps its own rules, or a typed error; never a crash or a hang."""

import os
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Point

from indoor3d.errors import (
    EmptyModel,
    InvalidPosition,
    MalformedSource,
    SourceError,
    SourceNotFound,
    SourceTooLarge,
    UnsupportedFormat,
)
from indoor3d.models.building import Building
from indoor3d.models.issue import KINDS, Report
from indoor3d.sources.base import Limits, open_source, read

HEAD = b"ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('','',(''),(''),'','','');\nFILE_SCHEMA(('IFC4'));\nENDSEC;\nDATA;\n"
END = b"ENDSEC;\nEND-ISO-10303-21;\n"
MODELS = (
    "bim-whale/LargeBuilding.ifc",
    "bim-whale/TallBuilding.ifc",
    "georeference-ifc/Duplex_A_20110907_georeferenced.ifc",
    "ifc2indoorgml/231110AC-11-Smiley-West-04-07-2007.ifc",
    "web-ifc/AC20-FZK-Haus.ifc",
    "xbim/SampleHouse4.ifc",
)


@pytest.fixture(scope="module", params=MODELS)
def ingested(request: pytest.FixtureRequest, shared: Path) -> tuple[Building, Report]:
    return read(shared / "data/ifc" / request.param)


def test_elements_are_sorted_unique_and_known_to_one_another(ingested: tuple[Building, Report]) -> None:
    building, _ = ingested
    groups = (
        building.spaces,
        building.openings,
        building.connectors,
        building.exits,
        building.facilities,
        building.obstacles,
    )
    for group in groups:
        found = [element.id for element in group]
        assert found == sorted(set(found))
    levels = {level.id for level in building.levels}
    spaces = {space.id for space in building.spaces}
    openings = {opening.id for opening in building.openings}
    assert all(
        element.level in levels
        for group in (groups[0], groups[1], groups[3], groups[4], groups[5])
        for element in group
    )
    assert all(stop.level in levels for connector in building.connectors for stop in connector.stops)
    assert all(set(opening.spaces) <= spaces for opening in building.openings)
    assert all(found.opening in openings for found in building.exits)
    order = [(level.ordinal, level.elevation_m) for level in building.levels]
    assert order == sorted(order)
    assert 0 in {level.ordinal for level in building.levels}


def test_footprints_are_sound_and_openings_reach_into_their_spaces(ingested: tuple[Building, Report]) -> None:
    building, _ = ingested
    spaces = {space.id: space for space in building.spaces}
    groups: tuple[Iterable[Any], ...] = (building.spaces, building.openings, building.connectors, building.obstacles)
    for element in chain.from_iterable(groups):
        assert element.footprint.is_valid, element.id
        assert element.footprint.area > 0, element.id
    for opening in building.openings:
        assert opening.exterior <= (len(opening.spaces) == 1)
        for name in set(opening.spaces):
            overlap = opening.footprint.intersection(spaces[name].footprint)
            assert not overlap.buffer(-0.024).is_empty, (opening.id, name)  # at least 5 cm deep


def test_connectors_run_from_floor_to_floor(ingested: tuple[Building, Report]) -> None:
    building, _ = ingested
    for connector in building.connectors:
        heights = [stop.position[2] for stop in connector.stops]
        assert heights == sorted(heights)
        assert connector.path[0] == connector.stops[0].position
        assert connector.path[-1] == connector.stops[-1].position
        for stop in connector.stops:
            here = Point(stop.position[:2])
            assert any(
                s.walkable
                and s.level == stop.level
                and abs(s.floor_m - stop.position[2]) < 1e-6
                and s.footprint.covers(here)
                for s in building.spaces
            )


def test_the_picture_belongs_to_the_elements(ingested: tuple[Building, Report]) -> None:
    building, _ = ingested
    mesh = building.mesh
    features = {feature.id: feature for feature in mesh.features}
    assert len(features) == len(mesh.features)
    assert set(features) >= {space.id for space in building.spaces}
    assert (mesh.feature[1:] >= mesh.feature[:-1]).all()
    assert int(mesh.triangles.max()) < len(mesh.positions)
    assert len(mesh.feature) == len(mesh.triangles) == len(mesh.colour)
    assert {feature.level for feature in mesh.features} <= {level.id for level in building.levels}


def test_issues_are_of_known_kinds_and_speak_both_languages(ingested: tuple[Building, Report]) -> None:
    _, report = ingested
    for issue in report.issues:
        assert issue.code in KINDS
        assert issue.message("en")
        assert issue.message("ko")
        assert issue.hint("ko")


BAD: dict[str, tuple[bytes, type[SourceError]]] = {
    "empty": (b"", MalformedSource),
    "program": (b"MZ\x90\x00" + bytes(1000), UnsupportedFormat),
    "text": (b"hello", UnsupportedFormat),
    "only-a-head": (b"ISO-10303-21;\n", MalformedSource),
    "cut-off": (HEAD + b"#1=IFCPERSON($,$,$,$,$,$,$,$);\n#2=IFCPER", MalformedSource),
    "no-products": (HEAD + b"#1=IFCPERSON($,$,$,$,$,$,$,$);\n" + END, EmptyModel),
    "no-data": (HEAD + END, EmptyModel),
    "garbage": (HEAD + b"#1=IFCWALL((((((((;\n#2=;;;\x00\xff\n" + END, SourceError),
    "deep": (HEAD + b"#1=IFCWALL(" + b"(" * 100_000 + b")" * 100_000 + b");\n" + END, SourceError),
    "other-schema": (HEAD.replace(b"IFC4", b"AP203") + END, UnsupportedFormat),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_bytes_are_a_typed_error(name: str, tmp_path: Path) -> None:
    data, expected = BAD[name]
    path = tmp_path / "model.ifc"
    path.write_bytes(data)
    with pytest.raises(expected) as caught:
        read(path)
    assert caught.value.detail["ko"]


def test_a_placement_relative_to_itself(tmp_path: Path) -> None:
    path = tmp_path / "circle.ifc"
    body = b"#1=IFCLOCALPLACEMENT(#2,#9);\n#2=IFCLOCALPLACEMENT(#1,#9);\n#9=IFCAXIS2PLACEMENT3D(#8,$,$);\n#8=IFCCARTESIANPOINT((0.,0.,0.));\n"
    path.write_bytes(HEAD + body + END)
    with pytest.raises(MalformedSource, match="itself"):
        read(path)


def _missing(folder: Path) -> Path:
    return folder / "none.ifc"


def _folder(folder: Path) -> Path:
    return folder


def _nul(_: Path) -> Path:
    return Path("a\0b.ifc")


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.ifc")
    return folder / "pipe.ifc"


@pytest.mark.parametrize("make", [_missing, _folder, _nul, _pipe])
def test_what_is_no_file_is_not_found(make: Callable[[Path], Path], tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound):
        read(make(tmp_path))


def test_the_size_limit_holds_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.ifc"
    with path.open("wb") as stream:
        stream.truncate(2 * 1024**3 + 1)  # sparse
    with pytest.raises(SourceTooLarge) as caught:
        read(path)
    assert caught.value.context["limit_bytes"] == 2 * 1024**3
    with pytest.raises(SourceTooLarge):
        open_source(path, limits=Limits(source_bytes=10))


def test_the_name_does_not_matter(shared: Path, tmp_path: Path) -> None:
    data = (shared / "data/ifc/bim-whale/TallBuilding.ifc").read_bytes()
    for name, ident in (("대피도_ⓔ.txt", "venue-"), ("Tall Building (v2).IFC", "tall-building-v2")):
        path = tmp_path / name
        path.write_bytes(data.replace(b"'Level 1'", b"'\xb4\xeb\xc7\xcf'"))  # EUC-KR where UTF-8 should be
        building, _ = read(path, mesh=False)
        assert building.venue.id.startswith(ident)
        assert len(building.spaces) == 3


def test_a_place_that_is_none_is_refused(shared: Path) -> None:
    path = shared / "data/ifc/bim-whale/TallBuilding.ifc"
    for at in ((200.0, 0.0), (127.0,), (1.0, 2.0, 3.0, 4.0, 5.0)):
        with pytest.raises(InvalidPosition):
            read(path, at=at, mesh=False)
    building, _ = read(path, at=(127.0, 37.5, 20.0, 90.0), mesh=False)
    assert building.frame.to_lonlat([[0.0, 0.0, 0.0]])[0].tolist() == pytest.approx([127.0, 37.5, 20.0])
