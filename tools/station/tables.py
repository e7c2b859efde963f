"""Every table and key of a plan, as data. The reader, the JSON Schema, GeoJSON features and the reference page follow from it."""

from __future__ import annotations

from tools.station import model as m
from tools.station.keys import Key, TableKind, one_of
from tools.station.kinds import (
    BOX,
    COLOUR,
    COUNT,
    DIRECTION,
    ESCALATORS,
    FLAG,
    HEIGHT,
    IDENT,
    INTEGER,
    LENGTH,
    LINE,
    ONE_OR_TWO_SPACES,
    OUTER_SPACE,
    OUTLINE,
    POINT,
    POINTS,
    SECONDS,
    SILL,
    SPACE,
    SPEED,
    STOPS,
    TEXT,
    TEXTS,
    TWO_SPACES,
    VECTOR,
    WIDE,
)

# ── keys that many tables have ────────────────────────────────────────────────────────────────────────────────────────
_FRAME = Key("frame", TEXT, "the drawing frame of its coordinates; that of its file when not given", None)
_NOTE = Key("note", TEXT, "anything worth remembering; not part of the model", "")
_NAMED = (
    Key("ko", TEXT, "name in Korean", ""),
    Key("en", TEXT, "name in English", ""),
    Key("source", TEXT, "letters of the sources in venue.toml, with blanks between", ""),
    Key(
        "certainty",
        one_of(m.CERTAINTIES),
        "S seen in the source, D derived from it, G general knowledge, assumed: drawn plausibly",
        "assumed",
    ),
    _NOTE,
    _FRAME,
)
_ID = Key("id", IDENT, "unique; small letters, digits and hyphens; never change it once the model is in use")
_COMMON = (_ID, *_NAMED)
_TEXTS = (
    Key("text_ko", TEXT, "a sentence about it, in Korean", ""),
    Key("text_en", TEXT, "a sentence about it, in English", ""),
)
_REGISTER = Key("register", TEXT, "the row of the operator's list that it is: line/kind/unit", "")
_RISE = Key("rise", LENGTH, "stated rise; compared with the floors, to a centimetre", None)
_WIDTH = Key("width", LENGTH, "clear width")
_WAY = (
    Key("lower", SPACE, "the space it stands in"),
    Key("upper", SPACE, "the space it leads up to"),
    Key("foot", POINT, "middle of the line where it begins to climb"),
    Key("heading", DIRECTION, "the direction in which it climbs"),
)
_DIRECTION = one_of({"up", "down", "both"})
_HOURS = Key("hours", TEXT, "when it is open, as OpenStreetMap writes opening_hours; unknown when not given", "")
_LEAF = (
    Key("automatic", FLAG, "opens by itself; unknown when not given", None),
    Key("threshold", SILL, "height of its sill, unknown when not given", None),
    Key("intercom", FLAG, "somebody has to be spoken to before it opens; unknown when not given", None),
    _HOURS,
)
_SPEED = Key("speed", SPEED, "along the way; unknown when not given", None)
_CAR = (
    Key("car_width", LENGTH, "inside of the car, across; unknown when not given", None),
    Key("car_depth", LENGTH, "inside of the car, along the way in; unknown when not given", None),
)
_SERVED = (
    Key("tactile", FLAG, "tactile paving warns of its ends; unknown when not given", None),
    Key("accessible", FLAG, "its operator says that wheelchair users can use it; unknown when not given", None),
    Key("sign_ko", TEXT, "what the sign at it says, in Korean", ""),
    Key("sign_en", TEXT, "what the sign at it says, in English", ""),
    _HOURS,
)
_HANDRAIL = Key("handrail", FLAG, "it has handrails; they are drawn unless this says no", default=True)
_AT_WALL = Key("at", POINT, "its middle, on the wall")
_BETWEEN = Key("between", ONE_OR_TWO_SPACES, "the spaces on its sides; one when the other side is outdoors")


def _flightway(name: str, what: str, width: Key, direction: Key, *more: Key, example: str) -> TableKind:
    return TableKind(name, what, (*_COMMON, *_WAY, width, direction, *more, *_SERVED, _RISE, _REGISTER), example)


