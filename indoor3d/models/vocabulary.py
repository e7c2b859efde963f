"""Closed lists of what things are called, as data.

One word for one thing: readers translate into these terms at the door, everything behind them uses nothing else. The
values are what appears in files, tiles and the API, and never change once released.
"""

from enum import StrEnum


class SpaceCategory(StrEnum):
    """What a :class:`~indoor3d.models.building.Space` is used for."""

    ROOM = "room"
    CORRIDOR = "corridor"
    CONCOURSE = "concourse"
    PLATFORM = "platform"
    PASSAGE = "passage"
    LOBBY = "lobby"
    RESTROOM = "restroom"
    RESTROOM_ACCESSIBLE = "restroom_accessible"
    NURSING_ROOM = "nursing_room"
    OFFICE = "office"
    SHOP = "shop"
    TECHNICAL = "technical"
    STAIRWELL = "stairwell"
    LIFT_SHAFT = "lift_shaft"
    PARKING = "parking"
    TRACK = "track"
    OUTDOOR = "outdoor"
    ROOF = "roof"
    EXHIBITION = "exhibition"
    AUDITORIUM = "auditorium"
    READING_ROOM = "reading_room"
    RESTROOM_FAMILY = "restroom_family"
    CAFE = "cafe"
    STORAGE = "storage"
    ROOF_GARDEN = "roof_garden"
    UNSPECIFIED = "unspecified"


class Access(StrEnum):
    """Who may be in a space."""

    PUBLIC = "public"
    PAID = "paid"
    RESTRICTED = "restricted"


class OpeningCategory(StrEnum):
    """What joins two spaces, or a space and the outside."""

    DOOR = "door"
    GATE = "gate"
    SCREEN_DOOR = "screen_door"
    PASSAGE = "passage"
    VIRTUAL = "virtual"
    ENTRANCE = "entrance"


class DoorKind(StrEnum):
    """How a door opens; ``open`` is a doorway without a leaf."""

    HINGED = "hinged"
    SLIDING = "sliding"
    REVOLVING = "revolving"
    FOLDING = "folding"
    OPEN = "open"


class ConnectorCategory(StrEnum):
    """What joins two heights."""

    STAIRS = "stairs"
    RAMP = "ramp"
    ESCALATOR = "escalator"
    LIFT = "lift"
    MOVING_WALK = "moving_walk"
    WHEELCHAIR_LIFT = "wheelchair_lift"


class Direction(StrEnum):
    """Which way a connector may be used."""

    BOTH = "both"
    UP = "up"
    DOWN = "down"


class FacilityCategory(StrEnum):
    """What people look for around them."""

    AED = "aed"
    FIRE_HYDRANT = "fire_hydrant"
    FIRE_EXTINGUISHER = "fire_extinguisher"
    EMERGENCY_EXIT = "emergency_exit"
    EMERGENCY_LIGHT = "emergency_light"
    EMERGENCY_PHONE = "emergency_phone"
    RESTROOM = "restroom"
    RESTROOM_ACCESSIBLE = "restroom_accessible"
    NURSING_ROOM = "nursing_room"
    LIFT = "lift"
    ESCALATOR = "escalator"
    TICKET_MACHINE = "ticket_machine"
    LOCKER = "locker"
    INFORMATION = "information"
    SERVICE_OFFICE = "service_office"
    CERTIFICATE_KIOSK = "certificate_kiosk"
    WIFI = "wifi"
    EXIT = "exit"
    SEATING = "seating"
    DRINKING_WATER = "drinking_water"
    TACTILE_MAP = "tactile_map"
    CULTURAL = "cultural"
    RESTROOM_FAMILY = "restroom_family"
    LOST_PROPERTY = "lost_property"
    STAIR_LIFT = "stair_lift"
    RECEPTION = "reception"
    REFUGE = "refuge"


class Mode(StrEnum):
    """How an edge of the navigation graph is travelled (GTFS pathway_mode 1-7, in our words, and wheelchair lifts).

    Stored networks hold the place of a mode in this list: new ones go to its end.
    """

    WALK = "walk"
    STAIRS = "stairs"
    RAMP = "ramp"
    ESCALATOR = "escalator"
    LIFT = "lift"
    MOVING_WALK = "moving_walk"
    FARE_GATE = "fare_gate"
    WHEELCHAIR_LIFT = "wheelchair_lift"
    EXIT_GATE = "exit_gate"


