"""Search by name: venues, and what is in them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator, BaseModel
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from indoor3d.api import geojson
from indoor3d.api.cache import VenueData
from indoor3d.api.deps import LanguageDep, LevelKey, Limit, Services, ServicesDep, VenueKey
from indoor3d.api.openapi import gives
from indoor3d.api.outputs_search import Categories, SearchAnswer
from indoor3d.api.respond import JSON, Document, answer, ready
from indoor3d.errors import UnknownLevel, UnknownVenue
from indoor3d.models.search import LONGEST, Match, SearchIndex, index_of
from indoor3d.models.search_forms import By, Kind
from indoor3d.models.search_words import SYNONYMS, named_categories
from indoor3d.models.vocabulary import (
    LABELS,
    ConnectorCategory,
    FacilityCategory,
    OpeningCategory,
    SpaceCategory,
)
from indoor3d.store.base import VenueRecord

router = APIRouter(prefix="/v1", tags=["Around me"])

_SUGGESTED = 8
_KINDS = {
    "facility": FacilityCategory,
    "space": SpaceCategory,
    "connector": ConnectorCategory,
    "opening": OpeningCategory,
}
_CODES = tuple(sorted({str(term) for terms in _KINDS.values() for term in terms}))
_BY_CATEGORY = {By.CATEGORY, By.RELATED}


def _categories(value: str | None) -> str | None:
    if value is not None and not set(value.split(",")) <= set(_CODES):
        raise PydanticCustomError("category", "not a category")
    return value


class Question(BaseModel):
    """What is asked: the query parameters."""

    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=LONGEST,
            pattern=r"^[^\x00-\x1f\x7f]+$",
            description="Name, number, category, or the beginning of one; Korean, English or romanised; initials (ㅎㅈㅅ) too; "
            "a level or a venue beside it (시청역 B1 화장실).",
            examples=["시청역 화장실"],
        ),
    ]
    venue: VenueKey = None
    lang: Annotated[
        Literal["ko", "en"] | None, Query(description="Language of the suggestions; absent: by Accept-Language.")
    ] = None
    level: LevelKey = None
    category: Annotated[
        str | None,
        AfterValidator(_categories),
        Query(
            max_length=400,
            pattern=rf"^({'|'.join(_CODES)})(,({'|'.join(_CODES)}))*$",
            description="Only these categories, separated by commas; see `/v1/categories`.",
            examples=["restroom,restroom_accessible"],
        ),
    ] = None
    limit: Limit = 20
    suggest: Annotated[
        Literal["true", "false"], Query(description="Whether texts to offer while somebody types are wanted too.")
    ] = "false"


@router.get(
    "/search",
    summary="Find by name · 이름으로 찾기",
    description="Venues by name, and spaces, doors, lifts, exits and facilities by name, number or category: of `venue` where "
    "it is given, else of the venues that the question itself names (`시청역 화장실`). Spacing, case and Unicode form do not "
    "matter; initials, half-typed syllables, romanised names and the wrong keyboard are understood.",
    responses=gives(SearchAnswer, "What was found, best first.", problems=[404]),
)
async def search(
    request: Request, services: ServicesDep, lang: LanguageDep, question: Annotated[Question, Query()]
) -> Response:
    """Find what a person means."""
    names = await _venue_names(request, services)
    asked = await _rooms(services, names, question)
    spoken = question.lang or lang

    def work() -> Document:
        return ready(_answer(services, names, asked, question, spoken), request, media_type=JSON, language=spoken)

    return answer(request, await services.quick.run(work))


@router.get(
    "/categories",
    summary="Categories · 분류 목록",
    description="Codes of what people look for, their names in Korean and English, and other words for them.",
    responses=gives(Categories, "The categories, by code."),
)
async def categories(request: Request) -> Response:
    """List the categories."""
    listed = [
        {
            "code": code,
            "label": geojson.label(code),
            "kinds": [kind for kind, terms in _KINDS.items() if code in set(terms)],
            "words": [word for word in SYNONYMS.get(code, ()) if word not in LABELS[code]],
        }
        for code in _CODES
    ]
    return answer(request, Document({"categories": listed}))


class VenueNames:
    """Names of all venues at one revision of the store; no building is read for it."""

    def __init__(self, records: Sequence[VenueRecord], *, revision: int) -> None:
        self.revision = revision
        self.records: Mapping[str, VenueRecord] = {record.venue.id: record for record in records}
        self.index = SearchIndex.of_venues(record.venue for record in records)


async def _venue_names(request: Request, services: Services) -> VenueNames:
    """Give the names of the venues there are now; made again only after something was published."""
    revision = services.store.revision()
    kept: VenueNames | None = getattr(request.app.state, "venue_names", None)
    if kept is None or kept.revision != revision:
        kept = await services.quick.run(lambda: VenueNames(services.store.venues(), revision=revision))
        request.app.state.venue_names = kept
    return kept


_Asked = list[tuple[VenueData, str]]
"""Venues to look into, and what to look for there."""


async def _rooms(services: Services, names: VenueNames, question: Question) -> _Asked:
    if question.venue is not None:
        return [(await services.venue(question.venue), question.q)]
    found: _Asked = []
    for venue, rest in names.index.venues_in(question.q):
        try:
            found.append((await services.venue(venue), rest))
        except UnknownVenue:  # withdrawn a moment ago
            continue
    return found


def _answer(services: Services, names: VenueNames, asked: _Asked, question: Question, lang: str) -> dict[str, Any]:
    wanted = frozenset(question.category.split(",")) if question.category else frozenset()
    found: list[tuple[Match, VenueData | None]] = []
    for data, text in asked:
        try:
            level = "" if question.level is None else data.building.level(question.level).id
        except UnknownLevel:
            if question.venue is not None:
                raise
            continue
        matches = index_of(data.building).find(text, limit=question.limit, level=level, categories=wanted)
        found += [(match, data) for match in matches]
    if question.venue is None and question.level is None and not wanted:
        found += [(match, None) for match in names.index.find(question.q, limit=question.limit)]
    found.sort(key=lambda pair: -pair[0].score)  # stable: equal ones stay in the order of their venues
    chosen = found[: question.limit]
    return {
        "query": question.q,
        "searched": [data.record.venue.id for data, _ in asked],
        "categories": list(named_categories(question.q if question.venue or not asked else asked[0][1])),
        "matches": [_shown(services, names, match, data) for match, data in chosen],
        "suggestions": _suggestions(chosen, asked, question, lang) if question.suggest == "true" else [],
    }


def _shown(services: Services, names: VenueNames, match: Match, data: VenueData | None) -> dict[str, Any]:
    record = data.record if data is not None else names.records[match.venue]
    levels = [geojson.level_ref(data.building.level(level)) for level in match.levels] if data is not None else []
    if data is None:
        position = _middle(record)
    elif match.position is None:
        position = None
    else:
        position = geojson.positions(data.building.frame, [match.position])[0]
    return {
        "kind": str(match.kind),
        "id": match.id,
        "name": geojson.text(match.name),
        "venue": {"id": record.venue.id, "name": geojson.text(record.venue.name)},
        "category": match.category,
        "category_label": geojson.label(match.category),
        "level": next((level for level in levels if level["id"] == match.level), None),
        "levels": levels,
        "position": position,
        "score": match.score,
        "matched": {"by": str(match.by), "form": match.form},
        "links": _links(services, match, record),
    }


def _links(services: Services, match: Match, record: VenueRecord) -> list[dict[str, str]]:
    if match.kind is Kind.VENUE:
        return services.links.venue(record)[:2]
    if match.kind is Kind.LEVEL:
        return services.links.level(match.venue, match.id)
    return services.links.element(match.venue, match.id)


def _middle(record: VenueRecord) -> list[float]:
    west, south, east, north = record.bounds
    middle = (west + (east - west) % 360 / 2 + 180) % 360 - 180
    return [round(middle, 8), round((south + north) / 2, 8)]


def _suggestions(
    found: Iterable[tuple[Match, VenueData | None]], asked: _Asked, question: Question, lang: str
) -> list[dict[str, Any]]:
    """Texts to offer: each once, with how many it stands for; a category is offered as one."""
    texts = {data.record.venue.id: rest for data, rest in asked}
    offered: dict[str, dict[str, Any]] = {}
    for match, data in found:
        category = geojson.label(match.category)[lang]
        text = category if match.by in _BY_CATEGORY else match.name.best(lang) or match.form or category
        if data is not None and texts.get(match.venue) != question.q:
            text = f"{data.record.venue.name.best(lang)} {text}"
        entry = offered.setdefault(
            text, {"text": text, "kind": str(match.kind), "category": match.category, "count": 0}
        )
        entry["count"] += 1
    return list(offered.values())[:_SUGGESTED]
