"""TOML tables of a station folder → :class:`~tools.station.model.Plan`, with errors that say where and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely.geometry import Polygon

from tools.station import exits
from tools.station import geometry as geo
from tools.station import model as m
from tools.station.located import Table, read_tables
from tools.station.reader import COMMON, Reader
from tools.station.venue import read_venue

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _frame(reader: Reader, table: Table) -> None:
    table.only(("id", "origin", "x_axis", "note"))
    ax, ay = table.pair("x_axis")
    if abs(ax * ax + ay * ay - 1.0) > 1e-9:
        raise table.where("x_axis").error(
            "x_axis is not a unit vector.", "Use e.g. [1, 0] or [0.8, 0.6] (a 3-4-5 triangle keeps centimetres exact)."
        )
    reader.frames[table.text("id")] = geo.Frame(origin=table.pair("origin"), x_axis=(ax, ay))


def _storey(reader: Reader, table: Table) -> None:
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


def _space(reader: Reader, table: Table) -> None:
    names = reader.names(
        table, ("level", "box", "polygon", "floor", "clear", "category", "access", "wall_top", "glass")
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
        glass=table.values.get("glass") is True,
    )


def _open(reader: Reader, table: Table) -> None:
    between = reader.two_spaces(table)
    names = reader.names(table, ("between",), f"open-{between[0]}-{between[1]}")
    reader.opens.append(m.OpenEdge(**names, between=between))


def _opening(kind: str) -> Callable[[Reader, Table], None]:
    def read(reader: Reader, table: Table) -> None:
        names = reader.names(table, ("between", "at", "width", "height", "exit_number", "exit_kind", "fire_exit"))
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
                height=table.number("height", 2.1),
                exit_number=table.text("exit_number", ""),
                exit_kind=table.text("exit_kind", ""),
                fire_exit=table.values.get("fire_exit") is True,
            )
        )

    return read


def _gate_row(reader: Reader, table: Table) -> None:
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


def _platform(reader: Reader, table: Table) -> None:
    names = reader.names(table, ("space", "front", "end", "cars", "doors", "line"))
    reader.platforms.append(
        m.Platform(
            **names,
            space=reader.known_space(table, "space", table.text("space")).id,
            front=reader.place(table, "front"),
            end=reader.place(table, "end"),
            cars=int(table.number("cars", 10)),
            doors=int(table.number("doors", 4)),
            line=reader.choice(table, "line", reader.venue.lines),
        )
    )


def _flightway(kind: str) -> Callable[[Reader, Table], None]:
    def read(reader: Reader, table: Table) -> None:
        names = reader.names(table, ("lower", "upper", "foot", "heading", "width", "direction", "rise"))
        lower = reader.known_space(table, "lower", table.text("lower"))
        upper = reader.known_space(table, "upper", table.text("upper"))
        default = None if kind == "escalator" else "both"
        reader.flightways.append(
            m.Flightway(
                **names,
                kind=kind,
                lower=lower.id,
                upper=upper.id,
                foot=reader.place(table, "foot"),
                heading=reader.direction(table, "heading"),
                width=table.number("width", 1.2 if kind == "escalator" else None),
                low=lower.floor,
                high=upper.floor,
                direction=reader.choice(table, "direction", ("up", "down", "both"), default),
                rise_m=table.number("rise") if "rise" in table.values else None,
            )
        )

    return read


def _escalator_pair(reader: Reader, table: Table) -> None:
    """Read two escalators side by side, one for each direction; ``up_side`` is seen from the foot."""
    names = reader.names(table, ("lower", "upper", "foot", "heading", "up_side", "rise"))
    lower = reader.known_space(table, "lower", table.text("lower"))
    upper = reader.known_space(table, "upper", table.text("upper"))
    heading = reader.direction(table, "heading")
    sign = 1.0 if reader.choice(table, "up_side", ("left", "right"), "right") == "left" else -1.0
    for way, shift, ko in (("up", sign, "상행"), ("down", -sign, "하행")):
        reader.flightways.append(
            m.Flightway(
                id=f"{names['id']}-{way}",
                ko=f"{names['ko']} {ko}",
                en=f"{names['en']}, {way}",
                source=names["source"],
                certainty=names["certainty"],
                where=names["where"],
                kind="escalator",
                lower=lower.id,
                upper=upper.id,
                foot=geo.moved(reader.place(table, "foot"), geo.left_of(heading), shift),
                heading=heading,
                width=1.2,
                low=lower.floor,
                high=upper.floor,
                direction=way,
                rise_m=table.number("rise") if "rise" in table.values else None,
            )
        )


def _sign(reader: Reader, table: Table) -> None:
    """Read line boards: hanging signs in the colour of a line."""
    names = reader.names(table, ("space", "at", "facing", "line", "width", "above"))
    space = reader.known_space(table, "space", table.text("space"))
    line = reader.choice(table, "line", reader.venue.lines)
    for index, at in enumerate(table.pairs("at"), start=1):
        named = names | {"id": f"{names['id']}-{index}"}
        reader.signs.append(
            m.Sign(
                **named,
                space=space.id,
                at=reader.frame(table).to_site(at),
                facing=reader.direction(table, "facing", "+y"),
                z=space.floor + table.number("above", 2.2),
                width=table.number("width", 2.0),
                colour=reader.venue.lines[line],
            )
        )


def _lift(reader: Reader, table: Table) -> None:
    names = reader.names(table, ("at", "size", "stops", "rise"))
    stops = []
    for part in table.values.get("stops", ()):
        if not isinstance(part, list) or len(part) != 2:
            raise table.where("stops").error(
                "a stop must be a space and a side.", 'Write stops = [["l1-b2-west", "+x"], …], lowest first.'
            )
        side = reader.frame(table).direction(str(part[1]))
        if side is None:
            raise table.where("stops").error(f"unknown side {part[1]!r}.", "Use +x, -x, +y or -y of the frame.")
        space = reader.known_space(table, "stops", str(part[0]))
        stops.append(m.Stop(space=space.id, side=side, floor=space.floor))
    reader.lifts.append(
        m.Lift(
            **names,
            centre=reader.place(table, "at"),
            size=table.number("size", 2.4),
            axis=reader.frame(table).x_axis,
            stops=tuple(stops),
            rise_m=table.number("rise") if "rise" in table.values else None,
        )
    )


def _column(reader: Reader, table: Table) -> None:
    names = reader.names(table, ("space", "at", "size"))
    space = reader.known_space(table, "space", table.text("space"))
    frame = reader.frame(table)
    for index, at in enumerate(table.pairs("at"), start=1):
        place = names | {"id": f"{names['id']}-{index}"}
        reader.columns.append(
            m.Column(**place, space=space.id, at=frame.to_site(at), size=table.number("size", 0.7), axis=frame.x_axis)
        )


def _facility(reader: Reader, table: Table) -> None:
    names = reader.names(table, ("category", "space", "at", "facing"))
    space = reader.known_space(table, "space", table.text("space"))
    category = reader.choice(table, "category", m.FACILITY_CATEGORIES)
    facing = reader.direction(table, "facing", "+y")
    places = table.pairs("at")
    for index, at in enumerate(places, start=1):
        ident = names["id"] if len(places) == 1 else f"{names['id']}-{index}"
        named = names | {"id": ident}
        reader.facilities.append(
            m.Facility(**named, category=category, space=space.id, at=reader.frame(table).to_site(at), facing=facing)
        )


def _exit(reader: Reader, table: Table) -> None:
    number = table.text("number")
    names = reader.names(
        table, ("number", "from", "at", "out", "turn", "neck", "width", "street", "escalators"), f"exit-{number}"
    )
    spec = exits.ExitSpec(
        number=number,
        host=reader.known_space(table, "from", table.text("from")),
        at=reader.place(table, "at"),
        out=reader.direction(table, "out"),
        turn=reader.choice(table, "turn", ("straight", "left", "right"), "straight"),
        neck=table.number("neck", 3.0),
        width=table.number("width", 3.0),
        street=table.number("street", 0.0),
        escalators=table.texts("escalators") if "escalators" in table.values else (),
        ko=names["ko"] or f"{number}번 출구",
        en=names["en"] or f"Exit {number}",
        source=names["source"],
        certainty=names["certainty"],
        where=names["where"],
    )
    parts = exits.expand(spec)
    reader.spaces.update({space.id: space for space in parts.spaces})
    reader.opens.extend(parts.opens)
    reader.openings.extend(parts.openings)
    reader.flightways.extend(parts.flightways)
    reader.signs.extend(parts.signs)
    reader.claims.extend(parts.claims)


_KINDS: dict[str, Callable[[Reader, Table], None]] = {
    "frame": _frame,
    "storey": _storey,
    "space": _space,
    "exit": _exit,
    "open": _open,
    "door": _opening("door"),
    "passage": _opening("passage"),
    "entrance": _opening("entrance"),
    "gate_row": _gate_row,
    "platform": _platform,
    "stairs": _flightway("stairs"),
    "ramp": _flightway("ramp"),
    "escalator": _flightway("escalator"),
    "escalator_pair": _escalator_pair,
    "lift": _lift,
    "column": _column,
    "facility": _facility,
    "sign": _sign,
}


def read_plan(folder: Path) -> m.Plan:
    """Read ``venue.toml``, ``plan.toml`` and the files it names.

    Parameters
    ----------
    folder : Path
        A station folder such as ``assets/stations/city-hall``.

    Returns
    -------
    Plan
        Everything in site metres; not yet checked as a whole (see :func:`tools.station.checks.check`).

    Raises
    ------
    PlanError
        For the first table that cannot be read, with file, line and remedy.
    """
    reader = Reader(read_venue(folder / "venue.toml"))
    tables = read_tables(folder / "plan.toml")
    for name in tables[0].texts("files"):
        tables.extend(read_tables(folder / name))
    for table in tables:
        if table.name == "":
            table.only(("files", "frame"))
            reader.frame_of_file[table.file] = table.text("frame", "site")
        elif table.name not in _KINDS:
            raise table.where().error(f"unknown table [[{table.name}]].", f"Use one of: {', '.join(_KINDS)}.")
    for kind, read in _KINDS.items():
        for table in tables:
            if table.name == kind:
                read(reader, table)
    return m.Plan(
        venue=reader.venue,
        storeys=tuple(sorted(reader.storeys.values(), key=lambda storey: storey.ordinal)),
        spaces=tuple(sorted(reader.spaces.values(), key=lambda space: space.id)),
        opens=tuple(reader.opens),
        openings=tuple(reader.openings),
        gate_rows=tuple(reader.gate_rows),
        platforms=tuple(reader.platforms),
        flightways=tuple(reader.flightways),
        lifts=tuple(reader.lifts),
        columns=tuple(reader.columns),
        facilities=tuple(reader.facilities),
        signs=tuple(reader.signs),
        claims=tuple(reader.claims),
    )
