"""What may be imported by whom, and what an import may do.

A room is a module or a package that lies directly in `heard`. The arrows between rooms are read
from the files. What an import loads is looked at in fresh interpreters, so that nothing is there by
accident.
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

OUTSIDE_THE_DOMAIN = {
    "aws",
    "connectors",
    "http",
    "messaging",
    "stack_metrics",
    "steps",
    "storage",
}
"""The domain is every other room of `heard`: what Heard decides, whoever asks and stores."""
NOT_IN_DOMAIN = {"boto3", "botocore", "aws_lambda_powertools", "pydantic"}

TIERS: tuple[frozenset[str], ...] = (
    frozenset({"acknowledgements", "assessment", "policy", "replies"}),
    frozenset({"cases", "connectors", "follow_ups", "later", "polling", "remedies"}),
    frozenset({"storage"}),
    frozenset({"messaging"}),
    frozenset({"steps"}),
    frozenset({"http"}),
)
"""The rooms from the bottom up. A room that is not named lies below all of them."""

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

# For each platform, all modules that are there after its connector was loaded. Each is loaded in a
# process of its own, which starts with what `heard.connectors` itself needs.
_LOAD_CONNECTORS = """
import json, os, sys
from heard.connectors import load
modules = {}
for platform in sys.argv[1:]:
    reader, writer = os.pipe()
    if not os.fork():
        load(platform)
        with open(writer, "w") as pipe:
            json.dump(sorted(sys.modules), pipe)
        os._exit(0)
    os.close(writer)
    with open(reader) as pipe:
        modules[platform] = json.load(pipe)
    os.wait()
print(json.dumps(modules))
"""

LIBRARY_FILES = sorted(LIBRARY.rglob("*.py"))
RUNTIME_FILES = [*LIBRARY_FILES, *sorted(FUNCTIONS.glob("*/app.py"))]

# For each room with something forbidden in it, what its modules were the first to load.
_IMPORT_EACH = """
import importlib, json, pkgutil, sys
rooms, forbidden = sys.argv[1:-4], set(sys.argv[-4:])
loaded, blame = set(), {}
for room in rooms:
    module = importlib.import_module(f"heard.{room}")
    for inner in pkgutil.walk_packages(getattr(module, "__path__", ()), f"heard.{room}."):
        importlib.import_module(inner.name)
    fresh = {name for name in sys.modules if name in forbidden} - loaded
    loaded |= fresh
    if fresh:
        blame[room] = sorted(fresh)
print(json.dumps(blame))
"""


@pytest.mark.parametrize("function", HANDLERS)
def test_a_handler_imports_anywhere_without_any_setting(function: str) -> None:
    assert "handler" in describe_handler(function)["callables"]


@pytest.mark.parametrize("function", HANDLERS)
def test_no_function_loads_the_xray_sdk(function: str) -> None:
    """It patches and builds botocore clients while it is imported: 180 ms of each cold start."""
    assert not _top_level_names(describe_handler(function)["modules"]) & {"aws_xray_sdk"}


def test_the_domain_loads_nothing_of_aws_or_http() -> None:
    loaded = run_isolated(_IMPORT_EACH, *sorted(rooms() - OUTSIDE_THE_DOMAIN), *NOT_IN_DOMAIN)

    assert loaded == {}


def test_no_room_imports_a_higher_one() -> None:
    upward = [
        f"{module} imports {imported}"
        for module, imported in room_imports()
        if _tier(_room_of(imported)) > _tier(_room_of(module))
    ]

    assert upward == []


def test_no_rooms_import_each_other_in_a_circle() -> None:
    """Imports for the type checker count: a reader has to follow them too."""
    arrows: dict[str, set[str]] = {room: set() for room in rooms()}
    for module, imported in room_imports():
        arrows[_room_of(module)].add(_room_of(imported))
    # A room that imports none of those left is in no circle, nor is one that none of them imports.
    while ends := [
        room
        for room, imported in arrows.items()
        if not imported & arrows.keys()
        or not any(room in others for name, others in arrows.items() if name != room)
    ]:
        for room in ends:
            del arrows[room]
    circles = {room: sorted(imported & arrows.keys()) for room, imported in arrows.items()}

    assert circles == {}


def test_every_named_room_exists() -> None:
    named = OUTSIDE_THE_DOMAIN.union(*TIERS)

    assert named - rooms() == set()


@pytest.mark.parametrize(
    ("package", "never"),
    [
        ("layers", {"heard_cli", "heard_simulator", "heard_training"}),
        ("functions", {"heard_cli", "heard_simulator", "heard_training"}),
        ("cli", {"heard_training"}),
        ("simulator", {"heard", "heard_cli", "heard_models", "heard_training"}),
    ],
)
def test_packages_import_each_other_in_one_direction(package: str, never: set[str]) -> None:
    """The simulator plays the other side of the connectors, so it may not share code with them."""
    violations = [
        f"{relative_path(path)} imports {module}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for module in _all_imports(path)
        if module.split(".", 1)[0] in never
    ]

    assert violations == []


def test_a_class_name_stands_for_one_thing() -> None:
    """Each function has a `Settings` of its own; the test of layouts says that it has one."""
    places: dict[str, list[str]] = {}
    for folder in ("layers", "functions", "cli", "simulator"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                is_settings = path.is_relative_to(FUNCTIONS) and path.name == "app.py"
                if isinstance(node, ast.ClassDef) and not (is_settings and node.name == "Settings"):
                    places.setdefault(node.name, []).append(relative_path(path))

    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_ingest_loads_nothing_slow() -> None:
    assert _top_level_names(describe_handler("ingest")["modules"]) & TOO_SLOW_FOR_INGEST == set()


def test_ingest_reads_no_phrases() -> None:
    """It assesses and answers nothing: reading phrases would only slow the webhook's cold start."""
    assert not {"heard.text.phrase_files", "heard.assessment.vocabulary"} & {
        *describe_handler("ingest")["modules"]
    }


