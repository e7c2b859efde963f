"""Commands for whoever has to decide: what breaks first, who is caught by a closing, and rescuers' ways in."""

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
from indoor3d.cli.evacuate import read_scenario, tables_beside

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
    the ranking but for lifts that the scenario declares. People set out when the scenario has them. It takes up to a minute for a large station.
    """
    with reporting(options), opened(options) as store:
        from indoor3d.api.cache import VenueCache
        from indoor3d.exports.criticality_tables import as_plain
        from indoor3d.routing.evacuation.weakest import weakest

        path: Path = options["file"]
        data = VenueCache(store, capacity=1).load(options["venue"])
        closes: dict[str, float] = {}
        for name, at_s in options["closes"]:
            closes[name] = min(at_s, closes.get(name, at_s))
        found = weakest(
            data.building,
            data.graph,
            read_scenario(path),
            closes=closes,
            ranking=not closes,
            files=tables_beside(path, read_scenario(path)),
        )
        body = as_plain(data.building, found)
        if found.closing is not None and found.still is not None:
            if options["as_json"]:
                print_json({"venue": options["venue"], **body["closing"], "still": body["still"]})
            else:
                _tell_closing(data.building, found.closing, found.still, options)
            return
        if options["as_json"]:
            told = {name: body[name] for name in ("persons", "step_s", "ranking")}
            print_json({"venue": options["venue"], **told})
            return
        for item in found.told(data.building)[: options["top"]]:
            click.echo(item.text.best(options["lang"]))


def _tell_closing(building: "Building", found: "CutOffAt", still: "CutOffAt", options: dict[str, Any]) -> None:
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
    click.echo(
        f"그때까지 아무도 움직이지 않으면 {still.cut_off}명입니다."
        if ko
        else f"Where nobody has moved by then it is {still.cut_off}."
    )
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
@click.option(
    "--scenario",
    "file",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    metavar="FILE",
    help="Who comes out meanwhile, as for indoor3d evacuate: where rescuers meet them they are slower.",
)
@close_option
@store_option
@json_option
@lang_option
def rescue(**options: Any) -> None:
    """Find rescuers' ways in to TARGET in venue ID, quickest first, and the reach of a hose there.

    TARGET is a place as for indoor3d route, or a refuge. No lift is counted on; what is closed now is not used, but rescuers go into TARGET
    itself. Without any way in, exit code 4.
    """
    with reporting(options), opened(options) as store:
        from indoor3d.api.rescue import Call, respond
        from indoor3d.api.schemas import RefWaypoint
        from indoor3d.api.waypoints import candidates
        from indoor3d.cli.asking import Venues
        from indoor3d.models.scenario_form import write

        venues = Venues(store)
        data = venues.data(options["venue"])
        path: Path | None = options["file"]
        call = Call(
            places=candidates(data, RefWaypoint(ref=options["target"]), member="target"),
            closed=tuple(closed_ids(data.building, options["closed"])),
            effects=venues.moment(data).effects,
            scenario=None if path is None else write(read_scenario(path)),
            hose_m=options["hose"],
        )
        body = respond(data, call, options["lang"])
        if options["as_json"]:
            print_json(_plain_ways(body))
        else:
            _tell_ways(body, options["lang"])


def _plain_ways(body: dict[str, Any]) -> dict[str, Any]:
    """The answer of the API without its lines."""
    ways = [one["properties"] | {"geometry": None} for one in body["features"]]
    told = {name: value for name, value in body.items() if name not in {"type", "features"}}
    keys = ("exit", "duration_s", "length_m", "levels", "against", "against_share", "problem")
    return told | {"ways": [{key: way.get(key) for key in keys} for way in ways]}


def _tell_ways(body: dict[str, Any], lang: str) -> None:
    ko = lang == "ko"
    if body["enters_closed"]:
        click.echo("목적지는 닫힌 공간입니다." if ko else "The target is closed to others.")
    for feature in body["features"]:
        way = feature["properties"]
        name = way["exit_name"][lang] or way["exit"]
        if way["featureType"] == "no-way-in":
            click.echo(f"{'들어갈 길 없음' if ko else 'NO WAY IN'}  {name}")
            continue
        met = ""
        if way["against"]:
            most = max(one["persons"] for one in way["against"])
            met = (
                f"  (길이의 {way['against_share']:.0%}에서 나오는 사람과 마주침, 많게는 {most}명)"
                if ko
                else f"  (against people on {way['against_share']:.0%} of it, up to {most})"
            )
        click.echo(f"{way['length_m']:7.1f} m  {duration(way['duration_s']):>8}  {name}{met}")
    _tell_hose(body["hose"], lang)


def _tell_hose(hose: dict[str, Any] | None, lang: str) -> None:
    ko = lang == "ko"
    if hose is None:
        return
    if hose["length_m"] is None:
        click.echo(
            "소화전에서 호스를 끌어올 길이 없거나 소화전이 없습니다."
            if ko
            else "No hose gets there from any hydrant in the model."
        )
        return
    source = (hose["source_name"] or {}).get(lang) or hose["source"]
    verdict = ("닿음" if ko else "within reach") if hose["within"] else ("닿지 않음" if ko else "out of reach")
    click.echo(f"{'호스' if ko else 'Hose'}: {hose['length_m']:.1f} m ({source}), {verdict}")


COMMANDS = (critical, rescue)
