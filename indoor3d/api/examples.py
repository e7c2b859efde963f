"""Answers as they look, for the OpenAPI document; shortened, true of no real venue."""

from typing import Any

_LEVEL = {"id": "lv-b1", "ordinal": -1, "short_name": "B1"}
_START = [126.97713, 37.56575, 24.5]
_LIFT = [126.97722, 37.56571, 24.5]
_END = [126.97734, 37.5657, 30.0]

LOCATION: dict[str, Any] = {
    "venue": "city-hall",
    "level": _LEVEL,
    "space": {
        "id": "concourse",
        "name": {"default": "대합실", "ko": "대합실", "en": "Concourse"},
        "category": "concourse",
        "category_label": {"ko": "대합실", "en": "Concourse"},
        "access": "public",
    },
    "candidates": [{"level": _LEVEL, "space": {"id": "concourse", "category": "concourse"}}],
}

NEARBY: dict[str, Any] = {
    "type": "FeatureCollection",
    "venue": "city-hall",
    "version": "aa262f103d0911c0",
    "numberMatched": 3,
    "numberReturned": 1,
    "features": [
        {
            "type": "Feature",
            "id": "aed-1",
            "geometry": {"type": "Point", "coordinates": _LIFT},
            "properties": {
                "feature_type": "facility",
                "category": "aed",
                "category_label": {"ko": "자동심장충격기", "en": "AED"},
                "name": {"default": "AED", "ko": "자동심장충격기", "en": "AED"},
                "venue": "city-hall",
                "level": _LEVEL,
                "accessible": None,
                "distance_m": 48.3,
                "line_m": 31.0,
                "walk_s": 37.0,
                "step_free": True,
            },
        }
    ],
    "links": [{"rel": "next", "href": "https://example.org/v1/nearby?…&offset=1", "type": "application/geo+json"}],
}

ROUTE: dict[str, Any] = {
    "type": "FeatureCollection",
    "name": "매점 → 5번 출구",
    "bbox": [126.97713, 37.5657, 24.5, 126.97734, 37.56575, 30.0],
    "venue": "city-hall",
    "version": "aa262f103d0911c0",
    "schematic": False,
    "departure": "2026-11-27T09:00:00+09:00",
    "features": [
        {
            "type": "Feature",
            "id": 1,
            "geometry": {"type": "LineString", "coordinates": [_START, _LIFT, [126.97722, 37.56571, 30.0], _END]},
            "properties": {
                "featureType": "overview",
                "length_m": 29.4,
                "duration_s": 66.0,
                "climb_m": 5.5,
                "mode": "wheelchair",
                "step_free": True,
                "levels": ["B1", "1F"],
                "level_ids": ["lv-b1", "lv-1"],
                "openings": ["door-5"],
                "closures_applied": ["lift-2"],
                "exact": {"type": "LineString", "coordinates": [_START, _LIFT, [126.97722, 37.56571, 30.0], _END]},
                "notes": [
                    {
                        "code": "unknown",
                        "element": "door-5",
                        "values": ["threshold"],
                        "text": {
                            "ko": "5번 출구: 알려지지 않음 (문턱 높이).",
                            "en": "Exit 5: nobody has said (height of the threshold).",
                        },
                    }
                ],
                "equipment": [
                    {
                        "id": "lift-1",
                        "name": {"ko": "1호기 엘리베이터", "en": "Lift 1"},
                        "status": "available",
                        "status_label": {"ko": "이용 가능", "en": "Available"},
                        "as_of": "2026-11-27T08:59:20+09:00",
                        "age_s": 40,
                        "stale": False,
                    }
                ],
                "avoided": [],
                "unknowns": 1,
                "handover": {
                    "start": None,
                    "end": {"exit": "exit-5", "lon": 126.97734, "lat": 37.5657, "height": 30.0, "bearing_deg": 95.0},
                },
                "site_coordinates": [[0.0, 0.0, -5.5], [8.0, -4.4, -5.5], [8.0, -4.4, 0.0], [18.6, -5.6, 0.0]],
            },
        },
        {
            "type": "Feature",
            "id": 2,
            "geometry": {"type": "Point", "coordinates": _START},
            "properties": {"featureType": "start", "level": _LEVEL},
        },
        {
            "type": "Feature",
            "id": 3,
            "geometry": {"type": "Point", "coordinates": _LIFT},
            "properties": {
                "featureType": "segment",
                "length_m": 5.5,
                "duration_s": 34.0,
                "instructions": "continue",
                "maneuver": "lift",
                "text": {
                    "ko": "1호기 엘리베이터를 타고 1층으로 올라가세요.",
                    "en": "Take Lift 1 up to Street level.",
                },
                "level_from": _LEVEL,
                "level_to": {"id": "lv-1", "ordinal": 0, "short_name": "1F"},
                "leg": 0,
            },
        },
        {
            "type": "Feature",
            "id": 4,
            "geometry": {"type": "Point", "coordinates": _END},
            "properties": {"featureType": "end", "level": {"id": "lv-1", "ordinal": 0, "short_name": "1F"}},
        },
    ],
}

NO_ROUTE: dict[str, Any] = {
    "type": "https://example.org/v1/problems/no-route",
    "title": "이동 가능한 경로가 없습니다",
    "status": 422,
    "detail": "휠체어 이동이 가능한 길이 없습니다: 1호기(닫힘), 계단 1(계단).",
    "instance": "urn:uuid:793a762b-4dd3-4377-b8bb-bee5795a84f9",
    "request_id": "793a762b-4dd3-4377-b8bb-bee5795a84f9",
    "code": "no-route",
    "pointer": "/waypoints/0",
    "blocked_by": [
        {"element": "lift-1", "kind": "lift", "level": "lv-b1", "name": "1호기", "reason": "closed"},
        {"element": "stairs-1", "kind": "stairs", "level": "lv-b1", "name": "계단 1", "reason": "stairs"},
    ],
    "hint": "막는 요소를 함께 적었습니다. 다른 경로로 대신하지 않았습니다.",
}

EVACUATION: dict[str, Any] = {
    "type": "FeatureCollection",
    "venue": "city-hall",
    "version": "aa262f103d0911c0",
    "schematic": False,
    "mode": "wheelchair",
    "closures_applied": ["exit-5"],
    "closes": {},
    "depart_s": 0.0,
    "exits_open": ["exit-1", "exit-2"],
    "starts": 2,
    "without_way": 1,
    "complete": False,
    "features": [
        {
            "type": "Feature",
            "id": 0,
            "geometry": {"type": "LineString", "coordinates": [[126.97722, 37.56571, 30.0], _END]},
            "properties": {
                "start": 0,
                "space": "hall",
                "space_name": {"default": "Hall", "ko": "로비", "en": "Hall"},
                "level": {"id": "lv-1", "ordinal": 0, "short_name": "1F"},
                "featureType": "escape",
                "exit": "exit-1",
                "exit_number": "1",
                "length_m": 12.6,
                "duration_s": 16.8,
                "mode": "wheelchair",
                "step_free": True,
                "levels": ["1F"],
                "openings": ["door-exit-1"],
            },
        },
        {
            "type": "Feature",
            "id": 1,
            "geometry": {"type": "Point", "coordinates": _START},
            "properties": {
                "start": 1,
                "space": "platform",
                "level": _LEVEL,
                "featureType": "no-way",
                "exit": None,
                "problem": {
                    "code": "no-route",
                    "title": "이동 가능한 경로가 없습니다",
                    "blocked_by": NO_ROUTE["blocked_by"],
                },
            },
        },
    ],
}
