"""Triage on real storage: any event in any order ends as it should, whatever its text."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heard.commitments import CommitmentKind
from heard.connectors import HttpResponse, WebhookRequest, load
from heard.follow_ups import Status
from heard.outcomes import Kind
from heard.places import Place, with_place
from heard.reviews import TEXT_LIMIT_BYTES, EventKind, ReviewEvent, review_id
from heard.steps.ingest import ingest
from heard.steps.triage import QueuedReview
from heard.storage.setup import Business
from heard.storage.vault import Erased
from tests.unit.backend import (
    BUSINESS,
    BUSINESS_NAME,
    COMPLAINT,
    MILD_COMPLAINT,
    NOON,
    PRAISE,
    SECRET,
    Backend,
    InterceptedClient,
    complaint,
    praise,
    review_event,
)

_numbers = count(1)
review_events = st.builds(
    lambda words, revision, kind: review_event("r", words, revision=revision, kind=kind),
    st.sampled_from([PRAISE, MILD_COMPLAINT, COMPLAINT]),
    st.integers(1, 3),
    st.sampled_from([EventKind.CREATED, EventKind.EDITED, EventKind.WITHDRAWN]),
)


def accept_reply(*_: Any, **__: Any) -> HttpResponse:
    return HttpResponse(201, {}, b"{}")


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = accept_reply
    return backend


@given(st.lists(review_events, min_size=1, max_size=5), st.data())
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_events_in_any_order_and_repeated_end_in_the_same_state(
    shop: Backend, events: list[ReviewEvent], data: st.DataObject
) -> None:
    name = f"r-{next(_numbers)}"
    messages = [
        shop.queue_message(replace(event, native_id=name, native_thread=name)) for event in events
    ]
    order = data.draw(
        st.permutations(
            messages + data.draw(st.lists(st.sampled_from(messages), max_size=3), "repeated")
        ),
        "order",
    )
    for message in order:
        shop.run_route_workflow(message)
    shop.run_workflows()
    shop.check_invariants(PRAISE, MILD_COMPLAINT, COMPLAINT, "Zelda Quint")

    review = shop.case(review_id(BUSINESS, "standard", name)).review
    states = [
        (
            event.revision,
            shop.cases.vault.commitment(review.author, CommitmentKind.WORDS, event.content),
            event.kind is EventKind.WITHDRAWN,
        )
        for event in events
    ]
    assert (review.revision, review.commitment, review.withdrawn) == max(states)


def test_a_message_that_the_queue_delivers_twice_leaves_one_outcome_of_itself(
    shop: Backend,
) -> None:
    message = shop.queue_message(complaint("r-1"))
    steps = [shop.triage(message) for _ in range(3)]

    assert steps[0] == steps[1] == steps[2]
    assert shop.kinds(steps[0]["review"]) == [Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED]


def test_a_better_edit_of_an_acknowledged_review_is_recorded_and_nothing_is_sent(
    shop: Backend,
) -> None:
    review = shop.deliver(review_event("r-1", MILD_COMPLAINT, 4))
    shop.deliver(praise("r-1", kind=EventKind.EDITED, revision=2))
    outcome = shop.outcome_log.of_review(review)[-1]

    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.ACKNOWLEDGED, Kind.REVISED]
    assert outcome.detail["route"] == "nothing"
    assert shop.case(review).thread.public_replies == 1


def test_a_worse_edit_reopens_the_review_for_a_person(shop: Backend) -> None:
    review = shop.deliver(praise("r-1"))
    shop.deliver(complaint("r-1", kind=EventKind.EDITED, revision=2))

    assert shop.kinds(review) == [
        Kind.ACCEPTED,
        Kind.ACKNOWLEDGED,
        Kind.REVISED,
        Kind.REOPENED,
        Kind.FOLLOW_UP_OPENED,
    ]
    shop.check_invariants()


def test_a_withdrawn_review_stays_readable_and_closes_its_follow_up(shop: Backend) -> None:
    review = shop.deliver(complaint("r-1"))
    shop.deliver(review_event("r-1", kind=EventKind.WITHDRAWN, revision="~"))
    (follow_up,) = shop.follow_ups()

    assert (follow_up.status, follow_up.closing_kind) == (Status.CLOSED, Kind.WITHDRAWN)
    assert shop.cases.revision(shop.case(review).review)[0].kind is EventKind.WITHDRAWN


def test_a_business_uses_its_own_policy_and_the_outcome_names_it(shop: Backend) -> None:
    from heard.policy import default_policy

    before = shop.outcome_log.of_review(shop.deliver(complaint("r-1")))[0].detail["policy"]
    shop.setup_store.put_business(
        Business(BUSINESS, BUSINESS_NAME, {**_default_document(), "name": "ours"})
    )
    after = shop.outcome_log.of_review(shop.deliver(complaint("r-2")))[0].detail["policy"]

    assert before == default_policy().hash
    assert after != before


def _default_document() -> dict[str, Any]:
    from importlib.resources import files

    return json.loads((files("heard.policy") / "default.json").read_text())


def test_triage_reads_all_that_it_needs_before_it_writes(shop: Backend) -> None:
    """A decision may be made several times, so it must leave no trace."""
    for event in (praise("r-1"), complaint("r-2"), praise("r-1", revision=2)):
        operations: list[str] = []
        shop.dynamodb = InterceptedClient(shop.plain_dynamodb, operations.append)
        shop.triage(shop.queue_message(event))
        if event.native_id == "r-1":
            # Nothing is noted of the author, or it was with the key. So the step asks whether they
            # were erased: after the words are stored, and before a reply is.
            position = len(operations) - operations[::-1].index("get_item") - 1
            assert operations[position - 1] == "put_item"
            assert operations.pop(position) == "get_item"
        reads = [name in {"get_item", "query", "batch_get_item"} for name in operations]

        assert True in reads
        assert False in reads
        assert reads == sorted(reads, reverse=True), operations


# An event that is not signed is verified at its platform


def trustpilot_review(review: str, text: str, stars: int) -> dict[str, Any]:
    """A review as Trustpilot's API shows it."""
    consumer = {"id": "c0ffee", "displayName": "Zelda Quint"}
    return {
        "id": review,
        "stars": stars,
        "title": "Bread",
        "text": text,
        "consumer": consumer,
        "createdAt": "2026-03-17T09:00:00.000Z",
    }


