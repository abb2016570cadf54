"""Ways through the page that nobody plans: odd names, two hands at once, one click too many."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from functions.desk import app
from heard.people import Person, Role, RoleChange
from heard.reviews import EventKind
from tests.unit.backend import BUSINESS, OTHER_BUSINESS, review_event
from tests.unit.gateway import LambdaContext, http_event, sign_in
from tests.web.actions import (
    GOOD,
    expect_announced,
    fill_reply,
    focused,
    freeze,
    pass_hold,
    poll,
    send,
    wait_until,
)
from tests.web.conftest import Desk
from tests.web.page_server import Fault
from tests.web.test_bad_days import arrive
from tests.web.test_look import assert_fits
from tests.web.test_together import begin_note, close_without_reply, offers


def call(desk: Desk, subject: str, first_name: str, *, business: str = BUSINESS) -> None:
    """Give somebody a first name that no test would make up."""
    person = Person(subject, first_name, {business: frozenset({Role.AGENT})})
    desk.backend.people.change(subject, lambda _before, _people: RoleChange(person, {}))


def resolve(desk: Desk, subject: str, follow_up: str, body: dict[str, Any]) -> Any:
    """What somebody sends elsewhere, with a claim of their own."""
    fence = desk.server.act_as(subject, "claim", follow_up)["fence"]
    return desk.server.act_as(subject, "resolution", follow_up, {"fence": fence, **body})


def test_names_with_signs_are_mentioned(desk: Desk) -> None:
    names = ("Anne-Marie", "D'Arcy (night)", "J. R.", "A+B/C", 'Jo "Bo"', "Zoe\u0308", "\u202eevil")
    for place, name in enumerate(names):
        call(desk, f"sub-odd-{place}", name)
    (first,) = desk.seed(1)
    page, field = begin_note(desk, first)
    field.press_sequentially("@")
    expect(offers(page)).to_have_count(len(names) + 2)
    field.fill("@anne-marie, @Zo\u00eb and @D'Arcy (night): who knows?")
    page.get_by_role("button", name="Save the note").click()
    expect_announced(page, "The note is saved.")

    (note,) = desk.server.sent("notes")
    assert sorted(note["mentions"]) == ["sub-odd-0", "sub-odd-1", "sub-odd-5"]


def test_of_two_whose_names_differ_in_capitals_alone_nobody_is_guessed(desk: Desk) -> None:
    call(desk, "sub-big", "BEN")
    (first,) = desk.seed(1)
    page, field = begin_note(desk, first)
    field.press_sequentially("@ben")
    page.locator("#mention-sub-ben").click()
    expect(page.locator("#note-hint")).to_have_text("Who should read it: Ben")
    field.fill("and @BEN")
    expect(page.locator("#note-hint")).to_have_text("Who should read it: Ben")
    # After a reload nobody was chosen from the list.
    field.fill("")
    page.reload()
    page.get_by_role("button", name="Write a note").click()
    field.press_sequentially("ask @ben.")
    expect(page.locator("#note-hint")).not_to_contain_text("Who should read it")


def test_a_note_that_is_begun_outlives_esc_a_reload_and_another_follow_up(desk: Desk) -> None:
    first, second, *_ = desk.seed(2)
    page, field = begin_note(desk, first)
    field.press_sequentially("She rang, and @b")
    expect(offers(page)).to_have_count(1)
    field.press("Tab")
    field.press("Escape")
    page.goto(f"{desk.server.address}/desk/{second}")
    page.get_by_role("button", name="Write a note").click()
    expect(field).to_have_value("")
    page.goto(f"{desk.server.address}/desk/{first}")
    expect(field).to_have_value("She rang, and @Ben ")
    page.get_by_role("button", name="Save the note").click()
    expect_announced(page, "The note is saved.")
    page.reload()
    expect(page.locator(".note")).to_contain_text("She rang")
    expect(field).to_have_count(0)

    assert [note["mentions"] for note in desk.server.sent("notes")] == [["sub-ben"]]


def test_a_note_that_is_kept_at_once_waits_for_the_list_of_colleagues(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page, field = begin_note(desk, first)
    held: list[Route] = []
    page.route("**/colleagues?*", lambda route: held.append(route))  # noqa: PLW0108
    field.press_sequentially("Please look, @ben.")
    wait_until(page, lambda: len(held) == 1)
    page.get_by_role("button", name="Save the note").click()
    expect(page.get_by_role("button", name="Save the note")).to_be_disabled()
    held[0].continue_()
    expect_announced(page, "The note is saved.")

    assert [note["mentions"] for note in desk.server.sent("notes")] == [["sub-ben"]]


def test_a_promise_without_a_word_keeps_its_claim_until_it_is_sent(desk: Desk) -> None:
    first, second, *_ = desk.seed(2)
    page = desk.browse(f"/desk/{first}")
    freeze(page)
    page.get_by_role("radio", name="Promise").check(force=True)
    page.locator("#field-promisedFor").fill("2031-01-05")
    expect(page.locator(".lease")).to_contain_text("yours until")
    page.locator("#field-promisedFor").fill(soon(3))
    send(page)
    page.wait_for_url(f"**/desk/{second}*")
    pass_hold(page)
    wait_until(page, lambda: len(desk.server.sent("resolution")) == 1)
    expect(page.locator(".sending")).to_have_count(0)

    assert desk.server.sent("release") == []
    assert desk.follow_up(first).status == "promised"


def soon(days: int) -> str:
    """A day from today, as a date field has it."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def test_what_is_changed_while_it_is_checked_is_not_sent(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    expect(page.locator(".lease")).to_contain_text("yours until")
    held: list[Route] = []
    page.route("**/lint", lambda route: held.append(route))  # noqa: PLW0108
    send(page)
    wait_until(page, lambda: bool(held))
    page.get_by_role("radio", name="Promise").check(force=True)
    for route in held:
        route.continue_()
    expect(page.get_by_role("button", name="Send and next")).to_be_enabled()

    expect(page.locator(".sending")).to_have_count(0)
    expect(page.locator("#field-text")).to_have_value(GOOD)


