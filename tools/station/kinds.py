"""The kinds of values that keys of a plan may have: each as JSON Schema, with what an error says and what to write instead."""

from __future__ import annotations

from tools.station.keys import Kind

_OR = "{key!r} of {table} is missing or "
_PAIR = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_NAMES = {"type": "array", "items": {"type": "string"}}

TEXT = Kind("text", {"type": "string"}, _OR + "not text.", 'Write {key} = "…".')
SPACE = Kind("id of a space", {"type": "string"}, _OR + "not text.", 'Write {key} = "…", the id of a [[space]].')
IDENT = Kind(
    "id",
    {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"},
    "id {value!r} has other signs than a-z, 0-9 and hyphen.",
    'Write id = "l1-b1-hall".',
)
COLOUR = Kind(
    "colour",
    {"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"},
    "{value!r} is not a colour.",
    'Write colour = "#0052A4".',
)
NUMBER = Kind("number", {"type": "number"}, _OR + "not a number.", "Write {key} = 1.5.")
HEIGHT = Kind("height", {"type": "number"}, _OR + "not a number.", "Write {key} = 1.5 (metres).", "m")
LENGTH = Kind(
    "length",
    {"type": "number", "exclusiveMinimum": 0},
    _OR + "not a number above 0.",
    "Write {key} = 1.5 (metres).",
    "m",
)
SILL = Kind(
    "length",
    {"type": "number", "minimum": 0},
    _OR + "not a number of 0 or more.",
    "Write {key} = 0.02 (metres).",
    "m",
)
SPEED = Kind(
    "speed", {"type": "number", "exclusiveMinimum": 0}, _OR + "not a number above 0.", "Write {key} = 0.5.", "m/s"
)
SECONDS = Kind(
    "duration", {"type": "number", "exclusiveMinimum": 0}, _OR + "not a number above 0.", "Write {key} = 84.", "s"
)
DEGREES = Kind("angle", {"type": "number"}, _OR + "not a number.", "Write {key} = 30.", "°")
INTEGER = Kind("whole number", {"type": "integer"}, _OR + "not a whole number.", "Write {key} = -1.")
COUNT = Kind("count", {"type": "integer", "minimum": 0}, _OR + "not a whole number.", "Write {key} = 4.")
WIDE = Kind(
    "count",
    {"type": "integer", "minimum": 1},
    "a gate row needs a wide gate.",
    "Write wide = 1 or more; wheelchairs cannot pass the others.",
)
FLAG = Kind("yes or no", {"type": "boolean"}, "{key!r} of {table} must be true or false.", "Write {key} = true.")
TRUE = Kind("true", {"type": "boolean", "enum": [True]}, "a station made here is schematic.", "Write schematic = true.")
POINT = Kind("point", _PAIR, "{key!r} of {table} must be two numbers.", "Write {key} = [x, y] in metres.", "m")
VECTOR = Kind("unit vector", _PAIR, "{key!r} of {table} must be two numbers.", "Write {key} = [0.8, 0.6].")
POINTS = Kind(
    "points",
    {"type": "array", "items": _PAIR, "minItems": 1},
    "{key!r} of {table} must be a list of points.",
    "Write {key} = [[x, y], …] in metres.",
    "m",
)
LINE = Kind(
    "points",
    {"type": "array", "items": _PAIR, "minItems": 2},
    "{key!r} of {table} must be a list of two points or more.",
    "Write {key} = [[x, y], [x, y]] in metres.",
    "m",
)
OUTLINE = Kind(
    "outline",
    {"type": "array", "items": _PAIR, "minItems": 3},
    "{key!r} of {table} must be a list of points, three or more.",
    "Write {key} = [[x, y], …] in metres, in order around the space.",
    "m",
)
BOX = Kind(
    "box",
    {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
    "box must be four numbers.",
    "Write box = [x0, y0, x1, y1] in metres.",
    "m",
)
TEXTS = Kind("list of texts", _NAMES, "{key!r} of {table} must be a list of names.", 'Write {key} = ["a", "b"].')
TWO_SPACES = Kind(
    "two space ids",
    _NAMES | {"minItems": 2, "maxItems": 2},
    "{key!r} of {table} must be a list of 2 names.",
    'Write {key} = ["a", "b"], ids of spaces that touch.',
)
ONE_OR_TWO_SPACES = Kind(
    "one or two space ids",
    _NAMES | {"minItems": 1, "maxItems": 2},
    "{key!r} of {table} must be a list of 1 or 2 names.",
    'Write {key} = ["a", "b"]; only ["a"] when the other side is outdoors.',
)
OUTER_SPACE = Kind(
    "space id in a list",
    _NAMES | {"minItems": 1, "maxItems": 1},
    "{key!r} of {table} must be a list of 1 name.",
    'Write {key} = ["a"]: the space inside.',
)
DIRECTION = Kind(
    "direction",
    {"type": "string", "enum": ["+x", "-x", "+y", "-y"]},
    "unknown direction {value!r}.",
    "Use +x, -x, +y or -y of the frame.",
)
STOPS = Kind(
    "list of [space id, side]",
    {
        "type": "array",
        "items": {
            "type": "array",
            "prefixItems": [{"type": "string"}, DIRECTION.schema],
            "minItems": 2,
            "maxItems": 2,
        },
        "minItems": 1,
    },
    "a stop must be a space and a side (+x, -x, +y or -y of the frame).",
    'Write stops = [["l1-b2-west", "+x"], …], lowest first.',
)
ESCALATORS = Kind(
    "list of up and down",
    {"type": "array", "items": {"type": "string", "enum": ["up", "down"]}},
    "{key!r} of {table} must be a list of directions.",
    'Write {key} = ["up"] or ["up", "down"], from left to right.',
)
ANY = Kind("anything", {}, "a fact needs a value.", "Write value = 10.05 (and a unit).")
