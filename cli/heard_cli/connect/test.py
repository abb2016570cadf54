"""`heard connect test`: send what a platform would, and say what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

import typer

from heard import clock
from heard.connectors import Capabilities, Connection, Rejected, Secret, load
from heard.connectors.http import HttpClient
from heard.errors import PlatformUnavailable
from heard.outcomes import CLOSING, Outcome
from heard_cli import show
from heard_cli.connect import sample_request
from heard_cli.local.http_client import Reply, Wire
from heard_cli.redrive import waiting
from heard_cli.stack import Stack, Stop, known, on_stack


@on_stack
def trial(
    stack: Stack,
    connection: Annotated[str, typer.Argument(help="The connection's id (con_…).")],
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="Send a sample review, and follow it to its outcome. It says that it is a test, "
            "and its ids exist at no platform.",
        ),
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="With --full: leave the sample's follow-up on the desk.")
    ] = False,
    timeout: Annotated[
        float, typer.Option(min=1, help="With --full: how many seconds to wait for its outcome.")
    ] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Send a signed request to a connection's address, as its platform would, and say what came of
    it.

    Without --full it is the platform's own test, or something that it sends and Heard ignores: that
    tries the address, the signature and the clock, and leaves no trace. With --full it is a sample
    review: it goes through the queue and the workflow, is judged by the policy, and with the
    default policy opens a follow-up, because it asks a question. No reply to it can reach anybody:
    at the real platform its ids exist nowhere. When its outcome has been seen it is withdrawn
    again, where the platform knows withdrawals.
    """
    found = known(stack, connection)
    connector = load(found.platform).capabilities
    if not (connector.pushes and connector.tested_by_us):
        _asked(stack, found, as_json=as_json)
        return
    secret = stack.secrets.inbound(found.id, fresh=True)
    if secret is None and connector.secret is not Secret.NONE:
        raise Stop(
            "There is no signing secret for this connection.",
            f"Give it one: heard connect rotate {found.id}",
        )
    signing, wire = secret.current if secret else "", Wire(timeout=30)
    tried = (
        sample_request.whole(found, signing, clock.now(), wire)
        if full
        else sample_request.ping(found, signing, clock.now())
    )
    if tried is None:
        raise Stop(
            f"There is no sample of what {connector.title} sends.", "Write one: events/README.md"
        )
    began = clock.now()
    reply = sample_request.send(tried.request, wire)
    spent = round((clock.now() - began).total_seconds() * 1000)
    result: dict[str, Any] = {
        "connection": found.id,
        "platform": found.platform,
        "sent": tried.told,
        "status": reply.status,
    }
    result |= {"milliseconds": spent, "ok": reply.status in range(200, 300)}
    wrong = None if result["ok"] else _refusal(found, reply)
    if tried.review and not wrong:
        outcomes = sample_request.follow(stack.log, tried.review, timeout)
        result |= _came(tried.review, outcomes)
        wrong = _stuck(stack, found, outcomes, timeout)
        result["ok"] = wrong is None
        gone = (
            None
            if wrong or keep
            else sample_request.withdrawal(found, signing, tried.native, clock.now())
        )
        if gone is not None:
            result["withdrawn"] = sample_request.send(gone, wire).status in range(200, 300)
    _report(found, connector, result, as_json=as_json)
    if wrong:
        raise wrong


