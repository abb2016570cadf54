"""`heard connect test`: send what a platform would send, and show the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

import typer

from heard import clock
from heard.connectors import (
    Capabilities,
    Connection,
    PlatformAccount,
    Proof,
    Rejection,
    SecretOrigin,
    load,
)
from heard.connectors.http import HttpClient
from heard.errors import HeardError, PlatformUnavailable
from heard.outcomes import CLOSING_KINDS, Outcome
from heard_cli import options, show
from heard_cli.connect import sample_request
from heard_cli.connect.addresses import with_address
from heard_cli.connect.signature_causes import covers_address
from heard_cli.local.http_client import LocalHttpClient, LocalHttpResponse
from heard_cli.ranges import whole_number
from heard_cli.redrive import count_messages
from heard_cli.stack import CommandError, Stack, on_stack, require_connection


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request that was sent: what it was in words, and the response."""

    description: str
    status: int
    milliseconds: int

    @property
    def accepted(self) -> bool:
        """Whether the webhook took it."""
        return self.status in range(200, 300)


@dataclass(frozen=True, slots=True)
class SampleResult:
    """What became of a sample review."""

    review: str
    outcomes: tuple[Outcome, ...]
    withdrawn: bool | None = None
    """Whether its withdrawal was accepted; None when there was none."""

    @property
    def settling(self) -> Outcome | None:
        """The outcome that closed the review or gave it to a person."""
        return sample_request.settling_outcome(self.outcomes)

    @property
    def severity(self) -> str | None:
        """How bad it was judged to be."""
        return self.outcomes[-1].severity if self.outcomes else None

    @property
    def route(self) -> str | None:
        """Where the policy sent it."""
        details: list[Mapping[str, Any]] = [outcome.detail for outcome in self.outcomes]
        return next((str(detail["route"]) for detail in details if "route" in detail), None)

    @property
    def closed(self) -> str | None:
        """Its closing kind."""
        outcome = self.settling
        return outcome.kind.value if outcome and outcome.kind in CLOSING_KINDS else None

    @property
    def follow_up(self) -> str | None:
        """The follow-up that a person got."""
        outcome = self.settling
        if outcome is None or outcome.kind in CLOSING_KINDS:
            return None
        return outcome.detail.get("follow_up")

    @property
    def reason(self) -> str | None:
        """Why it was closed, if the outcome says."""
        return self.settling.detail.get("reason") if self.settling else None

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        fields: dict[str, Any] = {
            "review": self.review,
            "severity": self.severity,
            "route": self.route,
            "outcomes": [outcome.kind.value for outcome in self.outcomes],
            "closed": self.closed,
            "follow_up": self.follow_up,
            "reason": self.reason,
        }
        return fields | ({} if self.withdrawn is None else {"withdrawn": self.withdrawn})