# ── the head of a file, and what lies under everything ────────────────────────────────────────────────────────────────
_HEAD = TableKind(
    "",
    "Before the first table of a file.",
    (
        Key("files", TEXTS, "in plan.toml: the other files, TOML or GeoJSON, in the order in which they are read", ()),
        Key("frame", TEXT, "the drawing frame of the coordinates in this file", "site"),
    ),
    'files = ["hall.toml", "rooms.geojson"]\nframe = "l1"',
    many=False,
)
_GROUND = (
    TableKind(
        "frame",
        "A drawing frame: where its origin lies in site metres, and where its x axis points. The frame `site` is always there.",
        (
            Key("id", TEXT, "how files and tables call it"),
            Key("origin", POINT, "its origin, site metres"),
            Key("x_axis", VECTOR, "the site direction of its x axis; 3-4-5 directions keep corners on the centimetre"),
            _NOTE,
        ),
        '[[frame]]\nid = "l1"\norigin = [0, 0]\nx_axis = [0.8, 0.6]',
    ),
    TableKind(
        "storey",
        "A storey. Its height is the lowest floor of its spaces. The storey of the street is called `1F`.",
        (
            Key("id", TEXT, "short name, as on a lift button"),
            Key("ordinal", INTEGER, "0 is the street, -1 the first basement, 1 the floor above the street"),
            Key("ko", TEXT, "name in Korean"),
            Key("en", TEXT, "name in English"),
            _NOTE,
        ),
        '[[storey]]\nid = "B1"\nordinal = -1\nko = "지하 1층"\nen = "Basement 1"',
    ),
    TableKind(
        "space",
        "A room, hall, platform, pavement: a floor that people can be on. Walls grow around it by themselves. Ground "
        "outdoors has neither walls nor ceiling, and gives way to the indoor spaces that stand on it.",
        (
            *_COMMON,
            Key("level", TEXT, "id of its storey"),
            Key("box", BOX, "rectangle along the axes of the frame: x0, y0, x1, y1", None),
            Key("polygon", OUTLINE, "corners in order, for any other outline", None),
            Key("floor", HEIGHT, "height of the floor above the street datum"),
            Key("clear", LENGTH, "clear height", 2.7),
            Key("category", one_of(m.SPACE_CATEGORIES), "what it is for"),
            Key("access", one_of(m.ACCESS), "public, paid (behind the gates) or restricted (staff)"),
            Key("wall_top", HEIGHT, "height to which its walls rise; to the ceiling when not given", None),
            Key("glass", FLAG, "its outer walls are glass", default=False),
            Key("refuge", FLAG, "people can wait here for rescue", default=False),
            Key("capacity", COUNT, "how many can wait", 0),
            Key("tactile", FLAG, "tactile paving leads through it; yes by itself where some is drawn", None),
            _HOURS,
            *_TEXTS,
        ),
        '[[space]]\nid = "hall"\nko = "대합실"\nen = "Concourse"\nlevel = "B1"\nbox = [0, 0, 60, 20]\nfloor = -5.0\n'
        'clear = 3.0\ncategory = "concourse"\naccess = "public"\nsource = "A"\ncertainty = "S"',
        either=("box", "polygon"),
    ),
)

