"""An edit that makes a complaint of a review that was thanked (R03, R04).

A person gets it, whatever the policy says, and sees both texts and the thanks that stand between.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from heard.connectors import HttpResponse, load
from heard.errors import ConflictError
from heard.follow_ups import Action, FollowUp, Status
from heard.outcomes import Kind
from heard.reviews import EventKind, ReviewEvent
from heard.steps import desk
from heard.steps.desk import ResolutionRequest
from heard.storage.setup import Business
from tests.unit.backend import (
    BUSINESS,
    BUSINESS_NAME,
    COMPLAINT,
    MILD_COMPLAINT,
    NOON,
    PRAISE,
    Backend,
    complaint,
    praise,
    review_event,
)
from tests.unit.simulated import connect_to_simulator

_numbers = count(1)
EDITS_ARE_PUSHED = ("discourse", "google_business", "judgeme", "mastodon", "okendo", "stamped")
"""Platforms of every kind whose events hold the words, so that a test can choose them."""

EDITED = "edited_after_acknowledgement"
ANSWER = "I found both payments and sent one of them back to you this morning."
PRAISE_BY_LANGUAGE = {
    "en": ("Lovely food and such friendly staff!", "The food was cold, the staff ignored us."),
    "de": ("Sehr leckeres Essen, danke!", "Das Essen war kalt, und niemand hat sich gekümmert."),
    "fr": ("Un repas délicieux, merci beaucoup !", "Repas froid et personnel désagréable."),
    "es": ("Comida deliciosa y personal muy amable.", "La comida estaba fría y nos trataron mal."),
    "it": ("Cibo squisito, personale gentilissimo!", "Cibo freddo e personale scortese."),
    "pt": ("Comida deliciosa, adorei!", "A comida estava fria e o atendimento foi péssimo."),
    "nl": ("Heerlijk eten, erg vriendelijk!", "Het eten was koud en niemand hielp ons."),
    "pl": ("Pyszne jedzenie, polecam!", "Jedzenie było zimne, a obsługa niegrzeczna."),
    "sv": ("Underbar mat, tack!", "Maten var kall och personalen otrevlig."),
    "ru": ("Очень вкусная еда, спасибо!", "Еда была холодная, персонал грубый."),
    "tr": ("Yemekler harika, teşekkürler!", "Yemek soğuktu, personel kabaydı."),
    "ja": ("料理がとても美味しかったです。", "料理は冷たく、店員の態度も悪かった。"),
    "zh": ("菜很好吃，非常满意！", "菜是冷的，服务员态度很差。"),
}


def accept_reply(*_: Any, **__: Any) -> HttpResponse:
    return HttpResponse(201, {}, b"{}")


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = accept_reply
    return backend


def edit(event: ReviewEvent, text: str, rating: int, revision: int = 2) -> ReviewEvent:
    return replace(
        event,
        kind=EventKind.EDITED,
        text=text,
        rating=rating,
        revision=review_event(event.native_id, revision=revision).revision,
    )


def follow_up_of(shop: Backend, review: str) -> FollowUp:
    follow_up = shop.case(review).follow_up
    assert follow_up is not None
    return follow_up


def describe(shop: Backend, review: str) -> dict[str, Any]:
    ana = shop.add_person("Ana")
    follow_up = follow_up_of(shop, review)
    return desk.describe_follow_up(ana, follow_up.id, shop.desk, shop.clock())


def resolve(backend: Backend, review: str, resolution: str = "resolution-1") -> None:
    """An agent answers the review's follow-up, and the reply is sent."""
    ana, follow_up = backend.add_person("Ana"), follow_up_of(backend, review)
    request = ResolutionRequest(
        id=resolution,
        action=Action.REPLY,
        fence=desk.claim(ana, follow_up.id, backend.desk, backend.clock()).fence,
        text=ANSWER,
        fix="refunded",
        root_cause="double-charge",
    )
    desk.resolve(ana, follow_up.id, request, backend.desk, backend.clock())
    backend.run_workflows()


