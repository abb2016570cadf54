"""`heard stop`: no workflow may wait when its stack is deleted."""

from __future__ import annotations

import json

import pytest

from heard_cli.stack import Stack
from heard_cli.stop import stop_workflows
from tests.unit.cli.conftest import HeardCommand

WAITING = json.dumps({"StartAt": "wait", "States": {"wait": {"Type": "Pass", "End": True}}})


@pytest.fixture
def machine(stack: Stack) -> str:
    """A state machine without runs."""
    return stack.workflows.create_state_machine(
        name="heard-follow-up", definition=WAITING, roleArn="arn:aws:iam::123456789012:role/a"
    )["stateMachineArn"]


def test_every_waiting_workflow_is_stopped(stack: Stack, machine: str) -> None:
    for number in range(3):
        stack.workflows.start_execution(stateMachineArn=machine, name=f"fup_{number}")

    assert stop_workflows(stack.workflows, machine) == 3

    executions = stack.workflows.list_executions(stateMachineArn=machine)["executions"]
    assert {execution["status"] for execution in executions} == {"ABORTED"}
    assert stop_workflows(stack.workflows, machine) == 0


def test_nothing_is_stopped_without_a_yes(heard: HeardCommand, stack: Stack, machine: str) -> None:
    stack.workflows.start_execution(stateMachineArn=machine, name="fup_1")

    assert heard("stop", stdin="n\n").exit_code == 1

    (execution,) = stack.workflows.list_executions(stateMachineArn=machine)["executions"]
    assert execution["status"] == "RUNNING"
