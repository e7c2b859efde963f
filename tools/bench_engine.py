"""The search behind routes beside networkx, igraph and Dijkstra in C++: ratios in one run, each pair measured in turn.

The graphs are indoor-like, of 2,000 to 200,000 nodes (``bench/indoorgraph.py`` of the shared data). Each number is the median
of rounds; within a round one contestant follows the other on the same pairs, so that what else the machine does falls on both.
"""

import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import igraph
import networkx as nx
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from indoor3d.routing.backend import Graph
from indoor3d.routing.build import build_navigation
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.path import Arcs, arcs, shortest, table, tree
from indoor3d.routing.place import Place

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("INDOOR3D_SHARED", ROOT.parent / "shared"))
SIZES = (2_000, 20_000, 200_000)
ROUNDS = 7
PAIRS = {2_000: 60, 20_000: 20, 200_000: 5}
CLOSURES = 400

CPP = r"""
#include <cstdio>
#include <ctime>
#include <functional>
#include <limits>
#include <queue>
#include <utility>
#include <vector>
// Dijkstra on compressed rows with the binary heap of the standard library, entries left behind when they are improved.
template <class T> std::vector<T> column(std::FILE *in, std::size_t count) {
    std::vector<T> values(count);
    if (std::fread(values.data(), sizeof(T), count, in) != count) throw 1;
    return values;
}
int main(int, char **argument) {
    std::FILE *in = std::fopen(argument[1], "rb");
    auto size = column<int>(in, 4);  // nodes, arcs, sources, rounds
    auto start = column<int>(in, size[0] + 1), head = column<int>(in, size[1]), source = column<int>(in, size[2]);
    auto weight = column<double>(in, size[1]);
    for (int round = 0; round < size[3]; ++round) {
        auto begun = std::clock();
        std::vector<double> cost(size[0], std::numeric_limits<double>::infinity());
        std::vector<int> before(size[0], -1);
        using Entry = std::pair<double, int>;
        std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> heap;
        for (int node : source) { cost[node] = 0; heap.emplace(0.0, node); }
        while (!heap.empty()) {
            auto [here, node] = heap.top();
            heap.pop();
            if (here > cost[node]) continue;
            for (int arc = start[node]; arc < start[node + 1]; ++arc) {
                double next = here + weight[arc];
                if (next < cost[head[arc]]) {
                    cost[head[arc]] = next;
                    before[head[arc]] = arc;
                    heap.emplace(next, head[arc]);
                }
            }
        }
        double total = 0;
        for (double value : cost) if (value < std::numeric_limits<double>::infinity()) total += value;
        std::printf("%.9f %.9f\n", double(std::clock() - begun) / CLOCKS_PER_SEC, total);
    }
}
"""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """One graph in the shape of each contestant."""

    size: int
    arcs: Arcs
    plain: nx.DiGraph
    ours: Graph
    other: igraph.Graph
    exits: list[int]
    pairs: list[tuple[int, int]]


