"""Commands of operators on the live state: close something, see what is closed, end it, make a key."""

import json
import secrets
from typing import Any

import click

from indoor3d.cli.common import (
    Moment,
    closed_ids,
    json_option,
    lang_option,
    now,
    opened,
    placed,
    print_json,
    reporting,
    store_option,
)
from indoor3d.errors import Indoor3dError

_BY = click.option("--by", envvar="USER", default="command line", help="Who makes the change; kept, never public.")


@click.command(name="close")
@click.argument("venue", metavar="VENUE")
@click.argument("elements", metavar="ELEMENT", nargs=-1, required=True)
@click.option("--from", "start", type=Moment(), help="From when on.  [default: now]")
@click.option("--until", "end", type=Moment(), help="Until when.  [default: until it is reopened]")
@click.option("--hours", default="", help="Only within these opening hours, e.g. 'Mo-Fr 01:00-04:30'.")
@click.option("--cause", required=True, help="Why, for everybody to read.")
@_BY
@store_option
@json_option
@lang_option
def close(**options: Any) -> None:
    """Close ELEMENTs of VENUE: ids or names of doors, lifts, stairs, exits, spaces.

    It holds in the very next answer of every server on the same store. Times without a zone are those of the venue.
    """
    with reporting(options), opened(options) as store:
        from indoor3d.models.building import Text
        from indoor3d.models.state import Condition, Effect, check
        from indoor3d.routing.hours import calendar_at, understood

        building = store.building(options["venue"])
        lon, lat, _ = building.frame.to_lonlat([[0.0, 0.0, 0.0]])[0].tolist()
        calendar = calendar_at(lon, lat)
        if options["hours"] and not understood(options["hours"], calendar=calendar):
            raise click.BadParameter("these are not opening hours", param_hint="--hours")
        at = now()
        condition = Condition(
            id=f"cl-{secrets.token_hex(8)}",
            effect=Effect.CLOSED,
            elements=tuple(closed_ids(building, options["elements"])),
            start=placed(options["start"], calendar.zone),
            end=placed(options["end"], calendar.zone),
            hours=options["hours"],
            cause=Text(default=options["cause"]),
            source="command line",
            reporter=options["by"],
            reported_at=at,
        )
        check(condition, building)
        kept = store.put_condition(options["venue"], condition, by=options["by"], at=at)
        _echo(kept, building, options)


@click.command(name="closures")
@click.argument("venue", metavar="VENUE")
@click.option("--ended", is_flag=True, help="Those that were ended too.")
@store_option
@json_option
@lang_option
def closures(**options: Any) -> None:
    """List what is closed, turned, broken, crowded or full of smoke in VENUE."""
    with reporting(options), opened(options) as store:
        building = store.building(options["venue"])
        kept = store.conditions(options["venue"], ended=options["ended"])
        if options["as_json"]:
            print_json({"venue": options["venue"], "closures": [_plain(k) for k in kept]})
            return
        for one in kept:
            _echo(one, building, options)


@click.command(name="reopen")
@click.argument("closure", metavar="ID")
@_BY
@store_option
@json_option
@lang_option
def reopen(**options: Any) -> None:
    """End the condition ID; it stays in the history."""
    with reporting(options), opened(options) as store:
        current = store.condition(options["closure"])
        kept = store.end_condition(options["closure"], by=options["by"], at=now(), expected=current.revision)
        _echo(kept, store.building(kept.venue), options)


@click.command(name="operator-key")
@click.argument("name", metavar="NAME")
@click.option("--venue", "venues", multiple=True, help="Only for this venue; may be repeated.  [default: all]")
def operator_key(name: str, venues: tuple[str, ...]) -> None:
    """Make a key for the operator NAME: the secret, shown once, and the line for the server's list of keys."""
    from indoor3d.api.operator import new_key

    try:
        secret, line = new_key(name, venues)
    except Indoor3dError as error:
        raise click.BadParameter(error.detail["en"]) from error
    click.echo(f"key (give it to {name}, it is shown once):  {secret}")
    click.echo(f"line for the operator keys of the server:  {line}")


COMMANDS: tuple[click.Command, ...] = (close, closures, reopen, operator_key)
"""To be added to the ``indoor3d`` command."""


def _plain(kept: Any) -> dict[str, Any]:
    from indoor3d.store.state import dump

    condition: dict[str, Any] = json.loads(dump(kept.condition))
    return condition | {"revision": kept.revision, "ended": kept.ended, "by": kept.by, "at": kept.at.isoformat()}


def _echo(kept: Any, building: Any, options: dict[str, Any]) -> None:
    if options["as_json"]:
        print_json(_plain(kept))
        return
    ended = {"ko": "끝남", "en": "ended"}[options["lang"]] if kept.ended else ""
    click.echo("\t".join(filter(None, [described(kept.condition, building, options["lang"]), ended])))


def described(condition: Any, building: Any, lang: str) -> str:
    """One line about a condition: its id, what it does, to what, when, why."""
    from indoor3d.models.state import STATE_LABELS

    said = [term for term in (condition.effect, condition.status) if term is not None]
    label = ": ".join(STATE_LABELS[term][0 if lang == "ko" else 1] for term in said)
    names = [building.names[i].best(lang) or i if i in building.names else i for i in condition.elements]
    window = " – ".join("" if t is None else t.isoformat(timespec="minutes") for t in (condition.start, condition.end))
    parts = [condition.id, label, ", ".join(names), window if window != " – " else "", condition.hours]
    return "\t".join(filter(None, [*parts, condition.cause.best(lang)]))
