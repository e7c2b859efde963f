"""Commands on venues: build, join, check, list, show."""

import sys
from pathlib import Path
from typing import Any

import click

from indoor3d.cli.common import (
    At,
    json_option,
    lang_option,
    opened,
    print_json,
    progress,
    reporting,
    store_option,
)

_SHOWN_OF_A_KIND = 5


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--id", "venue", default="", metavar="ID", help="Id of the venue.  [default: the file's name]")
@click.option("--at", type=At(), help="Where the model's origin is; wins over what the model says.")
@store_option
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the data-quality report: .json, .geojson, else text.",
)
@json_option
@lang_option
def build(**options: Any) -> None:
    """Build a venue from SOURCE and publish it.

    SOURCE is an IFC file (IFC2X3, IFC4, IFC4X3). If anything fails, the version published before stays as it was.
    """
    with reporting(options), opened(options) as store:
        from indoor3d import pipeline

        with progress(options) as show_progress:
            made = pipeline.build(
                options["source"], store, venue=options["venue"], at=options["at"], progress=show_progress
            )
        if options["report_file"]:
            _write_report(made.report, made.building, options["report_file"], options["lang"])
        _echo_build(made, options)


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--id", "venue", required=True, metavar="ID", help="Id of the joined venue.")
@click.option("--name-ko", default="", help="Its Korean name.")
@click.option("--name-en", default="", help="Its English name.")
@store_option
@json_option
@lang_option
def join(**options: Any) -> None:
    """Build venues that touch as one, so that routes and evacuation cross.

    Each of SOURCES is a file whose name is the id of its venue. A door that two of them share (an exit of each that says
    that it adjoins the other) becomes a door inside; pavements that meet become one.
    """
    with reporting(options), opened(options) as store:
        from indoor3d import pipeline
        from indoor3d.models.building import Text, Venue

        name = Text(
            default=options["name_ko"] or options["name_en"] or options["venue"],
            ko=options["name_ko"],
            en=options["name_en"],
        )
        whole = Venue(id=options["venue"], name=name, category="district")
        with progress(options) as show_progress:
            made = pipeline.join(options["sources"], store, venue=whole, progress=show_progress)
        _echo_build(made, options)


@click.command()
@click.argument("target", metavar="VENUE|FOLDER")
@store_option
@json_option
@lang_option
def check(**options: Any) -> None:
    """Read tiles back and verify what validators do not.

    VENUE is a published venue, FOLDER holds a tileset.json. Checked: geometry inside its bounding volumes, geometric
    errors that fall, ids against the building, the position on Earth, and that both profiles decode.
    """
    with reporting(options):
        from indoor3d.errors import TilesetInvalid

        findings = [finding.as_dict() for finding in _check(options)]
        if options["as_json"]:
            print_json({"target": options["target"], "ok": not findings, "findings": findings})
        else:
            for finding in findings:
                click.echo("[{code}] {path}: {message}".format(**finding))
            click.echo("OK" if not findings else f"{len(findings)} findings", err=bool(findings))
        if findings:
            sys.exit(TilesetInvalid.exit_code)


@click.command()
@store_option
@json_option
@lang_option
def venues(**options: Any) -> None:
    """List the published venues."""
    with reporting(options), opened(options) as store:
        records = store.venues()
        if options["as_json"]:
            print_json({"venues": [_record(record) for record in records]})
            return
        for record in records:
            click.echo(f"{record.venue.id}\t{record.version}\t{record.venue.name.best(options['lang'])}")


@click.command()
@click.argument("venue", metavar="ID")
@store_option
@json_option
@lang_option
def show(**options: Any) -> None:
    """Show what is known of venue ID: levels, counts, exits, issues."""
    with reporting(options), opened(options) as store:
        record, building = store.record(options["venue"]), store.building(options["venue"])
        report, lang = store.report(options["venue"]), options["lang"]
        if options["as_json"]:
            print_json(
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


def _check(options: dict[str, Any]) -> list[Any]:
    from indoor3d.tiles.check import check_tileset

    folder = Path(options["target"])
    if (folder / "tileset.json").is_file():
        return list(check_tileset(lambda path: (folder / path).read_bytes(), "tileset.json"))
    with opened(options) as store:
        record, building = store.record(options["target"]), store.building(options["target"])

        def read(path: str) -> bytes:
            data: bytes = store.blobs.get(store.asset(record.venue.id, record.version, path).digest)
            return data

        profiles = ("meshopt", "plain")
        return [f for profile in profiles for f in check_tileset(read, f"{profile}/tileset.json", expect=building)]


def _echo_build(made: Any, options: dict[str, Any]) -> None:
    facts = made.as_dict(options["lang"])
    if options["as_json"]:
        print_json(facts)
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


def _record(record: Any) -> dict[str, Any]:
    venue = record.venue
    name = {"default": venue.name.default, "ko": venue.name.ko, "en": venue.name.en}
    return {"venue": venue.id, "name": name, "version": record.version, "bounds": list(record.bounds)}


def _counts(building: Any) -> dict[str, int]:
    return {kind: len(getattr(building, kind)) for kind in ("spaces", "openings", "connectors", "exits", "facilities")}


COMMANDS: tuple[click.Command, ...] = (build, join, check, venues, show)
