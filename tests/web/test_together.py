"""What people do for each other: claims by name, takeovers, notes, later, drafts on two devices."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from heard.outcomes import Kind
from heard.people import Person, Role, RoleChange
from heard.reviews import EventKind
from tests.unit.backend import BUSINESS, OTHER_BUSINESS, review_event
from tests.web.actions import (
    GOOD,
    axe_violations,
    expect_announced,
    fill_reply,
    freeze,
    pass_hold,
    poll,
    send,
    unnamed_controls,
    wait_until,
)
from tests.web.conftest import REVIEWS, Desk
from tests.web.page_server import Fault
from tests.web.test_bad_days import arrive

EDITED = "They have sent the money back. Only the rude word on the phone is left. Say sorry."


def test_a_colleagues_claim_has_a_name(desk: Desk) -> None:
    (first,) = desk.seed(1)
    desk.server.act_as("sub-ben", "claim", first)
    page = desk.browse(f"/desk/{first}")

    expect(page.locator(f"#row-{first}")).to_contain_text("Ben until")
    expect(page.locator(".composer")).to_contain_text("Ben has this until")
    expect(page.get_by_role("button", name="Take over")).to_have_count(0)


def test_a_lead_takes_over_with_a_reason_and_the_other_keeps_the_text(desk: Desk) -> None:
    (first,) = desk.seed(1)
    ana = desk.browse(f"/desk/{first}")
    fill_reply(ana)
    expect(ana.locator(".lease")).to_contain_text("yours until")
    lee = desk.browse(f"/desk/{first}", person="lee")
    lee.get_by_role("button", name="Take over").click()
    dialog = lee.get_by_role("dialog")
    expect(dialog).to_contain_text("Ana is working here.")
    assert axe_violations(lee) == []
    dialog.get_by_role("radio", name="the customer asked for it").check(force=True)
    dialog.get_by_role("button", name="Take over").click()
    expect_announced(lee, "It is yours now.")
    expect(lee.locator("#field-text")).to_be_editable()
    poll(ana)

    expect(ana.locator(".composer")).to_contain_text(
        "Lee has taken this over: the customer asked for it. Your text is kept here"
    )
    expect(ana.get_by_label("What you wrote")).to_have_value(GOOD)
    expect_announced(ana, "Your text is kept.")
    (taken,) = [each for each in desk.backend.outcomes() if each.kind is Kind.TAKEN_OVER]
    assert (taken.detail["by"], taken.detail["reason"]) == ("sub-lee", "customer_asked")


def test_a_draft_is_kept_for_the_other_device(desk: Desk) -> None:
    first, *_ = desk.seed(2)
    page = desk.browse(f"/desk/{first}")
    page.clock.install()
    page.wait_for_selector("#field-text")
    fill_reply(page, "Two plates")
    page.clock.run_for(4_000)
    page.locator("#field-text").fill(GOOD)
    page.clock.run_for(4_000)
    assert desk.server.sent("draft") == [], "the writing has not paused yet"
    page.clock.run_for(1_500)
    expect(page.locator(".composer-state")).to_contain_text("also for your other devices")
    (kept,) = desk.server.sent("draft")
    assert (kept["text"], kept["fields"]["fix"]) == (GOOD, "other")

    other = desk.browse(f"/desk/{first}")
    expect(other.locator("#field-text")).to_have_value(GOOD)
    expect(other.locator("#field-fix")).to_have_value("other")
    ben = desk.browse(f"/desk/{first}", person="ben")
    ben.wait_for_selector(".composer")
    assert GOOD not in ben.content()


def test_what_is_sent_or_emptied_is_kept_no_more(desk: Desk) -> None:
    first, second, *_ = desk.seed(2)
    page = desk.browse(f"/desk/{first}")
    page.locator("#field-text").fill("Something")
    page.locator(f"#row-{second}").click()
    wait_until(page, lambda: len(desk.server.sent("draft")) == 1)
    page.locator(f"#row-{first}").click()
    expect(page.locator("#field-text")).to_have_value("Something")
    page.locator("#field-text").fill("")
    page.locator(f"#row-{second}").click()
    wait_until(page, lambda: desk.server.requests_of("DELETE", "/draft") >= 1)
    details = desk.server.act_as("sub-ana", "", first)

    assert details["my_draft"] is None


def test_a_draft_that_is_emptied_while_it_is_kept_is_deleted_after_that(desk: Desk) -> None:
    first, second, *_ = desk.seed(2)
    page = desk.browse(f"/desk/{first}")
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "PUT":
            held.append(route)
        else:
            route.continue_()

    page.route("**/draft", hold)
    page.locator("#field-text").fill("Something")
    page.locator(f"#row-{second}").click()
    wait_until(page, lambda: len(held) == 1)
    page.locator(f"#row-{first}").click()
    page.locator("#field-text").fill("")
    page.locator(f"#row-{second}").click()
    expect(page.locator("#follow-up-title")).to_have_text("Oscar Lind")
    assert desk.server.requests_of("DELETE", "/draft") == 0, "one after the other"
    held[0].continue_()
    wait_until(page, lambda: desk.server.requests_of("DELETE", "/draft") == 1)

    assert desk.server.act_as("sub-ana", "", first)["my_draft"] is None


def test_an_edit_that_comes_while_somebody_writes_is_read_before_it_is_answered(
    desk: Desk,
) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    expect(page.locator(".lease")).to_contain_text("yours until")
    arrive(
        desk,
        review_event("r-0", EDITED, 1, kind=EventKind.EDITED, revision=2, author="cus-0"),
    )
    poll(page)
    expect(page.locator(".composer .notice")).to_contain_text("Read it again")
    expect(page.locator(".words")).to_contain_text("rude word")
    expect(page.locator("#field-text")).to_have_value(GOOD)
    freeze(page)
    send(page)
    pass_hold(page)
    expect(page.locator(".bar, .refusal").first).to_be_visible()
    assert desk.follow_up(first).resolution is None
    page.locator(f"#row-{first}").click()
    page.get_by_role("button", name="I have read it").click()
    expect(page.locator(".composer .notice")).to_have_count(0)
    send(page)
    pass_hold(page)

    expect_announced(page, "Sent.")


def test_a_note_tells_a_colleague_and_no_customer(desk: Desk) -> None:
    (first,) = desk.seed(1)
    fence = desk.server.act_as("sub-ben", "claim", first)["fence"]
    page = desk.browse(f"/desk/{first}")
    page.get_by_role("button", name="Write a note").click()
    page.get_by_label("For colleagues, never public").fill("She rang. <b>Twice.</b> @")
    page.get_by_role("option", name="Ben").click()
    page.get_by_role("button", name="Save the note").click()
    expect_announced(page, "The note is saved.")
    expect(page.locator(".note")).to_contain_text("She rang. <b>Twice.</b> @Ben")
    expect(page.locator(".note")).to_contain_text("@Ben")
    expect(page.locator("#follow-up-title")).to_be_focused()

    desk.server.act_as("sub-ben", "release", first, {"fence": fence})
    ben = desk.browse(f"/desk/{first}", person="ben")
    expect(ben.locator(f"#row-{first}")).to_contain_text("mentions you")
    ben.get_by_role("button", name="I have read why").click()
    expect(ben.locator(f"#row-{first}")).not_to_contain_text("mentions you")
    (note,) = desk.server.sent("notes")
    assert note["mentions"] == ["sub-ben"]


def offers(page: Page) -> Locator:
    """The colleagues whom the field offers."""
    return page.get_by_role("listbox", name="Colleagues").get_by_role("option")


def begin_note(desk: Desk, follow_up: str) -> tuple[Page, Locator]:
    page = desk.browse(f"/desk/{follow_up}")
    page.get_by_role("button", name="Write a note").click()
    field = page.get_by_label("For colleagues, never public")
    expect(field).to_be_focused()
    return page, field


def test_an_at_offers_everybody_who_answers_in_the_business_and_nobody_else(desk: Desk) -> None:
    desk.backend.add_person("Ida", "auditor")
    desk.backend.add_person("Mallory", business=OTHER_BUSINESS)
    (first,) = desk.seed(1)
    page, field = begin_note(desk, first)
    assert desk.server.requests_of("GET", "/colleagues") == 0, "nobody has asked for them yet"
    field.press_sequentially("She rang. @")
    expect(offers(page)).to_have_text(["Benagent", "Leelead"])
    assert unnamed_controls(page) == []
    assert axe_violations(page) == []

    field.press_sequentially("l")
    expect(offers(page)).to_have_text(["Leelead"])
    field.press_sequentially("x")
    expect(offers(page)).to_have_count(0)
    field.fill("mail ana@")
    expect(offers(page)).to_have_count(0)
    assert desk.server.requests_of("GET", "/colleagues") == 1


def test_keys_choose_a_colleague_and_leave_the_list(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page, field = begin_note(desk, first)
    field.press_sequentially("@")
    ben, lee = offers(page).filter(has_text="Ben"), offers(page).filter(has_text="Lee")
    expect(ben).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "mention-sub-ben")
    for key, option in (("ArrowUp", lee), ("ArrowDown", ben), ("ArrowDown", lee)):
        field.press(key)
        expect(option).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(field).to_have_value("@Lee ")
    expect(field).to_be_focused()
    field.press_sequentially("and @b")
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(field).to_be_focused()
    field.press_sequentially("e")
    field.press("Tab")
    expect(field).to_have_value("@Lee and @Ben ")
    expect(page.locator("#note-hint")).to_have_text("Who should read it: Ben, Lee")
    # Whose name is taken out is not mentioned.
    field.fill("and @Ben!")
    expect(page.locator("#note-hint")).to_have_text("Who should read it: Ben")
    page.get_by_role("button", name="Save the note").click()
    expect_announced(page, "The note is saved.")

    assert [note["mentions"] for note in desk.server.sent("notes")] == [["sub-ben"]]


def test_a_tap_chooses_a_colleague_and_the_keyboard_stays(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(
        f"/desk/{first}", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page.get_by_role("button", name="Write a note").tap()
    field = page.get_by_label("For colleagues, never public")
    expect(field).to_be_focused()
    field.press_sequentially("@")
    option = offers(page).filter(has_text="Lee")
    box = option.bounding_box()
    assert box
    assert box["height"] >= 44
    option.tap()

    expect(field).to_have_value("@Lee ")
    expect(field).to_be_focused()


def test_of_two_with_one_name_the_chosen_one_is_mentioned_and_a_typed_name_is_enough(
    desk: Desk,
) -> None:
    desk.backend.store_person("Ben2", {BUSINESS: ["lead"]})
    person = Person("sub-ben2", "Ben", {BUSINESS: frozenset({Role.LEAD})})
    desk.backend.people.change("sub-ben2", lambda _before, _people: RoleChange(person, {}))
    (first,) = desk.seed(1)
    page, field = begin_note(desk, first)
    field.press_sequentially("@ben")
    offers(page).filter(has_text="Benlead").click()
    field.press_sequentially("ask @lee. ")
    expect(page.locator("#note-hint")).to_have_text(re.compile("Ben, Lee|Lee, Ben"))
    page.get_by_role("button", name="Save the note").click()
    expect_announced(page, "The note is saved.")

    (note,) = desk.server.sent("notes")
    assert sorted(note["mentions"]) == ["sub-ben2", "sub-lee"]


def test_whoever_has_left_meanwhile_is_refused_in_words_and_offered_no_more(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page, field = begin_note(desk, first)
    field.press_sequentially("Please look, @")
    offers(page).filter(has_text="Ben").click()
    with desk.server.lock:
        desk.backend.store_person("Ben", {})
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator(".refusal")).to_contain_text("does not answer here any more")
    expect(field).to_have_value("Please look, @Ben ")
    field.fill("Please look, @")

    expect(offers(page)).to_have_text(["Leelead"])


def test_without_the_list_who_was_seen_at_work_is_offered(desk: Desk) -> None:
    (first,) = desk.seed(1)
    desk.server.act_as("sub-ben", "claim", first)
    page = desk.browse(f"/desk/{first}")
    desk.server.faults = [Fault("GET", "/colleagues$", 503, times=9)]
    page.get_by_role("button", name="Write a note").click()
    page.get_by_label("For colleagues, never public").press_sequentially("@")

    expect(offers(page)).to_have_text(["Benagent"])


def test_a_note_is_there_at_once_though_it_mentions_nobody(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    page.locator("#field-text").press("x")
    expect(page.locator(".lease")).to_contain_text("yours until")
    freeze(page)
    page.get_by_role("button", name="Write a note").click()
    page.get_by_label("For colleagues, never public").fill("She rang.")
    page.get_by_role("button", name="Save the note").click()

    # The clock stands still: nothing was read because its time had come.
    expect(page.locator(".note")).to_contain_text("She rang.")


def test_a_lost_answer_about_a_note_makes_no_second_note(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    page.get_by_role("button", name="Write a note").click()
    page.get_by_label("For colleagues, never public").fill("She rang.")
    desk.server.faults = [Fault("POST", "/notes$", 503, after=True)]
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator(".refusal")).to_contain_text("Nothing is lost")
    page.get_by_role("button", name="Save the note").click()

    expect(page.locator(".note")).to_have_count(1)
    assert len({note["id"] for note in desk.server.sent("notes")}) == 1


def test_later_hides_it_from_this_person_alone_and_shows_it_again(desk: Desk) -> None:
    _, second, third, *_ = desk.seed()
    page = desk.browse(f"/desk/{second}")
    page.wait_for_selector(".composer")
    page.keyboard.press("h")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Its time goes on")
    assert axe_violations(page) == []
    dialog.get_by_role("button", name="In an hour").click()
    expect_announced(page, "Put off until")
    expect(page.locator(f"#row-{second}")).to_have_count(0)
    page.wait_for_url(f"**/desk/{third}*")
    ben = desk.browse(person="ben")
    expect(ben.locator(f"#row-{second}")).to_be_visible()
    page.get_by_role("link", name="Later").click()
    page.locator(f"#row-{second}").click()
    page.get_by_role("button", name="Show it again").click()
    expect_announced(page, "It is in your view again.")
    page.get_by_role("link", name="Due first").click()

    expect(page.locator(f"#row-{second}")).to_be_visible()


def test_later_is_refused_where_it_is_due_soon(desk: Desk) -> None:
    first, *_ = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    page.wait_for_selector(".composer")
    page.keyboard.press("h")
    page.get_by_role("dialog").get_by_role("button", name="In an hour").click()

    expect(page.get_by_role("dialog")).to_contain_text("so it stays in your view")


def test_closed_work_says_how_it_ended(desk: Desk) -> None:
    (first,) = desk.seed(1)
    fence = desk.server.act_as("sub-ana", "claim", first)["fence"]
    body = {
        "id": "resolution-1",
        "action": "resolve_without_reply",
        "fence": fence,
        "fix": "other",
        "root_cause": "other",
    }
    desk.server.act_as("sub-ana", "resolution", first, body)
    with desk.server.lock:
        desk.backend.process_queue()
        desk.backend.run_workflows()
    page = desk.browse()
    page.get_by_role("link", name="Closed").click()
    row = page.locator(".list .row")
    expect(row.locator(".author")).to_have_text("Marta K.")
    expect(row.locator(".first-words")).to_contain_text("Hives after the nut-free cake")
    expect(row.locator(".kind")).to_have_text("resolved without reply")
    expect(row.locator(".row-meta")).to_contain_text("Other, Other")
    page.get_by_role("button", name="Show more").click()
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)
    expect(row).to_contain_text("Ana")
    assert axe_violations(page) == []
    page.get_by_label("Only mine").check()
    expect(row).to_have_count(1)
    row.click()
    expect(page.locator(".composer")).to_contain_text("This is closed.")
    expect(page.locator(".state .due")).to_have_count(0)
    expect(page.locator(".timeline")).to_contain_text("resolved without reply, Ana")


def close_without_reply(desk: Desk, follow_up: str, subject: str) -> None:
    fence = desk.server.act_as(subject, "claim", follow_up)["fence"]
    body = {
        "id": f"resolution-{follow_up}",
        "action": "resolve_without_reply",
        "fence": fence,
        "fix": "other",
        "root_cause": "other",
    }
    desk.server.act_as(subject, "resolution", follow_up, body)
    with desk.server.lock:
        desk.backend.process_queue()
        desk.backend.run_workflows()


def test_closed_work_of_an_erased_author_says_so_and_words_are_read_once(desk: Desk) -> None:
    first, second, *_ = desk.seed(2)
    for follow_up in (first, second):
        close_without_reply(desk, follow_up, "sub-ana")
    review = desk.follow_up(first).reviews[0]
    desk.backend.cases.vault.erase(desk.backend.case(review).review.author, desk.backend.clock.now)
    page = desk.browse("/?view=closed")
    erased = page.locator(".list .row", has_text="erased")
    expect(erased.locator(".author")).to_have_text("Anonymous")
    expect(page.locator(".list .row .author")).to_have_text(["Oscar Lind", "Anonymous"])
    expect(page.locator(".list .row .first-words").first).to_contain_text("Broken, and then")
    page.get_by_label("Only mine").check()
    expect(page.locator(".list .row .author")).to_have_text(["Oscar Lind", "Anonymous"])

    assert desk.server.requests_of("GET", "/previews") == 1


def test_only_mine_shows_what_was_asked_for_last(desk: Desk) -> None:
    first, second, *_ = desk.seed(2)
    close_without_reply(desk, first, "sub-ana")
    close_without_reply(desk, second, "sub-ben")
    page = desk.browse()
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "by=me" in route.request.url:
            route.continue_()
        else:
            held.append(route)

    page.route("**/api/desk/closed?*", hold)
    page.get_by_role("link", name="Closed").click()
    wait_until(page, lambda: len(held) == 1)
    page.get_by_label("Only mine").check()
    expect(page.locator(".list .row")).to_have_count(1)
    expect(page.locator(".list .row .author")).to_have_text("Marta K.")
    with page.expect_response(re.compile("/closed\\?(?!.*by=me)")):
        held[0].continue_()
    page.evaluate("() => new Promise(go => requestAnimationFrame(() => setTimeout(go)))")

    expect(page.locator(".list .row .author")).to_have_text(["Marta K."])
    assert len(held) == 1, "nothing more is asked of the older question"


def test_the_authors_earlier_reviews_are_folded_above_the_thread(desk: Desk) -> None:
    desk.seed(1)
    arrive(desk, review_event("r-again", REVIEWS[1][3], 1, author="cus-0"))
    newest = [row for row in desk.backend.open_follow_ups() if len(row.reviews) == 1][-1]
    page = desk.browse(f"/desk/{newest.id}")
    summary = page.locator(".history summary")
    expect(summary).to_contain_text("1 earlier review by this author")
    expect(page.locator(".history li")).not_to_be_visible()
    summary.press("Enter")

    expect(page.locator(".history li")).to_contain_text("still open")


def test_a_poll_that_brings_nothing_new_has_no_body(desk: Desk) -> None:
    desk.seed(3)
    page = desk.browse()
    poll(page)
    wait_until(page, lambda: 304 in desk.server.statuses)
    previews = [path for _, path, _ in desk.server.requests if path.endswith("/previews")]

    assert previews == [], "what is known is not read again"
    arrive(desk, review_event("r-new", REVIEWS[4][3], 2, author="cus-new"))
    poll(page)
    expect(page.locator(".row")).to_have_count(4)
    wait_until(page, lambda: desk.server.requests_of("GET", "/previews") == 1)
    expect(page.locator(".row .first-words").last).not_to_be_empty()


def test_settings_go_to_the_other_device(desk: Desk) -> None:
    desk.seed(1)
    page = desk.browse()
    wait_until(page, lambda: desk.server.requests_of("GET", "/preferences") == 1)
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("radio", name="Compact").check(force=True)
    wait_until(page, lambda: desk.server.requests_of("PUT", "/preferences") == 1)
    other = desk.browse()

    expect(other.locator("html[data-density=compact]")).to_have_count(1)


def test_a_paused_clock_says_until_when_it_is(desk: Desk) -> None:
    desk.seed(5)
    page = desk.browse()
    listed = desk.server.get_as("sub-ana", "/api/desk/follow-ups")["follow_ups"]
    waiting = [row for row in listed if not row["overdue"]]
    paused = [row for row in waiting if row["clock"] == "paused"]
    # What is true of all is said once.
    resumes = {row["resumes_at"] for row in paused}
    is_common = len(waiting) == len(paused) > 1 and len(resumes) == 1

    said = page.locator(".row", has_text="paused until").count()
    assert said == (0 if is_common else len(paused))
    assert page.locator(".list-note").count() == is_common


@pytest.mark.parametrize(("others", "said"), [("2099-01-04T08:00:00Z", 0), (None, 2)])
def test_what_is_paused_until_one_time_says_so_once(
    desk: Desk, others: str | None, said: int
) -> None:
    (first,) = desk.seed(1)
    row = desk.server.act_as("sub-ana", "claim", first) | {"overdue": False}
    paused = {"clock": "paused", "resumes_at": "2099-01-04T08:00:00Z"}
    other = {"clock": "paused", "resumes_at": others} if others else {"clock": "running"}
    rows = [
        {**row, **times, "id": f"fup_{place:08d}"}
        for place, times in enumerate((paused, paused, other))
    ]
    page = desk.open("/signed-out")
    page.route(
        "**/api/desk/follow-ups?*",
        lambda route: route.fulfill(json={"follow_ups": rows, "next": None}),
    )
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".row")).to_have_count(3)

    expect(page.locator(".row", has_text="paused until")).to_have_count(said)
    expect(page.locator(".list-note")).to_have_count(1 if said == 0 else 0)


def test_a_note_for_colleagues_has_a_key_and_one_with_the_answer_another_name(desk: Desk) -> None:
    first, *_ = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    page.wait_for_selector(".composer")
    page.locator("#follow-up-title").focus()
    page.keyboard.press("n")

    expect(page.locator("#note-text")).to_be_focused()
    expect(page.locator("#field-note")).to_have_count(0)
    page.get_by_role("button", name="Note with the answer").click()
    expect(page.locator("#field-note")).to_be_focused()
