"""What comes in the middle of the work: edits, erasures, withdrawals, lost roles, odd words."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from heard.reviews import Author, EventKind, author_id
from heard.steps.erasing import DataSubject, erase
from tests.unit.backend import BUSINESS, complaint, review_event
from tests.web.actions import (
    GOOD,
    axe_violations,
    expect_announced,
    fill_reply,
    poll,
    send,
    unnamed_controls,
)
from tests.web.conftest import REVIEWS, Desk
from tests.web.test_look import assert_fits
from tests.web.test_page import HOSTILE

EMOJI = "👩🏽‍🚒🏳️‍🌈 שרה العربية 山田 Ñandú 🧁"


def arrive(desk: Desk, *events: Any) -> None:
    """Let events come to the platform while somebody looks at the page."""
    with desk.server.lock:
        for event in events:
            desk.backend.run_route_workflow(desk.backend.queue_message(event))


def test_a_request_that_hangs_is_given_up_and_tried_again(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    expect(page.locator(".lease")).to_contain_text("yours until")
    page.evaluate(
        "const timeout = AbortSignal.timeout.bind(AbortSignal);"
        "AbortSignal.timeout = () => timeout(100)"
    )
    hanging: list[Route] = []
    page.route("**/lint", lambda route: hanging.append(route))  # noqa: PLW0108
    send(page)
    expect(page.locator(".refusal")).to_contain_text("Heard did not respond. Nothing is lost")
    expect(page.locator("#field-text")).to_have_value(GOOD)
    page.evaluate("AbortSignal.timeout = () => new AbortController().signal")
    page.unroute("**/lint")
    send(page)

    expect_announced(page, "Leaves in")


def test_an_answer_that_breaks_off_in_the_middle_is_asked_for_again(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse()
    page.wait_for_selector(f"#row-{first}")
    page.evaluate(
        "() => {"
        " const read = Response.prototype.json;"
        " Response.prototype.json = () => Promise.reject(new DOMException('cut', 'AbortError'));"
        " window.mend = () => { Response.prototype.json = read; };"
        "}"
    )
    with page.expect_response(f"**/follow-ups/{first}"):
        page.locator(f"#row-{first}").click()
    expect(page.locator(".follow-up")).to_contain_text("Loading")
    # The list, too. What nobody catches fails this test at its end.
    with page.expect_response("**/follow-ups?*"):
        arrive(desk, complaint("r-later"))
        poll(page)
    page.evaluate("window.mend()")
    poll(page)

    page.wait_for_selector(".composer")


def test_an_author_who_is_erased_meanwhile_leaves_no_word(desk: Desk) -> None:
    (first,) = desk.seed(1)
    name, _, title, text = REVIEWS[0]
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    with desk.server.lock:
        backend = desk.backend
        person = DataSubject(BUSINESS, author_id(BUSINESS, "standard", "cus-0"), ("cus-0",))
        erase(person, backend.erasure_ports, backend.clock(), actor="operator")
    page.reload()

    expect(page.locator(".gone")).to_contain_text("The author was erased.")
    expect(page.locator(f"#row-{first} .first-words")).to_have_text("erased")
    shown = page.locator("body").inner_text()
    assert not any(word in shown for word in (name, str(title), text[:20]))
    expect(page.get_by_role("radio", name="Reply", exact=True)).to_have_count(0)
    # The usual way is chosen, no text is asked for, and what was written can be copied.
    expect(page.get_by_role("radio", name="Resolve without reply")).to_be_checked()
    page.get_by_role("radio", name="Promise").check(force=True)
    expect(page.locator("#field-text, .slots")).to_have_count(0)
    expect(page.get_by_label("What you wrote")).to_have_value(GOOD)


def test_a_review_that_is_withdrawn_says_so_and_keeps_what_was_written(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    arrive(desk, review_event("r-0", kind=EventKind.WITHDRAWN, revision=2, author="cus-0"))
    poll(page)

    expect(page.locator(".flag")).to_contain_text("The author has withdrawn this review.")
    expect(page.locator(".thread")).not_to_contain_text("No words, only stars")
    expect(page.locator(".composer")).to_contain_text("This is closed.")
    expect(page.get_by_label("What you wrote")).to_have_value(GOOD)


def test_a_business_that_is_taken_away_keeps_the_text_and_sends_nothing(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    expect(page.locator(".lease")).to_contain_text("yours until")
    with desk.server.lock:
        desk.backend.store_person("Ana", {"elsewhere": ["agent"]})
    send(page)
    expect(page.locator(".refusal")).to_contain_text("not there any more")
    expect(page.locator("#field-text")).to_have_value(GOOD)
    poll(page)
    expect(page.locator(f"#row-{first}")).to_have_count(0)
    expect(page.locator("#field-text")).to_have_value(GOOD)

    assert desk.server.sent("resolution") == []


def test_the_last_role_that_is_taken_away_says_whom_to_ask(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    with desk.server.lock:
        desk.backend.store_person("Ana", {BUSINESS: ["auditor"]})
    poll(page)

    message = page.locator(".message")
    expect(message).to_contain_text("You are an auditor of Blue Door Bakery")
    expect(message).to_contain_text("Ask the person who runs Heard")
    link = message.get_by_role("link", name="Open the outcomes")
    expect(link).to_have_attribute("href", "/outcomes")
    # Nothing of an agent's desk is left around it, and the way out is.
    expect(page.locator(".rail a")).to_have_count(1)
    expect(page.locator(".rail a")).to_have_attribute("href", "/outcomes")
    expect(page.get_by_role("button", name="Settings")).to_be_visible()
    assert axe_violations(page) == []
    with desk.server.lock:
        desk.backend.store_person("Ana", {BUSINESS: ["agent"]})
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_role("link", name="Due first")).to_be_visible()


def test_an_admin_who_answers_nothing_is_told_of_the_command(desk: Desk) -> None:
    with desk.server.lock:
        desk.backend.store_person("Ada", {BUSINESS: ["admin"]})
    page = desk.browse(person="ada")

    expect(page.locator(".message")).to_contain_text("You are an admin of Blue Door Bakery")
    expect(page.locator(".message")).to_contain_text("heard connect --help")


def test_a_review_of_a_hundred_kilobytes_can_be_read_and_answered(desk: Desk) -> None:
    text = "They broke two plates. " * 2_000 + "w" * 54_000
    arrive(desk, replace(complaint("r-long"), text=text))
    (follow_up,) = desk.backend.open_follow_ups()
    page = desk.browse(f"/desk/{follow_up.id}")
    fill_reply(page)
    shown = page.locator(".words").inner_text()

    assert shown.startswith("They broke two plates.")
    assert len(shown) > 4_000
    assert_fits(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert_fits(page)
    page.get_by_role("button", name="As a stranger reads it").click()
    expect(page.get_by_role("dialog")).to_contain_text(GOOD)


def test_names_of_every_script_stay_in_their_place(desk: Desk) -> None:
    event = replace(
        complaint("r-emoji"),
        author=Author("cus-9", EMOJI),
        title=EMOJI,
        text=f"{EMOJI} I want my money back. {EMOJI}",
    )
    arrive(desk, event)
    (follow_up,) = desk.backend.open_follow_ups()
    for language in ("en", "ar"):
        page = desk.browse(f"/desk/{follow_up.id}")
        page.evaluate(
            "l => localStorage.setItem('heard.preferences', JSON.stringify({language: l}))",
            language,
        )
        page.reload()
        expect(page.locator("#follow-up-title bdi")).to_have_text(EMOJI)
        expect(page.locator(f"#row-{follow_up.id} .author bdi")).to_have_text(EMOJI)
        assert_fits(page)
        begin = page.locator(f"#row-{follow_up.id}").evaluate(
            "row => { const a = row.querySelector('.author').getBoundingClientRect();"
            " const d = row.querySelector('.due').getBoundingClientRect();"
            " return a.left < d.left; }"
        )
        assert begin is (language == "en"), "the author is where the row begins"


CODES = re.compile(
    r"id|at|business|channel|stage|severity|queue|status|why|.*_at|.*_for|claimed_by|clock|"
    r"language|unit|replies_|agent|action|state|purpose|currency|limit|digest|code|kind|next|"
    r"resumes_at|revision|as_of|subject_id|amount|sha256|ended|review|link|actions|rules_id|"
    r"time_zone|by|roles|reviews_next|mentioned"
)


def with_hostile_texts(value: Any, key: str = "") -> Any:
    """A JSON value in which every text that somebody may have written is hostile."""
    if isinstance(value, dict):
        return {name: with_hostile_texts(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [with_hostile_texts(each, key) for each in value]
    if isinstance(value, str) and not CODES.fullmatch(key):
        return HOSTILE
    return value


def full_of(details: dict[str, Any]) -> dict[str, Any]:
    """Details of a follow-up with something in every part that can be shown."""
    note = {"agent": "sub-ben", "action": "reply", "note": "x", "evidence": "x"}
    reply = {
        "id": "rep_00000000",
        "purpose": "acknowledgement",
        "public": True,
        "text": "x",
        "at": "2026-11-01T10:00:00Z",
        "state": "sent",
        "damaged": False,
    }
    (review, *_) = details["reviews"]
    before = {key: review[key] for key in ("title", "text", "rating", "severity", "occurred_at")}
    review = {
        **review,
        "subject": "x",
        "title": "x",
        "link": "javascript:window.hacked=1",
        "other_complaints": [before],
        "before_edit": {**before, "acknowledgement": "x", "replaced_by_next_reply": True},
    }
    return {
        **details,
        "reviews": [review],
        "notes": [note],
        "replies": [reply],
        "checklist": {"name": "x", "steps": ["x", "y"]},
        "no_reply_why": "x",
        "causes": ["x"],
        "fixes": ["x"],
        "reasons": ["x"],
        "contacts": ["x"],
    }


def test_hostile_texts_in_every_field_are_words(desk: Desk) -> None:
    (first,) = desk.seed(1)

    def answer(route: Route) -> None:
        response = route.fetch()
        details = response.json()
        if response.status == 200 and "reviews" in details:
            details = full_of(details)
        route.fulfill(response=response, body=json.dumps(with_hostile_texts(details)))

    page = desk.open("/signed-out")
    page.route("**/api/**", answer)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector(".list ul")
    page.locator(f"#row-{first}").click()
    page.wait_for_selector(".composer")
    for part in (".context .note", ".thread .reply", ".review-title", ".row .first-words"):
        expect(page.locator(part).first).to_contain_text("<script>")
    page.locator("summary").first.click()
    page.locator("#field-text").fill(HOSTILE)
    page.keyboard.press("Control+k")
    page.keyboard.type("script")
    expect(page.get_by_role("dialog").get_by_role("option").first).to_contain_text("<script>")
    page.keyboard.press("Escape")
    for kind in ("Report as fake", "Walk away", "Invite to private"):
        page.get_by_role("radio", name=kind, exact=True).check(force=True)

    assert page.evaluate("window.hacked") is None
    assert page.locator("iframe, #page script, #page style, #page img").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert_fits(page)
    # And the fixture has seen no violation of the policy.


@pytest.mark.parametrize("part", ["list", "follow-up", "settings", "keys", "palette", "out"])
def test_the_accessibility_tree_names_whatever_can_be_used(desk: Desk, part: str) -> None:
    first, *_ = desk.seed(2)
    page = desk.browse("/" if part in {"list", "settings", "keys", "palette"} else f"/desk/{first}")
    if part == "follow-up":
        fill_reply(page)
        page.get_by_role("button", name="Note with the answer").click()
        page.get_by_role("button", name="Filters").click()
    elif part == "palette":
        page.keyboard.press("Control+k")
    elif part in {"settings", "keys"}:
        page.get_by_role("button", name=part.capitalize()).click()
    elif part == "out":
        page.goto(f"{desk.server.address}/signed-out")
        page.wait_for_selector("main")

    assert unnamed_controls(page) == []
    assert axe_violations(page) == []
    landmarks = page.locator("main").aria_snapshot() if part == "out" else page.aria_snapshot()
    assert "main" in landmarks or part == "out"