@pytest.mark.loopback
def test_an_unverified_event_is_ignored_and_does_not_block_the_genuine_one(
    simulated_backend: Backend,
) -> None:
    simulated_backend.connect("trustpilot")
    native_id = "64b7f0a1c2d3e4f506172839"
    forged = review_event(
        native_id, "Hacked", 5, revision="9999-12-31T23:59:59.000Z", author="mallory"
    )
    review = simulated_backend.deliver(forged, "trustpilot")
    assert simulated_backend.kinds(review) == [Kind.IGNORED]
    assert simulated_backend.platforms is not None

    simulated_backend.platforms.set_resource(
        "trustpilot", native_id, trustpilot_review(native_id, COMPLAINT, 1)
    )
    simulated_backend.deliver(
        review_event(native_id, COMPLAINT, 1, revision="2026-03-17T09:00:00.000Z"), "trustpilot"
    )
    assert simulated_backend.kinds(review)[1:4] == [
        Kind.ACCEPTED,
        Kind.REOPENED,
        Kind.FOLLOW_UP_OPENED,
    ]
    event = simulated_backend.cases.revision(simulated_backend.case(review).review).event
    assert (event.text, event.author.name) == (COMPLAINT, "Zelda Quint")

    simulated_backend.deliver(
        review_event(native_id, kind=EventKind.WITHDRAWN, revision="~"), "trustpilot"
    )
    assert simulated_backend.kinds(review)[-1] is Kind.UNVERIFIED
    simulated_backend.check_invariants()


