"""Fills the documentation's tables from the code, so that they cannot disagree with it."""

from typing import Any

from indoor3d import errors
from indoor3d.models.issue import KINDS


def _issues() -> str:
    rows = ["| code | severity | message | 메시지 | what to do |", "|---|---|---|---|---|"]
    for code, kind in sorted(KINDS.items()):
        cells = (f"`{code}`", str(kind.severity), kind.message["en"], kind.message["ko"], kind.hint["en"])
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)


def _errors() -> str:
    rows = ["| code | exit code | title | 제목 | what to do |", "|---|---|---|---|---|"]
    found = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.Indoor3dError)]
    rows += [
        f"| `{cls.code}` | {cls.exit_code} | {cls.title['en']} | {cls.title['ko']} | {cls.hint['en']} |"
        for cls in sorted(found, key=lambda c: c.code)
    ]
    return "\n".join(rows)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace the marks of a page by their tables (called by mkdocs)."""
    return markdown.replace("<!-- table: issues -->", _issues()).replace("<!-- table: errors -->", _errors())
