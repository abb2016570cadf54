"""A file's place tells what it is, and nothing in the repository tells whose machine it was written
on.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.static.repository import FUNCTIONS, ROOT, files, shown

VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"}
LOCKS = [
    "requirements/dev.txt",
    "requirements/checkov.txt",
    "layers/heard/requirements.txt",
    "layers/keys/requirements.txt",
    "package-lock.json",
]
UNITS = sorted(
    {path.relative_to(FUNCTIONS).parts[0] for path in files() if path.is_relative_to(FUNCTIONS)}
)


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit != "web"])
def test_a_function_folder_holds_exactly_a_handler_or_a_workflow(unit: str) -> None:
    held = [
        str(path.relative_to(FUNCTIONS / unit))
        for path in files()
        if path.is_relative_to(FUNCTIONS / unit)
    ]

    assert held in (["app.py"], ["workflow.asl.json"]), (
        "a second file of a unit belongs in the layer"
    )


def test_the_page_has_no_code_of_the_backend() -> None:
    assert [shown(path) for path in (FUNCTIONS / "web").rglob("*.py")] == []


def test_there_are_functions() -> None:
    assert UNITS


@pytest.mark.parametrize("unit", [unit for unit in UNITS if (FUNCTIONS / unit / "app.py").exists()])
def test_a_handler_is_short_enough_to_be_read_at_a_glance(unit: str) -> None:
    lines = len((FUNCTIONS / unit / "app.py").read_text().splitlines())

    assert lines <= 90


@pytest.mark.parametrize("unit", [unit for unit in UNITS if (FUNCTIONS / unit / "app.py").exists()])
def test_a_handler_says_what_it_is(unit: str) -> None:
    assert ast.get_docstring(ast.parse((FUNCTIONS / unit / "app.py").read_text())), (
        "the module has no docstring"
    )


def test_modules_are_named_for_a_concept() -> None:
    vague = [
        shown(path)
        for path in files()
        if path.suffix == ".py" and VAGUE & {path.stem, *path.relative_to(ROOT).parts[:-1]}
    ]

    assert vague == []


def test_every_module_of_the_library_says_what_it_owns() -> None:
    silent = [
        shown(path)
        for path in files()
        if path.is_relative_to(ROOT / "layers")
        and path.suffix == ".py"
        and not ast.get_docstring(ast.parse(path.read_text()))
    ]

    assert silent == []


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    places = re.compile(
        "|".join([re.escape(str(ROOT)), r"/(?:home|Users)/[A-Za-z][\w.-]*/", "/" + "root" + "/"])
    )
    found = {shown(path): hit[0] for path in files() if (hit := places.search(_text(path)))}

    assert found == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_names_no_registry(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert (
        re.findall(r"\w+://\S+|--(?:extra-)?index-url.*|--find-links.*|\"resolved\".*", text) == []
    )


def test_the_licence_is_mit() -> None:
    licence = (ROOT / "LICENSE").read_text()

    assert licence.startswith("MIT License\n\nCopyright (c) 2026 Heard contributors\n")
