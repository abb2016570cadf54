"""What may be imported by whom, and what an import may do.

Looked at in fresh interpreters, so that nothing is there by accident.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from heard.connectors import platform_names
from tests.static.cloudformation import resources
from tests.static.repository import (
    FUNCTIONS,
    HANDLERS,
    LAYERS,
    LIBRARY,
    ROOT,
    RUNTIME_PACKAGES,
    describe_handler,
    modules_of,
    relative_path,
    run_isolated,
)

DOMAIN = (
    "acknowledgements",
    "assessment",
    "experiments",
    "follow_ups",
    "outcomes",
    "policy",
    "remedies",
    "replies",
    "reviews",
    "sla",
    "templates",
    "threads",
)
NOT_IN_DOMAIN = {"boto3", "botocore", "aws_lambda_powertools", "pydantic"}

# Declared, and rightly imported by nothing: zoneinfo finds tzdata by itself where a machine has no
# time zones.
DATA_ONLY = {"tzdata"}

# The webhook's path: each of these costs its sender tens of milliseconds at a cold start.
TOO_SLOW_FOR_INGEST = {
    "pydantic",
    "pydantic_core",
    "aws_xray_sdk",
    "cryptography",
    "jwt",
    "oauthlib",
    "nacl",
    "numpy",
    "requests",
}

_LOAD_CONNECTOR = """
import json, sys
from heard.connectors import load
load(sys.argv[1])
print(json.dumps(sorted(sys.modules)))
"""

LIBRARY_FILES = sorted(LIBRARY.rglob("*.py"))
RUNTIME_FILES = [*LIBRARY_FILES, *sorted(FUNCTIONS.glob("*/app.py"))]

_IMPORT_MODULE = """
import importlib, json, pkgutil, sys
module = importlib.import_module(sys.argv[1])
for found in pkgutil.walk_packages(getattr(module, "__path__", ()), sys.argv[1] + "."):
    importlib.import_module(found.name)
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize("function", HANDLERS)
def test_a_handler_imports_anywhere_without_any_setting(function: str) -> None:
    assert "handler" in describe_handler(function)["callables"]


@pytest.mark.parametrize("function", HANDLERS)
def test_no_function_loads_the_xray_sdk(function: str) -> None:
    """It patches and builds botocore clients while it is imported: 180 ms of each cold start."""
    assert not _top_level_names(describe_handler(function)["modules"]) & {"aws_xray_sdk"}


@pytest.mark.parametrize("module", DOMAIN)
def test_the_domain_imports_nothing_of_aws(module: str) -> None:
    assert (
        _top_level_names(run_isolated(_IMPORT_MODULE, f"heard.{module}")) & NOT_IN_DOMAIN == set()
    )


def test_ingest_loads_nothing_slow() -> None:
    assert _top_level_names(describe_handler("ingest")["modules"]) & TOO_SLOW_FOR_INGEST == set()


def test_ingest_reads_no_phrases() -> None:
    """It assesses nothing: reading phrases would only slow the cold start of the webhook."""
    modules = {*describe_handler("ingest")["modules"]}
    assert not {"heard.text.phrase_files", "heard.assessment.vocabulary"} & modules


def test_ingest_loads_no_platform_before_a_request_names_one_and_then_only_that() -> None:
    """So that its cold start does not grow with the number of connectors."""
    names = set(platform_names())
    assert not names & {
        name.removeprefix("heard.connectors.") for name in describe_handler("ingest")["modules"]
    }
    for platform in names:
        loaded = run_isolated(_LOAD_CONNECTOR, platform)
        assert names & {name.removeprefix("heard.connectors.") for name in loaded} == {platform}
        assert not _top_level_names(loaded) & TOO_SLOW_FOR_INGEST


@pytest.mark.parametrize("path", sorted((LIBRARY / "connectors").glob("*.py")), ids=relative_path)
def test_connectors_reach_the_network_only_through_the_given_http_client(path: Path) -> None:
    """It calls nothing but the addresses that a connection's settings and the platform's documents
    name, and nothing private.
    """
    modules = {
        line.split()[1]
        for line in path.read_text().splitlines()
        if line.startswith(("from ", "import "))
    }

    assert path.name == "http.py" or not modules & {
        "socket",
        "http.client",
        "urllib.request",
        "urllib3",
        "ssl",
        "asyncio",
        "subprocess",
    }


