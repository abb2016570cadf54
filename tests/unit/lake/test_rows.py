"""What a row says of a review at the end of a day, with values that were worked out by hand."""

from __future__ import annotations

import pytest

from heard.lake import review_rows
from heard.lake.columns import NEVER_SAID, PARTITIONS, REVIEWS
from heard.lake.touched import touched_reviews
from heard.outcomes import Kind, Outcome
from tests.unit.lake.chains import DAY, Chain, facts_of, row_of, stored, without_hash


def answered() -> Chain:
    """Accepted at 9, due at 13, answered at 11:30."""
    chain = Chain("rev_a").accept("09:00").open("09:00", due_at="13:00")
    chain.add("11:29", Kind.RESOLUTION_GIVEN, "ana", action="reply", reply="rpl_1")
    codes = {"root_cause": "late-delivery", "fix": "refunded"}
    return chain.person("11:30", Kind.ANSWERED, waited_s=9000, reviews_left=0, **codes)


def test_a_row_has_every_column_and_its_partitions_in_order() -> None:
    assert list(row_of(answered())) == [*PARTITIONS, *REVIEWS]


def test_a_review_that_was_answered_in_time() -> None:
    row = row_of(answered())

    assert (
        row
        | {
            "business": "acme",
            "day": DAY,
            "schema": 1,
            "review": "rev_a",
            "platform": "standard",
            "channel": "review_site",
            "place": "north",
            "sequence": 4,
            "outcomes": 4,
            "opened_at": stored("09:00"),
            "opened_day": DAY,
            "opened_week": DAY,
            "opened_weekday": 1,
            "opened_hour": 9,
            "severity_first": "high",
            "severity_worst": "high",
            "severity_last": "high",
            "rating_first": 2,
            "rating_last": 2,
            "topics": ["delivery"],
            "flags": [],
            "agenda": "answer",
            "language": "en",
            "needs_person": True,
            "model": "accurate-2",
            "route": "follow_up",
            "policy": "p" * 64,
            "revisions": 1,
            "repeats": 0,
            "acknowledged_at": None,
            "acknowledged_day": None,
            "follow_up": "fup_a",
            "queue": "general",
            "level": 0,
            "clock_at": stored("09:00"),
            "clock_s": 1772442000,
            "due_at": stored("13:00"),
            "due_s": 1772442000 + 4 * 3600,
            "first_person_at": stored("11:30"),
            "first_person_kind": "answered",
            "first_person": "ana",
            "first_waited_s": 9000,
            "first_wall_s": 9000,
            "in_time": True,
            "first_person_reply_at": stored("11:30"),
            "first_public_at": stored("11:30"),
            "first_public_by": "person",
            "public_replies": 1,
            "private_replies": 0,
            "resolution": "reply",
            "cause": "late-delivery",
            "fix": "refunded",
            "closed_kind": "answered",
            "closed_at": stored("11:30"),
            "closed_day": DAY,
            "closed_by": "ana",
            "closed_wall_s": 9000,
        }
        == row
    )


def test_a_review_that_was_acknowledged_alone() -> None:
    chain = Chain("rev_a", severity="praise").accept("09:00", route="acknowledge")
    row = row_of(chain.acknowledge("09:01", variant="warm"))

    assert (row["acknowledged_at"], row["variant"]) == (stored("09:01"), "warm")
    assert row["acknowledged_day"] == DAY
    assert (row["first_public_at"], row["first_public_by"]) == (stored("09:01"), "heard")
    assert (row["closed_kind"], row["closed_by"]) == ("acknowledged", None)
    assert [row[name] for name in ("first_person_at", "due_at", "in_time", "level")] == [None] * 4


def test_an_acknowledgement_beside_a_follow_up_leaves_the_review_open() -> None:
    chain = Chain("rev_a").accept("09:00", route="both").open("09:00", due_at="13:00")
    sent = {"reply": "rpl_0", "native_id": "n-0", "public": True, "purpose": "acknowledgement"}
    row = row_of(chain.add("09:02", Kind.REPLY_SENT, **sent))

    assert (row["acknowledged_at"], row["closed_kind"]) == (stored("09:02"), None)
    assert row["first_person_reply_at"] is None


