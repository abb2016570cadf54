"""docs/openapi.json says what the APIs answer, and the page's types say what that document says."""

from __future__ import annotations

from typing import Any

import pytest

from heard_cli.api_documents import (
    DOCUMENT,
    PLATFORM_NAMES,
    TYPES,
    openapi_document,
    to_text,
    typescript_platform_names,
    typescript_types,
)
from tests.static.repository import ROOT


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi_document(ROOT)


def test_the_document_matches_the_routes(document: dict[str, Any]) -> None:
    assert (ROOT / DOCUMENT).read_text() == to_text(document), "run: make docs"


def test_the_types_of_the_page_match_the_document(document: dict[str, Any]) -> None:
    assert (ROOT / TYPES).read_text() == typescript_types(document), "run: make docs"


def test_the_page_knows_the_name_of_each_platform() -> None:
    assert (ROOT / PLATFORM_NAMES).read_text() == typescript_platform_names(), "run: make docs"


def test_each_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    """Whoever makes a client of the document calls its functions by these names."""
    names = [
        operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
    ]

    assert len(names) == len(set(names))
    assert all(name.isalpha() for name in names), names


def test_each_answer_of_the_desk_has_a_shape(document: dict[str, Any]) -> None:
    without_shape = [
        path
        for path, item in document["paths"].items()
        for operation in item.values()
        if not path.startswith("/api/audit/")
        and "$ref" not in operation["responses"]["200"]["content"]["application/json"]["schema"]
    ]

    assert without_shape == []


def test_types_of_every_kind() -> None:
    schemas = {
        "Letter": {"enum": ["a", "b"], "type": "string", "description": "One\nof two."},
        "Post": {
            "type": "object",
            "description": "What was sent.",
            "required": ["letter", "stamps"],
            "properties": {
                "letter": {"$ref": "#/components/schemas/Letter"},
                "stamps": {
                    "type": "array",
                    "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                },
                "by": {"type": "object", "additionalProperties": {"type": "boolean"}},
                "what": {},
            },
        },
    }

    assert typescript_types({"components": {"schemas": schemas}}).split("\n\n", 1)[1] == (
        "/**\n * One\n * of two.\n */\n"
        'export type Letter = "a" | "b";\n\n'
        "/** What was sent. */\n"
        "export interface Post {\n"
        "  letter: Letter;\n"
        "  stamps: (number | null)[];\n"
        "  by?: Record<string, boolean>;\n"
        "  what?: unknown;\n"
        "}\n"
    )
