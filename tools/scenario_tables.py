"""Writes the reference of scenarios and their JSON Schema from the table of keys: ``python tools/scenario_tables.py``."""

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from indoor3d.models.scenario import DISTRIBUTIONS, USES
from indoor3d.models.scenario_form import MOST_BYTES, write_value
from indoor3d.models.scenario_keys import REQUIRED, ROOT, Key, Table, tables
from indoor3d.models.scenario_schema import schema

ROOT_FOLDER = Path(__file__).resolve().parents[1]
PAGE = ROOT_FOLDER / "docs" / "reference" / "scenario.md"
SCHEMA = ROOT_FOLDER / "docs" / "reference" / "scenario.schema.json"
_HEAD = f"""# Scenario of an evacuation

한국어 설명은 각 표의 넷째 칸에 있습니다.

One form, written as TOML or JSON, and the same in Python, on the command line and in the API. Keys are strict: an unknown or
wrong one is refused with its path (`hazards[0].at_s`) and the keys that are valid there. Times are seconds from the start of the incident, and
the unit is in the key. Spaces, exits, stairs, escalators and lifts are named by id or by their exact name in either language, exits also by number.
At most {MOST_BYTES >> 20} MiB. JSON Schema: [`scenario.schema.json`](scenario.schema.json).

This page is made from the data by `python tools/scenario_tables.py`.

```toml
id = "evening-peak"
venues = ["city-hall"]

[[tracks]]
id = "line 2, both directions"
platform = "2호선 승강장"
boarding_per_h = 3200
headway_s = 150
source = "operator's count, October"

[[trains]]
id = "train on fire"
track = "line 2, both directions"
cars = 10

[[hazards]]
id = "escalators stop"
kind = "stopped"
elements = ["2호선 에스컬레이터 3·4호 상행"]
at_s = 60
```

## How a platform's load comes about

| row | quantity | formula |
| --- | --- | --- |
| A1 | boardings and alightings in the peak hour | given, or counted × share / days |
| A2, A2b, A2c | surge factor, headway, disrupted service | given or default |
| A3 | train load | `persons`, or `capacity`, or cars × load of a car × crowding |
| A4 | those who wait | `disruption`: A1 · Sf · max(Sd, headway) / 60; `headway_doubled`: A1 · Sf · 2 · headway / 60 |
| A6 | platform occupant load | A3 + A4, of all tracks and trains at the platform |

Alightings are shown beside the boardings; those who get off count through the train. A track without a train has only those who wait: that
is a platform where no train stands in the incident. Name a `train` on every track where one may stand. Occupants by density on a platform come
on top. Every line is shown with its numbers, unit, source and basis: `surveyed` (measured in the model of the building), `declared` (the scenario
says so) or `default`. What was not read in a code's own text is marked.

## Tables of boardings

UTF-8 or CP949, three shapes: a month in a row (`사용월, 호선명, 지하철역, 04시-05시 승차인원, 04시-05시 하차인원, …`), a day and a direction in a row
(`수송일자, 호선, 역번호, 역명, 승하차구분, 06시이전, 06-07시간대, …`), an hour in a row (`station, line, date, 승하차구분, 시간대, 인원`).
What is before or after an hour counts as one hour, so that there are never fewer people.

"""


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows])


def _cell(value: Any) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _takes(key: Key) -> str:
    if key.kind in {"word", "words"}:
        words = ", ".join(f"`{word}`" for word in key.words)
        return words if key.kind == "word" else f"list of {words}"
    if key.kind in {"number", "integer", "numbers"}:
        whole = "whole number" if key.kind == "integer" else "number"
        unit = "" if key.unit in {"", "1"} else f" {key.unit}"
        return f"{whole} {'above' if key.above else 'from'} {key.least:.10g} to {key.most:.10g}{unit}"
    kinds = {"text": "text", "id": "text", "csv": "text", "ids": "list of texts", "flag": "true or false"}
    return kinds.get(key.kind) or {"table": "table", "tables": "list of tables"}[key.kind]


def _row(table: Table, key: Key) -> list[str]:
    default = table.default(key.name)
    one = next((names for names in (*table.one_of, *table.some_of) if key.name in names), ())
    if default is REQUIRED:
        given = "**needed**"
    elif one:
        given = ("exactly one of " if one in table.one_of else "at least one of ") + ", ".join(f"`{n}`" for n in one)
    else:
        plain = None if default is None else write_value(key, default)
        given = "" if plain in (None, "", [], {}) else _cell(plain)
    source = f"<br>{key.source}" if key.source else ""
    return [f"`{key.name}`", _takes(key), key.en, key.ko, given + source]


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for path, table in tables(ROOT):
        title = f"`{path}`" if path else "The head"
        rows = [_row(table, key) for key in table.keys]
        head = ["key", "value", "meaning", "뜻", "default and its source"]
        parts.append(f"## {title}\n\n{table.en} / {table.ko}.\n\n{_table(head, rows)}\n")
    kinds = [[f"`{kind}`", ", ".join(f"`{name}`" for name in names)] for kind, names in DISTRIBUTIONS.items()]
    parts.append(f"## Distributions\n\n{_table(['kind', 'parameters'], kinds)}\n")
    uses = [
        [f"`{u.id}`", u.name.en, u.name.ko, f"{u.area_per_person_m2:g}", u.source, "yes" if u.read else "**no**"]
        for u in USES.values()
    ]
    head = ["use", "meaning", "뜻", "m² for a person", "source", "read in a code's own text"]
    parts.append(f"## Uses\n\n{_table(head, uses)}\n")
    return "\n".join(parts)


def schema_text() -> str:
    """The JSON Schema, as it is stored."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    SCHEMA.write_text(schema_text(), encoding="utf-8")