@pytest.mark.parametrize(
    ("due_at", "ending", "in_time"),
    [
        ("2026-03-03T09:00", None, None),
        ("13:00", None, False),
        ("13:00", Kind.EXPIRED, False),
        ("13:00", Kind.WITHDRAWN, None),
        ("13:00", Kind.IGNORED, None),
    ],
)
def test_whether_an_unanswered_review_is_late(
    due_at: str, ending: Kind | None, in_time: bool | None
) -> None:
    chain = Chain("rev_a").accept("09:00").open("09:00", due_at=due_at)
    if ending:
        chain.add("20:00", ending)

    assert row_of(chain)["in_time"] is in_time


def test_a_moment_that_is_exactly_due_is_in_time_and_a_second_later_is_not() -> None:
    def answered_at(time: str) -> Chain:
        chain = Chain("rev_a").accept("09:00").open("09:00", due_at="13:00")
        return chain.person(time, Kind.ANSWERED)

    assert row_of(answered_at("13:00"))["in_time"] is True
    assert row_of(answered_at(f"{DAY}T13:00:01"))["in_time"] is False


def test_the_day_of_a_row_ends_at_midnight() -> None:
    chain = Chain("rev_a").accept("09:00").open("09:00", due_at="2026-03-03T08:00")
    chain.person("2026-03-03T09:00", Kind.ANSWERED)

    assert (row_of(chain)["closed_kind"], row_of(chain)["in_time"]) == (None, None)
    assert row_of(chain)["sequence"] == 2
    assert row_of(chain, "2026-03-03")["in_time"] is False
    assert row_of(chain, "2026-03-03")["first_wall_s"] == 24 * 3600


def test_the_earliest_time_that_was_due_counts_and_an_escalation_moves_nothing() -> None:
    chain = Chain("rev_a").accept("09:00").open("09:00", due_at="13:00")
    joined = chain.of_follow_up() | {"severity_before": "high", "due_at": stored("10:00")}
    chain.add("09:30", Kind.FOLLOW_UP_JOINED, **joined)
    escalated = chain.of_follow_up() | {"level": 1, "was_due": stored("10:00")}
    chain.add("10:00", Kind.ESCALATED, due_at=stored("12:00"), **escalated)
    chain.add("12:00", Kind.ESCALATED, due_at=stored("14:00"), **escalated | {"level": 2})
    row = row_of(chain.person("12:30", Kind.ANSWERED))

    assert (row["due_at"], row["in_time"]) == (stored("10:00"), False)
    assert (row["escalations"], row["level"]) == (2, 2)


def test_an_edit_changes_the_last_assessment_and_keeps_the_first() -> None:
    chain = Chain("rev_a", severity="medium").accept("09:00", rating=3)
    chain.severity = "critical"
    revised = dict(chain.outcomes[0].detail) | {"rating": 1, "severity": "critical"}
    chain.add("10:00", Kind.REVISED, **revised | {"topics": ["food"], "place": "south"})
    chain.severity = "low"
    chain.add("11:00", Kind.REVISED, **revised | {"rating": 4, "severity": "low", "topics": []})
    chain.add("12:00", Kind.REVISED, revision="n:4", unchanged=True)
    row = row_of(chain)

    severities = [row[f"severity_{name}"] for name in ("first", "worst", "last")]
    assert severities == ["medium", "critical", "low"]
    assert (row["rating_first"], row["rating_last"]) == (3, 4)
    assert (row["topics"], row["place"], row["revisions"]) == ([], "north", 4)


def test_a_first_revision_without_stars_stays_so() -> None:
    chain = Chain("rev_a").accept("09:00", rating=None)
    chain.add("10:00", Kind.REVISED, **dict(chain.outcomes[0].detail) | {"rating": 5})

    assert (row_of(chain)["rating_first"], row_of(chain)["rating_last"]) == (None, 5)


