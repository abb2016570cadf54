"""`heard reviews`: what customers wrote, how it was assessed, and what was answered.

It reads with the caller's own AWS credentials, and it shows personal data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final

import typer

from heard import clock
from heard.cases import Review
from heard.errors import NotFound
from heard.outcomes import Kind, Outcome
from heard.reviews import ReviewEvent
from heard.storage.history import HistoricalRevision
from heard.storage.outcome_log import OutcomeCriteria
from heard.storage.replies import Reply
from heard.threads import Thread
from heard_cli import options, show
from heard_cli.durations import parse_period
from heard_cli.outcome_pages import read_newest_outcomes
from heard_cli.platforms import check_platform
from heard_cli.review_texts import DAMAGED, ERASED, NOT_STORED, ReviewText, author_label, summarize
from heard_cli.stack import CommandError, Stack, on_stack

app = typer.Typer(
    help="Reviews: read what customers wrote and what was answered.",
    no_args_is_help=True,
    add_completion=False,
)

_REVISION_KINDS: Final = (Kind.ACCEPTED, Kind.REVISED, Kind.LATE_REVISION)


@dataclass(frozen=True, slots=True)
class ReviewReplies:
    """Our replies to a review, in time order.

    `erased` says that earlier ones were erased with the texts of the author.
    """

    replies: Sequence[Reply]
    erased: bool = False


@app.command("list", epilog="Example: heard reviews list --business acme --from 7d")
@on_stack
def list_reviews(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    since: Annotated[str, options.FROM] = "7d",
    until: Annotated[str, options.TO] = "now",
    platform: Annotated[str | None, options.PLATFORM] = None,
    limit: Annotated[int, options.LIMIT] = 50,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """List the reviews of a business, newest first, with author, stars and first words.

    A review counts when it came or was edited between the two times (by default the last 7 days).
    """
    stack.business(business)
    if platform is not None:
        check_platform(platform, "--platform")
    start, end = parse_period(since, until, clock.now())
    criteria = OutcomeCriteria(business, start, end, _REVISION_KINDS)
    outcomes = _latest_of_each_review(stack, criteria, platform, limit + 1)
    more = len(outcomes) > limit
    outcomes = outcomes[:limit]
    states = {outcome.review: stack.cases.find_review(outcome.review) for outcome in outcomes}
    rows = [
        (revision.outcome, _summary(revision), states[revision.outcome.review])
        for revision in stack.history.revisions(outcomes)
    ]
    if as_json:
        show.data([_list_json(*row) for row in rows])
    else:
        show.table(
            ("at", "review", "platform", "severity", "state", "author", "stars", "words"),
            [_list_row(*row) for row in rows],
            empty=_empty_message(since, until, platform),
            drop_order=("author", "platform", "stars", "state", "severity", "at"),
        )
    if more:
        show.note(
            f"There are more than {limit}: raise --limit, or continue with --to {outcomes[-1].at}."
        )
    if outcomes and not as_json:
        read = stack.options.command_line(f"reviews show {outcomes[0].review}")
        show.note(f"The whole review and our replies: {read}")


@app.command("show", epilog="Example: heard reviews show rev_aioxc5dmcsg4vronwat6ydz3")
@on_stack
def show_one(
    stack: Stack,
    review: Annotated[str, typer.Argument(help="The review's id (rev_…).")],
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Show a review: its words and edits, how each was assessed and why, and our replies.

    The words of an erased author are gone; the command says so.
    """
    try:
        case = stack.cases.case(review).case
    except NotFound as error:
        raise CommandError(
            f"There is no review {review}.",
            "Review ids begin with rev_. List them:",
            "reviews list --business BUSINESS",
        ) from error
    outcomes = [outcome for outcome in stack.log.of_review(review) if has_revision(outcome)]
    revisions = stack.history.revisions(outcomes)
    review_replies = read_replies(stack, case.review)
    if as_json:
        show.data(
            {
                **state_json(case.review),
                "follow_up": case.follow_up.id if case.follow_up else None,
                "revisions": [revision_json(revision) for revision in revisions],
                "replies": [reply_json(reply, case.thread) for reply in review_replies.replies],
                "replies_erased": review_replies.erased,
            }
        )
        return
    show.fields(
        {
            "review": case.review.id,
            "business": case.review.business,
            "platform": case.review.platform,
            "state": _state_text(case.review),
            "severity": show.severity(case.review.severity.value if case.review.severity else None),
            "follow-up": case.follow_up.id if case.follow_up else "none open",
        }
    )
    for number, revision in enumerate(revisions, start=1):
        show.line()
        _print_revision(revision, f"Version {number} of {len(revisions)}")
    _print_replies(stack, review_replies, case.thread)
    log = stack.options.command_line(f"audit list --review {review}")
    show.note(f"All that happened: {log}")


