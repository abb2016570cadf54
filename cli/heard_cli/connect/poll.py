"""`heard connect poll`: ask a platform for its reviews now instead of when it is due."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Annotated, Any, cast

import typer

from heard.connectors import Connection, load
from heard_cli import show
from heard_cli.stack import Stack, Stop, known, on_stack


@dataclass(frozen=True, slots=True)
class Polled:
    """What came of asking.

    Reviews shown there, queued, gone, how many could not be read, and why it ended early (empty if
    it did not).
    """

    connection: str
    found: int = 0
    queued: int = 0
    withdrawn: int = 0
    problems: int = 0
    error: str = ""


def polled(stack: Stack, connection: Connection) -> Polled:
    """Run the stack's poller for one connection, and wait for it.

    Raises Stop when it cannot run.
    """
    function = stack.outputs.get("PollFunctionName")
    if not function:
        raise Stop("This stack has no poller: it is an older one.", "Update it: make deploy")
    answer = stack.functions.invoke(
        FunctionName=function, Payload=json.dumps({"connection": connection.id}).encode()
    )
    content = answer["Payload"].read()
    try:
        told: Any = json.loads(content)
    except ValueError:
        told = None
    if answer.get("FunctionError") or not isinstance(told, dict):
        kind = cast("dict[str, Any]", told).get("errorType", "") if isinstance(told, dict) else ""
        raise Stop(
            f"The poller failed{f' ({kind})' if kind else ''}.",
            "Look at its log: service=poll in the functions' logs.",
        )
    found = cast("dict[str, Any]", told)
    counts = {
        name: int(found.get(name) or 0) for name in ("found", "queued", "withdrawn", "problems")
    }
    return Polled(connection.id, **counts, error=str(found.get("error") or ""))


@on_stack
def poll(
    stack: Stack,
    connection: Annotated[str, typer.Argument(help="The connection's id (con_…).")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Ask a connection's platform for its reviews at once, and say what came.

    The exit code is 1 if it could not be asked.
    """
    found = known(stack, connection)
    about = load(found.platform).capabilities
    if about.poll_seconds is None:
        raise Stop(
            f"{about.title} cannot be asked for its reviews: it sends them.",
            f"Try that: heard connect test {found.id}",
        )
    came = polled(stack, found)
    if as_json:
        show.data(asdict(came) | {"platform": found.platform})
    else:
        unread = f", {came.problems} could not be read" if came.problems else ""
        show.line(
            f"{about.title}: {came.found} reviews found, {came.queued} queued, {came.withdrawn} "
            f"withdrawn{unread}."
        )
        if not came.error:
            show.say("What is known already is not queued again.")
    if came.error:
        missing = about.credentials and not found.has_credentials
        advice = (
            "It has no credentials: remove it and add it with them."
            if missing
            else f"Its state: heard connect deliveries {found.id}"
        )
        raise Stop(f"{about.title} was not read to the end: {came.error}", advice)
