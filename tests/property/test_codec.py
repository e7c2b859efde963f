"""read ∘ write = same, for any building, network and report; and bytes that are not ours never get through."""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from shapely import MultiPolygon, Point, Polygon, box

from indoor3d.errors import CorruptBlob, InvalidInput
from indoor3d.models import vocabulary as words
from indoor3d.models.building import (
    Building,
    Connector,
    Exit,
    Facility,
    Fact,
    Level,
    Line,
    Obstacle,
    Opening,
    Refuge,
    Source,
    Space,
    Stop,
    Text,
    Transfer,
    Venue,
)
from indoor3d.models.frame import FrameOrigin, SiteFrame
from indoor3d.models.issue import KINDS, Issue, Report
from indoor3d.models.network import Networks, Surface
from indoor3d.store.codec import decode, encode
from tests.contract.stores import building, fields, network, release

FLOATS = st.floats(allow_nan=False)
FINITE = st.floats(-1e6, 1e6)
TEXTS = st.text(max_size=8)
NAMES = st.builds(Text, default=TEXTS, ko=TEXTS, en=TEXTS)
POSITIONS = st.tuples(FLOATS, FLOATS, FLOATS)
WIDTHS = st.none() | FLOATS
MAYBE = st.none() | st.booleans()


@st.composite
def polygons(draw: st.DrawFn) -> Polygon:
    x, y = draw(FINITE), draw(FINITE)
    outer = box(x, y, x + draw(st.floats(3, 9)), y + draw(st.floats(3, 9)))
    return Polygon(outer.exterior, [box(x + 1, y + 1, x + 2, y + 2).exterior]) if draw(st.booleans()) else outer


FOOTPRINTS = st.one_of(polygons(), st.lists(polygons(), max_size=3).map(MultiPolygon), st.just(Polygon()))
FRAMES = st.builds(
    SiteFrame,
    crs=st.sampled_from(["EPSG:5186", "EPSG:32652", "+proj=tmerc +lat_0=37.5 +lon_0=127 +k=1 +ellps=WGS84 +units=m +no_defs"]),
    easting_m=FINITE, northing_m=FINITE, height_m=FINITE, rotation_deg=FINITE, scale=st.floats(0.5, 2),
    origin=st.sampled_from(FrameOrigin),
)  # fmt: skip


def some(*args: Any, **fields: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.builds(*args, **fields), max_size=3).map(tuple)


BUILDINGS = st.builds(
    Building,
    venue=st.builds(
        Venue, id=TEXTS, name=NAMES, category=TEXTS, address=NAMES, licence=TEXTS, attribution=NAMES, schematic=st.booleans(),
        text=NAMES, notice=NAMES, view_bearing_deg=WIDTHS,
        sources=some(Source, id=TEXTS, title=TEXTS, licence=TEXTS),
        facts=some(Fact, key=TEXTS, value=TEXTS, unit=TEXTS, source=TEXTS, certainty=TEXTS, note=TEXTS),
        lines=some(Line, id=TEXTS, name=NAMES, short_name=TEXTS, colour=TEXTS, spaces=st.lists(TEXTS, max_size=2).map(tuple)),
        transfers=some(Transfer, id=TEXTS, name=NAMES, origin=TEXTS, destination=TEXTS, official_s=FLOATS, source=TEXTS),
        members=st.lists(TEXTS, max_size=2).map(tuple),
    ),
    frame=FRAMES,
    levels=some(Level, id=TEXTS, ordinal=st.integers(-9, 99), elevation_m=FLOATS, name=NAMES, short_name=TEXTS),
    spaces=some(
        Space, id=TEXTS, level=TEXTS, footprint=FOOTPRINTS, floor_m=FLOATS, ceiling_m=FLOATS, name=NAMES,
        category=st.sampled_from(words.SpaceCategory), access=st.sampled_from(words.Access), walkable=st.booleans(),
        text=NAMES, hours=TEXTS, tactile=MAYBE,
    ),
    openings=some(
        Opening, id=TEXTS, level=TEXTS, footprint=polygons(), floor_m=FLOATS, spaces=st.lists(TEXTS, max_size=2).map(tuple),
        category=st.sampled_from(words.OpeningCategory), exterior=st.booleans(), clear_width_m=WIDTHS, clear_height_m=WIDTHS, name=NAMES,
        number=TEXTS, kind=st.none() | st.sampled_from(words.DoorKind), automatic=MAYBE, threshold_m=WIDTHS, intercom=MAYBE,
        gap_m=WIDTHS, gap_step_m=WIDTHS, hours=TEXTS,
    ),
    connectors=some(
        Connector, id=TEXTS, category=st.sampled_from(words.ConnectorCategory), stops=some(Stop, level=TEXTS, position=POSITIONS),
        path=st.lists(POSITIONS, max_size=3).map(tuple), footprint=FOOTPRINTS, direction=st.sampled_from(words.Direction),
        clear_width_m=WIDTHS, step_count=st.none() | st.integers(0, 999), name=NAMES, car_width_m=WIDTHS,
        car_depth_m=WIDTHS, through=MAYBE, speed_mps=WIDTHS, needs_staff=MAYBE, handrail=MAYBE, tactile=MAYBE, accessible=MAYBE,
        max_slope=WIDTHS, sign=NAMES, hours=TEXTS,
    ),
    exits=some(
        Exit, id=TEXTS, opening=TEXTS, level=TEXTS, position=POSITIONS, number=TEXTS, name=NAMES, certain=st.booleans(),
        outside=st.booleans(), adjoins=TEXTS, everyday=st.booleans(), hours=TEXTS,
    ),
    facilities=some(
        Facility, id=TEXTS, category=st.sampled_from(words.FacilityCategory), level=TEXTS, position=POSITIONS, name=NAMES,
        space=TEXTS, accessible=st.none() | st.booleans(), text=NAMES, hours=TEXTS,
    ),
    refuges=some(Refuge, id=TEXTS, space=TEXTS, capacity=st.none() | st.integers(0, 999)),
    obstacles=some(Obstacle, id=TEXTS, level=TEXTS, footprint=FOOTPRINTS, floor_m=FLOATS),
)  # fmt: skip


