"""A run of the route workflow is told apart from every other one, and never taken for done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from heard.errors import Fault
from heard.messaging import Workflows


class RouteRuns:
    """Step Functions' synchronous runs, which all end with `output`."""

    def __init__(self, output: str | None) -> None:
        self.names: list[str] = []
        self.output = output

    def start_sync_execution(self, *, name: str, **_: Any) -> dict[str, Any]:
        self.names.append(name)
        response = {"status": "SUCCEEDED"}
        return response if self.output is None else response | {"output": self.output}


def workflows(runs: RouteRuns) -> Workflows:
    client: Any = runs
    return Workflows(client)


def test_a_message_that_comes_again_while_its_run_goes_on_has_a_run_of_its_own() -> None:
    # Where runs are looked up by name, the short second one would answer for the first: messages
    # of the first that failed would be taken for done, and be lost.
    runs = RouteRuns(json.dumps({"failed": []}))
    for name in ("dlv_0a1b2c3d4e5f6071-0", "dlv_0a1b2c3d4e5f6071-0", "d" * 100):
        workflows(runs).run_route("arn", name, {})

    first, second, long = runs.names
    assert first != second
    assert first.startswith("dlv_0a1b2c3d4e5f6071-0-")
    assert second.startswith("dlv_0a1b2c3d4e5f6071-0-")
    assert len(long) <= 80


@pytest.mark.parametrize(
    "output", [None, "", "{}", '{"failed": null}', '{"failed": {}}', '{"replies": []}']
)
def test_an_output_that_does_not_say_what_failed_is_a_fault(output: str | None) -> None:
    with pytest.raises(Fault, match="did not say which messages failed"):
        workflows(RouteRuns(output)).run_route("arn", "dlv_1-0", {})


def test_what_failed_is_returned() -> None:
    failed = [{"number": 3, "code": "busy"}]
    assert workflows(RouteRuns(json.dumps({"failed": failed}))).run_route("a", "b", {}) == failed
