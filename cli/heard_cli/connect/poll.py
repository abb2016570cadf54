"""`heard connect poll`: ask a platform for its reviews now instead of when it is due."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Annotated, Any, cast

import typer

from heard.connectors import Connection, load
from heard_cli import show
from heard_cli.stack import CommandError, Stack, on_stack, require_connection


@dataclass(frozen=True, slots=True)
class PollSummary:
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


def run_poller(stack: Stack, connection: Connection) -> PollSummary:
    """Run the stack's poller for one connection, and wait for it.

    Raises Stop when it cannot run.
    """
    function_name = stack.outputs.get("PollFunctionName")
    if not function_name:
        raise CommandError(
            "This stack has no poll function: it was deployed from an older version.",
            "Update it: make deploy",
        )
    response = stack.functions.invoke(
        FunctionName=function_name, Payload=json.dumps({"connection": connection.id}).encode()
    )
    content = response["Payload"].read()
    try:
        payload: Any = json.loads(content)
    except ValueError:
        payload = None
    if response.get("FunctionError") or not isinstance(payload, dict):
        kind = (
            cast("dict[str, Any]", payload).get("errorType", "")
            if isinstance(payload, dict)
            else ""
        )
        raise CommandError(
            f"The poller failed{f' ({kind})' if kind else ''}.",
            "Look at its log: service=poll in the functions' logs.",
        )
    result = cast("dict[str, Any]", payload)
    counts = {
        name: int(result.get(name) or 0) for name in ("reviews", "queued", "withdrawn", "problems")
    }
    return PollSummary(connection.id, **counts, error=str(result.get("error") or ""))


@on_stack
def poll(
    stack: Stack,
    connection: Annotated[str, typer.Argument(help="The connection's id (con_…).")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Poll a connection's platform now and show the result. Exit code 1 if the poll failed."""
    target = require_connection(stack, connection)
    capabilities = load(target.platform).capabilities
    if capabilities.poll_seconds is None:
        raise CommandError(
            f"{capabilities.title} cannot be polled: it sends its reviews.",
            f"Test it: heard connect test {target.id}",
        )
    summary = run_poller(stack, target)
    if as_json:
        show.data(asdict(summary) | {"platform": target.platform})
    else:
        problem_text = f", {summary.problems} could not be read" if summary.problems else ""
        show.line(
            f"{capabilities.title}: {summary.found} reviews found, {summary.queued} queued, "
            f"{summary.withdrawn} withdrawn{problem_text}."
        )
        if not summary.error:
            show.note("Reviews that are known already are not queued again.")
    if summary.error:
        missing = capabilities.credentials and not target.has_credentials
        advice = (
            "It has no credentials: remove it and add it with them."
            if missing
            else f"See its poll state: heard connect deliveries {target.id}"
        )
        raise CommandError(f"{capabilities.title} was not read completely: {summary.error}", advice)
