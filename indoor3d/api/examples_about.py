"""Answers about a venue as a whole as they look, for the OpenAPI document; shortened, true of no real venue."""

from typing import Any

_B1 = {"id": "lv-b1", "ordinal": -1, "short_name": "B1"}
_1F = {"id": "lv-1", "ordinal": 0, "short_name": "1F"}
_VENUE = {"venue": "city-hall", "version": "aa262f103d0911c0"}
_LINE = {
    "id": "line-1",
    "short_name": "1",
    "name": {"default": "1호선", "ko": "1호선", "en": "Line 1"},
    "colour": "#0052a4",
}
_BASE = "https://example.org/v1/venues/city-hall"

_FACTS: dict[str, Any] = {
    **_VENUE,
    "schematic": True,
    "notice": {"default": "", "ko": "실측이 아닙니다.", "en": "Not a survey."},
    "sources": [{"id": "B", "title": "Register of stations", "licence": "KOGL type 1"}],
    "facts": [
        {
            "key": "line1.b1.floor",
            "value": "-5.5",
            "unit": "m",
            "sources": ["B"],
            "certainty": "D",
            "certainty_label": {"ko": "자료에서 계산", "en": "Derived"},
            "note": "",
        }
    ],
}

_QUALITY: dict[str, Any] = {
    **_VENUE,
    "ok": True,
    "counts": {"error": 0, "warning": 1, "info": 0},
    "groups": [
        {
            "severity": "warning",
            "severity_label": "경고",
            "code": "opening.narrow",
            "count": 1,
            "issues": [
                {
                    "element": "door-7",
                    "name": "창고 문",
                    "level": _B1,
                    "coordinates": [126.97722, 37.56571, 24.5],
                    "message": "유효 폭이 0.35 m입니다. 사람이 지나려면 약 0.40 m가 필요합니다.",
                    "hint": "모델에서 폭을 확인하세요.",
                }
            ],
        }
    ],
    "facts": {"format": "IFC", "schema": "IFC4"},
}

_DOWNLOADS: dict[str, Any] = {
    **_VENUE,
    "licence": "Apache-2.0",
    "attribution": {"default": "", "ko": "서울교통공사", "en": "Seoul Metro"},
    "downloads": [
        {
            "kind": "3d-tiles",
            "name": {"ko": "3D 타일(압축)", "en": "3D Tiles, compressed"},
            "profile": "meshopt",
            "href": f"{_BASE}/tiles/aa262f103d0911c0/meshopt/tileset.json",
            "type": "application/json",
            "size": 5321,
            "level": None,
        },
        {
            "kind": "plan",
            "name": {"ko": "평면 GeoJSON", "en": "Plan as GeoJSON"},
            "profile": None,
            "href": f"{_BASE}/levels/lv-b1/plan.geojson",
            "type": "application/geo+json",
            "size": None,
            "level": _B1,
        },
    ],
}

_ACCESSIBILITY: dict[str, Any] = {
    **_VENUE,
    "mode": "wheelchair",
    "schematic": True,
    "kind": "station",
    "summary": {"rows": 1, "step_free": 1, "exits": 2, "exits_step_free": 1},
    "platforms": [
        {
            "space": "platform-1",
            "name": {"default": "1호선 승강장", "ko": "1호선 승강장", "en": "Line 1 platform"},
            "level": _B1,
            "line": _LINE,
            "step_free": True,
            "exits": [
                {
                    "exit": "exit-4",
                    "number": "4",
                    "name": {"default": "4번 출구", "ko": "4번 출구", "en": "Exit 4"},
                    "level": _1F,
                    "reachable": True,
                    "length_m": 224.1,
                    "duration_s": 366.4,
                    "lifts": [
                        {
                            "id": "lift-1",
                            "name": {"default": "내부 1호기", "ko": "내부 1호기", "en": "Inner lift 1"},
                            "lines": ["1"],
                        }
                    ],
                },
                {
                    "exit": "exit-5",
                    "number": "5",
                    "name": {"default": "5번 출구", "ko": "5번 출구", "en": "Exit 5"},
                    "level": _1F,
                    "reachable": False,
                    "length_m": None,
                    "duration_s": None,
                    "lifts": [],
                },
            ],
            "problem": None,
        }
    ],
    "levels": [],
    "transfers": [
        {
            "id": "1-2",
            "name": {"default": "", "ko": "1호선에서 2호선으로", "en": "Line 1 to line 2"},
            "from": {
                "opening": "screen-1-1",
                "name": {"default": "1-1", "ko": "승강장안전문 1-1", "en": "Screen door 1-1"},
                "level": _B1,
                "line": _LINE,
            },
            "to": {
                "opening": "screen-10-4",
                "name": {"default": "10-4", "ko": "승강장안전문 10-4", "en": "Screen door 10-4"},
                "level": _B1,
                "line": None,
            },
            "official_s": 84.0,
            "sources": ["J"],
            "length_m": 101.3,
            "walk_s": 84.4,
            "difference": 0.005,
            "step_free": {"reachable": True, "length_m": 150.0, "duration_s": 230.5, "lifts": []},
        }
    ],
}

ALL = {"Accessibility": _ACCESSIBILITY, "Downloads": _DOWNLOADS, "Facts": _FACTS, "Quality": _QUALITY}
"""By name of the shape."""
