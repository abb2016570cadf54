"""Accepted is not published: what becomes of a reply that a platform took and then looks at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heard.clock import stamp
from heard.connectors import HttpAnswer
from heard.follow_ups import Action, Status
from heard.outcomes import Kind
from heard.reviews import Author, EventKind, ReviewEvent, time_revision
from heard.steps import desk
from heard.steps.reply import check_moderation
from heard.storage.case_store import MODERATION_AFTER
from heard_simulator.server import Calls, Mode
from tests.unit.backend import BUSINESS, COMPLAINT, PRAISE, House, Killed, Watched, praise

GOOGLE = "google_business"
NAME = "accounts/100000000000000000001/locations/20000000000000000001/reviews/r-1"
TEXT = "I found both payments and paid one of them back this morning; the bank needs two days."
BEFORE = [Kind.ACCEPTED, Kind.ACKNOWLEDGED]

pytestmark = pytest.mark.loopback


@pytest.fixture
def shop(connected: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A business at Google, which decides nothing by itself here."""
    connected.connect(GOOGLE)
    assert connected.platforms is not None
    monkeypatch.setattr(
        type(connected.platforms.of(GOOGLE)), "MODERATED_AFTER", timedelta(days=999)
    )
    monkeypatch.setattr(
        "heard.storage.case_store.SWEEP_DAYS", 1
    )  # moto takes long over each day, and here the sweep is never late
    return connected


def says(shop: House, text: str = PRAISE, stars: str = "FIVE") -> str:
    """A review is written at Google and delivered; its id."""
    assert shop.platforms is not None
    now = shop.clock()
    shop.platforms.knows(
        GOOGLE,
        NAME,
        {"starRating": stars, "comment": text, "createTime": stamp(now), "updateTime": stamp(now)},
    )
    rating = 5 if stars == "FIVE" else 1
    event = ReviewEvent(
        EventKind.CREATED,
        NAME,
        NAME,
        time_revision(now),
        Author("a"),
        rating,
        text=text,
        occurred_at=now,
    )
    return shop.say(event, GOOGLE)


def decides(shop: House, state: str, **more: str) -> None:
    """Google comes to a decision about the reply that stands there."""
    assert shop.platforms is not None
    reply: dict[str, Any] = shop.platforms.of(GOOGLE)._reviews[NAME]["reviewReply"]  # type: ignore[attr-defined]
    shop.platforms.knows(
        GOOGLE,
        NAME,
        {"reviewReply": {"comment": reply["comment"], "reviewReplyState": state, **more}},
    )


def later(shop: House, wait: timedelta) -> list[Any]:
    """The sweep after some time, and what the questions it asks are answered."""
    shop.clock.now += wait
    shop.sweep()
    return shop.look()


def watched(shop: House) -> bool:
    """Whether the sweep has a reply on its list."""
    return any("sweep_at" in item for item in shop.items() if item["sk"].startswith("REPLY#"))


def slot(shop: House) -> tuple[str, str]:
    """The one reply and its thread."""
    (item,) = [item for item in shop.items() if item["sk"].startswith("REPLY#")]
    return item["thread"], item["id"]


def ask(shop: House) -> str:
    return check_moderation(*slot(shop), shop.ports, shop.reach, shop.queue, shop.clock())


def test_a_reply_that_is_published_is_a_fact_and_asked_about_no_more(shop: House) -> None:
    review = says(shop)
    assert later(shop, timedelta(minutes=9)) == []
    decides(shop, "APPROVED")
    assert later(shop, timedelta(minutes=1)) == ["published"]
    assert shop.kinds(review) == [*BEFORE, Kind.REPLY_PUBLISHED]
    assert shop.log.of_review(review)[-1].detail["native"] == f"{NAME}/reply"

    assert [ask(shop), ask(shop)] == ["published", "published"]
    assert not watched(shop)
    assert shop.kinds(review) == [*BEFORE, Kind.REPLY_PUBLISHED]
    assert shop.queued() == []
    shop.check(PRAISE)


