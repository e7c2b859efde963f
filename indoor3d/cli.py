"""The ``indoor3d`` command: arguments → one call → print."""

import json
import os
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import click

from indoor3d import __version__
from indoor3d.cli_state import COMMANDS
from indoor3d.errors import Indoor3dError

_STAGES = {
    "en": {"read": "reading", "navigation": "navigation", "tiles": "tiles", "publish": "publishing"},
    "ko": {"read": "읽기", "navigation": "경로망", "tiles": "타일", "publish": "게시"},
}


_SHOWN_OF_A_KIND = 5


def _language() -> str:
    """Korean when the user's locale is Korean, else English."""
    locale = next((os.environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(key)), "")
    return "ko" if locale.startswith("ko") else "en"


class _At(click.ParamType):  # type: ignore[type-arg]
    """LON,LAT[,HEIGHT[,HEADING]] as four numbers."""

    name = "lon,lat[,height[,heading]]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, tuple):
            return value
        try:
            numbers = [float(part) for part in value.split(",")]
        except ValueError:
            numbers = []
        if not 2 <= len(numbers) <= 4:
            self.fail("give LON,LAT[,HEIGHT[,HEADING]], e.g. 126.9771,37.5657,30", param, ctx)
        lon, lat, height, heading = [*numbers, 0.0, 0.0][:4]
        if not -180 <= lon <= 180 or not -90 <= lat <= 90:
            swapped = -180 <= lat <= 180 and -90 <= lon <= 90
            self.fail("no such place on Earth" + ("; longitude comes first" if swapped else ""), param, ctx)
        return lon, lat, height, heading


