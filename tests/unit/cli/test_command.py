"""The command as a whole.

What it offers, how soon, and how it tells what is wrong with where it was pointed.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from botocore.exceptions import ClientError, EndpointConnectionError
from typer.core import TyperGroup

from heard_cli.main import PARTS
from heard_cli.stack import Stack, StackOptions
from tests.unit.cli.conftest import HeardCommand

OUTPUTS = (
    "ApiUrl",
    "SetupTableName",
    "CasesTableName",
    "OutcomesTableName",
    "QueueUrl",
    "DeadLettersUrl",
    "SecretsPath",
)
LIST = ("connect", "list", "--business", "acme")


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not isinstance(command, TyperGroup):
        yield path, command
        return
    for name, sub in command.commands.items():
        yield from commands(sub, (*path, name))


ALL = [
    found
    for part, (module, _) in PARTS.items()
    if part != "local"  # needs the tools of a developer, and has tests of its own
    for found in commands(typer.main.get_command(importlib.import_module(module).app), (part,))
]

OFFLINE = {
    ("assess", "run"),
    ("connect", "verify"),
    ("connect", "guide"),
    ("policy", "check"),
    ("policy", "schema"),
}


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_command_explains_itself_with_an_example(
    heard: HeardCommand, path: tuple[str, ...], command: Any
) -> None:
    said = heard.run_ok(*path, "--help").stdout

    assert command.help
    assert f"Example: heard {' '.join(path)}" in (command.epilog or "")
    assert ("--local" in said) is (path not in OFFLINE)


def test_help_names_every_part_and_loads_none() -> None:
    script = (
        "import sys; sys.argv = ['heard', '--help']\n"
        "from heard_cli.main import app\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        "assert not {'boto3', 'botocore', 'heard.storage', 'aws_lambda_powertools'} & "
        "set(sys.modules), sorted(sys.modules)"
    )
    paths = [each for each in sys.path if each.endswith(("cli", "heard"))]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}\n{script}"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert [part for part in PARTS if part not in done.stdout] == []


def test_an_unknown_command_is_a_usage_error(heard: HeardCommand) -> None:
    assert heard("conect").exit_code == 2
    assert heard("connect", "lst").exit_code == 2


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory below one where the local stack was started."""
    state = {
        "endpoint": "http://127.0.0.1:4566",
        "stack": "heard",
        "region": "us-east-1",
        "public_url": "http://a.localhost:4566",
    }
    (tmp_path / ".heard").mkdir()
    (tmp_path / ".heard" / "local.json").write_text(json.dumps(state))
    (tmp_path / "deeper").mkdir()
    monkeypatch.chdir(tmp_path / "deeper")
    return tmp_path / ".heard" / "local.json"


def test_local_is_found_from_below_and_gets_made_up_credentials(
    local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebodys-real-key")
    stack = Stack(
        StackOptions(
            local=True, endpoint="http://elsewhere.example", stack="other", region="eu-west-1"
        )
    )

    credentials = stack.session.get_credentials()

    assert stack.endpoint == "http://127.0.0.1:4566"
    assert stack.session.region_name == "us-east-1"
    assert credentials
    assert credentials.access_key == "test"
    monkeypatch.setattr(Stack, "outputs", {"ApiUrl": "http://b.localhost:4566"})
    assert stack.public_url == "http://a.localhost:4566"


def test_made_up_credentials_go_nowhere_else() -> None:
    stack = Stack(StackOptions(endpoint="https://aws.example.com", region="eu-west-1"))

    assert stack.session.get_credentials() is None
    near = Stack(StackOptions(endpoint="http://localhost:4566")).session.get_credentials()
    assert near
    assert near.access_key == "test"


def test_a_local_stack_that_is_not_there(
    heard: HeardCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    said = heard(*LIST, "--local")

    assert (said.exit_code, "heard local up" in said.stderr) == (1, True)


def test_a_broken_note_of_the_local_stack(heard: HeardCommand, local: Path) -> None:
    for text in ("{", "[]", '{"endpoint": 5}'):
        local.write_text(text)
        said = heard(*LIST, "--local")
        assert (said.exit_code, "heard local up" in said.stderr) == (1, True)


def test_no_region_and_no_credentials(heard: HeardCommand) -> None:
    said = heard(*LIST)
    assert (said.exit_code, "--region" in said.stderr) == (1, True)

    said = heard(*LIST, "--region", "eu-west-1")
    assert (said.exit_code, "no AWS credentials" in said.stderr) == (1, True)

    said = heard(*LIST, "--region", "eu-west-1", "--profile", "nobody")
    assert (said.exit_code, "nobody" in said.stderr) == (1, True)


class Cloud:
    """CloudFormation with one answer."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803 - AWS's name
        if isinstance(self.answer, Exception):
            raise self.answer
        return {
            "Stacks": [
                {
                    "Outputs": [
                        {"OutputKey": key, "OutputValue": value}
                        for key, value in self.answer.items()
                    ]
                }
            ]
        }


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "as AWS says"}}, "DescribeStacks")


@pytest.mark.parametrize(
    ("answer", "where", "told"),
    [
        (error("ValidationError"), (), "There is no stack called heard"),
        (error("ValidationError"), ("--stack", "other"), "There is no stack called other"),
        ({"ApiUrl": "x"}, (), "has no output"),
        (error("ExpiredToken"), (), "aws sso login"),
        (error("InvalidClientTokenId"), (), "--profile"),
        (error("AccessDenied"), (), "refuses DescribeStacks: as AWS says"),
        (error("Throttling"), (), "Throttling"),
        (EndpointConnectionError(endpoint_url="https://x"), (), "Check the network"),
        (
            EndpointConnectionError(endpoint_url="http://x"),
            ("--endpoint", "http://127.0.0.1:4566"),
            "heard local up",
        ),
    ],
)
def test_what_aws_says_is_told_with_the_next_step(
    heard: HeardCommand,
    monkeypatch: pytest.MonkeyPatch,
    answer: Any,
    where: tuple[str, ...],
    told: str,
) -> None:
    monkeypatch.setattr(Stack, "_client", lambda *_: Cloud(answer))

    said = heard(*LIST, "--region", "eu-west-1", *where)

    assert (said.exit_code, said.stdout) == (1, "")
    assert told in said.stderr


def test_outputs_are_read_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stack, "_client", lambda *_: Cloud(dict.fromkeys(OUTPUTS, "value/")))

    stack = Stack(StackOptions(region="eu-west-1"))

    assert stack.outputs["QueueUrl"] == "value/"
    assert stack.public_url == "value"