def test_a_reply_that_is_refused_gives_the_review_to_a_person(shop: House) -> None:
    review = says(shop)
    decides(shop, "REJECTED", policyViolation="PERSONAL_INFO")
    assert later(shop, MODERATION_AFTER[0]) == ["refused"]
    assert shop.kinds(review) == [*BEFORE, Kind.REPLY_REFUSED, Kind.REOPENED, Kind.FOLLOW_UP_OPENED]
    assert shop.log.of_review(review)[2].detail["reason"] == "PERSONAL_INFO"
    assert shop.case(review).thread.public_replies == 1  # R04: onlookers may have read it
    assert [task.why for task in shop.open_tasks()] == ["moderation"]
    assert shop.step_functions.executions == {}

    shop.resume()
    shop.turn()
    assert [execution.state for execution in shop.step_functions.executions.values()] == ["waiting"]
    assert ask(shop) == "refused"
    shop.resume()
    shop.turn()
    assert len(shop.step_functions.executions) == 1
    assert shop.kinds(review)[2:] == [Kind.REPLY_REFUSED, Kind.REOPENED, Kind.FOLLOW_UP_OPENED]
    shop.check(PRAISE)


def test_the_person_has_one_public_reply_left_and_it_is_asked_about_too(shop: House) -> None:
    review = says(shop)
    decides(shop, "REJECTED")
    later(shop, MODERATION_AFTER[0])
    shop.resume()
    shop.turn()
    answers(shop, Action.REPLY)
    decides(shop, "APPROVED")
    assert later(shop, MODERATION_AFTER[0]) == ["published"]
    assert shop.kinds(review)[-2:] == [Kind.ANSWERED, Kind.REPLY_PUBLISHED]
    assert shop.case(review).thread.public_replies_left == 0
    shop.check(PRAISE, TEXT)


def shown(shop: House) -> list[str]:
    """What Google shows of what we sent."""
    assert shop.platforms is not None
    return [reply.text for reply in shop.platforms.replies() if reply.removed_at is None]


def acknowledged_and_worse(shop: House) -> tuple[str, str]:
    """A review that was acknowledged, and then edited for the worse, so that a person has it.

    Its id, and the acknowledgement.
    """
    review = says(shop)
    (words,) = shown(shop)
    shop.clock.pass_(minutes=5)
    assert says(shop, COMPLAINT, "ONE") == review
    return review, words


def test_a_persons_answer_takes_the_acknowledgements_place_at_google_and_both_are_kept(
    shop: House,
) -> None:
    review, acknowledgement = acknowledged_and_worse(shop)
    answers(shop, Action.REPLY)
    answer = shop.work.replies(shop.case(review).thread.id)[-1].text

    assert TEXT in answer
    assert shown(shop) == [answer]
    assert [reply.text for reply in shop.work.replies(shop.case(review).thread.id)] == [
        acknowledgement,
        answer,
    ]
    assert shop.case(review).thread.public_replies == 2  # R04: both were read
    assert shop.kinds(review)[-1] is Kind.ANSWERED
    assert shop.open_tasks() == []
    shop.check(PRAISE, COMPLAINT, TEXT)


def test_an_answer_never_takes_the_place_of_what_the_owner_wrote_at_google_after_the_acknowledgement(
    shop: House,
) -> None:
    review, _ = acknowledged_and_worse(shop)
    assert shop.platforms is not None
    shop.platforms.knows(
        GOOGLE,
        NAME,
        {"reviewReply": {"comment": "I rang you. The owner", "reviewReplyState": "APPROVED"}},
    )
    answers(shop, Action.REPLY)

    assert (
        shop.platforms.of(GOOGLE)._reviews[NAME]["reviewReply"]["comment"]
        == "I rang you. The owner"
    )  # type: ignore[attr-defined]
    rejected = next(
        outcome for outcome in shop.log.of_review(review) if outcome.kind is Kind.REPLY_REJECTED
    )
    assert rejected.detail["reason"] == "already_answered"
    assert [(task.status, task.why) for task in shop.open_tasks()] == [
        (Status.OPEN, "reply_rejected")
    ]
    assert shop.case(review).thread.public_replies == 1
    shop.check(PRAISE, COMPLAINT, TEXT)


def test_an_acknowledgement_whose_words_were_erased_is_no_longer_known_to_be_ours(
    shop: House,
) -> None:
    review = says(shop)
    standing = shown(shop)
    shop.work.vault.erase(shop.case(review).review.author)
    shop.clock.pass_(minutes=5)
    says(shop, COMPLAINT, "ONE")
    answers(shop, Action.REPLY)

    assert shown(shop) == standing
    assert [task.why for task in shop.open_tasks()] == ["reply_rejected"]
    shop.check(PRAISE, COMPLAINT, TEXT)


