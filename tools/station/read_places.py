"""Tables that say where people can be, and what lies between: spaces, openings, gates, platforms, street exits."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from shapely.geometry import Polygon

from tools.station import exits
from tools.station import geometry as geo
from tools.station import model as m

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.station.located import Table
    from tools.station.reader import Reader


def read_frame(reader: Reader, table: Table) -> None:
    """Read a drawing frame."""
    ax, ay = table.pair("x_axis")
    if abs(ax * ax + ay * ay - 1.0) > 1e-9:
        raise table.where("x_axis").error(
            "x_axis is not a unit vector.", "Use e.g. [1, 0] or [0.8, 0.6] (a 3-4-5 triangle keeps centimetres exact)."
        )
    reader.frames[table.text("id")] = geo.Frame(origin=table.pair("origin"), x_axis=(ax, ay))


def read_storey(reader: Reader, table: Table) -> None:
    """Read a storey."""
    key = table.text("id")
    reader.storeys[key] = m.Storey(
        id=key, ko=table.text("ko"), en=table.text("en"), where=table.where(), ordinal=table.count("ordinal")
    )


def _ring(reader: Reader, table: Table) -> m.Ring:
    """Return the outline from ``box`` or ``polygon``, checked."""
    frame = reader.frame(table)
    if table.values["box"] is None:
        local, key = table.pairs("polygon"), "polygon"
    else:
        x0, y0, x1, y1 = table.values["box"]
        local, key = ((x0, y0), (x1, y0), (x1, y1), (x0, y1)), "box"
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
    names = reader.names(table)
    if names["id"] in reader.spaces:
        raise table.where("id").error(f"the id {names['id']!r} is used twice.", "Give this space another id.")
    reader.spaces[names["id"]] = m.Space(
        **names,
        level=reader.known(table, "level", reader.storeys),
        ring=_ring(reader, table),
        floor=table.number("floor"),
        clear=table.number("clear"),
        category=table.text("category"),
        access=table.text("access"),
        wall_top=table.number_or_none("wall_top"),
        glass=table.flag("glass"),
        text_ko=table.text("text_ko"),
        text_en=table.text("text_en"),
        refuge=table.flag("refuge"),
        capacity=table.count("capacity"),
        hours=table.text("hours"),
        tactile=table.flag_or_none("tactile"),
    )


def read_open(reader: Reader, table: Table) -> None:
    """Read an edge without a wall."""
    between = reader.two_spaces(table)
    names = reader.names(table, f"open-{between[0]}-{between[1]}")
    reader.opens.append(m.OpenEdge(**names, between=between))


def read_opening(kind: str) -> Callable[[Reader, Table], None]:
    """Return the reader of doors, windows, passages or entrances."""

    def read(reader: Reader, table: Table) -> None:
        names = reader.names(table)
        between = table.texts("between")
        spaces = [reader.known_space(table, "between", name) for name in between]
        if kind == "door":
            inner = min(spaces, key=lambda space: Polygon(space.ring).area)
            names["ko"] = names["ko"] or f"{inner.ko} 문"
            names["en"] = names["en"] or f"Door of {inner.en}"
        reader.openings.append(
            m.Opening(
                **names,
                kind=kind,
                between=between,
                at=reader.place(table, "at"),
                width=table.number("width"),
                height=table.number("height"),
                sill=table.number("sill") if kind == "window" else 0.0,
                **_leaf_of(table, kind),
                **_exit_of(table, kind),
            )
        )

    return read


class _LeafOf(TypedDict, total=False):
    leaf: str | None
    automatic: bool | None
    threshold: float | None
    intercom: bool | None
    hours: str


def _leaf_of(table: Table, kind: str) -> _LeafOf:
    """Return what doors and entrances say of their leaf; a passage has none."""
    if kind not in {"door", "entrance"}:
        return {"leaf": "open"} if kind == "passage" else {}
    return {
        "leaf": table.values["leaf"],
        "automatic": table.flag_or_none("automatic"),
        "threshold": table.number_or_none("threshold"),
        "intercom": table.flag_or_none("intercom"),
        "hours": table.text("hours"),
    }


class _ExitOf(TypedDict, total=False):
    exit_number: str
    exit_kind: str
    fire_exit: bool
    adjoins: str


def _exit_of(table: Table, kind: str) -> _ExitOf:
    """Return what only an entrance says."""
    if kind != "entrance":
        return {}
    return {
        "exit_number": table.text("exit_number"),
        "exit_kind": table.text("exit_kind"),
        "fire_exit": table.flag("fire_exit"),
        "adjoins": table.text("adjoins"),
    }


def read_gate_row(reader: Reader, table: Table) -> None:
    """Read a row of fare gates; one is wide."""
    names = reader.names(table)
    reader.gate_rows.append(
        m.GateRow(
            **names,
            between=reader.two_spaces(table),
            centre=reader.place(table, "at"),
            standard=table.count("standard"),
            wide=table.count("wide"),
        )
    )


def read_platform(reader: Reader, table: Table) -> None:
    """Read the screen doors of a platform edge."""
    names = reader.names(table)
    reader.platforms.append(
        m.Platform(
            **names,
            space=reader.known_space(table, "space", table.text("space")).id,
            front=reader.place(table, "front"),
            end=reader.place(table, "end"),
            cars=table.count("cars"),
            doors=table.count("doors"),
            line=reader.known(table, "line", reader.venue.lines),
            towards_ko=table.text("towards_ko"),
            towards_en=table.text("towards_en"),
            gap=table.number_or_none("gap"),
            gap_step=table.number_or_none("gap_step"),
        )
    )


def read_exit(reader: Reader, table: Table) -> None:
    """Read a street exit and add everything it becomes."""
    number = table.text("number")
    names = reader.names(table, f"exit-{number}")
    escalators, registers = table.texts("escalators"), table.texts("registers")
    if len(registers) not in {0, len(escalators)}:
        raise table.where("registers").error(
            f"there are {len(escalators)} escalators and {len(registers)} registers.", "Write one for each, in order."
        )
    spec = exits.ExitSpec(
        number=number,
        host=reader.known_space(table, "from", table.text("from")),
        at=reader.place(table, "at"),
        out=reader.direction(table, "out"),
        turn=table.text("turn"),
        neck=table.number("neck"),
        width=table.number("width"),
        street=table.number("street"),
        escalators=escalators,
        registers=registers or ("",) * len(escalators),
        hours=table.text("hours"),
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
