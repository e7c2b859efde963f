"""Fills the documentation's tables from the code, so that they cannot disagree with it."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import orjson
from starlette.testclient import TestClient

from indoor3d import errors
from indoor3d.api.app import create_app
from indoor3d.api.settings import Settings
from indoor3d.cli import cli
from indoor3d.models.issue import KINDS
from indoor3d.store.base import open_store

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.station.geojson import shape_of
from tools.station.keys import Key, TableKind
from tools.station.tables import PLAN
from tools.station.venue_tables import VENUE


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in lines
    )


def _issues() -> str:
    rows = [
        [f"`{code}`", str(kind.severity), kind.message["en"], kind.message["ko"], kind.hint["en"]]
        for code, kind in sorted(KINDS.items())
    ]
    return _table(["code", "severity", "message", "메시지", "what to do"], rows)


def _errors() -> str:
    found = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.Indoor3dError)]
    rows = [
        [f"`{cls.code}`", str(cls.exit_code), cls.title["en"], cls.title["ko"], cls.hint["en"]]
        for cls in sorted(found, key=lambda c: c.code)
    ]
    return _table(["code", "exit code", "title", "제목", "what to do"], rows)


def _operations() -> str:
    with open_store("memory:") as store:
        client = TestClient(create_app(Settings(public_url="http://testserver"), store))
        document = orjson.loads(client.get("/v1/openapi.json").content)
    rows = [
        [f"`{method.upper()} {path}`", str(operation.get("summary", ""))]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in {"get", "post", "put", "delete"}
    ]
    return _table(["operation", "what it gives"], rows)


def _commands() -> Iterator[str]:
    for name, command in cli.commands.items():
        parts = (
            {f"{name} {part}": c for part, c in command.commands.items()} if isinstance(command, click.Group) else {}
        )
        for words, described in (parts or {name: command}).items():
            context = click.Context(described, info_name=f"indoor3d {words}")
            yield f"## {words}\n\n```text\n{described.get_help(context)}\n```"


def _key(key: Key) -> list[str]:
    """One row of the reference: name, kind with unit and words, default, meaning."""
    words = [word for word in key.kind.schema.get("enum", ()) if isinstance(word, str)]
    kind = ", ".join(f"`{word}`" for word in words) or key.kind.words
    default = "**required**" if key.required else "" if key.default in {None, "", ()} else f"`{_toml(key.default)}`"
    return [f"`{key.name}`", kind + (f", {key.kind.unit}" if key.kind.unit else ""), default, key.what]


def _toml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)


def _tables(kinds: Mapping[str, TableKind]) -> str:
    parts = []
    for kind in kinds.values():
        if not kind.keys:
            continue
        title = f"`{kind.header}`" if kind.name else "The head of a file"
        either = (
            f"\n\nExactly one of {' and '.join(f'`{name}`' for name in kind.either)} is given." if kind.either else ""
        )
        rows = _table(["key", "value", "default", "meaning"], [_key(key) for key in kind.keys])
        parts.append(f"### {title}\n\n{kind.what}{either}\n\n```toml\n{kind.example}\n```\n\n{rows}")
    return "\n\n".join(parts)


def _shapes() -> str:
    rows = [
        [f"`{name}`", shape, ", ".join(f"`{key}`" for key in keys)]
        for name, (shape, keys) in ((name, shape_of(kind)) for name, kind in PLAN.items())
        if shape
    ]
    return _table(["table", "geometry", "gives"], rows)


_PARTS: dict[str, Callable[[], str]] = {
    "<!-- table: issues -->": _issues,
    "<!-- table: errors -->": _errors,
    "<!-- table: operations -->": _operations,
    "<!-- tables: plan -->": lambda: _tables(PLAN),
    "<!-- tables: venue -->": lambda: _tables(VENUE),
    "<!-- table: geojson -->": _shapes,
    "<!-- commands -->": lambda: "\n\n".join(_commands()),
}


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace the marks of a page by what the code says (called by mkdocs)."""
    for mark, make in _PARTS.items():
        if mark in markdown:
            markdown = markdown.replace(mark, make())
    return markdown
