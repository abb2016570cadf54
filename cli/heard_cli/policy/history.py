"""Past reviews, from one of three sources.

The sources are a file of assessments or of raw reviews, the samples of the demo, and the stored
assessments of a stack. Reviews are read one after the other, so a year of reviews takes no more
memory than a day.
"""

from __future__ import annotations

import json
import re
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import batched
from pathlib import Path
from typing import Any, Final, TextIO, cast

import typer
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NaiveDatetime, ValidationError

from heard.assessment import (
    RULES_VERSION,
    Agenda,
    Assessment,
    Flag,
    History,
    Reason,
    Severity,
    assess,
)
from heard.assessment.engines.chain import embedded_engine
from heard.clock import parse_time
from heard.connectors import (
    Connection,
    Connector,
    PlatformAccount,
    ReviewPage,
    WebhookRequest,
    load,
    platform_names,
)
from heard.connectors.http import HttpClient
from heard.errors import HeardError, NotFound
from heard.http.invalid_input import requirement
from heard.outcomes import Kind, Outcome
from heard.policy import Context, Route, ThreadState
from heard.policy.simulation import PastReview
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision, review_id
from heard.storage.history import HistoricalRevision
from heard.storage.outcome_log import OutcomeCriteria
from heard.threads import PUBLIC_REPLY_CAP
from heard_cli import show
from heard_cli.connect.credentials import choose_signing_secret
from heard_cli.local.sample_requests import sign_sample
from heard_cli.local.samples import EVENTS, Sample, load_samples
from heard_cli.outcome_pages import read_outcomes
from heard_cli.stack import CommandError, Stack
from heard_simulator.server import SimulatedPlatforms

MAX_LINE_ERRORS: Final = 5
"""How many unreadable lines get an error message of their own."""

DEMO_WEEKS: Final = 4
_DEMO_ADDRESS: Final = "https://heard.example/hooks/demo"
_PAGE: Final = 500
_CODE: Final = re.compile("[a-z][a-z0-9_]{0,39}")
_WORKERS: Final = 8


@dataclass
class ReviewHistory:
    """Past reviews, which can be read once, and what a report must say about them.

    `total` is None if their number is not known. `line_errors` has a message for each of the first
    unreadable lines, and `skip_reasons` counts the reviews that were left out, by reason. `notes`,
    `line_errors` and `skip_reasons` are complete when all reviews have been read.
    """

    reviews: Iterable[PastReview] = ()
    total: int | None = None
    source: str = ""
    notes: list[str] = field(default_factory=list[str])
    line_errors: list[str] = field(default_factory=list[str])
    skip_reasons: Counter[str] = field(default_factory=Counter[str])


class _Evidence(BaseModel):
    code: str


class _Line(BaseModel):
    """The fields that both kinds of lines may have.

    A line that leaves out a field means a new, verified review.
    """

    model_config = ConfigDict(extra="ignore")

    id: str | int
    at: AwareDatetime | NaiveDatetime | None = None
    channel: Channel = Channel.REVIEW_SITE
    platform: str = ""
    rating: int | None = Field(None, ge=1, le=5)
    title: str | None = None
    text: str | None = None
    language: str | None = None
    has_text: bool | None = None
    public_replies_left: int = Field(PUBLIC_REPLY_CAP, ge=0, le=PUBLIC_REPLY_CAP)
    follow_up_open: bool = False
    verified: bool = True
    can_reply: bool = True
    thread: ThreadState = ThreadState.FRESH
    earlier_complaints: int = Field(0, ge=0)
    author_value: int | None = Field(None, ge=0, le=100)

    def context(self, *, has_text: bool) -> Context:
        return Context(
            channel=self.channel,
            platform=self.platform,
            rating=self.rating,
            has_text=has_text if self.has_text is None else self.has_text,
            public_replies_left=self.public_replies_left,
            follow_up_open=self.follow_up_open,
            verified=self.verified,
            thread=self.thread,
            earlier_complaints=self.earlier_complaints,
            author_value=self.author_value,
            can_reply=self.can_reply and can_reply(self.platform),
        )

    @property
    def full_text(self) -> str:
        return "\n".join(part for part in (self.title, self.text) if part)

    @property
    def time(self) -> datetime | None:
        return None if self.at is None else parse_time(self.at.isoformat())