# ── between spaces ────────────────────────────────────────────────────────────────────────────────────────────────────
_BETWEEN_SPACES = (
    TableKind(
        "open",
        "No wall where two spaces touch at the same floor.",
        (Key("between", TWO_SPACES, "the two spaces"), *_NAMED),
        '[[open]]\nbetween = ["hall", "hall-west"]',
    ),
    TableKind(
        "passage",
        "A wide opening without a door, in a wall.",
        (*_COMMON, _BETWEEN, _AT_WALL, _WIDTH, Key("height", LENGTH, "clear height", 2.1)),
        '[[passage]]\nid = "shop-front"\nbetween = ["hall", "shop"]\nat = [50, 20]\nwidth = 4.0\nheight = 2.4',
    ),
    TableKind(
        "door",
        "A door in a wall. From 0.9 m a wheelchair fits through.",
        (
            *_COMMON,
            _BETWEEN,
            _AT_WALL,
            _WIDTH,
            Key("height", LENGTH, "clear height", 2.1),
            Key("leaf", one_of(m.LEAVES), "how it opens", "hinged"),
            *_LEAF,
        ),
        '[[door]]\nid = "office-door"\nbetween = ["hall", "office"]\nat = [8, 20]\nwidth = 1.0',
    ),
    TableKind(
        "window",
        "A window in a wall.",
        (
            *_COMMON,
            _BETWEEN,
            _AT_WALL,
            Key("width", LENGTH, "width"),
            Key("height", LENGTH, "height", 1.5),
            Key("sill", HEIGHT, "height of its lower edge above the floor", 0.9),
        ),
        '[[window]]\nid = "street-window"\nbetween = ["street-hall"]\nat = [20, 5]\nwidth = 2.0',
    ),
    TableKind(
        "entrance",
        "A door to the street, into a court or into the neighbouring venue. It joins by itself to ground outdoors of "
        "the same height before it.",
        (
            *_COMMON,
            Key("between", OUTER_SPACE, "the space inside"),
            Key("at", POINT, "its middle, on an outer wall"),
            _WIDTH,
            Key("height", LENGTH, "clear height", 2.1),
            Key("exit_number", TEXT, "number of the exit", ""),
            Key(
                "exit_kind",
                one_of({"street", "main", "side", "lift", "court", "adjoining", "emergency", "fire", "service"}),
                "adjoining leads into another venue; emergency, fire and service are not for every day",
                "street",
            ),
            Key("fire_exit", FLAG, "marked as a fire exit", default=False),
            Key("adjoins", TEXT, "for adjoining: id of the neighbouring venue", ""),
            Key("leaf", one_of(m.LEAVES), "how it opens; drawn as a shutter and unknown when not given", None),
            *_LEAF,
        ),
        '[[entrance]]\nid = "street-door"\nko = "거리 출입구"\nen = "Street door"\nbetween = ["street-hall"]\n'
        'at = [0, 5]\nwidth = 1.8\nheight = 2.2\nexit_kind = "side"',
    ),
    TableKind(
        "gate_row",
        "A row of fare gates on the edge that two spaces share.",
        (
            *_COMMON,
            Key("between", TWO_SPACES, "the unpaid space, then the paid one"),
            Key("at", POINT, "middle of the row, on the shared edge"),
            Key("standard", COUNT, "number of standard gates, 0.6 m clear"),
            Key("wide", WIDE, "number of wide gates, 0.95 m clear", 1),
        ),
        '[[gate_row]]\nid = "gates"\nko = "개찰구"\nen = "Gates"\nbetween = ["hall", "paid-hall"]\nat = [60, 10]\n'
        "standard = 6\nwide = 1",
    ),
    TableKind(
        "platform",
        "The screen doors of one platform edge. Door 3-2 is the second door of the third car.",
        (
            *_COMMON,
            Key("space", SPACE, "the platform"),
            Key("front", POINT, "where the front end of the first car stops, on the outline of the space"),
            Key("end", POINT, "where the end of the last car stops, on the same side"),
            Key("cars", COUNT, "cars of a train", 10),
            Key("doors", COUNT, "doors on a side of a car", 4),
            Key("line", TEXT, "id of a [[line]] in venue.toml"),
            Key("towards_ko", TEXT, "next station or direction, in Korean", ""),
            Key("towards_en", TEXT, "next station or direction, in English", ""),
            Key("gap", LENGTH, "across to the train; unknown when not given", None),
            Key("gap_step", HEIGHT, "how much higher the floor of the train is; unknown when not given", None),
        ),
        '[[platform]]\nid = "doors-south"\nko = "승강장안전문"\nen = "Screen doors"\nspace = "platform"\nfront = [50, 0]\n'
        'end = [130, 0]\ncars = 4\ndoors = 4\nline = "1"\ntowards_ko = "다음역"\ntowards_en = "Next station"',
    ),
    TableKind(
        "exit",
        "A street exit: stairwell, stair, escalators, head at street level, shutter and number board from one table. "
        "Where the ground before it lies lower or higher, a forecourt and a ramp are added.",
        (
            Key("number", TEXT, "its number"),
            *_NAMED,
            Key("from", SPACE, "the hall it leaves"),
            Key("at", POINT, "middle of its mouth, on the outline of that hall"),
            Key("out", DIRECTION, "the direction out of the hall"),
            Key("turn", one_of({"straight", "left", "right"}), "where the stair goes, seen walking out", "straight"),
            Key("neck", LENGTH, "depth of the level part before the stair", 3.0),
            Key("width", LENGTH, "clear width of the stair", 3.0),
            Key("street", HEIGHT, "height of the street there", 0.0),
            Key("escalators", ESCALATORS, "escalators beside the stair, from left to right walking out", ()),
            Key("registers", TEXTS, "rows of the operator's list, one an escalator", ()),
            _HOURS,
        ),
        '[[exit]]\nnumber = "1"\nko = "1번 출구"\nen = "Exit 1"\nfrom = "hall-west"\nat = [-20, 10]\nout = "-x"\n'
        'escalators = ["up"]\nsource = "A"\ncertainty = "S"',
    ),
)