@on_stack
def run_test(
    stack: Stack,
    connection_id: Annotated[str, options.CONNECTION_ARGUMENT],
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="Send a sample review and wait for its outcome. Its text says that it is a test, "
            "and its ids do not exist at the platform.",
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
        int,
        typer.Option(
            metavar="NUMBER",
            parser=whole_number(1),
            help="With --full: how many seconds to wait for its outcome.",
        ),
    ] = 30,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Send a signed request to a connection's address, as its platform would, and show the result.

    Without --full it is the platform's own test event, or an event that Heard ignores: it checks
    the address, the signature and the clock, and stores nothing.

    With --full it is a sample review. It goes through the queue and the workflow, and the policy
    decides on it. With the default policy it opens a follow-up, because it asks a question. A reply
    to it cannot reach anybody, because its ids do not exist at the real platform. After its outcome
    arrives it is withdrawn again, if the platform supports withdrawals.
    """
    connection = with_address(stack, require_connection(stack, connection_id))
    capabilities = load(connection.platform).capabilities
    if not (capabilities.pushes and capabilities.can_self_test):
        _test_poll(stack, connection, as_json=as_json)
        return
    secret = stack.secrets.inbound(connection.id)
    if secret is None and capabilities.secret_origin is not SecretOrigin.NONE:
        raise CommandError(
            "There is no signing secret for this connection.",
            "Create one:",
            f"connect rotate {connection.id}",
        )
    signing_secret, client = secret.current if secret else "", LocalHttpClient(timeout=30)
    sample = (
        sample_request.review_request(connection, signing_secret, clock.now(), client)
        if full
        else sample_request.ping(connection, signing_secret, clock.now())
    )
    if sample is None:
        raise CommandError(
            f"There is no sample request for {capabilities.title}.", "Write one: events/README.md"
        )
    start = clock.now()
    response = sample_request.send(sample.request, client)
    request = SentRequest(
        sample.description,
        response.status,
        round((clock.now() - start).total_seconds() * 1000),
    )
    error = None if request.accepted else _webhook_error(connection, response)
    credentials_problem = "" if error else _credentials_problem(stack, connection)
    result = None
    if sample.review_id and not error:
        outcomes = sample_request.wait_for_outcome(stack.log, sample.review_id, timeout)
        error = _missing_outcome_error(stack, connection, outcomes, timeout)
        if error and credentials_problem:
            error = CommandError(
                f"{error.message} {credentials_problem}", error.advice, error.command
            )
        withdrawal = (
            None
            if error or keep or capabilities.proof is not Proof.SENDER  # it would prove nothing
            else sample_request.withdrawal_request(
                connection, signing_secret, sample.native_id, clock.now()
            )
        )
        withdrawn = (
            sample_request.send(withdrawal, client).status in range(200, 300)
            if withdrawal
            else None
        )
        result = SampleResult(sample.review_id, outcomes, withdrawn)
    if as_json:
        show.data(
            {
                "connection": connection.id,
                "platform": connection.platform,
                "request": request.description,
                "status": request.status,
                "milliseconds": request.milliseconds,
                "ok": error is None,
                **({"credentials": credentials_problem} if credentials_problem else {}),
                **(result.to_json() if result else {}),
            }
        )
    else:
        show.line(
            f"{capabilities.title}: sent {request.description}; the response was "
            f"{request.status} in {request.milliseconds} ms."
        )
        if result and not error:
            _print_sample_result(result)
        elif not error:
            _print_ping_result(stack, connection, capabilities)
        if credentials_problem and not error:
            show.note(credentials_problem)
    if error:
        raise error


def _credentials_problem(stack: Stack, connection: Connection) -> str:
    """What the platform answered to one read with the credentials; empty if it took them.

    Where a platform has nothing to read, it says that the credentials were not tested.
    """
    connector = load(connection.platform)
    capabilities = connector.capabilities
    if not connection.has_credentials:
        return ""
    account = PlatformAccount(
        connection,
        stack.secrets.credentials(connection.id),
        HttpClient(allow_loopback=stack.on_this_machine),
    )
    suspicion = "Check the credentials: without the right ones, its reviews cannot be handled."
    try:
        if capabilities.poll_seconds is not None:
            page = connector.recent(None, account, clock.now())
            if isinstance(page, Rejection):
                return f"{capabilities.title} rejected a read: {page.detail} {suspicion}"
        elif capabilities.can_fetch:
            if connector.fetch(f"{sample_request.PREFIX}read", account) is None:
                return (
                    f"{capabilities.title} did not answer a read with these credentials. "
                    f"{suspicion}"
                )
        else:
            return (
                "The credentials were not tested: Heard uses them only to reply. Replies are "
                "rejected if they are wrong."
            )
    except HeardError as error:
        return f"{capabilities.title} cannot be read now: {error.detail} {suspicion}"
    return ""


def _test_poll(stack: Stack, connection: Connection, *, as_json: bool) -> None:
    """Test a platform whose requests Heard cannot sign: read its latest reviews instead.

    Raises CommandError.
    """
    connector, credentials = load(connection.platform), stack.secrets.credentials(connection.id)
    title = connector.capabilities.title
    unsigned = f"Only {title} can sign its requests, so Heard cannot send a sample."
    if connector.capabilities.poll_seconds is None:
        raise CommandError(
            unsigned,
            "Use the platform's own test, then see the result:",
            f"connect deliveries {connection.id}",
        )
    try:
        page = connector.recent(
            None,
            PlatformAccount(
                connection, credentials, HttpClient(allow_loopback=stack.on_this_machine)
            ),
            clock.now(),
        )
    except PlatformUnavailable as error:
        raise CommandError(
            f"{title} cannot be reached now: {error.detail}", "Try again in a moment."
        ) from error
    if isinstance(page, Rejection):
        raise CommandError(
            f"{title} rejected the request: {page.detail}",
            "Check the credentials. To change them, remove the connection and add it again:",
            f"connect remove {connection.id}",
        )
    if as_json:
        show.data(
            {
                "connection": connection.id,
                "platform": connection.platform,
                "ok": True,
                "reviews": len(page.events),
                "problems": list(page.problems),
            }
        )
        return
    first_page = f"{show.count(len(page.events), 'review')} on its first page"
    show.line(f"{title} responds: {first_page}.", style="green")
    if connector.capabilities.pushes:
        recent = stack.options.command_line(f"connect deliveries {connection.id}")
        show.note(f"{unsigned} Use the platform's own test, then see the result: {recent}")


def _webhook_error(connection: Connection, response: LocalHttpResponse) -> CommandError:
    """Why the webhook refused a test, and what to check."""
    message = f"The webhook returned {response.status}."
    match response.status:
        case HTTPStatus.UNAUTHORIZED if "stale" in response.text:
            return CommandError(
                f"{message} It refused the request as too old.",
                "The clock of this machine is wrong by more than five minutes. Set it.",
            )
        case HTTPStatus.UNAUTHORIZED if covers_address(load(connection.platform)):
            return CommandError(
                f"{message} It refused the signature.",
                "The signature covers the address: if the stack moved, connect it again. "
                "Otherwise:",
                f"connect rotate {connection.id}",
            )
        case HTTPStatus.UNAUTHORIZED:
            return CommandError(
                f"{message} It refused the signature, although it was made with the stored secret.",
                "The stored secret was changed by hand, or just now. Try again in a minute, or:",
                f"connect rotate {connection.id}",
            )
        case HTTPStatus.NOT_FOUND:
            return CommandError(
                f"{message} It does not know this connection.",
                "The address belongs to another or older stack. Compare the stack's ApiUrl with "
                "the address in:",
                f"connect show {connection.id}",
            )
        case _:
            return CommandError(
                f"{message} {response.text[:200]}".strip(),
                "See the logs of the ingest function, then try again.",
            )


def _missing_outcome_error(
    stack: Stack, connection: Connection, outcomes: tuple[Outcome, ...], seconds: float
) -> CommandError | None:
    """What to check when an accepted sample has no result in time; None when it has one."""
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
            "See the log of the route workflow.",
        )
    message = (
        f"The webhook accepted the sample, but there is no outcome after {seconds:g} s. "
        f"{counts_text}"
    )
    if any(
        entry.connection == connection.id
        for entry in stack.quarantine.of_business(connection.business)
    ):
        return CommandError(
            message,
            "Requests of this connection are in quarantine:",
            f"connect quarantine --business {connection.business}",
        )
    if counts.dead_letters:
        return CommandError(
            message,
            "There are dead letters. See the logs of intake and triage, fix the cause, then run:",
            "redrive",
        )
    return CommandError(
        message, "See the logs of intake and triage, or wait longer with --timeout."
    )


def _print_ping_result(stack: Stack, connection: Connection, capabilities: Capabilities) -> None:
    if connection.platform == "feedback_form":
        text = "The feedback form opens."
    elif capabilities.signed:
        text = "The address and the signature are right."
    else:
        text = "The address is right (this platform does not sign)."
    show.line(text, style="green")
    full = stack.options.command_line(f"connect test {connection.id} --full")
    show.note(
        f"This tested the webhook only. To test the whole workflow with a sample review: {full}"
    )


def _print_sample_result(result: SampleResult) -> None:
    fields: dict[str, show.Cell] = {
        "review": result.review,
        "severity": show.severity(result.severity),
        "route": result.route,
        "outcomes": ", ".join(outcome.kind.value for outcome in result.outcomes),
    }
    fields |= {"follow-up": result.follow_up} if result.follow_up else {"closed": result.closed}
    show.fields(fields | ({"reason": result.reason} if result.reason else {}))
    if result.withdrawn:
        show.note("The sample was withdrawn. It disappears from the desk soon.")
    elif result.follow_up:
        show.note("The sample stays in the desk. Close it there; its text says that it is a test.")
    if result.reason == "not_on_platform":
        show.note(
            "As expected, the platform does not know the sample. Real reviews are verified in the "
            "same way."
        )