class _AssessedLine(_Line):
    """A line as `heard assess run` writes it."""

    severity: Severity
    agenda: Agenda
    flags: list[Flag] = []
    topics: list[str] = []
    sentiment: float | None = None
    needs_person: bool = True
    confidence: float = Field(0.5, ge=0, le=1)
    scores: dict[str, float] = {}
    model: str = ""
    evidence: list[_Evidence | str] = []

    def assessment(self) -> Assessment:
        codes = (reason if isinstance(reason, str) else reason.code for reason in self.evidence)
        return Assessment(
            severity=self.severity,
            agenda=self.agenda,
            sentiment=self.sentiment,
            language=self.language,
            topics=tuple(self.topics),
            flags=tuple(self.flags),
            # Codes are shown to anybody. Anything else may be a customer's words.
            reasons=tuple(Reason(code) for code in codes if _CODE.fullmatch(code)),
            model=self.model,
            needs_person=self.needs_person,
            confidence=self.confidence,
            scores=self.scores,
        )


class _InvalidLine(ValueError):
    """A line is no review. The message says why and how to fix it, and quotes no customer."""


def from_file(path: str, *, with_text: bool) -> ReviewHistory:
    """The reviews of a JSONL file, or of standard input if `path` is `-`.

    Each line is an assessment as `heard assess run` writes it, or a raw review (`id`, `text`,
    `rating` and more). Raises BadParameter.
    """
    if path == "-":
        history = ReviewHistory(source="standard input")
        history.reviews = _read_lines(sys.stdin, history, with_text=with_text)
        return history
    file = Path(path)
    if not file.is_file():
        raise typer.BadParameter(
            f"there is no file {path}. For the samples that come with Heard: --on demo.",
            param_hint="--on",
        )
    with file.open("rb") as counted:
        total = sum(block.count(b"\n") for block in iter(lambda: counted.read(1 << 20), b""))
    history = ReviewHistory(total=total, source=file.name)
    history.reviews = _read_file(file, history, with_text=with_text)
    return history


def _read_file(file: Path, history: ReviewHistory, *, with_text: bool) -> Iterator[PastReview]:
    with file.open(encoding="utf-8", errors="replace") as lines:
        yield from _read_lines(lines, history, with_text=with_text)


def _read_lines(lines: TextIO, history: ReviewHistory, *, with_text: bool) -> Iterator[PastReview]:
    raw_count = no_text_count = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            fields = _parse_object(line)
            review = (
                _from_assessed_line(fields, with_text=with_text)
                if "severity" in fields
                else _from_raw_line(fields, with_text=with_text)
            )
            raw_count += "severity" not in fields
            no_text_count += review.text is None
        except _InvalidLine as error:
            history.skip_reasons["not readable"] += 1
            if len(history.line_errors) < MAX_LINE_ERRORS:
                history.line_errors.append(f"line {number}: {error}")
            continue
        yield review
    if raw_count:
        history.notes.append(
            f"{show.count(raw_count, 'review')} without an assessment: assessed first, by "
            f"{_engine_name()}."
        )
    if with_text and no_text_count:
        history.notes.append(f"Without words to show: {show.count(no_text_count, 'line')}.")


def _parse_object(line: str) -> dict[str, Any]:
    try:
        fields: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _InvalidLine("it is not JSON. Write one JSON object per line.") from error
    if not isinstance(fields, dict):
        raise _InvalidLine("it is not a JSON object. Write one JSON object per line.")
    return cast("dict[str, Any]", fields)


def _from_assessed_line(fields: dict[str, Any], *, with_text: bool) -> PastReview:
    line = _validate(_AssessedLine, fields)
    has_text = bool(line.full_text) or "no_text" not in {
        reason if isinstance(reason, str) else reason.code for reason in line.evidence
    }
    return _past_review(
        line, line.assessment(), line.context(has_text=has_text), with_text=with_text
    )


def _from_raw_line(fields: dict[str, Any], *, with_text: bool) -> PastReview:
    line = _validate(_Line, fields)
    if not line.full_text and line.rating is None:
        raise _InvalidLine(
            "it has none of `severity` (as `heard assess run` writes it), `text` and `rating`. "
            "Give at least one of them."
        )
    event = ReviewEvent(
        EventKind.CREATED,
        str(line.id),
        str(line.id),
        number_revision(1),
        Author(""),
        line.rating,
        line.title,
        line.text,
        line.language,
    ).normalize()
    assessment = assess_event(
        event, line.channel, History(earlier_complaints=line.earlier_complaints)
    )
    return _past_review(
        line,
        assessment,
        line.context(has_text=bool(event.text or event.title)),
        with_text=with_text,
    )


