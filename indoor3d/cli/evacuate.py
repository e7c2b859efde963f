"""Commands about getting out: the way out of every space, a whole evacuation, and the check of a scenario."""

import sys
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
    problem,
    profile_option,
    reporting,
    store_option,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from indoor3d.api.cache import VenueData
    from indoor3d.models.outcome import Outcome
    from indoor3d.models.scenario import Scenario

NOT_FINISHED = 7
"""Exit code when time ran out: some were still on their way at the scenario's horizon, and everybody else got out."""
_LATE = "not-out-in-time"
_OUTPUTS = ("html", "plan", "csv", "geojson")
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("venue", metavar="ID")
@click.option(
    "--scenario",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    metavar="FILE",
    help="Plan the evacuation of this scenario (TOML or JSON) with everybody in it; see indoor3d scenario check.",
)
@click.option("--html", type=_FILE, metavar="FILE", help="Write the report: one page, Korean and English, to print.")
@click.option("--plan", type=_FILE, metavar="FILE", help="Write everything as JSON, also where people are over time.")
@click.option("--csv", type=_FILE, metavar="FILE", help="Write how many are out over time as CSV.")
@click.option("--geojson", type=_FILE, metavar="FILE", help="Write flows, queues and exits as GeoJSON.")
@click.option("--critical", is_flag=True, help="With --scenario: also what everything hangs on; half a minute more.")
@profile_option
@close_option
@store_option
@json_option
@lang_option
def evacuate(**options: Any) -> None:
    """Find the way out of every space of venue ID, or plan a whole evacuation.

    Without a scenario every space starts at its point farthest from an exit. Times are unhindered: no queues; what is reported closed,
    crowded or full of smoke counts. Ends with exit code 4 when any space has no way out.

    With --scenario people queue, hazards happen in time, and the answer says how long it takes, how far that is from the best
    possible, what holds people up and who does not get out. Ends with exit code 4 when not everybody gets out, 7 when only
    time ran out.
    """
    if options["scenario"] is not None:
        _check_together(options)
        with reporting(options):
            _planned(options)
        return
    given = [name for name in _OUTPUTS if options[name] is not None]
    given += ["critical"] if options["critical"] else []
    if given:
        raise click.UsageError(f"--{given[0]} goes with --scenario.")
    with reporting(options), opened(options) as store:
        from indoor3d.cli.asking import Venues
        from indoor3d.errors import NoRoute

        venues = Venues(store)
        data = venues.data(options["venue"])
        effects = venues.moment(data).effects
        closed = closed_ids(data.building, options["closed"])
        plan = data.graph.evacuate(profile=options["profile"], closed=closed, effects=effects)
        stuck = [escape for escape in plan.escapes if escape.route is None]
        if options["as_json"]:
            print_json(
                {
                    "venue": options["venue"],
                    "profile": options["profile"],
                    "closed": sorted({*plan.closed, *effects.closed}),
                    "exits_open": list(plan.open_exits),
                    "complete": not stuck,
                    "without_way": len(stuck),
                    "escapes": [_escape(data, escape, options["lang"]) for escape in plan.escapes],
                }
            )
        else:
            _echo_ways(data, plan, options["lang"])
        if stuck:
            sys.exit(NoRoute.exit_code)


def _echo_ways(data: "VenueData", plan: Any, lang: str) -> None:
    names = data.building.titles
    for escape in sorted(plan.escapes, key=lambda e: -(e.route.duration_s if e.route else float("inf"))):
        name = names[escape.space].best(lang) if escape.space in names else ""
        where = f"{name or escape.space} ({escape.space})"
        if escape.route is None:
            reason = escape.problem.detail[lang] if escape.problem else ""
            click.echo(f"{'나갈 길 없음' if lang == 'ko' else 'NO WAY OUT'}  {where}: {reason}")
        else:
            out = names[escape.exit].best(lang) if escape.exit in names else escape.exit
            click.echo(f"{escape.route.length_m:7.1f} m  {duration(escape.route.duration_s):>8}  {where} → {out}")


def _escape(data: "VenueData", escape: Any, lang: str) -> dict[str, Any]:
    from indoor3d.cli.telling import shape_of

    body: dict[str, Any] = {"space": escape.space, "exit": escape.exit, "route": None, "problem": None}
    if escape.route is not None:
        body["route"] = shape_of(data.building, [escape.route])
    if escape.problem is not None:
        body["problem"] = problem(escape.problem, lang)
    return body


def _check_together(options: dict[str, Any]) -> None:
    """Refuse what a scenario says itself, rather than leave it out without a word."""
    if options["closed"] or options["profile"] != "walk":
        raise click.UsageError("--close and --profile do not go with --scenario: say it in the scenario.")


# ── a whole evacuation ───────────────────────────────────────────────────────────────────────────────────────────────


def _planned(options: dict[str, Any]) -> None:
    path: Path = options["scenario"]
    scenario = read_scenario(path)
    with opened(options) as store:
        from dataclasses import replace

        from indoor3d.api.cache import VenueCache
        from indoor3d.routing.evacuation.plan import plan_evacuation

        data = VenueCache(store, capacity=1).load(options["venue"])
        outcome = plan_evacuation(
            data.building,
            data.graph,
            scenario,
            version=data.record.version,
            files=tables_beside(path, scenario),
            progress=_telling(options),
        )
        if options["critical"]:
            from indoor3d.routing.evacuation.weakest import weakest

            files = tables_beside(path, scenario)
            found = weakest(data.building, data.graph, scenario, files=files, progress=_telling(options))
            outcome = replace(outcome, criticality=found)
    _write(data, outcome, options)
    if options["as_json"]:
        from indoor3d.exports.evacuation_tables import to_json

        click.echo(to_json(data.building, outcome, motion=False).decode(), nl=False)
    else:
        _echo_summary(data, outcome, options["lang"])
    code = exit_code(outcome)
    if code:
        sys.exit(code)


