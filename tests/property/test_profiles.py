"""Properties of profiles and costs: whatever is known, asked or stopped, limits only ever shut, and files never break."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indoor3d.errors import InvalidInput
from indoor3d.models.building import Building
from indoor3d.models.network import Network
from indoor3d.models.vocabulary import DoorKind
from indoor3d.routing.cost import Costs, costs, refusals
from indoor3d.routing.profile import PROFILES, Options, Profile, load_profiles
from indoor3d.routing.profile.files import shipped
from indoor3d.routing.profile.keys import KEYS
from tests.buildings import station, two_floors
from tests.unit.routing.test_cost import gates, gates_network, station_network, two_floors_network

MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TRISTATE = st.sampled_from([None, True, False])


def _maybe(low: float, high: float) -> st.SearchStrategy[float | None]:
    return st.none() | st.floats(low, high).map(lambda value: round(value, 3))


@st.composite
def buildings(draw: st.DrawFn) -> tuple[Network, Building]:
    """A small building of which some things are known and some are not."""
    network, building = draw(
        st.sampled_from(
            [
                (two_floors_network, two_floors),
                (station_network, station),
                (gates_network, gates),
            ]
        )
    )
    openings = tuple(
        replace(
            opening,
            kind=draw(st.none() | st.sampled_from(list(DoorKind))),
            automatic=draw(TRISTATE),
            intercom=draw(TRISTATE),
            threshold_m=draw(_maybe(0, 0.3)),
        )
        for opening in building().openings
    )
    connectors = tuple(
        replace(
            connector,
            car_width_m=draw(_maybe(0.6, 2)),
            car_depth_m=draw(_maybe(0.6, 2)),
            clear_width_m=draw(_maybe(0.6, 1.2)),
            needs_staff=draw(TRISTATE),
            accessible=draw(TRISTATE),
            max_slope=draw(_maybe(0, 0.2)),
            speed_mps=draw(_maybe(0.2, 2)),
        )
        for connector in building().connectors
    )
    return network(), replace(building(), openings=openings, connectors=connectors)


profiles = st.sampled_from(list(PROFILES)).map(lambda ident: PROFILES[ident])
options = st.builds(
    Options,
    averse_to_lifts=st.booleans(),
    averse_to_escalators=st.booleans(),
    averse_to_confined_spaces=st.booleans(),
    averse_to_crowds=st.booleans(),
    avoid_gates=st.booleans(),
    no_staff_help=st.booleans(),
    staff_lifts=st.booleans(),
    unknown=st.sampled_from(["strict", "warn", "ignore"]),
    pace=st.sampled_from(["mean", "p15"]),
    busy=st.booleans(),
    queue_cycles=st.floats(0, 3),
    width_m=st.none() | st.floats(0.2, 1.2),
    max_slope=st.none() | st.floats(0.01, 0.3),
    carry_up_to_steps=st.none() | st.integers(0, 30),
)


def _shut(found: Costs) -> np.ndarray[Any, Any]:
    return np.isinf(found.forward_s)


@MANY
@given(model=buildings(), profile=profiles, asked=options, emergency=st.booleans())
def test_a_cost_is_the_time_and_what_is_borne(
    model: tuple[Network, Building], profile: Profile, asked: Options, *, emergency: bool
) -> None:
    network, building = model
    found = costs(network, building, profile, options=asked, emergency=emergency)
    for seconds, cost in ((found.forward_s, found.forward_cost), (found.backward_s, found.backward_cost)):
        assert not np.isnan(cost).any()
        assert (seconds >= 0).all()
        np.testing.assert_array_equal(np.isinf(seconds), np.isinf(cost))
        assert (cost[np.isfinite(cost)] >= seconds[np.isfinite(cost)]).all()
        if emergency:
            np.testing.assert_array_equal(cost, seconds)
    code = refusals(network, building, profile, options=asked, emergency=emergency)
    np.testing.assert_array_equal(code > 0, _shut(found))
    np.testing.assert_array_equal(np.isinf(found.backward_s), (code > 0) | network.edge_oneway)


@MANY
@given(model=buildings(), profile=profiles, asked=options, emergency=st.booleans())
def test_the_policies_differ_by_what_nobody_has_said_and_by_nothing_else(
    model: tuple[Network, Building], profile: Profile, asked: Options, *, emergency: bool
) -> None:
    network, building = model
    strict, warn, ignore = (
        costs(network, building, profile, options=replace(asked, unknown=policy), emergency=emergency)
        for policy in ("strict", "warn", "ignore")
    )
    np.testing.assert_array_equal(_shut(warn), _shut(ignore))
    np.testing.assert_array_equal(warn.unknown, _shut(strict) & ~_shut(ignore))
    np.testing.assert_array_equal(strict.unknown, warn.unknown)
    assert not ignore.unknown.any()
    open_ = ~_shut(strict)
    np.testing.assert_array_equal(strict.forward_s[open_], ignore.forward_s[open_])
    assert (warn.forward_cost[~_shut(warn)] >= ignore.forward_cost[~_shut(warn)] - 1e-9).all()


@MANY
@given(model=buildings(), profile=profiles, asked=options, data=st.data())
def test_more_limits_never_open_a_way(
    model: tuple[Network, Building], profile: Profile, asked: Options, data: st.DataObject
) -> None:
    network, building = model
    base = costs(network, building, profile, options=asked)
    ids = [*network.elements, *(space.id for space in building.spaces)]
    stopped = data.draw(st.sets(st.sampled_from(network.elements)), label="stopped")
    factor = data.draw(st.dictionaries(st.sampled_from(ids), st.floats(1, 5)), label="factor")
    harder = [
        costs(network, building, profile, options=asked, stopped=stopped),
        costs(network, building, profile, options=replace(asked, no_staff_help=True)),
        costs(network, building, profile, options=replace(asked, width_m=1.3)),
        costs(network, building, profile, options=asked, factor=factor),
    ]
    for one in harder:
        assert (_shut(one) >= _shut(base)).all()
    slower = harder[-1]
    np.testing.assert_array_equal(_shut(slower), _shut(base))
    assert (slower.forward_s[~_shut(base)] >= base.forward_s[~_shut(base)] - 1e-9).all()
    late = costs(network, building, profile, options=replace(asked, pace="p15"))
    mean = costs(network, building, profile, options=replace(asked, pace="mean"))
    both = ~_shut(mean)
    assert (late.forward_s[both] >= mean.forward_s[both] - 1e-9).all()


_PATHS = [key.path for key in KEYS]
_VALUES = st.one_of(
    st.integers(-5, 500).map(str),
    st.floats(allow_nan=False, allow_infinity=False, width=16).map(repr),
    st.sampled_from(
        [
            '"never"',
            "true",
            "false",
            '"1/12"',
            '"stand"',
            "[]",
            "{}",
            "nan",
            "inf",
            '""',
            '{ value = 0.3, source = "x" }',
        ]
    ),
    st.builds(lambda a, b: f"{{ mean = {a}, p15 = {b} }}", st.floats(-1, 5).map(repr), st.floats(-1, 5).map(repr)),
)


@settings(max_examples=200, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(_PATHS), _VALUES, max_size=4), base=st.sampled_from(list(PROFILES)))
def test_a_file_is_taken_or_refused_with_its_key_and_never_breaks(changes: dict[str, str], base: str) -> None:
    head = "".join(f"{path} = {value}\n" for path, value in changes.items() if path not in {"id", "extends"})
    with TemporaryDirectory() as folder:
        (Path(folder) / "ours.toml").write_text(f'id = "ours"\nextends = "{base}"\n{head}', encoding="utf-8")
        found, error = _loaded(folder)
    if error is not None:
        key, tables = error.context["key"], {path.rpartition(".")[0] for path in changes}
        assert error.context["file"] == "ours.toml"
        assert key in changes or key.rpartition(".")[0] in {*changes, *tables}
        assert error.detail["ko"] != error.detail["en"]
    if found is not None:
        assert not np.isnan(costs(two_floors_network(), two_floors(), found).forward_cost).any()


def _loaded(folder: str) -> tuple[Profile | None, InvalidInput | None]:
    try:
        return load_profiles(folder)["ours"], None
    except InvalidInput as error:
        return None, error


@settings(max_examples=100, deadline=None)
@given(noise=st.binary(max_size=200))
def test_bytes_that_are_no_file_are_refused(noise: bytes) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "ours.toml").write_bytes(noise)
        _, error = _loaded(folder)
    assert error is not None
    assert error.context["file"] == "ours.toml"


def test_what_ships_is_where_the_loader_looks() -> None:
    assert sorted(path.stem for path in shipped("profiles").glob("*.toml")) == sorted(PROFILES)
