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

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

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
        if method in {"get", "post"}
    ]
    return _table(["operation", "what it gives"], rows)


def _commands() -> Iterator[str]:
    for name, command in cli.commands.items():
        context = click.Context(command, info_name=f"indoor3d {name}")
        yield f"## {name}\n\n```text\n{command.get_help(context)}\n```"


def _plan_tables(kinds: Mapping[str, TableKind]) -> Iterator[str]:
    for kind in kinds.values():
        rows = [[f"`{key.name}`", _kind(key), "" if key.required else _default(key), key.what] for key in kind.keys]
        head = f"### {kind.header}" if kind.name else "### The head of a file"
        table = _table(["key", "value", "when left out", "meaning"], rows)
        yield f"{head}\n\n{kind.what}\n\n{table}\n\n```toml\n{kind.example}\n```"


def _kind(key: Key) -> str:
    words = (
        ", ".join(f"`{word}`" for word in key.kind.schema.get("enum", ()) if isinstance(word, str)) or key.kind.words
    )
    return f"{words} ({key.kind.unit})" if key.kind.unit else words


def _default(key: Key) -> str:
    if key.default in (None, "", ()):
        return "–"
    return f"`{str(key.default).lower()}`" if isinstance(key.default, bool) else f"`{key.default}`"


_PARTS: dict[str, Callable[[], str]] = {
    "<!-- table: issues -->": _issues,
    "<!-- table: errors -->": _errors,
    "<!-- table: operations -->": _operations,
    "<!-- tables: plan -->": lambda: "\n\n".join(_plan_tables(PLAN)),
    "<!-- tables: venue -->": lambda: "\n\n".join(_plan_tables(VENUE)),
    "<!-- commands -->": lambda: "\n\n".join(_commands()),
}


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace the marks of a page by what the code says (called by mkdocs)."""
    for mark, make in _PARTS.items():
        if mark in markdown:
            markdown = markdown.replace(mark, make())
    return markdown