@pytest.mark.loopback
def test_a_forged_own_reply_event_cannot_hide_a_complaint(
    simulated_backend: Backend,
) -> None:
    simulated_backend.connect("trustpilot")
    assert simulated_backend.platforms is not None
    native_id = "64b7f0a1c2d3e4f506172839"
    simulated_backend.platforms.set_resource(
        "trustpilot", native_id, trustpilot_review(native_id, COMPLAINT, 1)
    )
    forged = review_event(native_id, kind=EventKind.REPLY_SEEN, revision="2026-03-17T09:00:00.000Z")

    review = simulated_backend.deliver(forged, "trustpilot")
    assert Kind.FOLLOW_UP_OPENED in simulated_backend.kinds(review)
    assert Kind.IGNORED not in simulated_backend.kinds(review)


def yotpo_delivery(
    backend: Backend, number: int, text: str, score: int, *, shown: dict[str, Any] | None = None
) -> str:
    """The shop's own post as Yotpo pushes it; `shown` is what Yotpo's API says otherwise."""
    data = {
        "id": number,
        "title": "A note",
        "content": text,
        "score": score,
        "created_at": "2026-03-17T09:00:00.000Z",
        "updated_at": "2026-03-17T09:00:00.000Z",
        "deleted": False,
        "archived": False,
        "user_id": 7,
        "shop_owner": True,
    }
    assert backend.platforms is not None
    resource = {name: value for name, value in data.items() if name not in {"id", "shop_owner"}}
    backend.platforms.set_resource("yotpo", str(number), {**resource, **(shown or {})})
    body = json.dumps({"event": "review_create", "data": data}).encode()
    parsed = load("yotpo").parse(
        WebhookRequest("POST", {}, body), backend.connections["yotpo"], NOON
    )
    (event,) = parsed.events
    return backend.deliver(event, "yotpo")


@pytest.mark.loopback
@pytest.mark.parametrize(
    "text",
    [
        "New colours arrive on Monday. Your Blue Door team",
        "We love our customers! It's 20 years of Blue Door.",
        "Neue Farben ab Montag. Euer Team von Blue Door",
        "Les nouvelles couleurs arrivent lundi. Votre équipe",
        "El lunes llegan colores nuevos. Tu equipo de siempre",
        "Lunedì arrivano i nuovi colori. Il vostro team",
        "Na segunda chegam novas cores. A sua equipa",
        "Maandag komen er nieuwe kleuren. Jullie team",
        "W poniedziałek nowe kolory. Wasz zespół",
        "Nya färger kommer på måndag. Ert team",
        "月曜日に新色が入荷します。スタッフ一同",
        "周一新色到货。您的团队",
    ],
)
def test_a_shops_own_post_gets_nothing_where_only_the_webhook_says_whose_it_is(
    simulated_backend: Backend, text: str
) -> None:
    simulated_backend.connect("yotpo")
    review = yotpo_delivery(simulated_backend, 30114506, text, 5)

    assert simulated_backend.kinds(review) == [Kind.IGNORED]
    assert simulated_backend.outcome_log.of_review(review)[0].detail["reason"] == "own_reply"
    assert simulated_backend.platforms is not None
    assert simulated_backend.platforms.replies() == []


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("text", "score", "shown"),
    [
        (COMPLAINT, 1, {}),
        (MILD_COMPLAINT, 3, {}),
        ("Das Glas lag in Scherben im Essen, mein Sohn blutete.", 5, {}),
        ("We got food poisoning and went to hospital. 5 stars so that you read it.", 5, {}),
        ("", 2, {}),
        (PRAISE, 5, {"content": COMPLAINT, "score": 1}),
        (PRAISE, 5, {"score": 2}),
    ],
)
def test_a_forged_own_post_cannot_hide_a_complaint(
    simulated_backend: Backend, text: str, score: int, shown: dict[str, Any]
) -> None:
    simulated_backend.connect("yotpo")
    review = yotpo_delivery(simulated_backend, 30114507, text, score, shown=shown)

    assert Kind.IGNORED not in simulated_backend.kinds(review)
    assert simulated_backend.case(review).review.closing_kind in {None, Kind.ACKNOWLEDGED}