def columns(dtype: Any, *width: int) -> st.SearchStrategy[Any]:
    return st.integers(0, 5).flatmap(lambda count: hnp.arrays(dtype, (count, *width)))


WAYS = st.dictionaries(
    TEXTS, st.one_of(*(columns(dtype, *width) for dtype in ("f8", "i8", "i4", "u4", "?", "u1") for width in ((), (2,))))
)
NETWORKS = st.builds(
    Networks,
    radius_m=FLOATS,
    surfaces=some(
        Surface, level=TEXTS, floor_m=FLOATS, free=st.lists(polygons(), max_size=2).map(MultiPolygon), ways=WAYS
    ),
    elements=st.lists(TEXTS, max_size=3).map(tuple),
    node_position=columns(np.float64, 3), node_surface=columns(np.int32), edge_from=columns(np.int32), edge_to=columns(np.int32),
    edge_mode=columns(np.uint8), edge_length_m=columns(np.float64), edge_climb_m=columns(np.float64), edge_step_m=columns(np.float64),
    edge_clear_width_m=columns(np.float64), edge_oneway=columns(np.bool_), edge_element_start=columns(np.int32),
    edge_element=columns(np.int32), path_start=columns(np.int32), path=columns(np.float64, 3),
    exit_id=st.lists(TEXTS, max_size=3).map(tuple), exit_node=columns(np.int32),
)  # fmt: skip

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple) | st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=8,
)
VALUES = st.dictionaries(TEXTS, PLAIN, max_size=4)
REPORTS = st.builds(
    Report,
    issues=some(
        Issue,
        code=st.sampled_from(sorted(KINDS)),
        element=TEXTS,
        level=TEXTS,
        position=st.none() | POSITIONS,
        values=VALUES,
    ),
    facts=VALUES,
)


def _same_bits(one: Any, other: Any) -> bool:
    """Equal with NaN equal to itself, and of the same types."""
    a, b = fields(one), fields(other)
    return a.keys() == b.keys() and all(repr(a[k]) == repr(b[k]) for k in a)


@given(BUILDINGS)
def test_buildings_come_back(value: Building) -> None:
    data = encode(value)
    back = decode(data, Building)
    assert fields(back) == fields(value)
    assert encode(back) == data


@given(NETWORKS)
def test_networks_come_back(value: Networks) -> None:
    data = encode(value)
    back = decode(data, Networks)
    assert _same_bits(back, value)
    for one, other in zip(back.surfaces, value.surfaces, strict=True):
        assert {name: (str(c.dtype), c.shape) for name, c in one.ways.items()} == {
            name: (str(c.dtype), c.shape) for name, c in other.ways.items()
        }
        assert all(column.tobytes() == other.ways[name].tobytes() for name, column in one.ways.items())
    assert encode(back) == data


def test_the_order_of_ways_makes_no_difference() -> None:
    ways = {"b": np.arange(3), "a": np.zeros((2, 2))}
    one, other = (
        replace(network(), surfaces=(replace(network().surfaces[0], ways=given),))
        for given in (ways, dict(reversed(ways.items())))
    )
    assert encode(one) == encode(other)


