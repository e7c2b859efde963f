"""Commands about ways: a route, many at once, how far one gets."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from indoor3d.cli.common import (
    close_option,
    depart_option,
    duration,
    json_option,
    lang_option,
    opened,
    print_json,
    profile_option,
    reporting,
    store_option,
)

if TYPE_CHECKING:
    from indoor3d.api.cache import VenueData
    from indoor3d.cli.asking import Venues, Where

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Slope(click.ParamType):  # type: ignore[type-arg]
    """Rise over run: 1:12 or 0.083."""

    name = "rise:run"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, float):
            return value
        rise, colon, run = value.partition(":")
        try:
            return float(rise) / (float(run) if colon else 1.0)
        except (ValueError, ZeroDivisionError):
            self.fail("give a slope as 1:12 or 0.083", param, ctx)


class _Minutes(click.ParamType):  # type: ignore[type-arg]
    """One or more times: 3,5,10."""

    name = "minutes"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, tuple):
            return value
        try:
            times = tuple(float(part) for part in value.split(","))
        except ValueError:
            times = ()
        if not times or not all(0 < time <= 24 * 60 for time in times):
            self.fail("give minutes, e.g. 3,5,10", param, ctx)
        return times


_ASKED = (
    profile_option,
    click.option(
        "--avoid",
        multiple=True,
        type=click.Choice(["lifts", "escalators", "crowds", "confined", "gates"]),
        help="Rather a longer way than these; may be repeated.",
    ),
    click.option("--no-staff", is_flag=True, help="Nothing that needs staff or an intercom."),
    click.option(
        "--staff-lifts", is_flag=True, help="Wheelchair stair lifts too: they need staff and some 20 minutes."
    ),
    click.option(
        "--unknown",
        type=click.Choice(["strict", "warn", "ignore"]),
        default="warn",
        show_default=True,
        help="What nobody has said: refuse it, take it and say so, or take it.",
    ),
    click.option(
        "--pace",
        type=click.Choice(["mean", "p15"]),
        default="mean",
        show_default=True,
        help="The mean, or what 85 of 100 are faster than.",
    ),
    click.option("--width", type=float, metavar="M", help="Of this person's device, metres, instead of the profile's."),
    click.option("--max-slope", type=_Slope(), help="Steepest ramp, as 1:12 or 0.083."),
    close_option,
    depart_option,
)


def asked_options(command: _Command) -> _Command:
    """Who moves, what they ask for, what is closed and when they leave."""
    for option in reversed(_ASKED):
        command = option(command)
    return command


@click.command()
@click.argument("venue", metavar="ID")
@click.argument("start", metavar="FROM")
@click.argument("goal", metavar="TO")
@click.option("--via", multiple=True, metavar="PLACE", help="A place to pass on the way; may be repeated, in order.")
@asked_options
@click.option("--alternatives", type=click.IntRange(0, 5), default=0, help="How many other ways that really differ.")
@click.option("--spoken", is_flag=True, help="Steps to be heard: one action each, no signs.")
@click.option(
    "--turns",
    type=click.Choice(["sides", "clock", "degrees"]),
    default="sides",
    show_default=True,
    help="How turns are told; clock and degrees are for whoever knows which way they face.",
)
@click.option("--paces", is_flag=True, help="Lengths in paces of the profile instead of metres.")
@click.option("--explain", is_flag=True, help="What each part of the way takes, and what counts beside the time.")
@store_option
@json_option
@lang_option
def route(**options: Any) -> None:
    """Find the way in venue ID from FROM to TO.

    FROM, TO and PLACE are element ids, names, numbers of exits or platform doors, or x,y,level in site metres (put --
    before a negative number). A category means the nearest of its kind: restroom_accessible, or "nearest accessible
    restroom". The id of the venue means its entrances. OTHER:PLACE is a place in the venue OTHER, reached through doors
    that venues share.

    What is closed, broken or out of its opening hours now, or at --depart-at, is not taken. Without a way, exit code 4
    and what blocks it: no other route is substituted.
    """
    with reporting(options), opened(options) as store:
        from indoor3d.cli.asking import Venues

        venues = Venues(store, at=options["depart_at"])
        places = (options["start"], *options["via"], options["goal"])
        stops = [venues.where(text, options["venue"]) for text in places]
        alone = {venue for venue, _ in stops} == {options["venue"]}
        if options["alternatives"] and (options["via"] or not alone):
            raise click.UsageError("--alternatives needs a way within one venue and without --via")
        if options["explain"] and not alone:
            raise click.UsageError("--explain needs a way within one venue")
        if alone:
            _within(venues, stops, options)
        else:
            _across(venues, stops, options)


def _within(venues: "Venues", stops: "list[Where]", options: dict[str, Any]) -> None:
    from indoor3d.cli import asking, telling
    from indoor3d.errors import NoRoute
    from indoor3d.routing.explain import explain
    from indoor3d.routing.journey import others

    data, lang = venues.data(options["venue"]), options["lang"]
    moment = venues.moment(data).at
    try:
        found = asking.within(venues, data, stops, options)
    except NoRoute as error:
        _no_way(venues, data, stops, options, error)
    why = None
    if options["explain"]:
        why = explain(data.graph, [stop for _, stop in stops], **asking.question(venues, data, options))
    beside = others(found, most=options["alternatives"])
    how = _how(options)
    if options["as_json"]:
        body = telling.journey_object(data, found, how=how, at=venues.now) | {"departure": moment.isoformat()}
        if options["alternatives"]:
            body["alternatives"] = [telling.journey_object(data, one, how=how, at=venues.now) for one in beside]
        if why is not None:
            body["parts"] = telling.parts_object(data, why)
        print_json(body)
        return
    click.echo(telling.total([found]))
    telling.echo_journey(data, found, how=how, at=venues.now)
    if why is not None:
        telling.echo_parts(data, why, lang=lang)
    for number, one in enumerate(beside, 1):
        telling.echo_other(data, one, number=number, how=how)


def _no_way(venues: "Venues", data: "VenueData", stops: "list[Where]", options: dict[str, Any], error: Any) -> None:
    """Say what blocks, what would help, and what the way would be; ends the program."""
    from indoor3d.cli import asking, telling
    from indoor3d.cli.common import echo_error
    from indoor3d.routing.explain import explain

    lang = options["lang"]
    why = explain(data.graph, [stop for _, stop in stops], **asking.question(venues, data, options))
    if options["as_json"]:
        echo_error(error, options, **telling.blocked_object(data, why, lang=lang, at=venues.now))
    else:
        echo_error(error, options)
        telling.echo_blocked(data, why, lang=lang, at=venues.now)
    sys.exit(error.exit_code)


def _across(venues: "Venues", stops: "list[Where]", options: dict[str, Any]) -> None:
    from indoor3d.cli import asking, telling

    parts, how = asking.across(venues, stops, options), _how(options)
    journeys = [found for _, found in parts]
    if options["as_json"]:
        routes = [route for found in journeys for route in found.routes]
        print_json(
            {
                "venues": [data.record.venue.id for data, _ in parts],
                "profile": routes[0].profile,
                "length_m": round(sum(route.length_m for route in routes), 6),
                "duration_s": round(sum(route.duration_s for route in routes), 3),
                "parts": [telling.journey_object(data, found, how=how, at=venues.now) for data, found in parts],
            }
        )
        return
    click.echo(telling.total(journeys))
    number = 1
    for data, found in parts:
        click.echo(f"{data.record.venue.name.best(options['lang'])} ({data.record.venue.id}): {telling.total([found])}")
        number = telling.echo_journey(data, found, how=how, at=venues.now, first=number)


def _how(options: dict[str, Any]) -> dict[str, Any]:
    """How steps are said."""
    from indoor3d.routing.profile import find_profile

    return {
        "lang": options["lang"],
        "style": "spoken" if options["spoken"] else "plain",
        "turns": options["turns"],
        "unit": "steps" if options["paces"] else "m",
        "step_length_m": find_profile(options["profile"]).step_length_m,
        "heading_known": options["turns"] != "sides",
    }


@click.command()
@click.argument("venue", metavar="ID")
@click.option("--from", "origins", multiple=True, required=True, metavar="PLACE", help="May be repeated.")
@click.option("--to", "goals", multiple=True, required=True, metavar="PLACE", help="May be repeated.")
@asked_options
@store_option
@json_option
@lang_option
def matrix(**options: Any) -> None:
    """Measure the best ways in venue ID from every --from to every --to.

    Places are those of the route command; a category means the nearest of its kind. Where there is no way stands –.
    """
    with reporting(options), opened(options) as store:
        from indoor3d.api.respond import finite
        from indoor3d.cli import asking
        from indoor3d.routing.matrix import matrix as measure
        from indoor3d.routing.stops import typed

        venues = asking.Venues(store, at=options["depart_at"])
        data = venues.data(options["venue"])
        origins, goals = ([typed(data.building, text) for text in options[end]] for end in ("origins", "goals"))
        found = measure(data.graph, origins, goals, **asking.question(venues, data, options))
        seconds = [[finite(value) for value in row] for row in found.duration_s.tolist()]
        metres = [[finite(value) for value in row] for row in found.length_m.tolist()]
        if options["as_json"]:
            print_json(
                {
                    "venue": options["venue"],
                    "profile": options["profile"],
                    "departure": venues.moment(data).at.isoformat(),
                    "from": list(options["origins"]),
                    "to": list(options["goals"]),
                    "durations_s": seconds,
                    "lengths_m": metres,
                }
            )
            return
        click.echo("\t".join(["", *options["goals"]]))
        for name, row_s, row_m in zip(options["origins"], seconds, metres, strict=True):
            cells = [
                "–" if s is None or m is None else f"{duration(s)} ({m:.0f} m)"
                for s, m in zip(row_s, row_m, strict=True)
            ]
            click.echo("\t".join([name, *cells]))


@click.command()
@click.argument("venue", metavar="ID")
@click.argument("start", metavar="FROM")
@click.option("--minutes", type=_Minutes(), required=True, help="Times, as 3,5,10.")
@asked_options
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the areas as GeoJSON: one feature for every time and level.",
)
@store_option
@json_option
@lang_option
def reach(**options: Any) -> None:
    """Find the floor of venue ID that is reached from FROM within some minutes."""
    with reporting(options), opened(options) as store:
        from indoor3d.cli import asking, telling
        from indoor3d.routing.isochrone import isochrones
        from indoor3d.routing.stops import typed

        venues = asking.Venues(store, at=options["depart_at"])
        data = venues.data(options["venue"])
        start = typed(data.building, options["start"]).places[0]
        conditions = data.graph.conditions(visited={start.element}, **asking.question(venues, data, options))
        times = [60 * minutes for minutes in options["minutes"]]
        found = isochrones(data.graph.for_body(conditions.profile), start, times, conditions)
        collection = telling.areas_object(data, found)
        if options["output"]:
            options["output"].write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
        if options["as_json"]:
            print_json(collection)
            return
        telling.echo_areas(data, found, lang=options["lang"])


@click.command()
@click.argument("venue", metavar="ID")
@store_option
@json_option
@lang_option
def accessibility(**options: Any) -> None:
    """Tabulate the step-free ways of venue ID.

    From every platform to every exit, or, where there is no platform, from every public entrance to every level; and
    official transfer times beside the way in this model at 1.2 m/s. Computed for a wheelchair with every lift in use.
    """
    with reporting(options), opened(options) as store:
        from indoor3d.api.accessible import content, to_text
        from indoor3d.api.cache import VenueCache

        table = content(VenueCache(store, capacity=1).load(options["venue"]), lang=options["lang"])
        if options["as_json"]:
            print_json(table)
        else:
            click.echo(to_text(table, lang=options["lang"]), nl=False)


COMMANDS: tuple[click.Command, ...] = (route, matrix, reach, accessibility)