def test_ingest_loads_no_platform_before_a_request_names_one_and_then_only_that() -> None:
    """So that its cold start does not grow with the number of connectors."""
    names = set(platform_names())
    assert _platforms_among(describe_handler("ingest")["modules"]) == set()
    modules = run_isolated(_LOAD_CONNECTORS, *sorted(names))

    assert {platform: _platforms_among(loaded) for platform, loaded in modules.items()} == {
        platform: {platform} for platform in names
    }
    slow = {
        platform: sorted(_top_level_names(loaded) & TOO_SLOW_FOR_INGEST)
        for platform, loaded in modules.items()
    }
    assert slow == {platform: [] for platform in names}


def test_connectors_reach_the_network_only_through_the_given_http_client() -> None:
    """That client calls nothing private, only addresses that settings and documents name."""
    http_client = {Path("http.py"), Path("public_addresses.py")}
    sockets = {"socket", "http.client", "urllib.request", "urllib3", "ssl", "asyncio", "subprocess"}
    violations = {
        relative_path(path): sorted(modules)
        for path in LIBRARY_FILES
        if path.is_relative_to(LIBRARY / "connectors")
        and path.relative_to(LIBRARY / "connectors") not in http_client
        and (modules := set(_all_imports(path)) & sockets)
    }

    assert violations == {}


def test_only_storage_talks_to_dynamodb() -> None:
    lines = [
        f"{relative_path(path)}:{call.lineno}"
        for path in RUNTIME_FILES
        if not path.is_relative_to(LIBRARY / "storage")
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


def test_the_environment_is_not_read_at_import() -> None:
    lines = [
        f"{relative_path(path)}:{node.lineno}"
        for path in RUNTIME_FILES
        for node in _import_time_expressions(ast.parse(path.read_text()))
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"})
        or (isinstance(node, ast.Name) and node.id in {"environ", "getenv"})
    ]

    assert lines == []


def test_lambda_code_imports_only_shipped_packages() -> None:
    allowed = {
        *sys.stdlib_module_names,
        *(RUNTIME_PACKAGES & {"boto3", "botocore", "urllib3"}),
        *_declared_modules(),
        "heard",
    }
    unshipped = {
        relative_path(path): sorted(modules)
        for path in RUNTIME_FILES
        if (modules := set(_imported_modules(path)) - allowed)
    }

    assert unshipped == {}, "declare it in layers/*/requirements.in"


def test_every_declared_dependency_is_used() -> None:
    used = {root for path in RUNTIME_FILES for root in _imported_modules(path)}

    assert {
        root for root in _declared_modules() if not root.startswith("_")
    } - used - DATA_ONLY == set()


def test_functions_that_call_platforms_have_the_keys_layer() -> None:
    """`run_isolated` hides that layer: nobody needs it before a request asks for it."""
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


def rooms() -> set[str]:
    """The modules and packages that lie directly in `heard`."""
    return {
        path.stem
        for path in LIBRARY.iterdir()
        if path.stem != "__init__" and (path.suffix == ".py" or (path / "__init__.py").exists())
    }


def room_imports() -> list[tuple[str, str]]:
    """(module, imported module) of each import that leads from one room of `heard` to another."""
    arrows: list[tuple[str, str]] = []
    for path in LIBRARY_FILES:
        module = ".".join(("heard", *path.relative_to(LIBRARY).with_suffix("").parts))
        if module == "heard.__init__":
            continue
        arrows += [
            (module, imported)
            for imported in _all_imports(path)
            if imported.startswith("heard.") and _room_of(imported) != _room_of(module)
        ]
    return arrows


def _room_of(module: str) -> str:
    return module.split(".")[1]


def _tier(room: str) -> int:
    return next((number for number, tier in enumerate(TIERS, 1) if room in tier), 0)


def _all_imports(path: Path) -> Iterator[str]:
    """Every module that a file imports by its full name, wherever and for whom it does so."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module="heard", names=names):
                yield from (f"heard.{alias.name}" for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module
            case _:
                pass


def _platforms_among(modules: list[str]) -> set[str]:
    prefix = "heard.connectors.platforms."
    return {module.removeprefix(prefix) for module in modules if module.startswith(prefix)}


def _top_level_names(modules: list[str]) -> set[str]:
    return {module.split(".", 1)[0] for module in modules}


def _pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([\w.!+-]+)", path.read_text(), re.MULTILINE))


def _declared_modules() -> set[str]:
    """Top-level modules of the distributions that the layers ask for by name."""
    requirements = "".join(path.read_text() for path in sorted(LAYERS.glob("*/requirements.in")))
    return modules_of(set(re.findall(r"^([A-Za-z][\w.-]*)", requirements, re.MULTILINE)))


def _imported_modules(path: Path) -> Iterator[str]:
    """Top-level names of a file's absolute imports, without those for the type checker alone."""
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