def _asked(stack: Stack, connection: Connection, *, as_json: bool) -> None:
    """Try a platform that only itself can send for.

    Ask it for its latest reviews, with the stored credentials. Raises Stop.
    """
    connector, credentials = load(connection.platform), stack.secrets.credentials(connection.id)
    title = connector.capabilities.title
    if connector.capabilities.poll_seconds is None:
        advice = f"Use its own test, then see what came: heard connect deliveries {connection.id}"
        raise Stop(
            f"Only {title} can sign what it sends, so that no sample can be sent from here.", advice
        )
    try:
        page = connector.recent(
            None, connection, credentials, HttpClient(loopback=stack.on_this_machine), clock.now()
        )
    except PlatformUnavailable as fault:
        raise Stop(
            f"{title} cannot be asked just now: {fault.detail}", "Try again in a moment."
        ) from fault
    if isinstance(page, Rejected):
        raise Stop(
            f"{title} refuses: {page.detail}",
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
        own = f"use its own test, then heard connect deliveries {connection.id}"
        show.say(
            f"Only {title} can sign what it sends, so that no sample can be sent from here: {own}."
        )


def _refusal(connection: Connection, reply: Reply) -> Stop:
    """Why the door did not take a test, and what to look at."""
    told = f"The door answered {reply.status}."
    match reply.status:
        case HTTPStatus.UNAUTHORIZED if "stale" in reply.text:
            return Stop(
                f"{told} It takes the request for an old one.",
                "This machine's clock is more than five minutes off: set it.",
            )
        case HTTPStatus.UNAUTHORIZED if connection.platform.startswith("twilio_"):
            advice = f"It signs the address too: if the stack moved, connect it again. Else: heard connect rotate {connection.id}"
            return Stop(f"{told} It does not believe the signature.", advice)
        case HTTPStatus.UNAUTHORIZED:
            advice = f"The stored secret was changed a moment ago, or by hand: try again in a minute, or heard connect rotate {connection.id}"
            return Stop(
                f"{told} It does not believe the signature made with the stored secret.", advice
            )
        case HTTPStatus.NOT_FOUND:
            advice = "The address belongs to another stack or an older one: compare heard connect show with the stack's ApiUrl."
            return Stop(f"{told} It does not know this connection.", advice)
        case _:
            return Stop(
                f"{told} {reply.text[:200]}",
                "Look at the logs of the ingest function, then try again.",
            )


def _came(review: str, outcomes: tuple[Outcome, ...]) -> dict[str, Any]:
    """What came of a sample so far."""
    end = sample_request.settled(outcomes)
    first: Mapping[str, Any] = next(
        (each.detail for each in outcomes if "route" in each.detail), dict[str, Any]()
    )
    told: dict[str, Any] = {
        "review": review,
        "severity": outcomes[-1].severity if outcomes else None,
        "route": first.get("route"),
    }
    told["outcomes"] = [outcome.kind.value for outcome in outcomes]
    told["closed"] = end.kind.value if end and end.kind in CLOSING else None
    told["follow_up"] = end.detail.get("follow_up") if end and end.kind not in CLOSING else None
    return told | {"reason": end.detail.get("reason") if end else None}


def _stuck(
    stack: Stack, connection: Connection, outcomes: tuple[Outcome, ...], seconds: float
) -> Stop | None:
    """What to look at when a sample that the door took came to no outcome in time.

    None when it did.
    """
    if sample_request.settled(outcomes):
        return None
    counts = waiting(stack)
    told = f"{counts.queued} wait in the queue, {counts.in_flight} are being processed, {counts.dead} are dead letters."
    if outcomes:
        return Stop(
            f"The sample was accepted, but nothing came of it within {seconds:g} s. {told}",
            "Look at the log of the route workflow.",
        )
    kept = any(
        each.connection == connection.id
        for each in stack.quarantine.of_business(connection.business)
    )
    if kept:
        advice = f"Deliveries of this connection are in quarantine: heard connect quarantine --business {connection.business}"
    elif counts.dead:
        advice = "Dead letters show a fault: look at the logs of intake and triage, mend it, then heard redrive."
    else:
        advice = "Look at the logs of intake and triage, or wait longer: --timeout"
    return Stop(
        f"The door took the sample, but there is no outcome of it after {seconds:g} s. {told}",
        advice,
    )


def _report(
    connection: Connection, connector: Capabilities, result: dict[str, Any], *, as_json: bool
) -> None:
    if as_json:
        show.data(result)
        return
    show.line(
        f"{connector.title}: sent {result['sent']}; answered {result['status']} in "
        f"{result['milliseconds']} ms."
    )
    if not result["ok"]:
        return
    if "review" not in result:
        right = (
            "The address and the signature are right."
            if connector.signed
            else "The address is right; nothing is signed here."
        )
        show.line(
            "The page is there." if connection.platform == "feedback_form" else right, style="green"
        )
        show.say("This tried the door only. A sample review goes all the way: --full")
        return
    about: dict[str, show.Cell] = {
        "review": result["review"],
        "severity": show.severity(result["severity"]),
        "route": result["route"],
    }
    about["outcomes"] = ", ".join(result["outcomes"])
    about |= (
        {"follow-up": result["follow_up"]} if result["follow_up"] else {"closed": result["closed"]}
    )
    show.facts(about | ({"reason": result["reason"]} if result["reason"] else {}))
    if result.get("withdrawn"):
        show.say("The sample was withdrawn again, and leaves the desk in a moment.")
    elif result["follow_up"]:
        show.say("The sample stays on the desk: close it there, it says that it is a test.")
    if result["reason"] == "not_on_platform":
        show.say(
            "The platform was asked and does not know the sample, as it should be: real reviews "
            "are confirmed in the same way."
        )
