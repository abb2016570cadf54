"""`heard reviews` and the texts in `heard follow-ups`: what people can read of a review."""

from __future__ import annotations

import pytest

from heard import clock
from heard.cases import Case
from heard.connectors import Connection, ReplyTarget
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision, review_id
from heard.steps.ports import PlatformPorts, StorePorts
from heard.steps.triage import QueuedReview, triage
from heard.storage.replies import Reply
from heard.threads import Purpose
from heard_cli.stack import Stack
from tests.unit.cli.conftest import HeardCommand, refuse_http, store_person

COMPLAINT = "I was charged twice and nobody answers me. Awful."
LIST = ("reviews", "list", "--business", "acme")


def receive(stack: Stack, native: str, text: str | None, rating: int, revision: int = 1) -> str:
    """Take one review, or an edit of it, to its decision; returns its id."""
    event = ReviewEvent(
        EventKind.CREATED if revision == 1 else EventKind.EDITED,
        native,
        native,
        number_revision(revision),
        Author(f"author-{native}", "Ana Bell"),
        rating=rating,
        title="Twice" if text else None,
        text=text,
        language="en",
    )
    message = QueuedReview(
        f"dlv_{native}_{revision}",
        event,
        connection="con_1",
        business="acme",
        platform="standard",
        channel=Channel.REVIEW_SITE,
    )
    triage(
        message,
        StorePorts(stack.setup, stack.cases),
        PlatformPorts(stack.secrets, refuse_http),
        clock.now(),
    )
    return review_id("acme", "standard", native)


@pytest.fixture
def complaint(stack: Stack) -> str:
    stack.setup.put_connection(
        Connection(
            "con_1", "acme", "standard", "https://api.example/hooks/con_1", has_credentials=True
        ),
        clock.now(),
    )
    return receive(stack, "r1", COMPLAINT, 1)


def answer(stack: Stack, review: str, text: str, agent: str | None) -> None:
    """Store a private reply to a review, as the desk does before it is sent."""
    case: Case = stack.cases.case(review).case
    stack.cases.put_reply(
        Reply(
            id=f"rep_{agent or 'heard'}",
            thread=case.thread.id,
            review=review,
            author=case.review.author,
            business="acme",
            connection="con_1",
            purpose=Purpose.RESOLUTION if agent else Purpose.ACKNOWLEDGEMENT,
            public=False,
            text=text,
            target=ReplyTarget("r1", "r1", {}),
            agent=agent,
            at=clock.format_time(clock.now()),
        )
    )


def test_a_list_shows_who_wrote_what_newest_first(
    heard: HeardCommand, stack: Stack, complaint: str
) -> None:
    stars_only = receive(stack, "r2", None, 4)

    entries = heard.run_ok(*LIST, "--json").json

    assert [entry["review"] for entry in entries] == [stars_only, complaint]
    assert (entries[1]["author"], entries[1]["rating"], entries[1]["excerpt"]) == (
        "Ana Bell",
        1,
        f"Twice – {COMPLAINT}",
    )
    assert (entries[0]["excerpt"], entries[0]["erased"]) == (None, False)
    table = heard.run_ok(*LIST)
    assert "Ana Bell" in table.stdout
    assert COMPLAINT in table.stdout
    assert f"heard reviews show {stars_only}" in table.stderr


def test_a_list_names_a_review_once_and_says_if_there_are_more(
    heard: HeardCommand, stack: Stack, complaint: str
) -> None:
    receive(stack, "r2", "Lovely bread, thank you!", 5)
    receive(stack, "r1", "It was solved. Thank you!", 5, revision=2)

    entries = heard.run_ok(*LIST, "--json").json

    assert [entry["review"] for entry in entries] == [
        complaint,
        review_id("acme", "standard", "r2"),
    ]
    assert "solved" in entries[0]["excerpt"]
    first = heard.run_ok(*LIST, "--limit", "1")
    assert "more than 1" in first.stderr
    assert "Lovely" not in first.stdout
    assert heard.run_ok(*LIST, "--platform", "discourse", "--json").json == []


def test_a_limit_says_what_it_takes(heard: HeardCommand, stack: Stack) -> None:
    for limit in ("0", "many"):
        result = heard(*LIST, "--limit", limit)
        assert result.exit_code == 2
        assert "is not a whole number of 1 or more" in result.stderr
    result = heard("connect", "deliveries", "con_1", "--limit", "1001")
    assert (result.exit_code, "between 1 and 1000" in result.stderr) == (2, True)


