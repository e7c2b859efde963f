"""Colours, letters and words of the drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tools.station.model import Space


class Fill(NamedTuple):
    """A colour of the floor, and what it stands for."""

    colour: str
    ko: str
    en: str


_HALL = Fill("#fbf3dc", "통로·대합실", "Halls and passages")
_PAID = Fill("#dfebf8", "개찰구 안", "Inside the gates")
_PLATFORM = Fill("#c9def3", "승강장", "Platform")
_STAFF = Fill("#dedfe1", "일반 출입 제한", "Staff only")
_CARE = Fill("#d3eeec", "화장실·수유실", "Toilets and care")
_SHOP = Fill("#fbe0cb", "상점", "Shops")
_ROOM = Fill("#ece4f3", "방·사무", "Rooms and offices")
_CULTURE = Fill("#e6efcf", "문화 공간", "Culture")
_STAIR = Fill("#f1ece1", "계단실", "Stairwell")
_PARKING = Fill("#e9eaee", "주차장", "Parking")
_GROUND = Fill("#f0f2ec", "보도·광장", "Pavement")
_GARDEN = Fill("#d8ebcc", "정원", "Garden")
_BY_CATEGORY = {
    **dict.fromkeys(("restroom", "restroom_accessible", "restroom_family", "nursing_room"), _CARE),
    **dict.fromkeys(("shop", "cafe"), _SHOP),
    **dict.fromkeys(("exhibition", "auditorium", "reading_room"), _CULTURE),
    **dict.fromkeys(("room", "office"), _ROOM),
    "stairwell": _STAIR,
    "parking": _PARKING,
    "outdoor": _GROUND,
    "roof_garden": _GARDEN,
}


def fill_of(space: Space) -> Fill:
    """Return the colour of a floor: who may be there first, then what it is for."""
    if space.category == "platform":
        return _PLATFORM
    if space.access == "restricted":
        return _STAFF
    found = _BY_CATEGORY.get(space.category, _HALL)
    return _PAID if space.access == "paid" and found in {_HALL, _STAIR} else found


class Mark(NamedTuple):
    """How equipment is drawn: a letter on a colour (a dot without one), and what it stands for."""

    letter: str
    colour: str
    ko: str
    en: str


_RED, _GREEN, _BLUE, _VIOLET, _GREY = "#cf2e2e", "#1e8e4e", "#1f5fa8", "#7a3f98", "#8a9097"
MARKS = {
    "aed": Mark("A", _RED, "자동심장충격기", "Defibrillator"),
    "emergency_phone": Mark("T", _RED, "비상전화", "Emergency phone"),
    "fire_hydrant": Mark("H", _RED, "소화전", "Fire hydrant"),
    "fire_extinguisher": Mark("", _RED, "소화기", "Extinguisher"),
    "emergency_exit": Mark("", _GREEN, "비상구 표지", "Exit sign"),
    "emergency_light": Mark("", "#e3b505", "비상조명", "Emergency light"),
    "restroom": Mark("WC", _BLUE, "화장실", "Toilets"),
    "restroom_accessible": Mark("장", _BLUE, "장애인 화장실", "Accessible toilet"),
    "restroom_family": Mark("F", _BLUE, "가족 화장실", "Family toilet"),
    "nursing_room": Mark("N", _BLUE, "수유실", "Nursing room"),
    "ticket_machine": Mark("₩", _BLUE, "발매기", "Ticket machine"),
    "locker": Mark("L", _BLUE, "물품보관함", "Lockers"),
    "information": Mark("i", _BLUE, "안내", "Information"),
    "reception": Mark("R", _BLUE, "접수", "Reception"),
    "service_office": Mark("S", _BLUE, "고객안전실", "Service office"),
    "certificate_kiosk": Mark("D", _BLUE, "무인민원발급기", "Certificate kiosk"),
    "lost_property": Mark("?", _BLUE, "유실물", "Lost property"),
    "tactile_map": Mark("M", _BLUE, "점자안내도", "Tactile map"),
    "drinking_water": Mark("", "#3fa7d6", "음수대", "Drinking water"),
    "wifi": Mark("", "#7e57c2", "와이파이", "Wi-Fi"),
    "seating": Mark("", _GREY, "의자", "Seats"),
    "cultural": Mark("★", _VIOLET, "볼거리", "Worth seeing"),
    "lift": Mark("E", _BLUE, "엘리베이터", "Lift"),
    "escalator": Mark("E", _BLUE, "에스컬레이터", "Escalator"),
    "exit": Mark("X", _GREEN, "출구", "Exit"),
}
"""By facility category, in the order of the legend."""

ROOMS = frozenset({"restroom", "restroom_accessible", "restroom_family", "nursing_room"})
"""Categories of spaces that have a mark."""
STAIRS, ESCALATOR, RAMP, LIFT, WALK, STRIP = "#b9770e", "#6a4c93", "#3c8d5a", "#0b7a8c", "#6a4c93", "#f0bd00"
"""Lines of what carries people, and guide strips."""
NOTICE = "개략도 · schematic, not a survey"
