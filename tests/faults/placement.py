"""Puts the proxy between the functions of a running stack and AWS, and takes it away again.

Only test set-up does this: no function knows of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from heard_cli.local.stack import EmulatedStack
from tests.faults.workers import kill, workers_of


@contextmanager
def functions_through(stack: EmulatedStack, url: str) -> Iterator[None]:
    """All functions of the stack call AWS at `url` for a while.

    Triage judges with the quick engine meanwhile: a function that fails starts anew, and would read
    the weights of the other engine each time. Messages have four times as many tries as on AWS. A
    round shortens the waits between them from an hour to half a minute, but a reply that is under
    way keeps its slot as long as there.
    """
    client = stack.client("lambda")
    functions = [
        function
        for page in client.get_paginator("list_functions").paginate()
        for function in page["Functions"]
    ]
    aliases = {
        function["FunctionName"]: client.list_aliases(FunctionName=function["FunctionName"])[
            "Aliases"
        ]
        for function in functions
    }
    try:
        _stop_workers(stack)
        for function in functions:
            _set_endpoint(client, function, url)
            for alias in aliases[function["FunctionName"]]:
                version = client.publish_version(FunctionName=function["FunctionName"])["Version"]
                _point(client, function, alias, version)
        yield
    finally:
        _stop_workers(stack)
        for function in functions:
            _set_endpoint(client, function, None)
            for alias in aliases[function["FunctionName"]]:
                _point(client, function, alias, alias["FunctionVersion"])


def _stop_workers(stack: EmulatedStack) -> None:
    """End the functions' processes at once. For each, the emulator would wait two seconds."""
    for worker in workers_of(stack.process_id):
        kill(worker)


def _set_endpoint(client: Any, function: dict[str, Any], url: str | None) -> None:
    variables = dict(function["Environment"]["Variables"])
    if url is not None:
        variables["AWS_ENDPOINT_URL"] = url
        if "ASSESSMENT_ENGINE" in variables:
            variables["ASSESSMENT_ENGINE"] = "quick"
        if "MAX_RECEIVE_COUNT" in variables:
            variables["MAX_RECEIVE_COUNT"] = "40"
    client.update_function_configuration(
        FunctionName=function["FunctionName"], Environment={"Variables": variables}
    )


def _point(client: Any, function: dict[str, Any], alias: dict[str, Any], version: str) -> None:
    client.update_alias(
        FunctionName=function["FunctionName"], Name=alias["Name"], FunctionVersion=version
    )