def test_a_review_is_shown_with_its_versions_its_assessment_and_our_replies(
    heard: HeardCommand, stack: Stack, complaint: str
) -> None:
    store_person(stack, "sub-1", "Lee")
    receive(stack, "r1", "Still nobody answers me. Worse than awful.", 1, revision=2)
    answer(stack, complaint, "Your review has arrived.", None)
    answer(stack, complaint, "We refunded you today.", "sub-1")

    details = heard.run_ok("reviews", "show", complaint).stdout

    for words in (
        COMPLAINT,
        "Still nobody answers me",
        "Version 2 of 2",
        "by Ana Bell, 1 of 5 stars",
        "because of",
        "Reply in private by Heard (automatic)",
        "Your review has arrived.",
        "Reply in private by Lee",
        "We refunded you today.",
        "not sent",
    ):
        assert words in details
    document = heard.run_ok("reviews", "show", complaint, "--json").json
    assert document["revisions"][0]["event"]["text"] == COMPLAINT
    assert document["revisions"][1]["assessment"]["severity"] in {"high", "critical"}
    assert [(entry["agent"], entry["state"]) for entry in document["replies"]] == [
        (None, "not sent"),
        ("sub-1", "not sent"),
    ]
    assert document["follow_up"].startswith("fup_")


def test_an_erased_author_is_said_to_be_erased(
    heard: HeardCommand, stack: Stack, complaint: str
) -> None:
    answer(stack, complaint, "We refunded you today.", "sub-1")
    heard.run_ok(
        *("authors", "erase", "author-r1", "--business", "acme"), "--platform", "standard", "--yes"
    )

    details = heard.run_ok("reviews", "show", complaint).stdout
    assert "The author's data was erased." in details
    assert "Our replies were erased" in details
    assert "charged twice" not in details
    assert "refunded" not in details
    (entries,) = heard.run_ok(*LIST, "--json").json
    assert (entries["erased"], entries["excerpt"], entries["rating"]) == (True, None, 1)
    assert "(erased)" in heard.run_ok(*LIST).stdout
    (follow_up,) = heard.run_ok("follow-ups", "list", "--business", "acme", "--json").json
    assert (follow_up["erased"], follow_up["excerpt"]) == (True, None)


def test_an_unknown_review_is_an_error_with_the_next_step(
    heard: HeardCommand, stack: Stack
) -> None:
    result = heard("reviews", "show", "rev_nothing", "--region", "eu-west-1")

    assert result.exit_code == 1
    assert "heard reviews list --business BUSINESS --region eu-west-1" in result.stderr


def test_a_follow_up_shows_author_stars_and_first_words(
    heard: HeardCommand, stack: Stack, complaint: str
) -> None:
    (entries,) = heard.run_ok("follow-ups", "list", "--business", "acme", "--json").json

    assert (entries["author"], entries["rating"], entries["language"], entries["excerpt"]) == (
        "Ana Bell",
        1,
        "en",
        f"Twice – {COMPLAINT}",
    )
    table = heard.run_ok("follow-ups", "list", "--business", "acme")
    assert "Ana Bell" in table.stdout
    assert "charged twice" in table.stdout
    assert f"heard reviews show {complaint}" in table.stderr


def test_a_long_review_is_cut_between_words(heard: HeardCommand, stack: Stack) -> None:
    stack.setup.put_connection(
        Connection(
            "con_1", "acme", "standard", "https://api.example/hooks/con_1", has_credentials=True
        ),
        clock.now(),
    )
    receive(stack, "r1", "awful " * 100, 1)

    (entries,) = heard.run_ok(*LIST, "--json").json

    assert len(entries["excerpt"]) <= 101
    assert entries["excerpt"].endswith("awful…")


def test_an_empty_list_says_which_period_it_covers_and_a_wrong_platform_is_refused(
    heard: HeardCommand, stack: Stack
) -> None:
    assert heard.run_ok(*LIST).stderr == (
        "No reviews in the last 7 days. A new one needs some seconds.\n"
    )
    assert "in the last 24h." in heard.run_ok(*LIST, "--from", "24h").stderr
    assert "since 2026-01-31." in heard.run_ok(*LIST, "--from", "2026-01-31").stderr
    wrong_platform = heard(*LIST, "--platform", "trustpilott")
    assert (wrong_platform.exit_code, "trustpilot?" in wrong_platform.stderr) == (2, True)
