"""Runs the state machines of `functions/*/workflow.asl.json`, as Step Functions would.

It knows the constructs of the Amazon States Language that these files use. Any other construct
raises `UnknownConstruct`, so that no test passes because something was ignored. Expressions are
evaluated by a JSONata library; one that finds nothing raises `QueryEvaluationError`, as it fails an
execution on AWS.

Time is the caller's. A delay with full jitter may be zero, so a retry never waits here, and no run
reaches the `TimeoutSeconds` of its machine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import jsonata

INVOKE: Final = "arn:aws:states:::lambda:invoke"
INVOKE_AND_WAIT: Final = "arn:aws:states:::lambda:invoke.waitForTaskToken"
START_EXECUTION: Final = "arn:aws:states:::states:startExecution"

WAITING: Final = "waiting"
"""The state of an execution that waits for somebody to use its token."""
ENDED: Final = "ended"
"""The state of an execution that succeeded. One that failed stays in the state where it failed."""

_MACHINE_FIELDS: Final = frozenset({"Comment", "QueryLanguage", "StartAt", "States"}) | {
    "TimeoutSeconds"
}
_STATE_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "Task": frozenset({"Arguments", "Catch", "End", "Next", "Output", "Resource", "Retry"})
    | {"TimeoutSeconds"},
    "Choice": frozenset({"Choices", "Default"}),
    "Map": frozenset({"ItemProcessor", "Items", "MaxConcurrency", "Next", "Output"}),
    "Succeed": frozenset({"Output"}),
    "Fail": frozenset({"Cause", "Error"}),
}
_CHOICE_FIELDS: Final = frozenset({"Condition", "Next"})
_CATCH_FIELDS: Final = frozenset({"ErrorEquals", "Next", "Output"})
_RETRY_FIELDS: Final = frozenset({"BackoffRate", "ErrorEquals", "IntervalSeconds"}) | {
    "JitterStrategy",
    "MaxAttempts",
    "MaxDelaySeconds",
}
_RESERVED_ERRORS: Final = frozenset({"States.ALL", "States.Timeout"})
_DEFAULT_ATTEMPTS: Final = 3
_LONGEST_TIMEOUT: Final = 99_999_999
_MOST_TRANSITIONS: Final = 50

type State = Mapping[str, Any]


class UnknownConstruct(AssertionError):
    """A definition uses something that this interpreter does not know."""


class QueryEvaluationError(AssertionError):
    """An expression has no value, or one of the wrong type."""


class TaskFailed(Exception):
    """A task failed with an error that the state may retry or catch."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.cause = cause


