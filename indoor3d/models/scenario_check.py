"""Scenarios held against a building: everything that is named has to be there."""

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from indoor3d.errors import InvalidScenario, UnknownLevel
from indoor3d.models.building import Building, Connector, Exit, Opening, Space
from indoor3d.models.movement import CALIBRATIONS
from indoor3d.models.scenario import Hazard, HazardKind, Scenario
from indoor3d.models.vocabulary import ConnectorCategory, SpaceCategory

_NEAREST = 5
_MOVING = frozenset({ConnectorCategory.ESCALATOR, ConnectorCategory.MOVING_WALK, ConnectorCategory.LIFT})


def check(building: Building, scenario: Scenario, *, profiles: Collection[str] = ()) -> Scenario:
    """Hold a scenario against a building, and put ids in the place of names.

    Parameters
    ----------
    profiles : collection of str
        Ids of movement profiles that may be named; not looked at when empty.

    Returns
    -------
    Scenario
        The same, with ids only.

    Raises
    ------
    InvalidScenario
        Something named is not there, or two things have the name. ``context`` has the ``path``, and the ids and names that are ``nearest``.
    """
    if building.venue.id not in scenario.venues and not set(building.venue.members) & set(scenario.venues):
        known = [building.venue.id, *building.venue.members]
        raise _missing("venues", scenario.venues[0] if scenario.venues else "", known, "venue", "장소")
    _profiles(scenario, profiles)
    if scenario.movement not in CALIBRATIONS:
        raise _missing("movement", scenario.movement, CALIBRATIONS, "calibration", "이동 보정값")
    names = _Names.of(building)
    return replace(
        scenario,
        premovement_of=tuple(
            replace(d, spaces=names.spaces(d.spaces, f"premovement_of[{n}].spaces"))
            for n, d in enumerate(scenario.premovement_of)
        ),
        occupants=tuple(
            replace(
                o,
                spaces=names.spaces(o.spaces, f"occupants[{n}].spaces"),
                without=names.spaces(o.without, f"occupants[{n}].without"),
                levels=tuple(names.level(v, f"occupants[{n}].levels[{k}]") for k, v in enumerate(o.levels)),
            )
            for n, o in enumerate(scenario.occupants)
        ),
        tracks=tuple(
            replace(t, platform=names.platform(t.platform, f"tracks[{n}].platform"))
            for n, t in enumerate(scenario.tracks)
        ),
        trains=tuple(
            replace(t, space=names.space(t.space, f"trains[{n}].space") if t.space else "")
            for n, t in enumerate(scenario.trains)
        ),
        hazards=tuple(_hazard(names, h, f"hazards[{n}]") for n, h in enumerate(scenario.hazards)),
        exits=None if scenario.exits is None else names.each("exit", scenario.exits, "exits"),
        points_of_safety=tuple(
            replace(p, space=names.space(p.space, f"points_of_safety[{n}].space"))
            for n, p in enumerate(scenario.points_of_safety)
        ),
        assistance=tuple(
            replace(a, connectors=names.each("connector", a.connectors, f"assistance[{n}].connectors"))
            for n, a in enumerate(scenario.assistance)
        ),
        evacuation_lifts=tuple(
            replace(e, lift=names.lift(e.lift, f"evacuation_lifts[{n}].lift"))
            for n, e in enumerate(scenario.evacuation_lifts)
        ),
    )


def _profiles(scenario: Scenario, profiles: Collection[str]) -> None:
    mixes = [("mobility", scenario.mobility)]
    mixes += [(f"occupants[{n}].mobility", o.mobility) for n, o in enumerate(scenario.occupants)]
    mixes += [(f"trains[{n}].mobility", t.mobility) for n, t in enumerate(scenario.trains)]
    for path, mix in mixes:
        for n, share in enumerate(mix):
            if profiles and share.profile not in profiles:
                raise _missing(f"{path}[{n}].profile", share.profile, profiles, "movement profile", "이동 유형")


def _hazard(names: "_Names", hazard: Hazard, path: str) -> Hazard:
    elements = names.each("element", hazard.elements, f"{path}.elements")
    for n, ident in enumerate(elements):
        element = names.building.by_id[ident]
        if hazard.kind in {HazardKind.STOPPED, HazardKind.REVERSED} and not _runs(element, hazard.kind):
            raise _refuse(
                f"{path}.elements[{n}]",
                f"{ident} is nothing that can be {hazard.kind}",
                f"{ident}: {hazard.kind} 대상이 아닙니다",
            )
    return replace(
        hazard,
        elements=elements,
        spaces=names.spaces(hazard.spaces, f"{path}.spaces"),
        level=names.level(hazard.level, f"{path}.level") if hazard.level else "",
    )