def _past_review(
    line: _Line, assessment: Assessment, context: Context, *, with_text: bool
) -> PastReview:
    text = (line.full_text or None) if with_text else None
    return PastReview(
        str(line.id), assessment, context, line.time, can_reply(line.platform), text=text
    )


def _validate[Kind: _Line](model: type[Kind], fields: dict[str, Any]) -> Kind:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first_error = error.errors(include_url=False, include_input=False)[0]
        raise _InvalidLine(f"`{first_error['loc'][0]}` {requirement(first_error)}.") from error


def assess_event(
    event: ReviewEvent, channel: Channel, history: History, *, model: str = ""
) -> Assessment:
    """The assessment of a review by this release.

    The engine is of the kind that made `model`. Without a `model` it is the quick one.
    """
    return assess(
        event,
        channel,
        history,
        embedded_engine("accurate" if model.startswith("accurate") else "quick"),
    )


@cache
def _engine_name() -> str:
    return f"{embedded_engine('quick').model}+{RULES_VERSION}"


@cache
def can_reply(platform: str) -> bool:
    """Whether a program can reply at this platform. For an unknown platform the answer is yes."""
    try:
        return load(platform).capabilities.replies != "none"
    except NotFound:
        return True


def from_stack(
    stack: Stack, business: str, start: datetime, end: datetime, *, with_text: bool
) -> ReviewHistory:
    """The stored reviews of a business about which something was decided in `[start, end)`."""
    history = ReviewHistory(source=f"{business}, {start:%Y-%m-%d %H:%M}-{end:%Y-%m-%d %H:%M} UTC")
    history.reviews = _stored_reviews(
        stack,
        OutcomeCriteria(business, start, end, (Kind.ACCEPTED, Kind.REVISED)),
        history,
        with_text=with_text,
    )
    return history


def _stored_reviews(
    stack: Stack, criteria: OutcomeCriteria, history: ReviewHistory, *, with_text: bool
) -> Iterator[PastReview]:
    decisions = (
        outcome for outcome in read_outcomes(stack.log, criteria) if "route" in outcome.detail
    )
    with ThreadPoolExecutor(_WORKERS) as pool:
        # A few batches are read ahead, never all: a year of reviews must not wait in memory.
        for batches in batched(batched(decisions, _PAGE, strict=False), _WORKERS, strict=False):
            for revisions in pool.map(stack.history.revisions, batches):
                for revision in revisions:
                    if review := _stored_review(revision, history, with_text=with_text):
                        yield review
    if history.skip_reasons["erased"]:
        erased = show.count(history.skip_reasons["erased"], "review")
        history.notes.append(f"Left out (the author was erased): {erased}.")


def _stored_review(
    revision: HistoricalRevision, history: ReviewHistory, *, with_text: bool
) -> PastReview | None:
    outcome, event = revision.outcome, revision.event
    if event is None or revision.assessment is None:
        history.skip_reasons[revision.unreadable_reason or "not assessed"] += 1
        return None
    assessment = stored_assessment(revision.assessment)
    context = stored_context(revision.context, outcome, event)
    text = "\n".join(part for part in (event.title, event.text) if part) if with_text else None
    edit = outcome.kind is Kind.REVISED and not Route(outcome.detail["route"]).acknowledges
    return PastReview(
        outcome.review,
        assessment,
        context,
        parse_time(outcome.at),
        can_reply(outcome.platform),
        edit,
        text or None,
    )


def stored_assessment(fields: Any) -> Assessment:
    """A stored assessment. Assessments of earlier releases have fewer fields."""
    severity, flags = Severity(fields["severity"]), set(fields["flags"])
    needs_person = severity.rank >= Severity.MEDIUM.rank or bool(flags)
    return Assessment.from_json(
        {"needs_person": needs_person, "confidence": 0.5, "scores": {}, **fields}
    )


def stored_context(fields: Any, outcome: Outcome, event: ReviewEvent) -> Context:
    """The stored context of a decision, or what is still known of it if it was not stored."""
    if fields is not None:
        return Context.from_json(fields)
    return Context(
        channel=Channel(outcome.channel),
        platform=outcome.platform,
        rating=event.rating,
        has_text=bool(event.text or event.title),
        public_replies_left=PUBLIC_REPLY_CAP,
        verified=not outcome.detail.get("unverified", False),
        can_reply=can_reply(outcome.platform),
    )


