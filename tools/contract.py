"""The report's contract as JSON, made from the library's declarations: `python -m tools.contract`, or with `--check`.

The functions that carry no science read it in place of the library. pydantic makes the JSON Schema, and is needed here alone.
"""

import argparse
import json
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

from battery_analytics.comparison import Comparison
from battery_analytics.failure import Failure
from battery_analytics.fields import OtherKeys
from battery_analytics.formats.registry import described_formats
from battery_analytics.report import OPTIONS
from battery_analytics.sections.declaration import Plot
from battery_analytics.sections.registry import PLOTS, SECTIONS
from pydantic import TypeAdapter

FILE = Path("layers/service/battery_service/contract/report.json")
REFERENCE = "#/components/schemas/{model}"

type Schema = dict[str, Any]


def contract() -> dict[str, Any]:
    """Schemas by name, the plots and their sections, what each option takes, and the formats that can be read."""
    return {
        "schemas": schemas(),
        "plots": [
            {"name": plot.name, "section": section.name, "title": plot.title} for section, plot in PLOTS.values()
        ],
        "options": {
            option.name: {"description": option.description, "takes": option.takes, "schema": option.schema}
            for option in OPTIONS
        },
        "formats": described_formats(),
    }


def schemas() -> dict[str, Schema]:
    """The report, each section, and each record within them."""
    types: dict[str, Any] = {
        **{_schema_name(section.name, section.value_type): section.value_type for section in SECTIONS},
        "Comparison": Comparison,
        "Failure": Failure,
    }
    adapters: list[tuple[str, Any, TypeAdapter[Any]]] = [
        (name, "serialization", TypeAdapter(value_type)) for name, value_type in types.items()
    ]
    listed, defined = TypeAdapter.json_schemas(adapters, ref_template=REFERENCE)
    records: dict[str, Schema] = {name: _tidied(schema) for name, schema in defined["$defs"].items()}
    for section in SECTIONS:
        name = _schema_name(section.name, section.value_type)
        if name not in records:
            records[name] = {**_tidied(listed[(name, "serialization")]), "description": section.description}
        if section.plots:
            records[name]["properties"].update({plot.name: _picture(plot) for plot in section.plots})
    for value_type in types.values():
        _flatten_other_keys(value_type, records)
    for record in records.values():
        if "properties" in record:
            record["required"] = list(record["properties"])
    sections = {section.name: _reference(_schema_name(section.name, section.value_type)) for section in SECTIONS}
    del records["Json"]  # of the metadata's other keys alone, whatever they hold
    always = [section.name for section in SECTIONS if section.always]
    return {
        "Report": {
            **_object("The report on one cell. Numbers are finite or null; every image is a base64 PNG.", sections),
            "required": always,
        },
        "SeveralReports": _object(
            "The answer for several cells.",
            {
                "cells": {
                    "type": "array",
                    "items": _reference("Report"),
                    "description": "One report per cell, in the order of the files.",
                },
                "comparison": _reference("Comparison"),
                "failures": {
                    "type": "array",
                    "items": _reference("Failure"),
                    "description": "The files that could not be read beside others that were.",
                },
            },
        ),
        **records,
    }


def _schema_name(section_name: str, value_type: Any) -> str:
    """A record's own name; of anything else the section's name in camel case."""
    if is_dataclass(value_type):
        return str(value_type.__name__)  # type: ignore[union-attr]  # a class, never an instance
    return "".join(word.capitalize() for word in section_name.split("_"))


def _tidied(schema: Any) -> Any:
    """Without what pydantic adds for forms: titles, defaults, and anyOf where a list of types says the same."""
    if isinstance(schema, list):
        return [_tidied(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("properties"), dict):
        properties = {name: _tidied(field) for name, field in schema["properties"].items()}
        description = schema.get("description", "").split("\n\n")[0].replace("\n", " ")
        return {"type": "object", "description": description, "properties": properties}
    tidied = {key: _tidied(value) for key, value in schema.items() if key not in {"title", "default"}}
    types = [choice.get("type") for choice in tidied.get("anyOf", ()) if choice.keys() == {"type"}]
    if types and len(types) == len(tidied["anyOf"]):
        del tidied["anyOf"]
        tidied = {"type": types, **tidied}
    if "x-unit" in tidied:
        tidied["description"] = f"{tidied.get('description', '')} Unit: {tidied['x-unit']}.".lstrip()
    return tidied


def _flatten_other_keys(value_type: Any, records: dict[str, Schema]) -> None:
    if not is_dataclass(value_type):
        return
    hints = get_type_hints(value_type, include_extras=True)
    for field in fields(value_type):
        if any(isinstance(mark, OtherKeys) for mark in getattr(hints[field.name], "__metadata__", ())):
            record = records[_schema_name("", value_type)]
            del record["properties"][field.name]
            record["additionalProperties"] = True


def _picture(plot: Plot[Any]) -> Schema:
    return {
        "type": ["string", "null"],
        "contentEncoding": "base64",
        "contentMediaType": "image/png",
        "description": f"{plot.description} A base64 PNG; null where `plots` left it out or there is nothing to draw.",
    }


def _reference(name: str) -> Schema:
    return {"$ref": REFERENCE.format(model=name)}


def _object(description: str, properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "description": description, "properties": properties, "required": list(properties)}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.contract", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail where the file is not what is declared"
    )
    text = json.dumps(contract(), indent=1, ensure_ascii=False) + "\n"
    if FILE.is_file() and FILE.read_text(encoding="utf-8") == text:
        return 0
    if parser.parse_args().check:
        print(f"{FILE} is not what the library declares; run `make contract`.")
        return 1
    FILE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
