"""A command that a document shows is a command that exists, with every option that it shows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

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
    options = [word.split("=", 1)[0] for word in arguments if word.startswith("--")]
    command = arguments[
        : next((at for at, word in enumerate(arguments) if word.startswith("-")), len(arguments))
    ]

    process = subprocess.run(
        [Path(sys.executable).with_name("heard"), *command, "--help"],
        env={"PATH": os.environ["PATH"], "COLUMNS": "200", "TERM": "dumb"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert process.returncode == 0, process.stdout + process.stderr
    assert [option for option in options if option not in process.stdout] == []
