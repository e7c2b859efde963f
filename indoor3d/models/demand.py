"""Who is there when it begins: persons in every space, how they move, and how each number comes about, line by line.

Platform loads follow the rows A1 to A6 of a metro station's egress sheet (PLANNERS.md, part 2): boardings, surge, disruption, what a train holds.
Every line is a formula whose units are checked. Fractions of people become whole people by the largest remainder, totals are rounded up, and shares
of people who move with difficulty are rounded up.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from indoor3d.errors import InvalidScenario
from indoor3d.models.building import Building, Space, Text
from indoor3d.models.quantity import Quantity
from indoor3d.models.ridership import Hourly, day_of, decode, read_counts, same_line, working_days, wrong
from indoor3d.models.rules import Known, Row, work_out
from indoor3d.models.scenario import USES, Counts, Method, Occupants, Scenario, Share, Track, Train
from indoor3d.models.scenario_check import check
from indoor3d.models.scenario_form import validated
from indoor3d.models.scenario_keys import ROOT
from indoor3d.models.vocabulary import SpaceCategory

DemandLine = Row
"""One line of how a load comes about: row, quantity, formula with numbers, unit, value, source, basis."""

MOST_PERSONS = 500_000
"""More than this in one scenario is refused."""
_NEARLY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """People who come into a space later: off a train."""

    space: str
    at_s: float
    persons: int
    mobility: Mapping[str, int]
    train: str


@dataclass(frozen=True, kw_only=True)
class Load:
    """Who is there.

    Parameters
    ----------
    persons : mapping of str to int
        By id of the space, when it begins; spaces without anybody are left out.
    mobility : mapping of str to mapping of str to int
        Persons of each profile, by space; they add up to ``persons``.
    later : tuple of Arrival
    platforms : mapping of str to Known
        Persons on each platform that has tracks in the scenario, with those of its trains whenever they come, as rule sheets take them.
    lines : mapping of str to tuple of DemandLine
        How each number comes about, by id of the space.
    """

    persons: Mapping[str, int]
    mobility: Mapping[str, Mapping[str, int]]
    later: tuple[Arrival, ...] = ()
    platforms: Mapping[str, Known] = field(default_factory=dict)
    lines: Mapping[str, tuple[DemandLine, ...]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Everybody, those who come later included."""
        return sum(self.persons.values()) + sum(arrival.persons for arrival in self.later)


def load(building: Building, scenario: Scenario, *, files: Mapping[str, bytes] = MappingProxyType({})) -> Load:
    """Work out who is in a building.

    Parameters
    ----------
    files : mapping of str to bytes
        Content of the tables that the scenario names by file.

    Raises
    ------
    InvalidScenario
        The scenario is wrong in itself, names what is not there, or has more people than can be dealt with.
    """
    scenario = check(building, validated(scenario))
    crowd = _Crowd(scenario=scenario, spaces={space.id: space for space in building.spaces})
    for n, entry in enumerate(scenario.occupants):
        crowd.occupy(entry, n)
    tables = {c.id: _table(c, n, files) for n, c in enumerate(scenario.counts)}
    for n, track in enumerate(scenario.tracks):
        crowd.wait(track, n, tables)
    for train in scenario.trains:
        crowd.alight(train)
    return crowd.load()