def test_a_reply_that_is_kept_back_for_a_week_gives_the_review_to_a_person(shop: House) -> None:
    review = says(shop)
    told = [answer for wait in MODERATION_AFTER for answer in later(shop, wait)]
    assert told == ["pending"] * len(MODERATION_AFTER)
    assert shop.kinds(review) == [*BEFORE, Kind.REPLY_UNKNOWN, Kind.REOPENED, Kind.FOLLOW_UP_OPENED]
    assert not watched(shop)
    shop.resume()
    shop.turn()
    shop.check(PRAISE)


def test_a_reply_that_nobody_can_tell_about_is_unknown_in_the_end_and_reopens_nothing(
    shop: House,
) -> None:
    review = says(shop)
    assert shop.platforms is not None
    shop.platforms.knows(
        GOOGLE,
        NAME,
        {"reviewReply": {"comment": "Somebody else's words.", "reviewReplyState": "APPROVED"}},
    )
    for wait in MODERATION_AFTER:
        assert shop.kinds(review) == BEFORE
        later(shop, wait)
    assert shop.kinds(review) == [*BEFORE, Kind.REPLY_UNKNOWN]
    assert not watched(shop)
    assert shop.queued() == []
    shop.check(PRAISE)


def test_a_platform_that_is_down_is_asked_for_longer_and_then_counts_as_one_that_cannot_tell(
    shop: House,
) -> None:
    review = says(shop)
    assert shop.platforms is not None
    shop.platforms.fault(GOOGLE, Mode.DOWN, times=None, calls=Calls.ALL)
    for wait in (*MODERATION_AFTER, *(MODERATION_AFTER[-1],) * 2):
        assert later(shop, wait) == ["cannot_tell"]
        assert shop.kinds(review) == BEFORE
    later(shop, MODERATION_AFTER[-1])
    assert shop.log.of_review(review)[-1].detail["reason"] == "fault"
    assert not watched(shop)


def test_a_connection_that_is_removed_ends_the_questions(shop: House) -> None:
    review = says(shop)
    shop.setup.remove_connection(f"con-{GOOGLE}-{BUSINESS}")
    for wait in MODERATION_AFTER:
        later(shop, wait)
    assert shop.log.of_review(review)[-1].detail["reason"] == "no_connection"
    assert shop.kinds(review) == [*BEFORE, Kind.REPLY_UNKNOWN]


def test_a_review_that_was_withdrawn_stays_closed(shop: House) -> None:
    review = says(shop)
    shop.say(ReviewEvent(EventKind.WITHDRAWN, NAME, NAME, "~", Author("a")), GOOGLE)
    decides(shop, "REJECTED")
    later(shop, MODERATION_AFTER[0])

    assert shop.kinds(review)[-1] is Kind.REPLY_REFUSED
    assert shop.open_tasks() == []
    assert shop.queued() == []
    shop.check(PRAISE)


def test_an_erased_author_ends_the_questions_without_a_fact(shop: House) -> None:
    review = says(shop)
    shop.work.vault.erase(shop.case(review).review.author)
    assert later(shop, MODERATION_AFTER[0]) == ["erased"]
    assert ask(shop) == "erased"
    assert not watched(shop)
    assert shop.kinds(review) == BEFORE


def answers(shop: House, action: Action) -> None:
    (task,) = shop.open_tasks()
    ana = shop.person("Ana")
    fence = desk.claim(ana, task.id, shop.desk, shop.clock()).fence
    codes: dict[str, Any] = {"resolution": "refunded", "root_cause": "double-charge"}
    codes |= {"promised_for": shop.clock() + timedelta(days=3)} if action is Action.PROMISE else {}
    desk.answer(
        ana,
        task.id,
        desk.AnswerRequest("answer-1", action, fence, text=TEXT, **codes),
        shop.desk,
        shop.clock(),
    )
    shop.turn()


