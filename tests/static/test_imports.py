"""What may be imported by whom, and what an import may do: looked at in fresh interpreters, so that nothing is there by accident."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from heard.connectors import platforms
from tests.static.cloudformation import resources
from tests.static.repository import FUNCTIONS, HANDLERS, IN_THE_RUNTIME, LAYERS, LIBRARY, ROOT, fresh, imported, modules_of, shown

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

# Declared, and rightly imported by nothing: zoneinfo finds tzdata by itself where a machine has no time zones.
DATA_ONLY = {"tzdata"}

# The webhook's path: each of these costs its sender tens of milliseconds at a cold start.
TOO_DEAR_FOR_INGEST = {"pydantic", "pydantic_core", "aws_xray_sdk", "cryptography", "jwt", "oauthlib", "nacl", "numpy", "requests"}

_LOAD_A_CONNECTOR = """
import json, sys
from heard.connectors import load
load(sys.argv[1])
print(json.dumps(sorted(sys.modules)))
"""

LIBRARY_FILES = sorted(LIBRARY.rglob("*.py"))
RUNTIME_FILES = [*LIBRARY_FILES, *sorted(FUNCTIONS.glob("*/app.py"))]

_IMPORT_A_MODULE = """
import importlib, json, pkgutil, sys
module = importlib.import_module(sys.argv[1])
for found in pkgutil.walk_packages(getattr(module, "__path__", ()), sys.argv[1] + "."):
    importlib.import_module(found.name)
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize("function", HANDLERS)
def test_a_handler_imports_anywhere_without_any_setting(function: str) -> None:
    assert "handler" in imported(function)["callables"]


@pytest.mark.parametrize("function", HANDLERS)
def test_no_function_loads_the_xray_sdk(function: str) -> None:
    """It patches and builds botocore clients while it is imported: 180 ms of each cold start."""
    assert not _roots(imported(function)["modules"]) & {"aws_xray_sdk"}


@pytest.mark.parametrize("module", DOMAIN)
def test_the_domain_knows_nothing_of_aws(module: str) -> None:
    assert _roots(fresh(_IMPORT_A_MODULE, f"heard.{module}")) & NOT_IN_DOMAIN == set()


def test_ingest_loads_nothing_dear() -> None:
    assert _roots(imported("ingest")["modules"]) & TOO_DEAR_FOR_INGEST == set()


def test_ingest_reads_no_phrases() -> None:
    """It assesses and answers nothing: reading phrases would only slow the webhook's cold start."""
    assert not {"heard.phrase_files", "heard.assessment.vocabulary"} & {*imported("ingest")["modules"]}


def test_ingest_loads_no_platform_before_a_request_names_one_and_then_only_that() -> None:
    """So that its cold start does not grow with the number of connectors."""
    known = set(platforms())
    assert not known & {name.removeprefix("heard.connectors.") for name in imported("ingest")["modules"]}
    for platform in known:
        loaded = fresh(_LOAD_A_CONNECTOR, platform)
        assert known & {name.removeprefix("heard.connectors.") for name in loaded} == {platform}
        assert not _roots(loaded) & TOO_DEAR_FOR_INGEST


@pytest.mark.parametrize("path", sorted((LIBRARY / "connectors").glob("*.py")), ids=shown)
def test_connectors_reach_the_network_only_through_the_client_they_are_handed(path: Path) -> None:
    """It calls nothing but the addresses that a connection's settings and the platform's documents name, and nothing private."""
    sources = {line.split()[1] for line in path.read_text().splitlines() if line.startswith(("from ", "import "))}

    assert path.name == "http.py" or not sources & {"socket", "http.client", "urllib.request", "urllib3", "ssl", "asyncio", "subprocess"}


@pytest.mark.parametrize("path", RUNTIME_FILES, ids=shown)
def test_only_storage_talks_to_dynamodb(path: Path) -> None:
    if path.is_relative_to(LIBRARY / "storage"):
        return
    asked = [
        call.lineno
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"client", "resource", "create_client"}
        and any(isinstance(argument, ast.Constant) and argument.value == "dynamodb" for argument in call.args)
    ]

    assert asked == [], "ask heard.storage instead"


@pytest.mark.parametrize("path", RUNTIME_FILES, ids=shown)
def test_the_environment_is_not_read_at_import(path: Path) -> None:
    at_import = [
        node.lineno
        for node in _outside_functions(ast.parse(path.read_text()))
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"})
        or (isinstance(node, ast.Name) and node.id in {"environ", "getenv"})
    ]

    assert at_import == []


@pytest.mark.parametrize("path", RUNTIME_FILES, ids=shown)
def test_what_runs_in_lambda_imports_only_what_ships_with_it(path: Path) -> None:
    allowed = {*sys.stdlib_module_names, *(IN_THE_RUNTIME & {"boto3", "botocore", "urllib3"}), *_declared(), "heard"}

    assert set(_imports(path)) - allowed == set(), "declare it in layers/*/requirements.in"


def test_every_declared_dependency_is_used() -> None:
    used = {root for path in RUNTIME_FILES for root in _imports(path)}

    assert {root for root in _declared() if not root.startswith("_")} - used - DATA_ONLY == set()


def test_functions_that_talk_to_platforms_have_what_signatures_with_keys_need() -> None:
    """`fresh` hides that layer, so that the tests above show as well that nobody needs it before a request asks for it."""
    talking = {name for name in HANDLERS if "heard.connectors.http" in (FUNCTIONS / name / "app.py").read_text()}
    equipped = {
        properties["CodeUri"].removeprefix("functions/")
        for properties in resources("AWS::Serverless::Function").values()
        if {"Ref": "KeysLayer"} in properties["Layers"]
    }

    assert talking
    assert talking == equipped


@pytest.mark.parametrize("layer", ["heard", "keys", "judgement"])
def test_what_we_develop_with_is_what_ships(layer: str) -> None:
    shipped = _pins(LAYERS / layer / "requirements.txt")

    assert shipped
    assert shipped.items() <= _pins(ROOT / "requirements" / "dev.txt").items(), "run `make lock`"


def _roots(modules: list[str]) -> set[str]:
    return {module.split(".", 1)[0] for module in modules}


def _pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([\w.!+-]+)", path.read_text(), re.MULTILINE))


def _declared() -> set[str]:
    """Top-level modules of the distributions that the layers ask for by name."""
    asked = "".join(path.read_text() for path in sorted(LAYERS.glob("*/requirements.in")))
    return modules_of(set(re.findall(r"^([A-Za-z][\w.-]*)", asked, re.MULTILINE)))


def _imports(path: Path) -> Iterator[str]:
    """Top-level names of the absolute imports of one file, those for the type checker alone left out."""
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


def _outside_functions(tree: ast.AST) -> Iterator[ast.expr]:
    """Expressions that run when a module is imported."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.expr):
            yield child
        yield from _outside_functions(child)
