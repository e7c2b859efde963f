"""Tables of what stands or hangs in spaces, and of the official transfer times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.station import model as m

if TYPE_CHECKING:
    from tools.station.located import Table
    from tools.station.reader import Reader


def read_column(reader: Reader, table: Table) -> None:
    """Read columns, one a point."""
    names = reader.names(table)
    space = reader.known_space(table, "space", table.text("space"))
    frame = reader.frame(table)
    for index, at in enumerate(table.pairs("at"), start=1):
        place = names | {"id": f"{names['id']}-{index}"}
        reader.columns.append(
            m.Column(**place, space=space.id, at=frame.to_site(at), size=table.number("size"), axis=frame.x_axis)
        )


def read_facility(reader: Reader, table: Table) -> None:
    """Read equipment, one a point."""
    names = reader.names(table)
    space = reader.known_space(table, "space", table.text("space"))
    category = table.text("category")
    facing = reader.direction(table, "facing")
    places = table.pairs("at")
    for index, at in enumerate(places, start=1):
        ident = names["id"] if len(places) == 1 else f"{names['id']}-{index}"
        named = names | {"id": ident}
        reader.facilities.append(
            m.Facility(
                **named,
                category=category,
                space=space.id,
                at=reader.frame(table).to_site(at),
                facing=facing,
                text_ko=table.text("text_ko"),
                text_en=table.text("text_en"),
                hours=table.text("hours"),
                accessible=table.values["accessible"],
            )
        )


def read_sign(reader: Reader, table: Table) -> None:
    """Read boards: hanging signs in the colour of a line, or in a stated colour."""
    names = reader.names(table)
    space = reader.known_space(table, "space", table.text("space"))
    colour = table.values["colour"] or reader.venue.lines[reader.known(table, "line", reader.venue.lines)].colour
    for index, at in enumerate(table.pairs("at"), start=1):
        named = names | {"id": f"{names['id']}-{index}"}
        reader.signs.append(
            m.Sign(
                **named,
                space=space.id,
                at=reader.frame(table).to_site(at),
                facing=reader.direction(table, "facing"),
                z=space.floor + table.number("above"),
                width=table.number("width"),
                colour=colour,
                text=table.text("text"),
            )
        )


def read_tactile_path(reader: Reader, table: Table) -> None:
    """Read a guide strip on the floor."""
    names = reader.names(table)
    points = tuple(reader.frame(table).to_site(at) for at in table.pairs("points"))
    space = reader.known_space(table, "space", table.text("space"))
    reader.tactile_paths.append(m.TactilePath(**names, space=space.id, points=points))


def read_transfer(reader: Reader, table: Table) -> None:
    """Read an official walking time between two screen doors that were read before."""
    names = reader.names(table)
    doors = {platform.id: platform for platform in reader.platforms}
    for key in ("from", "to"):
        name, _, door = table.text(key).partition("/")
        car, _, number = door.partition("-")
        platform = doors.get(name)
        if platform is None or not (car.isdigit() and number.isdigit()):
            raise table.where(key).error(
                f"{table.text(key)!r} names no screen door.", 'Write "platform-id/7-4" with the id of a [[platform]].'
            )
        if not (1 <= int(car) <= platform.cars and 1 <= int(number) <= platform.doors):
            raise table.where(key).error(
                f"{name!r} has no door {door!r}.", f"It has {platform.cars} cars with {platform.doors} doors."
            )
    reader.transfers.append(
        m.Transfer(**names, origin=table.text("from"), destination=table.text("to"), seconds=table.number("seconds"))
    )