@pytest.mark.parametrize("promised", ["2031-02-03T09:00:00Z", "next week", "12026-01-01"])
def test_a_draft_of_a_program_with_an_odd_date_is_no_trap(desk: Desk, promised: str) -> None:
    (first,) = desk.seed(1)
    body = {"text": GOOD, "action": "promise", "fields": {"promised_for": promised}}
    put_draft(desk, first, body)
    page = desk.browse(f"/desk/{first}")
    expect(page.locator("#field-text")).to_have_value(GOOD)
    send(page)

    expect(page.locator(".refusal, .sending")).not_to_have_count(0)


def put_draft(desk: Desk, follow_up: str, body: dict[str, Any], subject: str = "sub-ana") -> None:
    event = http_event("PUT", f"/api/desk/follow-ups/{follow_up}/draft", body=body)
    sign_in(event, subject)
    with desk.server.lock:
        result = app.handler(event, LambdaContext())
    assert result["statusCode"] == 200, result["body"]


def test_a_year_of_five_digits_is_said_to_be_odd(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    page.get_by_role("radio", name="Promise").check(force=True)
    page.locator("#field-promisedFor").focus()
    page.locator("#field-promisedFor").press_sequentially("05012026")
    page.keyboard.press("7")
    page.locator("#field-promisedFor").evaluate(
        "e => { e.value = '20267-01-05'; e.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    send(page)

    expect(page.locator(".refusal")).not_to_have_count(0)


def walk_away(number: int, text: str) -> dict[str, Any]:
    return {"id": f"resolution-{number}", "action": "walk_away", "reason": "other", "text": text}


def test_a_question_to_a_lead_goes_when_what_it_is_about_does(desk: Desk) -> None:
    (first,) = desk.seed(1)
    resolve(desk, "sub-ana", first, walk_away(1, "We have said what we can say. All the best."))
    desk.backend.store_person("Kim", {BUSINESS: ["lead"]})
    lee = desk.browse(f"/desk/{first}", person="lee")
    lee.locator(".composer").get_by_role("button", name="Approve").click()
    expect(lee.get_by_role("dialog")).to_contain_text("We have said what we can say.")
    digest = desk.server.get_as("sub-kim", f"/api/desk/follow-ups/{first}")["pending_resolution"]
    denial = {"approved": False, "digest": digest["digest"]}
    desk.server.act_as("sub-kim", "approval", first, denial)
    resolve(desk, "sub-ana", first, walk_away(2, "This is quite another word. Farewell to you."))
    poll(lee)
    expect(lee.locator(".composer")).to_contain_text("quite another word")

    # The question was about the other one.
    expect(lee.get_by_role("dialog")).to_have_count(0)
    assert desk.server.sent("approval") == []


def test_a_decision_whose_answer_is_lost_is_made_once(desk: Desk) -> None:
    (first,) = desk.seed(1)
    resolve(desk, "sub-ana", first, walk_away(1, "We have said what we can say. All the best."))
    lee = desk.browse(f"/desk/{first}", person="lee")
    desk.server.faults = [Fault("POST", "/approval$", 503, after=True)]
    lee.locator(".composer").get_by_role("button", name="Deny").click()
    lee.get_by_role("dialog").get_by_role("button", name="Deny").click()
    wait_until(lee, lambda: len(desk.server.sent("approval")) == 1)
    # What was done is what is shown, at once or with the next reading.
    expect(lee.locator(".composer")).not_to_contain_text("Waits for a lead")

    assert desk.follow_up(first).status == "open"


@pytest.mark.parametrize("query", ["business=nobodys", "view=later&platform=" + "x" * 200])
def test_an_address_that_asks_for_what_is_not_there_says_so(desk: Desk, query: str) -> None:
    desk.seed(1)
    page = desk.browse(f"/desk?{query}")

    expect(page.locator(".list")).not_to_contain_text("Loading")
    expect(page.locator(".list .empty")).to_be_visible()
    page.get_by_role("link", name="Due first").click()
    expect(page.locator(".list")).not_to_contain_text("Loading")


def test_a_list_without_its_last_row_can_still_be_reached_with_tab(desk: Desk) -> None:
    first, _, third = desk.seed(3)
    page = desk.browse(f"/desk/{first}")
    page.locator(f"#row-{first}").focus()
    close_without_reply(desk, first, "sub-ben")
    poll(page)
    expect(page.locator(f"#row-{first}")).to_have_count(0)

    expect(page.locator(".list .row[tabindex='0']")).to_have_count(1)
    page.locator(f"#row-{third}").focus()
    page.locator("#filter").fill("Oscar")
    expect(page.locator(".list .row")).to_have_count(1)
    expect(page.locator(".list .row[tabindex='0']")).to_have_count(1)


def test_a_double_click_claims_and_does_not_give_back(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    box = page.locator(".tools button", has_text="Claim").bounding_box()
    assert box
    at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.up()
    expect(page.locator(".lease")).to_contain_text("yours until")
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    page.evaluate("() => new Promise(go => requestAnimationFrame(() => setTimeout(go, 0)))")
    page.locator("#field-text").press("x")

    assert desk.server.sent("release") == []


def press_held(page: Page, key: str, times: int) -> None:
    """A key that somebody leans on."""
    session = page.context.new_cdp_session(page)
    code = f"Key{key.upper()}"
    for place in range(times):
        session.send(
            "Input.dispatchKeyEvent",
            {"type": "keyDown", "key": key, "code": code, "text": key, "autoRepeat": place > 0},
        )
        page.wait_for_timeout(40)
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key, "code": code})


def test_a_key_that_is_held_down_claims_once(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    page.wait_for_selector(".composer")
    page.locator("#follow-up-title").focus()
    press_held(page, "c", 12)
    expect(page.locator(".lease")).to_contain_text("yours until")

    assert desk.server.requests_of("POST", "/claim") == 1
    assert desk.server.sent("release") == []


def compose(page: Page, key: str, **more: bool) -> None:
    page.evaluate(
        "([key, more]) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown',"
        " {key, bubbles: true, cancelable: true, isComposing: true, ...more}))",
        [key, more],
    )


def test_keys_of_an_input_method_are_the_input_methods(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    page.locator("#field-text").focus()
    compose(page, "Escape")
    compose(page, "Enter", ctrlKey=True)
    assert focused(page) == "field-text"
    page.locator("#filter").fill("os")
    compose(page, "Enter")
    compose(page, "Escape")
    assert focused(page) == "filter"
    expect(page.locator("#filter")).to_have_value("os")

    expect(page.locator(".sending")).to_have_count(0)


def test_what_was_sent_does_not_come_back_as_a_draft(desk: Desk) -> None:
    first, second, *_ = desk.seed(2)
    page = desk.browse(f"/desk/{first}")
    freeze(page)
    page.get_by_role("radio", name="Promise").check(force=True)
    page.locator("#field-promisedFor").fill(soon(3))
    page.get_by_role("button", name="Note with the answer").click()
    page.locator("#field-note").fill("Ring the depot.")
    expect(page.locator(".lease")).to_contain_text("yours until")
    page.clock.run_for(6_000)
    expect(page.locator("#composer-state")).to_contain_text("Kept at")
    # Read with the draft, as the next poll does.
    with page.expect_response(f"**/follow-ups/{first}"):
        page.clock.run_for(16_000)
    send(page)
    page.wait_for_url(f"**/desk/{second}*")
    pass_hold(page)
    wait_until(page, lambda: len(desk.server.sent("resolution")) == 1)
    expect(page.locator(".sending")).to_have_count(0)
    page.route(f"**/follow-ups/{first}", lambda route: route.abort())
    page.locator(f"#row-{first}").click()
    expect(page.locator("#follow-up-title")).to_contain_text("Marta")

    expect(page.locator("#field-text")).to_have_value("")
    expect(page.locator("#field-note")).to_have_count(0)
    expect(page.get_by_role("radio", name="Reply", exact=True)).to_be_checked()


def test_an_older_answer_about_a_follow_up_does_not_hide_a_newer_one(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    page.wait_for_selector(".composer")
    held: list[tuple[Route, Any]] = []

    def hold_one(route: Route) -> None:
        if held or route.request.method != "GET":
            route.continue_()
        else:
            held.append((route, route.fetch()))

    page.evaluate("dispatchEvent(new Event('popstate'))")
    page.route(f"**/follow-ups/{first}", hold_one)
    page.evaluate("dispatchEvent(new Event('popstate'))")
    wait_until(page, lambda: bool(held))
    page.get_by_role("button", name="Write a note").click()
    page.get_by_label("For colleagues, never public").fill("She rang.")
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator(".note")).to_contain_text("She rang.")
    route, answer = held[0]
    with page.expect_response(f"**/follow-ups/{first}"):
        route.fulfill(response=answer)
    page.evaluate("() => new Promise(go => requestAnimationFrame(() => setTimeout(go, 50)))")

    expect(page.locator(".note")).to_contain_text("She rang.")


def test_an_undo_counts_in_every_tab_that_holds_the_same(desk: Desk) -> None:
    first, *_ = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    freeze(page)
    send(page)
    expect(page.locator(".sending")).to_have_count(1)
    kept = page.evaluate("() => JSON.stringify(sessionStorage)")
    # As the browser does it when somebody duplicates a tab.
    other = page.context.new_page()
    other.add_init_script(
        f"for (const [k, v] of Object.entries({kept})) sessionStorage.setItem(k, v)"
    )
    other.clock.install()
    other.goto(f"{desk.server.address}/desk/{first}")
    expect(other.locator(".sending")).to_have_count(1)
    page.keyboard.press("z")
    expect(page.locator(".sending")).to_have_count(0)
    expect(other.locator(".sending")).to_have_count(0)
    other.clock.run_for(10_000)

    assert desk.server.sent("resolution") == []


def test_closed_work_says_of_which_business_it_is(desk: Desk) -> None:
    desk.backend.store_person("Ana", {BUSINESS: ["agent"], OTHER_BUSINESS: ["agent"]})
    (first,) = desk.seed(1)
    close_without_reply(desk, first, "sub-ana")
    page = desk.browse("/?view=closed")
    expect(page.get_by_label("Business")).to_have_value("")

    expect(page.locator(".list .list-note")).to_be_visible()


def test_in_compact_rows_closed_work_says_how_it_ended_and_a_quiet_week_asks_once(
    desk: Desk,
) -> None:
    (first,) = desk.seed(1)
    close_without_reply(desk, first, "sub-ana")
    page = desk.browse()
    page.evaluate("localStorage.setItem('heard.preferences', JSON.stringify({density: 'compact'}))")
    page.goto(f"{desk.server.address}/?view=closed")
    expect(page.locator(".list .row .kind")).to_be_visible()
    expect(page.locator(".list .row .kind")).to_have_text("resolved without reply")
    assert desk.server.requests_of("GET", "/closed") == 1
    page.get_by_role("button", name="Show more").click()
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)
    expect(page.locator(".list .row")).to_have_count(1)

    assert desk.server.requests_of("GET", "/closed") == 2


def test_the_six_actions_are_one_row_in_long_languages(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    for language in ("fr", "de", "en-XA"):
        page.evaluate(
            "l => localStorage.setItem('heard.preferences', JSON.stringify({language: l}))",
            language,
        )
        for width in (1024, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.reload()
            page.wait_for_selector(".composer")
            tops = page.locator(".actions label").evaluate_all(
                "all => [...new Set(all.map(one => one.getBoundingClientRect().top))]"
            )
            assert len(tops) == 1
            assert_fits(page)
            page.locator(".actions input").last.focus()
            expect(page.locator(".actions label").last).to_be_in_viewport(ratio=0.9)


def test_the_id_can_be_copied_and_a_refusal_of_the_browser_is_said(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the id").click()
    expect_announced(page, "The id is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == first
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    page.get_by_role("button", name="Copy the id").click()
    expect_announced(page, "does not let this page copy")
    assert page.evaluate("String(getSelection())") == first


@pytest.mark.parametrize("code", ["erased", "takes_none", "of_a_later_release"])
def test_why_nobody_can_reply_is_said_in_the_language_of_the_page(desk: Desk, code: str) -> None:
    (first,) = desk.seed(1)

    details = desk.server.get_as("sub-ana", f"/api/desk/follow-ups/{first}")
    why = {"no_reply_code": code, "no_reply_why": "In English."}
    page = desk.open("/signed-out")
    page.evaluate("localStorage.setItem('heard.preferences', '{\"language\": \"de\"}')")
    page.route(f"**/follow-ups/{first}", lambda route: route.fulfill(json={**details, **why}))
    page.goto(f"{desk.server.address}/desk/{first}")
    notice = page.locator(".composer > .notice")
    texts = {"erased": "Der Verfasser", "takes_none": "nimmt keine Antworten von Programmen"}

    expect(notice).to_contain_text(texts.get(code, "In English."))
    expect(notice).to_have_js_property("lang", "" if code in texts else "en")


def test_a_server_that_says_not_modified_of_what_nobody_has_is_asked_again(desk: Desk) -> None:
    desk.seed(2)
    page = desk.open("/signed-out")
    lies = [2]

    def lie(route: Route) -> None:
        if lies[0]:
            lies[0] -= 1
            route.fulfill(status=304)
        else:
            route.continue_()

    page.route("**/api/desk/follow-ups?*", lie)
    page.get_by_role("button", name="Sign in").click()

    expect(page.locator(".row")).to_have_count(2, timeout=20_000)


TEXTS = {
    "long": "It broke. " * 1_000,
    "one word": "w" * 10_000,
    "from right to left": "הצלחות הגיעו שבורות. " * 400,
    "overridden": "\u202e\u2066\u200b\u200d" * 200 + GOOD,
    "emoji": "🧑🏽‍🚒" * 900,
}


@pytest.mark.parametrize("kind", TEXTS)
def test_texts_of_every_kind_fit_into_the_smallest_window(desk: Desk, kind: str) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}", viewport={"width": 320, "height": 640})
    page.wait_for_selector(".composer")
    page.locator("#field-text").fill(TEXTS[kind])
    expect(page.locator(".lease")).to_contain_text("yours until")
    page.get_by_role("button", name="Note with the answer").click()
    page.locator("#field-note").fill(TEXTS[kind])
    assert_fits(page)
    page.get_by_role("button", name="As a stranger reads it").click()
    assert_fits(page)
    page.keyboard.press("Escape")
    page.reload()
    expect(page.locator("#field-text")).to_have_value(TEXTS[kind])
    assert_fits(page)


def test_with_nobody_and_with_a_thousand_colleagues(desk: Desk) -> None:
    for name in ("Ben", "Lee"):
        desk.backend.store_person(name, {})
    (first,) = desk.seed(1)
    page, field = begin_note(desk, first)
    with page.expect_response("**/colleagues?*"):
        field.press_sequentially("@")
    expect(offers(page)).to_have_count(0)
    field.fill("")
    many = [
        {"subject": f"sub-{place:04}", "name": f"Colleague {place:04}", "roles": ["agent"]}
        for place in range(1_000)
    ]
    page.route(
        "**/colleagues?*",
        lambda route: route.fulfill(json={"colleagues": many, "complete": False}),
    )
    page.reload()
    page.get_by_role("button", name="Write a note").click()
    field.press_sequentially("@col")
    expect(offers(page)).to_have_count(1_000)
    field.press("ArrowUp")
    expect(offers(page).last).to_be_in_viewport()
    field.press("Enter")
    expect(field).to_have_value("@Colleague 0999 ")


def test_a_follow_up_that_changes_hands_at_every_step(desk: Desk) -> None:
    """Claimed, taken over, given back, claimed by the first again: each page says what is so."""
    (first,) = desk.seed(1)
    ana = desk.browse(f"/desk/{first}")
    fill_reply(ana)
    expect(ana.locator(".lease")).to_contain_text("yours until")
    lee = desk.browse(f"/desk/{first}", person="lee")
    lee.get_by_role("button", name="Take over").click()
    lee.get_by_role("dialog").get_by_role("button", name="Take over").click()
    expect(lee.locator(".lease")).to_contain_text("yours until")
    poll(ana)
    expect(ana.get_by_label("What you wrote")).to_have_value(GOOD)
    lee.get_by_role("button", name="Release").click()
    expect(lee.get_by_role("button", name="Claim")).to_be_visible()
    poll(ana)
    expect(ana.locator("#field-text")).to_have_value(GOOD)
    send(ana)
    expect_announced(ana, "Leaves in")

    assert desk.follow_up(first).claimed_by == "sub-ana"


def test_a_claim_that_is_over_while_a_reply_is_held_is_said_and_the_text_is_there(
    desk: Desk,
) -> None:
    first, second, *_ = desk.seed(2)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    freeze(page)
    send(page)
    page.wait_for_url(f"**/desk/{second}*")
    lee = "sub-lee"
    fence = desk.follow_up(first).fence
    desk.server.act_as(lee, "takeover", first, {"fence": fence, "reason": "other"})
    pass_hold(page)
    expect(page.locator(".bar")).to_contain_text("Marta K.")
    page.locator(".bar").get_by_role("button", name="Open").click()

    expect(page.get_by_label("What you wrote")).to_have_value(GOOD)
    assert len(desk.server.sent("resolution")) == 1


def test_back_and_forward_while_a_reply_is_held(desk: Desk) -> None:
    first, second, *_ = desk.seed(2)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    freeze(page)
    send(page)
    page.wait_for_url(f"**/desk/{second}*")
    page.go_back()
    expect(page.locator(".composer.closed")).to_contain_text("Two plates came broken")
    page.go_forward()
    expect(page.locator(".toast")).to_contain_text("Marta K.")
    page.keyboard.press("z")
    expect(page.locator("#field-text")).to_have_value(GOOD)
    assert desk.server.sent("resolution") == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_every_action_that_fails_once_can_be_done_again(desk: Desk, status: int) -> None:
    (first,) = desk.seed(1)
    headers = {"retry-after": "1"} if status == 429 else {}
    page = desk.browse(f"/desk/{first}")
    page.wait_for_selector(".composer")
    desk.server.faults = [
        Fault("POST", f"/{step}$", status, headers=headers)
        for step in ("claim", "notes", "release", "resolution")
    ]
    page.get_by_role("button", name="Claim").click()
    expect(page.locator(".refusal")).to_be_visible()
    page.get_by_role("button", name="Claim").click()
    expect(page.locator(".lease")).to_contain_text("yours until")
    page.get_by_role("button", name="Release").click()
    wait_until(page, lambda: desk.server.requests_of("POST", "/release") == 1)
    expect(page.locator(".refusal")).to_be_visible()
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_role("button", name="Claim")).to_be_visible()
    page.get_by_role("button", name="Write a note").click()
    page.get_by_label("For colleagues, never public").fill("She rang.")
    for _ in range(2):
        page.get_by_role("button", name="Save the note").click()
    expect(page.locator(".note")).to_have_count(1)
    fill_reply(page)
    page.clock.install()
    send(page)
    pass_hold(page)
    page.clock.run_for(5_000)
    wait_until(page, lambda: len(desk.server.sent("resolution")) == 2)

    assert len({body["id"] for body in desk.server.sent("resolution")}) == 1


def test_an_edit_while_a_reply_is_held_sends_nothing_unread(desk: Desk) -> None:
    first, second, *_ = desk.seed(2)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    freeze(page)
    send(page)
    page.wait_for_url(f"**/desk/{second}*")
    edit = review_event(
        "r-0", "They paid at last.", 3, author="cus-0", kind=EventKind.EDITED, revision=2
    )
    arrive(desk, edit)
    pass_hold(page)
    expect(page.locator(".bar")).to_contain_text("Marta K.")

    assert desk.follow_up(first).status == "open"


def test_a_person_without_a_business_is_told_whom_to_ask(desk: Desk) -> None:
    (first,) = desk.seed(1)
    desk.backend.store_person("Nia", {})
    for path in ("/", f"/desk/{first}", "/desk?view=closed", "/desk?business=acme"):
        page = desk.browse(path, person="nia")
        expect(page.locator(".message")).to_contain_text("Ask the person who runs Heard")
    texts = page.locator("body").inner_text()

    assert "Marta" not in texts


def test_five_hundred_rows_and_a_key(desk: Desk) -> None:
    desk.seed(1)
    row = desk.server.get_as("sub-ana", "/api/desk/follow-ups")["follow_ups"][0]
    rows = [{**row, "id": f"fup_{place:08d}"} for place in range(500)]
    page = desk.open("/signed-out")
    page.route(
        "**/api/desk/follow-ups?*",
        lambda route: route.fulfill(json={"follow_ups": rows, "next": None}),
    )
    page.route(
        "**/api/desk/previews?*", lambda route: route.fulfill(body=json.dumps({"previews": []}))
    )
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".row")).to_have_count(500)
    page.keyboard.press("j")
    for _ in range(5):
        page.keyboard.press("j")
    assert focused(page).startswith("row-fup_")
    expect(page.locator(".list .row[tabindex='0']")).to_have_count(1)