def test_a_network_stored_without_ways_is_read() -> None:
    data = encode(network())
    assert b'"ways":{}' in data
    end = 16 + int.from_bytes(data[12:16], "little")
    header, body = data[16:end].replace(b',"ways":{}', b""), data[end + -end % 8 :]
    start = data[:12] + len(header).to_bytes(4, "little") + header
    back = decode(start + bytes(-len(start) % 8) + body, Networks)
    assert dict(back.surfaces[0].ways) == {}
    assert _same_bits(back, network())


@pytest.mark.parametrize(
    "column", [np.array(["a"], object), np.zeros(2, np.float32), np.zeros(2, np.complex128)], ids=str
)
def test_a_column_of_another_type_is_not_stored(column: Any) -> None:
    strange = replace(network().surfaces[0], ways={"column": column})
    with pytest.raises(InvalidInput):
        encode(replace(network(), surfaces=(strange,)))


@given(REPORTS)
def test_reports_come_back(value: Report) -> None:
    data = encode(value)
    back = decode(data, Report)
    assert back == value
    assert encode(back) == data


@given(BUILDINGS)
def test_parts_come_back(value: Building) -> None:
    for part in (value.venue, *value.spaces, *value.facilities):
        assert decode(encode(part), type(part)) == part


def test_what_was_written_before_a_field_was_thought_of_is_still_read() -> None:
    """Stores outlive releases: a value without the fields of today comes back with what they are when nobody says."""
    new = {
        "venue": {"text", "notice", "view_bearing_deg", "sources", "facts", "lines", "transfers", "members"},
        "spaces": {"text", "hours", "tactile"},
        "openings": {"number", "kind", "automatic", "threshold_m", "intercom", "gap_m", "gap_step_m", "hours"},
        "connectors": {"car_width_m", "car_depth_m", "through", "speed_mps", "needs_staff", "handrail"}
        | {"tactile", "accessible", "max_slope", "sign", "hours"},
        "facilities": {"text", "hours"},
        "exits": {"adjoins", "everyday", "hours"},
    }
    value = building()
    data = encode(value)
    length = int.from_bytes(data[12:16], "little")
    header, rest = orjson.loads(data[16 : 16 + length]), data[16 + length :].lstrip(b"\0")
    for group, names in new.items():
        rows = header["value"][group]
        for row in rows if isinstance(rows, list) else [rows]:
            for name in names:
                del row[name]
    text = orjson.dumps(header, option=orjson.OPT_SORT_KEYS)
    start = b"indoor3d" + (1).to_bytes(4, "little") + len(text).to_bytes(4, "little") + text
    back = decode(start + bytes(-len(start) % 8) + rest, Building)
    assert fields(back) == fields(value)


def test_messages_of_a_report_read_the_same_after() -> None:
    issue = Issue(code="opening.assumed-open", values={"spaces": ("a", "b")})
    back = decode(encode(Report.of([issue])), Report)
    assert back.issues[0].message("ko") == issue.message("ko")


def test_order_of_mappings_does_not_matter() -> None:
    assert encode(Report(facts={"a": 1, "b": 2})) == encode(Report(facts={"b": 2, "a": 1}))


def test_equal_values_of_other_types_give_equal_bytes() -> None:
    hall = building().spaces[1]
    plain = replace(hall, floor_m=0.0, ceiling_m=3.0)
    assert encode(plain) == encode(replace(hall, floor_m=0, ceiling_m=np.float64(3), walkable=bool(np.True_)))
    net = network()
    wide = replace(net, edge_from=net.edge_from.astype(np.int64), node_position=np.asfortranarray(net.node_position))
    assert encode(wide) == encode(net)
    big_endian = replace(net, edge_length_m=net.edge_length_m.astype(">f8"))
    assert encode(big_endian) == encode(net)


def test_floats_that_are_not_finite_are_kept() -> None:
    level = replace(building().levels[0], elevation_m=math.inf)
    assert decode(encode(level), Level).elevation_m == math.inf
    facts = decode(encode(Report(facts={"x": [math.nan, -math.inf, np.float32(0.5), np.int64(7)]})), Report).facts
    assert math.isnan(facts["x"][0])
    assert facts["x"][1:] == [-math.inf, 0.5, 7]


def test_the_layout_is_the_documented_one() -> None:
    space = Space(id="a", level="g", footprint=box(0, 0, 1, 1), floor_m=0, ceiling_m=3)
    data = encode(space)
    assert data[:8] == b"indoor3d"
    assert data[8:12] == (1).to_bytes(4, "little")
    length = int.from_bytes(data[12:16], "little")
    header = orjson.loads(data[16 : 16 + length])
    assert header["kind"] == "Space"
    assert header["columns"] == [["<u4", [1]], ["|u1", [93]]]
    assert header["geometries"] == 1
    assert data.endswith(space.footprint.wkb)