# ── up, down and along ────────────────────────────────────────────────────────────────────────────────────────────────
_WAYS = (
    _flightway(
        "stairs",
        "A straight stair. Risers of at most 0.18 m, treads of 0.30 m, a landing of 1.5 m at least every 18 risers: "
        "its length follows from the two floors.",
        _WIDTH,
        Key("direction", _DIRECTION, "the way people may walk", "both"),
        _HANDRAIL,
        example='[[stairs]]\nid = "platform-stairs"\nko = "승강장 계단"\nen = "Platform stairs"\nlower = "platform"\n'
        'upper = "paid-hall"\nfoot = [70, 5]\nheading = "+x"\nwidth = 3.0',
    ),
    _flightway(
        "ramp",
        "A straight ramp of 1:12, with a landing of 1.5 m every 0.75 m of rise.",
        _WIDTH,
        Key("direction", _DIRECTION, "the way people may go", "both"),
        _HANDRAIL,
        example='[[ramp]]\nid = "gallery-ramp"\nko = "경사로"\nen = "Ramp"\nlower = "hall"\nupper = "gallery"\nfoot = [30, 14]\n'
        'heading = "+y"\nwidth = 2.0',
    ),
    _flightway(
        "escalator",
        "One escalator of 30° with level plates of 1.2 m at both ends.",
        Key("width", LENGTH, "width of the steps; balustrades add 0.3 m on each side", 1.2),
        Key("direction", _DIRECTION, "up, down, or both when it is switched"),
        _SPEED,
        example='[[escalator]]\nid = "platform-escalator"\nko = "에스컬레이터"\nen = "Escalator"\nlower = "platform"\n'
        'upper = "paid-hall"\nfoot = [90, 7.5]\nheading = "+x"\ndirection = "up"\nrise = 5.0',
    ),
    TableKind(
        "escalator_pair",
        "Two escalators side by side, 2 m between their middles: one up, one down.",
        (
            *_COMMON,
            *_WAY,
            Key("up_side", one_of({"left", "right"}), "the side of the one that goes up, seen from the foot", "right"),
            _SPEED,
            *_SERVED,
            _RISE,
            Key("register_up", TEXT, "row of the operator's list of the one that goes up", ""),
            Key("register_down", TEXT, "row of the operator's list of the one that goes down", ""),
        ),
        '[[escalator_pair]]\nid = "platform-escalators"\nko = "에스컬레이터"\nen = "Escalators"\nlower = "platform"\n'
        'upper = "paid-hall"\nfoot = [90, 3]\nheading = "+x"',
    ),
    TableKind(
        "lift",
        "A lift with its shaft and a door at every stop.",
        (
            *_COMMON,
            Key("at", POINT, "middle of the shaft"),
            Key("size", LENGTH, "side of the square shaft, outside", 2.4),
            Key("stops", STOPS, "space and side of the door, lowest first"),
            *_CAR,
            _SPEED,
            Key("needs_staff", FLAG, "only runs with somebody from the staff; unknown when not given", None),
            *_SERVED,
            _RISE,
            _REGISTER,
        ),
        '[[lift]]\nid = "lift"\nko = "엘리베이터"\nen = "Lift"\nat = [120, 5]\n'
        'stops = [["platform", "-x"], ["paid-hall", "-x"]]\nrise = 5.0\nregister = "1/lift/1"',
    ),
    TableKind(
        "moving_walk",
        "A level moving walk; a pair is two tables.",
        (
            *_COMMON,
            Key("space", SPACE, "the space it lies in"),
            Key("at", POINT, "middle of its near end"),
            Key("heading", DIRECTION, "the direction in which it runs"),
            Key("length", LENGTH, "length"),
            Key("width", LENGTH, "width of the belt", 1.0),
            Key("direction", one_of({"forward", "both"}), "both when it is switched", "forward"),
            _SPEED,
            *_SERVED,
            _REGISTER,
        ),
        '[[moving_walk]]\nid = "walk-1"\nko = "무빙워크"\nen = "Moving walk"\nspace = "hall-west"\nat = [-18, 4]\n'
        'heading = "+x"\nlength = 14.0',
    ),
    TableKind(
        "stair_lift",
        "A wheelchair platform on the side of a stair, from its foot to its head. Routes count on it only for those who ask "
        "for it.",
        (
            *_COMMON,
            Key("on", TEXT, "id of a [[stairs]]"),
            *_CAR,
            _SPEED,
            Key("needs_staff", FLAG, "only runs with somebody from the staff", default=True),
            *_SERVED,
            _REGISTER,
        ),
        '[[stair_lift]]\nid = "stair-lift"\nko = "휠체어리프트"\nen = "Stair lift"\non = "platform-stairs"',
    ),
    TableKind(
        "stair_core",
        "A closed fire stair over several storeys: rooms, dog-leg flights and fire doors. Keep its whole rectangle free: "
        "the longest flight + 3.2 m, by two widths + 0.6 m.",
        (
            *_COMMON,
            Key("at", POINT, "middle of its rectangle"),
            Key("heading", DIRECTION, "the direction of its long axis"),
            Key("width", LENGTH, "clear width of a flight", 1.4),
            Key("length", LENGTH, "length between the landings; that of the longest flight when not given", None),
            Key("spaces", TEXTS, "the space beside it on every storey, lowest first"),
            Key("door_side", one_of({"left", "right"}), "the side of the heading on which those spaces lie"),
            Key("access", one_of(m.ACCESS), "who may use it", "public"),
        ),
        '[[stair_core]]\nid = "core"\nko = "피난계단"\nen = "Escape stair"\nat = [10, -1.7]\nheading = "+x"\n'
        'spaces = ["hall", "street-hall"]\ndoor_side = "left"',
    ),
)

