"""docs/playbook.md defines every rule id and every word that the repository uses.

It also keeps out a few old names of things that have another name now.
"""

from __future__ import annotations

import ast
import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from heard.outcomes import CLOSING_KINDS, Kind
from tests.static.cloudformation import template
from tests.static.repository import (
    FUNCTIONS,
    LAYER,
    ROOT,
    WORKFLOWS,
    relative_path,
    repository_files,
)

PLAYBOOK = (ROOT / "docs" / "playbook.md").read_text()
ROWS: list[tuple[str, str]] = re.findall(r"^\| (R\d\d) \| ([a-z-]+) \|", PLAYBOOK, re.MULTILINE)
SECTIONS: list[tuple[str, str]] = re.findall(r"^### (R\d\d) (.+)$", PLAYBOOK, re.MULTILINE)

LOCK = ROOT / "package-lock.json"
"""Its digests hold strings that look like rule ids."""


def _rule_ids(path: Path) -> set[str]:
    """The rule ids in a file; none in a file that is not text."""
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        return set()
    return set(re.findall(r"\bR\d\d\b", text))


# --- rules ---


def test_rule_ids_are_unique_and_run_without_gaps() -> None:
    assert [id for id, _ in ROWS] == [f"R{number:02d}" for number in range(1, len(ROWS) + 1)]


def test_every_rule_in_the_table_has_a_section() -> None:
    assert SECTIONS == ROWS


def test_every_rule_id_that_is_used_is_defined() -> None:
    defined = {id for id, _ in ROWS}
    used = {relative_path(path): _rule_ids(path) for path in repository_files() if path != LOCK}

    assert used["template.yaml"], "no file was read"
    assert {path: sorted(ids - defined) for path, ids in used.items() if ids - defined} == {}


def test_the_readme_and_the_guide_for_contributors_link_the_playbook() -> None:
    for document in ("README.md", "CONTRIBUTING.md"):
        assert "(docs/playbook.md)" in (ROOT / document).read_text(), document


def test_the_guide_for_auditors_explains_every_kind_of_outcome() -> None:
    guide = (ROOT / "docs" / "audit.md").read_text()
    section = re.split(r"^## ", guide.partition("## Kinds of outcomes")[2], flags=re.MULTILINE)[0]
    first, closing = section.split("| closing kind |")

    def kinds(part: str) -> set[str]:
        cells = re.findall(r"^\| (`[^|]+) \|", part, re.MULTILINE)
        return {kind for cell in cells for kind in re.findall(r"`(\w+)`", cell)}

    assert kinds(first) == set(Kind) - CLOSING_KINDS
    assert kinds(closing) == CLOSING_KINDS


# --- words ---


def glossary() -> list[tuple[str, str]]:
    """(package, name) of each piece of code that the glossary names for a word."""
    groups = re.findall(r"\(((?:`[\w.]+`(?:,| and)?\s+)+)in\s+`(heard\.[a-z_]+)`\)", PLAYBOOK)
    return [
        (package, name) for names, package in groups for name in re.findall(r"`([\w.]+)`", names)
    ]


@functools.cache
def _names_in(package: str) -> frozenset[str]:
    """Every `name` and `Class.name` that a module, or the modules of a package, define."""
    place = LAYER.joinpath(*package.split("."))
    module = place.with_suffix(".py")
    modules = [module] if module.exists() else sorted(place.rglob("*.py"))
    names = {module.stem for module in modules}
    for module in modules:
        for node in ast.parse(module.read_text()).body:
            names |= set(_defined_names(node))
            if isinstance(node, ast.ClassDef):
                names |= {
                    f"{node.name}.{name}" for inner in node.body for name in _defined_names(inner)
                }
    return frozenset(names)


