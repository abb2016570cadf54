"""The command as a whole: its parts, how fast it answers, and how it reports a wrong stack."""

from __future__ import annotations

import importlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer
from botocore.exceptions import ClientError, EndpointConnectionError
from typer.core import TyperGroup

from heard_cli.local_state import LocalState, find_state, remove_stale_states
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
    leaf
    for part, (module, _) in PARTS.items()
    if part != "local"  # needs the tools of a developer, and has tests of its own
    for leaf in commands(typer.main.get_command(importlib.import_module(module).app), (part,))
]

OFFLINE = {
    ("assess", "evaluate"),
    ("assess", "run"),
    ("connect", "verify"),
    ("connect", "guide"),
    ("policy", "check"),
    ("policy", "schema"),
    ("report", "list"),
}


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_command_explains_itself_with_an_example(
    heard: HeardCommand, path: tuple[str, ...], command: Any
) -> None:
    result = heard.run_ok(*path, "--help").stdout

    assert command.help
    assert f"Example: heard {' '.join(path)}" in (command.epilog or "")
    assert ("--local" in result) is (path not in OFFLINE)


def test_help_names_every_part_and_loads_none() -> None:
    script = (
        "import sys; sys.argv = ['heard', '--help']\n"
        "from heard_cli.main import app\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        "assert not {'boto3', 'botocore', 'heard.storage', 'aws_lambda_powertools'} & "
        "set(sys.modules), sorted(sys.modules)"
    )
    paths = [folder for folder in sys.path if folder.endswith(("cli", "heard"))]
    process = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}\n{script}"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert process.returncode == 0, process.stderr
    assert [part for part in PARTS if part not in process.stdout] == []


