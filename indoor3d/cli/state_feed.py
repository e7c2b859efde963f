"""Live state between a store and other systems: feeds in, SIRI-FM out."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indoor3d.cli.common import (
    closed_ids,
    json_option,
    lang_option,
    now,
    opened,
    print_json,
    reporting,
    store_option,
)
from indoor3d.cli.state import described
from indoor3d.errors import InvalidInput, NotFound, UnknownElement

if TYPE_CHECKING:
    from datetime import datetime

    from indoor3d.models.building import Building
    from indoor3d.models.state import Condition
    from indoor3d.sources.siri_fm import Feed, Skipped
    from indoor3d.store.base import Catalog
    from indoor3d.store.state import Kept

_FEEDS = ("siri-", "imdf-")
"""How ids of conditions begin that a feed made, not an operator (``sources.siri_fm``, ``sources.imdf_state``)."""


@click.group(name="state")
def state() -> None:
    """Live state of a venue from files of other systems, and for them."""


@state.command(name="import")
@click.argument("venue", metavar="VENUE")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, path_type=Path))
@click.option("--alias", "aliases", multiple=True, metavar="THEIRS=OURS", help="Their id for our id or name; repeats.")
@click.option("--restrictions", is_flag=True, help="IMDF: what is for employees only is closed too.")
@click.option("--replace", "replacing", is_flag=True, help="End what the same source said before and FILE does not.")
@click.option("--dry-run", is_flag=True, help="Only say what would be taken.")
@click.option("--by", envvar="USER", default="command line", help="Who makes the change; kept, never public.")
@store_option
@json_option
@lang_option
def take_in(**options: Any) -> None:
    """Put what FILE says into the live state of VENUE.

    FILE is a SIRI-FM delivery (XML), or an IMDF archive: a zip, a folder, or one .geojson of it. Reading a file again
    changes nothing. What names nothing in the venue is listed and left out; where nothing at all fits, the exit code is 3.
    """
    with reporting(options), opened(options) as store:
        building = store.building(options["venue"])
        feed, kind = _read(options, building)
        taken = _take(store, building, feed, options)
        _tell(taken, building, options, kind=kind, source=feed.source)
    if taken.refused and not (taken.added or taken.changed or taken.same):
        sys.exit(UnknownElement.exit_code)


@state.command(name="export")
@click.argument("venue", metavar="VENUE")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file.  [default: print]")
@store_option
@lang_option
def export(**options: Any) -> None:
    """Write the live state of VENUE as SIRI-FM 2.1: all that has not ended and is not over."""
    with reporting(options), opened(options) as store:
        from indoor3d.exports.siri_fm import to_siri_fm

        building, at = store.building(options["venue"]), now()
        conditions = [kept.condition for kept in store.conditions(options["venue"])]
        data = to_siri_fm([c for c in conditions if c.end is None or c.end > at], building, moment=at)
        if options["output"] is None:
            click.echo(data, nl=False)
        else:
            options["output"].write_bytes(data)


COMMANDS: tuple[click.Command, ...] = (state,)
"""To be added to the ``indoor3d`` command."""


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(kw_only=True)
class _Taken:
    """What became of the conditions of a file."""

    added: list["Condition"] = field(default_factory=list)
    changed: list["Condition"] = field(default_factory=list)
    same: list["Condition"] = field(default_factory=list)
    ended: list["Condition"] = field(default_factory=list)
    refused: list["Skipped"] = field(default_factory=list)


def _read(options: Mapping[str, Any], building: "Building") -> tuple["Feed", str]:
    """The feed, and which kind of file it is: told by its first bytes, whatever its name."""
    from indoor3d.sources.imdf_state import read_imdf_archive
    from indoor3d.sources.siri_fm import MOST_BYTES, read_siri_fm

    path: Path = options["file"]
    aliases = _aliases(options["aliases"], building)
    head = b""
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    if path.is_dir() or head.startswith((b"PK", b"{")):
        feed = read_imdf_archive(path, known=building.names, aliases=aliases, restrictions=options["restrictions"])
        return feed, "imdf"
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    return read_siri_fm(data, known=building.names, aliases=aliases), "siri-fm"


def _aliases(given: Sequence[str], building: "Building") -> dict[str, str]:
    found = {}
    for pair in given:
        theirs, equals, ours = pair.partition("=")
        if not theirs or not equals or not ours:
            raise click.BadParameter(f"{pair!r} is not THEIRS=OURS", param_hint="--alias")
        found[theirs] = closed_ids(building, [ours])[0]
        if found[theirs] not in building.names:
            raise UnknownElement(f"Nothing here is called {ours!r}.", ko=f"{ours!r} 요소가 없습니다.", element=ours)
    return found


def _take(store: "Catalog", building: "Building", feed: "Feed", options: Mapping[str, Any]) -> _Taken:
    from indoor3d.models.state import check
    from indoor3d.sources.siri_fm import Skipped
    from indoor3d.store.state import dump

    taken = _Taken(refused=list(feed.skipped))
    at = now()
    said = set()
    for given in feed.conditions:
        named = ", ".join(given.elements)
        try:
            check(given, building)
            condition, current = _slot(store, given, venue=options["venue"])
            said.add(condition.id)
            if current is not None and dump(current.condition) == dump(condition):
                taken.same.append(condition)
                continue
            if not options["dry_run"]:
                expected = None if current is None else current.revision
                store.put_condition(options["venue"], condition, by=options["by"], at=at, expected=expected)
        except (NotFound, InvalidInput) as error:
            taken.refused.append(Skipped.because(named, error))
            continue
        (taken.added if current is None else taken.changed).append(condition)
    if options["replacing"]:
        taken.ended = _end_others(store, said, source=feed.source, at=at, options=options)
    return taken


def _slot(store: "Catalog", condition: "Condition", *, venue: str) -> tuple["Condition", "Kept | None"]:
    """The condition as it is to be kept, and what is kept in its place.

    What was ended stays ended: only a report that was made later comes again, under an id of its own.
    """
    ident, number = condition.id, count(2)
    while True:
        try:
            current = store.condition(condition.id)
        except UnknownElement:
            return condition, None
        if current.venue != venue:
            raise UnknownElement("It belongs to another venue.", ko="다른 장소의 상황입니다.")
        made, kept = condition.reported_at, current.condition
        if not current.ended:
            if made is not None and kept.reported_at is not None and made < kept.reported_at:
                raise InvalidInput("What is kept is newer.", ko="저장된 보고가 더 최근 것입니다.")
            return replace(condition, reporter=kept.reporter), current
        if made is None or made <= current.at:
            when = current.at.isoformat(timespec="minutes")
            raise InvalidInput(
                f"It was ended at {when}, and the report is not known to be newer.",
                ko=f"{when}에 종료되었고, 보고가 그보다 최근이라는 근거가 없습니다.",
            )
        condition = replace(condition, id=f"{ident}-{next(number)}")


def _end_others(
    store: "Catalog", said: set[str], *, source: str, at: "datetime", options: Mapping[str, Any]
) -> list["Condition"]:
    """End what a feed of this source made before and does not say any more; what operators made stays."""
    gone = [
        kept
        for kept in store.conditions(options["venue"])
        if kept.condition.id.startswith(_FEEDS) and kept.condition.source == source and kept.condition.id not in said
    ]
    for kept in gone:
        if not options["dry_run"]:
            store.end_condition(kept.condition.id, by=options["by"], at=at, expected=kept.revision)
    return [kept.condition for kept in gone]


def _tell(taken: _Taken, building: "Building", options: Mapping[str, Any], *, kind: str, source: str) -> None:
    groups = {"added": taken.added, "changed": taken.changed, "same": taken.same, "ended": taken.ended}
    if options["as_json"]:
        print_json(
            {"venue": options["venue"], "format": kind, "source": source, "dry_run": options["dry_run"]}
            | {name: [condition.id for condition in group] for name, group in groups.items()}
            | {"not_matched": [{"element": s.element, "reason": {"ko": s.ko, "en": s.reason}} for s in taken.refused]}
        )
        return
    lang = options["lang"]
    words = _WORDS[lang]
    for name, group in groups.items():
        for condition in group:
            click.echo(f"{words[name]}\t{described(condition, building, lang)}")
    for skipped in taken.refused:
        reason = skipped.ko if lang == "ko" else skipped.reason
        click.echo(f"{words['not_matched']}\t{skipped.element or '?'}\t{reason}")
    counts = {name: len(group) for name, group in groups.items()} | {"not_matched": len(taken.refused)}
    told = ", ".join(f"{words[name]} {number}" for name, number in counts.items())
    click.echo(f"{source or kind}: {told}{words['dry'] if options['dry_run'] else ''}")


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "added": "added",
        "changed": "changed",
        "same": "as before",
        "ended": "ended",
        "not_matched": "not matched",
        "dry": " (dry run: nothing was kept)",
    },
    "ko": {
        "added": "추가",
        "changed": "변경",
        "same": "그대로",
        "ended": "종료",
        "not_matched": "맞지 않음",
        "dry": " (시험 실행: 저장하지 않음)",
    },
}
