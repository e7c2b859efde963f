"""Fills the documentation's tables from the code, so that they cannot disagree with it."""

from collections.abc import Callable, Iterator
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


_PARTS: dict[str, Callable[[], str]] = {
    "<!-- table: issues -->": _issues,
    "<!-- table: errors -->": _errors,
    "<!-- table: operations -->": _operations,
    "<!-- commands -->": lambda: "\n\n".join(_commands()),
}


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace the marks of a page by what the code says (called by mkdocs)."""
    for mark, make in _PARTS.items():
        if mark in markdown:
            markdown = markdown.replace(mark, make())
    return markdown
