"""Ways on graphs of a few arcs, where every answer is counted on fingers."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from indoor3d.routing.path import Arcs, arcs, landmarks, shortest, table, tree


def line(count: int = 6) -> Arcs:
    """0 → 1 → 2 …, and back at twice the cost; label is the arc as it was given."""
    ahead = np.arange(count - 1)
    return arcs(
        count,
        np.concatenate([ahead, ahead + 1]),
        np.concatenate([ahead + 1, ahead]),
        weight=np.concatenate([np.ones(count - 1), np.full(count - 1, 2.0)]),
        label=np.arange(2 * (count - 1)),
    )


@pytest.mark.parametrize("asked", [1, 9])
def test_a_way_leads_there_and_costs_more_back(asked: int) -> None:
    graph = line()
    for _ in range(asked):
        there, back = shortest(graph, [0], [5]), shortest(graph, [5], [0])
        assert there is not None
        assert back is not None
        assert (there.cost, there.enters, there.leaves) == (5.0, 0, 5)
        assert graph.rows.label[there.arcs].tolist() == [0, 1, 2, 3, 4]
        assert (back.cost, back.enters, back.leaves) == (10.0, 5, 0)


@pytest.mark.parametrize("asked", [1, 9])
def test_a_way_to_where_one_is_has_no_arcs(asked: int) -> None:
    graph = line()
    for _ in range(asked):
        way = shortest(graph, [0, 3], [3], offsets=[0.0, 0.5], endings=[0.25])
        assert way is not None
        assert (way.cost, way.enters, way.leaves, len(way.arcs)) == (0.75, 3, 3, 0)


@pytest.mark.parametrize("asked", [1, 9])
def test_where_it_costs_less_to_begin_or_to_end_is_chosen(asked: int) -> None:
    graph = line()
    for _ in range(asked):
        way = shortest(graph, [0, 2, 2], [4, 5], offsets=[0.0, 9.0, 1.5], endings=[3.0, 1.0])
        assert way is not None
        assert (way.cost, way.enters, way.leaves) == (1.5 + 3.0 + 1.0, 2, 5)
        assert shortest(graph, [0], [5], offsets=[np.inf]) is None
        assert shortest(graph, [0], [5], endings=[np.inf]) is None


def test_nowhere_from_and_nowhere_to_is_no_way() -> None:
    graph = line()
    assert shortest(graph, [], [1]) is None
    assert shortest(graph, [1], []) is None
    empty = arcs(0, [], [], weight=[], label=[])
    assert tree(empty, []).cost.tolist() == []
    assert landmarks(empty).shape == (0, 0)
    alone = arcs(1, [], [], weight=[], label=[])
    assert tree(alone, [0]).cost.tolist() == [0.0]
    assert shortest(alone, [0], [0]) is not None


def test_a_tree_begins_at_the_nearest_source_and_says_which() -> None:
    found = tree(line(), [0, 5], [0.0, 0.0])
    assert found.cost.tolist() == [0, 1, 2, 3, 2, 0]
    assert [found.source(node) for node in range(6)] == [0, 0, 0, 0, 5, 5]
    assert found.labels(2) == (0, 1)
    assert found.path(0) == []


def test_a_graph_turned_twice_is_the_graph() -> None:
    graph = line()
    turned = graph.turned()
    assert tree(turned, [0]).cost.tolist() == [shortest(graph, [n], [0]).cost for n in range(6)]  # type: ignore[union-attr]
    again = turned.turned()
    assert tree(again, [0]).cost.tolist() == tree(graph, [0]).cost.tolist()


def test_landmarks_bound_every_way_from_below() -> None:
    rng = np.random.default_rng(3)
    tail, head = rng.integers(0, 40, (2, 160))
    graph = arcs(40, tail, head, weight=rng.uniform(0, 5, 160), label=np.arange(160))
    marks = landmarks(graph, count=5)
    for one in range(40):
        cost = tree(graph, [one]).cost
        with np.errstate(invalid="ignore"):
            bound = np.fmax((marks[:, [one]] - marks).max(axis=0), 0.0)
        known = np.isfinite(bound)
        assert (bound[known] <= cost[known] + 1e-9).all()


def test_the_table_has_every_way() -> None:
    graph = line()
    every = table(graph)
    for a in range(6):
        for b in range(6):
            way, expected = every.way(a, b), shortest(graph, [a], [b])
            assert way is not None
            assert expected is not None
            assert (way.cost, way.arcs.tolist()) == (expected.cost, expected.arcs.tolist())
    apart = table(arcs(2, [0], [1], weight=[np.inf], label=[0]))
    assert apart.way(0, 1) is None


def test_threads_do_not_disturb_one_another() -> None:
    rng = np.random.default_rng(5)
    graphs = []
    for count in (50, 400, 3000):
        tail, head = rng.integers(0, count, (2, 4 * count))
        graphs.append(arcs(count, tail, head, weight=rng.uniform(0, 5, 4 * count), label=np.arange(4 * count)))
    asked = [(g, int(a), int(b)) for g in graphs for a, b in rng.integers(0, g.count, (100, 2))]

    def cost(one: tuple[Arcs, int, int]) -> float:
        way = shortest(one[0], [one[1]], [one[2]])
        return np.inf if way is None else way.cost

    alone = [cost(one) for one in asked]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(cost, asked)) == pytest.approx(alone, rel=1e-12)


def wheel(count: int, *, dear: float) -> Arcs:
    """From 0 to every node at what falls with the number, and from each to the next for little: much is found again."""
    spokes, rim = np.arange(1, count), np.arange(count - 1, 1, -1)
    return arcs(
        count,
        np.concatenate([np.zeros(count - 1, int), rim]),
        np.concatenate([spokes, rim - 1]),
        weight=np.concatenate([dear * spokes, np.full(count - 2, 0.25)]),
        label=np.arange(2 * count - 3),
    )


@pytest.mark.parametrize("most", [1e-9, 1.0, 40.0, 1e12])
def test_costs_do_not_depend_on_how_wide_buckets_are(most: float) -> None:
    rng = np.random.default_rng(23)
    tail, head = rng.integers(0, 300, (2, 1500))
    weight = 10 ** rng.uniform(-4, 2, 1500) * (rng.random(1500) > 0.1)
    label = np.arange(1500)
    graph = arcs(300, tail, head, weight=weight, label=label)
    other = arcs(300, tail, head, weight=weight, label=label)
    vars(other)["longest"] = most
    assert tree(other, [3, 7], [0.0, 2.5]).cost.tolist() == tree(graph, [3, 7], [0.0, 2.5]).cost.tolist()
    expected = tree(graph, [3]).cost
    for _ in range(6):
        other.landmarks()
    for goal in range(300):
        way = shortest(other, [3], [goal])
        assert (np.inf if way is None else way.cost) == pytest.approx(expected[goal], rel=1e-12)


def test_a_node_that_is_found_again_and_again_is_right_in_the_end() -> None:
    rng = np.random.default_rng(29)
    for _ in range(20):
        weight = 10 ** rng.uniform(-6, 0, 40 * 39)
        tail, head = np.nonzero(~np.eye(40, dtype=bool))
        graph = arcs(40, tail, head, weight=weight, label=np.arange(len(tail)))
        known = np.full((40, 40), np.inf)
        known[tail, head] = weight
        np.fill_diagonal(known, 0.0)
        for by in range(40):  # Floyd and Warshall
            known = np.minimum(known, known[:, [by]] + known[[by]])
        assert np.array([tree(graph, [n]).cost for n in range(40)]) == pytest.approx(known, rel=1e-12)


@pytest.mark.parametrize("sources", [[0, 1, 2, 3], [3, 2, 1, 0]])
def test_more_entries_than_nodes_find_room(sources: list[int]) -> None:
    # 4 nodes that each lead 500 times to a fifth, ever cheaper: every one is filed.
    ahead = np.repeat(np.arange(4), 500)
    weight = np.concatenate([np.linspace(900 - 100 * n, 850 - 100 * n, 500) for n in range(4)])
    graph = arcs(5, ahead, np.full(2000, 4), weight=weight, label=np.arange(2000))
    assert tree(graph, sources).cost.tolist() == [0, 0, 0, 0, 550]
    for _ in range(6):
        graph.landmarks()
    with ThreadPoolExecutor(1) as pool:  # with scratch of its own, that is as small as the graph
        way = pool.submit(shortest, graph, sources, [4]).result()
    assert way is not None
    assert (way.cost, way.enters) == (550, 3)


def test_a_far_outlier_does_not_change_ways() -> None:
    graph = wheel(60, dear=1.0)
    assert tree(graph, [0]).cost.tolist() == [0.0, *np.arange(1, 60)]
    cheap = wheel(60, dear=0.0)
    assert tree(cheap, [0]).cost.tolist() == [0.0] * 60
    dear = graph.raised(np.where(graph.rows.label == 0, 1e15, graph.weight))
    assert tree(dear, [0]).cost.tolist() == [0.0, 2.25, *np.arange(2, 60)]


def test_of_ways_that_cost_the_same_the_order_of_sources_does_not_choose() -> None:
    side = np.arange(400).reshape(20, 20)
    one = np.concatenate([side[:, :-1].ravel(), side[:-1].ravel()])
    other = np.concatenate([side[:, 1:].ravel(), side[1:].ravel()])
    tail, head = np.concatenate([one, other]), np.concatenate([other, one])
    graph = arcs(400, tail, head, weight=np.ones(len(tail)), label=np.arange(len(tail)))
    sources = [0, 19, 210, 399]
    first, second = tree(graph, sources), tree(graph, sources[::-1])
    assert first.before.tolist() == second.before.tolist()
    assert [first.source(node) for node in sources] == sources


def test_a_source_stays_one_where_another_reaches_it_for_as_much() -> None:
    found = tree(line(), [0, 1], [0.0, 1.0])
    assert found.before.tolist()[:2] == [-2, -2]
    assert found.source(3) == 1
