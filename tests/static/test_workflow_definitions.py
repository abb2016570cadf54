"""Every state machine: bounded, never green on failure, wired to the template on both sides."""

from __future__ import annotations

import ast
import functools
import importlib
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.static.cloudformation import resources
from tests.static.repository import FUNCTIONS, ROOT, WORKFLOWS, node_js
from tests.unit.asl import check_definition

JSONPATH_FIELDS = {
    "InputPath",
    "OutputPath",
    "ResultPath",
    "Parameters",
    "ResultSelector",
    "TimeoutSecondsPath",
    "HeartbeatSecondsPath",
}

# Errors that say that the work is already under way, which is what the state wanted.
ALREADY_STARTED = {
    "StepFunctions.ExecutionAlreadyExistsException",
    "StepFunctions.ExecutionAlreadyExists",
    "ExecutionAlreadyExists",
}

type States = dict[str, dict[str, Any]]


@functools.cache
def definition(workflow: str) -> dict[str, Any]:
    """As in AWS's usual regions; every other placeholder stands as it is."""
    text = (FUNCTIONS / workflow / "workflow.asl.json").read_text()
    return json.loads(text.replace("${Partition}", "aws"))


def nested_machines(machine: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A machine and those inside its Parallel and Map states."""
    yield machine
    for state in machine["States"].values():
        for inner in [
            *state.get("Branches", []),
            *([state["ItemProcessor"]] if "ItemProcessor" in state else []),
        ]:
            yield from nested_machines(inner)


def states(workflow: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for machine in nested_machines(definition(workflow)):
        yield from machine["States"].items()


def next_states(state: dict[str, Any]) -> list[str]:
    """Where a state can go, its catches included."""
    branches = [*state.get("Choices", []), *state.get("Catch", [])]
    return [
        name
        for name in [
            state.get("Next"),
            state.get("Default"),
            *(branch.get("Next") for branch in branches),
        ]
        if name
    ]


def is_task(state: dict[str, Any]) -> bool:
    return state["Type"] == "Task"


def test_there_are_workflows() -> None:
    assert WORKFLOWS


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_workflow_is_written_in_jsonata_only(workflow: str) -> None:
    assert definition(workflow)["QueryLanguage"] == "JSONata"
    assert {
        name: fields
        for name, state in states(workflow)
        if (fields := JSONPATH_FIELDS & state.keys() | {"QueryLanguage"} & state.keys())
    } == {}


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_workflow_has_comments_and_no_comment_twice(workflow: str) -> None:
    comments = [state["Comment"] for _, state in states(workflow) if "Comment" in state]

    assert definition(workflow).get("Comment")
    assert sorted(comments) == sorted(set(comments))


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_every_state_is_reachable_and_every_transition_exists(workflow: str) -> None:
    for machine in nested_machines(definition(workflow)):
        reached: set[str] = set()
        pending = [machine["StartAt"]]
        while pending:
            name = pending.pop()
            assert name in machine["States"], f"{name} is gone to and does not exist"
            if name not in reached:
                reached.add(name)
                pending.extend(next_states(machine["States"][name]))

        assert set(machine["States"]) - reached == set()


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_every_task_has_a_timeout(workflow: str) -> None:
    """Without one a lost answer holds an execution for a year."""
    assert [
        name
        for name, state in states(workflow)
        if is_task(state) and not state.get("TimeoutSeconds")
    ] == []


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_every_retry_has_jitter_and_a_maximum_delay(workflow: str) -> None:
    unbounded = [
        (name, retry)
        for name, state in states(workflow)
        for retry in state.get("Retry", [])
        if retry.get("MaxAttempts") != 0
        and (retry.get("JitterStrategy") != "FULL" or not retry.get("MaxDelaySeconds"))
    ]

    assert unbounded == []


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_no_failure_ends_in_success_without_a_task(workflow: str) -> None:
    """From a catch, each way to an end that is no `Fail` goes through a task.

    One that records what became of the review.
    """
    for machine in nested_machines(definition(workflow)):
        for name, state in machine["States"].items():
            for catch in state.get("Catch", []):
                if set(catch["ErrorEquals"]) <= ALREADY_STARTED:
                    continue
                ending = _success_without_task(machine["States"], catch["Next"], frozenset())
                assert ending is None, f"{name} fails, and by way of {ending} nobody will know"


def _success_without_task(all_states: States, name: str, visited: frozenset[str]) -> str | None:
    state = all_states[name]
    if name in visited or state["Type"] in {"Task", "Fail"}:
        return None
    if state["Type"] == "Succeed" or state.get("End"):
        return name
    endings = (
        _success_without_task(all_states, following_name, visited | {name})
        for following_name in next_states(state)
    )
    return next((ending for ending in endings if ending), None)


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_what_a_workflow_expects_is_what_the_template_substitutes(workflow: str) -> None:
    (name, machine) = _template_machine(workflow)
    expected = set(
        re.findall(r"\$\{(\w+)\}", (FUNCTIONS / workflow / "workflow.asl.json").read_text())
    )

    assert expected == set(machine.get("DefinitionSubstitutions", {})), name


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_workflow_that_waits_for_a_person_is_standard(workflow: str) -> None:
    """Express runs at most five minutes and has no task tokens."""
    waits = any("waitForTaskToken" in state.get("Resource", "") for _, state in states(workflow))
    _, machine = _template_machine(workflow)

    assert not waits or machine.get("Type", "STANDARD") == "STANDARD"


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_asl_validator_reports_nothing(workflow: str, tmp_path: Path) -> None:
    validator = ROOT / "node_modules" / ".bin" / "asl-validator"
    if not validator.exists():
        pytest.skip("asl-validator is not installed: `make test` and `make lint` install it")
    text = (FUNCTIONS / workflow / "workflow.asl.json").read_text()
    definition_file = tmp_path / "workflow.asl.json"
    definition_file.write_text(
        re.sub(r"\$\{(\w+)\}", lambda match: _placeholder_value(match[1]), text)
    )

    process = subprocess.run(
        [node_js() or "node", validator, "--json-path", definition_file],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert process.returncode == 0, process.stdout + process.stderr


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_state_its_step_and_its_use_case_share_one_name(workflow: str) -> None:
    """A reader finds the code of a state by its name.

    The payload of a function with several states names the state as `step`. A function with one
    state has the name of the state.
    """
    for name, state in states(workflow):
        if "lambda:invoke" not in state.get("Resource", ""):
            continue
        folder = _function_folder(state["Arguments"]["FunctionName"].strip("${}"))
        payload = state["Arguments"]["Payload"]
        step = payload["step"] if isinstance(payload, dict) else folder
        source = (FUNCTIONS / folder / "app.py").read_text()
        imported = {
            alias.name: node.module
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("heard.steps.")
            for alias in node.names
        }

        assert step == name, f"{name} asks for the step {step}"
        assert name in imported, f"functions/{folder}/app.py imports no use case {name}"
        assert callable(getattr(importlib.import_module(str(imported[name])), name))
        assert isinstance(payload, str) or f'case "{name}":' in source


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_the_interpreter_of_the_tests_knows_every_construct(workflow: str) -> None:
    check_definition(definition(workflow))


def _function_folder(logical_id: str) -> str:
    code = resources("AWS::Serverless::Function")[logical_id]["CodeUri"]
    return str(code).removeprefix("functions/")


def _template_machine(workflow: str) -> tuple[str, dict[str, Any]]:
    """The state machine of the template that has this definition."""
    machines_with_definition = [
        (name, machine)
        for name, machine in resources("AWS::Serverless::StateMachine").items()
        if str(machine.get("DefinitionUri", "")).removeprefix("./")
        == f"functions/{workflow}/workflow.asl.json"
    ]
    assert len(machines_with_definition) == 1, (
        f"the template has {len(machines_with_definition)} state machines with this definition"
    )
    return machines_with_definition[0]


def _placeholder_value(name: str) -> str:
    """A value of the right shape for the validator.

    Nothing in the definition tells it what a substitution will be.
    """
    if name.endswith("Seconds"):
        return "60"
    if name == "Partition":
        return "aws"
    service, path = (
        ("states", "stateMachine:name")
        if re.search("Workflow|StateMachine|Machine", name)
        else ("lambda", "function:name")
    )
    return f"arn:aws:{service}:us-east-1:123456789012:{path}"
