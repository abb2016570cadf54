"""Something happens while the platform has our reply: it ends as if the case were read afterwards.

A run goes on with what it wrote when sending began, and reads the case again only when somebody
came in between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import pytest

from heard.connectors import HttpResponse
from heard.errors import HeardError, PlatformUnavailable
from heard.follow_ups import Action
from heard.reviews import EventKind
from heard.steps import desk, reply
from heard.steps.reply import carry_out
from heard.storage.vault import Erased
from tests.unit.backend import Backend, complaint, praise, review_event
from tests.unit.steps.test_erasing import erase_customer

TEXT: Final = "Both payments are found, and one of them went back to your card this morning."
THREAD: Final = "t-1"

type Rival = Callable[[Backend], object]
type Step = Callable[[], object]


def edit(text: str, rating: int) -> Rival:
    event = review_event(
        "r-1", text, rating, kind=EventKind.EDITED, revision=2, thread=THREAD, author="cus-1"
    )
    return lambda shop: shop.run_route_workflow(shop.queue_message(event))


def withdraw(shop: Backend) -> None:
    event = review_event(
        "r-1", kind=EventKind.WITHDRAWN, revision="~", thread=THREAD, author="cus-1"
    )
    shop.triage(shop.queue_message(event))


def join(shop: Backend) -> None:
    event = complaint("r-2", thread=THREAD, author="cus-2")
    shop.run_route_workflow(shop.queue_message(event))


def claim(shop: Backend) -> None:
    (follow_up,) = shop.open_follow_ups()
    desk.claim(shop.add_person("Ben"), follow_up.id, shop.desk, shop.clock())


def join_and_resolve(shop: Backend) -> None:
    join(shop)
    resolve(shop, "Ben")


def answer_outside(shop: Backend) -> None:
    event = review_event(
        "r-1", TEXT, kind=EventKind.REPLY_SEEN, revision=2, thread=THREAD, author="cus-1"
    )
    shop.triage(shop.queue_message(event))


RIVALS: Final[Mapping[str, Rival]] = {
    "nobody": lambda _: None,
    "a worse edit": edit("My daughter is in hospital with food poisoning from your bread.", 1),
    "a kinder edit": edit("Wonderful bread and the friendliest people, thank you so much!", 5),
    "a withdrawal": withdraw,
    "a review of the thread": join,
    "a claim": claim,
    "an agent's answer in the thread": join_and_resolve,
    "a reply seen at the platform": answer_outside,
    "an erasure": erase_customer,
}


def accept(_method: str, _url: str, **_: Any) -> HttpResponse:
    return HttpResponse(201, {}, b"{}")


def reject(_method: str, _url: str, **_: Any) -> HttpResponse:
    return HttpResponse(422, {}, b"")


def fail(_method: str, _url: str, **_: Any) -> HttpResponse:
    return HttpResponse(503, {}, b"")


def vanish(_method: str, _url: str, **_: Any) -> HttpResponse:
    raise PlatformUnavailable("It did not answer.", maybe_applied=True)


ANSWERS: Final = {"accepts": accept, "rejects": reject, "is down": fail, "vanishes": vanish}


def resolve(shop: Backend, name: str) -> str:
    caller = shop.add_person(name)
    (follow_up,) = shop.open_follow_ups()
    fence = desk.claim(caller, follow_up.id, shop.desk, shop.clock()).fence
    request = desk.ResolutionRequest(
        "resolution-1", Action.REPLY, fence, TEXT, fix="refunded", root_cause="double-charge"
    )
    desk.resolve(caller, follow_up.id, request, shop.desk, shop.clock())
    return follow_up.id


def acknowledgement(shop: Backend) -> Step:
    steps = shop.triage(shop.queue_message(praise("r-1", thread=THREAD, author="cus-1")))
    return lambda: shop.acknowledge(steps)


def resolution(shop: Backend) -> Step:
    shop.deliver(complaint("r-1", thread=THREAD, author="cus-1"))
    follow_up = resolve(shop, "Ana")
    return lambda: carry_out(follow_up, shop.store_ports, shop.platform_ports, shop.clock())


def states(shop: Backend) -> list[Any]:
    """What is stored but for random keys, and what is made of them or counts the deliveries."""
    random = {"commitment", "head", "author", "delivery"}
    return [
        {
            name: {key: value for key, value in part.items() if key not in random}
            if isinstance(part, dict)
            else part
            for name, part in item.items()
            if name in {"sk", "review", "thread", "follow_up", "sweep_at", "public_replies"}
        }
        for item in sorted(shop.stored_items(), key=lambda item: (item["pk"], item["sk"]))
        if item["sk"] in {"STATE", "FOLLOW_UP"}
    ]


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("rival", RIVALS)
@pytest.mark.parametrize("prepare", [acknowledgement, resolution])
def test_what_happens_meanwhile_ends_as_if_the_case_were_read_afterwards(
    backend: Backend,
    monkeypatch: pytest.MonkeyPatch,
    prepare: Callable[[Backend], Step],
    rival: str,
    answer: str,
) -> None:
    backend.connect("standard", reply_url="https://shop.example/replies")
    step = prepare(backend)
    restore = backend.snapshot()

    def ends() -> tuple[list[Any], list[Any]]:
        restore()
        posts: list[str] = []

        def post(method: str, url: str, **options: Any) -> HttpResponse:
            if method != "POST":
                return HttpResponse(404, {}, b"")
            if not posts:
                posts.append(url)
                with suppress(HeardError, ValueError):
                    RIVALS[rival](backend)
            return ANSWERS[answer](method, url, **options)

        backend.http = post
        with suppress(HeardError, Erased):  # whom an erasure meets here, the next run cancels
            step()
        assert posts
        backend.check_invariants()
        kinds = sorted(
            (outcome.review, outcome.sequence, outcome.kind) for outcome in backend.outcomes()
        )
        return states(backend), kinds

    with monkeypatch.context() as patch:
        patch.setattr(reply, "_known_first", lambda _known, load_case: load_case)
        expected = ends()

    assert ends() == expected


@pytest.mark.parametrize("prepare", [acknowledgement, resolution])
def test_a_case_is_not_read_again_when_nobody_came_in_between(
    backend: Backend, prepare: Callable[[Backend], Step]
) -> None:
    backend.connect("standard", reply_url="https://shop.example/replies")
    step = prepare(backend)
    calls: list[str] = []
    original = backend.dynamodb

    def post(method: str, _url: str, **_: Any) -> HttpResponse:
        calls.clear()
        return HttpResponse(201 if method == "POST" else 404, {}, b"")

    backend.http = post
    events = original.meta.events
    events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name), "calls")
    try:
        step()
    finally:
        events.unregister("before-call.dynamodb", unique_id="calls")

    assert [call for call in calls if call != "GetItem"] == ["TransactWriteItems"]
    # Only the business's calendar, for how long a follow-up waited.
    assert calls.count("GetItem") == (1 if prepare is resolution else 0)
