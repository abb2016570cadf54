"""docs/openapi.json, made from the routes of the signed-in APIs, and from it the page's types.

Beside them, the names of the platforms for the page. `make docs` writes all three.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

from heard.connectors import load, platform_names
from heard.http.desk.shapes import SUFFIX, ProblemJson

APIS: Final = ("desk", "audit")
"""The functions whose routes are for people who are signed in."""
DOCUMENT: Final = Path("docs") / "openapi.json"
TYPES: Final = Path("web") / "src" / "api_types.ts"
PLATFORM_NAMES: Final = Path("web") / "src" / "platform_names.ts"

_RENAMED: Final[Mapping[str, str]] = {"Unit": "LengthUnit"}
"""Schemas whose name says too little outside their module."""
_DESCRIPTION: Final = (
    "What people do at the desk, and what auditors read. Errors are problem+json; a refusal (409) "
    "has a `reason`. Each GET has an entity tag: send it in If-None-Match, and what has not "
    "changed is answered with 304."
)
_REF: Final = "#/components/schemas/"
_PROBLEM: Final = {
    "description": "What is wrong",
    "content": {"application/problem+json": {"schema": {"$ref": f"{_REF}Problem"}}},
}


def openapi_document(root: Path) -> dict[str, Any]:
    """The OpenAPI document of all signed-in APIs. `root` is the repository's folder."""
    paths: dict[str, Any] = {}
    problem = ProblemJson.model_json_schema(ref_template=f"{_REF}{{model}}")
    schemas: dict[str, Any] = {**problem.pop("$defs", {}), "Problem": problem}
    for api in APIS:
        part = _with_plain_types_inline(
            json.loads(_load_app(root, api).get_openapi_json_schema(title="Heard", version="1"))
        )
        for path, item in part["paths"].items():
            paths.setdefault(path.replace("<", "{").replace(">", "}"), {}).update(
                {method: _operation(operation) for method, operation in item.items()}
            )
        schemas |= part["components"]["schemas"]
    named_schemas = _with_public_names(_used(paths, schemas))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Heard", "version": "1", "description": _DESCRIPTION},
        "paths": _with_public_names(dict(sorted(paths.items()))),
        "components": {
            "schemas": dict(sorted(named_schemas.items())),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
        "security": [{"token": []}],
    }


def to_text(document: Mapping[str, Any]) -> str:
    """The document as the file holds it."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def typescript_types(document: Mapping[str, Any]) -> str:
    """The schemas of an OpenAPI document as TypeScript."""
    parts = ["// The shapes of the API. Made by `make docs` from docs/openapi.json: do not edit."]
    for name, schema in document["components"]["schemas"].items():
        parts.append(_comment(schema) + _declaration(name, schema))
    return "\n\n".join(parts) + "\n"


def _load_app(root: Path, api: str) -> Any:
    spec = importlib.util.spec_from_file_location(
        f"documented_{api}", root / "functions" / api / "app.py"
    )
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"there is no function {api} in {root}")
    module = importlib.util.module_from_spec(spec)
    # Powertools looks up there what the annotations of the routes name
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.app


def _operation(operation: Mapping[str, Any]) -> dict[str, Any]:
    """An operation with its errors as they are."""
    responses = {code: answer for code, answer in operation["responses"].items() if code != "422"}
    return {**operation, "responses": {**responses, "default": _PROBLEM}}


def _with_plain_types_inline(part: dict[str, Any]) -> dict[str, Any]:
    """The same with texts and numbers where they are used: each API has its own `Id`."""
    plain = {
        f"{_REF}{name}": schema
        for name, schema in part["components"]["schemas"].items()
        if "properties" not in schema and "enum" not in schema
    }

    def inline(value: Any) -> Any:
        if isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            if (ref := fields.get("$ref")) in plain:
                return inline(plain[str(ref)])
            return {key: inline(member) for key, member in fields.items()}
        if isinstance(value, list):
            return [inline(member) for member in cast("list[Any]", value)]
        return value

    return inline(part)


def _used(paths: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The schemas that the paths refer to, and those that these refer to."""
    used: dict[str, Any] = {}
    pending = _references(paths)
    while pending:
        name = pending.pop()
        used[name] = schemas[name]
        pending |= _references(schemas[name]) - used.keys()
    return used


def _references(value: Any) -> set[str]:
    return set(re.findall(rf'"{_REF}(\w+)"', json.dumps(value)))


def _with_public_names(value: Any) -> Any:
    """The same with the names of schemas as others see them, and without what says nothing."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {
            _public_name(key) if _is_schema(member) else key: _with_public_names(member)
            for key, member in fields.items()
            if not (key == "title" and isinstance(member, str))
            and not (key == "default" and member is None)
        }
    if isinstance(value, list):
        return [_with_public_names(member) for member in cast("list[Any]", value)]
    if isinstance(value, str) and value.startswith(_REF):
        return _REF + _public_name(value.removeprefix(_REF))
    return value


def _is_schema(value: Any) -> bool:
    return isinstance(value, dict) and ("type" in value or "enum" in value)


def _public_name(name: str) -> str:
    return _RENAMED.get(name, name.removesuffix(SUFFIX))


def _comment(schema: Mapping[str, Any]) -> str:
    description: str = schema.get("description", "")
    if not description:
        return ""
    lines = description.strip().splitlines()
    if len(lines) == 1:
        return f"/** {lines[0]} */\n"
    return "\n".join(["/**", *(f" * {line}".rstrip() for line in lines), " */"]) + "\n"


def _declaration(name: str, schema: Mapping[str, Any]) -> str:
    if "properties" not in schema:
        return f"export type {name} = {_type(schema)};"
    return "\n".join([f"export interface {name} {{", *_fields(schema), "}"])


def _fields(schema: Mapping[str, Any]) -> Iterator[str]:
    required = schema.get("required", ())
    for name, field in schema["properties"].items():
        mark = "" if name in required else "?"
        yield f"  {name}{mark}: {_type(field)};"


def _type(schema: Mapping[str, Any]) -> str:
    if ref := schema.get("$ref"):
        return str(ref).removeprefix(_REF)
    if values := schema.get("enum"):
        return " | ".join(map(json.dumps, values))
    if options := schema.get("anyOf"):
        return " | ".join(dict.fromkeys(map(_type, options)))
    if items := schema.get("items"):
        inner = _type(items)
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if (members := schema.get("additionalProperties")) and members is not True:
        return f"Record<string, {_type(members)}>"
    return _PLAIN.get(schema.get("type", ""), "unknown")


_PLAIN: Final[Mapping[str, str]] = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
    "object": "Record<string, unknown>",
}


def typescript_platform_names() -> str:
    """The title of each platform as the page shows it."""
    titles = {platform: load(platform).capabilities.title for platform in platform_names()}
    return (
        "// The names of the platforms. Made by `make docs` from their connectors: do not edit.\n\n"
        "export const PLATFORM_NAMES: Readonly<Record<string, string>> = "
        f"{json.dumps(titles, indent=2, ensure_ascii=False)};\n"
    )


def write(root: Path) -> None:
    """Write the three files."""
    document = openapi_document(root)
    (root / DOCUMENT).write_text(to_text(document), encoding="utf-8")
    (root / TYPES).write_text(typescript_types(document), encoding="utf-8")
    (root / PLATFORM_NAMES).write_text(typescript_platform_names(), encoding="utf-8")


if __name__ == "__main__":
    write(Path.cwd())
