"""About a venue as a whole: facts and sources, data quality, downloads, accessibility."""

from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from indoor3d.api import accessible, geojson
from indoor3d.api.cache import VenueData
from indoor3d.api.deps import LanguageDep, Services, ServicesDep, VenueDep
from indoor3d.api.openapi import gives
from indoor3d.api.outputs_about import Accessibility, Downloads, Facts, Quality
from indoor3d.api.respond import GEOJSON, JSON, Document, answer, ready
from indoor3d.errors import UnknownElement
from indoor3d.exports.report import places
from indoor3d.models.building import Fact
from indoor3d.models.issue import Issue, Severity
from indoor3d.store.base import AssetEntry

router = APIRouter(prefix="/v1/venues/{venue}", tags=["Venues"])

_SEVERITIES = {
    Severity.ERROR: {"ko": "오류", "en": "Error"},
    Severity.WARNING: {"ko": "경고", "en": "Warning"},
    Severity.INFO: {"ko": "참고", "en": "For information"},
}
_CERTAINTIES = {
    "S": {"ko": "자료에서 확인", "en": "Seen"},
    "D": {"ko": "자료에서 계산", "en": "Derived"},
    "G": {"ko": "일반 지식", "en": "General knowledge"},
    "assumed": {"ko": "추정", "en": "Assumed"},
}
"""Letters of the demo venues' authors (docs/guides/station.md)."""
_TILES = {
    "meshopt": {"ko": "3D 타일(압축)", "en": "3D Tiles, compressed"},
    "plain": {"ko": "3D 타일(비압축)", "en": "3D Tiles, plain"},
}
_PLAN = {"ko": "평면 GeoJSON", "en": "Plan as GeoJSON"}
_ABOUT = {
    "facts": {"ko": "사실과 출처", "en": "Facts and sources"},
    "report": {"ko": "자료 품질(목록)", "en": "Data quality, flat"},
    "quality": {"ko": "자료 품질(종류별)", "en": "Data quality, grouped"},
    "accessibility": {"ko": "계단 없는 길", "en": "Step-free ways"},
}


@router.get(
    "/facts",
    summary="Facts and sources · 사실과 출처",
    description="What is known about the venue, fact by fact, with where it comes from and how sure it is. Empty where the model "
    "says nothing.",
    responses=gives(Facts, "The facts.", problems=[404]),
)
async def facts(request: Request, data: VenueDep) -> Response:
    """List the facts."""

    def make() -> Document:
        known = data.building.venue
        return Document(
            {
                **_which(data),
                "schematic": known.schematic,
                "notice": geojson.text(known.notice),
                "sources": [{"id": s.id, "title": s.title, "licence": s.licence} for s in known.sources],
                "facts": [_fact(fact) for fact in known.facts],
            }
        )

    return answer(request, data.document("facts", make))


@router.get(
    "/quality",
    summary="Data quality, grouped · 종류별 자료 품질",
    description="The findings of `report` by severity and code, the worst first, each with its name and its place on Earth.",
    responses=gives(Quality, "The findings.", problems=[404]),
)
async def quality(request: Request, data: VenueDep, services: ServicesDep, lang: LanguageDep) -> Response:
    """Group the findings."""
    document = await services.quick.run(
        data.document, ("quality", lang), lambda: Document(_quality(data, lang), language=lang)
    )
    return answer(request, document)


@router.get(
    "/downloads",
    summary="Downloads · 내려받기",
    description="What there is to fetch: tilesets, plans, reports. Only what this version really has.",
    responses=gives(Downloads, "The downloads.", problems=[404]),
)
async def downloads(request: Request, data: VenueDep, services: ServicesDep) -> Response:
    """List the downloads."""
    document = await services.quick.run(data.document, "downloads", lambda: Document(_downloads(data, services)))
    return answer(request, document)


