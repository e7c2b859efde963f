"""The parts of the API that the viewer uses and the service does not give yet, emulated in front of it.

Every address is asked of the real service first where that one has it (its OpenAPI document says so); what is emulated is
made from the real answers, so that routes, steps and problems are real ones. When nothing is missing, nothing is emulated.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

import httpx
import numpy as np
import shapely

from indoor3d.models.building import Building, Connector, Exit, Facility, Space
from indoor3d.models.vocabulary import Access, ConnectorCategory
from indoor3d.store.memory import MemoryCatalog

Json = dict[str, Any]
Scope = Mapping[str, Any]
Send = Callable[[Json], Awaitable[None]]
Receive = Callable[[], Awaitable[Json]]
App = Callable[[Any, Any, Any], Awaitable[None]]

KEY = "browser-operator-key"
_ON_WHEELS = frozenset({"wheelchair", "wheelchair_powered", "stroller", "rollator", "scooter", "cart"})
_PROFILES = {
    "walk": ("걷기", "On foot"), "wheelchair": ("휠체어", "Wheelchair"), "stroller": ("유아차", "Stroller"),
    "luggage": ("큰 짐", "Luggage"), "elderly": ("고령자", "Older person"), "blind_cane": ("흰 지팡이", "White cane"),
    "wheelchair_powered": ("전동휠체어", "Powered wheelchair"), "rollator": ("보행 보조기", "Rollator"),
    "deaf": ("청각장애인", "Deaf person"), "rescuer": ("구조대원", "Rescuer"),
}  # fmt: skip
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_SPEED_MPS = 1.2


class Stub:
    """Answer what the service inside does not."""

    def __init__(self, app: App, store: MemoryCatalog) -> None:
        self._app = app
        self._store = store
        self._closures: dict[str, Json] = {}
        self._has: frozenset[str] | None = None
        self._inside = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://inside")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        handler = self._handler(str(scope.get("method", "")), path) if scope["type"] == "http" else None
        if handler is None or await self._is_real(path):
            await self._app(scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        status, answer = await handler(scope, json.loads(body) if body else {})
        kind = b"application/problem+json" if status >= HTTPStatus.BAD_REQUEST else b"application/json"
        data = json.dumps(answer).encode()
        headers = [(b"content-type", kind), (b"content-length", str(len(data)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": data})

    def _handler(self, method: str, path: str) -> Callable[[Scope, Any], Awaitable[tuple[int, Any]]] | None:
        if path.startswith("/v1/closures/") and method == "DELETE":
            return self._reopen
        return {
            ("POST", "/v1/routes"): self._route,
            ("POST", "/v1/routes/explain"): self._explain,
            ("POST", "/v1/evacuations"): self._evacuation,
            ("POST", "/v1/isochrones"): self._isochrones,
            ("GET", "/v1/profiles"): self._profiles,
            ("GET", "/v1/search"): self._search,
            ("GET", "/v1/nearby"): self._nearby,
            ("GET", "/v1/closures"): self._list,
            ("POST", "/v1/closures"): self._report,
        }.get((method, path))

    async def _is_real(self, path: str) -> bool:
        """Whether the service has an address; routes, and what depends on profiles, once a route takes a profile."""
        if self._has is None:
            document = (await self._inside.get("/v1/openapi.json")).json()
            found = {re.sub(r"/\{.*", "/", address) for address in document["paths"]}
            told = json.dumps(document)
            missing = set() if '"averse_to_lifts"' in told else {"/v1/routes", "/v1/nearby", "/v1/evacuations"}
            if '"inside_gates"' not in told:
                missing.add("/v1/nearby")
            self._has = frozenset(found - missing)
        return re.sub(r"(/v1/closures/).*", r"\1", path) in self._has

    def _building(self, venue: str) -> Building:
        return self._store.building(venue)

    async def _ask(self, path: str, body: Json) -> tuple[int, Any]:
        answer = await self._inside.post(path, json=body, headers={"Accept-Language": body.get("lang", "en")})
        return answer.status_code, answer.json()

    def _old(self, body: Json, *, more: tuple[str, ...] = ()) -> Json:
        """Give the question in the words of the service as it is."""
        shut = [element for closure in self._closures.values() for element in closure["elements"]]
        return {
            "venue": body["venue"],
            "waypoints": body["waypoints"],
            "mode": "wheelchair" if body.get("profile") in _ON_WHEELS else "walk",
            "closed": [*body.get("closed", []), *shut, *more],
            "lang": body.get("lang", "en"),
        }

    async def _route(self, _: Scope, body: Json) -> tuple[int, Any]:
        status, best = await self._ask("/v1/routes", self._old(body))
        if status != HTTPStatus.OK:
            return status, best
        building = self._building(body["venue"])
        self._enrich(building, best, body)
        best["alternatives"] = []
        seen = {best["features"][0]["properties"]["length_m"]}
        for connector in building.connectors:
            code, other = await self._ask("/v1/routes", self._old(body, more=(connector.id,)))
            if code != HTTPStatus.OK or len(best["alternatives"]) >= body.get("alternatives", 0):
                continue
            length = other["features"][0]["properties"]["length_m"]
            if all(abs(length - known) > 1.0 for known in seen):
                seen.add(length)
                self._enrich(building, other, body)
                best["alternatives"].append(other)
        return status, best

    def _enrich(self, building: Building, answer: Json, body: Json) -> None:
        overview = answer["features"][0]
        line = np.asarray(overview["properties"]["site_coordinates"])
        lifts = [c for c in building.connectors if c.category is ConnectorCategory.LIFT]
        taken = [
            c for c in lifts if all(np.hypot(*(line[:, :2] - s.position[:2]).T).min() < 1.5 for s in c.stops)
        ]  # fmt: skip
        climbs = np.ptp(line[:, 2]) > 1.0
        text = {"ko": "이 문의 폭은 알려지지 않았습니다.", "en": "Nobody has said how wide this door is."}
        openings = overview["properties"]["openings"]
        overview["properties"] |= {
            "profile": body["profile"],
            "exact": overview["geometry"],
            "avoided": [
                {"element": element, "reason": "closed", "conditions": [closure["id"]], "cause": closure["cause"]}
                for closure in self._closures.values()
                for element in closure["elements"]
            ],
            "notes": [{"code": "unknown-width", "element": openings[0], "text": text}] if openings else [],
            "equipment": [{"id": c.id, "status": "available", "age_s": 240} for c in taken] if climbs else [],
        }
        for feature in answer["features"]:
            if "text" in feature["properties"]:
                told = feature["properties"]["text"]
                feature["properties"]["spoken"] = {"ko": f"말: {told['ko']}", "en": f"Spoken: {told['en']}"}

    async def _explain(self, _: Scope, body: Json) -> tuple[int, Any]:
        status, answer = await self._ask("/v1/routes", self._old(body))
        blocked = answer.get("blocked_by", []) if status != HTTPStatus.OK else []
        code, relaxed = await self._ask("/v1/routes", {**self._old(body), "mode": "walk", "closed": []})
        text = {"ko": "막는 요소를 적었습니다.", "en": "What is in the way is listed."} if blocked else {}
        if not blocked or code != HTTPStatus.OK:
            return 200, {"blocked_by": blocked, "would_help": blocked[:1], "relaxed": None, "text": text}
        overview = relaxed["features"][0]
        way = {
            "text": {"ko": "걸어갈 수 있다면", "en": "for somebody on foot"},
            "length_m": overview["properties"]["length_m"],
            "duration_s": overview["properties"]["duration_s"],
            "geometry": overview["geometry"],
        }
        return 200, {"blocked_by": blocked, "would_help": blocked[:1], "relaxed": way, "text": text}

    async def _evacuation(self, _: Scope, body: Json) -> tuple[int, Any]:
        mode = "wheelchair" if body.get("mode") in _ON_WHEELS else "walk"
        return await self._ask("/v1/evacuations", {**body, "mode": mode})

    async def _profiles(self, _: Scope, __: Json) -> tuple[int, Any]:
        return 200, {"profiles": [{"id": i, "name": {"ko": ko, "en": en}} for i, (ko, en) in _PROFILES.items()]}

    async def _search(self, scope: Scope, _: Json) -> tuple[int, Any]:
        query = parse_qs(scope["query_string"].decode())
        text = query["q"][0].casefold().replace(" ", "")
        building = self._building(query["venue"][0])
        matches = []
        listed: list[Exit | Connector | Facility | Space] = [*building.exits, *building.connectors]
        listed += [*building.facilities, *building.spaces]
        for element in listed:
            names = [element.name.ko or "", element.name.en or ""]
            forms = [name.casefold().replace(" ", "") for name in names]
            if any(text in form for form in [*forms, *map(_initials, forms)]):
                name = {"ko": names[0] or names[1], "en": names[1] or names[0]}
                matches.append({"id": element.id, "name": name, "venue": building.venue.id, "score": 1.0})
        return 200, {"matches": matches}

    async def _nearby(self, scope: Scope, _: Json) -> tuple[int, Any]:
        query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
        if "/v1/routes" not in (self._has or ()):
            query["mode"] = "wheelchair" if query.get("mode") in _ON_WHEELS else "walk"
        answer = await self._inside.get("/v1/nearby", params=query)
        body = answer.json()
        paid = [s for s in self._building(body["venue"]).spaces if s.access is Access.PAID] if "venue" in body else []
        for feature in body.get("features", []):
            space = feature["properties"].get("space")
            feature["properties"]["inside_gates"] = any(s.id == space for s in paid)
            feature["properties"]["hours"] = {"text": "05:30-24:00", "status": "open"}
        return answer.status_code, body

    async def _isochrones(self, _: Scope, body: Json) -> tuple[int, Any]:
        building = self._building(body["venue"])
        x, y, z = _place(building, body["start"])
        features = []
        for time_s in body["times_s"]:
            for level in building.levels:
                radius = (time_s - 20.0 * abs(level.elevation_m - z)) * _SPEED_MPS
                walkable = [s.footprint for s in building.spaces if s.level == level.id and s.walkable]
                reached = shapely.intersection(
                    shapely.union_all(walkable), shapely.Point(x, y).buffer(max(radius, 0.0))
                )
                parts = [p for p in shapely.get_parts(reached) if isinstance(p, shapely.Polygon) and not p.is_empty]
                rings = [[_earth(building, ring, level.elevation_m) for ring in _rings(p)] for p in parts]
                if rings:
                    geometry = {"type": "MultiPolygon", "coordinates": rings}
                    properties = {"level": level.id, "time_s": time_s}
                    features.append({"type": "Feature", "geometry": geometry, "properties": properties})
        return 200, {"type": "FeatureCollection", "features": features}

    async def _list(self, _: Scope, __: Json) -> tuple[int, Any]:
        return 200, {"closures": list(self._closures.values())}

    async def _report(self, scope: Scope, body: Json) -> tuple[int, Any]:
        if not _may(scope):
            return _REFUSED
        ident = f"cl-{len(self._closures) + 1}"
        self._closures[ident] = {
            **body,
            "id": ident,
            "revision": 1,
            "in_force": True,
            "reported_at": datetime.now(UTC).isoformat(),
        }
        return 201, self._closures[ident]

    async def _reopen(self, scope: Scope, _: Json) -> tuple[int, Any]:
        if not _may(scope):
            return _REFUSED
        self._closures.pop(str(scope["path"]).rsplit("/", 1)[1], None)
        return 200, {}


_REFUSED = (401, {"title": "Unknown key", "status": 401, "code": "unauthorized"})


def _may(scope: Scope) -> bool:
    return (b"authorization", f"Bearer {KEY}".encode()) in list(scope["headers"])


def _initials(text: str) -> str:
    return "".join(_INITIALS[(ord(c) - 0xAC00) // 588] if "가" <= c <= "힣" else c for c in text)


def _place(building: Building, start: Json) -> tuple[float, float, float]:
    if "ref" not in start:
        return start["x"], start["y"], building.level(start["level"]).elevation_m
    points = {item.id: item.position for item in building.exits}
    points |= {item.id: item.position for item in building.facilities}
    points |= {item.id: item.stops[0].position for item in building.connectors}
    if start["ref"] in points:
        return points[start["ref"]]
    space = next(s for s in building.spaces if s.id == start["ref"])
    inside = shapely.point_on_surface(space.footprint)
    return inside.x, inside.y, space.floor_m


def _rings(polygon: shapely.Polygon) -> list[Any]:
    return [polygon.exterior, *polygon.interiors]


def _earth(building: Building, ring: Any, z: float) -> list[list[float]]:
    site = np.array([(x, y, z) for x, y, *_ in ring.coords])
    rows: list[list[float]] = building.frame.to_lonlat(site)[:, :2].round(7).tolist()
    return rows
