"""The interpreter of our workflows behaves like Step Functions, or refuses the definition."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.static.repository import FUNCTIONS, WORKFLOWS
from tests.unit.asl import (
    ENDED,
    INVOKE,
    INVOKE_AND_WAIT,
    START_EXECUTION,
    WAITING,
    Execution,
    Machine,
    QueryEvaluationError,
    TaskFailed,
    UnknownConstruct,
    check_definition,
    evaluate,
    read_definition,
)

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
RETRY = {"ErrorEquals": ["States.ALL"], "JitterStrategy": "FULL", "MaxAttempts": 2}


def task(**fields: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": INVOKE,
        "Arguments": {"FunctionName": "F", "Payload": "{% $states.input %}"},
        "TimeoutSeconds": 30,
        "End": True,
    } | fields


def machine(first: dict[str, Any], **others: dict[str, Any]) -> dict[str, Any]:
    states = {"first": first, **others}
    return {"QueryLanguage": "JSONata", "StartAt": "first", "States": states}


class Tasks:
    """Answers each call with the next result, or fails with the next error name."""

    def __init__(self, *results: Any) -> None:
        self.results = list(results)
        self.calls: list[Any] = []

    def __call__(self, resource: str, arguments: Any) -> Any:
        self.calls.append(arguments)
        result = self.results.pop(0)
        if isinstance(result, str):
            raise TaskFailed(result, "why")
        return {"Payload": result}


def run(definition: dict[str, Any], tasks: Tasks, input: Any = None) -> Execution:
    interpreter = Machine(definition, tasks)
    execution = interpreter.start(input or {})
    interpreter.run(execution, NOW)
    return execution


def test_a_task_gets_its_arguments_and_its_output_is_the_next_input() -> None:
    first = task(Output="{% $states.result.Payload %}", Next="second")
    del first["End"]
    tasks = Tasks({"a": 1}, {"b": 2})
    execution = run(machine(first, second=task()), tasks, {"x": [None, 1.5]})

    assert [call["Payload"] for call in tasks.calls] == [{"x": [None, 1.5]}, {"a": 1}]
    assert (execution.state, execution.outputs["second"]) == (ENDED, {"Payload": {"b": 2}})


@pytest.mark.parametrize(
    ("route", "state"), [("both", "yes"), ("acknowledge", "yes"), ("nothing", "no")]
)
def test_a_choice_takes_the_first_condition_that_holds_or_its_default(
    route: str, state: str
) -> None:
    choice = {
        "Type": "Choice",
        "Choices": [
            {"Condition": "{% $states.input.route in ['acknowledge', 'both'] %}", "Next": "yes"},
            {"Condition": "{% $exists($states.input.nothing) %}", "Next": "first"},
        ],
        "Default": "no",
    }
    ends = {"yes": {"Type": "Succeed", "Output": {}}, "no": {"Type": "Succeed"}}
    execution = run(machine(choice, **ends), Tasks(), {"route": route})

    assert execution.outputs[state] == ({} if state == "yes" else {"route": route})


def test_a_condition_that_is_neither_true_nor_false_fails() -> None:
    choice = {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $states.input.route %}", "Next": "first"}],
        "Default": "first",
    }
    with pytest.raises(QueryEvaluationError):
        run(machine(choice), Tasks(), {"route": "both"})


def test_a_task_is_retried_as_often_as_its_retrier_says_and_then_the_run_fails() -> None:
    tasks = Tasks("Fault", "Fault", "Fault")
    execution = run(machine(task(Retry=[RETRY])), tasks)

    assert len(tasks.calls) == 3
    assert execution.failure is not None
    assert (execution.state, execution.failure.error) == ("first", "Fault")


def test_only_the_first_matching_retrier_is_used() -> None:
    retriers = [{"ErrorEquals": ["Final"], "MaxAttempts": 0}, RETRY]
    tasks = Tasks("Fault", "Final")
    execution = run(machine(task(Retry=retriers)), tasks)

    assert len(tasks.calls) == 2
    assert execution.failure is not None
    assert execution.failure.error == "Final"


def test_the_retries_of_each_state_are_counted_separately() -> None:
    first = task(Retry=[RETRY], Next="second")
    del first["End"]
    tasks = Tasks("Fault", "Fault", {}, "Fault", "Fault", {})

    assert run(machine(first, second=task(Retry=[RETRY])), tasks).state == ENDED


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("Mine", {"kept": 1}),
        ("Other", {"Error": "Other", "Cause": "why"}),
    ],
)
def test_the_first_matching_catch_decides_the_next_state(error: str, expected: Any) -> None:
    catches = [
        {"ErrorEquals": ["Mine"], "Output": {"kept": "{% $states.input.a %}"}, "Next": "end"},
        {"ErrorEquals": ["States.ALL"], "Next": "end"},
    ]
    execution = run(machine(task(Catch=catches), end={"Type": "Succeed"}), Tasks(error), {"a": 1})

    assert (execution.state, execution.outputs["end"]) == (ENDED, expected)


def test_a_fail_state_ends_the_run_with_its_error() -> None:
    lost = {"Type": "Fail", "Error": "Heard.Lost", "Cause": "hours of faults"}
    catch = {"ErrorEquals": ["States.ALL"], "Next": "first"}
    execution = run(machine(lost, second=task(Catch=[catch])), Tasks())

    assert execution.finished
    assert execution.failure is not None
    assert execution.failure.error == "Heard.Lost"


def waiting_machine(tasks: Any) -> Machine:
    wait = task(
        Resource=INVOKE_AND_WAIT,
        Arguments={"FunctionName": "F", "Payload": {"token": "{% $states.context.Task.Token %}"}},
        TimeoutSeconds="{% $states.input.seconds %}",
        Output="{% $states.result %}",
        Catch=[
            {"ErrorEquals": ["States.Timeout"], "Output": "late", "Next": "end"},
            {"ErrorEquals": ["States.ALL"], "Output": "woken", "Next": "end"},
        ],
    )
    return Machine(machine(wait, end={"Type": "Succeed"}), tasks, lambda: "token-7")


def test_a_run_waits_with_its_token_until_its_timeout() -> None:
    tasks = Tasks({"ignored": True})
    interpreter = waiting_machine(tasks)
    execution = interpreter.start({"seconds": 90})
    interpreter.advance(execution, NOW)

    assert (execution.state, execution.token) == (WAITING, "token-7")
    assert execution.timer_due_at == NOW + timedelta(seconds=90)
    assert tasks.calls[0]["Payload"] == {"token": "token-7"}
    before = copy.deepcopy(execution)
    interpreter.succeed(execution, {"answer": 1})
    assert (execution.state, execution.outputs["first"]) == (ENDED, {"answer": 1})
    for error, output in (("States.Timeout", "late"), ("Heard.CarryOut", "woken")):
        execution = copy.deepcopy(before)
        interpreter.fail(execution, error)
        interpreter.advance(execution, NOW)
        assert (execution.state, execution.outputs["end"]) == (ENDED, output)
        assert execution.token is None


def test_a_token_may_be_used_before_the_function_that_got_it_returns_or_fails() -> None:
    execution: Execution

    def use_token(_resource: str, _arguments: Any) -> Any:
        interpreter.succeed(execution, {})
        raise TaskFailed("Fault")

    interpreter = waiting_machine(use_token)
    execution = interpreter.start({"seconds": 1})
    interpreter.advance(execution, NOW)

    assert (execution.state, execution.failure) == (ENDED, None)


def test_a_run_whose_function_fails_does_not_wait_for_its_token() -> None:
    interpreter = waiting_machine(Tasks("Fault"))
    execution = interpreter.start({"seconds": 1})
    interpreter.advance(execution, NOW)

    assert (execution.state, execution.outputs["first"]) == (ENDED, "woken")


@pytest.mark.parametrize("seconds", [0, -1, 1.5, "90", True, 100_000_000])
def test_a_timeout_that_aws_does_not_accept_fails(seconds: Any) -> None:
    interpreter = waiting_machine(Tasks({}))
    with pytest.raises(QueryEvaluationError):
        interpreter.advance(interpreter.start({"seconds": seconds}), NOW)


def test_an_unexpected_exception_of_the_tested_code_is_raised() -> None:
    def fail(_resource: str, _arguments: Any) -> Any:
        raise KeyError("a mistake")

    interpreter = Machine(machine(task(Retry=[RETRY])), fail)
    with pytest.raises(KeyError):
        interpreter.advance(interpreter.start({}), NOW)


def test_an_endless_loop_is_detected() -> None:
    choice = {
        "Type": "Choice",
        "Choices": [{"Condition": "{% true %}", "Next": "first"}],
        "Default": "first",
    }
    with pytest.raises(AssertionError, match="circle"):
        run(machine(choice), Tasks())


@pytest.mark.parametrize("template", ["{% $states.input.absent %}", {"a": ["{% $nothing %}"]}])
def test_an_expression_without_a_value_fails(template: Any) -> None:
    with pytest.raises(QueryEvaluationError):
        evaluate(template, {"input": {"there": 1}})


@pytest.mark.parametrize(
    "change",
    [
        {"Type": "Pass"},
        {"InputPath": "$"},
        {"HeartbeatSeconds": 5},
        {"Assign": {"x": 1}},
        {"Resource": "arn:aws:states:::sqs:sendMessage"},
        {"Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]},
        {"Retry": [RETRY | {"Comment": "why"}]},
        {"Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "first"}]},
        {"Catch": [{"ErrorEquals": ["A"], "Next": "first", "Assign": {}}]},
    ],
)
def test_an_unknown_construct_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UnknownConstruct):
        check_definition(machine(task() | change))


@pytest.mark.parametrize("change", [{"QueryLanguage": "JSONPath"}, {"Version": "1.0"}])
def test_a_machine_with_an_unknown_field_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UnknownConstruct):
        check_definition(machine(task()) | change)


def test_an_expression_inside_a_text_is_refused() -> None:
    with pytest.raises(UnknownConstruct):
        evaluate("for {% $states.input.a %}", {"input": {"a": 1}})


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_the_shipped_workflows_are_read_with_their_substitutions(workflow: str) -> None:
    path = FUNCTIONS / workflow / "workflow.asl.json"
    substitutions = {"ReplyFunction": "arn:mine", "FollowUpFunction": "arn:mine"}
    plain, filled = read_definition(path), read_definition(path, substitutions)

    assert "${" not in str(plain)
    assert "arn:mine" in str(filled)
    assert START_EXECUTION in str(plain) or workflow != "route"
