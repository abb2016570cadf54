"""The way of an answer through the page, and everything that can come between."""

from __future__ import annotations

import json
from dataclasses import replace

from playwright.sync_api import Route, expect

from heard.follow_ups import Status
from tests.web.actions import (
    BLOCKED,
    GOOD,
    expect_announced,
    expect_visible_focus,
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


def test_a_person_without_a_mouse_answers_reviews(desk: Desk) -> None:
    first, second, *_ = desk.seed()
    page = desk.browse()
    page.clock.install()
    page.keyboard.press("j")
    assert focused(page) == f"row-{first}"
    expect_visible_focus(page)
    page.keyboard.press("j")
    assert focused(page) == f"row-{second}"
    page.keyboard.press("Enter")
    expect(page.locator("#follow-up-title")).to_be_focused()
    expect_visible_focus(page)
    page.wait_for_selector(".composer")
    assert desk.server.sent("claim") == [], "whoever only reads blocks nobody"
    page.keyboard.press("r")
    expect(page.locator("#field-text")).to_be_focused()
    assert len(desk.server.sent("claim")) == 1
    page.keyboard.type("rjck12?/ " + BLOCKED)
    expect(page.locator("#field-text")).to_have_value("rjck12?/ " + BLOCKED)
    page.locator("#field-rootCause").focus()
    page.keyboard.press("End")
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    page.locator("#field-text").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".refusal")).to_contain_text("cannot be sent as it is")
    expect_announced(page, "cannot be sent as it is")
    assert desk.server.sent("resolution") == []

    page.keyboard.press("Control+a")
    page.keyboard.type(GOOD)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("Leaves in")
    assert page.url.rpartition("/")[2] != second, "the next one is open"
    expect_visible_focus(page)
    page.keyboard.press("z")
    expect_announced(page, "Undone")
    expect(page.locator("#field-text")).to_have_value(GOOD)
    expect(page.locator("#field-text")).to_be_focused()
    assert page.url.endswith(second)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_be_visible()
    pass_hold(page)
    expect_announced(page, "Sent.")

    (body,) = desk.server.sent("resolution")
    assert (body["text"], body["action"]) == (GOOD, "reply")
    assert desk.follow_up(second).status is Status.RESOLVING
    expect(page.locator(f"#row-{second}")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#follow-up-title")).to_have_count(0)
    assert focused(page).startswith("row-")


def test_what_the_lint_finds_is_said_once_and_hides_no_button(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}", viewport={"width": 1280, "height": 620})
    fill_reply(page, f"{BLOCKED} Please ring 030 901820 for a voucher if you change the review.")
    expect(page.locator(".findings li").nth(2)).to_be_visible()
    expect(page.get_by_role("button", name="Send and next")).to_be_in_viewport(ratio=1)
    send(page)

    expect(page.locator(".refusal")).to_contain_text("cannot be sent as it is")
    expect(page.locator(".composer .findings")).to_have_count(1)
    expect(page.get_by_role("button", name="Send and next")).to_be_in_viewport(ratio=1)


def test_writing_claims_and_leaving_without_a_word_gives_back(desk: Desk) -> None:
    first, second, *_ = desk.seed(2)
    page = desk.browse(f"/desk/{first}")
    page.locator("#field-text").press("x")
    expect(page.locator(".lease")).to_contain_text("yours until")
    assert len(desk.server.sent("claim")) == 1
    page.locator("#field-text").fill("")
    page.locator(f"#row-{second}").click()
    expect(page.locator("#follow-up-title")).to_have_text("Oscar Lind")
    expect(page.locator(f"#row-{first}")).not_to_contain_text("yours")
    assert len(desk.server.sent("release")) == 1


def test_a_colleagues_claim_closes_the_composer(desk: Desk) -> None:
    (first,) = desk.seed(1)
    desk.server.act_as("sub-ben", "claim", first)
    page = desk.browse(f"/desk/{first}")

    expect(page.locator(".composer")).to_contain_text("Ben has this until")
    expect(page.locator("#field-text")).to_have_count(0)
    expect(page.locator(f"#row-{first}")).to_contain_text("Ben until")


def test_whoever_loses_a_claim_keeps_the_text_and_cannot_send(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    expect(page.locator(".lease")).to_contain_text("yours until")
    fence = desk.follow_up(first).fence
    desk.server.act_as("sub-ana", "release", first, {"fence": fence})
    desk.server.act_as("sub-ben", "claim", first)
    poll(page)

    expect(page.locator(".composer")).to_contain_text("cannot be sent")
    expect(page.locator(".composer textarea")).to_have_value(GOOD)
    expect(page.locator(".composer textarea")).to_have_attribute("readonly", "")
    expect_announced(page, "A colleague has claimed this")
    page.reload()
    expect(page.locator(".composer textarea")).to_have_value(GOOD)
    assert desk.server.sent("resolution") == []


def test_of_two_who_write_at_once_one_wins(desk: Desk) -> None:
    (first,) = desk.seed(1)
    ana, ben = desk.browse(f"/desk/{first}"), desk.browse(f"/desk/{first}", person="ben")
    for page in (ana, ben):
        page.wait_for_selector("#field-text")
    ana.locator("#field-text").press("x")
    expect(ana.locator(".lease")).to_contain_text("yours until")
    ben.locator("#field-text").press("y")

    expect(ben.locator(".composer")).to_contain_text("Ana has this until")
    expect(ben.locator(".composer textarea")).to_have_attribute("readonly", "")
    expect(ben.locator(".composer textarea")).to_have_value("y")
    assert desk.follow_up(first).claimed_by == "sub-ana"
    expect(ana.locator("#field-text")).to_be_editable()


def test_whoever_goes_elsewhere_while_it_is_checked_stays_there(desk: Desk) -> None:
    first, _, third, *_ = desk.seed()
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    expect(page.locator(".fine")).to_be_visible()
    held: list[Route] = []
    page.route("**/lint", lambda route: held.append(route))  # noqa: PLW0108
    send(page)
    wait_until(page, lambda: len(held) == 1)
    page.locator(f"#row-{third}").click()
    held[0].continue_()
    page.wait_for_selector(".toast")

    assert page.url.endswith(third)


def test_the_next_one_is_one_that_this_person_can_answer(desk: Desk) -> None:
    first, second, third, *_ = desk.seed()
    desk.server.act_as("sub-ben", "claim", second)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    send(page)
    page.wait_for_selector(".toast")

    assert page.url.endswith(third)


def test_an_old_fence_is_refused_beside_the_text(desk: Desk) -> None:
    first, *_ = desk.seed(2)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    expect(page.locator(".lease")).to_contain_text("yours until")
    freeze(page)
    send(page)
    page.wait_for_selector(".toast")
    # Taken away while the reply is held.
    fence = desk.follow_up(first).fence
    desk.server.act_as("sub-ana", "release", first, {"fence": fence})
    desk.server.act_as("sub-ben", "claim", first)
    pass_hold(page)
    expect(page.locator(".bar")).to_contain_text("Your answer to Marta K. was not sent")
    page.get_by_role("button", name="Open", exact=True).click()

    expect(page.locator(".refusal")).to_contain_text("Your text is kept")
    expect(page.locator(".composer textarea")).to_have_value(GOOD)
    assert desk.follow_up(first).status is Status.OPEN


def test_no_third_public_reply(desk: Desk) -> None:
    (first,) = desk.seed(1)
    follow_up = desk.follow_up(first)
    page = desk.browse(f"/desk/{first}")
    page.clock.install()
    page.route(
        "**/resolution",
        lambda route: route.fulfill(
            status=409,
            content_type="application/problem+json",
            body=json.dumps({"status": 409, "reason": "cap_reached", "detail": "R04."}),
        ),
    )
    fill_reply(page)
    send(page)
    pass_hold(page)

    expect(page.locator(".refusal, .bar").first).to_be_visible()
    page.locator(f"#row-{first}").click()
    expect(page.locator(".refusal")).to_contain_text("The public thread has its two replies")
    expect(page.locator("#field-text")).to_have_value(GOOD)
    assert desk.follow_up(first).reviews == follow_up.reviews


def test_a_lost_answer_is_sent_again_as_the_same_resolution(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    page.clock.install()
    desk.server.faults = [
        Fault("POST", "/resolution$", 0, after=True),
        Fault("POST", "/resolution$", 503),
        Fault("POST", "/resolution$", 429, headers={"retry-after": "7"}),
    ]
    fill_reply(page)
    send(page)
    for count in (1, 2, 3, 4):
        pass_hold(page)
        wait_until(page, lambda count=count: len(desk.server.sent("resolution")) >= count)
        if count < 4:
            expect(page.locator(".toast, .composer").first).to_contain_text("Not sent yet")
    expect_announced(page, "Sent.")

    bodies = desk.server.sent("resolution")
    assert len(bodies) == 4
    assert len({body["id"] for body in bodies}) == 1
    assert desk.follow_up(first).status is Status.RESOLVING


def test_a_session_that_ends_in_the_middle_keeps_the_text(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    expect(page.locator(".lease")).to_contain_text("yours until")
    desk.server.expire_tokens()
    desk.server.sessions_end = True
    poll(page)
    expect(page.locator(".bar")).to_contain_text("What you wrote is kept")
    expect(page.locator("#field-text")).to_have_value(GOOD)
    page.get_by_role("button", name="Sign in again").click()

    page.wait_for_selector("#field-text")
    assert page.url.endswith(f"/desk/{first}")
    expect(page.locator("#field-text")).to_have_value(GOOD)
    expect(page.locator("#field-fix")).to_have_value("other")


def test_an_expired_token_is_renewed_without_a_word(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    desk.server.expire_tokens()
    page.get_by_role("button", name="As a stranger reads it").click()
    page.get_by_role("button", name="Close").click()
    poll(page)

    expect(page.locator(".bar")).to_have_count(0)
    expect(page.locator("#field-text")).to_have_value(GOOD)


def test_closing_the_tab_sends_and_a_reload_goes_on(desk: Desk) -> None:
    first, second, *_ = desk.seed(2)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    send(page)
    page.wait_for_selector(".toast")
    page.reload()
    page.wait_for_selector(".list ul, .list .empty")
    expect(page.locator(f"#row-{first}")).to_have_count(0, timeout=15_000)

    bodies = desk.server.sent("resolution")
    assert len({json.dumps(body) for body in bodies}) == 1, "one resolution, sent once or twice"
    assert desk.follow_up(first).status is Status.RESOLVING
    assert desk.follow_up(second).status is Status.OPEN


def test_each_action_sends_what_it_needs(desk: Desk) -> None:
    ids = desk.seed()
    page = desk.browse()
    freeze(page)

    def act(place: int, action: str) -> None:
        page.locator(f"#row-{ids[place]}").click()
        page.get_by_role("radio", name=action, exact=True).check(force=True)

    act(0, "Resolve without reply")
    send(page)
    expect(page.locator("#field-rootCause")).to_be_focused()
    expect_announced(page, "Still missing: Cause")
    expect(page.locator(".refusal")).to_contain_text("Still missing: Cause")
    page.locator("#field-rootCause").select_option("other")
    expect(page.locator(".refusal")).to_have_count(0)
    page.locator("#field-fix").select_option("other")
    page.get_by_role("button", name="Note with the answer").click()
    page.locator("#field-note").fill("Rang her, all is well.")
    send(page)
    act(1, "Promise")
    page.locator("#field-promisedFor").fill("2099-01-01")
    send(page)
    act(2, "Report as fake")
    page.locator("#field-evidence").fill("No such booking.")
    send(page)
    act(3, "Walk away")
    page.locator("#field-reason").select_option("other")
    page.get_by_role("button", name="Ask a lead").click()
    act(4, "Invite to private")
    page.locator("#field-text").fill("Would you write to me at help@bakery.example?")
    send(page)
    expect(page.locator(".sending")).to_have_count(5, timeout=30_000)
    pass_hold(page)
    expect(page.locator(".sending")).to_have_count(0)

    bodies = {body["action"]: body for body in desk.server.sent("resolution")}
    assert set(bodies) == {
        "resolve_without_reply",
        "promise",
        "report_fake",
        "walk_away",
        "invite_private",
    }
    assert bodies["resolve_without_reply"]["note"] == "Rang her, all is well."
    assert "text" not in bodies["resolve_without_reply"]
    assert bodies["report_fake"]["evidence"] == "No such booking."
    # The one date that is too late is refused, and everything else has happened.
    assert desk.follow_up(ids[1]).status is Status.OPEN
    assert desk.follow_up(ids[3]).status is Status.AWAITING_APPROVAL
    expect(page.locator(".bar")).to_contain_text("Oscar Lind")


def test_a_lead_reads_and_approves_and_nobody_approves_their_own(desk: Desk) -> None:
    (first,) = desk.seed(1)
    fence = desk.server.act_as("sub-ana", "claim", first)["fence"]
    body = {
        "id": "resolution-1",
        "action": "reply",
        "fence": fence,
        "text": GOOD,
        "fix": "other",
        "root_cause": "other",
        "remedy": {"name": "refund", "amount": "80"},
    }
    desk.server.act_as("sub-ana", "resolution", first, body)
    own = desk.browse(f"/desk/{first}?view=lead")
    expect(own.locator(".composer")).to_contain_text("another lead decides")
    expect(own.get_by_role("button", name="Approve")).to_be_disabled()

    page = desk.browse(f"/desk/{first}?view=lead", person="lee")
    expect(page.locator(".composer")).to_contain_text("€80.00")
    expect(page.locator(".composer")).to_contain_text(GOOD)
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Approve this?")
    expect(dialog).to_contain_text(GOOD)
    dialog.get_by_role("button", name="Approve").click()
    expect_announced(page, "Approved.")

    (decision,) = desk.server.sent("approval")
    assert decision["approved"] is True
    assert desk.follow_up(first).status is Status.RESOLVING


def test_above_the_limit_the_button_says_so_before_it_is_sent(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    page.get_by_label("Grant").select_option("refund EUR")
    page.get_by_label("Amount").fill("50")
    expect(page.get_by_role("button", name="Send and next")).to_be_visible()
    page.get_by_label("Amount").fill("50.01")

    expect(page.get_by_role("button", name="Ask a lead")).to_be_visible()
    expect(page.locator(".composer")).to_contain_text("a lead decides first")


def test_a_stranger_sees_the_review_and_the_signed_answer(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    expect(page.locator(".fine")).to_be_visible()
    page.locator("#follow-up-title").focus()
    page.keyboard.press("v")

    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("hives")
    expect(dialog.locator(".our-words")).to_contain_text("Ana")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator("#follow-up-title")).to_be_focused()


def test_where_no_program_can_reply_only_what_can_be_done_is_offered(desk: Desk) -> None:
    (first,) = desk.seed(1)
    follow_up = desk.follow_up(first)
    connection = desk.backend.connections["standard"]
    desk.backend.setup_store.put_connection(
        replace(connection, has_credentials=False, settings={}), desk.backend.clock()
    )
    page = desk.browse(f"/desk/{follow_up.id}")
    page.wait_for_selector(".composer")
    details = desk.server.act_as("sub-ana", "", first)

    shown = [label.inner_text() for label in page.locator(".actions label").all()]
    assert len(shown) == len(details["actions"])
