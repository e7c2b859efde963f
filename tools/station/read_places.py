"""Tables that say where people can be, and what lies between: spaces, openings, gates, platforms, street exits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely.geometry import Polygon

from tools.station import exits
from tools.station import geometry as geo
from tools.station import model as m
from tools.station.reader import COMMON, Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.station.located import Table

_HOLE = ("between", "at", "width", "height")
_KEYS_OF_OPENING = {
    "door": _HOLE,
    "passage": _HOLE,
    "window": (*_HOLE, "sill"),
    "entrance": (*_HOLE, "exit_number", "exit_kind", "fire_exit", "adjoins"),
}


def read_frame(reader: Reader, table: Table) -> None:
    """Read a drawing frame."""
    table.only(("id", "origin", "x_axis", "note"))
    ax, ay = table.pair("x_axis")
    if abs(ax * ax + ay * ay - 1.0) > 1e-9:
        raise table.where("x_axis").error(
            "x_axis is not a unit vector.", "Use e.g. [1, 0] or [0.8, 0.6] (a 3-4-5 triangle keeps centimetres exact)."
        )
    reader.frames[table.text("id")] = geo.Frame(origin=table.pair("origin"), x_axis=(ax, ay))


def read_storey(reader: Reader, table: Table) -> None:
    """Read a storey."""
    table.only((*COMMON, "ordinal"))
    key = table.text("id")
    reader.storeys[key] = m.Storey(
        id=key, ko=table.text("ko"), en=table.text("en"), where=table.where(), ordinal=int(table.number("ordinal"))
    )


def _ring(reader: Reader, table: Table) -> m.Ring:
    """Return the outline from ``box`` or ``polygon``, checked."""
    frame = reader.frame(table)
    if "box" in table.values:
        box = table.values["box"]
        if not isinstance(box, list) or len(box) != 4 or not all(isinstance(part, (int, float)) for part in box):
            raise table.where("box").error("box must be four numbers.", "Write box = [x0, y0, x1, y1] in metres.")
        x0, y0, x1, y1 = (float(part) for part in box)
        local: tuple[m.Point, ...] = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
        key = "box"
    else:
        local, key = table.pairs("polygon"), "polygon"
    ring = geo.counter_clockwise(frame.to_site(corner) for corner in local)
    shape = Polygon(ring) if len(ring) >= 3 else None
    if shape is None or not shape.is_valid or shape.area < 0.5:
        raise table.where(key).error(
            f"the outline of {table.text('id')!r} crosses itself, repeats a corner or is too small.",
            "List at least three corners in order around the space.",
        )
    return ring


def read_space(reader: Reader, table: Table) -> None:
    """Read a space; its id is new."""
    names = reader.names(
        table,
        (
            *("level", "box", "polygon", "floor", "clear", "category", "access", "wall_top", "glass"),
            *("text_ko", "text_en", "refuge", "capacity"),
        ),
    )
    if names["id"] in reader.spaces:
        raise table.where("id").error(f"the id {names['id']!r} is used twice.", "Give this space another id.")
    reader.spaces[names["id"]] = m.Space(
        **names,
        level=reader.choice(table, "level", reader.storeys),
        ring=_ring(reader, table),
        floor=table.number("floor"),
        clear=table.number("clear", 2.7),
        category=reader.choice(table, "category", m.SPACE_CATEGORIES),
        access=reader.choice(table, "access", m.ACCESS),
        wall_top=table.number("wall_top") if "wall_top" in table.values else None,
        glass=table.flag("glass"),
        text_ko=table.text("text_ko", ""),
        text_en=table.text("text_en", ""),
        refuge=table.flag("refuge"),
        capacity=int(table.number("capacity", 0)),
    )


def read_open(reader: Reader, table: Table) -> None:
    """Read an edge without a wall."""
    between = reader.two_spaces(table)
    names = reader.names(table, ("between",), f"open-{between[0]}-{between[1]}")
    reader.opens.append(m.OpenEdge(**names, between=between))


def read_opening(kind: str) -> Callable[[Reader, Table], None]:
    """Return the reader of doors, windows, passages or entrances."""

    def read(reader: Reader, table: Table) -> None:
        names = reader.names(table, _KEYS_OF_OPENING[kind])
        between = table.texts("between")
        for name in between:
            reader.known_space(table, "between", name)
        reader.openings.append(
            m.Opening(
                **names,
                kind=kind,
                between=between,
                at=reader.place(table, "at"),
                width=table.number("width"),
                height=table.number("height", 1.5 if kind == "window" else 2.1),
                sill=table.number("sill", 0.9) if kind == "window" else 0.0,
                exit_number=table.text("exit_number", ""),
                exit_kind=table.text("exit_kind", ""),
                fire_exit=table.flag("fire_exit"),
                adjoins=table.text("adjoins", ""),
            )
        )

    return read


def read_gate_row(reader: Reader, table: Table) -> None:
    """Read a row of fare gates; one is wide."""
    names = reader.names(table, ("between", "at", "standard", "wide"))
    wide = int(table.number("wide", 1))
    if wide < 1:
        raise table.where("wide").error(
            "a gate row needs a wide gate.", "Write wide = 1 or more; wheelchairs cannot pass the others."
        )
    reader.gate_rows.append(
        m.GateRow(
            **names,
            between=reader.two_spaces(table),
            centre=reader.place(table, "at"),
            standard=int(table.number("standard")),
            wide=wide,
        )
    )


def read_platform(reader: Reader, table: Table) -> None:
    """Read the screen doors of a platform edge."""
    names = reader.names(table, ("space", "front", "end", "cars", "doors", "line", "towards_ko", "towards_en"))
    reader.platforms.append(
        m.Platform(
            **names,
            space=reader.known_space(table, "space", table.text("space")).id,
            front=reader.place(table, "front"),
            end=reader.place(table, "end"),
            cars=int(table.number("cars", 10)),
            doors=int(table.number("doors", 4)),
            line=reader.choice(table, "line", reader.venue.lines),
            towards_ko=table.text("towards_ko", ""),
            towards_en=table.text("towards_en", ""),
        )
    )


def read_exit(reader: Reader, table: Table) -> None:
    """Read a street exit and add everything it becomes."""
    number = table.text("number")
    keys = ("number", "from", "at", "out", "turn", "neck", "width", "street", "escalators", "registers")
    names = reader.names(table, keys, f"exit-{number}")
    escalators = table.texts("escalators") if "escalators" in table.values else ()
    registers = table.texts("registers", len(escalators)) if "registers" in table.values else ("",) * len(escalators)
    spec = exits.ExitSpec(
        number=number,
        host=reader.known_space(table, "from", table.text("from")),
        at=reader.place(table, "at"),
        out=reader.direction(table, "out"),
        turn=reader.choice(table, "turn", ("straight", "left", "right"), "straight"),
        neck=table.number("neck", 3.0),
        width=table.number("width", 3.0),
        street=table.number("street", 0.0),
        escalators=escalators,
        registers=registers,
        ko=names["ko"] or f"{number}번 출구",
        en=names["en"] or f"Exit {number}",
        source=names["source"],
        certainty=names["certainty"],
        where=names["where"],
    )
    parts = exits.expand(spec, [space for space in reader.spaces.values() if space.outdoor])
    reader.spaces.update({space.id: space for space in parts.spaces})
    reader.opens.extend(parts.opens)
    reader.openings.extend(parts.openings)
    reader.flightways.extend(parts.flightways)
    reader.signs.extend(parts.signs)
    reader.claims.extend(parts.claims)