_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object; errors too, on stderr.")
_lang_option = click.option(
    "--lang", type=click.Choice(["en", "ko"]), default=_language, help="Language of texts.  [default: your locale's]"
)
_store_option = click.option(
    "--store",
    "store_url",
    default="indoor3d-store",
    envvar="INDOOR3D_STORE",
    show_default=True,
    show_envvar=True,
    help="Where venues are kept: a folder or a store URL.",
)
_close_option = click.option(
    "--close", "closed", multiple=True, metavar="ID|NAME", help="Treat an element as closed; may be repeated."
)
_profile_option = click.option("--profile", default="walk", show_default=True, help="Who moves: walk or wheelchair.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="indoor3d")
def cli() -> None:
    """Building models in; 3D Tiles, routes and escape plans out.

    \b
    Exit codes: 0 done, 1 unexpected, 2 the input cannot be used, 3 not found,
    4 no safe answer (no route, no open exit), 5 the store, 6 a tileset breaks a rule.
    """  # noqa: D301 - \b tells click to keep the lines


@cli.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--id", "venue", default="", metavar="ID", help="Id of the venue.  [default: the file's name]")
@click.option("--at", type=_At(), help="Where the model's origin is; wins over what the model says.")
@_store_option
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the data-quality report: .json, .geojson, else text.",
)
@_json_option
@_lang_option
def build(**options: Any) -> None:
    """Build a venue from SOURCE and publish it.

    SOURCE is an IFC file (IFC2X3, IFC4, IFC4X3). If anything fails, the version published before stays as it was.
    """
    with _reporting(options), _opened(options) as store:
        from indoor3d import pipeline

        with _progress(options) as progress:
            made = pipeline.build(options["source"], store, venue=options["venue"], at=options["at"], progress=progress)
        if options["report_file"]:
            _write_report(made.report, made.building, options["report_file"], options["lang"])
        _echo_build(made, options)


@cli.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--id", "venue", required=True, metavar="ID", help="Id of the joined venue.")
@click.option("--name-ko", default="", help="Its Korean name.")
@click.option("--name-en", default="", help="Its English name.")
@_store_option
@_json_option
@_lang_option
def join(**options: Any) -> None:
    """Build venues that touch as one, so that routes and evacuation cross.

    Each of SOURCES is a file whose name is the id of its venue. A door that two of them share (an exit of each that says
    that it adjoins the other) becomes a door inside; pavements that meet become one.
    """
    with _reporting(options), _opened(options) as store:
        from indoor3d import pipeline
        from indoor3d.models.building import Text, Venue

        name = Text(
            default=options["name_ko"] or options["name_en"] or options["venue"],
            ko=options["name_ko"],
            en=options["name_en"],
        )
        whole = Venue(id=options["venue"], name=name, category="district")
        with _progress(options) as progress:
            made = pipeline.join(options["sources"], store, venue=whole, progress=progress)
        _echo_build(made, options)


@cli.command()
@click.argument("target", metavar="VENUE|FOLDER")
@_store_option
@_json_option
@_lang_option
def check(**options: Any) -> None:
    """Read tiles back and verify what validators do not.

    VENUE is a published venue, FOLDER holds a tileset.json. Checked: geometry inside its bounding volumes, geometric
    errors that fall, ids against the building, the position on Earth, and that both profiles decode.
    """
    with _reporting(options):
        from indoor3d.errors import TilesetInvalid

        findings = [finding.as_dict() for finding in _check(options)]
        if options["as_json"]:
            _print_json({"target": options["target"], "ok": not findings, "findings": findings})
        else:
            for finding in findings:
                click.echo("[{code}] {path}: {message}".format(**finding))
            click.echo("OK" if not findings else f"{len(findings)} findings", err=bool(findings))
        if findings:
            sys.exit(TilesetInvalid.exit_code)


@cli.command()
@_store_option
@_json_option
@_lang_option
def venues(**options: Any) -> None:
    """List the published venues."""
    with _reporting(options), _opened(options) as store:
        records = store.venues()
        if options["as_json"]:
            _print_json({"venues": [_record(record) for record in records]})
            return
        for record in records:
            click.echo(f"{record.venue.id}\t{record.version}\t{record.venue.name.best(options['lang'])}")


@cli.command()
@click.argument("venue", metavar="ID")
@_store_option
@_json_option
@_lang_option
def show(**options: Any) -> None:
    """Show what is known of venue ID: levels, counts, exits, issues."""
    with _reporting(options), _opened(options) as store:
        record, building = store.record(options["venue"]), store.building(options["venue"])
        report, lang = store.report(options["venue"]), options["lang"]
        if options["as_json"]:
            _print_json(
                {
                    **_record(record),
                    "levels": [
                        {"id": v.id, "ordinal": v.ordinal, "short_name": v.short_name, "elevation_m": v.elevation_m}
                        for v in building.levels
                    ],
                    "exits": [{"id": x.id, "number": x.number, "level": x.level} for x in building.exits],
                    "counts": _counts(building),
                    "issues": [issue.as_dict(lang) for issue in report.issues],
                    "facts": dict(report.facts),
                }
            )
            return
        click.echo(f"{record.venue.name.best(lang)} ({record.venue.id}), version {record.version}")
        for level in reversed(building.levels):
            inside = sum(space.level == level.id for space in building.spaces)
            click.echo(
                f"  {level.short_name:>4}  {level.elevation_m:8.2f} m  {inside:4d} spaces  {level.name.best(lang)}"
            )
        click.echo("  " + ", ".join(f"{count} {kind}" for kind, count in _counts(building).items()))
        exits = sorted((x.number.zfill(4), x.number or x.name.best(lang) or x.id) for x in building.exits)
        click.echo("  exits: " + (", ".join(shown for _, shown in exits) or "none"))
        _echo_issues(report, building, lang)


@cli.command()
@click.argument("venue", metavar="ID")
@click.argument("start", metavar="FROM")
@click.argument("goal", metavar="TO")
@_profile_option
@_close_option
@_store_option
@_json_option
@_lang_option
def route(**options: Any) -> None:
    """Find the way in venue ID from FROM to TO.

    FROM and TO are element ids, names, or x,y,level in site metres (put -- before a negative number).
    """
    with _reporting(options), _opened(options) as store:
        from indoor3d.routing.directions import directions
        from indoor3d.routing.graph import NavGraph

        building = store.building(options["venue"])
        graph = NavGraph(building, store.network(options["venue"]))
        closed = _closed(graph.building, options["closed"])
        found = graph.route(options["start"], options["goal"], profile=options["profile"], closed=closed)
        steps = directions(building, found, lang=options["lang"])
        if options["as_json"]:
            _print_json(_route(building, found) | {"steps": [_step(step) for step in steps]})
            return
        click.echo(f"{found.length_m:.0f} m, {_duration(found.duration_s)}")
        for number, step in enumerate(steps, 1):
            click.echo(f"{number:3d}. {step.text}")


@cli.command()
@click.argument("venue", metavar="ID")
@_profile_option
@_close_option
@_store_option
@_json_option
@_lang_option
def evacuate(**options: Any) -> None:
    """Find the way out of every space of venue ID.

    Every space starts at its point farthest from an exit. Times are unhindered: no queues, no smoke. Ends with exit
    code 4 when any space has no way out.
    """
    with _reporting(options), _opened(options) as store:
        from indoor3d.errors import NoRoute
        from indoor3d.routing.graph import NavGraph

        building, lang = store.building(options["venue"]), options["lang"]
        graph = NavGraph(building, store.network(options["venue"]))
        closed = _closed(graph.building, options["closed"])
        plan = graph.evacuate(profile=options["profile"], closed=closed)
        stuck = [escape for escape in plan.escapes if escape.route is None]
        if options["as_json"]:
            _print_json(
                {
                    "venue": options["venue"],
                    "profile": options["profile"],
                    "closed": sorted(plan.closed),
                    "exits_open": list(plan.open_exits),
                    "complete": not stuck,
                    "without_way": len(stuck),
                    "escapes": [_escape(building, escape, lang) for escape in plan.escapes],
                }
            )
        else:
            for escape in sorted(plan.escapes, key=lambda e: -(e.route.duration_s if e.route else float("inf"))):
                name = building.names[escape.space].best(lang) if escape.space in building.names else ""
                where = f"{name or escape.space} ({escape.space})"
                if escape.route is None:
                    reason = escape.problem.detail[lang] if escape.problem else ""
                    click.echo(f"NO WAY OUT  {where}: {reason}")
                else:
                    out = building.names[escape.exit].best(lang) if escape.exit in building.names else escape.exit
                    click.echo(
                        f"{escape.route.length_m:7.1f} m  {_duration(escape.route.duration_s):>8}  {where} → {out}"
                    )
        if stuck:
            sys.exit(NoRoute.exit_code)


@cli.command()
@click.argument("venue", metavar="ID")
@_store_option
@_json_option
@_lang_option
def accessibility(**options: Any) -> None:
    """Tabulate the step-free ways of venue ID.

    From every platform to every exit, or, where there is no platform, from every public entrance to every level; and
    official transfer times beside the way in this model at 1.2 m/s. Computed for a wheelchair with every lift in use.
    """
    with _reporting(options), _opened(options) as store:
        from indoor3d.api.accessible import content, to_text
        from indoor3d.api.cache import VenueCache

        table = content(VenueCache(store, capacity=1).load(options["venue"]), lang=options["lang"])
        if options["as_json"]:
            _print_json(table)
        else:
            click.echo(to_text(table, lang=options["lang"]), nl=False)


@cli.command()
@_store_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--public-url", default="", help="How clients reach the service, for links.  [default: host and port]")
@click.option(
    "--operator-keys",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    envvar="INDOOR3D_OPERATOR_KEYS",
    show_envvar=True,
    help="File with the keys of operators, one a line (see indoor3d operator-key).",
)
@_lang_option
def serve(**options: Any) -> None:
    """Serve the API and the viewer."""
    with _reporting(options), _opened(options) as store:
        _serve(store, options)


@cli.command()
@_store_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--public-url", default="", help="How clients reach the service, for links.  [default: host and port]")
@click.option("--no-serve", is_flag=True, help="Only build.")
@_lang_option
def demo(**options: Any) -> None:
    """Build the demo venues where they are not built yet, and serve them."""
    with _reporting(options), _opened(options) as store:
        from indoor3d import pipeline

        with _progress(options) as progress:
            pipeline.build_demo(store, progress=progress)
        if not options["no_serve"]:
            _serve(store, options)


for _command in COMMANDS:
    cli.add_command(_command)


def main() -> None:
    """Run the command; what ends here that nobody foresaw is exit code 1 with its traceback."""
    cli(prog_name="indoor3d")


def _serve(store: Any, options: dict[str, Any]) -> None:
    from indoor3d.api.operator import read_keys
    from indoor3d.api.server import serve as run
    from indoor3d.api.settings import Settings

    shown = "127.0.0.1" if options["host"] in {"0.0.0.0", "::"} else options["host"]  # noqa: S104 - compared, not bound
    url = options["public_url"] or f"http://{shown}:{options['port']}"
    for record in store.venues():
        click.echo(f"  {url}/?venue={record.venue.id}   {record.venue.name.best(options['lang'])}")
    click.echo(f"open {url}/ for the map, {url}/v1/docs for the API; Ctrl-C stops")
    keys = read_keys(options["operator_keys"].read_text("utf-8")) if options.get("operator_keys") else ()
    run(Settings(public_url=url, operator_keys=keys), store, host=options["host"], port=options["port"])


def _check(options: dict[str, Any]) -> list[Any]:
    from indoor3d.tiles.check import check_tileset

    folder = Path(options["target"])
    if (folder / "tileset.json").is_file():
        return list(check_tileset(lambda path: (folder / path).read_bytes(), "tileset.json"))
    with _opened(options) as store:
        record, building = store.record(options["target"]), store.building(options["target"])

        def read(path: str) -> bytes:
            data: bytes = store.blobs.get(store.asset(record.venue.id, record.version, path).digest)
            return data

        profiles = ("meshopt", "plain")
        return [f for profile in profiles for f in check_tileset(read, f"{profile}/tileset.json", expect=building)]


@contextmanager
def _opened(options: dict[str, Any]) -> Iterator[Any]:
    from indoor3d.store.base import open_store

    with closing(open_store(options["store_url"])) as store:
        yield store


@contextmanager
def _reporting(options: dict[str, Any]) -> Iterator[None]:
    """Turn a typed error into a message and its exit code."""
    try:
        yield
    except Indoor3dError as error:
        lang = options.get("lang", "en")
        if options.get("as_json"):
            click.echo(json.dumps(_problem(error, lang), ensure_ascii=False), err=True)
        else:
            click.echo(f"{error.title[lang]}: {error.detail[lang]}", err=True)
            if error.hint[lang]:
                click.echo(f"  {error.hint[lang]}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


@contextmanager
def _progress(options: dict[str, Any]) -> Iterator[Callable[[str, float], None]]:
    """Show bars on a terminal, nothing elsewhere and never on stdout."""
    if options.get("as_json") or not sys.stderr.isatty():
        yield lambda _stage, _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    words = _STAGES[options["lang"]]
    columns = (TextColumn("{task.description:<12}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks = {stage: bars.add_task(word, total=1.0, start=False) for stage, word in words.items()}

        def show_progress(stage: str, done: float) -> None:
            bars.start_task(tasks[stage])
            bars.update(tasks[stage], completed=done)

        yield show_progress


def _closed(building: Any, names: Sequence[str]) -> list[str]:
    """Ids of what is to be closed, by id, by exact name, or by the number of an exit."""
    from indoor3d.errors import UnknownElement
    from indoor3d.routing.place import find_place

    found = []
    for name in names:
        try:
            found.append(find_place(building, name).element or name)
        except UnknownElement as unknown:
            if unknown.context.get("candidates"):
                raise
            found.append(name)  # the graph says what can be closed
    return found


def _echo_build(made: Any, options: dict[str, Any]) -> None:
    facts = made.as_dict(options["lang"])
    if options["as_json"]:
        _print_json(facts)
        return
    click.echo(
        "{venue} {version}: {levels} levels, {spaces} spaces ({reachable_spaces} reach an exit), {openings} openings, "
        "{connectors} connectors, {exits} exits, {triangles} triangles in {seconds:.1f} s".format(
            **facts, seconds=sum(facts["timings_s"].values())
        )
    )
    _echo_issues(made.report, made.building, options["lang"])


def _write_report(report: Any, building: Any, path: Path, lang: str) -> None:
    from indoor3d.exports import report as writer

    if path.suffix == ".json":
        path.write_bytes(writer.to_json(report, lang=lang))
    elif path.suffix == ".geojson":
        path.write_bytes(writer.to_geojson(report, building, lang=lang))
    else:
        path.write_bytes(writer.to_text(report, building, lang=lang))


def _echo_issues(report: Any, building: Any, lang: str) -> None:
    """Say what is wrong or doubtful, a few of each kind; the report file has them all."""
    from indoor3d.models.issue import Severity

    levels = {level.id: level.short_name for level in building.levels}
    serious = [issue for issue in report.issues if issue.severity is not Severity.INFO]
    for code in dict.fromkeys(issue.code for issue in serious):
        same = [issue for issue in serious if issue.code == code]
        for issue in same[:_SHOWN_OF_A_KIND]:
            name = building.names[issue.element].best(lang) if issue.element in building.names else ""
            where = " ".join(filter(None, [levels.get(issue.level, ""), name or issue.element]))
            click.echo(f"{issue.severity}: [{code}] {where + ': ' if where else ''}{issue.message(lang)}")
        if len(same) > _SHOWN_OF_A_KIND:
            more = len(same) - _SHOWN_OF_A_KIND
            click.echo({"en": f"  … and {more} more [{code}]", "ko": f"  … [{code}] {more}건 더"}[lang])


def _duration(seconds: float) -> str:
    """Minutes and seconds, for people: 3:05."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _problem(error: Indoor3dError, lang: str) -> dict[str, Any]:
    """The API's problem object, with the detail that a server keeps from strangers."""
    from indoor3d.api.errors import problem_object

    body = problem_object(error, lang=lang, request_id=str(uuid.uuid4()))
    return body | dict(error.context) | {"detail": error.detail[lang]}


def _print_json(body: dict[str, Any]) -> None:
    click.echo(json.dumps(body, ensure_ascii=False, indent=2))


def _record(record: Any) -> dict[str, Any]:
    venue = record.venue
    name = {"default": venue.name.default, "ko": venue.name.ko, "en": venue.name.en}
    return {"venue": venue.id, "name": name, "version": record.version, "bounds": list(record.bounds)}


def _counts(building: Any) -> dict[str, int]:
    return {kind: len(getattr(building, kind)) for kind in ("spaces", "openings", "connectors", "exits", "facilities")}


def _route(building: Any, found: Any) -> dict[str, Any]:
    short = {level.id: level.short_name for level in building.levels}
    return {
        "profile": found.profile,
        "closed": sorted(found.closed),
        "length_m": round(found.length_m, 6),
        "duration_s": round(found.duration_s, 3),
        "climb_m": round(found.climb_m, 3),
        "levels": [short[level] for level in found.levels],
        "coordinates": [
            [round(lon, 8), round(lat, 8), round(h, 3)]
            for lon, lat, h in building.frame.to_lonlat(found.positions).tolist()
        ],
        "site_coordinates": [[round(c, 6) for c in position] for position in found.positions.tolist()],
        "openings": list(found.openings),
    }


def _step(step: Any) -> dict[str, Any]:
    return {
        "maneuver": str(step.maneuver),
        "text": step.text,
        "length_m": round(step.length_m, 3),
        "duration_s": round(step.duration_s, 3),
        "level_from": step.level_from,
        "level_to": step.level_to,
    }


def _escape(building: Any, escape: Any, lang: str) -> dict[str, Any]:
    body: dict[str, Any] = {"space": escape.space, "exit": escape.exit, "route": None, "problem": None}
    if escape.route is not None:
        body["route"] = _route(building, escape.route)
    if escape.problem is not None:
        body["problem"] = _problem(escape.problem, lang)
    return body
