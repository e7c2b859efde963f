"""The state of a venue: what is closed, turned, broken, crowded or full of smoke now; and, for operators, changing it."""

import re
import secrets
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request
from starlette.responses import Response

from indoor3d.api import closures as content
from indoor3d.api import live
from indoor3d.api.body import read
from indoor3d.api.cache import VenueData
from indoor3d.api.deps import Services, ServicesDep, VenuePath
from indoor3d.api.errors import Refused
from indoor3d.api.openapi import gives, takes
from indoor3d.api.operator import OperatorKey, authorise, permit
from indoor3d.api.outputs_closures import Closure, ClosureHistory, ClosureRequest, Closures, Equipment
from indoor3d.api.respond import GEOJSON, JSON, PRIVATE, REVALIDATE, Document, answer, dumps, matches, ready
from indoor3d.errors import UnknownElement
from indoor3d.exports.a11yjson import to_a11yjson
from indoor3d.exports.siri_fm import to_siri_fm
from indoor3d.store.state import Kept, StaleRevision

XML = "application/xml"
router = APIRouter(tags=["Live state"])

_PLAIN = r"^[^\x00-\x1f\x7f]+$"
_TAG = re.compile(r'(?:W/)?"(\d{1,9})"', re.ASCII)
_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_OPERATORS: dict[str, Any] = {"security": [{"operator": []}]}
_REFUSALS = (400, 401, 403, 404, 408, 413, 415)
_EXAMPLES = {
    "a lift is out of order": {
        "summary": "A lift that stopped",
        "value": {
            "venue": "city-hall",
            "effect": "status",
            "status": "not_available",
            "elements": ["lift-1"],
            "cause": {"ko": "고장", "en": "Out of order"},
            "remedy": "repair",
        },
    },
    "closed at night": {
        "summary": "An exit that closes every night",
        "value": {
            "venue": "city-hall",
            "elements": ["exit-5"],
            "hours": "Mo-Su 00:30-05:00",
            "cause": {"ko": "야간 폐쇄", "en": "Closed at night"},
        },
    },
}

VenueOf = Annotated[
    str,
    Query(min_length=1, max_length=128, pattern=_PLAIN, description="Id of the venue.", examples=["city-hall"]),
]
ClosureId = Annotated[str, Path(pattern=_PLAIN, description="Id of the condition.", examples=["cl-0123456789abcdef"])]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="ETag of the revision that the change is made for. Needed: 428 without."),
]
OnceKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Made up by the client for one closure: sent again, it gives the same answer and makes nothing new.",
    ),
]


def _created(responses: dict[int | str, Any]) -> dict[int | str, Any]:
    """Answers of an operation that makes something: 201 where others have 200."""
    return {201 if status == 200 else status: response for status, response in responses.items()}


@router.get(
    "/v1/closures",
    summary="Live state of a venue · 실시간 상황",
    description="Every condition that has not ended and whose window is not over: closures, one-way changes, the status of "
    "equipment, crowds, smoke. `in_force` says which hold now; a `stale` status means unknown, never available. Routes apply all "
    "of it at once. 폐쇄, 일방통행, 설비 상태, 혼잡, 연기를 알려 줍니다.",
    responses=gives(Closures, "The state.", problems=[404]),
)
async def state(request: Request, services: ServicesDep, venue: VenueOf) -> Response:
    """List the conditions of a venue."""
    data = await services.venue(venue)
    return answer(request, await services.quick.run(_listed, data, services, request))


@router.get(
    "/v1/closures/{closure}",
    summary="One condition · 상황 하나",
    description="Also one that has ended. The ETag is its revision: send it as If-Match with a change.",
    responses=gives(Closure, "The condition.", problems=[404]),
)
async def one(request: Request, services: ServicesDep, closure: ClosureId) -> Response:
    """Give one condition."""
    kept = await services.quick.run(services.store.condition, closure)
    return await _answer(kept, services, if_none_match=request.headers.get("if-none-match", ""))


@router.get(
    "/v1/closures/{closure}/history",
    summary="Changes of a condition · 변경 이력",
    description="Who changed what and when. For operators of the venue.",
    responses=gives(ClosureHistory, "The changes.", problems=[401, 403, 404]),
    openapi_extra=_OPERATORS,
)
async def history(request: Request, services: ServicesDep, closure: ClosureId) -> Response:
    """Give every revision of a condition."""
    key = authorise(request, services.settings.operator_keys)
    revisions = await services.quick.run(services.store.condition_history, closure)
    permit(key, revisions[0].venue)
    data = await services.venue(revisions[0].venue)
    body = {
        "id": closure,
        "venue": revisions[0].venue,
        "revisions": [content.revision(kept, data, services.links) for kept in revisions],
    }
    return answer(request, Document(body), cache=PRIVATE)