def read_scenario(path: Path) -> "Scenario":
    """The scenario of a file, TOML or JSON.

    Raises
    ------
    InvalidScenario
    """
    from indoor3d.models.scenario_form import read_text

    return read_text(path.read_bytes(), form=_form(path))


def _form(path: Path) -> str:
    suffix = path.suffix.lower().removeprefix(".")
    return suffix if suffix in {"toml", "json"} else ""


def tables_beside(path: Path, scenario: "Scenario") -> dict[str, bytes]:
    """The tables of counts that a scenario names, which lie in its folder; names with a path in them are not looked for."""
    names = {counts.file for counts in scenario.counts if counts.file}
    found = {name: path.parent / name for name in names if Path(name).name == name}
    return {name: file.read_bytes() for name, file in found.items() if file.is_file()}


def _telling(options: dict[str, Any]) -> "Callable[[float, str], None]":
    """Says on a terminal how far it is."""
    if options["as_json"] or not sys.stderr.isatty():
        return lambda _share, _stage: None
    from indoor3d.api.processes import message

    def tell(share: float, stage: str) -> None:
        click.echo(f"\r\x1b[K{100 * share:3.0f} %  {message(stage, options['lang'])}", err=True, nl=share >= 1)

    return tell


def _write(data: "VenueData", outcome: "Outcome", options: dict[str, Any]) -> None:
    from indoor3d.exports.evacuation_report import report
    from indoor3d.exports.evacuation_tables import curves_csv, flows_geojson, to_json

    makers: dict[str, Callable[[], bytes]] = {
        "html": lambda: report(data.building, outcome, lang=options["lang"]),
        "plan": lambda: to_json(data.building, outcome),
        "csv": lambda: curves_csv(outcome),
        "geojson": lambda: flows_geojson(data.building, outcome),
    }
    for name, make in makers.items():
        if options[name] is not None:
            options[name].write_bytes(make())


def _echo_summary(data: "VenueData", outcome: "Outcome", lang: str) -> None:
    from indoor3d.exports.evacuation_summary import summary

    click.echo(data.record.venue.name.best(lang))
    for section in summary(data.building, outcome, lang):
        click.echo(f"\n{section.title}")
        for what, value in section.rows:
            click.echo(f"  {what}: {value}")


def exit_code(outcome: "Outcome") -> int:
    """0 when everybody is out, 7 when only time ran out, else 4."""
    from indoor3d.errors import NoRoute

    if outcome.out >= outcome.persons:
        return 0
    late = sum(cut.persons for cut in outcome.cut_off if cut.code == _LATE)
    return NOT_FINISHED if late == outcome.persons - outcome.out else NoRoute.exit_code


# ── scenarios ────────────────────────────────────────────────────────────────────────────────────────────────────────


@click.group()
def scenario() -> None:
    """What an evacuation is planned for: TOML or JSON (docs/reference/scenario.md)."""


@scenario.command()
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option(
    "--venue", metavar="ID", help="Also hold it against this venue: everything that is named has to be there."
)
@store_option
@json_option
@lang_option
def check(**options: Any) -> None:
    """Check a scenario, and with --venue say line by line how many people are where.

    A wrong key is named by its path. Exit code 2 when it cannot be used.
    """
    with reporting(options):
        from indoor3d.models.scenario_form import digest, write

        path: Path = options["file"]
        found = read_scenario(path)
        body: dict[str, Any] = {"id": found.id, "venues": list(found.venues), "digest": digest(found)}
        if options["venue"] is None:
            if options["as_json"]:
                print_json(body | {"scenario": write(found)})
            else:
                click.echo(f"{found.id}  {found.name.best(options['lang'])}  sha256:{body['digest'][:16]}")
            return
        _held(found, path, body, options)


def _held(found: "Scenario", path: Path, body: dict[str, Any], options: dict[str, Any]) -> None:
    """A scenario held against a venue: who is where."""
    with opened(options) as store:
        from indoor3d.models.demand import load
        from indoor3d.models.scenario_check import check as check_names
        from indoor3d.routing.profile import PROFILES

        building = store.building(options["venue"])
        meant = check_names(building, found, profiles=tuple(PROFILES))
        demand = load(building, meant, files=tables_beside(path, found))
    if options["as_json"]:
        from indoor3d.exports.evacuation_tables import plain

        print_json(body | {"venue": options["venue"], "persons": demand.total, "load": plain(demand.lines)})
        return
    lang = options["lang"]
    click.echo(f"{found.id}  {found.name.best(lang)}  sha256:{body['digest'][:16]}")
    for space, lines in demand.lines.items():
        named = building.titles.get(space)
        click.echo(f"{demand.persons.get(space, 0):6d}  {(named.best(lang) if named else '') or space}")
        for row in lines:
            value = "–" if row.value is None else f"{row.value:g}"
            formula = row.filled or row.formula
            told = f"{formula} = {value}" if formula else value
            click.echo(f"        {row.row:<4} {row.name.best(lang)}: {told} {row.unit}  [{row.source}]")
    click.echo(f"{demand.total:6d}  {'모두' if lang == 'ko' else 'all'}")


COMMANDS: tuple[click.Command, ...] = (evacuate, scenario)