@pytest.mark.loopback
def test_an_unverified_withdrawal_closes_nothing(simulated_backend: Backend) -> None:
    simulated_backend.connect("yelp")
    assert simulated_backend.platforms is not None
    native_id = "9CNz4nWU59PIZsiDV9sSVQ"

    review = simulated_backend.deliver(review_event(native_id, COMPLAINT, 1), "yelp")
    simulated_backend.deliver(
        review_event(native_id, kind=EventKind.WITHDRAWN, revision="~"), "yelp"
    )
    assert simulated_backend.kinds(review)[-1] is Kind.UNVERIFIED
    assert not simulated_backend.case(review).review.withdrawn


@pytest.mark.loopback
@pytest.mark.parametrize(("credentials", "verified"), [(True, True), (False, False)])
def test_a_policy_can_exclude_unverified_reviews_from_automatic_answers(
    simulated_backend: Backend, credentials: bool, verified: bool
) -> None:
    document = _default_document()
    unverified_rule = {
        "id": "R11-unverified",
        "when": {"verified": False},
        "then": {"route": "follow_up"},
    }
    simulated_backend.setup_store.put_business(
        Business(
            BUSINESS, BUSINESS_NAME, {**document, "rules": [unverified_rule, *document["rules"]]}
        )
    )
    connection = simulated_backend.connect("trustpilot")
    simulated_backend.setup_store.put_connection(
        replace(connection, has_credentials=credentials), NOON
    )
    assert simulated_backend.platforms is not None
    native_id = "64b7f0a1c2d3e4f506172839"
    simulated_backend.platforms.set_resource(
        "trustpilot", native_id, trustpilot_review(native_id, PRAISE, 5)
    )

    review = simulated_backend.deliver(
        review_event(native_id, PRAISE, 5, revision="2026-03-17T09:00:00.000Z"), "trustpilot"
    )
    detail = simulated_backend.outcome_log.of_review(review)[0].detail
    assert simulated_backend.case(review).review.unverified is not verified
    assert detail.get("unverified", False) is not verified
    assert ("R11-unverified" in detail["rules"]) is not verified
    simulated_backend.deliver(
        review_event(native_id, PRAISE, 5, revision="2026-03-17T08:00:00.000Z"), "trustpilot"
    )
    assert simulated_backend.case(review).review.unverified is not verified


def test_a_signed_review_is_verified(shop: Backend) -> None:
    assert not shop.case(shop.deliver(praise("r-1"))).review.unverified


# From the webhook to a person


def deliver_webhook(backend: Backend, data: dict[str, Any]) -> str:
    """Send one signed webhook through ingest, queue and route workflow; its review's id."""
    body = json.dumps(
        {"type": "review.created", "timestamp": "2026-03-17T11:59:00Z", "data": data}
    ).encode()
    connection = backend.connections["standard"]
    request = load("standard").sign(WebhookRequest("POST", {}, body), connection.url, SECRET, NOON)
    received = ingest(request, connection.id, backend.ingest_ports, NOON)
    assert received.response.status == 202
    for message in backend.queued_messages():
        backend.run_route_workflow(message)
    backend.run_workflows()
    return review_id(BUSINESS, "standard", data["id"])


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"rating": 5},
        {"rating": 1},
        {"rating": None, "text": None},
        {
            "text": "\u0627\u0644\u062e\u0628\u0632 \u0628\u0627\u0631\u062f \u0648\u0644\u0627 "
            "\u0623\u062d\u062f \u064a\u062c\u064a\u0628"
        },
        {"text": "\u8c22\u8c22\uff0c\u9762\u5305\u5f88\u597d\u5403\uff01", "rating": 5},
        {"text": "\U0001f621\U0001f621\U0001f468\u200d\U0001f469\u200d\U0001f467"},
        {"text": "\x00\x00 N\x00U\x00L \x1b[2J", "rating": 3},
        {
            "text": "broken \ud800 surrogate \udfff",
            "rating": 2,
            "author": {"id": "u-\ud800", "name": "\udfff"},
        },
        {"text": "\u202eright to left\u202c " * 40},
    ],
    ids=[
        "nothing",
        "stars",
        "one-star",
        "nulls",
        "arabic",
        "chinese",
        "emoji",
        "nul",
        "surrogates",
        "bidi",
    ],
)
def test_any_review_is_closed_or_goes_to_a_person(shop: Backend, data: dict[str, Any]) -> None:
    review = deliver_webhook(shop, {"id": "r-1", **data})
    shop.check_invariants()

    case = shop.case(review)
    assert case.review.closing_kind is Kind.ACKNOWLEDGED or (
        case.follow_up is not None and case.follow_up.reviews == (review,)
    )


