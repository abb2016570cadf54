"""What happened before: the author's other reviews, the timeline, what was closed, the codes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heard.connectors import HttpResponse
from heard.errors import BadRequest, Forbidden, NotFound
from heard.follow_ups import Action, FollowUp
from heard.outcomes import Kind
from heard.steps import desk
from heard.steps.caller import Caller
from heard.steps.desk_closed import ClosedPage, count_codes, list_closed
from heard.steps.desk_previews import preview
from heard.storage import outcome_log
from heard.storage.case_store import CaseStore
from heard.storage.keys import partition_key
from heard.storage.outcome_log import ClosingCriteria, OutcomeLog
from tests.unit.backend import (
    BUSINESS,
    COMPLAINT,
    OTHER_BUSINESS,
    Backend,
    InterceptedClient,
    complaint,
    review_event,
)
from tests.unit.steps.test_damaged_states import put_attribute
from tests.unit.steps.test_desk_list import answer

WORDS = "The kettle leaked again"


@pytest.fixture
def shop(backend: Backend) -> Backend:
    backend.connect("standard", reply_url="https://shop.example/replies")
    backend.http = lambda method, _url, **_: HttpResponse(201 if method == "POST" else 404, {}, b"")
    return backend


@pytest.fixture
def ana(shop: Backend) -> Caller:
    return shop.add_person("Ana")


def deliver(shop: Backend, name: str, author: str = "cus-1", text: str = COMPLAINT) -> FollowUp:
    shop.clock.advance(minutes=1)
    event = review_event(name, text, 1, author=author)
    follow_up = shop.case(shop.deliver(event)).follow_up
    assert follow_up
    return follow_up


def close(shop: Backend, caller: Caller, follow_up: FollowUp, **fields: Any) -> None:
    answer(shop, caller, follow_up, Action.RESOLVE_WITHOUT_REPLY, **fields)
    shop.run_workflows()


def details_of(shop: Backend, caller: Caller, follow_up: FollowUp) -> dict[str, Any]:
    return desk.describe_follow_up(caller, follow_up.id, shop.desk, shop.clock())


def closed(shop: Backend, caller: Caller, **query: Any) -> ClosedPage:
    end = shop.clock() + timedelta(seconds=1)
    start = end - query.pop("age", timedelta(days=30))
    criteria = ClosingCriteria(query.pop("business", BUSINESS), start, end, query.pop("by", None))
    options = {"limit": 25, "after": None} | query
    return list_closed(caller, criteria, shop.outcome_log, shop.desk.memory, **options)


# History


def test_the_history_is_the_authors_other_reviews_the_newest_first(
    shop: Backend, ana: Caller
) -> None:
    first = deliver(shop, "r-1", text=WORDS)
    close(shop, ana, first)
    second = deliver(shop, "r-2")
    deliver(shop, "r-3", author="cus-2")
    third = deliver(shop, "r-4")
    history = details_of(shop, ana, third)["history"]

    assert [entry["id"] for entry in history] == [second.reviews[0], first.reviews[0]]
    assert [entry["ended"] for entry in history] == [None, "resolved_without_reply"]
    assert (history[1]["first_words"], history[1]["platform"]) == (WORDS, "standard")


def test_the_history_stops_at_ten(shop: Backend, ana: Caller) -> None:
    follow_ups = [deliver(shop, f"r-{number}") for number in range(12)]
    history = details_of(shop, ana, follow_ups[-1])["history"]

    assert [entry["id"] for entry in history] == [each.reviews[0] for each in follow_ups[-2:-12:-1]]


def test_a_review_that_cannot_be_read_hides_no_other_of_the_history(
    shop: Backend, ana: Caller
) -> None:
    bad, sound, last = (deliver(shop, f"r-{number}") for number in range(3))
    put_attribute(shop, partition_key(bad.reviews[0]), "STATE", "review", {"id": "?"})

    assert [entry["id"] for entry in details_of(shop, ana, last)["history"]] == [sound.reviews[0]]


def test_an_erased_author_has_no_history(shop: Backend, ana: Caller) -> None:
    deliver(shop, "r-1", text=WORDS)
    last = deliver(shop, "r-2")
    shop.cases.vault.erase(shop.case(last.reviews[0]).review.author, shop.clock())

    assert WORDS not in str(details_of(shop, ana, last))


# Timeline


def test_the_timeline_tells_in_codes_who_did_what(shop: Backend, ana: Caller) -> None:
    follow_up = deliver(shop, "r-1", text=WORDS)
    answer(
        shop, ana, follow_up, Action.PROMISE, promised_for=shop.clock() + timedelta(days=2),
        note="Ring the depot",
    )  # fmt: skip
    timeline = details_of(shop, ana, follow_up)["timeline"]

    assert [entry["kind"] for entry in timeline] == ["accepted", "follow_up_opened", "promised"]
    assert [entry["by_name"] for entry in timeline] == [None, None, "Ana"]
    assert timeline[-1]["promised_for"]
    assert not {"commitment", "revision"} & {name for entry in timeline for name in entry}
    assert WORDS not in str(timeline)
    assert "depot" not in str(timeline)


def test_the_end_stands_behind_the_resolution_that_brought_it(shop: Backend, ana: Caller) -> None:
    follow_up = deliver(shop, "r-1")
    answer(shop, ana, follow_up, Action.RESOLVE_WITHOUT_REPLY)
    # The workflow's clock is behind that of the desk.
    shop.clock.now -= timedelta(seconds=2)
    shop.run_workflows()
    kinds = [entry["kind"] for entry in details_of(shop, ana, follow_up)["timeline"]]

    assert kinds[-2:] == ["resolution_given", "resolved_without_reply"]


def test_a_timeline_passes_over_what_is_no_outcome(shop: Backend, ana: Caller) -> None:
    follow_up = deliver(shop, "r-1")
    shop.plain_dynamodb.update_item(
        TableName=shop.tables["OutcomesTable"],
        Key={"review": {"S": follow_up.reviews[0]}, "sequence": {"N": "1"}},
        UpdateExpression="SET kind = :kind",
        ExpressionAttributeValues={":kind": {"S": "sung"}},
    )
    timeline = details_of(shop, ana, follow_up)["timeline"]

    assert [entry["kind"] for entry in timeline] == ["follow_up_opened"]


# Closed


def test_what_was_closed_comes_newest_first_with_who_and_codes(shop: Backend, ana: Caller) -> None:
    ben, lee = shop.add_person("Ben"), shop.add_person("Lee", "lead")
    anas, bens, walked = (deliver(shop, f"r-{number}", f"cus-{number}") for number in range(3))
    close(shop, ana, anas)
    shop.clock.advance(days=3)
    close(shop, ben, bens)
    answer(shop, ana, walked, Action.WALK_AWAY, reason="abuse")
    digest = details_of(shop, lee, walked)["pending_resolution"]["digest"]
    desk.approve(lee, walked.id, shop.desk, shop.clock(), approved=True, digest=digest)
    shop.run_workflows()
    deliver(shop, "r-9", "cus-9")
    rows = closed(shop, ana).closed

    assert {row["id"] for row in rows[:2]} == {walked.id, bens.id}
    assert rows[2]["id"] == anas.id
    by_id = {row["id"]: row for row in rows}
    assert {
        name: by_id[walked.id][name] for name in ("kind", "by_name", "approved_by_name", "reason")
    } == {"kind": "walked_away", "by_name": "Ana", "approved_by_name": "Lee", "reason": "abuse"}
    assert (by_id[bens.id]["by_name"], by_id[bens.id]["fix"]) == ("Ben", "refunded")
    assert [row["id"] for row in closed(shop, ana, by=ana.person.subject).closed] == [
        walked.id, anas.id,
    ]  # fmt: skip
    assert [row["id"] for row in closed(shop, ana, age=timedelta(days=1)).closed] == [
        row["id"] for row in rows[:2]
    ]


def test_closed_ones_have_the_words_of_a_list_at_its_price(shop: Backend, ana: Caller) -> None:
    follow_ups = [deliver(shop, f"r-{number}", f"cus-{number}") for number in range(3)]
    for follow_up in follow_ups:
        close(shop, ana, follow_up)
    erased = follow_ups[0]
    shop.cases.vault.erase(shop.case(erased.reviews[0]).review.author, shop.clock())
    requests: list[str] = []
    client: Any = InterceptedClient(shop.dynamodb, requests.append)
    store = CaseStore(client, shop.tables["CasesTable"], shop.tables["OutcomesTable"])
    ids = [row["id"] for row in closed(shop, ana).closed]
    shown = {each["id"]: each["newest_review"] for each in preview(ana, ids, store)}

    # The follow-ups, and then as for a list: states, keys, texts.
    assert requests == ["batch_get_item"] * 4
    assert shown.keys() == {each.id for each in follow_ups}
    assert (shown[erased.id]["erased"], shown[erased.id]["first_words"]) == (True, None)
    for follow_up in follow_ups[1:]:
        assert shown[follow_up.id]["first_words"] == COMPLAINT[:100]


def test_a_follow_up_of_several_reviews_is_one_row(shop: Backend, ana: Caller) -> None:
    first, second = (
        shop.case(shop.deliver(complaint(name, thread="t-1"))).follow_up for name in ("a", "b")
    )
    assert first
    assert second
    assert first.id == second.id
    close(shop, ana, second)

    (row,) = closed(shop, ana).closed
    assert row["id"] == first.id


@pytest.mark.parametrize("queries", [4, 5, 9, 100])
def test_closed_ones_are_paged_over_days_with_few_queries(
    shop: Backend, ana: Caller, monkeypatch: pytest.MonkeyPatch, queries: int
) -> None:
    monkeypatch.setattr(outcome_log, "MAX_QUERIES", queries)
    monkeypatch.setattr(outcome_log, "_FILTERED_PAGE", 3)
    follow_ups: list[FollowUp] = []
    for number in range(7):
        follow_ups.append(deliver(shop, f"r-{number}", f"cus-{number}"))
        close(shop, ana, follow_ups[-1])
        shop.clock.advance(hours=13)
    read: list[str] = []
    after: str | None = None
    for _ in range(200):
        page = closed(shop, ana, limit=2, after=after, age=timedelta(days=5))
        read += [row["id"] for row in page.closed]
        after = page.next
        if after is None:
            break

    assert after is None
    assert read == [each.id for each in follow_ups[::-1]]


@pytest.mark.parametrize(("first_day", "end", "days"), [(-6, None, 7), (-29, -6, 23)])
def test_a_quiet_time_takes_four_queries_for_each_of_its_days(
    shop: Backend, ana: Caller, first_day: int, end: int | None, days: int
) -> None:
    """The page asks for seven days first, and for the rest of a month only if somebody does."""
    requests: list[str] = []
    client: Any = InterceptedClient(shop.dynamodb, requests.append)
    log = OutcomeLog(client, shop.tables["OutcomesTable"])
    now = shop.clock()
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    criteria = ClosingCriteria(
        BUSINESS,
        today + timedelta(days=first_day),
        now if end is None else today + timedelta(days=end),
    )
    page = list_closed(ana, criteria, log, shop.desk.memory, limit=50, after=None)

    assert (page.closed, page.next) == ([], None)
    assert requests == ["query"] * (4 * days)


def test_a_cursor_that_is_none_is_refused(shop: Backend, ana: Caller) -> None:
    with pytest.raises(BadRequest, match="`next` of a page"):
        closed(shop, ana, after="2026-garbage")


def test_closed_ones_are_for_those_who_answer_in_the_business(shop: Backend, ana: Caller) -> None:
    with pytest.raises(NotFound):
        closed(shop, ana, business=OTHER_BUSINESS)
    with pytest.raises(Forbidden):
        closed(shop, shop.add_person("Ida", "auditor"))


# Codes


def test_codes_come_with_how_often_they_were_used(shop: Backend, ana: Caller) -> None:
    for number in range(2):
        close(shop, ana, deliver(shop, f"r-{number}", f"cus-{number}"))
    shop.clock.advance(days=1)
    ports = shop.desk
    codes = count_codes(ana, BUSINESS, shop.outcome_log, ports.memory, shop.clock())
    by_code = {entry["code"]: entry for entry in codes["causes"]}

    assert by_code["packaging"] == {
        "code": "packaging", "name": "Packaging", "used": 2, "in_policy": True,
    }  # fmt: skip
    assert {entry["used"] for entry in codes["reasons"]} == {0}
    assert codes["counted_from"].startswith("2025-12-18")
    # Counting takes a while, so it is not done at each request.
    close(shop, ana, deliver(shop, "r-9", "cus-9"))
    again = count_codes(ana, BUSINESS, shop.outcome_log, ports.memory, shop.clock())
    assert again == codes


def test_codes_that_the_policy_lost_are_shown_while_they_are_in_use(
    shop: Backend, ana: Caller
) -> None:
    close(shop, ana, deliver(shop, "r-1"))
    shop.clock.advance(days=1)
    ports = shop.desk
    known = ports.memory.business(BUSINESS)
    assert "packaging" in known.policy.codes.causes
    codes = known.policy.codes.causes
    object.__setattr__(known.policy.codes, "causes", tuple(set(codes) - {"packaging"}))
    try:
        read = count_codes(ana, BUSINESS, shop.outcome_log, ports.memory, shop.clock())
    finally:
        object.__setattr__(known.policy.codes, "causes", codes)

    assert read["causes"][-1] == {
        "code": "packaging", "name": "Packaging", "used": 1, "in_policy": False,
    }  # fmt: skip


def test_a_closing_kind_without_a_follow_up_is_no_closed_follow_up(
    shop: Backend, ana: Caller
) -> None:
    review = shop.deliver(review_event("r-1", "Lovely, thank you!", 5))
    assert shop.kinds(review)[-1] is not Kind.ANSWERED

    assert closed(shop, ana).closed == []