def test_repetitions_failures_and_approvals_are_counted() -> None:
    chain = Chain("rev_a").accept("09:00").open("09:00", due_at="13:00")
    for kind in (Kind.DUPLICATE, Kind.LATE_REVISION, Kind.UNVERIFIED):
        chain.add("09:10", kind, revision="n:1")
    for kind in (Kind.REPLY_REJECTED, Kind.REPLY_UNKNOWN, Kind.REPLY_REMOVED):
        chain.add("09:20", kind, reply="rpl_1", reason="too_long", **chain.of_follow_up())
    chain.add("09:30", Kind.APPROVAL_REQUESTED, action="walk_away", **chain.of_follow_up())
    chain.add("09:40", Kind.APPROVAL_DENIED, "lea", by="lea", **chain.of_follow_up())
    chain.add("09:50", Kind.TAKEN_OVER, "lea", by="lea", reason="absent", **chain.of_follow_up())
    row = row_of(chain)

    assert row["repeats"] == 3
    names = ("replies_rejected", "replies_unknown", "replies_removed")
    assert [row[name] for name in names] == [1, 1, 1]
    names = ("approvals_requested", "approvals_denied", "taken_over")
    assert [row[name] for name in names] == [1, 1, 1]
    # None of them is an answer, nor a reply that arrived.
    assert (row["first_person_at"], row["public_replies"]) == (None, 0)


def promised(at: str = "10:00", until: str = "16:00") -> Chain:
    chain = Chain("rev_a").accept("09:00").open("09:00", due_at="13:00")
    return chain.person(at, Kind.PROMISED, promised_for=stored(until))


PROMISES = tuple(f"promises_{end}" for end in ("kept", "late", "moved", "missed", "void"))


@pytest.mark.parametrize(
    ("kind", "at", "ends"),
    [
        (Kind.ANSWERED, "16:00", "kept"),
        (Kind.RESOLVED_WITHOUT_REPLY, "15:00", "kept"),
        (Kind.MOVED_PRIVATE_RESOLVED, "16:30", "late"),
        (Kind.WALKED_AWAY, "15:00", "void"),
        (Kind.WITHDRAWN, "15:00", "void"),
        (Kind.EXPIRED, "20:00", "missed"),
    ],
)
def test_how_a_promise_ends(kind: Kind, at: str, ends: str) -> None:
    row = row_of(promised().add(at, kind, by="ana"))

    assert {name: row[name] for name in PROMISES} == dict.fromkeys(PROMISES, 0) | {
        f"promises_{ends}": 1
    }
    assert (row["promised"], row["promised_for"]) == (1, None)


def test_a_promise_is_the_first_answer_and_stays_open_until_something_ends_it() -> None:
    row = row_of(promised())

    assert (row["first_person_kind"], row["in_time"]) == ("promised", True)
    assert (row["promised_for"], row["closed_kind"]) == (stored("16:00"), None)
    assert row["promised_for_s"] - row["due_s"] == 3 * 3600


def test_a_promise_that_is_made_again_has_moved() -> None:
    chain = promised().person("12:00", Kind.PROMISED, promised_for=stored("18:00"))
    row = row_of(chain.person("17:00", Kind.ANSWERED))

    assert [row[name] for name in ("promised", *PROMISES)] == [2, 1, 0, 1, 0, 0]


def test_a_date_counts_in_whichever_zone_it_was_written() -> None:
    chain = Chain("rev_a").accept("09:00").open("09:00", due_at="13:00")
    chain.person("10:00", Kind.PROMISED, promised_for="2026-03-02T18:00:00+02:00")

    assert row_of(chain)["promised_for"] == stored("16:00")