def _empty_message(since: str, until: str, platform: str | None) -> str:
    """Why a list may be empty. A relative start is shown as it was typed."""
    reviews = f"No reviews of {platform}" if platform else "No reviews"
    if until != "now":
        return f"{reviews} in this period."
    age = clock.parse_duration(since)
    if age is None:
        return f"{reviews} since {since}. A new one needs some seconds."
    days = age / timedelta(days=1)
    period = f"last {days:g} days" if days > 1 and days.is_integer() else f"last {since}"
    return f"{reviews} in the {period}. A new one needs some seconds."


def has_revision(outcome: Outcome) -> bool:
    """Whether an outcome names a stored revision: the outcome of a withdrawal names none."""
    return outcome.kind in _REVISION_KINDS and bool(outcome.commitment)


def _latest_of_each_review(
    stack: Stack, criteria: OutcomeCriteria, platform: str | None, limit: int
) -> list[Outcome]:
    """The newest revision of each review, newest first, for at most `limit` reviews."""
    latest: dict[str, Outcome] = {}
    for outcome in read_newest_outcomes(stack.log, criteria):
        if platform in {None, outcome.platform} and has_revision(outcome):
            latest.setdefault(outcome.review, outcome)
            if len(latest) == limit:
                break
    return list(latest.values())


def _summary(revision: HistoricalRevision) -> ReviewText:
    if revision.event is not None:
        return summarize(revision.event)
    reasons = {"erased": ERASED, "damaged": DAMAGED}
    unavailable = reasons.get(revision.unreadable_reason or "", NOT_STORED)
    return ReviewText(rating=revision.outcome.detail.get("rating"), unavailable=unavailable)


def read_replies(stack: Stack, review: Review) -> ReviewReplies:
    """The replies to a review; its thread may hold replies to other reviews."""
    replies = [
        reply
        for reply in stack.cases.replies(review.thread, newest=None)
        if reply.review == review.id
    ]
    return ReviewReplies(replies, erased=review.erased_at is not None)


# As JSON


def state_json(review: Review) -> dict[str, Any]:
    """A review's state as JSON, without its words."""
    return {
        "id": review.id,
        "business": review.business,
        "platform": review.platform,
        "channel": review.channel.value,
        "connection": review.connection,
        "thread": review.thread,
        "native_id": review.native_id,
        "severity": review.severity.value if review.severity else None,
        "closed": review.closing_kind.value if review.closing_kind else None,
        "withdrawn": review.withdrawn,
        "unverified": review.unverified,
    }


def _list_json(outcome: Outcome, text: ReviewText, state: Review | None) -> dict[str, Any]:
    return {
        "review": outcome.review,
        "at": outcome.at,
        "platform": outcome.platform,
        "severity": outcome.severity,
        "state": _state_text(state),
        **text.to_json(),
    }


def revision_json(revision: HistoricalRevision) -> dict[str, Any]:
    """A revision as JSON: the words, how they were assessed, and the route."""
    event = revision.event
    return {
        "at": revision.outcome.at,
        "event": event.to_json() if event else None,
        "assessment": dict(revision.assessment) if revision.assessment else None,
        "route": revision.outcome.detail.get("route"),
        "unavailable": revision.unreadable_reason,
    }