@pytest.mark.parametrize(
    ("action", "status"),
    [(Action.INVITE_PRIVATE, Status.INVITED), (Action.PROMISE, Status.PROMISED)],
)
def test_what_a_refused_reply_announced_is_work_again(
    shop: House, action: Action, status: Status
) -> None:
    review = says(shop, COMPLAINT, "ONE")
    answers(shop, action)
    assert [task.status for task in shop.open_tasks()] == [status]
    decides(shop, "REJECTED")
    later(shop, MODERATION_AFTER[0])
    (task,) = shop.open_tasks()

    assert (task.status, task.invited, task.promised_for, task.why) == (
        Status.OPEN,
        False,
        None,
        "moderation",
    )
    assert shop.kinds(review)[-1] is Kind.REPLY_REFUSED
    shop.check(COMPLAINT, TEXT)


def test_a_refused_acknowledgement_beside_a_person_changes_nothing_for_the_person(
    shop: House,
) -> None:
    review = says(shop)
    shop.clock.pass_(minutes=1)
    says(shop, COMPLAINT, "ONE")
    before = shop.open_tasks()
    decides(shop, "REJECTED")
    later(shop, MODERATION_AFTER[0])

    assert len(before) == 1
    assert shop.open_tasks() == before
    assert shop.kinds(review)[-1] is Kind.REPLY_REFUSED
    shop.check()


def test_a_run_that_dies_after_the_refusal_is_written_starts_the_workflow_when_it_is_repeated(
    shop: House,
) -> None:
    review = says(shop)
    decides(shop, "REJECTED")
    shop.clock.now += MODERATION_AFTER[0]

    class Mute:
        def send(self, _: object) -> None:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        check_moderation(*slot(shop), shop.ports, shop.reach, Mute(), shop.clock())  # type: ignore[arg-type]
    facts = shop.kinds(review)
    assert ask(shop) == "refused"
    assert shop.kinds(review) == facts
    assert [message["resume"] for message in shop.queued()] == [review]


def test_of_two_runs_at_once_one_states_the_fact(shop: House) -> None:
    review = says(shop)
    decides(shop, "REJECTED")
    rivals = [True]

    def rival(operation: str) -> None:
        if operation == "transact_write_items" and rivals:
            rivals.clear()
            shop.dynamodb = shop.raw
            ask(shop)

    shop.dynamodb = Watched(shop.raw, rival)
    assert ask(shop) == "refused"
    assert shop.kinds(review) == [*BEFORE, Kind.REPLY_REFUSED, Kind.REOPENED, Kind.FOLLOW_UP_OPENED]


def test_a_run_that_dies_between_the_platforms_yes_and_the_fact_still_has_it_asked_about(
    shop: House,
) -> None:
    done: list[str] = []

    def die(operation: str) -> None:
        done.append(operation)
        if operation == "transact_write_items" and done.count("transact_write_items") == 2:
            raise Killed

    shop.dynamodb = Watched(shop.raw, die)
    with pytest.raises(Killed):
        says(shop)
    shop.dynamodb = shop.raw
    decides(shop, "APPROVED")
    assert ask(shop) == "not_sent"
    shop.clock.pass_(minutes=20)
    shop.sweep()
    shop.resume()
    (review,) = {
        item["review"]["id"] for item in shop.items() if "review" in item and item["sk"] == "STATE"
    }
    assert shop.kinds(review) == BEFORE
    shop.look()
    later(shop, timedelta(hours=2))
    assert shop.kinds(review) == [*BEFORE, Kind.REPLY_PUBLISHED]


def test_a_platform_that_does_not_moderate_is_never_asked(house: House) -> None:
    house.connect("standard", reply_url="https://shop.example/replies")
    house.http = lambda *_, **__: HttpAnswer(201, {}, b"{}")
    review = house.say(praise("r-1"))
    assert house.kinds(review) == BEFORE
    house.clock.pass_(days=2)
    assert house.sweep().asked == 0


def test_of_two_sweeps_at_once_one_has_the_reply_asked_about(shop: House) -> None:
    says(shop)
    shop.clock.now += MODERATION_AFTER[0]
    rivals = [True]

    def rival(operation: str) -> None:
        if operation == "put_item" and rivals:
            rivals.clear()
            shop.dynamodb = shop.raw
            assert shop.sweep().asked == 1

    shop.dynamodb = Watched(shop.raw, rival)
    assert shop.sweep().asked == 0
    assert shop.look() == ["pending"]
