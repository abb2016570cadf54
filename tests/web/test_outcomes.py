"""The auditors' page: it finds, shows and verifies in the browser, and names what is missing."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from nacl.signing import SigningKey
from playwright.sync_api import Page, Route, expect

from heard.outcomes import CLOSING_KINDS, Fact, Kind
from heard.reviews import Channel
from heard.storage import outcome_log
from heard.storage.setup import Business
from tests.static.repository import ROOT
from tests.unit.backend import BUSINESS, BUSINESS_NAME, OTHER_BUSINESS, PRAISE, review_event
from tests.web.actions import axe_violations, expect_visible_focus, unnamed_controls
from tests.web.conftest import POLICY, Desk
from tests.web.outcome_chains import (
    append_chain,
    change_outcome,
    delete_outcome,
    proof_of,
    verifier_key,
)

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
QUERY = "#outcomes-query"
CHOICES = "#outcomes-choices [role=option]"


def resolve_first(desk: Desk) -> str:
    """A business with reviews, of which Ana resolved one. Returns its review."""
    first, *_ = desk.seed()
    desk.server.act_as("sub-ana", "claim", first)
    resolution = {
        "id": "answer-1",
        "action": "resolve_without_reply",
        "fence": 1,
        "fix": "refunded",
        "root_cause": "double-charge",
    }
    desk.server.act_as("sub-ana", "resolution", first, resolution)
    with desk.server.lock:
        desk.backend.process_answers()
    return desk.follow_up(first).reviews[0]


def queries(desk: Desk) -> int:
    return desk.server.requests_of("GET", "/api/audit/outcomes")


def kinds(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".rows .kind").all_inner_texts()]


def statement(page: Page, number: int) -> Any:
    return page.locator(".statements li").nth(number)


def answer_with(content: object, status: int = 200) -> Any:
    def fulfil(route: Route) -> None:
        route.fulfill(status=status, content_type="application/json", body=json.dumps(content))

    return fulfil


# Finding


def test_the_newest_come_first_and_the_days_are_said(desk: Desk) -> None:
    resolve_first(desk)
    page = desk.audit()
    today = datetime.now(UTC)
    first = today - timedelta(days=6)

    expect(page.locator(".extent")).to_contain_text(
        f"12 outcomes {first.day} {first:%b %Y} to {today.day} {today:%b %Y}"
    )
    times = page.locator(".rows time").evaluate_all("all => all.map(e => e.dateTime)")
    assert times == sorted(times, reverse=True)
    assert len(times) == 12
    expect(page).to_have_title("Outcomes · Heard")
    # The desk is not asked for anything.
    assert desk.server.requests_of("GET", "/api/desk/follow-ups") == 0


def test_qualifiers_are_completed_by_keyboard_and_the_address_holds_them(desk: Desk) -> None:
    resolve_first(desk)
    page = desk.audit()
    page.keyboard.press("/")
    expect(page.locator(QUERY)).to_be_focused()
    page.keyboard.type("ki")
    expect(page.locator(CHOICES)).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("refunded")
    expect(page.locator(CHOICES)).to_have_count(0)
    for _ in "refunded":
        page.keyboard.press("Backspace")
    # By what it is called, too.
    page.keyboard.type("accepted")
    expect(page.locator(CHOICES).first).to_contain_text("kind:resolution_given")
    page.keyboard.press("ArrowDown")
    expect(page.locator(QUERY)).to_have_attribute(
        "aria-activedescendant", re.compile("outcomes-choices-0")
    )
    page.keyboard.press("Enter")
    expect(page.locator(QUERY)).to_have_value("kind:resolution_given ")
    page.keyboard.type("actor:an")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")

    expect(page.locator(".rows li")).to_have_count(1)
    assert kinds(page) == ["An answer was accepted"]
    assert page.evaluate("new URLSearchParams(location.search).get('q')") == (
        "kind:resolution_given actor:Ana"
    )
    page.reload()
    expect(page.locator(".rows li")).to_have_count(1)
    page.go_back()
    expect(page.locator(".rows li")).to_have_count(12)
    expect(page.locator(QUERY)).to_have_value("")


def test_what_is_not_understood_is_said_and_not_swallowed(desk: Desk) -> None:
    resolve_first(desk)
    page = desk.audit("/outcomes?q=kind:forgiven+severity:high+refund+2026-13-01")

    expect(page.get_by_role("alert")).to_contain_text("kind:forgiven, refund, 2026-13-01")
    severities = set(page.locator(".rows .severity").all_inner_texts())
    assert {text.strip() for text in severities} == {"High"}


def test_the_menus_say_the_same_as_the_bar(desk: Desk) -> None:
    resolve_first(desk)
    page = desk.audit()
    page.get_by_label("Kind").select_option("answered")
    expect(page.locator(".empty")).to_contain_text("Nothing in these days")
    page.get_by_label("Kind").select_option("resolved_without_reply")
    page.get_by_label("Who").select_option("Ana")
    page.get_by_label("Days").select_option("30")
    expect(page.locator(".rows li")).to_have_count(1)
    value = page.locator(QUERY).input_value()

    assert value.startswith("kind:resolved_without_reply actor:Ana 20")
    page.get_by_label("Kind").select_option("")
    expect(page.locator(".rows li")).to_have_count(2)
    page.locator(QUERY).fill("kind:accepted kind:answered")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_label("Kind")).to_have_value("several")
    expect(page.locator(".rows li")).to_have_count(5)


def test_days_of_ones_own_are_whole_days_in_utc(desk: Desk) -> None:
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(40)
    for name, at in (
        ("before", day - timedelta(milliseconds=1)),
        ("first", day),
        ("last", day + timedelta(hours=47, minutes=59, seconds=59)),
        ("after", day + timedelta(days=2)),
    ):
        append_chain(desk.backend, f"rev_{name}000000", [Fact(Kind.ACCEPTED)], at)
    until = day + timedelta(days=1)
    page = desk.audit(f"/outcomes?q={day:%Y-%m-%d}..{until:%Y-%m-%d}")

    hrefs = page.locator(".rows a").evaluate_all("all => all.map(e => e.pathname)")
    assert hrefs == ["/outcomes/rev_last000000", "/outcomes/rev_first000000"]


def test_more_than_can_be_looked_through_is_said(desk: Desk) -> None:
    now = datetime.now(UTC)
    for number in range(51):
        facts = [Fact(Kind.ACCEPTED), *[Fact(Kind.DUPLICATE)] * 9]
        at = now - timedelta(days=number % 3, minutes=number)
        append_chain(desk.backend, f"rev_many{number:06d}", facts, at)
    page = desk.audit()
    expect(page.locator(".extent")).to_contain_text("More than 500 outcomes")

    assert page.locator(".rows li").count() == 500
    # A hundred to begin with, and the others together.
    assert queries(desk) == 2
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".extent")).to_contain_text("510 outcomes")
    assert queries(desk) == 3


def test_where_nothing_matches_for_long_one_is_asked_whether_to_go_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A page of the API reads one day.
    monkeypatch.setattr(outcome_log, "MAX_QUERIES", 4)
    page = desk.open("/outcomes?q=severity:low+2026-09-01..2026-10-01", "ida")
    expect(page.locator(".more")).to_contain_text("Searched back to 19 Sept 2026")
    assert queries(desk) == 12
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".more")).to_contain_text("Searched back to 7 Sept 2026")

    assert queries(desk) == 24


# One outcome


def test_an_opened_outcome_says_all_and_is_verified_here(desk: Desk) -> None:
    policy = {**POLICY, "calendar": {"timezone": "Europe/Berlin"}}
    desk.backend.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, policy))
    review = resolve_first(desk)
    page = desk.audit(f"/outcomes/{review}?n=4")
    outcome = desk.backend.outcome_log.of_review(review)[3]

    expect(page.locator(".sentence")).to_contain_text("Resolved without reply: ")
    expect(page.locator(".sentence")).to_contain_text("Charged twice, Refunded")
    expect(page.locator(".sentence")).to_contain_text("Ana, ")
    at = datetime.fromisoformat(outcome.at)
    expect(page.locator(".sentence")).to_contain_text(f"{at.day} {at:%b %Y, %H:%M:%S} UTC")
    expect(page.locator(".facts-of-one")).to_contain_text("Berlin: ")
    expect(page.locator(".outcome.head")).to_have_count(1)
    page.get_by_text("As JSON").click()
    assert json.loads(page.locator(".json").inner_text()) == outcome.to_json()
    assert page.locator(".fact-fields code").evaluate_all("all => all.map(e => e.title)")[-2:] == [
        outcome.hash,
        outcome.previous,
    ]
    expect(statement(page, 0)).to_have_class("holds")
    expect(statement(page, 0)).to_contain_text("fit: this browser computed 4 hashes itself")
    expect(statement(page, 1)).to_have_class("holds")
    expect(statement(page, 1)).to_contain_text("ends at number 4 with this hash")
    expect(statement(page, 2)).to_have_class("open")
    expect(statement(page, 2)).to_contain_text("not there yet")
    expect(page.locator(".chain li.closing")).to_have_count(1)
    expect(page.locator(".chain [aria-current=step]")).to_contain_text("resolved without reply")
    expect(page.locator(".chain")).to_contain_text("closes the review")
    # What the customer wrote is not there, and was not asked for.
    assert not any("/desk/" in path for _, path, _ in desk.server.requests)


def test_the_chain_leads_to_each_outcome_and_its_policy(desk: Desk) -> None:
    review = resolve_first(desk)
    page = desk.audit(f"/outcomes/{review}?n=4")
    page.locator(".chain a").first.click()
    expect(page.locator("#opened-title")).to_contain_text("came in")
    assert page.evaluate("location.search") == "?n=1"
    # The chain was read and verified once.
    assert desk.server.requests_of("GET", f"/reviews/{review}") == 1
    page.locator("button.policy").click()

    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It was not published")
    expect(dialog.locator(".json")).to_contain_text("@bakery.example")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.go_back()
    expect(page.locator("#opened-title")).to_contain_text("resolved without reply")


def test_odd_details_have_the_same_hash_in_the_browser(desk: Desk) -> None:
    details: dict[str, Any] = {
        "quotes": '"\\/\b\f\n\r\t\u0001\u007f',
        "\ue000": "after the plane",
        "\U0001f600": ["\u2028", "\u202e", "ש", {"b": None, "a": True}],
        "é": "e\u0301",
        "number": 2**53 - 1,
        "negative": -7,
        "empty": {},
        "list": [],
        "10": 1,
        "9": 2,
        "__proto__": "odd",
    }
    now = datetime.now(UTC)
    append_chain(desk.backend, "rev_odd000000", [Fact(Kind.ACCEPTED, details)], now)
    page = desk.audit("/outcomes/rev_odd000000")

    expect(statement(page, 0)).to_have_class("holds")
    expect(statement(page, 1)).to_contain_text("the review has no state any more")


TAMPERING: dict[str, tuple[Any, int, str]] = {
    "content": (
        lambda backend, review: change_outcome(backend, review, 2, actor="sub-eve"),
        2,
        "its content does not fit its hash",
    ),
    "hash": (
        lambda backend, review: change_outcome(backend, review, 3, previous="0" * 64),
        3,
        "it does not follow the outcome before it",
    ),
    "missing": (
        lambda backend, review: delete_outcome(backend, review, 2),
        2,
        "an outcome is missing before it",
    ),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_a_changed_chain_is_shown_as_broken_at_its_outcome(desk: Desk, name: str) -> None:
    review = resolve_first(desk)
    tamper, number, why = TAMPERING[name]
    tamper(desk.backend, review)
    page = desk.audit(f"/outcomes/{review}?n=4")

    expect(statement(page, 0)).to_have_class("fails")
    expect(statement(page, 0)).to_contain_text(f"break at number {number}: {why}")
    expect(statement(page, 1)).to_contain_text("is not known while the links do not fit")
    broken = page.locator(".chain li").nth(number - 1)
    expect(broken).to_have_class("broken")
    expect(broken).to_contain_text(f"break at number {number}")
    expect(page.locator(".chain li.broken")).to_have_count(1)
    # Heard's own word stands beside, and is not what the browser goes by.
    expect(page.locator(".statements")).to_contain_text("Heard itself says:")
    assert page.locator(".statements .holds").count() == 0


def test_a_browser_that_is_lied_to_about_the_verification_still_sees_the_break(desk: Desk) -> None:
    review = resolve_first(desk)
    change_outcome(desk.backend, review, 2, kind="ignored")
    lie = {
        "review": review,
        "outcomes": 4,
        "verified": True,
        "head": "0" * 64,
        "broken_at": None,
        "why": None,
        "state": {"sequence": 4, "head": "0" * 64},
        "next": None,
    }
    page = desk.open("/outcomes", "ida")
    page.wait_for_selector(".rows")
    page.route("**/verification*", answer_with(lie))
    page.goto(f"{desk.server.address}/outcomes/{review}?n=4")

    expect(statement(page, 0)).to_contain_text("break at number 2")


def test_a_missing_end_is_seen_by_the_reviews_state(desk: Desk) -> None:
    review = resolve_first(desk)
    delete_outcome(desk.backend, review, 4)
    page = desk.audit(f"/outcomes/{review}")

    expect(statement(page, 0)).to_have_class("holds")
    expect(statement(page, 1)).to_have_class("fails")
    expect(statement(page, 1)).to_contain_text("says 4 outcomes, the log has 3")


def test_a_row_whose_content_does_not_fit_its_hash_is_marked_in_the_list(desk: Desk) -> None:
    review = resolve_first(desk)
    change_outcome(desk.backend, review, 2, actor="sub-eve")
    page = desk.audit()

    expect(page.locator(".rows .mark.critical")).to_have_count(1)
    expect(page.locator(f"#row-out_{review.removeprefix('rev_')}_000002")).to_contain_text(
        "Content does not fit its hash"
    )


def test_what_heard_never_wrote_is_named_though_it_cannot_be_shown(desk: Desk) -> None:
    review = resolve_first(desk)
    change_outcome(desk.backend, review, 2, kind="forgiven")
    page = desk.open(f"/outcomes/{review}", "ida")

    expect(page.locator(".refusal")).to_contain_text("Heard did not write")
    expect(page.locator(".refusal")).to_contain_text("number 2")
    expect(page.locator(".found [role=alert]")).to_contain_text("is not one that Heard wrote")


# The seal


@pytest.mark.parametrize(
    "case", ["good", "other text", "no key", "false key", "other leaf", "other root", "rubbish"]
)
def test_a_proof_is_verified_in_the_browser(desk: Desk, case: str) -> None:
    review = resolve_first(desk)
    outcome = desk.backend.outcome_log.of_review(review)[3].to_json()
    key = SigningKey(bytes(32))
    proof = proof_of(outcome, key)
    published = verifier_key(key)
    if case == "other text":
        proof = proof_of(outcome, key, signed_text="something else\n")
    elif case == "false key":
        published = published[:-8] + "AAAAAAA="
    elif case == "no key":
        published = verifier_key(SigningKey(bytes([1]) * 32))
    elif case == "other leaf":
        proof = proof_of(outcome | {"actor": "sub-eve"}, key)
    elif case == "other root":
        proof["path"].reverse()
    elif case == "rubbish":
        proof["note"] = "a note\n"
    page = desk.open("/outcomes", "ida")
    page.wait_for_selector(".rows")
    page.route("**/proof", answer_with(proof))
    page.route("**/api/audit/keys?*", answer_with({"keys": [{"key": published}]}))
    page.goto(f"{desk.server.address}/outcomes/{review}?n=4")

    seal = statement(page, 2)
    expect(seal).to_have_class(
        {"good": "holds", "no key": "open", "false key": "open"}.get(case, "fails")
    )
    expected = {
        "good": "number 2 of 3 under the root",
        "no key": "The signature was not verified here",
        "false key": "The signature was not verified here",
        "other text": "The signature is not that of its key",
    }
    expect(seal).to_contain_text(expected.get(case, "does not have it like this"))
    # Each statement is for itself.
    expect(statement(page, 0)).to_have_class("holds")


def test_what_was_sealed_at_night_is_verified_in_the_browser(desk: Desk) -> None:
    review = resolve_first(desk)
    days = desk.seal()
    arrived = desk.backend.outcome_log.of_review(review)[0]
    assert arrived.at[:10] in days
    page = desk.audit(f"/outcomes/{review}?n=1")

    expect(statement(page, 2)).to_have_class("holds")
    expect(statement(page, 2)).to_contain_text("The signature is that of a key")
    # Of today there is no seal yet.
    page.goto(f"{desk.server.address}/outcomes/{review}?n=4")
    expect(statement(page, 2)).to_have_class("open")
    expect(statement(page, 2)).to_contain_text("not there yet")


def test_what_was_changed_after_its_seal_is_shown_so(desk: Desk) -> None:
    review = resolve_first(desk)
    desk.seal(days_on=1)
    change_outcome(desk.backend, review, 1, actor="sub-eve")
    page = desk.audit(f"/outcomes/{review}?n=1")

    expect(statement(page, 2)).to_have_class("fails")
    expect(statement(page, 2)).to_contain_text("does not have it like this")


@pytest.mark.parametrize(
    ("status", "reason", "state", "text"),
    [
        (409, "not_as_sealed", "fails", "does not have it like this"),
        (404, "not_in_seal_yet", "open", "is without it: it came late, or was changed"),
        (404, "not_sealed_yet", "open", "this day was not sealed"),
        (404, None, "open", "could not be asked for"),
    ],
)
def test_why_there_is_no_proof_is_said(
    desk: Desk, status: int, reason: str | None, state: str, text: str
) -> None:
    review = resolve_first(desk)
    page = desk.open("/outcomes", "ida")
    page.wait_for_selector(".rows")
    refusal = {"status": status, "reason": reason, "detail": "It is not among them."}
    page.route("**/proof", answer_with(refusal, status))
    page.goto(f"{desk.server.address}/outcomes/{review}")

    expect(statement(page, 2)).to_have_class(state)
    expect(statement(page, 2)).to_contain_text(text)


# Gaps, packs, and who may


def test_gaps_are_named_and_lead_to_their_reviews(desk: Desk) -> None:
    desk.seed()
    now = datetime.now(UTC)
    desk.backend.connect("feedback_form")
    facts = [Fact(Kind.ACCEPTED), Fact(Kind.ANSWERED), Fact(Kind.EXPIRED)]
    append_chain(desk.backend, "rev_twice000000", facts, now - timedelta(hours=1))
    desk.backend.clock.now = now - timedelta(hours=1)
    desk.backend.triage(desk.backend.queue_message(review_event("lost-1", PRAISE, 5)))
    desk.backend.clock.now = now
    page = desk.audit("/outcomes/gaps")

    sections = page.locator(".gap")
    expect(sections).to_have_count(4)
    expect(sections.nth(0)).to_contain_text("Open without an owner 1")
    expect(sections.nth(1)).to_contain_text("nobody has it")
    expect(sections.nth(2)).to_contain_text("answered (no. 2), then expired (no. 3)")
    expect(sections.nth(3)).to_contain_text("Feedback form")
    expect(sections.nth(3)).to_contain_text("nothing at all in these days")
    page.get_by_role("link", name=re.compile("rev_twice000000")).click()
    expect(page.locator(".chain li.closing")).to_have_count(2)
    assert page.evaluate("location.pathname") == "/outcomes/rev_twice000000"


def test_a_pack_is_not_offered_where_there_is_none(desk: Desk) -> None:
    desk.seed(1)
    page = desk.audit()
    page.get_by_role("button", name="Pack for an auditor").click()
    page.get_by_role("button", name="Make the pack").click()

    expect(page.get_by_role("dialog")).to_contain_text("Packs are not available here.")
    expect(page.get_by_role("dialog")).to_contain_text("heard audit pack")
    expect(page.get_by_role("button", name="Make the pack")).to_be_disabled()


def test_a_pack_that_is_made_gets_a_link(desk: Desk) -> None:
    desk.seed(1)
    page = desk.audit()
    bodies: list[Any] = []

    def make(route: Route) -> None:
        bodies.append(route.request.post_data_json)
        answer_with({"id": "pck_1"}, 202)(route)

    page.route("**/api/audit/packs", make)
    page.route(
        "**/api/audit/packs/pck_1",
        answer_with({"id": "pck_1", "url": "https://lake.example/packs/pck_1.zip?signed"}),
    )
    page.get_by_role("button", name="Pack for an auditor").click()
    page.get_by_label("First day").fill("2026-11-01")
    page.get_by_label("Last day").fill("2026-11-10")
    page.get_by_role("button", name="Make the pack").click()

    link = page.get_by_role("link", name="Download the pack")
    expect(link).to_have_attribute("href", "https://lake.example/packs/pck_1.zip?signed")
    assert bodies == [{"business": BUSINESS, "from": "2026-11-01", "to": "2026-11-10"}]


def test_of_another_business_nothing_is_shown(desk: Desk) -> None:
    review = resolve_first(desk)
    desk.backend.add_person("Oda", "auditor", business=OTHER_BUSINESS)
    page = desk.open(f"/outcomes/{review}?business={BUSINESS}", "oda")

    expect(page.locator(".refusal")).to_contain_text("There is no such review")
    asked = {path for _, path, _ in desk.server.requests if path.startswith("/api/audit")}
    assert asked <= {
        "/api/audit/people",
        "/api/audit/outcomes",
        f"/api/audit/reviews/{review}",
    }
    expect(page.locator(".rows li")).to_have_count(0)


def test_who_audits_nothing_is_told_so(desk: Desk) -> None:
    page = desk.open("/outcomes", "ana")

    expect(page.locator(".message")).to_contain_text("Outcomes are for auditors, leads and admins")
    assert not any(path.startswith("/api/audit") for _, path, _ in desk.server.requests)


def test_an_auditor_finds_the_page_from_the_front_door(desk: Desk) -> None:
    desk.seed(1)
    page = desk.browse("/", "ida")
    page.get_by_role("link", name="Open the outcomes").click()

    expect(page.locator(".rows li")).to_have_count(2)


def test_a_lead_goes_there_and_back_by_key_and_link(desk: Desk) -> None:
    desk.seed(1)
    page = desk.browse("/", "lee")
    page.wait_for_selector(".rail a[href='/outcomes']")
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.locator(".rows li")).to_have_count(2)
    page.get_by_role("link", name="Desk").click()

    expect(page.locator(".list ul li")).to_have_count(1)


def test_the_desk_loads_nothing_of_it(desk: Desk) -> None:
    desk.seed(1)
    desk.browse("/", "lee")
    at_the_desk = {file for file in desk.server.files if file.endswith(".js")}
    desk.audit(person="lee")

    assert len(at_the_desk) == 2
    assert {file for file in desk.server.files if file.endswith(".js")} > at_the_desk


# For everybody


def test_everything_goes_without_a_mouse(desk: Desk) -> None:
    review = resolve_first(desk)
    page = desk.audit("/outcomes?q=kind:resolved_without_reply")
    page.keyboard.press("j")
    expect_visible_focus(page)
    page.keyboard.press("Enter")
    expect(page.locator("#opened-title")).to_be_focused()
    expect(statement(page, 1)).to_have_class("holds")
    for _ in range(4):
        page.keyboard.press("Tab")
        expect_visible_focus(page)
    page.keyboard.press("Escape")
    expect(page.locator(".opened")).to_have_count(0)
    expect(page.locator(f"#row-out_{review.removeprefix('rev_')}_000004")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.locator(QUERY)).to_be_focused()
    assert page.get_by_role("dialog").count() == 0


def choose_language(page: Page, language: str) -> None:
    if language != "en":
        page.evaluate(
            "language => localStorage.setItem('heard.preferences', JSON.stringify({ language }))",
            language,
        )
        page.reload()


def assert_fits(page: Page) -> None:
    overflow = page.evaluate(
        "() => [document.documentElement, ...document.querySelectorAll("
        "'.search, .found, .opened, .gaps, .facts-of-one, .proof-of-one')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className || e.tagName)"
    )
    assert overflow == []


@pytest.mark.parametrize("language", ["en", "ar", "en-XA", "ar-XB"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("window", [(1440, 860), (390, 844)])
def test_axe_finds_nothing_and_everything_fits(
    desk: Desk, window: tuple[int, int], theme: str, language: str
) -> None:
    review = resolve_first(desk)
    change_outcome(desk.backend, review, 3, actor="sub-eve")
    width, height = window
    page = desk.audit(color_scheme=theme, viewport={"width": width, "height": height})
    choose_language(page, language)
    page.wait_for_selector(".rows")
    page.locator(QUERY).fill("kind:re")
    page.wait_for_selector("[role=option]")
    assert axe_violations(page) == []
    assert_fits(page)
    page.keyboard.press("Escape")
    page.locator(f".rows a[href*='{review}?n=1'], .rows a[href*='{review}'][href*='n=1']").click()
    page.wait_for_selector(".statements .fails")
    expect(page.locator(".statements .open")).to_have_count(2)
    assert axe_violations(page) == []
    assert_fits(page)
    assert unnamed_controls(page) == []
    page.goto(f"{desk.server.address}/outcomes/gaps")
    page.wait_for_selector(".gap")
    assert axe_violations(page) == []
    assert_fits(page)


def test_a_narrow_window_fits_and_colours_may_be_forced(desk: Desk) -> None:
    review = resolve_first(desk)
    page = desk.audit(f"/outcomes/{review}", viewport={"width": 320, "height": 640})
    page.wait_for_selector(".statements .holds")
    assert_fits(page)
    page = desk.audit(f"/outcomes/{review}?n=4", forced_colors="active")
    page.wait_for_selector(".statements .holds")
    for selector in ("a.outcome[aria-current]", ".chain a[aria-current]"):
        outline = page.locator(selector).evaluate("e => getComputedStyle(e).outlineStyle")
        assert outline == "solid", selector


def test_the_page_knows_every_kind_and_channel() -> None:
    source = (ROOT / "web" / "src" / "outcomes" / "query.ts").read_text()
    lists = re.findall(r"export const (KINDS|CHANNELS) = \[(.*?)\]", source, re.S)
    known = {name: re.findall(r'"(\w+)"', content) for name, content in lists}

    assert set(known["KINDS"]) == set(Kind)
    first_closing = known["KINDS"].index("acknowledged")
    assert set(known["KINDS"][first_closing:]) == CLOSING_KINDS
    assert known["CHANNELS"] == [channel.value for channel in Channel]


def test_every_field_of_an_outcome_has_a_name() -> None:
    names = (ROOT / "web" / "src" / "outcomes" / "messages" / "en.ts").read_text()
    guide = (ROOT / "docs" / "audit.md").read_text()
    table = guide.partition("## What an outcome holds")[2].partition("\n\n`commitment`")[0]
    rows = re.findall(r"^\| .*? \|(.*)\|$", table, re.M)
    fields = {name for row in rows for name in re.findall(r"`(\w+)`", row)}

    assert len(fields) > 40
    assert {name for name in fields if f"  f_{name}: " not in names} == set()


def test_no_style_says_left_or_right() -> None:
    style = (ROOT / "web" / "src" / "outcomes" / "outcomes.css").read_text()

    physical = r"(?:margin|padding|border|inset)-(?:left|right)|(?<![\w-])(?:left|right)\s*:|float:"
    assert re.findall(physical, style) == []
