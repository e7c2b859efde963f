"""Incidents of a venue, and what happens in it as events."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from indoor3d.api import closures
from indoor3d.api import incidents as content
from indoor3d.api.body import read
from indoor3d.api.cache import VenueData
from indoor3d.api.deps import Services, ServicesDep, VenuePath
from indoor3d.api.errors import Refused
from indoor3d.api.events import EventStream, event
from indoor3d.api.openapi import gives, takes
from indoor3d.api.operator import authorise, permit
from indoor3d.api.outputs_evacuations import Incident, Incidents
from indoor3d.api.respond import JSON, REVALIDATE, Document, answer, dumps, matches
from indoor3d.api.routers.closures import IfMatch, OnceKey, once
from indoor3d.api.routers.processes import LastEvent
from indoor3d.api.schemas_evacuations import IncidentRequest
from indoor3d.models.state import Condition
from indoor3d.store.state import Kept, StaleRevision

router = APIRouter(prefix="/v1/venues/{venue}", tags=["Live state"])

_OPERATORS: dict[str, Any] = {"security": [{"operator": []}]}
_EXAMPLES = {
    "fire": {
        "summary": "A fire at a platform; the escalators stop after a minute",
        "value": {
            "name": {"ko": "2호선 승강장 화재", "en": "Fire at the Line 2 platform"},
            "hazards": [
                {"id": "fire", "kind": "fire", "spaces": ["2호선 승강장"]},
                {"id": "stop", "kind": "stopped", "elements": ["2호선 에스컬레이터 3·4호 상행"], "at_s": 60},
            ],
        },
    }
}
IncidentId = Annotated[
    str,
    Path(pattern=r"^[^\x00-\x1f\x7f]+$", description="Id of the incident.", examples=["in-0123456789abcdef"]),
]


@router.get(
    "/incidents",
    summary="Incidents · 사건",
    description="What happens and has not ended, the newest first. Routes and escapes keep clear of all of it already.",
    responses=gives(Incidents, "The incidents.", problems=[404]),
)
async def incidents(request: Request, services: ServicesDep, venue: VenuePath) -> Response:
    """List the incidents of a venue."""
    data = await services.venue(venue)

    def work() -> Document:
        found = content.grouped(services.store.conditions(venue)).values()
        newest = sorted(found, key=lambda parts: (parts[0].at, parts[0].condition.id), reverse=True)
        body = {
            "venue": venue,
            "incidents": [content.incident(parts, data, services.links) for parts in newest],
            "links": [{"rel": "self", "href": services.links.to("venues", venue, "incidents"), "type": JSON}],
        }
        return Document(body)

    return answer(request, await services.quick.run(work))


@router.post(
    "/incidents",
    status_code=201,
    summary="Report an incident · 사건 알리기",
    description="A set of hazards and closures, with who reports them and when. In force in the very next answer, and sent to all who listen. "
    "For operators: `Authorization: Bearer <key>`.",
    responses={
        **{k: v for k, v in gives(Incident, "", problems=[401, 403, 404, 408, 413, 415, 422]).items() if k != 200},
        201: gives(Incident, "It is kept.")[200],
    },
    openapi_extra=takes(IncidentRequest, _EXAMPLES) | _OPERATORS,
)
async def report(
    request: Request, services: ServicesDep, venue: VenuePath, idempotency_key: OnceKey = None
) -> Response:
    """Keep a new incident."""
    key = authorise(request, services.settings.operator_keys)
    sent_key = once(idempotency_key)
    body = read(await request.body(), IncidentRequest)
    permit(key, venue)
    data = await services.venue(venue)

    def work() -> tuple[Kept, ...]:
        ident = content.new_id(by=key.name, key=sent_key, random=secrets.token_hex(8))
        moment = services.settings.clock()
        made = content.conditions_of(body, data.building, ident=ident, by=key.name, moment=moment)
        before = content.grouped(services.store.conditions(venue, ended=True)).get(ident)
        if before is None:
            return _keep_all(services, venue, made, by=key.name)
        if [_told(kept.condition) for kept in before] != [_told(condition) for condition in made]:
            raise Refused(
                "key-reused",
                "This Idempotency-Key was sent before with another body.",
                "이 Idempotency-Key는 다른 내용으로 이미 쓰였습니다.",
            )
        return before

    return _answer(await services.quick.run(work), data, services, status=201)


@router.get(
    "/incidents/{incident}",
    summary="One incident · 사건 하나",
    description="Also one that has ended. Send its ETag as If-Match to end it; its conditions can be changed one by one at /v1/closures.",
    responses=gives(Incident, "The incident.", problems=[404]),
)
async def one(request: Request, services: ServicesDep, venue: VenuePath, incident: IncidentId) -> Response:
    """Give one incident."""
    data = await services.venue(venue)
    parts = await services.quick.run(_find, services, venue, incident)
    return _answer(parts, data, services, if_none_match=request.headers.get("if-none-match", ""))


@router.delete(
    "/incidents/{incident}",
    summary="End an incident · 사건 끝내기",
    description="Takes all of its conditions back: what it shut is open again in the very next answer. They stay in the history.",
    responses=gives(Incident, "The incident, ended.", problems=[401, 403, 404, 412, 428]),
    openapi_extra=_OPERATORS,
)
async def end(
    request: Request, services: ServicesDep, venue: VenuePath, incident: IncidentId, if_match: IfMatch = None
) -> Response:
    """End an incident."""
    key = authorise(request, services.settings.operator_keys)
    permit(key, venue)
    data = await services.venue(venue)

    def work() -> tuple[Kept, ...]:
        parts = _find(services, venue, incident)
        _check_match(parts, if_match)
        moment = services.settings.clock()
        for kept in parts:
            if not kept.ended:
                try:
                    services.store.end_condition(kept.condition.id, by=key.name, at=moment, expected=kept.revision)
                except StaleRevision as error:
                    raise Refused("revision-changed", error.detail["en"], error.detail["ko"]) from None
        return _find(services, venue, incident)

    return _answer(await services.quick.run(work), data, services)


@router.get(
    "/events",
    summary="What happens in a venue · 장소 알림",
    description="Server-sent events. `state`: everything, when you come for the first time or were away too long; `closure` and `incident`: what "
    "changed, came into force or ended; `published`: a new version of the venue. With `Last-Event-ID` you get what you missed.",
    responses=gives(None, "The events.", media_type="text/event-stream", problems=[404, 429]),
)
async def events(services: ServicesDep, venue: VenuePath, last: LastEvent = None) -> Response:
    """Stream what happens."""
    await services.venue(venue)
    seen = (last or "")[:64]

    async def poll() -> tuple[bytes, bool]:
        nonlocal seen
        data, moment = await services.venue(venue), services.settings.clock()
        revision = services.store.state_revision()
        log = services.events
        if log.is_new(venue, revision=revision, version=data.record.version, moment=moment):
            await services.quick.run(log.look, data, revision=revision, moment=moment)
        found = log.since(venue, seen)
        if found is None:
            seen = log.newest(venue)
            return await services.quick.run(_state, services, data, ident=seen), False
        seen, words = found
        return words, False

    return EventStream(poll, services.listeners, stall_s=services.settings.limits.stall_s)


def _state(services: Services, data: VenueData, *, ident: str) -> bytes:
    """Everything, as one event."""
    moment = services.settings.clock()
    effects = services.live.effects(data, moment)
    kept = services.live.kept(data, moment)
    body = {
        "venue": data.record.venue.id,
        "version": data.record.version,
        "closures": [closures.listed(k, data, effects, moment=moment, links=services.links) for k in kept],
        "incidents": sorted(content.grouped(kept)),
    }
    return event("state", body, ident=ident)


def _find(services: Services, venue: str, incident: str) -> tuple[Kept, ...]:
    return content.find(services.store.conditions(venue, ended=True), incident)


def _keep_all(services: Services, venue: str, made: tuple[Condition, ...], *, by: str) -> tuple[Kept, ...]:
    """Keep every condition, or none: what was kept is taken back when a later one cannot be."""
    kept: list[Kept] = []
    moment = services.settings.clock()
    try:
        for condition in made:
            kept.append(services.store.put_condition(venue, condition, by=by, at=moment))  # noqa: PERF401 - kept so far matters
    except Exception:
        for one_ in kept:
            services.store.end_condition(one_.condition.id, by=by, at=moment, expected=one_.revision)
        raise
    return tuple(kept)


def _told(condition: Condition) -> tuple[Any, ...]:
    """What an incident that is sent again has to have in common; moments may be those of its arrival."""
    return condition.id, condition.effect, condition.elements, condition.cause, condition.direction


def _check_match(parts: tuple[Kept, ...], if_match: str | None) -> None:
    if if_match is None:
        raise Refused(
            "revision-needed",
            "Send the ETag of the incident you saw as If-Match.",
            "확인한 사건의 ETag를 If-Match로 보내세요.",
        )
    if if_match.strip() != "*" and not matches(if_match, content.tag(parts)):
        raise Refused(
            "revision-changed",
            "The incident is not as you saw it: read it again.",
            "사건이 바뀌었습니다. 다시 읽어 확인하세요.",
        )


def _answer(
    parts: tuple[Kept, ...], data: VenueData, services: Services, *, status: int = 200, if_none_match: str = ""
) -> Response:
    tag = content.tag(parts)
    headers = {"ETag": tag, "Cache-Control": REVALIDATE}
    if if_none_match and matches(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    body = content.incident(parts, data, services.links)
    if status == 201:
        headers["Location"] = services.links.to("venues", body["venue"], "incidents", body["id"])
    return Response(dumps(body), status_code=status, media_type=JSON, headers=headers)
