"""E4 of the verification suite: ways out while doors close, against all that could be done on a network in steps of time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indoor3d.routing.evacuation._earliest_kernels import earliest
from indoor3d.routing.evacuation.earliest import TimedEscape, escape_in_time
from indoor3d.routing.path import arcs, tree
from indoor3d.routing.place import find_place
from tests.venues.made import VENUES, made

STEPS = 60


def by_brute_force(links: list[tuple[int, int, int, int, int]], start: int, exits: dict[int, float]) -> float | None:
    """Everywhere one can be at every second; links are (tail, head, seconds, opens, closes)."""
    here = [{start}] + [set() for _ in range(STEPS)]
    for now in range(STEPS):
        for node in here[now]:
            if now <= exits.get(node, -1):
                return float(now)
            here[now + 1].add(node)
            for tail, head, seconds, opens, closes in links:
                then = now + seconds
                if tail == node and now >= opens and then <= closes and then < STEPS:
                    here[max(then, now)].add(head)
    return None


@st.composite
def networks(draw: st.DrawFn) -> tuple[int, list[tuple[int, int, int, int, int]], dict[int, float]]:
    nodes = draw(st.integers(2, 7))
    node, moment = st.integers(0, nodes - 1), st.integers(0, 25)
    link = st.tuples(node, node, st.integers(1, 6), st.one_of(st.just(0), moment), st.one_of(st.just(STEPS), moment))
    links = draw(st.lists(link, max_size=18))
    exits = draw(st.dictionaries(node, st.one_of(st.just(float(STEPS)), moment.map(float)), min_size=1, max_size=2))
    return nodes, links, exits


@settings(deadline=None, max_examples=400)
@given(networks())
def test_e4_the_earliest_arrival_is_that_of_brute_force(
    network: tuple[int, list[tuple[int, int, int, int, int]], dict[int, float]],
) -> None:
    nodes, links, exits = network
    columns = np.array(links, float).reshape(-1, 5)
    graph = arcs(nodes, columns[:, 0], columns[:, 1], weight=columns[:, 2], label=np.arange(len(links)))
    order = graph.rows.label
    until = np.full(nodes, -np.inf)
    until[list(exits)] = list(exits.values())
    bound = tree(graph.turned(), list(exits)).cost
    arrival, before = np.empty(nodes), np.empty(nodes, np.int32)
    found = earliest(
        graph.rows.start, graph.rows.head, graph.weight, columns[order, 3], columns[order, 4],
        np.array([0], np.int32), np.zeros(1), bound, until, arrival, before,
    )  # fmt: skip
    expected = by_brute_force(links, 0, exits)
    assert (None if found < 0 else arrival[found]) == expected


def asked(
    venue: str, space: str, closes: dict[str, float], *, depart_s: float = 0.0, closed: tuple[str, ...] = ()
) -> TimedEscape:
    graph = made(venue).graph
    conditions = graph.conditions("walk", closed, emergency=True)
    return escape_in_time(graph, find_place(graph.building, space), conditions, closes=closes, depart_s=depart_s)


@pytest.mark.parametrize("venue", VENUES)
def test_closing_on_real_venues(venue: str) -> None:
    building, rng = made(venue).building, np.random.default_rng(5)
    spaces = [s.id for s in building.spaces if s.walkable and s.category != "outdoor"]
    elements = sorted(o.id for o in building.openings if o.category != "screen_door") + [
        c.id for c in building.connectors
    ]
    late = cut = 0
    for space in rng.choice(spaces, 12, replace=False).tolist():
        free = asked(venue, space, {"" + elements[0]: 1e6})
        calm = made(venue).graph.evacuate([find_place(building, space)]).escapes[0]
        assert free.arrive_s == pytest.approx(calm.route.duration_s if calm.route else None)
        if calm.route is None:
            continue
        on_way = [name for leg in calm.route.legs for name in leg.elements] or elements[:1]
        closes = {name: float(rng.uniform(0, 90)) for name in rng.choice(elements, 40, replace=False).tolist()}
        closes[str(rng.choice(on_way))] = float(rng.uniform(0, 60))
        timed = asked(venue, space, closes)
        if timed.arrive_s is None:
            cut += 1
            assert timed.escape.problem is not None
            assert timed.escape.problem.context["blocked_by"]
            continue
        late += timed.arrive_s > free.arrive_s + 1e-9  # type: ignore[operator]
        assert timed.arrive_s >= free.arrive_s - 1e-9  # type: ignore[operator]
        assert all(passed.passed_s <= passed.closes_s + 1e-6 for passed in timed.passed)
        assert timed.escape.route is not None
        assert timed.escape.route.duration_s == pytest.approx(timed.arrive_s)
        if (
            timed.spare_s is not None
        ):  # who hesitates as long as that still gets out by this way, a little longer and they do not
            again = asked(venue, space, closes, depart_s=max(timed.spare_s - 1e-6, 0.0))
            assert again.arrive_s == pytest.approx(timed.arrive_s + timed.spare_s, abs=1e-3)
    assert late + cut


@pytest.mark.parametrize("venue", ["city-hall", "seoul-library"])
def test_what_closes_at_once_is_closed(venue: str) -> None:
    building, rng = made(venue).building, np.random.default_rng(11)
    spaces = [s.id for s in building.spaces if s.walkable and s.category != "outdoor"]
    doors = [o.id for o in building.openings if o.category in {"door", "gate", "entrance"}]
    for space in rng.choice(spaces, 10, replace=False).tolist():
        closed = tuple(rng.choice(doors, 8, replace=False).tolist())
        at_once = asked(venue, space, dict.fromkeys(closed, 0.0), depart_s=1.0)
        standing = made(venue).graph.evacuate([find_place(building, space)], closed=closed).escapes[0]
        if standing.route is None:
            assert at_once.arrive_s is None
        else:
            assert at_once.arrive_s == pytest.approx(1.0 + standing.route.duration_s, rel=1e-6)