def _defined_names(node: ast.stmt) -> Iterator[str]:
    """The names that one statement defines in its own scope."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case _:
            pass


@pytest.mark.parametrize(("package", "name"), glossary())
def test_every_name_in_the_glossary_is_defined_in_the_code(package: str, name: str) -> None:
    assert name in _names_in(package)


def test_the_glossary_has_each_word_once() -> None:
    words = re.findall(r"^\* \*\*([^*]+)\*\*", PLAYBOOK, re.MULTILINE)

    assert len(glossary()) >= 60
    assert sorted(words) == sorted(set(words))


# --- names that must not come back ---


@dataclass(frozen=True)
class Unwanted:
    """A word that no name may hold, in all its forms.

    `instead` says what to name the thing. `allowed` matches names of other interfaces, which we
    have to use. In the files of `exceptions` the word means something else.
    """

    forms: frozenset[str]
    instead: str
    allowed: str = r"(?!)"
    exceptions: frozenset[str] = frozenset()

    def is_in(self, name: str, place: str) -> bool:
        """Whether a name at a place in the repository has the word and may not have it."""
        if self.forms.isdisjoint(words_of(name)):
            return False
        if re.fullmatch(self.allowed, name, re.IGNORECASE):
            return False
        return self.exceptions.isdisjoint(Path(place.partition(":")[0]).parts)


UNWANTED = {
    "told": Unwanted(
        forms=frozenset({"told"}),
        instead="name what the value is: a message, a reason, a row, a variant",
    ),
    "task": Unwanted(
        forms=frozenset({"task", "tasks"}),
        instead="work for a person is a follow_up; Step Functions' own names stay",
        # The token of Step Functions, and the calls that take one.
        allowed=r"_*(task_?token|send_task_\w+)s?",
        # A progress bar, the tasks of a model, and the states of a workflow.
        exceptions=frozenset(
            {"assess", "training", "emulator.py", "asl.py", "test_asl.py"}
            | {"test_workflow_definitions.py"}
        ),
    ),
    "look": Unwanted(
        forms=frozenset({"look", "looks"}),
        instead="asking a platform is a poll; a follow-up is checked; a reply or a key is found",
    ),
}


def words_of(name: str) -> set[str]:
    """The words of a name in small letters: `SendTaskToken` and `send_task_token` have the same."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def names_of(source: str) -> Iterator[tuple[int, str]]:
    """(line, name) of the functions, parameters, variables and fields that Python source defines.

    The name of a test is a sentence, which may hold any word.
    """
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                if not name.startswith("test_"):
                    yield node.lineno, name
            case ast.ClassDef(name=name) | ast.TypeVar(name=name):
                yield node.lineno, name
            case ast.arg(arg=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield node.lineno, name
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                yield node.lineno, name
            case ast.alias(asname=str(name)):
                yield node.lineno, name
            case _:
                pass


def keys_of(document: Any) -> Iterator[str]:
    """Every key of a JSON or YAML document, such as logical ids, state names and fields."""
    if isinstance(document, dict):
        for key, value in document.items():  # pyright: ignore[reportUnknownVariableType]
            yield str(key)  # pyright: ignore[reportUnknownArgumentType]
            yield from keys_of(value)
    elif isinstance(document, list):
        for value in document:  # pyright: ignore[reportUnknownVariableType]
            yield from keys_of(value)


def _stored_keys(source: str) -> Iterator[tuple[int, str]]:
    """(line, key) of each dictionary literal in Python source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Dict):
            for key in node.keys:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.lineno, key.value


@functools.cache
def located_names() -> tuple[tuple[str, str], ...]:
    """(place, name) of every identifier in Python, and every key that is stored or deployed."""
    names_by_place: list[tuple[str, str]] = []
    for path in repository_files():
        if path.suffix != ".py":
            continue
        source = path.read_text()
        names = list(names_of(source))
        if path.is_relative_to(LAYER) or path.is_relative_to(FUNCTIONS):
            names += _stored_keys(source)
        names_by_place += [(f"{relative_path(path)}:{line}", name) for line, name in names]
    names_by_place += [("template.yaml", key) for key in keys_of(template())]
    for workflow in WORKFLOWS:
        path = FUNCTIONS / workflow / "workflow.asl.json"
        names_by_place += [
            (relative_path(path), key) for key in keys_of(json.loads(path.read_text()))
        ]
    return tuple(names_by_place)


@pytest.mark.parametrize("word", UNWANTED)
def test_no_name_holds_an_unwanted_word(word: str) -> None:
    unwanted = UNWANTED[word]
    violations = sorted(
        f"{place}: {name}" for place, name in located_names() if unwanted.is_in(name, place)
    )

    assert violations == [], f'rename these without "{word}": {unwanted.instead}'


@pytest.mark.parametrize(
    "source",
    [
        "def _told(where): ...",
        "def f(told): ...",
        "def f(*, not_told=0): ...",
        "told = 1",
        "told: int = 1",
        "a, (told, b) = c",
        "for told in a: ...",
        "[told for told in a]",
        "with a as told: ...",
        "if (told := a): ...",
        "self.told = 1",
        "class Told: ...",
        "class A:\n    MOST_TOLD: int",
        "try: ...\nexcept E as told: ...",
        "match a:\n    case [told, *_]: ...",
        "match a:\n    case {**told}: ...",
        "import a as told",
        "lambda told: 1",
        "async def told(): ...",
        "type Told = int",
    ],
)
def test_every_way_to_define_a_name_in_python_is_checked(source: str) -> None:
    assert any("told" in words_of(name) for _, name in names_of(source))


@pytest.mark.parametrize(
    "source",
    [
        "def test_what_was_told(): ...",
        'f"told {a.told}"',
        "a.told()",
        "lookup = 1",
    ],
)
def test_test_names_texts_and_uses_of_a_name_are_not_checked(source: str) -> None:
    assert not any(words_of(name) & {"told", "look"} for _, name in names_of(source))
