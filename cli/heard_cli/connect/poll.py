"""`heard connect poll`: poll a platform now instead of when it is due."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Annotated, Any, cast

from heard.connectors import Connection, load
from heard_cli import options, show
from heard_cli.stack import CommandError, Stack, on_stack, require_connection


@dataclass(frozen=True, slots=True)
class PollSummary:
    """The result of one poll.

    It counts the reviews that the platform showed, those that were queued, those that are gone, and
    those that could not be read. `error` says why the poll ended early; it is empty if it did not.
    """

    connection: str
    listed: int = 0
    queued: int = 0
    withdrawn: int = 0
    problems: int = 0
    error: str = ""


def run_poller(stack: Stack, connection: Connection) -> PollSummary:
    """Run the stack's poll function for one connection, and wait for its result.

    Raises CommandError if it cannot run.
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
        document: object = json.loads(content)
    except ValueError:
        document = None
    result = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
    if response.get("FunctionError") or not result:
        error_type = f" ({result['errorType']})" if "errorType" in result else ""
        raise CommandError(
            f"The poll function failed{error_type}.",
            "See its log: service=poll in the functions' logs.",
        )
    return PollSummary(
        connection.id,
        listed=int(result.get("listed") or 0),
        queued=int(result.get("queued") or 0),
        withdrawn=int(result.get("withdrawn") or 0),
        problems=int(result.get("problems") or 0),
        error=str(result.get("error") or ""),
    )


@on_stack
def poll(
    stack: Stack,
    connection_id: Annotated[str, options.CONNECTION_ARGUMENT],
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Poll a connection's platform now and show the result. Exit code 1 if the poll failed."""
    connection = require_connection(stack, connection_id)
    capabilities = load(connection.platform).capabilities
    if capabilities.poll_seconds is None:
        raise CommandError(
            f"{capabilities.title} cannot be polled: it sends its reviews.",
            "Test it:",
            f"connect test {connection.id}",
        )
    summary = run_poller(stack, connection)
    if as_json:
        show.data(asdict(summary) | {"platform": connection.platform})
    elif summary.listed or not summary.error:
        # A poll that failed before its first review has nothing to count.
        problem_text = f", {summary.problems} could not be read" if summary.problems else ""
        show.line(
            f"{capabilities.title}: {show.count(summary.listed, 'review')} listed, "
            f"{summary.queued} queued, "
            f"{summary.withdrawn} withdrawn{problem_text}."
        )
    if summary.error:
        code, _, reason = summary.error.partition(": ")
        reason = (reason or code).rstrip(".")
        if reason.startswith(("The ", "A ")):
            reason = reason[0].lower() + reason[1:]
        message = f"{capabilities.title} was not read completely: {reason}."
        if capabilities.credentials and not connection.has_credentials:
            raise CommandError(
                message,
                "It has no credentials. Remove it and add it with them:",
                f"connect remove {connection.id}",
            )
        base_settings = [name for name in connection.settings if name.endswith(("_url", "_base"))]
        question = f"Is the setting {base_settings[0]} right? " if base_settings else ""
        raise CommandError(
            message, f"{question}See its poll state:", f"connect deliveries {connection.id}"
        )
    if not as_json:
        show.note("Reviews that are known already are not queued again.")