@pytest.mark.parametrize("text", ["soon", "", "0001-01-01T00:00:00+14:00", "2026-02-30T00:00:00Z"])
def test_what_is_no_date_counts_as_not_said(text: str) -> None:
    chain = Chain("rev_a").accept("09:00").open("09:00", due_at="13:00")
    chain.add("09:30", Kind.FOLLOW_UP_JOINED, due_at=text, **chain.of_follow_up())
    row = row_of(chain.person("10:00", Kind.PROMISED, promised_for=text))

    assert (row["promised"], row["promised_for"], row["promised_for_s"]) == (1, None, None)
    assert row["due_at"] == stored("13:00")


def test_an_invitation_is_an_answer_and_does_not_end_a_promise() -> None:
    row = row_of(promised().person("11:00", Kind.INVITED_PRIVATE))

    assert (row["invited_at"], row["promised_for"]) == (stored("11:00"), stored("16:00"))


def test_replies_are_counted_by_who_can_see_them() -> None:
    chain = Chain("rev_a").accept("09:00").open("09:00", due_at="13:00")
    chain.person("10:00", Kind.INVITED_PRIVATE, public=True)
    row = row_of(chain.person("11:00", Kind.ANSWERED, public=False))

    assert (row["public_replies"], row["private_replies"]) == (1, 1)


def test_a_solution_without_a_reply_is_a_persons_and_no_reply() -> None:
    chain = Chain("rev_a").accept("09:00").open("09:00", due_at="13:00")
    row = row_of(chain.person("10:00", Kind.RESOLVED_WITHOUT_REPLY, reply=None, public=None))

    assert (row["first_person_at"], row["first_person_reply_at"]) == (stored("10:00"), None)
    assert row["public_replies"] + row["private_replies"] == 0


def test_a_reopened_review_is_open_and_its_second_answer_is_told_apart() -> None:
    chain = answered().add("12:00", Kind.REOPENED, after="answered")
    open_again = row_of(chain)
    closed_again = row_of(chain.person("14:00", Kind.ANSWERED))

    assert (open_again["closed_kind"], open_again["closed_wall_s"]) == (None, None)
    assert (open_again["reopened"], open_again["reopened_after"]) == (1, "answered")
    assert open_again["in_time"] is True
    assert open_again["reanswered_at"] is None
    assert closed_again["reanswered_at"] == stored("14:00")
    assert closed_again["first_person_at"] == stored("11:30")
    assert closed_again["closed_at"] == stored("14:00")


def test_the_clock_of_a_review_that_nobody_owed_an_answer_begins_when_it_is_reopened() -> None:
    """It was praise, was thanked, and its author made a complaint of it a day later."""
    chain = Chain("rev_a", severity="praise").accept("09:00").acknowledge("09:01")
    chain.severity = "high"
    next_day = "2026-03-03"
    chain.add(f"{next_day}T08:00", Kind.REVISED, **dict(chain.outcomes[0].detail))
    chain.add(f"{next_day}T08:00", Kind.REOPENED, after="acknowledged")
    chain.open(f"{next_day}T08:00", due_at=f"{next_day}T12:00")
    row = row_of(chain.person(f"{next_day}T09:00", Kind.ANSWERED), next_day)

    assert (row["opened_at"], row["clock_at"]) == (stored("09:00"), stored(f"{next_day}T08:00"))
    assert (row["first_wall_s"], row["in_time"]) == (3600, True)
    assert row["reanswered_at"] is None, "it is the first answer"


def test_why_a_review_was_ignored() -> None:
    row = row_of(Chain("rev_a", severity=None).add("09:00", Kind.IGNORED, reason="own_reply"))

    assert (row["closed_kind"], row["closed_why"]) == ("ignored", "own_reply")
    assert [row[name] for name in ("severity_first", "rating_first", "place", "model")] == [
        None,
        None,
        None,
        None,
    ]


def test_texts_that_are_gone_are_named_once() -> None:
    chain = answered().add("12:00", Kind.TEXTS_ERASED, reason="requested")

    assert row_of(chain)["texts_gone_at"] == stored("12:00")