@dataclass
class Execution:
    """One run of a machine, as data that can be copied.

    `state` is the state that it enters next, `WAITING`, `ENDED`, or the state in which it failed.
    `input` is that state's input. `token` and `timer_due_at` belong to a run that waits in
    `waiting_in`. `retries` counts per retrier of the current state. `outputs` has the latest output
    of each state. `failure` is the error that ended the run.
    """

    state: str
    input: Any
    waiting_in: str = ""
    token: str | None = None
    timer_due_at: datetime | None = None
    retries: dict[int, int] = field(default_factory=dict[int, int])
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    failure: TaskFailed | None = None

    @property
    def finished(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self.state == ENDED or self.failure is not None


class Machine:
    """One state machine.

    `run_task` is given a task's resource and its evaluated arguments. It returns the task's result,
    or raises TaskFailed. Every other exception is a mistake of the code under test and goes
    through. `new_token` makes the tokens of tasks that wait.
    """

    def __init__(
        self,
        definition: Mapping[str, Any],
        run_task: Callable[[str, Mapping[str, Any]], Any],
        new_token: Callable[[], str] = lambda: "token",
    ) -> None:
        check_definition(definition)
        self.states: Mapping[str, State] = definition["States"]
        self._start_at: str = definition["StartAt"]
        self._run_task = run_task
        self._new_token = new_token

    def start(self, input: Any) -> Execution:
        """A run that has not entered its first state yet."""
        return Execution(self._start_at, _as_json(input))

    def run(self, execution: Execution, now: datetime) -> None:
        """Let a run go on until it ends or waits, all its retries included."""
        while not execution.finished and execution.state != WAITING:
            self.advance(execution, now)

    def advance(self, execution: Execution, now: datetime) -> None:
        """Let a run go on until it ends, waits, or a task has failed and is to be retried."""
        for _ in range(_MOST_TRANSITIONS):
            if execution.finished or execution.state == WAITING:
                return
            state = self.states[execution.state]
            if state["Type"] == "Fail":
                execution.failure = TaskFailed(state["Error"], state["Cause"])
            elif state["Type"] == "Succeed":
                self._leave(execution, state, execution.input, ENDED)
            elif state["Type"] == "Choice":
                self._choose(execution, state)
            elif state["Type"] == "Map":
                self._run_items(execution, state, now)
            elif not self._try_task(execution, state, now):
                return
        raise AssertionError(f"the execution runs in a circle through {execution.state}")

    def succeed(self, execution: Execution, result: Any) -> None:
        """Somebody reported success with the token of a waiting run."""
        state = self._stop_waiting(execution)
        self._leave(execution, state, execution.input, state.get("Next", ENDED), result=result)

    def fail(self, execution: Execution, error: str, cause: str = "") -> None:
        """Somebody reported an error with the token of a waiting run, or its time is over."""
        self._handle_failure(execution, self._stop_waiting(execution), TaskFailed(error, cause))

    def _stop_waiting(self, execution: Execution) -> State:
        assert execution.state == WAITING
        execution.state, execution.token, execution.timer_due_at = execution.waiting_in, None, None
        return self.states[execution.state]

    def _choose(self, execution: Execution, state: State) -> None:
        for choice in state["Choices"]:
            holds = evaluate(choice["Condition"], {"input": execution.input})
            if not isinstance(holds, bool):
                raise QueryEvaluationError(f"{choice['Condition']} is neither true nor false")
            if holds:
                self._leave(execution, state, execution.input, choice["Next"])
                return
        self._leave(execution, state, execution.input, state["Default"])

    def _run_items(self, execution: Execution, state: State, now: datetime) -> None:
        """Run all items of a Map, one after the other. If one fails, the Map fails with it."""
        machine = Machine(_item_machine(state), self._run_task)
        items = evaluate(state["Items"], {"input": execution.input})
        outputs: list[Any] = []
        for item in items:
            run = machine.start(item)
            machine.run(run, now)
            if run.failure:
                execution.failure = run.failure
                return
            outputs.append(run.input)
        self._leave(execution, state, execution.input, state["Next"], result=outputs)

    def _try_task(self, execution: Execution, state: State, now: datetime) -> bool:
        """Run a task once. False when it failed and is to be tried again."""
        name, context = execution.state, dict[str, Any]()
        waits = state["Resource"] == INVOKE_AND_WAIT
        if waits:
            # Known before the task runs: whoever is given the token may use it at once.
            execution.token = self._new_token()
            context = {"Task": {"Token": execution.token}}
        variables = {"input": execution.input, "context": context}
        arguments = evaluate(state["Arguments"], variables)
        timeout = evaluate(state["TimeoutSeconds"], variables)
        if isinstance(timeout, bool) or not isinstance(timeout, int):
            raise QueryEvaluationError(f"TimeoutSeconds of {name} is no whole number: {timeout}")
        if not 1 <= timeout <= _LONGEST_TIMEOUT:
            raise QueryEvaluationError(f"TimeoutSeconds of {name} is {timeout}")
        if waits:
            execution.state, execution.waiting_in = WAITING, name
            execution.timer_due_at = now + timedelta(seconds=timeout)
        try:
            result = _as_json(self._run_task(state["Resource"], arguments))
        except TaskFailed as failure:
            if waits and execution.state != WAITING:
                return True  # The token was used before the function failed, and that counts.
            if waits:
                self._stop_waiting(execution)
            return self._handle_failure(execution, state, failure)
        if not waits:
            self._leave(execution, state, execution.input, state.get("Next", ENDED), result=result)
        return True

    def _handle_failure(self, execution: Execution, state: State, failure: TaskFailed) -> bool:
        """Retry, catch or fail. False when the task is to be tried again."""
        for number, retrier in enumerate(state.get("Retry", [])):
            if _matches(retrier["ErrorEquals"], failure.error):
                count = execution.retries.get(number, 0)
                if count < retrier.get("MaxAttempts", _DEFAULT_ATTEMPTS):
                    execution.retries[number] = count + 1
                    return False
                break
        for catcher in state.get("Catch", []):
            if _matches(catcher["ErrorEquals"], failure.error):
                error_output = {"Error": failure.error, "Cause": failure.cause}
                self._leave(
                    execution,
                    catcher,
                    error_output,
                    catcher["Next"],
                    errorOutput=error_output,
                )
                return True
        execution.failure = failure
        return True

    def _leave(
        self, execution: Execution, part: State, default: Any, to: str, **variables: Any
    ) -> None:
        """Go to the next state with what `Output` says, or with what is usual without one."""
        default = variables.get("result", default)
        output = (
            evaluate(part["Output"], {"input": execution.input, **variables})
            if "Output" in part
            else default
        )
        execution.outputs[execution.state] = output
        execution.state, execution.input, execution.retries = to, output, {}


def read_definition(path: Path, substitutions: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A workflow's definition. Each `${Name}` becomes its substitution, or `Name` without one.

    The partition is that of AWS's usual regions.
    """
    values = {"Partition": "aws", **(substitutions or {})}
    text = re.sub(r"\$\{(\w+)\}", lambda match: values.get(match[1], match[1]), path.read_text())
    return json.loads(text)


def check_definition(definition: Mapping[str, Any]) -> None:
    """Raise UnknownConstruct if the definition has a construct that the interpreter lacks."""
    _only(definition, _MACHINE_FIELDS, "the machine")
    if definition["QueryLanguage"] != "JSONata":
        raise UnknownConstruct(f"query language {definition['QueryLanguage']}")
    for name, state in definition["States"].items():
        kind = state["Type"]
        if kind not in _STATE_FIELDS:
            raise UnknownConstruct(f"{name} is a {kind} state")
        _only(state, _STATE_FIELDS[kind] | {"Type", "Comment"}, name)
        if kind == "Task":
            _check_task(name, state)
        if kind == "Map":
            check_definition(_item_machine(state))
        for choice in state.get("Choices", []):
            _only(choice, _CHOICE_FIELDS, f"a choice of {name}")


def _item_machine(state: State) -> dict[str, Any]:
    """What a Map runs for each item, as a machine."""
    processor = dict(state["ItemProcessor"])
    if processor.pop("ProcessorConfig") != {"Mode": "INLINE"}:
        raise UnknownConstruct("a Map that is not inline")
    return {"QueryLanguage": "JSONata", **processor}


def _check_task(name: str, state: State) -> None:
    if state["Resource"] not in {INVOKE, INVOKE_AND_WAIT, START_EXECUTION}:
        raise UnknownConstruct(f"{name} uses {state['Resource']}")
    for retrier in state.get("Retry", []):
        _only(retrier, _RETRY_FIELDS, f"a retry of {name}")
        # Only a delay with full jitter may be zero, and here every delay is.
        if retrier.get("MaxAttempts") != 0 and retrier.get("JitterStrategy") != "FULL":
            raise UnknownConstruct(f"a retry of {name} without full jitter")
    for catcher in state.get("Catch", []):
        _only(catcher, _CATCH_FIELDS, f"a catch of {name}")
    for handler in (*state.get("Retry", []), *state.get("Catch", [])):
        for error in handler["ErrorEquals"]:
            if error.startswith("States.") and error not in _RESERVED_ERRORS:
                raise UnknownConstruct(f"{name} handles {error}")


def _only(part: Mapping[str, Any], fields: frozenset[str], place: str) -> None:
    if unknown := sorted(part.keys() - fields):
        raise UnknownConstruct(f"{place} has {', '.join(unknown)}")


def _matches(names: Sequence[str], error: str) -> bool:
    return "States.ALL" in names or error in names


def evaluate(template: Any, variables: Mapping[str, Any]) -> Any:
    """A value of a definition, with every `{% expression %}` in it evaluated.

    `variables` are the fields of `$states`. Raises QueryEvaluationError for an expression without a
    value, UnknownConstruct for a text that only contains an expression.
    """
    match template:
        case dict():
            return {name: evaluate(value, variables) for name, value in template.items()}
        case list():
            return [evaluate(value, variables) for value in template]
        case str() if template.startswith("{%") and template.endswith("%}"):
            expression = jsonata.Jsonata(template[2:-2].strip())
            expression.assign("states", variables)
            value = _as_json(expression.evaluate({}))
            if value is None:
                raise QueryEvaluationError(f"{template} has no value")
            return value
        case str() if "{%" in template:
            raise UnknownConstruct(f"an expression inside a text: {template}")
        case _:
            return template


def _as_json(value: Any) -> Any:
    """A copy of a value as it would come out of JSON."""
    return json.loads(json.dumps(value))
