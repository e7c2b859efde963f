"""What the parts of a scenario ask of one another, beyond what each key takes by itself."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from indoor3d.models.scenario import (
    DISTRIBUTIONS,
    Analysis,
    Assistance,
    Delay,
    DelayOf,
    EvacuationLift,
    Hazard,
    HazardKind,
    Method,
    Occupants,
    Scenario,
    Share,
    Track,
    Train,
)

Problem = tuple[str, str, str]
"""Name of the member, and what is wrong in English and in Korean."""

_EVEN = 1e-6


def problem(made: Any) -> Problem | None:
    """What is wrong with a value made from its keys; None where nothing is."""
    rule = _RULES.get(type(made))
    return rule(made) if rule is not None else None


def _needed(name: str, en: str, ko: str) -> Problem:
    return name, f"is needed: {en}", f"값이 필요합니다: {ko}"


def _delay(delay: Delay) -> Problem | None:
    wanted = DISTRIBUTIONS[delay.kind]
    for name in dict.fromkeys(name for names in DISTRIBUTIONS.values() for name in names):
        given = getattr(delay, name) is not None
        if given and name not in wanted:
            return name, f"{delay.kind} has only {', '.join(wanted)}", f"{delay.kind}: {', '.join(wanted)} 값만 씁니다"
        if not given and name in wanted:
            return _needed(name, f"{delay.kind} has {', '.join(wanted)}", f"{delay.kind} 분포의 {', '.join(wanted)}")
    low, mode, high = delay.low_s, delay.mode_s, delay.high_s
    if low is not None and high is not None and low > high:
        return "high_s", "is less than low_s", "low_s보다 작습니다"
    if mode is not None and low is not None and high is not None and not low <= mode <= high:
        return "mode_s", "is not between low_s and high_s", "low_s와 high_s 사이가 아닙니다"
    return None


def _shares(shares: Iterable[Share], name: str) -> Problem | None:
    shares = tuple(shares)
    if len({share.profile for share in shares}) < len(shares):
        return name, "a profile is there twice", "같은 이동 유형이 두 번 있습니다"
    total = sum(share.share for share in shares)
    if shares and abs(total - 1) > _EVEN:
        return name, f"shares add up to {total:g}, not 1", f"비율의 합이 1이 아니라 {total:g}입니다"
    return None


def _occupants(entry: Occupants) -> Problem | None:
    if entry.spaces and (entry.categories or entry.levels):
        name = "categories" if entry.categories else "levels"
        return name, "does not go with spaces", "spaces와 함께 쓰지 않습니다"
    if not (entry.spaces or entry.categories or entry.levels):
        return "spaces", "names nothing", "아무것도 가리키지 않습니다"
    if not entry.source:
        return _needed("source", "who says how many there are", "사람 수를 누가 밝혔는지")
    return _shares(entry.mobility, "mobility")


def _first(*rules: tuple[bool, Problem]) -> Problem | None:
    """The first that holds."""
    return next((wrong for holds, wrong in rules if holds), None)


def _track(track: Track) -> Problem | None:
    own = track.boarding_per_h is not None or track.alighting_per_h is not None
    asked = "boarding_per_h" if track.boarding_per_h is not None else "alighting_per_h"
    counted = bool(track.counts)
    return _first(
        (counted and own, (asked, "does not go with counts", "counts와 함께 쓰지 않습니다")),
        (counted and not track.line, _needed("line", "as the counts have it", "승하차 표에 적힌 호선")),
        (
            not counted and track.boarding_per_h is None,
            _needed("boarding_per_h", "boardings in the peak hour, or counts", "첨두시간 승차 또는 counts"),
        ),
        (
            not counted and not track.source,
            _needed("source", "who says how many there are", "사람 수를 누가 밝혔는지"),
        ),
        (not counted and track.share is not None, ("share", "goes with counts only", "counts와만 씁니다")),
        (not counted and track.hour is not None, ("hour", "goes with counts only", "counts와만 씁니다")),
        (
            track.method is Method.HEADWAY_DOUBLED and track.headway_s is None,
            _needed("headway_s", "the method doubles it", "headway_doubled 계산법의 배차 간격"),
        ),
    )


def _train(train: Train) -> Problem | None:
    if train.cars is None and not train.source:
        return _needed("source", "who says how many are on it", "탄 사람 수를 누가 밝혔는지")
    return _shares(train.mobility, "mobility")


_USES: Mapping[str, tuple[HazardKind, ...]] = MappingProxyType(
    {
        "level": (HazardKind.FLOODED,),
        "depth_m": (HazardKind.FLOODED,),
        "direction": (HazardKind.REVERSED,),
        "spread_mps": (HazardKind.FIRE, HazardKind.SMOKE),
        "extinction_per_m": (HazardKind.FIRE, HazardKind.SMOKE),
        "temperature_c": (HazardKind.FIRE, HazardKind.SMOKE),
        "co_ppm": (HazardKind.FIRE, HazardKind.SMOKE),
        "co2_pct": (HazardKind.FIRE, HazardKind.SMOKE),
        "o2_pct": (HazardKind.FIRE, HazardKind.SMOKE),
        "fed_per_min": (HazardKind.FIRE, HazardKind.SMOKE),
    }
)


def _hazard(hazard: Hazard) -> Problem | None:
    kind = hazard.kind
    for name, kinds in _USES.items():
        if getattr(hazard, name) not in (None, "") and kind not in kinds:
            return name, f"{kind} has none", f"{kind}에는 쓰지 않습니다"
    gases = [name for name in ("co_ppm", "co2_pct", "o2_pct") if getattr(hazard, name) is not None]
    if hazard.fed_per_min is not None and gases:
        return "fed_per_min", f"does not go with {gases[0]}", f"{gases[0]}와(과) 함께 쓰지 않습니다"
    if hazard.until_s is not None and hazard.until_s <= hazard.at_s:
        return "until_s", "is not after at_s", "at_s보다 뒤가 아닙니다"
    if hazard.spread and kind not in (HazardKind.FIRE, HazardKind.SMOKE):
        return "spread", f"{kind} does not spread", f"{kind}: 번지지 않습니다"
    if hazard.rise_m_per_min and kind is not HazardKind.FLOODED:
        return "rise_m_per_min", f"{kind} does not rise", f"{kind}: 차오르지 않습니다"
    return _hazard_place(hazard)


def _hazard_place(hazard: Hazard) -> Problem | None:
    kind = hazard.kind
    burning = kind in {HazardKind.FIRE, HazardKind.SMOKE}
    flooded, closed = kind is HazardKind.FLOODED, kind is HazardKind.CLOSED
    machine = kind in {HazardKind.STOPPED, HazardKind.REVERSED}
    names = f"{kind} names escalators, moving walks or lifts", f"{kind}: 에스컬레이터·무빙워크·승강기를 적습니다"
    return _first(
        (burning and not hazard.spaces, _needed("spaces", "where it is", "일어나는 공간")),
        (burning and bool(hazard.elements), ("elements", f"{kind} is in spaces", f"{kind}: 공간에 적습니다")),
        (
            closed and not (hazard.spaces or hazard.elements),
            _needed("elements", "what is closed; or spaces", "닫히는 것, 또는 공간"),
        ),
        (flooded and hazard.depth_m is None, _needed("depth_m", "how deep the water is", "물의 깊이")),
        (
            flooded and (bool(hazard.level) == bool(hazard.spaces) or bool(hazard.elements)),
            ("level", "a level or spaces, and nothing else, are flooded", "층 또는 공간 가운데 하나만 적습니다"),
        ),
        (machine and (not hazard.elements or bool(hazard.spaces)), ("elements", *names)),
        (kind is HazardKind.REVERSED and hazard.direction is None, _needed("direction", "up or down", "up 또는 down")),
    )


def _analysis(analysis: Analysis) -> Problem | None:
    for name in ("document", "by"):
        if not getattr(analysis, name).strip():
            return _needed(name, "an analysis is on file somewhere, by somebody", "문서와 작성자")
    try:
        date.fromisoformat(analysis.on)
    except ValueError:
        return "on", "is no day such as 2026-11-27", "2026-11-27 같은 날짜가 아닙니다"
    return None


def _sourced(value: Assistance | EvacuationLift) -> Problem | None:
    return None if value.source.strip() else _needed("source", "who says so", "누가 밝혔는지")


def _delay_of(entry: DelayOf) -> Problem | None:
    return None if entry.spaces else _needed("spaces", "whose delay it is", "어느 공간의 분포인지")


def _scenario(scenario: Scenario) -> Problem | None:
    return (
        _ids(scenario)
        or _first(
            (not scenario.mobility, _needed("mobility", "how people move", "이동 유형")),
            (
                any(not 0 < q < 1 for q in scenario.quantiles),
                ("quantiles", "each is between 0 and 1", "0과 1 사이의 값입니다"),
            ),
            (scenario.step_s > scenario.horizon_s, ("step_s", "is longer than horizon_s", "horizon_s보다 깁니다")),
        )
        or _shares(scenario.mobility, "mobility")
    )


def _ids(scenario: Scenario) -> Problem | None:
    for name in ("counts", "tracks", "trains", "hazards"):
        if _twice(entry.id for entry in getattr(scenario, name)):
            return name, "two have the same id", "id가 같은 것이 둘 있습니다"
    if _twice(space for entry in scenario.premovement_of for space in entry.spaces):
        return "premovement_of", "a space is there twice", "같은 공간이 두 번 있습니다"
    counts, tracks = {c.id for c in scenario.counts}, {t.id for t in scenario.tracks}
    asked = [(f"tracks[{n}].counts", t.counts, counts) for n, t in enumerate(scenario.tracks) if t.counts]
    asked += [(f"trains[{n}].track", t.track, tracks) for n, t in enumerate(scenario.trains)]
    return next((_none_such(path, name, known) for path, name, known in asked if name not in known), None)


def _twice(names: Iterable[str]) -> bool:
    listed = list(names)
    return len(set(listed)) < len(listed)


def _none_such(path: str, name: str, known: Iterable[str]) -> Problem:
    listed = ", ".join(sorted(known)) or "–"
    return path, f"there is no {name!r}; there are: {listed}", f"{name!r}: 없습니다. 있는 것: {listed}"


_RULES: Mapping[type, Callable[[Any], Problem | None]] = MappingProxyType(
    {
        Delay: _delay,
        DelayOf: _delay_of,
        Occupants: _occupants,
        Track: _track,
        Train: _train,
        Hazard: _hazard,
        Analysis: _analysis,
        Assistance: _sourced,
        EvacuationLift: _sourced,
        Scenario: _scenario,
    }
)