# ── what stands in spaces ─────────────────────────────────────────────────────────────────────────────────────────────
_THINGS = (
    TableKind(
        "column",
        "Columns, one a point, from floor to ceiling.",
        (
            *_COMMON,
            Key("space", SPACE, "the space they stand in"),
            Key("at", POINTS, "their middles"),
            Key("size", LENGTH, "side of a column", 0.7),
        ),
        '[[column]]\nid = "columns"\nspace = "hall"\nat = [[20, 5], [40, 5]]',
    ),
    TableKind(
        "facility",
        "Equipment and services that people look for, one a point. Rooms such as toilets are spaces, not facilities.",
        (
            *_COMMON,
            Key("category", one_of(m.FACILITY_CATEGORIES), "what it is"),
            Key("space", SPACE, "the space it stands in"),
            Key("at", POINTS, "where it stands"),
            Key("facing", DIRECTION, "the direction its front looks to", "+y"),
            *_TEXTS,
            Key("hours", TEXT, "opening hours, as OpenStreetMap writes them", ""),
            Key("accessible", FLAG, "usable from a wheelchair; unknown when not given", None),
        ),
        '[[facility]]\nid = "aed"\nko = "자동심장충격기"\nen = "Defibrillator"\ncategory = "aed"\nspace = "hall"\n'
        'at = [[25, 19.5]]\nfacing = "-y"',
    ),
    TableKind(
        "sign",
        "Boards that hang in a space, in the colour of a line or in another one.",
        (
            *_COMMON,
            Key("space", SPACE, "the space they hang in"),
            Key("at", POINTS, "their middles"),
            Key("facing", DIRECTION, "the direction from which they are read", "+y"),
            Key("line", TEXT, "id of a [[line]] whose colour they have", None),
            Key("colour", COLOUR, "their colour", None),
            Key("text", TEXT, "what they say", ""),
            Key("width", LENGTH, "width", 2.0),
            Key("above", HEIGHT, "height of their lower edge above the floor", 2.2),
        ),
        '[[sign]]\nid = "line-board"\nko = "1호선 안내판"\nen = "Line 1 board"\nspace = "hall"\nat = [[55, 10]]\n'
        'facing = "-x"\nline = "1"\ntext = "1"',
        either=("line", "colour"),
    ),
    TableKind(
        "tactile_path",
        "A guide strip on the floor, 0.3 m wide. Platform edges have theirs.",
        (*_COMMON, Key("space", SPACE, "the space it lies in"), Key("points", LINE, "its corners, in order")),
        '[[tactile_path]]\nid = "strip"\nko = "점자블록"\nen = "Guide strip"\nspace = "hall"\n'
        "points = [[2, 12], [55, 12]]",
    ),
    TableKind(
        "transfer",
        "An official walking time between two screen doors, kept beside what the model gives.",
        (
            *_COMMON,
            Key("from", TEXT, "platform id / door"),
            Key("to", TEXT, "platform id / door"),
            Key("seconds", SECONDS, "official walking time"),
        ),
        '[[transfer]]\nid = "transfer"\nko = "환승"\nen = "Transfer"\nfrom = "doors-south/1-1"\nto = "doors-south/4-4"\n'
        'seconds = 63\nsource = "A"',
    ),
)

PLAN: dict[str, TableKind] = {table.name: table for table in (_HEAD, *_GROUND, *_BETWEEN_SPACES, *_WAYS, *_THINGS)}
"""Every table that plan.toml and the files it names may have."""
