"""Shapes of answers to a search by name. For the documentation only."""

from typing import Any, Literal

from pydantic import BaseModel

from indoor3d.api.outputs import Label, LevelRef, Link, Shape, Text


class Matched(Shape):
    """Why it was found: what of it fits the question, and how that is written."""

    by: Literal["name", "number", "alias", "category", "related", "romanised", "initials", "keyboard", "spelling"]
    form: str


class VenueRef(Shape):
    """Which venue."""

    id: str
    name: Text


class SearchMatch(Shape):
    """Something found. ``level`` and ``position`` are null where it has none; a venue's position is its middle.

    ``levels`` are all it is on: a lift is on several. ``score`` compares answers to one question, 0 to 1.
    """

    kind: Literal["venue", "exit", "facility", "space", "connector", "opening", "level"]
    id: str
    name: Text
    venue: VenueRef
    category: str
    category_label: Label
    level: LevelRef | None
    levels: list[LevelRef]
    position: list[float] | None
    score: float
    matched: Matched
    links: list[Link]


class Suggestion(Shape):
    """A text to offer while somebody types, and how many of the matches it stands for."""

    text: str
    kind: str
    category: str
    count: int


class SearchAnswer(Shape):
    """What was found, best first.

    ``searched``: the venues whose elements were looked at; none when the question names none. ``categories``: codes of what
    the question asks for, so that it can be asked again of ``/v1/nearby``.
    """

    query: str
    searched: list[str]
    categories: list[str]
    matches: list[SearchMatch]
    suggestions: list[Suggestion]


class CategoryTerm(Shape):
    """A category: its code, its name, what it may be a category of, and what else people call it."""

    code: str
    label: Label
    kinds: list[Literal["facility", "space", "connector", "opening"]]
    words: list[str]


class Categories(Shape):
    """All categories, by code."""

    categories: list[CategoryTerm]


_LEVEL: dict[str, Any] = {"id": "g", "ordinal": 0, "short_name": "1F"}
_EXIT: dict[str, Any] = {
    "kind": "exit",
    "id": "exit-1",
    "name": {"default": "Exit 1", "ko": "1번 출구", "en": "Exit 1"},
    "venue": {"id": "two-floors", "name": {"default": "Two floors", "ko": "이층집", "en": "Two floors"}},
    "category": "exit",
    "category_label": {"ko": "출구", "en": "Exit"},
    "level": _LEVEL,
    "levels": [_LEVEL],
    "position": [126.97708, 37.56572, 30.0],
    "score": 1.0,
    "matched": {"by": "name", "form": "1번 출구"},
    "links": [],
}

EXAMPLES: dict[str, Any] = {
    "SearchAnswer": {
        "query": "1번출구",
        "searched": ["two-floors"],
        "categories": [],
        "matches": [_EXIT],
        "suggestions": [{"text": "1번 출구", "kind": "exit", "category": "exit", "count": 1}],
    },
    "Categories": {
        "categories": [
            {
                "code": "restroom",
                "label": {"ko": "화장실", "en": "Restroom"},
                "kinds": ["facility", "space"],
                "words": ["toilet", "변소"],
            }
        ]
    },
}
"""By name of the shape."""

ALL: tuple[type[BaseModel], ...] = (Categories, SearchAnswer)