@pytest.mark.parametrize("path", RUNTIME_FILES, ids=relative_path)
def test_only_storage_talks_to_dynamodb(path: Path) -> None:
    if path.is_relative_to(LIBRARY / "storage"):
        return
    lines = [
        call.lineno
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"client", "resource", "create_client"}
        and any(
            isinstance(argument, ast.Constant) and argument.value == "dynamodb"
            for argument in call.args
        )
    ]

    assert lines == [], "ask heard.storage instead"


@pytest.mark.parametrize("path", RUNTIME_FILES, ids=relative_path)
def test_the_environment_is_not_read_at_import(path: Path) -> None:
    lines = [
        node.lineno
        for node in _import_time_expressions(ast.parse(path.read_text()))
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"})
        or (isinstance(node, ast.Name) and node.id in {"environ", "getenv"})
    ]

    assert lines == []


@pytest.mark.parametrize("path", RUNTIME_FILES, ids=relative_path)
def test_lambda_code_imports_only_shipped_packages(path: Path) -> None:
    allowed = {
        *sys.stdlib_module_names,
        *(RUNTIME_PACKAGES & {"boto3", "botocore", "urllib3"}),
        *_declared_modules(),
        "heard",
    }

    assert set(_imported_modules(path)) - allowed == set(), "declare it in layers/*/requirements.in"


def test_every_declared_dependency_is_used() -> None:
    used = {root for path in RUNTIME_FILES for root in _imported_modules(path)}

    assert {
        root for root in _declared_modules() if not root.startswith("_")
    } - used - DATA_ONLY == set()


def test_functions_that_call_platforms_have_the_keys_layer() -> None:
    """`fresh` hides that layer, so that the tests above show as well that nobody needs it before a
    request asks for it.
    """
    calling_platforms = {
        name
        for name in HANDLERS
        if "heard.connectors.http" in (FUNCTIONS / name / "app.py").read_text()
    }
    with_keys_layer = {
        properties["CodeUri"].removeprefix("functions/")
        for properties in resources("AWS::Serverless::Function").values()
        if {"Ref": "KeysLayer"} in properties["Layers"]
    }

    assert calling_platforms
    assert calling_platforms == with_keys_layer


@pytest.mark.parametrize("layer", ["heard", "keys", "judgement"])
def test_development_uses_the_shipped_versions(layer: str) -> None:
    layer_pins = _pins(LAYERS / layer / "requirements.txt")

    assert layer_pins
    assert layer_pins.items() <= _pins(ROOT / "requirements" / "dev.txt").items(), "run `make lock`"


def _top_level_names(modules: list[str]) -> set[str]:
    return {module.split(".", 1)[0] for module in modules}


def _pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([\w.!+-]+)", path.read_text(), re.MULTILINE))


def _declared_modules() -> set[str]:
    """Top-level modules of the distributions that the layers ask for by name."""
    requirements = "".join(path.read_text() for path in sorted(LAYERS.glob("*/requirements.in")))
    return modules_of(set(re.findall(r"^([A-Za-z][\w.-]*)", requirements, re.MULTILINE)))


def _imported_modules(path: Path) -> Iterator[str]:
    """Top-level names of the absolute imports of one file, those for the type checker alone left
    out.
    """
    pending: list[ast.AST] = [ast.parse(path.read_text())]
    while pending:
        node = pending.pop()
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=otherwise):
                pending.extend(otherwise)
                continue
            case ast.Import(names=names):
                yield from (alias.name.split(".", 1)[0] for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.split(".", 1)[0]
            case _:
                pass
        pending.extend(ast.iter_child_nodes(node))


def _import_time_expressions(tree: ast.AST) -> Iterator[ast.expr]:
    """Expressions that run when a module is imported."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.expr):
            yield child
        yield from _import_time_expressions(child)