@pytest.mark.parametrize("language", sorted(PRAISE_BY_LANGUAGE))
@pytest.mark.parametrize("rating", [1, 2, 3])
def test_the_desk_shows_the_words_before_and_after_the_edit_and_our_thanks(
    shop: Backend, language: str, rating: int
) -> None:
    before, after = PRAISE_BY_LANGUAGE[language]
    first = review_event(f"r-{next(_numbers)}", before, 5)
    review = shop.deliver(first)
    (thanks,) = shop.cases.replies(shop.case(review).thread.id)
    shop.deliver(edit(first, after, rating))
    details = describe(shop, review)

    assert details["why"] == EDITED
    (shown,) = details["reviews"]
    assert (shown["text"], shown["rating"]) == (after, rating)
    assert shown["before_edit"] == {
        "title": None,
        "text": before,
        "rating": 5,
        "severity": "praise",
        "occurred_at": shown["before_edit"]["occurred_at"],
        "acknowledgement": thanks.text,
        "replaced_by_next_reply": False,
    }
    shop.check_invariants(before, after)


@pytest.mark.parametrize("stars", [1, 2, 3, None])
def test_no_policy_leaves_thanks_under_a_complaint_without_a_person(
    shop: Backend, stars: int | None
) -> None:
    thank_all = {
        "id": "all",
        "when": {"severity": ["praise", "low", "medium", "high"]},
        "then": {"route": "acknowledge"},
    }
    shop.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, {"rules": [thank_all]}))
    first = review_event(f"r-{next(_numbers)}", PRAISE, 5)
    review = shop.deliver(first)
    shop.deliver(replace(edit(first, COMPLAINT, 1), rating=stars))

    assert follow_up_of(shop, review).why == EDITED
    assert shop.case(review).review.closing_kind is None
    # One that was a complaint all along is only acknowledged, as the policy wants it.
    other = shop.deliver(review_event(f"r-{next(_numbers)}", COMPLAINT, 1))
    assert shop.case(other).follow_up is None


def test_a_private_review_that_was_thanked_and_becomes_a_complaint_goes_to_a_person(
    backend: Backend,
) -> None:
    backend.connect("standard", reply_url="https://shop.example/replies", channel="email")
    backend.http = accept_reply
    first = review_event("r-1", PRAISE, 5)
    review = backend.deliver(first)
    assert backend.case(review).review.closing_kind is Kind.ACKNOWLEDGED
    backend.deliver(edit(first, MILD_COMPLAINT, 3))

    assert follow_up_of(backend, review).why == EDITED
    (shown,) = describe(backend, review)["reviews"]
    assert (shown["before_edit"]["text"], shown["text"]) == (PRAISE, MILD_COMPLAINT)


@pytest.mark.parametrize("times", [1, 2, 5])
def test_further_edits_keep_the_reason_and_the_text_that_was_thanked(
    shop: Backend, times: int
) -> None:
    first = praise("r-1")
    review = shop.deliver(first)
    for number in range(times):
        shop.deliver(edit(first, f"{COMPLAINT} Day {number}.", 1, revision=number + 2))
    shop.deliver(edit(first, f"{COMPLAINT} Day {times - 1}.", 1, revision=times + 9))

    assert follow_up_of(shop, review).why == EDITED
    (shown,) = describe(shop, review)["reviews"]
    assert shown["before_edit"]["text"] == first.text
    assert shown["text"].endswith(f"Day {times - 1}.")
    assert len(shop.open_follow_ups()) == 1


def test_an_edit_without_new_words_and_a_better_one_are_not_shown_as_edited_thanks(
    shop: Backend,
) -> None:
    first = praise("r-1")
    review = shop.deliver(first)
    shop.deliver(edit(first, str(first.text), 5))
    assert shop.case(review).follow_up is None

    mild = review_event("r-2", MILD_COMPLAINT, 4)
    assert shop.case(shop.deliver(mild)).follow_up is None
    better = shop.deliver(edit(mild, PRAISE, 5))
    assert shop.case(better).follow_up is None


def test_a_complaint_that_nobody_thanked_has_the_policys_reason_and_shows_no_thanks(
    shop: Backend,
) -> None:
    first = complaint("r-1")
    review = shop.deliver(first)
    shop.deliver(edit(first, f"{COMPLAINT} Still nothing.", 1))

    assert follow_up_of(shop, review).why == "policy"
    assert "before_edit" not in describe(shop, review)["reviews"][0]


def test_thanks_that_were_not_sent_yet_are_cancelled_and_are_no_reason(shop: Backend) -> None:
    quiet = {"quiet_hours": {"from": "11:00", "to": "15:00"}}  # it is noon
    shop.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, quiet))
    first = praise("r-1")
    review = shop.deliver(first)
    shop.deliver(edit(first, COMPLAINT, 1))

    assert follow_up_of(shop, review).why == "policy"
    assert shop.case(review).thread.public_replies == 0
    assert "before_edit" not in describe(shop, review)["reviews"][0]