def test_a_long_text_is_accepted_and_one_over_the_limit_is_cut_and_marked(
    shop: Backend,
) -> None:
    long_review = deliver_webhook(shop, {"id": "r-1", "text": "The bread was cold. " * 5_000})
    cut_review = deliver_webhook(shop, {"id": "r-2", "text": "\u9762\u5305 " * 20_000})

    assert len(shop.cases.revision(shop.case(long_review).review)[0].text or "") == 20 * 5_000 - 1
    revision = shop.cases.revision(shop.case(cut_review).review)[0]
    assert len((revision.text or "").encode()) <= TEXT_LIMIT_BYTES
    assert revision.original_bytes == 7 * 20_000 - 1
    assert "original_bytes" not in shop.outcome_log.of_review(long_review)[0].detail
    assert shop.outcome_log.of_review(cut_review)[0].detail["original_bytes"] == 7 * 20_000 - 1


def test_an_erased_authors_text_is_unreadable_and_the_chain_still_verifies(
    shop: Backend,
) -> None:
    review = shop.deliver(complaint("r-1"))
    shop.cases.vault.erase(shop.case(review).review.author, NOON)

    with pytest.raises(Erased):
        shop.cases.revision(shop.case(review).review)
    shop.check_invariants(COMPLAINT)


def test_a_message_says_when_its_words_came_and_one_of_an_older_release_does_not(
    backend: Backend,
) -> None:
    message = backend.queue_message(complaint("r-1"))
    assert QueuedReview.from_json(message).received_at == backend.clock()

    del message["received_at"]
    assert QueuedReview.from_json(message).received_at is None
    backend.run_route_workflow(message)
    assert backend.kinds(review_id(BUSINESS, "standard", "r-1"))[0] is Kind.ACCEPTED


def test_a_place_is_a_code_and_costs_no_call_and_its_subject_stays_sealed(shop: Backend) -> None:
    subject = "Acme Mitte, Rosa Luft's shop"

    def triage(name: str) -> tuple[object, list[str]]:
        """The place of a new review, and the calls of DynamoDB that it took."""
        calls: list[str] = []
        shop.dynamodb = InterceptedClient(shop.plain_dynamodb, calls.append)
        shop.triage(shop.queue_message(replace(complaint(name, author=name), subject=subject)))
        shop.dynamodb = shop.plain_dynamodb
        review = review_id(BUSINESS, "standard", name)
        return shop.outcome_log.of_review(review)[0].detail["place"], calls

    place_before, calls_before = triage("r-1")
    business = shop.setup_store.business(BUSINESS)
    assert business is not None
    mitte = Place("mitte", "Acme Mitte", subjects=("acme mitte*",))
    shop.setup_store.put_places(business, with_place((), mitte))
    place_after, calls_after = triage("r-2")

    assert (place_before, place_after) == ("unknown", "mitte")
    assert calls_after == calls_before
    shop.check_invariants("Rosa Luft")
