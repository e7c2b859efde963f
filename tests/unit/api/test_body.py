import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indoor3d.api.body import parse, read
from indoor3d.api.errors import Refused
from indoor3d.api.schemas import RefWaypoint, RouteRequest, SiteWaypoint

FINITE = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | FINITE | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), PLAIN, max_size=5), st.sampled_from([True, False]))
def test_sound_objects_are_read_as_they_are(value: dict[str, Any], escaped: Any) -> None:
    assert parse(json.dumps(value, ensure_ascii=escaped).encode()) == value


@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,\\u0eE+-.d8ntf ', max_size=60).map(str.encode))
def test_anything_else_is_refused_in_one_way(data: bytes) -> None:
    refused = ""
    try:
        parse(data)
    except Refused as error:
        refused = error.code
    assert refused in {"", "invalid-body"}


def test_depth() -> None:
    assert parse(b'{"a":' + b"[" * 31 + b"]" * 31 + b"}")
    with pytest.raises(Refused, match="deeper"):
        parse(b'{"a":' + b"[" * 32 + b"]" * 32 + b"}")


def test_brackets_in_strings_have_no_depth() -> None:
    assert parse(b'{"a":"' + b"[" * 100 + b'\\"{"}') == {"a": "[" * 100 + '"{'}


def test_waypoints_are_told_apart_by_their_members() -> None:
    body = {"venue": "v", "waypoints": [{"ref": "a"}, {"x": 1, "y": 2, "level": 1.0}]}
    request = read(json.dumps(body).encode(), RouteRequest)
    assert request.waypoints == [RefWaypoint(ref="a"), SiteWaypoint(x=1, y=2, level=1)]
    assert isinstance(request.waypoints[1].level, int)  # type: ignore[union-attr]


def test_every_flaw_has_its_pointer() -> None:
    body = {
        "venue": "v",
        "waypoints": [{"lon": 1, "lat": 91}, {"x": True, "y": 2, "level": False, "a/b": 1}],
        "mode": "fly",
    }
    with pytest.raises(Refused) as caught:
        read(json.dumps(body).encode(), RouteRequest)
    places = {flaw.pointer for flaw in caught.value.flaws}
    assert places == {"/waypoints/0/lat", "/waypoints/1/x", "/waypoints/1/level", "/waypoints/1/a~1b", "/mode"}