def _runs(element: Any, kind: HazardKind) -> bool:
    if not isinstance(element, Connector):
        return False
    return element.category in (_MOVING if kind is HazardKind.STOPPED else _MOVING - {ConnectorCategory.LIFT})


_KINDS: Mapping[str, tuple[str, str]] = {
    "space": ("space", "공간"),
    "exit": ("exit", "출구"),
    "connector": ("connector", "계단·승강기"),
    "element": ("opening, connector or exit", "문·계단·승강기·출구"),
}


@dataclass(frozen=True, kw_only=True)
class _Names:
    """Ids by what people call things, for each kind of thing."""

    building: Building
    found: Mapping[str, Mapping[str, tuple[str, ...]]]

    @classmethod
    def of(cls, building: Building) -> "_Names":
        groups: dict[str, Sequence[Space | Opening | Connector | Exit]] = {
            "space": building.spaces,
            "exit": building.exits,
            "connector": building.connectors,
            "element": (*building.openings, *building.connectors, *building.exits),
        }
        return cls(building=building, found={kind: _called(things) for kind, things in groups.items()})

    def one(self, kind: str, name: str, path: str) -> str:
        en, ko = _KINDS[kind]
        called = self.found[kind]
        ids = called.get(name) or called.get(name.strip().casefold(), ())
        if len(ids) == 1:
            return ids[0]
        if ids:
            listed = ", ".join(ids)
            raise _refuse(
                path,
                f"more than one {en} is called {name[:64]!r}: {listed}",
                f"{name[:64]!r}: 이 이름의 {ko} 항목이 둘 이상입니다. {listed}",
                nearest=list(ids),
            )
        raise _missing(path, name, called, en, ko)

    def each(self, kind: str, given: Iterable[str], path: str) -> tuple[str, ...]:
        ids = tuple(self.one(kind, name, f"{path}[{n}]") for n, name in enumerate(given))
        if len(set(ids)) < len(ids):
            raise _refuse(path, "the same is there twice", "같은 것이 두 번 있습니다")
        return ids

    def space(self, name: str, path: str) -> str:
        ident = self.one("space", name, path)
        space = self.building.by_id[ident]
        if isinstance(space, Space) and not space.walkable and space.category is not SpaceCategory.TRACK:
            raise _refuse(path, f"{name[:64]!r} is no space to walk in", f"{name[:64]!r}: 걸을 수 없는 공간입니다")
        return ident

    def spaces(self, given: Iterable[str], path: str) -> tuple[str, ...]:
        ids = tuple(self.space(name, f"{path}[{n}]") for n, name in enumerate(given))
        if len(set(ids)) < len(ids):
            raise _refuse(path, "the same is there twice", "같은 것이 두 번 있습니다")
        return ids

    def platform(self, name: str, path: str) -> str:
        ident = self.space(name, path)
        space = self.building.by_id[ident]
        if isinstance(space, Space) and space.category is not SpaceCategory.PLATFORM:
            raise _refuse(path, f"{name[:64]!r} is no platform", f"{name[:64]!r}: 승강장이 아닙니다")
        return ident

    def lift(self, name: str, path: str) -> str:
        ident = self.one("connector", name, path)
        way = self.building.by_id[ident]
        if isinstance(way, Connector) and way.category is not ConnectorCategory.LIFT:
            raise _refuse(path, f"{name[:64]!r} is no lift", f"{name[:64]!r}: 승강기가 아닙니다")
        return ident

    def level(self, name: str, path: str) -> str:
        try:
            return self.building.level(name).id
        except UnknownLevel as error:
            raise _missing(path, name, [v.short_name for v in self.building.levels], "level", "층") from error


def _called(things: Iterable[Space | Opening | Connector | Exit]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    by_id = {thing.id: (thing.id,) for thing in things}
    for thing in things:
        texts = {thing.name.default, thing.name.ko, thing.name.en}
        if isinstance(thing, Exit) and thing.number:
            texts |= {thing.number, f"exit {thing.number}", f"{thing.number}번 출구"}
        for text in texts:
            if text.strip():
                found.setdefault(text.strip().casefold(), {})[thing.id] = None
    return {name: tuple(ids) for name, ids in found.items()} | by_id


def _missing(path: str, name: str, known: Iterable[str], en: str, ko: str) -> InvalidScenario:
    text = name[:64]
    nearest = difflib.get_close_matches(text.casefold(), list(known), _NEAREST, 0.3)
    listed = ", ".join(nearest) or "–"
    return _refuse(
        path,
        f"there is no {en} {text!r}; nearest: {listed}",
        f"{text!r}: 그런 {ko} 항목이 없습니다. 비슷한 것: {listed}",
        nearest=nearest,
        given=text,
    )


def _refuse(path: str, en: str, ko: str, **context: Any) -> InvalidScenario:
    return InvalidScenario(f"{path}: {en}.", ko=f"{path}: {ko}.", path=path, **context)