def largest_remainder(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers that add up to ``total`` and are as near to the shares of the weights as can be; the first of equals gets more.

    Examples
    --------
    >>> largest_remainder(10, [1.0, 1.0, 1.0])
    [4, 3, 3]
    """
    whole = math.fsum(weights)
    if whole <= 0:
        return [0] * len(weights)
    exact = [total * weight / whole for weight in weights]
    found = [math.floor(value + _NEARLY) for value in exact]
    rest = sorted(range(len(weights)), key=lambda n: (found[n] - exact[n], n))
    for n in rest[: total - sum(found)]:
        found[n] += 1
    return found


def mixed(persons: Mapping[str, int], shares: Iterable[Share]) -> dict[str, dict[str, int]]:
    """Divide the people of some spaces by how they move.

    All shares but the largest are rounded up over all of the spaces together, so that one wheelchair user among a thousand people in
    fifty rooms is one and not none.

    Returns
    -------
    dict of str to dict of str to int
        Persons by space and profile; what is 0 is left out.
    """
    total = sum(persons.values())
    spaces = sorted(persons)
    rest = {space: persons[space] for space in spaces}
    found: dict[str, dict[str, int]] = {space: {} for space in spaces}
    ordered = sorted(shares, key=lambda s: (s.share, s.profile))
    for share in ordered:
        wanted = math.ceil(total * share.share - _NEARLY) if share is not ordered[-1] else total
        wanted = min(wanted, sum(rest.values()))
        for space, count in zip(spaces, largest_remainder(wanted, [rest[s] for s in spaces]), strict=True):
            if count:
                found[space][share.profile] = found[space].get(share.profile, 0) + count
                rest[space] -= count
    return {space: mix for space, mix in found.items() if mix}


# ── who is where ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class _Group:
    """People of one entry: where they are, from when on, and how they move."""

    persons: Mapping[str, int]
    shares: tuple[Share, ...]
    at_s: float = 0.0
    train: str = ""


@dataclass(kw_only=True)
class _Crowd:
    """What is collected while a scenario is worked through."""

    scenario: Scenario
    spaces: Mapping[str, Space]
    groups: list[_Group] = field(default_factory=list)
    lines: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    platforms: dict[str, dict[str, Known]] = field(default_factory=lambda: defaultdict(dict))

    def occupy(self, entry: Occupants, number: int) -> None:
        path = f"occupants[{number}]"
        chosen = self._chosen(entry)
        if not chosen:
            raise wrong(path, "no space of the venue is meant", "장소에 해당하는 공간이 없습니다")
        area = {space.id: space.footprint.area for space in chosen}
        sums = {ident: _occupancy(entry, area[ident], math.fsum(area.values())) for ident in area}
        exact = {ident: known["persons"].quantity or Quantity(0.0) for ident, (_, known) in sums.items()}
        total = math.ceil(math.fsum(value.value for value in exact.values()) - _NEARLY)
        whole = largest_remainder(total, [exact[ident].value for ident in area])
        for ident, count in zip(area, whole, strict=True):
            self.lines[ident] += [
                *sums[ident][0],
                _line(
                    "O",
                    "persons",
                    Text(ko="여기 있는 사람", en="People here"),
                    Known(
                        quantity=Quantity.of(count, "p"),
                        source=sums[ident][0][-1].source,
                        basis=sums[ident][0][-1].basis,
                        read=sums[ident][0][-1].read,
                    ),
                    "p",
                ),
            ]
        self._add({i: n for i, n in zip(area, whole, strict=True) if n}, entry.mobility)

    def _chosen(self, entry: Occupants) -> list[Space]:
        if entry.spaces:
            named = [self.spaces[ident] for ident in entry.spaces if ident not in entry.without]
        else:
            named = [
                space
                for space in self.spaces.values()
                if space.walkable
                and (space.category is not SpaceCategory.OUTDOOR or SpaceCategory.OUTDOOR in entry.categories)
                and (not entry.categories or space.category in entry.categories)
                and (not entry.levels or space.level in entry.levels)
                and space.id not in entry.without
            ]
        return sorted(named, key=lambda space: space.id)

    def wait(self, track: Track, number: int, tables: Mapping[str, tuple[Counts, tuple[Hourly, ...]]]) -> None:
        rows, known = _riders(track, f"tracks[{number}]", tables)
        more, waiting = _entraining(track, known)
        self._on_platform(track.platform, [*rows, *more], waiting)
        self._add({track.platform: _whole(waiting)}, ())

    def alight(self, train: Train) -> None:
        track = next(t for t in self.scenario.tracks if t.id == train.track)
        rows, aboard = _aboard(train)
        self._on_platform(track.platform, rows, aboard)
        space = train.space or track.platform
        self._add({space: _whole(aboard)}, train.mobility, at_s=train.at_s, train=train.id)

    def _on_platform(self, platform: str, rows: Sequence[Row], persons: Known) -> None:
        self.lines[platform] += rows
        parts = self.platforms[platform]
        parts[f"{rows[-1].key}_{len(parts) + 1}"] = persons

    def _add(
        self, persons: Mapping[str, int], shares: tuple[Share, ...], *, at_s: float = 0.0, train: str = ""
    ) -> None:
        here = {ident: count for ident, count in persons.items() if count}
        self.groups.append(_Group(persons=here, shares=shares or self.scenario.mobility, at_s=at_s, train=train))

    def load(self) -> Load:
        total = sum(sum(group.persons.values()) for group in self.groups)
        if total > MOST_PERSONS:
            most = MOST_PERSONS
            raise InvalidScenario(
                f"There are {total} people; at most {most} can be dealt with.",
                ko=f"사람이 {total}명입니다. {most}명까지 다룰 수 있습니다.",
                path="occupants",
                most=most,
            )
        persons: dict[str, int] = defaultdict(int)
        mobility: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        later: list[Arrival] = []
        for shares, groups in self._by_shares():
            now: dict[str, int] = defaultdict(int)
            for group in groups:
                for ident, count in group.persons.items():
                    now[ident] += count
            for ident, mix in mixed(now, shares).items():
                persons[ident] += now[ident]
                for profile, count in mix.items():
                    mobility[ident][profile] += count
        for group in self.groups:
            if group.at_s > 0:
                mixes = mixed(group.persons, group.shares)
                later += [
                    Arrival(space=i, at_s=group.at_s, persons=n, mobility=mixes[i], train=group.train)
                    for i, n in group.persons.items()
                ]
        platforms = {}
        name = Text(ko="승강장 재실 인원", en="Platform occupant load")
        for ident, parts in sorted(self.platforms.items()):
            row, platforms[ident] = _worked("A6", "load", name, " + ".join(parts), parts, "p")
            self.lines[ident].append(row)
        return Load(
            persons=dict(sorted(persons.items())),
            mobility={ident: dict(sorted(mix.items())) for ident, mix in sorted(mobility.items())},
            later=tuple(sorted(later, key=lambda a: (a.at_s, a.space, a.train))),
            platforms=platforms,
            lines={ident: tuple(rows) for ident, rows in sorted(self.lines.items())},
        )

    def _by_shares(self) -> Iterable[tuple[tuple[Share, ...], list[_Group]]]:
        """Groups that are there from the start, those who move alike together."""
        found: dict[tuple[Share, ...], list[_Group]] = defaultdict(list)
        for group in self.groups:
            if group.at_s <= 0:
                found[group.shares].append(group)
        return found.items()


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _line(row: str, key: str, name: Text, known: Known, unit: str) -> Row:
    """A line that gives a number."""
    return Row(
        row=row,
        key=key,
        name=name,
        unit=unit,
        value=None if known.quantity is None else known.quantity.in_unit(unit),
        source=known.source,
        basis=known.basis,
        read=known.read,
    )


def _worked(row: str, key: str, name: Text, formula: str, known: Mapping[str, Known], unit: str) -> tuple[Row, Known]:
    """A line that works a number out of others, and the number."""
    done = work_out(formula, known)
    result = Known(quantity=done.quantity, source="; ".join(done.sources), basis=done.basis, read=done.read)
    value = None if done.quantity is None else done.quantity.in_unit(unit)
    return (
        Row(
            row=row,
            key=key,
            name=name,
            formula=formula,
            filled=done.filled,
            unit=unit,
            value=value,
            source=result.source,
            basis=done.basis,
            read=done.read,
        ),
        result,
    )


def _declared(value: float, unit: str, source: str) -> Known:
    return Known(quantity=Quantity.of(value, unit), source=source or "scenario", basis="declared")


def _defaulted(table: str, name: str, value: float, unit: str, source: str) -> Known:
    """A number of the scenario, with the source of its default where nobody declared another."""
    keys = ROOT.by_name[table].table
    if keys is None or value != keys.default(name):
        return _declared(value, unit, source)
    return Known(quantity=Quantity.of(value, unit), source=keys.by_name[name].source, basis="default", read=False)


def _occupancy(entry: Occupants, area_m2: float, all_m2: float) -> tuple[list[Row], dict[str, Known]]:
    known = {
        "area": Known(quantity=Quantity.of(area_m2, "m2")),
        "presence": _declared(entry.presence, "1", entry.source),
    }
    formula = "area / per_person * presence"
    if entry.persons is not None:
        known |= {
            "persons_in_all": _declared(entry.persons, "p", entry.source),
            "all_area": Known(quantity=Quantity.of(all_m2, "m2")),
        }
        formula = "persons_in_all * area / all_area * presence"
    elif entry.persons_each is not None:
        known["each"] = _declared(entry.persons_each, "p", entry.source)
        formula = "each * presence"
    elif entry.density_per_m2 is not None:
        known["density"] = _declared(entry.density_per_m2, "p/m2", entry.source)
        formula = "density * area * presence"
    elif entry.area_per_person_m2 is not None:
        known["per_person"] = _declared(entry.area_per_person_m2, "m2/p", entry.source)
    elif entry.use is not None:
        use = USES[entry.use]
        known["per_person"] = Known(
            quantity=Quantity.of(use.area_per_person_m2, "m2/p"), source=use.source, basis="default", read=use.read
        )
    row, result = _worked("O1", "occupants", Text(ko="재실 인원", en="Occupants"), formula, known, "p")
    return [row], {"persons": result}


def _entraining(track: Track, known: Mapping[str, Known]) -> tuple[list[Row], Known]:
    """Rows A2 to A4: who waits on the platform."""
    surge = _defaulted("tracks", "surge_factor", track.surge_factor, "1", track.source)
    rows = [_line("A2", "surge", Text(ko="할증 계수 Sf", en="Surge factor Sf"), surge, "1")]
    values = {"boarding": known["boarding"], "surge": surge}
    if track.headway_s is not None:
        values["headway"] = _declared(track.headway_s, "s", track.source)
        rows.append(_line("A2b", "headway", Text(ko="배차 간격", en="Headway"), values["headway"], "min"))
    formula = "boarding * surge * 2 * headway"
    if track.method is Method.DISRUPTION:
        values["disruption"] = _defaulted("tracks", "disruption_min", track.disruption_min, "min", track.source)
        rows.append(
            _line(
                "A2c",
                "disruption",
                Text(ko="운행 지연 시간 Sd", en="Service disruption Sd"),
                values["disruption"],
                "min",
            )
        )
        formula = "boarding * surge * disruption"
        if "headway" in values:  # nobody waits shorter than for the next train
            formula = "boarding * surge * max(disruption, headway)"
    row, result = _worked(
        "A4",
        "entraining",
        Text(ko=f"기다리는 사람 ({track.id})", en=f"Entraining load, {track.id}"),
        formula,
        values,
        "p",
    )
    return [*rows, row], result


def _aboard(train: Train) -> tuple[list[Row], Known]:
    """Row A3: who is on the train."""
    name = Text(ko=f"열차에 탄 사람 ({train.id})", en=f"Train load, {train.id}")
    if train.persons is not None or train.capacity is not None:
        known = _declared(train.persons if train.persons is not None else train.capacity or 0, "p", train.source)
        return [_line("A3", "train", name, known, "p")], known
    values = {
        "cars": _declared(train.cars or 0, "1", train.source),
        "per_car": _defaulted("trains", "persons_per_car", train.persons_per_car, "p", train.source),
        "crowding": _defaulted("trains", "crowding", train.crowding, "1", train.source),
    }
    row, known = _worked("A3", "train", name, "cars * per_car * crowding", values, "p")
    return [row], known


def _whole(known: Known) -> int:
    return 0 if known.quantity is None else math.ceil(known.quantity.in_unit("p") - _NEARLY)


# ── boardings ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _table(counts: Counts, number: int, files: Mapping[str, bytes]) -> tuple[Counts, tuple[Hourly, ...]]:
    path = f"counts[{number}].{'csv' if counts.csv else 'file'}"
    if counts.csv:
        text = counts.csv
    elif counts.file in files:
        text = decode(files[counts.file], path)
    else:
        given = ", ".join(sorted(files)) or "–"
        raise wrong(
            path,
            f"the file {counts.file!r} was not given; given: {given}",
            f"{counts.file!r} 파일이 없습니다. 준 파일: {given}",
        )
    if counts.date:
        counts = replace(counts, date=day_of(counts.date, f"counts[{number}].date"))
    return counts, read_counts(text, path=path, station=counts.station)


def _riders(
    track: Track, path: str, tables: Mapping[str, tuple[Counts, tuple[Hourly, ...]]]
) -> tuple[list[Row], dict[str, Known]]:
    """Row A1: boardings and alightings in the peak hour."""
    names = {
        "boarding": Text(ko=f"첨두시간 승차 ({track.id})", en=f"Peak-hour boarding, {track.id}"),
        "alighting": Text(ko=f"첨두시간 하차 ({track.id})", en=f"Peak-hour alighting, {track.id}"),
    }
    if not track.counts:
        given = {"boarding": track.boarding_per_h, "alighting": track.alighting_per_h}
        known = {key: _declared(value, "p/h", track.source) for key, value in given.items() if value is not None}
        return [_line("A1", key, names[key], one, "p/h") for key, one in known.items()], known
    counts, found = tables[track.counts]
    day, hour = _peak(track, counts, found, path)
    source = (
        f"{counts.source or counts.file or counts.id}: {day.station} {day.line} {day.date} {hour:02d}–{hour + 1:02d} h"
    )
    rows, known = [], {}
    for key, values in (("boarding", day.boarding), ("alighting", day.alighting)):
        parts = {
            "counted": Known(quantity=Quantity.of(values.get(hour, 0.0), "p"), source=source, basis="declared"),
            "share": _share(track),
            "hours": Known(quantity=Quantity.of(1, "h")),
            "days": _days(counts, day),
        }
        row, known[key] = _worked("A1", key, names[key], "counted * share / (days * hours)", parts, "p/h")
        rows.append(row)
    return rows, known


def _share(track: Track) -> Known:
    if track.share is not None:
        return _declared(track.share, "1", track.source)
    keys = ROOT.by_name["tracks"].table
    source = keys.by_name["share"].source if keys is not None else ""
    return Known(quantity=Quantity.of(1.0, "1"), source=source, basis="default", read=False)


def _days(counts: Counts, day: Hourly) -> Known:
    if not day.monthly:
        return Known(quantity=Quantity.of(1, "1"), basis="declared")
    if counts.days is not None:
        return _declared(counts.days, "1", counts.source)
    keys = ROOT.by_name["counts"].table
    source = keys.by_name["days"].source if keys is not None else ""
    return Known(quantity=Quantity.of(working_days(day.date), "1"), source=source, basis="default", read=False)


def _peak(track: Track, counts: Counts, found: Sequence[Hourly], path: str) -> tuple[Hourly, int]:
    """The day and the hour that are taken: those asked for, otherwise the busiest."""
    lines = [one for one in found if same_line(one.line, track.line)]
    if not lines:
        known = ", ".join(sorted({one.line for one in found}))
        raise wrong(
            f"{path}.line",
            f"the table has no line {track.line!r}; it has {known}",
            f"{track.line!r}: 표에 없는 호선입니다. {known}",
        )
    if len({one.station for one in lines}) > 1:
        some = ", ".join(sorted({one.station for one in lines})[:20])
        raise wrong(
            f"{path}.counts",
            f"the table has several stations; the counts have to name one: {some}",
            f"역이 여럿입니다. counts에 station을 적으세요: {some}",
        )
    days = [one for one in lines if not counts.date or one.date == counts.date]
    if not days:
        known = ", ".join(sorted({one.date for one in lines})[-20:])
        raise wrong(
            f"{path}.counts",
            f"the table has no {counts.date!r}; it has {known}",
            f"{counts.date!r}: 표에 없는 날짜입니다. {known}",
        )
    slots = [(one, hour) for one in days for hour in sorted(set(one.boarding) | set(one.alighting))]
    slots = [(one, hour) for one, hour in slots if track.hour is None or hour == track.hour]
    if not slots:
        raise wrong(f"{path}.hour", "the table has no number for it", "표에 그 시간대의 수가 없습니다")
    return max(slots, key=lambda s: s[0].boarding.get(s[1], 0.0) + s[0].alighting.get(s[1], 0.0))