@pytest.mark.parametrize(
    "break_it",
    [
        lambda s: replace(s, id=7),
        lambda s: replace(s, id=None),
        lambda s: replace(s, id="\ud800"),
        lambda s: replace(s, floor_m="0"),
        lambda s: replace(s, floor_m=None),
        lambda s: replace(s, floor_m=True),
        lambda s: replace(s, walkable=1),
        lambda s: replace(s, category="ballroom"),
        lambda s: replace(s, footprint=Point(0, 0)),
        lambda s: replace(s, footprint=None),
        lambda s: replace(s, name="hall"),
    ],
)
def test_a_value_that_breaks_its_type_is_refused(break_it: Callable[[Space], Space]) -> None:
    with pytest.raises(InvalidInput):
        encode(break_it(building().spaces[1]))


@pytest.mark.parametrize("bad", [object(), {1, 2}, b"x", 2**70, {1: 2}, "\ud800", Point(0, 0)])
def test_a_fact_that_is_not_plain_is_refused(bad: object) -> None:
    with pytest.raises(InvalidInput):
        encode(Report(facts={"x": bad}))


def test_a_fact_without_end_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(InvalidInput):
        encode(Report(facts={"x": endless}))


@pytest.mark.parametrize("column", [np.array([0, 2**40]), np.array([0.5, 1.0]), np.array(["a", "b"])])
def test_a_column_that_would_lose_something_is_refused(column: Any) -> None:
    with pytest.raises(InvalidInput):
        encode(replace(network(), edge_from=column))


# ── bytes that are not ours ──────────────────────────────────────────────────────────────────────────────────────────

WHOLE: tuple[tuple[type, bytes], ...] = (
    (Building, encode(building())),
    (Networks, encode(network())),
    (Report, encode(release().report)),
    (Space, encode(building().spaces[0])),
)


def _decodes_or_is_corrupt(data: bytes, kind: type) -> None:
    with suppress(CorruptBlob):
        assert type(decode(data, kind)) is kind


@given(st.binary(max_size=300), st.sampled_from(WHOLE))
@example(b"indoor3d\x01\0\0\0\xff\xff\xff\xff", WHOLE[0])
def test_noise_is_corrupt(data: bytes, whole: tuple[type, bytes]) -> None:
    with pytest.raises(CorruptBlob):
        decode(data, whole[0])


@given(st.data(), st.sampled_from(WHOLE))
def test_a_cut_is_corrupt(data: st.DataObject, whole: tuple[type, bytes]) -> None:
    kind, content = whole
    cut = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(CorruptBlob):
        decode(content[:cut], kind)
    with pytest.raises(CorruptBlob):
        decode(content + b"\0", kind)


@given(st.data(), st.sampled_from(WHOLE))
def test_a_changed_byte_never_crashes(data: st.DataObject, whole: tuple[type, bytes]) -> None:
    kind, content = whole
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    _decodes_or_is_corrupt(bytes(changed), kind)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**62) | st.sampled_from(["Space", "<f8", "|u1", "O", "nan"]) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["columns", "kind", "value", "geometries", "id"]), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


@given(columns=JSON, geometries=JSON, value=JSON, tail=st.binary(max_size=64))
@example(columns=[["<f8", [2**62, 2**62]]], geometries=0, value={}, tail=b"")
@example(columns=[["<f8", [0, 2**62, 2**62]]], geometries=0, value={}, tail=b"")
@example(columns=[["O", [1]]], geometries=0, value={}, tail=b"\0" * 64)
@example(columns=[["<u4", [1]], ["|u1", [0]]], geometries=2**40, value={}, tail=b"\0" * 8)
def test_a_strange_header_never_crashes(columns: Any, geometries: Any, value: Any, tail: bytes) -> None:
    header = orjson.dumps({"columns": columns, "geometries": geometries, "kind": "Space", "value": value})
    data = b"indoor3d" + (1).to_bytes(4, "little") + len(header).to_bytes(4, "little") + header
    with pytest.raises(CorruptBlob):
        decode(data + bytes(-len(data) % 8) + tail, Space)


def test_another_kind_is_corrupt() -> None:
    with pytest.raises(CorruptBlob):
        decode(encode(release().report), Building)


@pytest.mark.parametrize("depth", [1010, 100_000])
def test_endless_nesting_is_corrupt(depth: int) -> None:
    nested = b'["list",' * depth + b"1" + b"]" * depth
    header = b'{"columns":[],"geometries":0,"kind":"Report","value":{"facts":{"x":' + nested + b'},"issues":[]}}'
    with pytest.raises(CorruptBlob):
        decode(b"indoor3d" + (1).to_bytes(4, "little") + len(header).to_bytes(4, "little") + header, Report)
