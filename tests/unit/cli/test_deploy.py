"""`make deploy`: what it refuses, and how a first deployment stays removable until it succeeds."""

from __future__ import annotations

import json
import os
import shlex
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from heard_cli.deploy import (
    DEFAULT_SCALE,
    EXECUTIONS_NEEDED,
    Target,
    main,
    parse_parameters,
    protect_in_answers,
    read_leftovers,
    refusal,
    run_steps,
    steps,
    warnings,
)
from tests.static.cloudformation import resources, template
from tests.static.repository import ROOT

NEW = Target("", {}, 1000)
DEPLOYED = Target("UPDATE_COMPLETE", {"Scale": "large", "AlarmEmail": "ops@example.com"}, 1000)


def test_a_new_stack_is_protected_only_after_it_exists() -> None:
    assert steps(NEW, {"Scale": "small"}) == [
        {"Scale": "small", "DeletionProtection": "false"},
        {"Scale": "small", "DeletionProtection": "true"},
    ]
    assert steps(NEW, {"DeletionProtection": "true"}) == [
        {"DeletionProtection": "false"},
        {"DeletionProtection": "true"},
    ]


def test_a_trial_stays_unprotected() -> None:
    assert steps(NEW, {"DeletionProtection": "false"}) == [{"DeletionProtection": "false"}]


def test_an_update_changes_only_what_was_asked() -> None:
    assert steps(DEPLOYED, {"LogRetentionDays": "30"}) == [{"LogRetentionDays": "30"}]
    assert steps(DEPLOYED, {}) == [{}]


@pytest.mark.parametrize(
    "status", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED", "UPDATE_ROLLBACK_FAILED"]
)
def test_a_stack_that_aws_does_not_update_is_left_alone(status: str) -> None:
    reason = refusal(Target(status, {}, 1000), {})

    assert reason is not None
    assert "Start over" in reason
    assert "\n## Start over\n" in (ROOT / "docs" / "operations.md").read_text()


def test_a_stack_that_is_changing_is_left_alone() -> None:
    assert refusal(Target("UPDATE_IN_PROGRESS", {}, 1000), {}) is not None
    assert refusal(Target("REVIEW_IN_PROGRESS", {}, 1000), {}) is None


def test_a_scale_that_the_account_has_no_room_for_is_refused() -> None:
    assert refusal(Target("", {}, 10), {}) is None
    assert refusal(Target("", {}, 10), {"Scale": "large"}) is not None
    assert refusal(Target("UPDATE_COMPLETE", {"Scale": "large"}, 400), {}) is not None
    assert refusal(Target("UPDATE_COMPLETE", {"Scale": "large"}, 400), {"Scale": "medium"}) is None


def test_a_region_without_snapshots_is_refused() -> None:
    assert refusal(Target("", {}, 1000, "ap-east-2"), {}) is not None
    assert refusal(Target("", {}, 1000, "eu-west-1"), {}) is None


def test_names_that_an_earlier_stack_still_has_are_found_before_the_deployment() -> None:
    with mock_aws():
        session = boto3.Session("test", "test", region_name="eu-west-1")
        clients: Any = session
        assert list(read_leftovers(session, "heard")) == []

        clients.client("logs").create_log_group(logGroupName="/heard/heard/functions")
        clients.client("stepfunctions").create_state_machine(
            name="heard-follow-up",
            definition=json.dumps({"StartAt": "a", "States": {"a": {"Type": "Succeed"}}}),
            roleArn="arn:aws:iam::123456789012:role/a",
        )
        leftovers = tuple(read_leftovers(session, "heard"))

    assert leftovers == (
        "the log group /heard/heard/functions",
        "the state machine heard-follow-up",
    )
    target = replace(NEW, leftovers=leftovers)
    assert "Start over" in (refusal(target, {}) or "")
    assert refusal(replace(target, status="UPDATE_COMPLETE"), {}) is None


def test_the_names_of_the_preflight_are_those_of_the_template() -> None:
    groups = {
        group["LogGroupName"]["Fn::Sub"].replace("${AWS::StackName}", "heard")
        for group in resources("AWS::Logs::LogGroup").values()
    }
    machines = {
        machine["Name"]["Fn::Sub"].replace("${AWS::StackName}", "heard")
        for machine in resources("AWS::Serverless::StateMachine").values()
    }
    with mock_aws():
        session: Any = boto3.Session("test", "test", region_name="eu-west-1")
        for group in groups:
            session.client("logs").create_log_group(logGroupName=group)
        for machine in machines:
            session.client("stepfunctions").create_state_machine(
                name=machine,
                definition=json.dumps({"StartAt": "a", "States": {"a": {"Type": "Succeed"}}}),
                roleArn="arn:aws:iam::123456789012:role/a",
            )
        leftovers = list(read_leftovers(session, "heard"))

    assert {text.split()[-1] for text in leftovers} == groups | machines


