"""Every table and key of ``venue.toml``, as data."""

from __future__ import annotations

from tools.station import model as m
from tools.station.keys import Key, TableKind, one_of
from tools.station.kinds import ANY, COLOUR, DEGREES, IDENT, NUMBER, TEXT, TRUE

VENUE: dict[str, TableKind] = {
    table.name: table
    for table in (
        TableKind("", "Nothing stands before the first table.", (), "", many=False),
        TableKind(
            "venue",
            "What the venue is called, and what must be said wherever it is shown.",
            (
                Key("id", IDENT, "the name of the folder"),
                Key("name_ko", TEXT, "name in Korean"),
                Key("name_en", TEXT, "name in English"),
                Key("category", TEXT, "station, public_building"),
                Key("address_ko", TEXT, "address in Korean"),
                Key("address_en", TEXT, "address in English"),
                Key("schematic", TRUE, "models made here are schematic, never a survey"),
                Key("notice_ko", TEXT, "the sentence that says so, in Korean"),
                Key("notice_en", TEXT, "the sentence that says so, in English"),
                Key("text_ko", TEXT, "two or three sentences about the place, in Korean", ""),
                Key("text_en", TEXT, "two or three sentences about the place, in English", ""),
                Key("view_bearing_deg", DEGREES, "first view: clockwise from north, where the camera looks to", None),
                Key("attribution_ko", TEXT, "who is to be named, in Korean"),
                Key("attribution_en", TEXT, "who is to be named, in English"),
                Key("licence", TEXT, "licence of the plan and of the model made from it, as an SPDX id"),
                Key("licence_note", TEXT, "what else is to be known about it", ""),
            ),
            '[venue]\nid = "my-station"\nname_ko = "우리역"\nname_en = "Our station"\ncategory = "station"\n'
            'address_ko = "서울특별시 중구"\naddress_en = "Jung-gu, Seoul"\nschematic = true\n'
            'notice_ko = "개략 모델이며 측량 자료가 아닙니다."\nnotice_en = "Schematic model, not a survey."\n'
            'attribution_ko = "사실 자료: 서울교통공사"\nattribution_en = "Facts: Seoul Metro"\nlicence = "Apache-2.0"',
            many=False,
        ),
        TableKind(
            "georeference",
            "Where the site frame lies on Earth.",
            (
                Key("crs", TEXT, "a projected coordinate system in metres, by its EPSG code"),
                Key("easting_m", NUMBER, "easting of the site origin, metres"),
                Key("northing_m", NUMBER, "northing of the site origin, metres"),
                Key("height_m", NUMBER, "height of the street datum (0 in the plan), metres above sea level"),
                Key("y_axis_bearing_deg", DEGREES, "bearing of the site y axis, clockwise from grid north"),
                Key("note", TEXT, "how sure this is", ""),
            ),
            '[georeference]\ncrs = "EPSG:5186"\neasting_m = 197904.8\nnorthing_m = 551679.5\nheight_m = 29.97\n'
            "y_axis_bearing_deg = 13.87",
            many=False,
        ),
        TableKind(
            "line",
            "A line that stops here.",
            (
                Key("id", TEXT, "how platforms and signs call it"),
                Key("ko", TEXT, "name in Korean"),
                Key("en", TEXT, "name in English"),
                Key("colour", COLOUR, "its colour"),
            ),
            '[[line]]\nid = "1"\nko = "1호선"\nen = "Line 1"\ncolour = "#0052A4"',
        ),
        TableKind(
            "source",
            "Where facts come from.",
            (
                Key("id", TEXT, "a letter or two"),
                Key("what", TEXT, "who published what, and when"),
                Key("licence", TEXT, "its licence, or that it was not seen"),
            ),
            '[[source]]\nid = "A"\nwhat = "Station depth table, 4 November 2024"\nlicence = "KOGL type 1 (attribution)"',
        ),
        TableKind(
            "fact",
            "One known thing. What sources disagree on stands in its note.",
            (
                Key("key", TEXT, "what it is about"),
                Key("value", ANY, "number, text, or a list of them"),
                Key("unit", TEXT, "its unit", ""),
                Key("source", TEXT, "letters of its sources, with blanks between", ""),
                Key(
                    "certainty",
                    one_of(m.CERTAINTIES),
                    "S seen in the source, D derived from it, G general knowledge, assumed",
                ),
                Key("note", TEXT, "conflicts between sources, and what was chosen", ""),
            ),
            '[[fact]]\nkey = "line1.platform.floor"\nvalue = -10.0\nunit = "m"\nsource = "A"\ncertainty = "S"',
        ),
    )
}
"""Every table of venue.toml."""