def test_after_an_erasure_neither_text_is_shown(shop: Backend) -> None:
    first = praise("r-1")
    review = shop.deliver(first)
    shop.deliver(edit(first, COMPLAINT, 1))
    shop.cases.vault.erase(shop.case(review).review.author, NOON)

    (shown,) = describe(shop, review)["reviews"]
    assert shown["erased"] is True
    assert "before_edit" not in shown


@pytest.mark.loopback
def test_where_a_platform_shows_one_reply_the_persons_answer_replaces_the_thanks(
    simulated_backend: Backend,
) -> None:
    simulated_backend.connect("trustpilot")
    platforms = simulated_backend.platforms
    assert platforms is not None
    native_id = "64b7f0a1c2d3e4f506172839"

    def say(text: str, stars: int, minute: int) -> str:
        at = f"2026-03-17T09:{minute:02d}:00.000Z"
        consumer = {"id": "c0ffee", "displayName": "Zelda Quint"}
        fields = {"id": native_id, "stars": stars, "title": "Bread", "text": text}
        times = {"createdAt": "2026-03-17T09:00:00.000Z", "updatedAt": at}
        platforms.set_resource("trustpilot", native_id, {**fields, "consumer": consumer, **times})
        return simulated_backend.deliver(
            review_event(native_id, text, stars, revision=at), "trustpilot"
        )

    def shown_texts() -> list[str]:
        return [reply.text for reply in platforms.replies() if reply.removed_at is None]

    review = say(PRAISE, 5, 0)
    (thanks,) = shown_texts()
    say(COMPLAINT, 1, 5)
    (shown,) = describe(simulated_backend, review)["reviews"]
    assert shown["before_edit"]["replaced_by_next_reply"] is True
    assert shown["before_edit"]["acknowledgement"] == thanks

    resolve(simulated_backend, review)

    (closed_follow_up,) = simulated_backend.follow_ups()
    assert closed_follow_up.status is Status.CLOSED
    (shown_text,) = shown_texts()
    assert ANSWER in shown_text
    simulated_backend.check_invariants(PRAISE, COMPLAINT)


@pytest.mark.loopback
@pytest.mark.parametrize("cap", [1, 2])
@pytest.mark.parametrize("platform", EDITS_ARE_PUSHED)
def test_what_the_desk_says_of_the_thanks_is_what_becomes_of_them(
    simulated_backend: Backend, platform: str, cap: int
) -> None:
    backend, capabilities = simulated_backend, load(platform).capabilities
    assert backend.platforms is not None
    caps = {"caps": {"public_replies": cap}}
    backend.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, caps))
    sample = connect_to_simulator(platform, backend.platforms).first_review()
    backend.connect(platform)
    first = replace(sample, title=None, text=PRAISE, rating=5, language=None)
    review = backend.deliver(first, platform)
    (thanks,) = [reply.text for reply in backend.platforms.replies()]
    for number in ("1", "2"):  # a further edit changes nothing
        edited = edit(first, f"{COMPLAINT} {number}", 1)
        backend.deliver(replace(edited, revision=first.revision + number), platform)

    details = describe(backend, review)
    (shown,) = details["reviews"]
    assert (shown["before_edit"]["text"], shown["text"]) == (PRAISE, f"{COMPLAINT} 2")
    assert shown["before_edit"]["replaced_by_next_reply"] is capabilities.replaces_reply
    assert details["platform_limits"]["replaces_reply"] is capabilities.replaces_reply
    has_room = cap == 2 or capabilities.replaces_reply
    assert details["public_replies_left"] == int(has_room)
    if has_room:
        resolve(backend, review)
    else:
        with pytest.raises(ConflictError) as refusal:
            resolve(backend, review)
        assert refusal.value.reason == "cap_reached"

    texts = [reply.text for reply in backend.platforms.replies() if reply.removed_at is None]
    assert (thanks in texts) is not capabilities.replaces_reply
    assert any(ANSWER in text for text in texts) is (
        has_room and (capabilities.replies == "many" or capabilities.replaces_reply)
    )
    # The person's own reply is never followed by a third one.
    backend.deliver(
        replace(edit(first, f"{COMPLAINT} 3", 1), revision=first.revision + "3"), platform
    )
    if shown["before_edit"]["replaced_by_next_reply"]:
        with pytest.raises(ConflictError):
            resolve(backend, review, "resolution-2")
    backend.check_invariants(PRAISE, COMPLAINT)