def reply_json(reply: Reply, thread: Thread) -> dict[str, Any]:
    """One of our replies as JSON."""
    return {
        "id": reply.id,
        "at": reply.at,
        "purpose": reply.purpose.value,
        "public": reply.public,
        "agent": reply.agent,
        "state": _reply_state(reply, thread),
        "text": reply.text,
        "damaged": reply.is_damaged,
    }


# In words


def _list_row(outcome: Outcome, text: ReviewText, state: Review | None) -> tuple[show.Cell, ...]:
    return (
        show.timestamp(outcome.at),
        outcome.review,
        outcome.platform,
        show.severity(outcome.severity),
        _state_text(state),
        text.author_label,
        text.rating,
        text.excerpt,
    )


def _state_text(review: Review | None) -> str:
    if review is None:
        return "not stored"
    return review.closing_kind.value.replace("_", " ") if review.closing_kind else "open"


def _print_revision(revision: HistoricalRevision, heading: str) -> None:
    event = revision.event
    show.line(f"{heading}, {show.timestamp(revision.outcome.at)}", style="bold")
    if event is None:
        show.line(
            {
                "erased": "The author's data was erased. The words are gone.",
                "damaged": "The stored words of this version are damaged (docs/operations.md).",
            }.get(revision.unreadable_reason or "", "The words of this version are not stored.")
        )
        return
    show.line(", ".join(_byline(event)))
    if event.title:
        show.line(event.title, style="bold")
    show.line(event.text or "(no words)")
    if event.quoted:
        show.line()
        show.line("Quoted from others or from earlier mails, and judged apart:", style="bold")
        show.line(event.quoted)
    if event.below:
        show.line()
        show.line("Below an earlier mail's first lines, without a mark:", style="bold")
        show.line(event.below)
    if event.unread:
        show.line()
        show.line("It came with words that were not read, such as an attached document.")
    if event.no_review:
        show.line()
        show.line(f"Ignored, because it is no review: {event.no_review}.")
    if revision.assessment:
        show.line()
        show.fields(_assessment_fields(revision.assessment, revision.outcome))


def _byline(event: ReviewEvent) -> Iterator[str]:
    yield f"by {author_label(event.author)}"
    if event.rating is not None:
        yield f"{event.rating} of 5 stars"
    if event.subject:
        yield f"about {event.subject}"
    if event.link:
        yield event.link


def _assessment_fields(assessment: Mapping[str, Any], outcome: Outcome) -> dict[str, show.Cell]:
    reasons = [
        f"{reason['code']} ({reason['evidence']})" if reason.get("evidence") else reason["code"]
        for reason in assessment.get("reasons", ())
    ]
    return {
        "assessed as": show.severity(assessment.get("severity")),
        "agenda": assessment.get("agenda"),
        "language": assessment.get("language"),
        "topics": ", ".join(assessment.get("topics", ())),
        "flags": ", ".join(assessment.get("flags", ())),
        "because of": "; ".join(reasons),
        "route": outcome.detail.get("route"),
    }


def _print_replies(stack: Stack, review_replies: ReviewReplies, thread: Thread) -> None:
    show.line()
    if review_replies.erased:
        show.line("Our replies were erased with the author's data.")
    elif not review_replies.replies:
        show.line("No replies.")
    for reply in review_replies.replies:
        writer = stack.person_name(reply.agent) if reply.agent else "Heard (automatic)"
        audience = "in public" if reply.public else "in private"
        show.line(
            f"Reply {audience} by {writer}, {show.timestamp(reply.at)}, "
            f"{_reply_state(reply, thread)}",
            style="bold",
        )
        show.line("(The stored text is damaged.)" if reply.is_damaged else reply.text)


def _reply_state(reply: Reply, thread: Thread) -> str:
    """Where a reply stands: what the platform's moderation said last, or how its sending went."""
    if reply.moderation_status:
        return reply.moderation_status
    slot = thread.slot(reply.id)
    if slot is not None:
        return slot.state.value
    return "sent" if reply.sent_at else "not sent"
