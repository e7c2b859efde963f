"""Thirty routes over the pilot venues and what is said of them, in both languages and both styles."""

from typing import Any

from indoor3d.routing.directions import guide
from tests.venues.made import VENUES, made

ROUTES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "city-hall": (
        ("exit-5-shutter", "l1-doors-west/7-2", "walk"),
        ("l2-doors-inner/8-1", "exit-1-shutter", "walk"),
        ("l1-outer-lift-entrance", "l2-doors-outer/3-1", "wheelchair"),
        ("l1-doors-east/5-1", "l2-b1-toilet-accessible", "wheelchair"),
        ("street-plaza", "l2-certificate", "walk"),
    ),
    "express-bus-terminal": (
        ("exit-8-1-shutter", "l7-doors-north/6-2", "walk"),
        ("l9-doors-south/5-3", "l3-doors-east/6-2", "walk"),
        ("l9-lift-west-entrance", "l9-doors-south/5-3", "wheelchair"),
        ("l3-doors-west/4-3", "l3-b2-nursing", "wheelchair"),
        ("terminal-door", "tourist-desk", "walk"),
    ),
    "jongno-3-ga": (
        ("exit-8-shutter", "l5-doors-gwanghwamun/8-4", "walk"),
        ("l1-doors-jonggak/7-1", "l3-doors-anguk/4-4", "walk"),
        ("l3-outer-lift-entrance", "l5-doors-gwanghwamun/8-4", "wheelchair"),
        ("l5-icentre", "exit-2-1-shutter", "walk"),
        ("l3-doors-euljiro3ga/1-3", "l1-b1-toilet-west-accessible", "wheelchair"),
    ),
    "sema-seosomun": (
        ("arch-2", "gallery-5", "walk"),
        ("arch-2", "sema-hall", "wheelchair"),
        ("reading-room", "lockers-1", "walk"),
        ("sky-garden", "toilet-accessible-2f", "wheelchair"),
        ("lecture", "street", "walk"),
    ),
    "seoul-city-hall": (
        ("f1-main-door", "f10-sky", "walk"),
        ("b1-station-door", "f1-kiosk-1", "wheelchair"),
        ("f8-hall", "b1-library-door", "wheelchair"),
        ("f3-conference", "f3-aed", "walk"),
        ("b2-taepyeong", "b1-relics", "walk"),
    ),
    "seoul-library": (
        ("main-entrance", "exhibition-5f", "walk"),
        ("main-entrance", "mayor-3f", "wheelchair"),
        ("door-city-hall-b1", "general-1", "walk"),
        ("world-4f", "garden-w-5f", "walk"),
        ("children-1f", "toilet-family-1f", "wheelchair"),
    ),
}
"""Start, goal (by the ids of the plans) and profile."""


def directions() -> Any:
    """What is said of every route: its overview, then one text a step."""
    found: dict[str, Any] = {}
    for venue in VENUES:
        one = made(venue)
        ids = {key: ident for ident, key in one.keys.items()}
        teller = guide(one.building)
        for start, goal, profile in ROUTES[venue]:
            route = one.graph.route(ids[start], ids[goal], profile=profile)
            steps = teller.steps(route, goal=ids[goal])
            said: dict[str, list[str]] = {}
            for lang in ("ko", "en"):
                said[f"{lang} plain"] = [
                    teller.overview(route, lang=lang),
                    *teller.say(steps, lang=lang, style="plain"),
                ]
                said[f"{lang} spoken"] = list(teller.say(steps, lang=lang, style="spoken"))
            found[f"{venue}: {start} → {goal} ({profile})"] = {"types": [step.type for step in steps]} | said
    return found
