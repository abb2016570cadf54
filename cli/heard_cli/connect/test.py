"""`heard connect test`: send what a platform would, and say what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

import typer

from heard import clock
from heard.connectors import Capabilities, Connection, Rejection, SecretOrigin, load
from heard.connectors.http import HttpClient
from heard.errors import PlatformUnavailable
from heard.outcomes import CLOSING_KINDS, Outcome
from heard_cli import show
from heard_cli.connect import sample_request
from heard_cli.local.http_client import LocalHttpClient, LocalHttpResponse
from heard_cli.redrive import count_messages
from heard_cli.stack import CommandError, Stack, on_stack, require_connection


@on_stack
def run_test(
    stack: Stack,
    connection: Annotated[str, typer.Argument(help="The connection's id (con_…).")],
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help=(
                "Send a sample review and wait for its outcome. Its text says that it is a test, "
                "and its ids do not exist at the platform."
            ),
        ),
    ] = False,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep",
            help="With --full: do not withdraw the sample; its follow-up stays in the desk.",
        ),
    ] = False,
    timeout: Annotated[
        float, typer.Option(min=1, help="With --full: how many seconds to wait for its outcome.")
    ] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Send a signed request to a connection's address, as its platform would, and show the result.

    Without --full it is the platform's own test event, or an event that Heard ignores: it checks the address, the signature and the clock, and stores nothing. With --full it is a sample
    review: it goes through the queue and the workflow, is judged by the policy, and with the
    default policy opens a follow-up, because it asks a question. No reply to it can reach anybody:
    at the real platform its ids exist nowhere. After its outcome arrives it is withdrawn again, if the platform supports withdrawals.
    """
    target = require_connection(stack, connection)
    capabilities = load(target.platform).capabilities
    if not (capabilities.pushes and capabilities.can_self_test):
        _test_poll(stack, target, as_json=as_json)
        return
    secret = stack.secrets.inbound(target.id, fresh=True)
    if secret is None and capabilities.secret_origin is not SecretOrigin.NONE:
        raise CommandError(
            "There is no signing secret for this connection.",
            f"Give it one: heard connect rotate {target.id}",
        )
    signing_secret, client = secret.current if secret else "", LocalHttpClient(timeout=30)
    sample = (
        sample_request.review_request(target, signing_secret, clock.now(), client)
        if full
        else sample_request.ping(target, signing_secret, clock.now())
    )
    if sample is None:
        raise CommandError(
            f"There is no sample request for {capabilities.title}.", "Write one: events/README.md"
        )
    start = clock.now()
    response = sample_request.send(sample.request, client)
    duration_ms = round((clock.now() - start).total_seconds() * 1000)
    result: dict[str, Any] = {
        "connection": target.id,
        "platform": target.platform,
        "request": sample.description,
        "status": response.status,
    }
    result |= {"milliseconds": duration_ms, "ok": response.status in range(200, 300)}
    failure = None if result["ok"] else _webhook_error(target, response)
    if sample.review_id and not failure:
        outcomes = sample_request.wait_for_outcome(stack.log, sample.review_id, timeout)
        result |= _outcome_summary(sample.review_id, outcomes)
        failure = _missing_outcome_error(stack, target, outcomes, timeout)
        result["ok"] = failure is None
        withdrawal = (
            None
            if failure or keep
            else sample_request.withdrawal_request(
                target, signing_secret, sample.native_id, clock.now()
            )
        )
        if withdrawal is not None:
            result["withdrawn"] = sample_request.send(withdrawal, client).status in range(200, 300)
    _print_result(target, capabilities, result, as_json=as_json)
    if failure:
        raise failure


def _test_poll(stack: Stack, connection: Connection, *, as_json: bool) -> None:
    """Try a platform that only itself can send for.

    Ask it for its latest reviews, with the stored credentials. Raises Stop.
    """
    connector, credentials = load(connection.platform), stack.secrets.credentials(connection.id)
    title = connector.capabilities.title
    if connector.capabilities.poll_seconds is None:
        advice = (
            "Use the platform's own test, then see the result: heard connect deliveries "
            f"{connection.id}"
        )
        raise CommandError(
            f"Only {title} can sign its requests, so Heard cannot send a sample.", advice
        )
    try:
        page = connector.recent(
            None,
            connection,
            credentials,
            HttpClient(allow_loopback=stack.on_this_machine),
            clock.now(),
        )
    except PlatformUnavailable as fault:
        raise CommandError(
            f"{title} cannot be reached now: {fault.detail}", "Try again in a moment."
        ) from fault
    if isinstance(page, Rejection):
        raise CommandError(
            f"{title} rejected the request: {page.detail}",
            "Check the credentials, and remove and add the connection with the right ones.",
        )
    result = {
        "connection": connection.id,
        "platform": connection.platform,
        "ok": True,
        "reviews": len(page.events),
        "problems": list(page.problems),
    }
    if as_json:
        show.data(result)
        return
    show.line(f"{title} answers: {len(page.events)} reviews on its first page.", style="green")
    if connector.capabilities.pushes:
        hint = f"use its own test, then heard connect deliveries {connection.id}"
        show.note(f"Only {title} can sign its requests, so Heard cannot send a sample: {hint}.")


