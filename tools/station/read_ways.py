"""Tables that say how people change height or are carried: stairs, ramps, escalators, lifts, moving walks, stair cores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.station import cores
from tools.station import geometry as geo
from tools.station import model as m

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.station.located import Table
    from tools.station.reader import Reader


def read_flightway(kind: str) -> Callable[[Reader, Table], None]:
    """Return the reader of stairs, ramps or escalators."""

    def read(reader: Reader, table: Table) -> None:
        names = reader.names(table, ("lower", "upper", "foot", "heading", "width", "direction", "rise", "register"))
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
                register=table.text("register", ""),
            )
        )

    return read


def read_escalator_pair(reader: Reader, table: Table) -> None:
    """Read two escalators side by side, one for each direction; ``up_side`` is seen from the foot."""
    names = reader.names(
        table, ("lower", "upper", "foot", "heading", "up_side", "rise", "register_up", "register_down")
    )
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
                register=table.text(f"register_{way}", ""),
            )
        )


def read_lift(reader: Reader, table: Table) -> None:
    """Read a lift with its stops, lowest first."""
    names = reader.names(table, ("at", "size", "stops", "rise", "register"))
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
            register=table.text("register", ""),
        )
    )


def read_moving_walk(reader: Reader, table: Table) -> None:
    """Read a level moving walk: it runs from ``at`` along its heading."""
    names = reader.names(table, ("space", "at", "heading", "length", "width", "direction", "register"))
    reader.moving_walks.append(
        m.MovingWalk(
            **names,
            space=reader.known_space(table, "space", table.text("space")).id,
            foot=reader.place(table, "at"),
            heading=reader.direction(table, "heading"),
            length=table.number("length"),
            width=table.number("width", 1.0),
            direction=reader.choice(table, "direction", ("forward", "both"), "forward"),
            register=table.text("register", ""),
        )
    )


def read_stair_lift(reader: Reader, table: Table) -> None:
    """Read a wheelchair platform on a stair that was read before."""
    names = reader.names(table, ("on", "register"))
    on = table.text("on")
    if not any(way.id == on and way.kind == "stairs" for way in reader.flightways):
        raise table.where("on").error(f"no stair has the id {on!r}.", "Name one of the [[stairs]].")
    reader.stair_lifts.append(m.StairLift(**names, on=on, register=table.text("register", "")))


def read_stair_core(reader: Reader, table: Table) -> None:
    """Read a closed stair over several storeys and add everything it becomes."""
    names = reader.names(table, ("at", "heading", "width", "length", "spaces", "door_side", "access"))
    hosts = [reader.known_space(table, "spaces", name) for name in table.texts("spaces")]
    parts = cores.expand(
        cores.CoreSpec(
            **names,
            at=reader.place(table, "at"),
            heading=reader.direction(table, "heading"),
            width=table.number("width", 1.4),
            length=table.number("length") if "length" in table.values else None,
            hosts=tuple(hosts),
            door_side=reader.choice(table, "door_side", ("left", "right")),
            access=reader.choice(table, "access", m.ACCESS, "public"),
        )
    )
    for space in parts.spaces:
        if space.id in reader.spaces:
            raise table.where("id").error(f"the id {space.id!r} is used twice.", "Give this core another id.")
        reader.spaces[space.id] = space
    reader.openings.extend(parts.openings)
    reader.flightways.extend(parts.flightways)
