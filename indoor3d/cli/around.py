"""Commands about what there is: near a place, by name, and who can move."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from indoor3d.cli.common import (
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
    from indoor3d.api.moment import Moment
    from indoor3d.models.search import Match
    from indoor3d.routing.around import Found
    from indoor3d.store.base import Catalog

_WORDS = {
    "en": {
        "no way": "no way",
        "step free": "step-free",
        "steps": "steps on the way",
        "paid": "inside the gates",
        "closed": "closed now",
        "out": "out of service",
        "nothing": "nothing found",
        "stairs": "stairs",
        "no stairs": "no stairs",
        "wide": "wide",
    },
    "ko": {
        "no way": "갈 수 없음",
        "step free": "계단 없음",
        "steps": "계단 있음",
        "paid": "개찰구 안",
        "closed": "지금 닫힘",
        "out": "이용 불가",
        "nothing": "찾은 것이 없습니다",
        "stairs": "계단 이용",
        "no stairs": "계단 불가",
        "wide": "폭",
    },
}


@click.command()
@click.argument("venue", metavar="ID")
@click.argument("start", metavar="FROM")
@click.option("--category", multiple=True, help="Only this kind, by code or in words; may be repeated.  [default: all]")
@profile_option
@click.option("--accessible", is_flag=True, help="Only what is known to be accessible and reached without steps.")
@click.option("--radius", type=click.FloatRange(1, 5_000), default=500.0, show_default=True, help="Metres of way.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="Not more than so many.")
@depart_option
@store_option
@json_option
@lang_option
def nearby(**options: Any) -> None:
    """List what is near FROM in venue ID, nearest first, by the way one walks.

    Restrooms, lifts, exits, AEDs, lockers and all else people look for, over all levels. What lies on the other side of the
    fare gates comes later. What no report or opening hours say is open is not called open.
    """
    with reporting(options), opened(options) as store:
        from indoor3d.cli.asking import Venues
        from indoor3d.routing.around import Wish, around, on_wheels
        from indoor3d.routing.profile import find_profile
        from indoor3d.routing.stops import typed

        venues = Venues(store, at=options["depart_at"])
        data = venues.data(options["venue"])
        moment = venues.moment(data)
        start = typed(data.building, options["start"]).places[0]
        wish = Wish(
            categories=_categories(options["category"]),
            radius_m=options["radius"],
            profile=find_profile(options["profile"]).id,
            accessible=options["accessible"],
            effects=moment.effects,
        )
        found = around(data.graph, start, wish)[: options["limit"]]
        shown = [_near(data, moment, one) for one in on_wheels(data.graph, start, found, effects=moment.effects)]
        if options["as_json"]:
            print_json({"venue": options["venue"], "profile": wish.profile, "found": shown})
            return
        for one in shown:
            click.echo(_near_line(one, options["lang"]))
        if not shown:
            click.echo(_WORDS[options["lang"]]["nothing"])


def _categories(typed: tuple[str, ...]) -> frozenset[str]:
    """Codes of what was asked for, by code or in words."""
    from indoor3d.models.search_words import named_categories
    from indoor3d.models.vocabulary import FacilityCategory

    codes: set[str] = set()
    for text in typed:
        known = {text} & set(FacilityCategory) or {*named_categories(text)} & set(FacilityCategory)
        if not known:
            raise click.BadParameter(f"{text!r} is no kind of thing to look for", param_hint="--category")
        codes |= {str(code) for code in known}
    return frozenset(codes)


def _near(data: "VenueData", moment: "Moment", found: "Found") -> dict[str, Any]:
    from indoor3d.api import geojson
    from indoor3d.api.remarks import name_of
    from indoor3d.api.respond import finite

    candidate = found.candidate
    place, ident = candidate.place, candidate.element.id
    hours = getattr(candidate.element, "hours", "")
    known = bool(hours) and ident not in moment.hours.unknown
    phase = ("closed" if ident in moment.hours.closed else "open") if known else "unknown"
    return {
        "id": ident,
        "name": {lang: name_of(data, ident, lang) for lang in ("ko", "en")},
        "category": str(candidate.category),
        "category_label": geojson.label(candidate.category),
        "level": None if place.level is None else data.building.level(place.level).short_name,
        "position": geojson.positions(data.building.frame, [(place.x_m, place.y_m, place.z_m or 0.0)])[0],
        "distance_m": finite(found.walk_m),
        "walk_s": finite(found.walk_s, 0),
        "accessible": candidate.accessible,
        "step_free": found.step_free,
        "inside_gates": found.inside_gates,
        "opening": {"text": hours, "status": phase},
        "in_service": ident not in moment.effects.unavailable | moment.effects.closed,
    }


def _near_line(one: Mapping[str, Any], lang: str) -> str:
    words = _WORDS[lang]
    name, kind = one["name"][lang], one["category_label"][lang]
    away = words["no way"] if one["distance_m"] is None else f"{one['distance_m']:.0f} m  {duration(one['walk_s'])}"
    remarks = [
        words["step free"] if one["step_free"] else words["steps"] if one["distance_m"] is not None else "",
        words["paid"] if one["inside_gates"] else "",
        words["closed"] if one["opening"]["status"] == "closed" else "" if one["in_service"] else words["out"],
    ]
    named = kind if name == kind else f"{name} ({kind})"
    return f"{away:>16}  {one['level'] or '':>4}  {named}  {', '.join(filter(None, remarks))}  [{one['id']}]"


@click.command()
@click.argument("venue", metavar="ID|-")
@click.argument("text", metavar="TEXT")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="Not more than so many.")
@store_option
@json_option
@lang_option
def search(**options: Any) -> None:
    """Find TEXT in venue ID, or with - in all venues.

    Names, numbers and categories in Korean, English or romanised; initials (ㅎㅈㅅ), the beginning of a word, or the
    keyboard in the wrong language will do. With -, venues are found by name, and what is inside when TEXT names the venue
    too: "시청역 화장실".
    """
    with reporting(options), opened(options) as store:
        shown = _matches(store, options)
        if options["as_json"]:
            print_json({"query": options["text"], "matches": shown})
            return
        for one in shown:
            name, kind = one["name"][options["lang"]], one["category_label"][options["lang"]]
            click.echo(f"{one['venue']}\t{one['level'] or ''}\t{name or kind}\t{kind}\t{one['id']}")
        if not shown:
            click.echo(_WORDS[options["lang"]]["nothing"])


def _matches(store: "Catalog", options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was found, best first."""
    from indoor3d.api import geojson
    from indoor3d.models.search import SearchIndex, index_of

    text, limit = options["text"], options["limit"]
    asked: list[tuple[str, str]] = [(options["venue"], text)]
    venues: Sequence[Match] = ()
    if options["venue"] == "-":
        index = SearchIndex.of_venues(record.venue for record in store.venues())
        asked, venues = list(index.venues_in(text)), index.find(text, limit=limit)
    buildings = {venue: store.building(venue) for venue, _ in asked}
    inside = [match for venue, rest in asked for match in index_of(buildings[venue]).find(rest, limit=limit)]
    levels = {(venue, level.id): level.short_name for venue, one in buildings.items() for level in one.levels}
    return [
        {
            "kind": str(match.kind),
            "id": match.id,
            "venue": match.venue,
            "name": geojson.text(match.name),
            "category": match.category,
            "category_label": geojson.label(match.category),
            "level": levels.get((match.venue, match.level)),
            "score": round(match.score, 4),
            "matched": {"by": str(match.by), "form": match.form},
        }
        for match in sorted([*inside, *venues], key=lambda match: -match.score)[:limit]
    ]


