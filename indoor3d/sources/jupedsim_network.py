"""A scenario of jupedsim-network → values, and the flow network and people in it.

Strict: an unknown key, a key given twice, a wrong type, a number out of range or a place that does not exist is an error that names its
path and what there could be. Source: as in :mod:`indoor3d.models.egress`.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidScenario, MalformedSource, SourceTooLarge
from indoor3d.models.distribution import Distribution
from indoor3d.models.egress import (
    FORMAT_VERSION,
    KINDS,
    SECTIONS,
    SETTINGS,
    SPREADS,
    EgressScenario,
    Group,
    Key,
    Link,
    Room,
    Spread,
    Value,
)
from indoor3d.models.flow import BASES, NODE_KINDS, Basis, FlowNetwork, NodeKind
from indoor3d.models.network import MODES
from indoor3d.models.vocabulary import Mode

MOST_BYTES = 16 << 20
_LONGEST_SHOWN = 64
_TOP = (
    "format_version",
    "software_version",
    "hydraulic_parameters",
    "description",
    "nodes",
    "connections",
    "populations",
    "simulation",
    "run",
    "monte_carlo",
)
_LISTS = ("nodes", "connections", "populations")


@dataclass(frozen=True, kw_only=True, eq=False)
class EgressFlow:
    """A scenario as what crowds flow through, and who is there.

    Parameters
    ----------
    network : FlowNetwork
        A node for every place, an arc for every direction of a link, a passage for every link. The document knows no places on a plan, no
        levels and not which way stairs lead: positions are 0, levels empty, and stairs lead up, the slower way.
    occupants : (N,) int64
    """

    network: FlowNetwork
    occupants: NDArray[np.int64]


class _Object(dict[str, Any]):
    """A JSON object that knows whether a key was given twice."""

    twice: str | None = None


def read_jupedsim_network(data: bytes) -> EgressScenario:
    """Read a scenario file.

    Parameters
    ----------
    data : bytes
        JSON, UTF-8, at most 16 MiB.

    Raises
    ------
    SourceTooLarge
    MalformedSource
        It is no JSON.
    InvalidScenario
        ``context`` has the ``path`` of what is wrong and, of an unknown key or choice, what is ``known``.

    Examples
    --------
    >>> found = read_jupedsim_network(
    ...     b'{"format_version": 1, "nodes": [{"name": "a", "kind": "room", "area": 20}, {"name": "out", "kind": "safe"}],'
    ...     b'"connections": [{"source": "a", "target": "out", "width": 0.9}], "populations": [{"node": "a", "count": 8}]}'
    ... )
    >>> found.nodes[0].floor_m2, found.groups[0].count
    (20, 8)
    """
    document = _parse(data)
    _object(document, "", dict.fromkeys(_TOP), required=("format_version", *_LISTS))
    version = document["format_version"]
    if isinstance(version, bool) or version != FORMAT_VERSION:
        raise _wrong("format_version", "is none of these", value=version, known=[str(FORMAT_VERSION)])
    for name in _LISTS:
        if not isinstance(document[name], list):
            raise _wrong(name, "must be a list")
    for name in ("description", "software_version"):
        if name in document:
            _taken(document[name], name, Key(takes="text"))
    scenario = EgressScenario(
        nodes=tuple(_node(v, f"nodes[{i}]") for i, v in enumerate(document["nodes"])),
        links=tuple(
            Link(**_kept(v, f"connections[{i}]", SECTIONS["connections"]))
            for i, v in enumerate(document["connections"])
        ),
        groups=tuple(
            Group(**_kept(v, f"populations[{i}]", SECTIONS["populations"]))
            for i, v in enumerate(document["populations"])
        ),
        description=document.get("description"),
        software_version=document.get("software_version"),
        **{kept: _kept(document[n], n, SECTIONS[n]) for n, kept in SETTINGS.items() if n in document},
    )
    _check(scenario)
    return scenario


def _parse(data: bytes) -> Any:
    if len(data) > MOST_BYTES:
        raise SourceTooLarge(
            f"The scenario has {len(data)} bytes; at most {MOST_BYTES} are read.",
            ko=f"시나리오가 {len(data)}바이트입니다. {MOST_BYTES}바이트까지 읽습니다.",
            limit=MOST_BYTES,
        )

    def pairs(items: list[tuple[str, Any]]) -> _Object:
        found = _Object(items)
        if len(found) < len(items):
            found.twice = Counter(key for key, _ in items).most_common(1)[0][0]
        return found

    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        raise MalformedSource(
            f"The scenario is no JSON: {str(error)[:200]}.", ko=f"JSON이 아닙니다: {str(error)[:200]}."
        ) from None


_KO = {
    "is no key": "없는 키입니다",
    "is missing": "빠졌습니다",
    "is null": "null일 수 없습니다",
    "is given twice": "두 번 주어졌습니다",
    "is taken": "이미 쓰인 이름입니다",
    "is no node": "없는 노드입니다",
    "is none of these": "쓸 수 없는 값입니다",
    "must be an object": "객체여야 합니다",
    "must be a list": "목록이어야 합니다",
    "must be a text": "문자열이어야 합니다",
    "must be true or false": "true 또는 false여야 합니다",
    "must be a number": "수여야 합니다",
    "must be a finite number": "유한한 수여야 합니다",
    "must be more than 0": "0보다 커야 합니다",
    "must be at least 0": "0 이상이어야 합니다",
    "must be a whole number from 0": "0 이상의 정수여야 합니다",
    "must be a whole number from 1": "1 이상의 정수여야 합니다",
    "must be a list of numbers from 0 to 1": "0 이상 1 이하인 수의 목록이어야 합니다",
    "takes area, or length and width": "area 하나, 또는 length와 width가 필요합니다",
    "has riser or tread of 1 m or more; they are in metres": "riser나 tread가 1 m 이상입니다. 단위는 미터입니다",
    "cannot be such a distribution": "분포의 값이 될 수 없습니다",
    "has no safe place": "안전한 곳(safe)이 없습니다",
    "leads from a place to itself, or away from safety": "같은 곳으로 이어지거나 안전한 곳에서 나갑니다",
    "is no room and no stair": "room이나 stair가 아닙니다",
    "is no safe place": "안전한 곳(safe)이 아닙니다",
    "has nobody in it": "아무도 없습니다",
    "is a distribution, and nothing was given to draw it with": "분포인데 뽑을 난수 생성기가 없습니다",
    "joins two flights with different steps both ways": "단 치수가 다른 두 계단을 양방향으로 잇습니다",
}
"""What can be wrong, in both languages."""


def _wrong(path: str, what: str, *, value: Any = None, known: Sequence[str] = ()) -> InvalidScenario:
    shown = "" if value is None else f" ({_shown(value)})"
    taking = " {}: " + ", ".join(known).replace("{", "{{").replace("}", "}}") + "."
    return InvalidScenario(
        f"{path or 'The document'}{shown} {what}.{taking.format('It takes') if known else ''}",
        ko=f"{path or '문서'}{shown}: {_KO[what]}.{taking.format('쓸 수 있는 것') if known else ''}",
        path=path,
        known=list(known),
    )


def _shown(value: Any) -> str:
    return repr(value)[:_LONGEST_SHOWN]


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _object(value: Any, path: str, known: Mapping[str, Any], *, required: Sequence[str]) -> None:
    """Check that a value is an object of known keys."""
    if not isinstance(value, _Object):
        raise _wrong(path, "must be an object")
    if value.twice is not None:
        raise _wrong(_join(path, value.twice), "is given twice")
    for key in value:
        if key not in known:
            raise _wrong(_join(path, key[:_LONGEST_SHOWN]), "is no key", known=sorted(known))
    for key in required:
        if key not in value:
            raise _wrong(_join(path, key), "is missing")


def _node(value: Any, path: str) -> Room:
    if not isinstance(value, _Object):
        raise _wrong(path, "must be an object")
    kind = value.get("kind")
    if "kind" not in value or not isinstance(kind, str) or kind not in KINDS:
        raise _wrong(
            f"{path}.kind", "is missing" if "kind" not in value else "is none of these", value=kind, known=KINDS
        )
    room = Room(**_kept(value, path, SECTIONS[kind]))
    given = (room.area_m2 is not None, room.length_m is not None, room.width_m is not None)
    if kind != "safe" and given not in {(True, False, False), (False, True, True)}:
        raise _wrong(path, "takes area, or length and width")
    if kind == "stair" and max(room.riser_m or 0.0, room.tread_m or 0.0) >= 1.0:
        raise _wrong(path, "has riser or tread of 1 m or more; they are in metres")
    return room


def _kept(value: Any, path: str, keys: Mapping[str, Key]) -> dict[str, Any]:
    """The values of an object by the attributes that keep them. A null is as if the key were left out."""
    _object(value, path, keys, required=[name for name, key in keys.items() if key.required])
    found = {}
    for name, given in value.items():
        key = keys[name]
        if given is None:
            if key.required:
                raise _wrong(_join(path, name), "is null")
            continue
        found[key.kept or name] = _taken(given, _join(path, name), key)
    return found


def _taken(value: Any, path: str, key: Key) -> Any:
    """What a key takes, checked."""
    if key.takes in _PLAIN:
        sound, what = _PLAIN[key.takes]
        if not sound(value):
            raise _wrong(path, what, value=value)
        return value
    if key.takes == "choice":
        if not isinstance(value, str) or value not in key.choices:
            raise _wrong(path, "is none of these", value=value, known=key.choices)
        return value
    if key.takes == "shares":
        return _shares(value, path)
    if key.takes == "value" and isinstance(value, _Object):
        return _spread(value, path)
    number = _number(value, path)
    if key.takes == "positive" and number <= 0:
        raise _wrong(path, "must be more than 0", value=value)
    if key.takes in {"from0", "value"} and number < 0:
        raise _wrong(path, "must be at least 0", value=value)
    return number


def _whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


_HALF = re.compile(r"[\ud800-\udfff]")
"""Half a character: JSON can hold it, UTF-8 cannot."""
_PLAIN: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "text": (lambda value: isinstance(value, str) and not _HALF.search(value), "must be a text"),
    "flag": (lambda value: isinstance(value, bool), "must be true or false"),
    "seed": (lambda value: _whole(value, 0), "must be a whole number from 0"),
    "count": (lambda value: _whole(value, 1), "must be a whole number from 1"),
}


def _shares(value: Any, path: str) -> tuple[float, ...]:
    shares = [_number(v, f"{path}[{i}]") for i, v in enumerate(value)] if isinstance(value, list) else []
    if not shares or not all(0 <= share <= 1 for share in shares):
        raise _wrong(path, "must be a list of numbers from 0 to 1")
    return tuple(shares)


def _number(value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(path, "must be a number", value=value)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _wrong(path, "must be a finite number")
    return value  # a whole number stays one, and is written again as one


def _spread(value: _Object, path: str) -> Spread:
    kind = value.get("distribution")
    if not isinstance(kind, str) or kind not in SPREADS:
        raise _wrong(
            f"{path}.distribution",
            "is missing" if kind is None else "is none of these",
            value=kind,
            known=tuple(SPREADS),
        )
    wanted = SPREADS[kind]
    known = dict.fromkeys(("distribution", *wanted, "lower", "upper"))
    _object(value, path, known, required=wanted)
    bounds = {
        name: None if value[name] is None else _number(value[name], f"{path}.{name}")
        for name in ("lower", "upper")
        if name in value
    }
    spread = Spread(kind=kind, parameters={n: _number(value[n], f"{path}.{n}") for n in wanted}, bounds=bounds)
    try:
        _distribution(spread)
    except (InvalidScenario, ValueError, ArithmeticError):
        raise _wrong(path, "cannot be such a distribution", value=dict(value)) from None
    return spread


def _distribution(spread: Spread) -> Distribution:
    """The same as ours, which is checked when it is made."""
    p = spread.parameters
    names = {
        "Fixed": ("fixed", {"value": "value"}),
        "Uniform": ("uniform", {"low": "minimum", "high": "maximum"}),
        "Normal": ("normal", {"mean": "mean", "sd": "std"}),
        "Triangular": ("triangular", {"low": "minimum", "mode": "mode", "high": "maximum"}),
        "Weibull": ("weibull", {"shape": "beta", "scale": "alpha"}),
    }
    if spread.kind == "LogNormal":
        if p["std"] < 0:
            raise ValueError
        variance = math.log1p((p["std"] / p["mean"]) ** 2)
        kind, params = "lognormal", {"mu": math.log(p["mean"]) - variance / 2, "sigma": math.sqrt(variance)}
    else:
        kind, given = names[spread.kind]
        params = {ours: p[theirs] for ours, theirs in given.items()}
    lower, upper = spread.bounds.get("lower", 0.0), spread.bounds.get("upper")
    return Distribution(
        kind=kind,
        params=params,
        lower=-math.inf if lower is None else lower,
        upper=math.inf if upper is None else upper,
    )


def _check(scenario: EgressScenario) -> None:
    """What no single value shows: names that are taken, places that do not exist, ways out of safety."""
    kinds: dict[str, str] = {}
    for i, node in enumerate(scenario.nodes):
        if node.name in kinds:
            raise _wrong(f"nodes[{i}].name", "is taken", value=node.name)
        kinds[node.name] = node.kind
    if "safe" not in kinds.values():
        raise _wrong("nodes", "has no safe place")
    for i, link in enumerate(scenario.links):
        for key, name in (("source", link.source), ("target", link.target)):
            if name not in kinds:
                raise _wrong(f"connections[{i}].{key}", "is no node", value=name, known=sorted(kinds)[:50])
        if link.source == link.target or kinds[link.source] == "safe":
            raise _wrong(f"connections[{i}]", "leads from a place to itself, or away from safety")
    _check_groups(scenario.groups, kinds)


def _check_groups(groups: Sequence[Group], kinds: Mapping[str, str]) -> None:
    for i, group in enumerate(groups):
        if kinds.get(group.node, "safe") == "safe":
            raise _wrong(f"populations[{i}].node", "is no room and no stair", value=group.node)
        if group.target is not None and kinds.get(group.target) != "safe":
            raise _wrong(f"populations[{i}].target", "is no safe place", value=group.target)
    if not groups:
        raise _wrong("populations", "has nobody in it")


def flow_of(scenario: EgressScenario, *, rng: np.random.Generator | None = None) -> EgressFlow:
    """Make a flow network of a scenario, and say who is where.

    Parameters
    ----------
    scenario : EgressScenario
    rng : Generator, optional
        Draws the counts that are distributions.

    Raises
    ------
    InvalidScenario
        A count is a distribution and there is nothing to draw it with, or one link has different steps both ways: ``path`` names it.
    """
    index = {node.name: row for row, node in enumerate(scenario.nodes)}
    occupants = np.zeros(len(index), np.int64)
    for i, group in enumerate(scenario.groups):
        occupants[index[group.node]] += _persons(group.count, f"populations[{i}].count", rng)
    return EgressFlow(network=_network(scenario, index), occupants=occupants)


def _persons(count: Value, path: str, rng: np.random.Generator | None) -> int:
    if not isinstance(count, Spread):
        return round(count)
    if count.kind == "Fixed":
        return round(count.parameters["value"])
    if rng is None:
        raise _wrong(path, "is a distribution, and nothing was given to draw it with")
    return max(0, round(float(_distribution(count).sample(rng, 1)[0])))


def _network(scenario: EgressScenario, index: Mapping[str, int]) -> FlowNetwork:
    nodes, links = scenario.nodes, scenario.links
    arcs = []
    for passage, link in enumerate(links):
        one, other = index[link.source], index[link.target]
        arcs.append((one, other, passage))
        if link.bidirectional is not False and nodes[other].kind != "safe":
            arcs.append((other, one, passage))
    arcs.sort()
    mode, climb = [], []
    for source, _, passage in arcs:
        node, length = nodes[source], links[passage].length_m or 0.0
        flight = node.kind == "stair"
        mode.append(MODES.index(Mode.STAIRS if flight else Mode.WALK))
        climb.append(length * _rise(node) if flight else 0.0)
    for i, link in enumerate(links):
        ends = [nodes[index[name]] for name in (link.source, link.target)]
        same = ends[0].riser_m == ends[1].riser_m and ends[0].tread_m == ends[1].tread_m
        if all(n.kind == "stair" for n in ends) and not same and link.bidirectional is not False:
            raise _wrong(f"connections[{i}]", "joins two flights with different steps both ways")
    steps = [_steps(link, nodes, index) for link in links]
    safe = np.array([n.kind == "safe" for n in nodes], np.bool_)
    kind = np.where(safe, NODE_KINDS.index(NodeKind.EXIT), NODE_KINDS.index(NodeKind.CELL))
    declared = BASES.index(Basis.DECLARED)
    column = [np.array(c, np.int32) for c in zip(*arcs, strict=True)] or [np.zeros(0, np.int32)] * 3
    return FlowNetwork(
        venue="",
        node_id=tuple(n.name for n in nodes),
        node_kind=kind.astype(np.uint8),
        node_space=tuple("" if n.kind == "safe" else n.name for n in nodes),
        node_level=("",) * len(nodes),
        node_position=np.zeros((len(nodes), 3)),
        node_area_m2=np.array([n.floor_m2 for n in nodes], np.float64),
        arc_from=column[0],
        arc_to=column[1],
        arc_mode=np.array(mode, np.uint8),
        arc_length_m=np.array([links[p].length_m or 0.0 for _, _, p in arcs], np.float64),
        arc_climb_m=np.array(climb, np.float64),
        arc_passage=column[2],
        passage_element=tuple(link.label for link in links),
        passage_width_m=np.array([link.width_m for link in links], np.float64),
        passage_width_basis=np.full(len(links), declared, np.uint8),
        passage_riser_m=np.array([s[0] for s in steps], np.float64),
        passage_tread_m=np.array([s[1] for s in steps], np.float64),
        passage_steps_basis=np.full(len(links), declared, np.uint8),
        exit_node=np.flatnonzero(safe).astype(np.int32),
        refuge_node=np.zeros(0, np.int32),
    )


def _rise(node: Room) -> float:
    riser, tread = node.riser_m or 0.0, node.tread_m or 0.0
    return riser / math.hypot(riser, tread)


def _steps(link: Link, nodes: Sequence[Room], index: Mapping[str, int]) -> tuple[float, float]:
    """Riser and tread of the flight that a link leads off, or, both ways, on to."""
    source, target = nodes[index[link.source]], nodes[index[link.target]]
    for node, leaves in ((source, True), (target, link.bidirectional is not False)):
        if node.kind == "stair" and leaves:
            return node.riser_m or 0.0, node.tread_m or 0.0
    return 0.0, 0.0
