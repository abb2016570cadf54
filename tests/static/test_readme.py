"""A command that a document shows is a command that exists, with every option that it shows."""

from __future__ import annotations

import importlib
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from heard_cli.main import PARTS, app
from tests.static.repository import ROOT, relative_path

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _shown_commands(program: str) -> list[tuple[str, str]]:
    """(document, command line) of each `$ program ...` in a fenced console block."""
    commands: dict[tuple[str, str], None] = {}
    for document in DOCUMENTS:
        text = document.read_text() if document.exists() else ""
        for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            joined_lines = block.replace("\\\n", " ")
            commands |= {
                (relative_path(document), line): None
                for line in re.findall(rf"^\$ ({program}(?: .*)?)$", joined_lines, re.MULTILINE)
            }
    return list(commands)


def _arguments(line: str) -> list[str]:
    """The words of a command line up to a pipe, a redirection or a comment."""
    words: list[str] = []
    for word in shlex.split(line, comments=True):
        if word in {"|", ">", "<", "&&", ";", "||"}:
            break
        words.append(word)
    return words


def test_the_readme_shows_how_to_run_it() -> None:
    readme_commands = [
        line for document, line in _shown_commands("make") if document == "README.md"
    ]

    assert {"make run", "make demo", "make test"} <= {
        " ".join(_arguments(line)) for line in readme_commands
    }
    assert _shown_commands("heard"), "and none of the commands that work on a running stack"


@pytest.mark.parametrize(("document", "line"), _shown_commands("make"))
def test_a_make_command_in_a_document_exists(document: str, line: str) -> None:
    targets = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named_targets = [
        word for word in _arguments(line)[1:] if "=" not in word and not word.startswith("-")
    ]

    assert set(named_targets) <= set(targets)


@pytest.mark.parametrize(("document", "line"), _shown_commands("heard"))
def test_a_heard_command_in_a_document_exists(document: str, line: str) -> None:
    arguments = _arguments(line)[1:]
    options = {word.split("=", 1)[0] for word in arguments if word.startswith("--")}

    assert options <= _options(arguments)


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative_path)
def test_json_in_a_document_can_be_pasted(document: Path) -> None:
    """Bodies that a command sends (`-d '{...}'`), and blocks of JSON."""
    text = document.read_text()
    bodies = re.findall(r"-d '(\{.*?\})'", text, re.DOTALL)
    bodies += re.findall(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL)

    for body in bodies:
        json.loads(body)


def _options(arguments: list[str]) -> set[str]:
    """Every option of the command that these arguments name.

    The commands are read in this process: a new interpreter for each line takes most of a second.
    """
    part = next((word for word in arguments if not word.startswith("-")), None)
    if part is None:
        return _option_names(typer.main.get_command(app)) | {"--help"}
    command = typer.main.get_command(importlib.import_module(PARTS[part][0]).app)
    for word in arguments[arguments.index(part) + 1 :]:
        if word.startswith("-") or not isinstance(command, typer.core.TyperGroup):
            break
        command = command.commands[word]
    return _option_names(command) | {"--help"}


def _option_names(command: Any) -> set[str]:
    return {
        name
        for parameter in command.params
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