class MeshCategory(StrEnum):
    """What a part of the picture is; drives colour and visibility in viewers."""

    SPACE = "space"
    WALL = "wall"
    SLAB = "slab"
    ROOF = "roof"
    COLUMN = "column"
    DOOR = "door"
    WINDOW = "window"
    STAIRS = "stairs"
    RAMP = "ramp"
    ESCALATOR = "escalator"
    LIFT = "lift"
    RAILING = "railing"
    GATE = "gate"
    FURNITURE = "furniture"
    EQUIPMENT = "equipment"
    SAFETY = "safety"
    SIGN = "sign"
    SITE = "site"
    OTHER = "other"


LABELS: dict[str, tuple[str, str]] = {
    SpaceCategory.ROOM: ("방", "Room"),
    SpaceCategory.CORRIDOR: ("복도", "Corridor"),
    SpaceCategory.CONCOURSE: ("대합실", "Concourse"),
    SpaceCategory.PLATFORM: ("승강장", "Platform"),
    SpaceCategory.PASSAGE: ("통로", "Passage"),
    SpaceCategory.LOBBY: ("로비", "Lobby"),
    SpaceCategory.RESTROOM: ("화장실", "Restroom"),
    SpaceCategory.RESTROOM_ACCESSIBLE: ("장애인 화장실", "Accessible restroom"),
    SpaceCategory.NURSING_ROOM: ("수유실", "Nursing room"),
    SpaceCategory.OFFICE: ("사무실", "Office"),
    SpaceCategory.SHOP: ("상점", "Shop"),
    SpaceCategory.TECHNICAL: ("기계실", "Technical room"),
    SpaceCategory.STAIRWELL: ("계단실", "Stairwell"),
    SpaceCategory.LIFT_SHAFT: ("승강로", "Lift shaft"),
    SpaceCategory.PARKING: ("주차장", "Parking"),
    SpaceCategory.TRACK: ("선로", "Track"),
    SpaceCategory.OUTDOOR: ("실외", "Outdoors"),
    SpaceCategory.ROOF: ("지붕", "Roof"),
    SpaceCategory.EXHIBITION: ("전시실", "Exhibition room"),
    SpaceCategory.AUDITORIUM: ("강당", "Auditorium"),
    SpaceCategory.READING_ROOM: ("열람실", "Reading room"),
    SpaceCategory.RESTROOM_FAMILY: ("가족 화장실", "Family restroom"),
    SpaceCategory.CAFE: ("카페", "Café"),
    SpaceCategory.STORAGE: ("창고", "Storage room"),
    SpaceCategory.ROOF_GARDEN: ("옥상 정원", "Roof garden"),
    SpaceCategory.UNSPECIFIED: ("공간", "Space"),
    Access.PUBLIC: ("누구나", "Public"),
    Access.PAID: ("개찰구 안", "Paid area"),
    Access.RESTRICTED: ("관계자 외 출입금지", "Restricted"),
    OpeningCategory.DOOR: ("문", "Door"),
    OpeningCategory.GATE: ("개찰구", "Fare gate"),
    OpeningCategory.SCREEN_DOOR: ("승강장 안전문", "Platform screen door"),
    OpeningCategory.PASSAGE: ("통로", "Passage"),
    OpeningCategory.VIRTUAL: ("열린 경계", "Open boundary"),
    OpeningCategory.ENTRANCE: ("출입구", "Entrance"),
    DoorKind.HINGED: ("여닫이문", "Hinged door"),
    DoorKind.SLIDING: ("미닫이문", "Sliding door"),
    DoorKind.REVOLVING: ("회전문", "Revolving door"),
    DoorKind.FOLDING: ("접이식 문", "Folding door"),
    DoorKind.OPEN: ("문짝 없음", "No door leaf"),
    ConnectorCategory.STAIRS: ("계단", "Stairs"),
    ConnectorCategory.RAMP: ("경사로", "Ramp"),
    ConnectorCategory.ESCALATOR: ("에스컬레이터", "Escalator"),
    ConnectorCategory.LIFT: ("엘리베이터", "Lift"),
    ConnectorCategory.MOVING_WALK: ("무빙워크", "Moving walk"),
    ConnectorCategory.WHEELCHAIR_LIFT: ("휠체어리프트", "Wheelchair lift"),
    Direction.BOTH: ("양방향", "Both ways"),
    Direction.UP: ("올라가는 방향", "Up"),
    Direction.DOWN: ("내려가는 방향", "Down"),
    FacilityCategory.AED: ("자동심장충격기", "AED"),
    FacilityCategory.FIRE_HYDRANT: ("소화전", "Fire hydrant"),
    FacilityCategory.FIRE_EXTINGUISHER: ("소화기", "Fire extinguisher"),
    FacilityCategory.EMERGENCY_EXIT: ("비상구", "Emergency exit"),
    FacilityCategory.EMERGENCY_LIGHT: ("비상조명등", "Emergency light"),
    FacilityCategory.EMERGENCY_PHONE: ("비상전화", "Emergency phone"),
    FacilityCategory.RESTROOM: ("화장실", "Restroom"),
    FacilityCategory.RESTROOM_ACCESSIBLE: ("장애인 화장실", "Accessible restroom"),
    FacilityCategory.NURSING_ROOM: ("수유실", "Nursing room"),
    FacilityCategory.LIFT: ("엘리베이터", "Lift"),
    FacilityCategory.ESCALATOR: ("에스컬레이터", "Escalator"),
    FacilityCategory.TICKET_MACHINE: ("교통카드 발매기", "Ticket machine"),
    FacilityCategory.LOCKER: ("물품보관함", "Locker"),
    FacilityCategory.INFORMATION: ("안내소", "Information"),
    FacilityCategory.SERVICE_OFFICE: ("고객안전실", "Service office"),
    FacilityCategory.CERTIFICATE_KIOSK: ("무인민원발급기", "Certificate kiosk"),
    FacilityCategory.WIFI: ("와이파이", "Wi-Fi"),
    FacilityCategory.EXIT: ("출구", "Exit"),
    FacilityCategory.SEATING: ("의자", "Seating"),
    FacilityCategory.DRINKING_WATER: ("음수대", "Drinking water"),
    FacilityCategory.TACTILE_MAP: ("촉지도", "Tactile map"),
    FacilityCategory.CULTURAL: ("문화 볼거리", "Cultural point of interest"),
    FacilityCategory.RESTROOM_FAMILY: ("가족 화장실", "Family restroom"),
    FacilityCategory.LOST_PROPERTY: ("유실물센터", "Lost property office"),
    FacilityCategory.STAIR_LIFT: ("휠체어리프트", "Wheelchair stair lift"),
    FacilityCategory.RECEPTION: ("안내 데스크", "Reception"),
    FacilityCategory.REFUGE: ("피난 대기 공간", "Refuge"),
    Mode.WALK: ("걷기", "Walk"),
    Mode.STAIRS: ("계단", "Stairs"),
    Mode.RAMP: ("경사로", "Ramp"),
    Mode.ESCALATOR: ("에스컬레이터", "Escalator"),
    Mode.LIFT: ("엘리베이터", "Lift"),
    Mode.MOVING_WALK: ("무빙워크", "Moving walk"),
    Mode.FARE_GATE: ("개찰구", "Fare gate"),
    Mode.WHEELCHAIR_LIFT: ("휠체어리프트", "Wheelchair lift"),
    Mode.EXIT_GATE: ("나가는 개찰구", "Exit gate"),
    MeshCategory.SPACE: ("공간", "Space"),
    MeshCategory.WALL: ("벽", "Wall"),
    MeshCategory.SLAB: ("바닥", "Slab"),
    MeshCategory.COLUMN: ("기둥", "Column"),
    MeshCategory.WINDOW: ("창", "Window"),
    MeshCategory.RAILING: ("난간", "Railing"),
    MeshCategory.FURNITURE: ("가구", "Furniture"),
    MeshCategory.EQUIPMENT: ("설비", "Equipment"),
    MeshCategory.SAFETY: ("안전 설비", "Safety equipment"),
    MeshCategory.SIGN: ("안내 표지", "Sign"),
    MeshCategory.SITE: ("대지", "Site"),
    MeshCategory.OTHER: ("기타", "Other"),
}
"""``(Korean, English)`` of every term that people see; terms of equal value in two lists carry one meaning."""