@router.post(
    "/v1/closures",
    status_code=201,
    summary="Report a condition · 상황 알리기",
    description="It is in force in the very next answer. For operators: `Authorization: Bearer <key>`.",
    responses=_created(gives(Closure, "It is kept.", problems=[*_REFUSALS, 422])),
    openapi_extra=takes(ClosureRequest, _EXAMPLES) | _OPERATORS,
)
async def report(request: Request, services: ServicesDep, idempotency_key: OnceKey = None) -> Response:
    """Keep a new condition."""
    key = authorise(request, services.settings.operator_keys)
    sent_key = once(idempotency_key)
    body = read(await request.body(), ClosureRequest)
    permit(key, body.venue)
    data = await services.venue(body.venue)

    def work() -> Kept:
        moment = services.settings.clock()
        ident = content.new_id(by=key.name, key=sent_key, random=secrets.token_hex(8))
        made = content.condition_of(
            body, data.building, ident=ident, by=key.name, moment=moment, calendar=live.calendar_of(data)
        )
        first = _made_before(services, ident) if sent_key is not None else None
        if first is None:
            content.check_end(made, moment)
            try:
                return services.store.put_condition(body.venue, made, by=key.name, at=moment)
            except StaleRevision:  # the same request, a moment ago
                first = _made_before(services, ident)
                if first is None:
                    raise
        same = made if body.reported_at is not None else replace(made, reported_at=first.condition.reported_at)
        if first.venue != body.venue or first.condition != same:
            raise Refused(
                "key-reused",
                "This Idempotency-Key was sent before with another body.",
                "이 Idempotency-Key는 다른 내용으로 이미 쓰였습니다.",
            )
        return first

    kept = await services.quick.run(work)
    return await _answer(kept, services, status=201)


@router.put(
    "/v1/closures/{closure}",
    summary="Change a condition · 상황 바꾸기",
    description="The whole condition as it is from now on. `If-Match` names the revision that the change is made for.",
    responses=gives(Closure, "The new revision.", problems=[*_REFUSALS, 412, 428]),
    openapi_extra=takes(ClosureRequest, _EXAMPLES) | _OPERATORS,
)
async def change(request: Request, services: ServicesDep, closure: ClosureId, if_match: IfMatch = None) -> Response:
    """Keep a new revision of a condition."""
    key = authorise(request, services.settings.operator_keys)
    body = read(await request.body(), ClosureRequest)
    permit(key, body.venue)
    data = await services.venue(body.venue)

    def work() -> Kept:
        expected = _expected(services, closure, key, if_match)
        moment = services.settings.clock()
        made = content.condition_of(
            body, data.building, ident=closure, by=key.name, moment=moment, calendar=live.calendar_of(data)
        )
        content.check_end(made, moment)
        try:
            return services.store.put_condition(body.venue, made, by=key.name, at=moment, expected=expected)
        except StaleRevision as error:
            raise _changed(error) from None

    return await _answer(await services.quick.run(work), services)


@router.delete(
    "/v1/closures/{closure}",
    summary="End a condition · 상황 끝내기",
    description="It no longer holds, and stays in the history.",
    responses=gives(Closure, "The last revision.", problems=[401, 403, 404, 412, 428]),
    openapi_extra=_OPERATORS,
)
async def end(request: Request, services: ServicesDep, closure: ClosureId, if_match: IfMatch = None) -> Response:
    """Take a condition back."""
    key = authorise(request, services.settings.operator_keys)

    def work() -> Kept:
        expected = _expected(services, closure, key, if_match)
        try:
            return services.store.end_condition(closure, by=key.name, at=services.settings.clock(), expected=expected)
        except StaleRevision as error:
            raise _changed(error) from None

    return await _answer(await services.quick.run(work), services)


