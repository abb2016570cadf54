"""A file's place tells what it is, and nothing in the repository tells whose machine it was written
on.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.static.repository import FUNCTIONS, ROOT, relative_path, repository_files

VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"}
LOCKS = [
    "requirements/dev.txt",
    "requirements/checkov.txt",
    "layers/heard/requirements.txt",
    "layers/keys/requirements.txt",
    "package-lock.json",
]
FUNCTION_FOLDERS = sorted(
    {
        path.relative_to(FUNCTIONS).parts[0]
        for path in repository_files()
        if path.is_relative_to(FUNCTIONS)
    }
)


@pytest.mark.parametrize("unit", FUNCTION_FOLDERS)
def test_a_function_folder_holds_exactly_a_handler_or_a_workflow(unit: str) -> None:
    contents = [
        str(path.relative_to(FUNCTIONS / unit))
        for path in repository_files()
        if path.is_relative_to(FUNCTIONS / unit)
    ]

    # The page is built, from web/.
    handlers = ["Makefile", "app.py"] if unit == "web" else ["app.py"]
    assert sorted(contents) in (handlers, ["workflow.asl.json"]), (
        "a second file of a unit belongs in the layer"
    )


def test_there_are_functions() -> None:
    assert FUNCTION_FOLDERS


@pytest.mark.parametrize(
    "unit", [unit for unit in FUNCTION_FOLDERS if (FUNCTIONS / unit / "app.py").exists()]
)
def test_a_handler_is_short(unit: str) -> None:
    lines = len((FUNCTIONS / unit / "app.py").read_text().splitlines())

    assert lines <= 120


@pytest.mark.parametrize(
    "unit", [unit for unit in FUNCTION_FOLDERS if (FUNCTIONS / unit / "app.py").exists()]
)
def test_a_handler_has_a_docstring(unit: str) -> None:
    assert ast.get_docstring(ast.parse((FUNCTIONS / unit / "app.py").read_text())), (
        "the module has no docstring"
    )


def test_modules_are_named_for_a_concept() -> None:
    vague = [
        relative_path(path)
        for path in repository_files()
        if path.suffix == ".py" and VAGUE & {path.stem, *path.relative_to(ROOT).parts[:-1]}
    ]

    assert vague == []


def test_every_module_of_the_library_has_a_docstring() -> None:
    without_docstring = [
        relative_path(path)
        for path in repository_files()
        if path.is_relative_to(ROOT / "layers")
        and path.suffix == ".py"
        and not ast.get_docstring(ast.parse(path.read_text()))
    ]

    assert without_docstring == []


def _read_text(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


def test_no_function_of_the_library_has_more_than_seven_parameters() -> None:
    """More of them belong together: give them a name and an object.

    Those of a route are the parts of its address, which stand there one by one.
    """
    long_lists = [
        f"{relative_path(path)}: {node.name}"
        for path in repository_files()
        if path.is_relative_to(ROOT / "layers") and path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and len(_parameters(node)) > 7 and not _is_route(node)
    ]

    assert long_lists == []


def _is_route(function: ast.FunctionDef) -> bool:
    return any(ast.unparse(each).startswith("router.") for each in function.decorator_list)


def _parameters(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    names = [entry.arg for entry in (*arguments.args, *arguments.kwonlyargs)]
    return [name for name in names if name not in {"self", "cls"}]


def test_no_file_contains_a_local_path() -> None:
    local_path = re.compile(
        "|".join([re.escape(str(ROOT)), r"/(?:home|Users)/[A-Za-z][\w.-]*/", "/" + "root" + "/"])
    )
    matches = {
        relative_path(path): hit[0]
        for path in repository_files()
        if (hit := local_path.search(_read_text(path)))
    }

    assert matches == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_names_no_registry(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert (
        re.findall(r"\w+://\S+|--(?:extra-)?index-url.*|--find-links.*|\"resolved\".*", text) == []
    )


def test_the_licence_is_mit() -> None:
    licence = (ROOT / "LICENSE").read_text()

    assert licence.startswith("MIT License\n\nCopyright (c) 2026 Heard contributors\n")
