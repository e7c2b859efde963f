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
        names = reader.names(table)
        lower = reader.known_space(table, "lower", table.text("lower"))
        upper = reader.known_space(table, "upper", table.text("upper"))
        reader.flightways.append(
            m.Flightway(
                **names,
                kind=kind,
                lower=lower.id,
                upper=upper.id,
                foot=reader.place(table, "foot"),
                heading=reader.direction(table, "heading"),
                width=table.number("width"),
                low=lower.floor,
                high=upper.floor,
                direction=table.text("direction"),
                rise_m=table.number_or_none("rise"),
                register=table.text("register"),
                **reader.ride(table),
            )
        )

    return read


def read_escalator_pair(reader: Reader, table: Table) -> None:
    """Read two escalators side by side, one for each direction; ``up_side`` is seen from the foot."""
    names = reader.names(table)
    lower = reader.known_space(table, "lower", table.text("lower"))
    upper = reader.known_space(table, "upper", table.text("upper"))
    heading = reader.direction(table, "heading")
    sign = 1.0 if table.text("up_side") == "left" else -1.0
    for way, shift, ko in (("up", sign, "상행"), ("down", -sign, "하행")):
        reader.flightways.append(
            m.Flightway(
                id=f"{names['id']}-{way}",
                ko=f"{names['ko']} {ko}",
                en=f"{names['en']} ({way})",
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
                rise_m=table.number_or_none("rise"),
                register=table.text(f"register_{way}"),
                **reader.ride(table),
            )
        )


def read_lift(reader: Reader, table: Table) -> None:
    """Read a lift with its stops, lowest first."""
    names = reader.names(table)
    stops = []
    for name, side in table.values["stops"]:
        space = reader.known_space(table, "stops", name)
        stops.append(m.Stop(space=space.id, side=reader.frame(table).direction(side), floor=space.floor))
    reader.lifts.append(
        m.Lift(
            **names,
            centre=reader.place(table, "at"),
            size=table.number("size"),
            axis=reader.frame(table).x_axis,
            stops=tuple(stops),
            rise_m=table.number_or_none("rise"),
            register=table.text("register"),
            car_width=table.number_or_none("car_width"),
            car_depth=table.number_or_none("car_depth"),
            **reader.ride(table),
        )
    )


def read_moving_walk(reader: Reader, table: Table) -> None:
    """Read a level moving walk: it runs from ``at`` along its heading."""
    names = reader.names(table)
    reader.moving_walks.append(
        m.MovingWalk(
            **names,
            space=reader.known_space(table, "space", table.text("space")).id,
            foot=reader.place(table, "at"),
            heading=reader.direction(table, "heading"),
            length=table.number("length"),
            width=table.number("width"),
            direction=table.text("direction"),
            register=table.text("register"),
            **reader.ride(table),
        )
    )


def read_stair_lift(reader: Reader, table: Table) -> None:
    """Read a wheelchair platform on a stair that was read before."""
    names = reader.names(table)
    on = table.text("on")
    if not any(way.id == on and way.kind == "stairs" for way in reader.flightways):
        raise table.where("on").error(f"no stair has the id {on!r}.", "Name one of the [[stairs]].")
    reader.stair_lifts.append(
        m.StairLift(
            **names,
            on=on,
            register=table.text("register"),
            car_width=table.number_or_none("car_width"),
            car_depth=table.number_or_none("car_depth"),
            **reader.ride(table),
        )
    )


def read_stair_core(reader: Reader, table: Table) -> None:
    """Read a closed stair over several storeys and add everything it becomes."""
    names = reader.names(table)
    hosts = [reader.known_space(table, "spaces", name) for name in table.texts("spaces")]
    parts = cores.expand(
        cores.CoreSpec(
            **names,
            at=reader.place(table, "at"),
            heading=reader.direction(table, "heading"),
            width=table.number("width"),
            length=table.number_or_none("length"),
            hosts=tuple(hosts),
            door_side=table.text("door_side"),
            access=table.text("access"),
        )
    )
    for space in parts.spaces:
        if space.id in reader.spaces:
            raise table.where("id").error(f"the id {space.id!r} is used twice.", "Give this core another id.")
        reader.spaces[space.id] = space
    reader.openings.extend(parts.openings)
    reader.flightways.extend(parts.flightways)