@router.get(
    "/v1/venues/{venue}/state.siri.xml",
    summary="Live state as SIRI-FM · SIRI-FM 상황",
    description="Facility Monitoring 2.1: one FacilityCondition for each element of each condition. What the standard has no words for is in "
    "Extensions.",
    responses=gives(None, "The delivery.", media_type=XML, problems=[404]),
)
async def siri(request: Request, services: ServicesDep, venue: VenuePath) -> Response:
    """Write the state as SIRI-FM."""
    data = await services.venue(venue)

    def work() -> Document:
        moment = services.settings.clock()
        conditions = [kept.condition for kept in services.live.kept(data, moment)]
        return ready(to_siri_fm(conditions, data.building, moment=moment), request, media_type=XML)

    return answer(request, await services.quick.run(work), cache=PRIVATE)


@router.get(
    "/v1/venues/{venue}/a11y.json",
    summary="Equipment and doors as A11yJSON · A11yJSON 설비와 문",
    description="Lifts, escalators, ramps, stairs and doors with what is known of them; `isWorking` is left out where nobody knows.",
    responses=gives(Equipment, "The equipment.", media_type=GEOJSON, problems=[404]),
)
async def equipment(request: Request, services: ServicesDep, venue: VenuePath) -> Response:
    """Write the equipment as A11yJSON."""
    data = await services.venue(venue)

    def work() -> Document:
        moment = services.settings.clock()
        effects = services.live.effects(data, moment)
        return ready(to_a11yjson(data.building, effects, moment=moment), request, media_type=GEOJSON)

    return answer(request, await services.quick.run(work), cache=PRIVATE)


def _listed(data: VenueData, services: Services, request: Request) -> Document:
    moment = services.settings.clock()
    effects = services.live.effects(data, moment)
    venue = data.record.venue.id
    body: dict[str, Any] = {
        "venue": venue,
        "version": data.record.version,
        "until": None if effects.until is None else effects.until.isoformat(),
        "closures": [
            content.listed(kept, data, effects, moment=moment, links=services.links)
            for kept in services.live.kept(data, moment)
        ],
        "links": [
            {"rel": "self", "href": services.links.to("closures", venue=venue), "type": JSON},
            {"rel": "venue", "href": services.links.to("venues", venue), "type": JSON},
            {"rel": "alternate", "href": services.links.to("venues", venue, "state.siri.xml"), "type": XML},
        ],
    }
    return ready(body, request, media_type=JSON)


async def _answer(kept: Kept, services: Services, *, status: int = 200, if_none_match: str = "") -> Response:
    """One condition under its revision: what is sent depends on nothing else but names in the building."""
    data = await services.venue(kept.venue)
    tag = f'"{kept.revision}"'
    headers = {"ETag": tag, "Cache-Control": REVALIDATE}
    if matches(if_none_match, tag) and if_none_match:
        return Response(status_code=304, headers=headers)
    if status == 201:
        headers["Location"] = services.links.to("closures", kept.condition.id)
    body = dumps(content.closure(kept, data, services.links))
    return Response(body, status_code=status, media_type=JSON, headers=headers)


def once(key: str | None) -> str | None:
    """Accept an Idempotency-Key.

    Raises
    ------
    Refused
        ``invalid-parameter``.
    """
    if key is not None and not _KEY.fullmatch(key):
        raise Refused(
            "invalid-parameter",
            "Idempotency-Key is 1 to 128 visible ASCII characters.",
            "Idempotency-Key는 보이는 ASCII 문자 1~128자입니다.",
        )
    return key


def _made_before(services: Services, ident: str) -> Kept | None:
    """The first revision of what the same Idempotency-Key made."""
    try:
        return services.store.condition_history(ident)[0]
    except UnknownElement:
        return None


def _expected(services: Services, closure: str, key: OperatorKey, if_match: str | None) -> int:
    """The revision that a change is made for, when the operator may change it."""
    current = services.store.condition(closure)
    permit(key, current.venue)
    if if_match is None:
        raise Refused(
            "revision-needed",
            "Send the ETag of the revision you saw as If-Match.",
            "확인한 판의 ETag를 If-Match로 보내세요.",
        )
    if if_match.strip() == "*":
        return current.revision
    numbers = [int(n) for n in _TAG.findall(if_match)]
    if current.revision not in numbers:
        raise Refused(
            "revision-changed",
            f"The condition has revision {current.revision} now.",
            f"지금 판 번호는 {current.revision}입니다.",
            revision=current.revision,
        )
    return current.revision


def _changed(error: StaleRevision) -> Refused:
    return Refused("revision-changed", error.detail["en"], error.detail["ko"], **error.context)