def load(size: int) -> Bench:
    """Make the graph of about so many nodes, ways open both ways, weighing metres."""
    spec = importlib.util.spec_from_file_location("indoorgraph", SHARED / "bench" / "indoorgraph.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(SHARED / "bench" / "indoorgraph.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = module.make(size, seed=1)
    tail, head = np.concatenate([made["u"], made["v"]]), np.concatenate([made["v"], made["u"]])
    weight = np.concatenate([made["w"], made["w"]])
    plain = nx.DiGraph()
    plain.add_nodes_from(range(made["n"]))
    plain.add_weighted_edges_from(zip(tail.tolist(), head.tolist(), weight.tolist(), strict=True))
    other = igraph.Graph(n=made["n"], edges=np.column_stack([tail, head]).tolist(), directed=True)
    other.es["weight"] = weight.tolist()
    chosen = np.random.default_rng(3).integers(0, made["n"], (PAIRS[size], 2))
    return Bench(
        size=size,
        arcs=arcs(made["n"], tail, head, weight=weight, label=np.arange(len(tail))),
        plain=plain,
        ours=Graph(plain),
        other=other,
        exits=list(made["exits"]),
        pairs=[(int(a), int(b)) for a, b in chosen],
    )


def clock(function: Callable[[], Any]) -> float:
    """Seconds of processor that a call takes: no contestant has a second thread, and the machine does other things, too."""
    started = time.process_time()
    function()
    return time.process_time() - started


def paired(
    one: Callable[[], Any], other: Callable[[], Any], *, rounds: int = ROUNDS
) -> tuple[float, float, list[float]]:
    """Medians of two calls in turn, A B A B, and the ratio one to other of every round."""
    one()
    other()
    times = [(clock(one), clock(other)) for _ in range(rounds)]
    a, b = (statistics.median(column) for column in zip(*times, strict=True))
    return a, b, sorted(x / y for x, y in times)


def _row(what: str, bar: str, result: tuple[float, float, list[float]], *, each: int = 1, turned: bool = False) -> str:
    a, b, ratios = result
    if turned:
        ratios = sorted(1 / ratio for ratio in ratios)
    ratio = statistics.median(ratios)
    limit = float(bar.removeprefix("≥ ").removeprefix("≤ "))
    held = ratio >= limit if bar.startswith("≥") else ratio <= limit
    verdict = "held" if held else "missed"
    shown = f"| {what} | {1e6 * a / each:,.1f} | {1e6 * b / each:,.1f} | **{ratio:.2f}** | {ratios[0]:.2f} – {ratios[-1]:.2f} | {bar} | {verdict} |"
    print(shown, flush=True)  # noqa: T201 - whoever runs a benchmark watches it
    return shown


def _queries(bench: Bench) -> list[str]:
    """Ways between two nodes: through networkx's dispatch and straight, beside networkx and igraph."""
    rows = []

    def over(ask: Callable[[int, int], Any]) -> Callable[[], None]:
        def run() -> None:
            for a, b in bench.pairs:
                ask(a, b)

        return run

    dispatched = over(lambda a, b: nx.bidirectional_dijkstra(bench.ours, a, b, weight="weight"))
    straight = over(lambda a, b: shortest(bench.arcs, (a,), (b,)))
    networkx = over(lambda a, b: nx.bidirectional_dijkstra(bench.plain, a, b, weight="weight"))
    by_igraph = over(lambda a, b: bench.other.get_shortest_paths(a, b, weights="weight", output="epath"))
    for a, b in bench.pairs[:3]:
        mine, _ = nx.bidirectional_dijkstra(bench.ours, a, b, weight="weight")
        if abs(mine - bench.other.distances(a, b, weights="weight")[0][0]) > 1e-6:
            raise AssertionError((a, b))
    each = len(bench.pairs)
    for name, ours in (("`nx.bidirectional_dijkstra`, dispatched", dispatched), ("`path.shortest`", straight)):
        title = f"{name}, {bench.size:,} nodes"
        rows.append(_row(f"{title} / networkx", "≥ 15", paired(ours, networkx), each=each, turned=True))
        bar = "≤ 1.0"
        rows.append(_row(f"{title} / igraph", bar, paired(ours, by_igraph), each=each))
    return rows


def _trees(bench: Bench) -> list[str]:
    """Every node to the nearest exit; ours many times in a row, so that it is as warm as a search that takes long."""
    often = max(1, 200_000 // bench.size)
    ours, theirs, _ = result = paired(
        lambda: [tree(bench.arcs, bench.exits) for _ in range(often)],
        lambda: nx.multi_source_dijkstra_path_length(bench.plain, set(bench.exits), weight="weight"),
        rounds=5,
    )
    once = (ours / often, theirs, [ratio / often for ratio in result[2]])
    title = f"nearest exit of every node, {bench.size:,} / networkx multi_source"
    rows = [_row(title, "≥ 25", once, turned=True)]
    if shutil.which("g++") is None:
        return [
            *rows,
            f"| nearest exit of every node, {bench.size:,} / C++ | – | – | no g++ here | – | ≤ 1.5 | not measured |",
        ]
    return [*rows, _cpp(bench)]


def _cpp(bench: Bench) -> str:
    with tempfile.TemporaryDirectory() as folder:
        source, program, data = (Path(folder) / name for name in ("dijkstra.cpp", "dijkstra", "graph.bin"))
        source.write_text(CPP)
        subprocess.run(["g++", "-O3", "-std=c++17", "-march=native", "-o", program, source], check=True)  # noqa: S603, S607
        rows, rounds = bench.arcs.rows, max(3, 60_000 // bench.size)
        with data.open("wb") as out:
            np.array([bench.arcs.count, len(rows.head), len(bench.exits), rounds], np.int32).tofile(out)
            for column in (rows.start, rows.head, np.array(bench.exits, np.int32), bench.arcs.weight):
                column.tofile(out)
        tree(bench.arcs, bench.exits)
        times = []
        for _ in range(ROUNDS):
            done = subprocess.run([program, data], check=True, capture_output=True, text=True)  # noqa: S603
            lines = [line.split() for line in done.stdout.splitlines()]
            theirs = statistics.median(float(seconds) for seconds, _ in lines)
            ours = statistics.median(clock(lambda: tree(bench.arcs, bench.exits)) for _ in range(rounds))
            times.append((ours, theirs))
        cost = tree(bench.arcs, bench.exits).cost
        total = float(cost[np.isfinite(cost)].sum())
        if abs(total - float(lines[-1][1])) > 1e-6 * total:
            raise AssertionError((total, lines[-1]))
    a, b = (statistics.median(column) for column in zip(*times, strict=True))
    result = (a, b, sorted(x / y for x, y in times))
    return _row(f"nearest exit of every node, {bench.size:,} / C++ (g++ -O3, binary heap)", "≤ 1.5", result)


def _closing(bench: Bench) -> float:
    """Milliseconds to close ways and grow the tree of nearest exits again."""
    rng, spent = np.random.default_rng(5), []
    where = np.argsort(bench.arcs.rows.label)
    half = len(where) // 2
    for _ in range(21):
        shut = rng.integers(0, half, CLOSURES)
        started = time.process_time()
        weight = bench.arcs.weight.copy()
        weight[where[np.concatenate([shut, shut + half])]] = np.inf
        tree(bench.arcs.raised(weight), bench.exits)
        spent.append(time.process_time() - started)
    return 1000 * statistics.median(spent)


def _table(bench: Bench) -> tuple[float, float]:
    """Microseconds to read a way of the table, and its megabytes."""
    every = table(bench.arcs)
    spent = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for a, b in bench.pairs:
            every.way(a, b)
        spent.append((time.process_time() - started) / len(bench.pairs))
    return 1e6 * statistics.median(spent), (every.cost.nbytes + every.before.nbytes) / 1e6


def _mall() -> tuple[float, float, int]:
    """Milliseconds to insert one place into the graph of a level of 250 spaces, its megabytes, and its edges."""
    from tests.bench.mall import mall_building  # noqa: PLC0415 - it is beside the tests

    graph = build_navigation(mall_building(250))
    conditions = graph.conditions("walk", ())
    rng = np.random.default_rng(9)
    spaces = [space for space in graph.building.spaces if space.walkable]
    spots = []
    for number in rng.integers(0, len(spaces), 100).tolist():
        x, y = spaces[number].footprint.representative_point().coords[0]
        place = Place(x_m=x, y_m=y, z_m=spaces[number].floor_m, level=spaces[number].level)
        spots.append(graph.floors.spot(place))
    graph.link(spots[0], conditions)
    spent = [clock(lambda spot=spot: graph.link(spot, conditions)) for spot in spots]  # type: ignore[misc]
    return 1000 * statistics.median(spent), _bytes(graph) / 1e6, len(graph.network.edge_from)


def _bytes(graph: NavGraph) -> int:
    """How large the columns of one roadmap are."""
    columns = (getattr(graph.network, name) for name in type(graph.network).__dataclass_fields__)
    return sum(column.nbytes for column in columns if isinstance(column, np.ndarray))


def _memory() -> list[str]:
    """Megabytes of the graph of each venue: columns as stored, and what answering a first question adds."""
    from tests.venues.made import VENUES, made  # noqa: PLC0415

    rows = ["| venue | nodes | edges, all roadmaps | columns MB | first questions add MB |", "|---|---|---|---|---|"]
    for venue in VENUES:
        graph = made(venue).graph
        graphs = [graph, *graph.wider]
        columns = sum(_bytes(one) for one in graphs)
        tracemalloc.start()
        spaces = [space.id for space in graph.building.spaces if space.walkable]
        for profile in ("walk", "wheelchair_manual"):
            conditions = graph.conditions(profile, ())
            body = graph.for_body(conditions.profile)
            body.reached(body.spot(spaces[0], conditions), conditions)
        added, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        edges = sum(len(one.network.edge_from) for one in graphs)
        nodes = len(graph.network.node_position)
        rows.append(f"| {venue} | {nodes:,} | {edges:,} | {columns / 1e6:.1f} | {added / 1e6:.1f} |")
        print(rows[-1], flush=True)  # noqa: T201
    return rows


def engine_rows() -> list[str]:
    """Give the section: tables of ratios, then single figures and memory."""
    rows = [
        "| what, ours / theirs | ours µs | theirs µs | ratio | of the rounds | bar | |",
        "|---|---|---|---|---|---|---|",
    ]
    single: list[str] = []
    for size in SIZES:
        bench = load(size)
        rows += _queries(bench)
        rows += _trees(bench)
        if size == 2_000:
            micros, megabytes = _table(bench)
            single.append(
                f"| a way read from the table of all pairs, 2,000 nodes ({megabytes:.0f} MB) | {micros:.1f} µs | ≤ 20 µs |"
            )
        if size == 20_000:
            single.append(
                f"| {CLOSURES} closures and a fresh tree, 20,000 nodes | {_closing(bench):.2f} ms | ≤ 10 ms |"
            )
    millis, megabytes, edges = _mall()
    single.append(
        f"| a place put into a level of 250 spaces ({edges:,} edges, {megabytes:.1f} MB) | {millis:.2f} ms | ≤ 1 ms |"
    )
    return [
        *rows,
        "",
        "≥: how many times as quick as theirs; ≤: share of their time.",
        "",
        "| what | median | bar |",
        "|---|---|---|",
        *single,
        "",
        *_memory(),
    ]


if __name__ == "__main__":
    print("\n".join(engine_rows()))  # noqa: T201 - a benchmark prints