def test_an_unknown_command_is_a_usage_error(heard: HeardCommand) -> None:
    assert heard("conect").exit_code == 2
    assert heard("connect", "lst").exit_code == 2


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state file of a local stack; the working directory is below its project."""
    LocalState("http://127.0.0.1:4566", "heard", "us-east-1", "2026-03-01T09:00:00.000Z").write(
        tmp_path
    )
    (tmp_path / "deeper").mkdir()
    monkeypatch.chdir(tmp_path / "deeper")
    return tmp_path / ".heard" / "local-4566.json"


def test_local_is_found_from_below_and_gets_invented_credentials(
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


def test_the_address_of_a_local_api_needs_no_name_that_must_be_resolved(
    local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = {"ApiUrl": "http://a1b2c3d4.execute-api.localhost:4566", "ApiId": "a1b2c3d4"}
    monkeypatch.setattr(Stack, "outputs", outputs)

    expected = "http://127.0.0.1:4566/_aws/execute-api/a1b2c3d4"
    assert Stack(StackOptions(local=True)).public_url == expected
    assert Stack(StackOptions(endpoint="http://127.0.0.1:4566/")).public_url == expected


@pytest.mark.loopback
def test_local_means_the_oldest_stack_that_still_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with listening() as first_port, listening() as second_port:
        first = LocalState(f"http://127.0.0.1:{first_port}", "heard", "us-east-1", "2026-03-01")
        second = LocalState(f"http://127.0.0.1:{second_port}", "heard", "us-east-1", "2026-03-02")
        second.write(tmp_path)
        first.write(tmp_path)
        assert find_state(tmp_path) == first, "the second must not take --local from the first"
    with listening() as third_port:
        third = replace(second, endpoint=f"http://127.0.0.1:{third_port}", started_at="2026-03-03")
        third.write(tmp_path)
        assert find_state(tmp_path) == third, "it is the only one that still runs"

        remove_stale_states(tmp_path)

        assert [path.name for path in (tmp_path / ".heard").iterdir()] == [
            f"local-{third_port}.json"
        ]
    third.remove(tmp_path)
    assert find_state(tmp_path) is None


@contextmanager
def listening() -> Iterator[int]:
    """A port of this machine on which something listens."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("options", "environment", "flags"),
    [
        (StackOptions(), {}, ""),
        (StackOptions(local=True, region="eu-west-1"), {}, " --local"),
        (
            StackOptions(stack="reviews prod", region="eu-west-1", profile="ops"),
            {},
            " --stack 'reviews prod' --region eu-west-1 --profile ops",
        ),
        (
            StackOptions(stack="staging", region="eu-west-1"),
            {"AWS_REGION": "eu-west-1", "HEARD_STACK": "staging"},
            "",
        ),
        (
            StackOptions(endpoint="http://127.0.0.1:4567"),
            {},
            " --endpoint http://127.0.0.1:4567",
        ),
    ],
)
def test_a_printed_command_leads_to_the_same_stack(
    monkeypatch: pytest.MonkeyPatch, options: StackOptions, environment: dict[str, str], flags: str
) -> None:
    for name in ("AWS_REGION", "HEARD_STACK"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert options.command_line("connect test con_1") == f"heard connect test con_1{flags}"


def test_an_error_shows_the_next_command_with_the_options_of_the_stack(
    heard: HeardCommand, stack: Stack
) -> None:
    result = heard("connect", "list", "--business", "nobody", "--stack", "staging")

    assert result.exit_code == 1
    assert "heard business list --stack staging" in result.stderr


def test_the_version_is_printed(heard: HeardCommand) -> None:
    assert heard.run_ok("--version").stdout == f"heard {version('heard')}\n"


def test_invented_credentials_go_nowhere_else() -> None:
    stack = Stack(StackOptions(endpoint="https://aws.example.com", region="eu-west-1"))

    assert stack.session.get_credentials() is None
    near = Stack(StackOptions(endpoint="http://localhost:4566")).session.get_credentials()
    assert near
    assert near.access_key == "test"


def test_a_local_stack_that_is_not_there(
    heard: HeardCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    result = heard(*LIST, "--local")

    assert (result.exit_code, "Run this in your clone" in result.stderr) == (1, True)
    (tmp_path / "template.yaml").touch()
    assert "The local stack is not running" in heard(*LIST, "--local").stderr


@pytest.mark.parametrize("endpoint", ["rubbish", "http://", "http://127.0.0.1:99999", "file:///x"])
def test_an_endpoint_that_is_no_web_address_is_refused(
    heard: HeardCommand, local: Path, endpoint: str
) -> None:
    by_option = heard(*LIST, "--endpoint", endpoint, "--region", "eu-west-1")
    local.write_text(
        json.dumps({"endpoint": endpoint, "stack": "heard", "region": "r", "started_at": "t"})
    )
    by_state = heard(*LIST, "--local")

    for result in (by_option, by_state):
        assert (result.exit_code, "is not a Web address" in result.stderr) == (1, True)


def test_an_endpoint_of_another_program_is_named(
    heard: HeardCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def respond(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "501", "Message": "<html>"}}, "DescribeStacks")

    monkeypatch.setattr(Stack, "outputs", property(respond))

    result = heard(*LIST, "--endpoint", "http://127.0.0.1:8765")

    assert "is not AWS" in result.stderr
    assert "<html>" not in result.stderr


def test_local_beside_another_stack_is_refused(
    heard: HeardCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for option in ("--stack", "--region", "--endpoint", "--profile"):
        result = heard(*LIST, "--local", option, "other")
        assert (result.exit_code, f"leave out {option}" in result.stderr) == (2, True)
    monkeypatch.setenv("HEARD_STACK", "other")
    assert heard(*LIST, "--local").exit_code == 1, "the environment names no other stack"


def test_a_command_with_a_typo_names_the_one_that_looks_alike(heard: HeardCommand) -> None:
    result = heard("busness", "list")

    assert result.exit_code == 2
    assert "No such command 'busness'. Did you mean business?" in result.stderr


def test_an_argument_that_is_not_text_is_refused(heard: HeardCommand) -> None:
    result = heard("business", "show", "b\udcff")

    assert (result.exit_code, "is not text in UTF-8" in result.stderr) == (2, True)


def test_a_result_that_cannot_be_written_is_an_error_without_a_traceback(
    heard: HeardCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("heard_cli.show.data", fail)

    result = heard("connect", "guide", "standard", "--json")

    assert (result.exit_code, "No space left on device" in result.stderr) == (1, True)


@pytest.mark.parametrize("command", ["up", "demo"])
def test_a_port_that_does_not_exist_is_refused(heard: HeardCommand, command: str) -> None:
    result = heard("local", command, "--port", "99999")

    assert (result.exit_code, "between 0 and 65535" in result.stderr) == (2, True)


def test_an_unreadable_state_file_does_not_hide_another_stack(tmp_path: Path) -> None:
    state = LocalState("http://127.0.0.1:1", "heard", "us-east-1", "2026-01-31T00:00:00Z")
    state.write(tmp_path)
    (tmp_path / ".heard" / "local-2.json").write_text("[" * 100_000)

    assert find_state(tmp_path) == state


def test_a_broken_state_file_of_the_local_stack(heard: HeardCommand, local: Path) -> None:
    for text in ("{", "[]", '{"endpoint": 5}'):
        local.write_text(text)
        result = heard(*LIST, "--local")
        assert (result.exit_code, "heard local up" in result.stderr) == (1, True)


def test_no_region_and_no_credentials(heard: HeardCommand) -> None:
    result = heard(*LIST)
    assert (result.exit_code, "--region" in result.stderr) == (1, True)

    result = heard(*LIST, "--region", "eu-west-1")
    assert (result.exit_code, "no AWS credentials" in result.stderr) == (1, True)

    result = heard(*LIST, "--region", "eu-west-1", "--profile", "nobody")
    assert (result.exit_code, "nobody" in result.stderr) == (1, True)


class Cloud:
    """CloudFormation that always returns the same."""

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
    ("answer", "where", "output"),
    [
        (error("ValidationError"), (), "There is no stack heard"),
        (error("ValidationError"), ("--stack", "other"), "There is no stack other"),
        ({"ApiUrl": "x"}, (), "has no output"),
        (error("ExpiredToken"), (), "aws sso login"),
        (error("InvalidClientTokenId"), (), "--profile"),
        (error("AccessDenied"), (), "denied DescribeStacks: as AWS says"),
        (error("Throttling"), (), "Throttling"),
        (EndpointConnectionError(endpoint_url="https://x"), (), "Check the network"),
        (
            EndpointConnectionError(endpoint_url="http://x"),
            ("--endpoint", "http://127.0.0.1:4566"),
            "heard local up",
        ),
    ],
)
def test_an_aws_error_is_explained_with_the_next_step(
    heard: HeardCommand,
    monkeypatch: pytest.MonkeyPatch,
    answer: Any,
    where: tuple[str, ...],
    output: str,
) -> None:
    monkeypatch.setattr(Stack, "_client", lambda *_: Cloud(answer))

    result = heard(*LIST, "--region", "eu-west-1", *where)

    assert (result.exit_code, result.stdout) == (1, "")
    assert output in result.stderr


def test_outputs_are_read_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stack, "_client", lambda *_: Cloud(dict.fromkeys(OUTPUTS, "value/")))

    stack = Stack(StackOptions(region="eu-west-1"))

    assert stack.outputs["QueueUrl"] == "value/"
    assert stack.public_url == "value"