@click.command()
@json_option
@lang_option
def profiles(**options: Any) -> None:
    """List who can move: ids, speeds on level ground, the clear width they need, and whether they take stairs."""
    with reporting(options):
        from indoor3d.routing.profile import PROFILES

        listed = sorted((p for p in PROFILES.values() if not p.alias_of), key=lambda p: (p.order, p.id))
        if options["as_json"]:
            print_json({"profiles": [_profile(one) for one in listed]})
            return
        lang = options["lang"]
        words = _WORDS[lang]
        for one in listed:
            stairs = words["stairs"] if one.stairs_up_mps is not None else words["no stairs"]
            row = (
                one.id,
                one.name.best(lang),
                f"{one.level_mps:.2f} m/s",
                f"{words['wide']} {one.min_clear_width_m:.2f} m",
            )
            click.echo("\t".join([*row, stairs, one.siri]).rstrip())


def _profile(profile: Any) -> dict[str, Any]:
    """All of a profile: every number, and where it comes from."""
    from indoor3d.api import geojson

    values = {field.name: getattr(profile, field.name) for field in dataclasses.fields(profile)}
    return {
        **values,
        "name": geojson.text(profile.name),
        "min_clear_width_m": profile.min_clear_width_m,
        "sources": dict(profile.sources),
    }


COMMANDS: tuple[click.Command, ...] = (nearby, search, profiles)
