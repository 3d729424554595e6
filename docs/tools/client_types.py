"""The types of the clients in `clients/`, made from the OpenAPI document."""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from docs.tools import ROOT
from docs.tools.openapi import document

PYTHON: Final = ROOT / "clients/python/src/flinks_reconnect_client/models.py"
TYPESCRIPT: Final = ROOT / "clients/typescript/src/types.ts"

_PAGES_OWN: Final = frozenset(
    {"OpenedVisitAnswer", "ReceivedAnswer", "SeenRefreshAnswer", "VisitAnswer", "VisitBody"}
)
"""What only the hosted page and Flinks exchange with the service."""
_ARGUMENTS: Final = frozenset({"ImportBody", "LinkBody", "StartBody"})
"""Bodies that the Python client takes as keyword arguments."""
_RENAMED: Final = {
    "ConnectionBody": "NewConnection",
    "ErasedAnswer": "ErasedConnection",
    "ErrorAnswer": "Cause",
    "HealthAnswer": "ConnectionHealth",
    "ImportAnswer": "ImportReport",
    "ImportItemAnswer": "ImportedItem",
    "ImportBody": "ImportBody",
    "LinkBody": "LinkBody",
    "LinkStateAnswer": "HandedOutLink",
    "StartBody": "StartBody",
    "WarningAnswer": "ConnectionWarning",
}
_CHOOSING: Final = ["Literal", "TypeAlias"]
_WIDTH: Final = 100
_PYTHON: Final = {"string": "str", "integer": "int", "boolean": "bool", "number": "float"}
_TYPESCRIPT: Final = {"integer": "number", "null": "null"}

type Schema = Mapping[str, Any]


def python() -> str:
    """Return the module of the Python client."""
    head = (
        '"""What the API takes and answers. Made from docs/openapi.json by `make docs`."""\n\n'
        "from __future__ import annotations\n\n"
        "from dataclasses import dataclass\n"
        "from datetime import datetime\n"
    )
    known = {name: each for name, each in _schemas().items() if name not in _ARGUMENTS}
    choices = [_python_choice(name, each) for name, each in known.items() if "enum" in each]
    objects = [_python_object(name, each) for name, each in known.items() if "properties" in each]
    body = "\n".join([*choices, "", *objects])
    names = ["Any", "Literal", "TypeAlias"] if re.search(r"\bAny\b", body) else _CHOOSING
    return f"{head}from typing import {', '.join(names)}\n\n{body}"


def typescript() -> str:
    """Return the module of the TypeScript client."""
    head = "// What the API takes and answers. Made from docs/openapi.json by `make docs`.\n"
    known = _schemas()
    choices = [_typescript_choice(name, each) for name, each in known.items() if "enum" in each]
    objects = [
        _typescript_object(name, each) for name, each in known.items() if "properties" in each
    ]
    return "\n".join([head, *choices, *objects])


def client_name(schema: str) -> str:
    """Return what the clients call a schema of the OpenAPI document."""
    return _RENAMED.get(schema) or re.sub(r"(Answer|Body)$", "", schema)


@cache
def _schemas() -> dict[str, Schema]:
    found: dict[str, Any] = document()["components"]["schemas"]
    found["ProblemAnswer"]["properties"]["code"].pop("enum")  # it grows; and clients add their own
    return {name: each for name, each in found.items() if name not in _PAGES_OWN}


def _resolved(reference: str) -> tuple[str, Schema]:
    name = reference.rpartition("/")[2]
    return name, _schemas()[name]


def _sentence(schema: Schema) -> str:
    return str(schema.get("description", "")).replace("\n", " ")


def _python_choice(name: str, schema: Schema) -> str:
    literal = ", ".join(json.dumps(each) for each in schema["enum"])
    line = f"{client_name(name)}: TypeAlias = Literal[{literal}]"
    if len(line) > _WIDTH:
        rows = "".join(f"    {json.dumps(each)},\n" for each in schema["enum"])
        line = f"{client_name(name)}: TypeAlias = Literal[\n{rows}]"
    return f'{line}\n"""{_sentence(schema)}"""'


def _python_object(name: str, schema: Schema) -> str:
    lines = ["", "@dataclass(frozen=True, kw_only=True)", f"class {client_name(name)}:"]
    lines += [f'    """{_sentence(schema)}"""', ""]
    for field, each in schema["properties"].items():
        lines += _python_field(field, each, required=field in schema.get("required", ()))
    return "\n".join([*lines, ""])


def _python_field(name: str, schema: Schema, *, required: bool) -> Iterator[str]:
    kind = _python_type(schema)
    if not required and "default" not in schema and "None" not in kind.split(" | "):
        kind += " | None"
    default = ""
    if "None" in kind.split(" | "):
        default = " = None"
    elif "default" in schema:
        default = f" = {schema['default']!r}".replace("'", '"')
    yield f"    {snake(name)}: {kind}{default}"
    if told := _sentence(schema):
        yield f'    """{told}"""'


def snake(name: str) -> str:
    """Write a name of the API as Python does."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _python_type(schema: Schema) -> str:
    if "$ref" in schema:
        name, meant = _resolved(schema["$ref"])
        is_named = "enum" in meant or "properties" in meant
        return client_name(name) if is_named else _python_type(meant)
    if "anyOf" in schema:
        return " | ".join(map(_python_type, schema["anyOf"]))
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return f"Literal[{', '.join(map(_python_literal, values))}]"
    match schema.get("type"):
        case "array":
            return f"list[{_python_type(schema['items'])}]"
        case "null":
            return "None"
        case "string" if schema.get("format") == "date-time":
            return "datetime"
    return _PYTHON.get(schema.get("type", ""), "Any")


def _python_literal(value: object) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _typescript_choice(name: str, schema: Schema) -> str:
    values = " | ".join(json.dumps(each) for each in schema["enum"])
    line = f"export type {client_name(name)} = {values};"
    if len(line) > _WIDTH:
        rows = "".join(f"\n  | {json.dumps(each)}" for each in schema["enum"])
        line = f"export type {client_name(name)} ={rows};"
    return f"{_comment(schema)}{line}\n"


def _typescript_object(name: str, schema: Schema) -> str:
    lines = [f"{_comment(schema)}export interface {client_name(name)} {{"]
    required = schema.get("required", ())
    for field, each in schema["properties"].items():
        mark = "" if field in required else "?"
        lines.append(f"{_comment(each, '  ')}  readonly {field}{mark}: {_typescript_type(each)};")
    return "\n".join([*lines, "}", ""])


def _comment(schema: Schema, indent: str = "") -> str:
    told = _sentence(schema)
    return textwrap.indent(f"/** {told} */\n", indent) if told else ""


def _typescript_type(schema: Schema) -> str:
    if "$ref" in schema:
        name, meant = _resolved(schema["$ref"])
        is_named = "enum" in meant or "properties" in meant
        return client_name(name) if is_named else _typescript_type(meant)
    if "anyOf" in schema:
        return " | ".join(map(_typescript_type, schema["anyOf"]))
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join(json.dumps(each) for each in values)
    if schema.get("type") == "array":
        item = _typescript_type(schema["items"])
        return f"readonly ({item})[]" if " " in item else f"readonly {item}[]"
    kind: str = schema.get("type", "unknown")
    return _TYPESCRIPT.get(kind, kind)