def test_the_scales_are_those_of_the_template() -> None:
    scale = template()["Parameters"]["Scale"]

    assert set(EXECUTIONS_NEEDED) == set(scale["AllowedValues"])
    assert scale["Default"] == DEFAULT_SCALE


def test_it_warns_when_nobody_gets_the_alarms() -> None:
    assert warnings(NEW, {}) != []
    assert warnings(NEW, {"AlarmEmail": "ops@example.com"}) == []
    assert warnings(DEPLOYED, {}) == []


def test_it_warns_of_a_stack_that_was_not_protected_after_its_creation() -> None:
    """The second step can fail, or be interrupted."""
    alarms = {"AlarmEmail": "ops@example.com"}
    created = Target("CREATE_COMPLETE", {"DeletionProtection": "false", **alarms}, 1000)

    assert warnings(created, {}) != []
    assert warnings(created, {"DeletionProtection": "true"}) == []
    assert warnings(NEW, {"DeletionProtection": "false", **alarms}) == []


def test_credentials_that_may_not_read_the_quota_can_deploy() -> None:
    unknown = Target("", {}, None)

    assert refusal(unknown, {"Scale": "large"}) is None
    assert warnings(unknown, {"AlarmEmail": "ops@example.com"}) != []


def test_parameters_may_hold_spaces_and_equals_signs() -> None:
    assert parse_parameters('A="b c" D=e=f') == {"A": "b c", "D": "e=f"}
    with pytest.raises(ValueError, match="Name=value"):
        parse_parameters("AlarmEmail")


# SAM itself: a program of that name that writes down how it was called


@pytest.fixture
def sam_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of the calls of `sam`. It fails from the call on whose number `SAM_FAILS_AT` holds."""
    calls = tmp_path / "calls"
    program = tmp_path / "bin" / "sam"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport json, os, pathlib, sys\n"
        f"calls = pathlib.Path({str(calls)!r})\n"
        "with calls.open('a') as file: file.write(json.dumps(sys.argv[1:]) + '\\n')\n"
        "answers = os.environ.get('SAM_WRITES')\n"
        "if '--guided' in sys.argv and answers:\n"
        "    at = sys.argv[sys.argv.index('--config-file') + 1]\n"
        "    pathlib.Path(at).write_text(answers)\n"
        "number = len(calls.read_text().splitlines())\n"
        "sys.exit(number >= int(os.environ.get('SAM_FAILS_AT', '99')))\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return calls


def _calls(file: Path) -> list[list[str]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_sam_runs_once_for_each_step_and_asks_only_the_first_time(sam_calls: Path) -> None:
    assert run_steps("t.yaml", steps(NEW, {"A": "b c"}), ["--region", "r"], confirm=True) == 0

    first, second = _calls(sam_calls)
    assert first[-2:] == ["A=b c", "DeletionProtection=false"]
    assert second[-2:] == ["A=b c", "DeletionProtection=true"]
    assert "--confirm-changeset" in first
    assert "--no-confirm-changeset" in second


def test_a_creation_that_fails_is_never_protected(
    sam_calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAM_FAILS_AT", "1")

    assert run_steps("t.yaml", steps(NEW, {}), [], confirm=False) == 1
    (only,) = _calls(sam_calls)
    assert only[-1] == "DeletionProtection=false"


def test_parameters_beside_answers_are_refused_and_not_ignored(
    sam_calls: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = tmp_path / "samconfig.toml"
    words = ["--template", "t.yaml", "--answers", str(answers)]

    assert main([*words, "--parameters", "AlarmEmail=ops@example.com"]) == 1
    assert "REGION" in capsys.readouterr().err
    assert not sam_calls.exists()


ANSWERS = (
    'version = 0.1\n[default.deploy.parameters]\nstack_name = "heard"\nregion = "eu-west-1"\n'
    r'parameter_overrides = "DeletionProtection=\"false\" LogRetentionDays=\"90\""' + "\n"
)


def _answered(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text())["default"]["deploy"]["parameters"]


def test_the_answers_of_the_first_time_end_protected(
    tmp_path: Path, sam_calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAM_WRITES", ANSWERS)
    answers = tmp_path / "samconfig.toml"

    assert main(["--template", "t.yaml", "--answers", str(answers)]) == 0

    first, second = _calls(sam_calls)
    assert first[-3:] == ["--guided", "--parameter-overrides", "DeletionProtection=false"]
    assert "--guided" not in second
    assert shlex.split(_answered(answers)["parameter_overrides"]) == [
        "DeletionProtection=true",
        "LogRetentionDays=90",
    ]
    assert not protect_in_answers(answers)


def test_answers_of_a_failed_first_time_stay_as_they_are(
    tmp_path: Path, sam_calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAM_WRITES", ANSWERS)
    monkeypatch.setenv("SAM_FAILS_AT", "1")
    answers = tmp_path / "samconfig.toml"

    assert main(["--template", "t.yaml", "--answers", str(answers)]) == 1
    assert answers.read_text() == ANSWERS
    assert len(_calls(sam_calls)) == 1