def from_demo(now: datetime, *, with_text: bool) -> ReviewHistory:
    """The reviews of the samples, each in its last revision, as their connectors read them.

    Raises CommandError.
    """
    if not EVENTS.is_dir():
        raise CommandError(
            "The samples are not installed here.",
            "Run this in a clone of the repository, or give a file: --on reviews.jsonl",
        )
    latest: dict[str, tuple[str, ReviewEvent]] = {}
    for platform, event in _demo_events(now):
        id = review_id("demo", platform, event.native_id)
        if event.kind in {EventKind.CREATED, EventKind.EDITED}:
            latest[id] = (platform, event)
        elif event.kind is EventKind.WITHDRAWN:
            latest.pop(id, None)
    # A week ends at its first hour, so that the same samples are written at the same hours of the
    # same weekdays, whenever the command runs.
    end = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=now.weekday())
    reviews = [
        _demo_review(platform, event, end, with_text=with_text)
        for platform, event in latest.values()
    ]
    note = (
        f"The times of the samples are invented, over {DEMO_WEEKS} weeks. Assessed by "
        f"{_engine_name()}."
    )
    return ReviewHistory(reviews, len(reviews), f"the {len(reviews)} reviews of the demo", [note])


def _demo_review(
    platform: str, event: ReviewEvent, end: datetime, *, with_text: bool
) -> PastReview:
    channel = load(platform).capabilities.channel
    text = "\n".join(part for part in (event.title, event.text) if part)
    context = Context(channel, platform, event.rating, bool(text), PUBLIC_REPLY_CAP)
    # By its words: the hosted form gives each review an id by chance.
    id = review_id("demo", platform, event.content)
    at = end - timedelta(minutes=zlib.crc32(id.encode()) % (DEMO_WEEKS * 7 * 24 * 60))
    return PastReview(
        id,
        assess_event(event, channel, History()),
        context,
        at,
        can_reply(platform),
        text=text if with_text else None,
    )


def _demo_events(now: datetime) -> Iterator[tuple[str, ReviewEvent]]:
    """The events of the samples, as the connectors read them from the simulated platforms."""
    samples = load_samples(EVENTS)
    http = HttpClient(allow_loopback=True)
    with SimulatedPlatforms(clock=lambda: now) as simulators:
        for sample in samples:
            for entry in sample.render(now).resources:
                simulators.set_resource(sample.platform, entry.native_id, entry.resource)
        for platform in platform_names():
            platform_samples = [sample for sample in samples if sample.platform == platform]
            connection, credentials = _demo_connection(platform, simulators)
            connector = load(platform)
            with suppress(HeardError):
                if any(sample.polled for sample in platform_samples):
                    page = connector.recent(
                        None, PlatformAccount(connection, credentials, http), now
                    )
                    yield from (
                        (platform, event.normalize())
                        for event in (page.events if isinstance(page, ReviewPage) else ())
                    )
            for event in _pushed_events(
                connector,
                connection,
                [sample for sample in platform_samples if not sample.polled],
                now,
            ):
                full_event = (
                    connector.fetch(event.native_id, PlatformAccount(connection, credentials, http))
                    if event.partial
                    else event
                )
                if isinstance(full_event, ReviewEvent):
                    yield platform, full_event.normalize()


def _pushed_events(
    connector: Connector, connection: Connection, samples: Sequence[Sample], now: datetime
) -> Iterator[ReviewEvent]:
    for sample in samples:
        request = sample.render(now).request
        if sample.page:
            secret = choose_signing_secret(connector, None, {}) or ""
            page = connector.handshake(
                WebhookRequest("GET", {}, b""), connection, (secret,), now - timedelta(minutes=1)
            )
            signed_request = sign_sample(
                sample, _DEMO_ADDRESS, secret, now, lambda _, page=page: page.body if page else ""
            )
            request = WebhookRequest(
                signed_request.method,
                {name.lower(): value for name, value in signed_request.headers.items()},
                signed_request.body,
            )
        with suppress(HeardError):  # a challenge or a test is not about a review
            yield from connector.parse(request, connection, now).events if request else ()


def _demo_connection(
    platform: str, simulators: SimulatedPlatforms
) -> tuple[Connection, dict[str, str]]:
    capabilities = load(platform).capabilities
    settings, credentials = {}, {}
    if platform in simulators.credentials:
        accepts = simulators.get(platform).accepted_credentials
        credentials = {
            name: accepts[name]
            for name in (*capabilities.credentials, *capabilities.optional_credentials)
            if name in accepts
        }
        settings = simulators.settings(platform)
    return Connection(
        "con_demo", "demo", platform, _DEMO_ADDRESS, settings, bool(credentials), "Demo"
    ), credentials