def _webhook_error(connection: Connection, response: LocalHttpResponse) -> CommandError:
    """Why the door did not take a test, and what to look at."""
    message = f"The webhook returned {response.status}."
    match response.status:
        case HTTPStatus.UNAUTHORIZED if "stale" in response.text:
            return CommandError(
                f"{message} It rejected the request as too old.",
                "The clock of this machine is wrong by more than five minutes. Set it.",
            )
        case HTTPStatus.UNAUTHORIZED if connection.platform.startswith("twilio_"):
            advice = (
                "The signature covers the address: if the stack moved, connect it again. "
                f"Otherwise: heard connect rotate {connection.id}"
            )
            return CommandError(f"{message} It rejected the signature.", advice)
        case HTTPStatus.UNAUTHORIZED:
            advice = (
                "The stored secret was changed recently or by hand. Try again in a minute, or: "
                f"heard connect rotate {connection.id}"
            )
            return CommandError(
                (
                    f"{message} It rejected the signature, although it was made with the stored "
                    "secret."
                ),
                advice,
            )
        case HTTPStatus.NOT_FOUND:
            advice = (
                "The address belongs to another or older stack. Compare the address in heard "
                "connect show with the stack's ApiUrl."
            )
            return CommandError(f"{message} It does not know this connection.", advice)
        case _:
            return CommandError(
                f"{message} {response.text[:200]}",
                "Look at the logs of the ingest function, then try again.",
            )


def _outcome_summary(review: str, outcomes: tuple[Outcome, ...]) -> dict[str, Any]:
    """What came of a sample so far."""
    settling = sample_request.settling_outcome(outcomes)
    decision_detail: Mapping[str, Any] = next(
        (each.detail for each in outcomes if "route" in each.detail), dict[str, Any]()
    )
    summary: dict[str, Any] = {
        "review": review,
        "severity": outcomes[-1].severity if outcomes else None,
        "route": decision_detail.get("route"),
    }
    summary["outcomes"] = [outcome.kind.value for outcome in outcomes]
    summary["closed"] = settling.kind.value if settling and settling.kind in CLOSING_KINDS else None
    summary["follow_up"] = (
        settling.detail.get("follow_up")
        if settling and settling.kind not in CLOSING_KINDS
        else None
    )
    return summary | {"reason": settling.detail.get("reason") if settling else None}


def _missing_outcome_error(
    stack: Stack, connection: Connection, outcomes: tuple[Outcome, ...], seconds: float
) -> CommandError | None:
    """What to look at when a sample that the door took came to no outcome in time.

    None when it did.
    """
    if sample_request.settling_outcome(outcomes):
        return None
    counts = count_messages(stack)
    counts_text = (
        f"{counts.queued} wait in the queue, {counts.in_flight} are being processed, "
        f"{counts.dead_letters} are dead letters."
    )
    if outcomes:
        return CommandError(
            f"The sample was accepted, but has no result after {seconds:g} s. {counts_text}",
            "Look at the log of the route workflow.",
        )
    is_quarantined = any(
        each.connection == connection.id
        for each in stack.quarantine.of_business(connection.business)
    )
    if is_quarantined:
        advice = (
            "Deliveries of this connection are in quarantine: heard connect quarantine "
            f"--business {connection.business}"
        )
    elif counts.dead_letters:
        advice = (
            "There are dead letters: see the logs of intake and triage, fix the cause, then run "
            "heard redrive."
        )
    else:
        advice = "Look at the logs of intake and triage, or wait longer: --timeout"
    return CommandError(
        (
            f"The webhook accepted the sample, but there is no outcome after {seconds:g} s. "
            f"{counts_text}"
        ),
        advice,
    )


def _print_result(
    connection: Connection, capabilities: Capabilities, result: dict[str, Any], *, as_json: bool
) -> None:
    if as_json:
        show.data(result)
        return
    show.line(
        f"{capabilities.title}: sent {result['sent']}; the response was {result['status']} in "
        f"{result['milliseconds']} ms."
    )
    if not result["ok"]:
        return
    if "review" not in result:
        success_text = (
            "The address and the signature are right."
            if capabilities.signed
            else "The address is right (this platform does not sign)."
        )
        show.line(
            "The feedback form opens." if connection.platform == "feedback_form" else success_text,
            style="green",
        )
        show.note(
            "This tested the webhook only. To test the whole workflow with a sample review: --full"
        )
        return
    fields: dict[str, show.Cell] = {
        "review": result["review"],
        "severity": show.severity(result["severity"]),
        "route": result["route"],
    }
    fields["outcomes"] = ", ".join(result["outcomes"])
    fields |= (
        {"follow-up": result["follow_up"]} if result["follow_up"] else {"closed": result["closed"]}
    )
    show.fields(fields | ({"reason": result["reason"]} if result["reason"] else {}))
    if result.get("withdrawn"):
        show.note("The sample was withdrawn. It disappears from the desk soon.")
    elif result["follow_up"]:
        show.note("The sample stays in the desk. Close it there; its text says that it is a test.")
    if result["reason"] == "not_on_platform":
        show.note(
            "As expected, the platform does not know the sample. Real reviews are verified in "
            "the same way."
        )
