"""Short functions for JSON Schema, so that a schema reads like a table of fields."""

type Schema = dict[str, object]


def number(description: str) -> Schema:
    return {"type": "number", "description": description}


def number_or_null(description: str) -> Schema:
    return {"type": ["number", "null"], "description": description}


def text(description: str) -> Schema:
    return {"type": "string", "description": description}


def text_or_null(description: str) -> Schema:
    return {"type": ["string", "null"], "description": description}


def whole(description: str) -> Schema:
    return {"type": "integer", "description": description}


def image(description: str) -> Schema:
    return {
        "type": ["string", "null"],
        "contentEncoding": "base64",
        "contentMediaType": "image/png",
        "description": f"{description} A base64 PNG; null where `plots` left it out or there is nothing to draw.",
    }


def array(items: Schema, description: str) -> Schema:
    return {"type": "array", "items": items, "description": description}


def record(description: str, required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": {**required, **(optional or {})},
        "required": list(required),
    }


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def column(description: str) -> Schema:
    """One value per cycle."""
    return array(number_or_null("One value per cycle."), description)
