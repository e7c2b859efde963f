"""The sheet of a safety code for one platform: loads, capacities, walking, waits and verdicts, line by line.

What a :class:`Platform` holds is measured in the venue (:mod:`indoor3d.routing.evacuation.station`) or given by hand; a rule pack says what follows from it.
Which escalator out of service is the worst is not guessed: each is tried, for the flow, for the time and for the distance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from indoor3d.errors import InvalidScenario
from indoor3d.models.building import Text
from indoor3d.models.quantity import Quantity
from indoor3d.models.rules import Known, Row, RulePack, Sheet, Verdict, fill

_NAMES: Mapping[str, Text] = {
    "stairs": Text(ko="계단", en="Stairs"),
    "escalator": Text(ko="에스컬레이터", en="Escalator"),
    "passage": Text(ko="통로", en="Passage"),
    "door": Text(ko="문", en="Door"),
    "gate": Text(ko="개찰구", en="Fare gate"),
    "turnstile": Text(ko="회전식 개찰구", en="Turnstile"),
}
_WORST: Mapping[str, Text] = {
    "platform_time": Text(ko="승강장 배출에 가장 불리한 에스컬레이터", en="Worst escalator for clearing the platform"),
    "total_time": Text(ko="전체 시간에 가장 불리한 에스컬레이터", en="Worst escalator for the total time"),
    "travel_distance": Text(ko="보행 거리에 가장 불리한 에스컬레이터", en="Worst escalator for the distance"),
}
"""By key of the rule that decides: clearing the platform, reaching a point of safety, walking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What people leave through.

    Parameters
    ----------
    id : str
    name : Text
    kind : str
        ``stairs``, ``escalator``, ``passage``, ``door``, ``gate`` or ``turnstile``; the pack's constant ``flow_<kind>`` goes with it.
    width_mm : float or None
        None for what counts by the piece.
    count : int
    emergency : bool
        Leads to a point of safety by itself, so that who takes it is not in the concourse.
    basis, source : str
        How the width is known.
    """

    id: str
    name: Text
    kind: str
    width_mm: float | None = None
    count: int = 1
    emergency: bool = False
    basis: str = "surveyed"
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A part of the longest way: ``distance_m`` at the pack's speed ``pace``, or at ``speed_m_per_min`` where that is given.

    On stairs and escalators the distance is the height, and the speed a vertical one. A distance that nobody knows is None.
    """

    key: str
    name: Text
    distance_m: float | None
    pace: str
    speed_m_per_min: float | None = None
    basis: str = "surveyed"
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What a sheet is filled with.

    Parameters
    ----------
    id : str
    name : Text
    load : Known
        Persons on it, with those of the train.
    load_rows : tuple of Row
        How the load comes about.
    other_load : Known
        Persons of other platforms who use the same gates and exits.
    exits, gates, street : tuple of Element
        Ways off the platform; through the fare barrier; out of the concourse.
    legs : mapping of str to tuple of Leg
        The longest way from the most remote point, by id of the escalator that is out; ``""`` with all of them in use.
    walk_m : mapping of str to float
        What the longest way on the platform measures, by the same.
    routes : int
        Independent ways off the platform.
    """

    id: str
    name: Text
    load: Known
    exits: tuple[Element, ...]
    legs: Mapping[str, tuple[Leg, ...]]
    walk_m: Mapping[str, float]
    routes: int
    load_rows: tuple[Row, ...] = ()
    other_load: Known = field(default_factory=lambda: Known(quantity=Quantity.of(0, "p")))
    gates: tuple[Element, ...] = ()
    street: tuple[Element, ...] = ()


def platform_sheet(platform: Platform, pack: RulePack) -> Sheet:
    """Fill a rule pack for a platform, with each escalator out of service in turn.

    Raises
    ------
    InvalidScenario
        The pack has no constant for a kind of element or a pace, or a formula names what is not there.
    UnitMismatch
        A formula of the pack does not hold together.
    """
    escalators = [e.id for e in platform.exits if e.kind == "escalator"] or [""]
    sheets = {out: _filled(platform, pack, out) for out in escalators}
    worst = tuple(
        _worst(key, name, {out: rows for out, rows in sheets.items() if out})
        for key, name in _WORST.items()
        if escalators != [""] and any(rule.key == key for rule in pack.rules)
    )
    out = max(
        escalators, key=lambda ident: (_value(sheets[ident], "total_time"), _value(sheets[ident], "platform_time"))
    )
    return Sheet(
        pack=pack.id,
        edition=pack.edition,
        name=pack.name,
        notice=pack.notice,
        read=pack.read,
        subject=platform.id,
        title=platform.name,
        out_of_service=out,
        rows=(*platform.load_rows, *sheets[out]),
        worst=worst,
    )


def _value(rows: tuple[Row, ...], key: str) -> float:
    found = [row.value for row in rows if row.key == key]
    return float("inf") if not found or found[0] is None else found[0]


def _worst(key: str, name: Text, sheets: Mapping[str, tuple[Row, ...]]) -> Row:
    out = max(sheets, key=lambda ident: (_value(sheets[ident], key), ident))
    row = next(row for row in sheets[out] if row.key == key)
    return Row(
        row=row.row,
        key=f"worst_{key}",
        name=name,
        formula=row.formula,
        filled=f"{out}: {row.filled}",
        unit=row.unit,
        value=row.value,
        limit=row.limit,
        test=row.test,
        verdict=row.verdict,
        source=row.source,
        basis=row.basis,
        read=row.read,
        note=row.note,
    )


def _filled(platform: Platform, pack: RulePack, out: str) -> tuple[Row, ...]:
    """Rows of elements, of the walk, and of the pack, with one escalator out."""
    known = {
        key: Known(quantity=c.quantity, source=c.source, basis="default", read=c.read)
        for key, c in pack.constants.items()
    }
    rows: list[Row] = []
    for group, elements in (("platform", platform.exits), ("gate", platform.gates), ("street", platform.street)):
        used = [e for e in elements if e.id != out]
        for number, element in enumerate(used, start=1):
            row, value = _capacity(element, pack, f"{group}_{number}")
            rows.append(row)
            known[row.key] = value
        known |= _sums(group, used, known)
    for leg in platform.legs.get(out, platform.legs[""]):
        row, value = _time(leg, pack)
        rows.append(row)
        known[leg.key] = value
    known["platform_load"] = platform.load
    known["other_load"] = platform.other_load
    known["platform_walk"] = Known(quantity=Quantity.of(platform.walk_m.get(out, platform.walk_m[""]), "m"))
    known["platform_routes"] = Known(quantity=Quantity.of(platform.routes, "1"))
    return (*rows, *fill(pack.rules, known))


def _capacity(element: Element, pack: RulePack, key: str) -> tuple[Row, Known]:
    constant = pack.constants.get(f"flow_{element.kind}")
    if constant is None:
        raise InvalidScenario(
            f"Rule pack {pack.id} has no flow_{element.kind}, which {element.id} needs.",
            ko=f"규칙 {pack.id}에 {element.id}에 쓸 flow_{element.kind} 값이 없습니다.",
            element=element.id,
        )
    count, flow = Quantity.of(element.count, "1"), constant.quantity
    if flow.powers == (1, -1, -1):
        if element.width_mm is None:
            value, filled = None, f"{element.count} × ? × {constant.value:g} {constant.unit}"
        else:
            value = count * Quantity.of(element.width_mm, "mm") * flow
            filled = f"{element.count} × {element.width_mm:g} mm × {constant.value:g} {constant.unit}"
    else:
        value, filled = count * flow, f"{element.count} × {constant.value:g} {constant.unit}"
    basis = element.basis if element.width_mm is not None else "surveyed"
    source = "; ".join(s for s in (element.source, constant.source) if s)
    kind = _NAMES[element.kind]
    row = Row(
        row="B",
        key=key,
        name=Text(
            ko=f"{kind.ko} {element.name.best('ko') or element.id}",
            en=f"{kind.en} {element.name.best('en') or element.id}",
        ),
        formula="n × w × f",
        filled=filled,
        unit="p/min",
        value=None if value is None else value.in_unit("p/min"),
        source=source,
        basis=basis,
        read=constant.read,
    )
    return row, Known(quantity=value, source=source, basis=basis, read=constant.read)


def _sums(group: str, elements: list[Element], known: Mapping[str, Known]) -> dict[str, Known]:
    """Capacities of a group together; nothing there to limit is an endless capacity, something unknown makes it unknown."""
    parts = {e.id: known[f"{group}_{number}"] for number, e in enumerate(elements, start=1)}
    if group != "platform":
        return {f"{group}_capacity": _sum(list(parts.values()), none=float("inf"))}
    kinds = {
        "escalator_capacity": [parts[e.id] for e in elements if e.kind == "escalator"],
        "stair_capacity": [parts[e.id] for e in elements if e.kind != "escalator"],
        "emergency_capacity": [parts[e.id] for e in elements if e.emergency],
    }
    return {key: _sum(values, none=0.0) for key, values in kinds.items()}


def _sum(values: list[Known], *, none: float) -> Known:
    if not values:
        return Known(quantity=Quantity.of(none, "p/min"))
    total: Quantity | None = Quantity.of(0, "p/min")
    for value in values:
        total = None if total is None or value.quantity is None else total + value.quantity
    order = ("surveyed", "declared", "default")
    return Known(
        quantity=total,
        source="; ".join(dict.fromkeys(v.source for v in values if v.source)),
        basis=max((v.basis for v in values), key=order.index),
        read=all(v.read for v in values),
    )


def _time(leg: Leg, pack: RulePack) -> tuple[Row, Known]:
    if leg.speed_m_per_min is not None:
        speed, source, read = Quantity.of(leg.speed_m_per_min, "m/min"), leg.source, True
    else:
        constant = pack.constants.get(leg.pace)
        if constant is None:
            raise InvalidScenario(
                f"Rule pack {pack.id} has no {leg.pace}.", ko=f"규칙 {pack.id}에 {leg.pace} 값이 없습니다."
            )
        speed, source, read = constant.quantity, "; ".join(s for s in (leg.source, constant.source) if s), constant.read
    time = None if leg.distance_m is None else Quantity.of(leg.distance_m, "m") / speed
    distance = "?" if leg.distance_m is None else f"{leg.distance_m:.4g} m"
    row = Row(
        row="C",
        key=leg.key,
        name=leg.name,
        formula="d / v",
        filled=f"{distance} / {speed.in_unit('m/min'):g} m/min",
        unit="min",
        value=None if time is None else time.in_unit("min"),
        verdict=None,
        source=source,
        basis=leg.basis,
        read=read,
    )
    return row, Known(quantity=time, source=source, basis=leg.basis, read=read)


__all__ = ["Element", "Leg", "Platform", "Verdict", "platform_sheet"]
