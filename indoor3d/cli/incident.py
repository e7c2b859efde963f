"""Commands for whoever has to decide: what breaks first, who is caught by a closing, and rescuers' ways in."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indoor3d.cli.common import (
    close_option,
    closed_ids,
    duration,
    json_option,
    lang_option,
    opened,
    print_json,
    reporting,
    store_option,
)
from indoor3d.cli.evacuate import tables_beside

if TYPE_CHECKING:
    from indoor3d.models.building import Building
    from indoor3d.models.criticality import CutOffAt, Stranded

_SCENARIO = click.option(
    "--scenario",
    "file",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    metavar="FILE",
    required=True,
    help="Who is there, as for indoor3d evacuate.",
)


class _Closing(click.ParamType):  # type: ignore[type-arg]
    """An element and the seconds after which it closes: door-1=180."""

    name = "element=seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, tuple):
            return value
        name, _, seconds = value.rpartition("=")
        try:
            at_s = float(seconds)
        except ValueError:
            at_s = -1.0
        if not name or not 0 <= at_s < 1e6:
            self.fail("give an element and seconds, e.g. door-1=180", param, ctx)
        return name, at_s


@click.command()
@click.argument("venue", metavar="ID")
@_SCENARIO
@click.option("--closes", multiple=True, type=_Closing(), help="Who is caught when this closes then? May be repeated.")
@click.option("--top", type=click.IntRange(1, 1000), default=20, show_default=True, help="As many of the ranking.")
@store_option
@json_option
@lang_option
def critical(**options: Any) -> None:
    """Rank what an evacuation of venue ID hangs on: who is cut off without each door, gate, stair and exit.

    With --closes the question is who is cut off when something closes while people are on their way. People who cannot walk stairs are not in
    the ranking: indoor3d evacuate says what becomes of them. It takes up to a minute for a large station.
    """
    with reporting(options), opened(options) as store:
        import numpy as np

        from indoor3d.api.cache import VenueCache
        from indoor3d.models.scenario_form import read_text
        from indoor3d.routing.evacuation.criticality import criticality, cut_off_at
        from indoor3d.routing.evacuation.plan import prepare

        path: Path = options["file"]
        suffix = path.suffix.lower().removeprefix(".")
        scenario = read_text(path.read_bytes(), form=suffix if suffix in {"toml", "json"} else "")
        data = VenueCache(store, capacity=1).load(options["venue"])
        case = prepare(data.building, data.graph, scenario, files=tables_beside(path, scenario))
        people = np.zeros(len(case.flow.node_id), np.int64)
        for crowd in case.walkers.values():
            np.add.at(people, crowd.rows[:, 0], crowd.rows[:, 2])
        if options["closes"]:
            names = closed_ids(data.building, [name for name, _ in options["closes"]])
            closes = {name: at_s for name, (_, at_s) in zip(names, options["closes"], strict=True)}
            found = cut_off_at(case.flow, case.network, people, closes, step_s=case.step_s)
            _tell_closing(data.building, found, options)
            return
        ranking = criticality(case.flow, case.network, people, step_s=case.step_s, names=data.building.names)
        if options["as_json"]:
            print_json(
                {"venue": options["venue"], "persons": int(people.sum()), "ranking": [_plain(c) for c in ranking]}
            )
            return
        for item in ranking[: options["top"]]:
            click.echo(item.text.best(options["lang"]))


def _plain(item: Any) -> dict[str, Any]:
    body = asdict(item)
    body["name"] = {"ko": item.name.best("ko"), "en": item.name.best("en")}
    return body


def _tell_closing(building: "Building", found: "CutOffAt", options: dict[str, Any]) -> None:
    if options["as_json"]:
        print_json({"venue": options["venue"], **asdict(found)})
        return
    ko = options["lang"] == "ko"
    for closing in found.closings:
        told = (
            f"{closing.at_s:g}초: 밖 {closing.out}명, 그 위에서 돌아서는 사람 {closing.caught}명, 갇히는 사람 {closing.cut_off}명"
            if ko
            else f"{closing.at_s:g} s: {closing.out} out, {closing.caught} on it turn back, {closing.cut_off} cut off"
        )
        click.echo(told)
    total = (
        f"{found.persons}명 가운데 {found.cut_off}명이 이 때문에 나가지 못하고, {found.other_way}명은 다른 길로 나갑니다."
        if ko
        else f"Of {found.persons}, {found.cut_off} do not get out because of it; {found.other_way} still inside take another way."
    )
    click.echo(total)
    _tell_stranded(building, found.stranded, options["lang"])


def _tell_stranded(building: "Building", stranded: "tuple[Stranded, ...]", lang: str) -> None:
    for place in stranded:
        name = building.names[place.space].best(lang) if place.space in building.names else ""
        click.echo(f"  {name or place.space}: {place.persons}")


@click.command()
@click.argument("venue", metavar="ID")
@click.argument("target", metavar="TARGET")
@click.option(
    "--hose", type=click.FloatRange(1, 1000), default=30.0, show_default=True, help="Length of a hose, metres."
)
@close_option
@store_option
@json_option
@lang_option
def rescue(**options: Any) -> None:
    """Find rescuers' ways in to TARGET in venue ID, quickest first, and the reach of a hose there.

    TARGET is a place as for indoor3d route. No lift is counted on; what is closed now is not used. Without any way in, exit code 4.
    """
    with reporting(options), opened(options) as store:
        from indoor3d.cli.asking import Venues
        from indoor3d.errors import NoRoute
        from indoor3d.routing.evacuation.rescue import hose_reach, ways_in
        from indoor3d.routing.place import find_place

        venues = Venues(store)
        data = venues.data(options["venue"])
        effects = venues.moment(data).effects
        closed = closed_ids(data.building, options["closed"])
        place = find_place(data.building, options["target"])
        ways = ways_in(data.graph, place, closed=closed, effects=effects)
        reach = {r.space: r for r in hose_reach(data.graph, closed=closed, limit_m=options["hose"])}
        space = data.graph.space_at(place.level or "", (place.x_m, place.y_m, place.z_m or 0.0))
        hose = reach.get(place.element) or (reach.get(space.id) if space is not None else None)
        if options["as_json"]:
            print_json(
                {
                    "venue": options["venue"],
                    "ways": [
                        {
                            "exit": way.exit,
                            "duration_s": None if way.route is None else way.route.duration_s,
                            "length_m": None if way.route is None else way.route.length_m,
                            "levels": [] if way.route is None else list(way.route.levels),
                            "against": list(way.against),
                        }
                        for way in ways
                    ],
                    "hose": None if hose is None else asdict(hose),
                }
            )
        else:
            _tell_ways(data.building, ways, hose, options["lang"])
        if all(way.route is None for way in ways):
            sys.exit(NoRoute.exit_code)


def _tell_ways(building: "Building", ways: Any, hose: Any, lang: str) -> None:
    ko = lang == "ko"
    for way in ways:
        name = building.names[way.exit].best(lang) or way.exit
        if way.route is None:
            click.echo(f"{'들어갈 길 없음' if ko else 'NO WAY IN'}  {name}")
        else:
            click.echo(f"{way.route.length_m:7.1f} m  {duration(way.route.duration_s):>8}  {name}")
    if hose is None:
        return
    if hose.length_m is None:
        click.echo(
            "소화전에서 호스를 끌어올 길이 없거나 소화전이 없습니다."
            if ko
            else "No hose gets there from any hydrant in the model."
        )
        return
    source = building.names[hose.source].best(lang) or hose.source
    verdict = ("닿음" if ko else "within reach") if hose.within else ("닿지 않음" if ko else "out of reach")
    click.echo(f"{'호스' if ko else 'Hose'}: {hose.length_m:.1f} m ({source}), {verdict}")


COMMANDS = (critical, rescue)
