"""The reference at /v1/docs: one page made from the OpenAPI document, no script, nothing from elsewhere."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--link:#1558c0}
@media(prefers-color-scheme:dark){:root{--link:#8ab4f8}}
body{font:16px/1.55 system-ui,"Noto Sans KR",sans-serif;max-width:60rem;margin:auto;padding:1rem}
a{color:var(--link)}code,pre{font:14px/1.45 ui-monospace,monospace}
pre{background:var(--soft);padding:.75rem;overflow:auto;border-radius:.4rem}
h2{border-top:1px solid var(--line);padding-top:1rem;margin-top:2rem}
.m{font-weight:700;margin-right:.5rem}table{border-collapse:collapse;width:100%}
th,td{border:1px solid var(--line);padding:.3rem .5rem;text-align:left;vertical-align:top}
""".strip()


def policy() -> str:
    """Content security policy of the page: its own style, nothing else."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def page(document: Mapping[str, Any]) -> bytes:
    """Render an OpenAPI document.

    Parameters
    ----------
    document : mapping
        OpenAPI 3.1, as :func:`indoor3d.api.openapi.document` makes it.
    """
    info = document["info"]
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(info['title'])} API <small>{escape(info['version'])}</small></h1>",
        *(f"<p>{_prose(text)}</p>" for text in info["description"].split("\n\n")),
        f"<p>{escape(document['servers'][0]['url'])} · ",
        '<a href="openapi.json">OpenAPI 3.1</a> · <a href="problems">problem codes · 오류 코드</a></p><ul>',
        *(
            f'<li><a href="#{_anchor(m, p)}"><code>{m.upper()} {escape(p)}</code></a></li>'
            for m, p, _ in _all(document)
        ),
        "</ul>",
    ]
    for method, path, operation in _all(document):
        parts += _operation(method, path, operation)
    parts.append("<h2 id='schemas'>Schemas · 형식</h2>")
    for name, schema in document["components"]["schemas"].items():
        parts.append(f"<h3 id='{escape(name)}'>{escape(name)}</h3>{_json(schema)}")
    return ("".join(parts) + "</body></html>\n").encode()


def _all(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def _anchor(method: str, path: str) -> str:
    return escape(method + path.replace("/", "-").replace("{", "").replace("}", ""))


def _prose(text: str) -> str:
    """Escape, with `code` in backquotes."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if index % 2 else piece for index, piece in enumerate(pieces))


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f'<h2 id="{_anchor(method, path)}"><span class="m">{method.upper()}</span><code>{escape(path)}</code></h2>'
    yield f"<p><strong>{escape(operation['summary'])}</strong><br>{_prose(operation.get('description', ''))}</p>"
    parameters = operation.get("parameters", ())
    if parameters:
        yield "<table><tr><th>parameter · 매개변수</th><th>in</th><th>type</th><th>meaning · 뜻</th></tr>"
        yield from map(_parameter, parameters)
        yield "</table>"
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield f"<p>Body · 본문: {_schema_link(content['schema'])}</p>"
        for example in content.get("examples", {}).values():
            yield f"<p>{escape(example.get('summary', ''))}</p>{_json(example['value'])}"
    yield "<table><tr><th>status</th><th>answer · 응답</th></tr>"
    for status, response in operation["responses"].items():
        yield f"<tr><td>{status}</td><td>{escape(response['description'])} {_formats(response)}</td></tr>"
    yield "</table>"


def _parameter(parameter: Mapping[str, Any]) -> str:
    schema = parameter["schema"]
    name = escape(parameter["name"]) + ("*" if parameter.get("required") else "")
    meaning = _prose(parameter.get("description", ""))
    shown = f" = {escape(str(schema['default']))}" if schema.get("default") is not None else ""
    return f"<tr><td><code>{name}</code></td><td>{parameter['in']}</td><td>{_type(schema)}{shown}</td><td>{meaning}</td></tr>"


def _type(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " | ".join(_type(option) for option in schema["anyOf"] if option.get("type") != "null")
    if "enum" in schema:
        return escape(" | ".join(map(str, schema["enum"])))
    return escape(str(schema.get("const", schema.get("type", "any"))))


def _formats(response: Mapping[str, Any]) -> str:
    shown = (
        f"<code>{escape(kind)}</code> {_schema_link(content.get('schema', {}))}"
        for kind, content in response.get("content", {}).items()
    )
    return " · ".join(shown)


def _schema_link(schema: Mapping[str, Any]) -> str:
    name = str(schema.get("$ref", "")).rsplit("/", 1)[-1]
    return f'<a href="#{escape(name)}">{escape(name)}</a>' if name else ""


def _json(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, ensure_ascii=False, indent=2))}</pre>"