def test_what_no_outcome_says_is_null() -> None:
    row = row_of(answered())

    assert {name: row[name] for name in NEVER_SAID} == dict.fromkeys(NEVER_SAID)


def test_what_an_older_release_did_not_write_is_null() -> None:
    chain = Chain("rev_a").add(
        "09:00", Kind.ACCEPTED, revision="n:1", digest="d" * 64, rating=2, severity="high"
    )
    chain.open("09:00", due_at="13:00", level=None)
    row = row_of(chain.person("10:00", Kind.ANSWERED, waited_s=None))

    names = ("place", "language", "needs_person", "level", "first_waited_s", "route", "policy")
    assert [row[name] for name in names] == [None] * len(names)
    assert (row["topics"], row["first_wall_s"]) == ([], 3600)


def test_values_of_another_type_count_as_not_said() -> None:
    chain = Chain("rev_a").accept("09:00", rating="two", topics="food", needs_person=1, place=7)
    chain.open("09:00", due_at="13:00", level=2**40)
    row = row_of(chain.person("10:00", Kind.ANSWERED, waited_s=1.5))

    names = ("rating_last", "needs_person", "place", "first_waited_s", "level")
    assert [row[name] for name in names] == [None] * 5
    assert row["topics"] == []


def test_a_line_that_was_removed_shows_in_the_row() -> None:
    chain = answered()
    facts = [each for each in chain.outcomes if each.sequence != 1]
    (row,) = review_rows(touched_reviews(DAY, facts), "acme", DAY)

    assert (row["sequence"], row["outcomes"]) == (4, 3)
    assert [row[name] for name in ("opened_at", "opened_day", "clock_s", "first_wall_s")] == [
        None
    ] * 4


def test_what_has_not_the_form_of_an_outcome_is_left_out() -> None:
    chain = answered()
    odd: list[Outcome] = [
        without_hash(chain.outcomes[1], at=5),
        without_hash(chain.outcomes[1], at="2026-03-02"),
        without_hash(chain.outcomes[1], sequence="2"),
        without_hash(chain.outcomes[1], sequence=0),
        without_hash(chain.outcomes[1], sequence=2**40),
        without_hash(chain.outcomes[1], severity=["high"]),
        without_hash(chain.outcomes[1], review=None),
    ]
    for each in odd:
        facts = [chain.outcomes[0], each, *chain.outcomes[2:]]
        (row,) = review_rows(touched_reviews(DAY, facts), "acme", DAY)

        assert (row["sequence"], row["outcomes"]) == (4, 3)


def test_an_outcome_that_came_twice_counts_once() -> None:
    chain = answered()

    rows = list(review_rows(touched_reviews(DAY, chain.outcomes * 2), "acme", DAY))

    assert rows == [row_of(chain)]


def test_an_outcome_that_was_sealed_a_day_late_touches_its_review_again() -> None:
    chain = Chain("rev_a").accept("09:00").open("09:00", due_at="13:00")
    late, others = chain.outcomes[0], chain.outcomes[1:]

    (before,) = review_rows(touched_reviews(DAY, others), "acme", DAY)
    (after,) = review_rows(touched_reviews("2026-03-03", [late], others), "acme", "2026-03-03")

    assert (before["sequence"], before["outcomes"]) == (2, 1)
    assert (after["sequence"], after["outcomes"]) == (2, 2)
    assert after["opened_day"] == DAY


def test_rows_come_in_the_order_of_their_reviews_whatever_the_order_of_the_log() -> None:
    chains = [Chain(f"rev_{name}").accept(f"0{9 - number}:00") for number, name in enumerate("abc")]
    facts = facts_of(chains, DAY)

    rows = list(review_rows(touched_reviews(DAY, reversed(facts)), "acme", DAY))

    assert [row["review"] for row in rows] == ["rev_a", "rev_b", "rev_c"]


@pytest.mark.parametrize("day", ["2026-3-2", "yesterday", "2026-02-30", ""])
def test_what_is_no_day_is_refused(day: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        list(review_rows([], "acme", day))