@router.get(
    "/accessibility",
    summary="Step-free ways · 계단 없는 길",
    description="Computed for a wheelchair, every lift in use: from the middle of every platform to every exit to the outside; in a "
    "venue without platforms from every public entrance to every level. Ways stay inside. Where there is none, `problem` says what "
    "is in the way. Official transfer times stand beside the way in this model, on foot at 1.2 m/s. "
    "휠체어로 승강장에서 출구까지, 승강장이 없으면 출입구에서 각 층까지 계단 없는 길을 계산합니다.",
    responses=gives(Accessibility, "The table.", problems=[404]),
)
async def accessibility(request: Request, data: VenueDep, services: ServicesDep, lang: LanguageDep) -> Response:
    """Tabulate step-free ways."""

    def make() -> Document:
        return ready(accessible.content(data, lang=lang), request, media_type=JSON, language=lang)

    return answer(request, await services.heavy.run(data.document, ("accessibility", lang), make))


def _which(data: VenueData) -> dict[str, str]:
    return {"venue": data.record.venue.id, "version": data.record.version}


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "key": fact.key,
        "value": fact.value,
        "unit": fact.unit,
        "sources": fact.source.split(),
        "certainty": fact.certainty,
        "certainty_label": _CERTAINTIES.get(fact.certainty),
        "note": fact.note,
    }


def _quality(data: VenueData, lang: str) -> dict[str, Any]:
    report, at = data.report, places(data.building)
    levels = {level.id: geojson.level_ref(level) for level in data.building.levels}

    def finding(issue: Issue) -> dict[str, Any]:
        place, names = issue.position or at.get(issue.element), data.building.names
        return {
            "element": issue.element or None,
            "name": names[issue.element].best(lang) or None if issue.element in names else None,
            "level": levels.get(issue.level),
            "coordinates": None if place is None else geojson.positions(data.building.frame, [place])[0],
            "message": issue.message(lang),
            "hint": issue.hint(lang),
        }

    groups = []
    order = list(Severity)
    ranked = sorted(report.issues, key=lambda i: (order.index(i.severity), i.code))
    for (severity, code), members in groupby(ranked, key=lambda i: (i.severity, i.code)):
        found = [finding(issue) for issue in members]
        label = _SEVERITIES[severity][lang]
        groups.append(
            {"severity": severity, "severity_label": label, "code": code, "count": len(found), "issues": found}
        )
    return {
        **_which(data),
        "ok": report.ok,
        "counts": {str(severity): report.count(severity) for severity in Severity},
        "groups": groups,
        "facts": dict(report.facts),
    }


def _downloads(data: VenueData, services: Services) -> dict[str, Any]:
    venue, links = data.record.venue, services.links
    found = []
    for profile, name in _TILES.items():
        entry = _asset(data, services, f"{profile}/tileset.json")
        if entry is not None:
            href = links.tile(data.record, f"{profile}/tileset.json")
            found.append(_download("3d-tiles", name, href, entry.media_type, profile=profile, size=entry.size))
    for level in data.building.levels:
        href = links.to("venues", venue.id, "levels", level.id, "plan.geojson")
        found.append(_download("plan", _PLAN, href, GEOJSON, level=geojson.level_ref(level)))
    for kind, name in _ABOUT.items():
        if kind != "facts" or venue.facts or venue.sources:
            found.append(_download(kind, name, links.to("venues", venue.id, kind), JSON))
    return {
        **_which(data),
        "licence": venue.licence,
        "attribution": geojson.text(venue.attribution),
        "downloads": found,
    }


def _download(kind: str, name: dict[str, str], href: str, media_type: str, **more: Any) -> dict[str, Any]:
    made = {"kind": kind, "name": name, "profile": None, "href": href, "type": media_type, "size": None, "level": None}
    return made | more


def _asset(data: VenueData, services: Services, path: str) -> AssetEntry | None:
    try:
        return services.store.asset(data.record.venue.id, data.record.version, path)
    except UnknownElement:
        return None
