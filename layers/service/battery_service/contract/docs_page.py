"""The OpenAPI document as an HTML page, without scripts and without assets of others."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from battery_service.errors import ERRORS

# Nothing is loaded and nothing runs; the style is the page's own.
DOCS_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem 1.25rem 4rem }
code, .method { font-family: ui-monospace, monospace; font-size: .92em }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #8884; padding-bottom: .25rem }
.method { background: #06c; color: #fff; border-radius: .25rem; padding: .1rem .5rem; margin-right: .5rem }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #8883 }
td:first-child { white-space: nowrap }
nav a { margin-right: 1rem }
"""

LINKS = (
    ("#tokens", "Tokens"),
    ("#endpoints", "Endpoints"),
    ("#errors", "Errors"),
    ("#schemas", "Fields"),
    ("openapi.json", "OpenAPI"),
)


def docs_page(document: Mapping[str, Any]) -> bytes:
    """The whole page, from the document and the table of errors."""
    info = document["info"]
    schemas: Mapping[str, Any] = document["components"]["schemas"]
    sections = [
        f"<h1>{escape(info['title'])} <small>{escape(info['version'])}</small></h1>",
        f"<p>{_prose(info['description'])}</p>",
        f"<nav>{''.join(f'<a href="{link}">{title}</a>' for link, title in LINKS)}</nav>",
        '<h2 id="tokens">Tokens</h2>',
        *(f"<p>{_prose(scheme['description'])}</p>" for scheme in document["components"]["securitySchemes"].values()),
        '<h2 id="endpoints">Endpoints</h2>',
        *(
            _operation(method, path, operation, document)
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        ),
        '<h2 id="errors">Errors</h2>',
        _table(("Code", "Status", "When"), _error_rows()),
        '<h2 id="schemas">Fields</h2>',
        *(_schema_section(name, schema, schemas) for name, schema in schemas.items()),
    ]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
    page = f'<!doctype html><html lang="en"><head>{head}<title>{escape(info["title"])}</title></head>'
    return f"{page}<body>{''.join(sections)}</body></html>".encode()


def _operation(method: str, path: str, operation: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    parts = [
        f'<h3><span class="method">{escape(method.upper())}</span><code>{escape(path)}</code></h3>',
        f"<p>{_prose(operation.get('description') or operation['summary'])}</p>",
        '<p>Needs a <a href="#tokens">token</a>.</p>' if operation.get("security") else "",
    ]
    if parameters := operation.get("parameters"):
        rows = ((parameter["name"], _type(parameter["schema"]), parameter["description"]) for parameter in parameters)
        parts.append(_table(("Option", "Takes", "Meaning"), rows))
    responses = (_resolved(answer, document) for answer in operation["responses"].values())
    rows = (
        (status, _content(answer), answer["description"])
        for status, answer in zip(operation["responses"], responses, strict=True)
    )
    parts.append(_table(("Status", "Body", "When"), rows))
    return "".join(parts)


def _error_rows() -> Iterable[tuple[str, str, str]]:
    return ((code, ", ".join(map(str, kind.statuses)), kind.when) for code, kind in ERRORS.items())


def _schema_section(name: str, schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    title = f'<h3 id="{escape(name)}"><code>{escape(name)}</code></h3><p>{_prose(schema.get("description", ""))}</p>'
    rows = _field_rows("", schema, schemas)
    return title + (_table(("Field", "Type", "Meaning"), rows) if rows else "")


def _field_rows(prefix: str, schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """One row per field; the fields of a nested record follow with their path."""
    items = schema.get("items")
    if isinstance(items, Mapping):
        return _field_rows(f"{prefix}[]", items, schemas)
    rows: list[tuple[str, str, str]] = []
    for name, field in schema.get("properties", {}).items():
        path = f"{prefix}.{name}" if prefix else name
        described = schemas[_type(field)] if "$ref" in field else field
        rows.append((path, _type(field), field.get("description") or described.get("description", "")))
        rows.extend(_field_rows(path, field, schemas))
    return rows


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if choices := schema.get("oneOf") or schema.get("anyOf"):
        return " or ".join(map(_type, choices))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_type(schema['items'])}"
    name = " or ".join(kind) if isinstance(kind, list) else str(kind)
    default = f" (default {schema['default']})" if "default" in schema else ""
    return f"{name}{default}"


def _content(answer: Mapping[str, Any]) -> str:
    return ", ".join(
        _type(body["schema"]) if media_type == "application/json" else media_type
        for media_type, body in answer.get("content", {}).items()
    )


def _resolved(answer: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in answer:
        return answer
    resolved: Mapping[str, Any] = document["components"]["responses"][str(answer["$ref"]).rpartition("/")[2]]
    return resolved


def _table(heads: Iterable[str], rows: Iterable[tuple[str, str, str]]) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in heads)
    body = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td><td>{_prose(meaning)}</td></tr>"
        for name, kind, meaning in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _prose(text: str) -> str:
    """Escaped text in which `backticks` become code."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if index % 2 else piece for index, piece in enumerate(pieces))
