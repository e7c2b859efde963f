"""Routes through a venue: one, others beside it, many at once, and why."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Generic, TypeVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from indoor3d.api import geojson, rem, remarks
from indoor3d.api.body import read
from indoor3d.api.cache import VenueData
from indoor3d.api.deps import Services, language, services
from indoor3d.api.direct import DirectRoute
from indoor3d.api.explained import explaining
from indoor3d.api.openapi import gives, takes
from indoor3d.api.outputs_routes import Explanation, Matrix, Profiles, Route
from indoor3d.api.respond import GEOJSON, JSON, PRIVATE, REVALIDATE, Document, answer, finite, ready
from indoor3d.api.schemas import Asking, MatrixRequest, RouteOptions, RouteRequest
from indoor3d.api.waypoints import located, resolve
from indoor3d.errors import Indoor3dError, NoRoute
from indoor3d.routing.city import Asked
from indoor3d.routing.explain import explain
from indoor3d.routing.journey import Journey, Stop, journey, others
from indoor3d.routing.matrix import matrix as measure
from indoor3d.routing.place import Place
from indoor3d.routing.profile import PROFILES, find_profile

router = APIRouter(prefix="/v1", tags=["Routes"], route_class=DirectRoute)

_EXAMPLES = {
    "by name": {
        "summary": "From a shop to exit 5, without steps",
        "value": {"venue": "city-hall", "waypoints": [{"ref": "매점"}, {"ref": "5"}], "mode": "wheelchair"},
    },
    "by position": {
        "summary": "Between two positions, with a lift out of order",
        "value": {
            "venue": "city-hall",
            "waypoints": [
                {"lon": 126.97713, "lat": 37.56575, "level": "B1"},
                {"lon": 126.97722, "lat": 37.5658, "level": 0},
            ],
            "closed": ["lift-1"],
        },
    },
    "into the next venue": {
        "summary": "From a station into the building next door",
        "value": {
            "venue": "city-hall",
            "waypoints": [{"ref": "1"}, {"category": "lobby", "venue": "seoul-city-hall"}],
        },
    },
    "to the nearest": {
        "summary": "From an uncertain position to the nearest accessible restroom",
        "value": {
            "venue": "city-hall",
            "waypoints": [
                {"lon": 126.97713, "lat": 37.56575, "level": "B1", "accuracy": 5},
                {"category": "restroom_accessible"},
            ],
            "profile": "wheelchair",
            "options": {"unknown": "strict"},
            "alternatives": 2,
        },
    },
}
_MATRIX_EXAMPLES = {
    "two by two": {
        "summary": "How far from two exits to two lifts",
        "value": {
            "venue": "city-hall",
            "origins": [{"ref": "1"}, {"ref": "5"}],
            "destinations": [{"category": "lift"}, {"category": "restroom"}],
        },
    }
}
_NOTHING = RouteOptions()
_PROBLEMS = [404, 408, 413, 415, 422]

Body = TypeVar("Body", bound=Asking)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question(Generic[Body]):
    """What somebody asks, and what it is answered with."""

    services: Services
    data: VenueData
    body: Body
    lang: str

    @property
    def moment(self) -> datetime:
        """Of departure."""
        return self.body.depart_at or self.services.settings.clock()

    def conditions(self, moment: datetime) -> dict[str, Any]:
        """Under which ways are looked for, as routing takes them."""
        return {
            "profile": self.body.who,
            "closed": tuple(dict.fromkeys(self.body.closed)),
            "options": self.body.options.asked(),
            "effects": self.services.moments.of(self.data, moment).effects,
        }


async def _question(request: Request, model: type[Body]) -> _Question[Body]:
    """Read a question; problems are told in its language from here on."""
    found = await services(request)
    body = read(await request.body(), model)
    request.state.lang = body.lang or await language(request)
    return _Question(services=found, data=await found.venue(body.venue), body=body, lang=request.state.lang)


async def _answered(
    request: Request,
    question: _Question[Body],
    make: Callable[[_Question[Body]], dict[str, Any]],
    *,
    media_type: str = JSON,
    key: Hashable = None,
) -> Response:
    """Make the answer beside the event loop, or at once where questions with this ``key`` are light by now."""
    asked = question.services

    def work() -> Document:
        return ready(make(question), request, media_type=media_type, language=question.lang)

    document = await (asked.quick.run(work) if key is None else asked.soon(question.data, key, work))
    return answer(request, document, cache=PRIVATE)


@router.post(
    "/routes",
    summary="A route · 길찾기",
    description="The best way through the waypoints for who moves, around what is closed; OGC Route Exchange Model. "
    "The overview's geometry is the path people are shown; `exact` is the shortest, to which lengths and times belong. "
    "422 `no-route` lists in `blocked_by` what is in the way: no other route is substituted. "
    "경유지를 차례로 잇는 가장 좋은 길입니다. 길이 없으면 막는 요소와 함께 422로 답합니다.",
    responses=gives(Route, "The route.", media_type=GEOJSON, problems=_PROBLEMS),
    openapi_extra=takes(RouteRequest, _EXAMPLES),
)
async def route(request: Request) -> Response:
    """Find a route."""
    question = await _question(request, RouteRequest)
    body = question.body
    plain = (
        len(body.waypoints) == 2 and not body.alternatives and not any(waypoint.venue for waypoint in body.waypoints)
    )
    options = None if body.options == _NOTHING else body.options
    key = (body.who, options) if plain else None
    return await _answered(request, question, _answer, media_type=GEOJSON, key=key)


@router.post(
    "/routes/explain",
    summary="Why this way, or why none · 길의 이유",
    description="For a route that exists: what it avoids and what each part costs. For one that does not: the elements that "
    "block it, which of them would help if it were open, and the best way if the limits were lifted, marked as such. "
    "이 길인 까닭, 또는 길이 없는 까닭입니다.",
    responses=gives(Explanation, "The explanation.", problems=_PROBLEMS),
    openapi_extra=takes(RouteRequest, _EXAMPLES),
)
async def why(request: Request) -> Response:
    """Explain a route, or its absence."""
    return await _answered(request, await _question(request, RouteRequest), _why)


@router.post(
    "/routes/matrix",
    summary="Many at once · 여러 곳 사이의 시간과 거리",
    description="Seconds and metres of the best way from every origin to every destination; null where there is none.",
    responses=gives(Matrix, "Rows by origin, columns by destination.", problems=_PROBLEMS),
    openapi_extra=takes(MatrixRequest, _MATRIX_EXAMPLES),
)
async def matrix(request: Request) -> Response:
    """Measure many ways at once."""
    return await _answered(request, await _question(request, MatrixRequest), _table)


@router.get(
    "/profiles",
    summary="Who can move · 이동 유형",
    description="Movement profiles: names, SIRI user needs, speeds and dimensions.",
    responses=gives(Profiles, "The profiles, in the order to show them."),
)
async def profiles(request: Request) -> Response:
    """List the movement profiles."""
    listed = sorted(PROFILES.values(), key=lambda profile: (profile.order, profile.id))
    content = {"profiles": [_profile(profile.id) for profile in listed if not profile.alias_of]}
    return answer(request, Document(content, media_type=JSON), cache=REVALIDATE)


def _profile(ident: str) -> dict[str, Any]:
    profile = find_profile(ident)
    return {
        "id": ident,
        "name": geojson.text(profile.name),
        "siri": profile.siri,
        "wheeled": profile.wheeled,
        "level_mps": profile.level_mps,
        "level_p15_mps": profile.level_p15_mps,
        "stairs": profile.stairs_up_mps is not None,
        "escalator": profile.escalator,
        "min_clear_width_m": profile.min_clear_width_m,
        "max_slope": profile.max_slope,
        "aliases": [other.id for other in PROFILES.values() if other.alias_of == ident],
    }


def _answer(question: _Question[RouteRequest]) -> dict[str, Any]:
    data, body, lang = question.data, question.body, question.lang
    if any(waypoint.venue not in {None, body.venue} for waypoint in body.waypoints):
        return _across(question)
    stops = resolve(data, body.waypoints, member="waypoints")
    firsts = tuple(stop.places[0] for stop in stops)
    moment, clock = question.moment, question.services.settings.clock
    try:
        with explaining(data, firsts, lang=lang, member="waypoints"):
            found = journey(data.graph, stops, **question.conditions(moment))
    except NoRoute as error:
        raise located(error, f"/waypoints/{error.context.get('leg', 0)}") from None
    manner = _manner(body, found)
    names = (_name(data, found.places[0], lang), _name(data, found.places[-1], lang))
    made = rem.collection(data, found, names=names, manner=manner, now=clock())
    made["departure"] = moment.isoformat()
    if body.alternatives:
        made["alternatives"] = [
            rem.collection(data, other, names=names, manner=manner, now=clock())
            for other in others(found, most=body.alternatives)
        ]
    return made


def _manner(body: RouteRequest, found: Journey) -> dict[str, Any]:
    return {
        "turns": body.turns,
        "unit": body.unit,
        "step_length_m": body.step_length_m or found.conditions.profile.step_length_m,
        "heading_known": body.heading_known,
        "spoken": body.spoken,
    }


def _across(question: _Question[RouteRequest]) -> dict[str, Any]:
    """A journey whose waypoints lie in several venues."""
    asked_of, data, body, lang = question.services, question.data, question.body, question.lang
    moment, now = question.moment, asked_of.settings.clock()
    asked = Asked(
        profile=body.who,
        closed=tuple(dict.fromkeys(body.closed)),
        options=body.options.asked(),
        effects=lambda venue: asked_of.moments.of(asked_of.venues.load(venue), moment).effects,
    )
    venues = [waypoint.venue or body.venue for waypoint in body.waypoints]
    stops: list[Stop] = []
    for index, (venue, waypoint) in enumerate(zip(venues, body.waypoints, strict=True)):
        try:
            stops += resolve(asked_of.venues.load(venue), [waypoint], member="waypoints")
        except Indoor3dError as error:
            raise located(error, f"/waypoints/{index}") from None
    parts: list[tuple[VenueData, Journey]] = []
    for leg, ((one, start), (other, goal)) in enumerate(pairwise(zip(venues, stops, strict=True))):
        try:
            found = asked_of.city.journey((one, start), (other, goal), asked)
            parts += [(asked_of.venues.load(part.graph.building.venue.id), part) for part in found]
        except NoRoute as error:
            raise located(error, f"/waypoints/{leg}") from None
    names = (_name(parts[0][0], parts[0][1].places[0], lang), _name(parts[-1][0], parts[-1][1].places[-1], lang))
    made = [rem.collection(d, found, names=names, manner=_manner(body, found), now=now) for d, found in parts]
    return {**rem.across(made, names=names), "venue": data.record.venue.id, "departure": moment.isoformat()}


def _why(question: _Question[RouteRequest]) -> dict[str, Any]:
    data, lang = question.data, question.lang
    stops = resolve(data, question.body.waypoints, member="waypoints")
    with explaining(data, tuple(stop.places[0] for stop in stops), lang=lang, member="waypoints"):
        found = explain(data.graph, stops, **question.conditions(question.moment))
    return remarks.explanation(data, found, lang=lang, now=question.services.settings.clock())


def _table(question: _Question[MatrixRequest]) -> dict[str, Any]:
    data, body, moment = question.data, question.body, question.moment
    origins = resolve(data, body.origins, member="origins")
    goals = resolve(data, body.destinations, member="destinations")
    with explaining(data, tuple(stop.places[0] for stop in origins), lang=question.lang, member="origins"):
        found = measure(data.graph, origins, goals, **question.conditions(moment))
    return {
        "venue": data.record.venue.id,
        "version": data.record.version,
        "mode": body.who,
        "departure": moment.isoformat(),
        "durations_s": [[finite(value) for value in row] for row in found.duration_s.tolist()],
        "lengths_m": [[finite(value) for value in row] for row in found.length_m.tolist()],
    }


def _name(data: VenueData, place: Place, lang: str) -> str:
    """Name of an element, else of its level, else of the venue."""
    named = data.building.names.get(place.element)
    if named is not None and named.best(lang):
        return named.best(lang)
    if place.level is not None:
        return data.building.level(place.level).name.best(lang) or data.building.level(place.level).short_name
    return data.record.venue.name.best(lang)
