"""What the shell completes, asked for in the way that a shell asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from heard import clock
from heard.connectors import Connection
from heard.storage.setup import Business
from heard_cli.local_state import LocalState
from heard_cli.main import app
from heard_cli.stack import Stack


def complete(line: str) -> list[str]:
    """The completions for a command line that ends with the word to complete."""
    environment = {
        "_HEARD_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
    }
    return CliRunner().invoke(app, [], env=environment, prog_name="heard").stdout.split()


@pytest.fixture(autouse=True)
def _folder_without_a_local_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another test may run a local stack in the clone, and the completions would ask that one."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def connection(stack: Stack) -> str:
    stack.setup.put_business(Business("zenith", "Zenith"))
    for id, business in (("con_one", "acme"), ("con_two", "zenith")):
        stack.setup.put_connection(
            Connection(id, business, "standard", f"https://api.example/hooks/{id}"), clock.now()
        )
    return "con_one"


@pytest.mark.parametrize(
    "line",
    [
        "heard connect add trust",
        "heard connect guide trust",
        "heard connect verify --platform trust",
        "heard authors show cus-1 --platform trust",
        "heard reviews list --platform trust",
    ],
)
def test_platforms_are_completed_without_a_stack(line: str) -> None:
    assert complete(line) == ["trustpilot"]


@pytest.mark.parametrize(
    "line",
    [
        "heard audit list --business z",
        "heard follow-ups list --business z",
        "heard connect list --business z",
        "heard policy list --business z",
        "heard people add --business z",
        "heard business show z",
    ],
)
def test_businesses_are_completed(stack: Stack, connection: str, line: str) -> None:
    assert complete(line) == ["zenith"]


def test_connections_are_completed(stack: Stack, connection: str) -> None:
    for command in ("test", "poll", "show", "rotate", "remove", "deliveries"):
        assert complete(f"heard connect {command} con_o") == [connection]
    assert complete("heard connect show con_") == ["con_one", "con_two"]
    assert complete("heard replay a.json --connection con_t") == ["con_two"]


def test_ids_of_a_running_local_stack_are_completed_before_its_option_is_typed(
    stack: Stack, connection: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[bool] = []
    outputs = stack.outputs
    monkeypatch.setattr(
        Stack, "outputs", property(lambda used_by: used.append(used_by.options.local) or outputs)
    )
    monkeypatch.chdir(tmp_path)
    line = "heard connect list --business z"
    assert (complete(line), used) == (["zenith"], [False])
    state = LocalState("http://127.0.0.1:1", "heard", "us-east-1", "2026-01-31T00:00:00Z")
    state.write(tmp_path)
    monkeypatch.setattr(LocalState, "running", True)

    assert complete(line) == ["zenith"]
    assert used == [False, True]


def test_a_stack_that_cannot_be_reached_completes_nothing() -> None:
    assert complete("heard audit list --profile nobody --business a") == []
