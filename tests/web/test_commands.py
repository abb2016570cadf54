"""Commands by name, filters, saved views, and what the browser tells by itself."""

from __future__ import annotations

from urllib.parse import unquote

from playwright.sync_api import Page, expect

from tests.unit.backend import review_event
from tests.web.actions import (
    axe_violations,
    expect_announced,
    fill_reply,
    focused,
    poll,
    wait_until,
)
from tests.web.conftest import Desk

TELL = """
window.told = [];
class Told {
  static permission = "granted";
  static requestPermission = async () => Told.permission;
  constructor(title, options) { window.told.push({ title, ...options }); window.last = this; }
  close() {}
}
window.Notification = Told;
document.hasFocus = () => window.isHere === true;
"""


def palette(page: Page, *, text: str = "") -> list[str]:
    """Open the palette, type, and return what it offers."""
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Find a command")).to_be_focused()
    page.keyboard.type(text)
    return page.get_by_role("dialog").get_by_role("option").all_inner_texts()


def test_the_palette_offers_what_can_be_done_here_with_its_key(desk: Desk) -> None:
    first, *_ = desk.seed(2)
    page = desk.browse()
    offered = palette(page)
    assert "Overdue\nG\nU" in offered
    assert not any("Claim" in entry for entry in offered), "nothing is open"
    page.keyboard.press("Escape")
    page.locator(f"#row-{first}").click()
    page.wait_for_selector(".composer")
    offered = palette(page)
    for command in (
        "Claim or release\nC",
        "Write an answer (claims it)\nR",
        "Promise\n3",
        "Write a note\nN",
    ):
        assert command in offered
    assert not any("As a stranger" in entry for entry in offered), "there is no text"
    assert offered.index("Claim or release\nC") < offered.index("Down the list\nJ")
    assert offered[0] == "Claim or release\nC"
    page.keyboard.type("promise")
    page.keyboard.press("Enter")

    expect(page.get_by_role("radio", name="Promise", exact=True)).to_be_checked()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_palette_opens_over_a_field_and_with_the_letters_off(desk: Desk) -> None:
    first, *_ = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    page.evaluate("localStorage.setItem('heard.preferences', JSON.stringify({letters: false}))")
    page.reload()
    fill_reply(page)
    page.locator("#field-text").focus()
    assert "As a stranger reads it\nV" in palette(page)
    page.keyboard.press("Escape")
    assert focused(page) == "field-text"
    palette(page, text="stranger")
    page.keyboard.press("Enter")

    expect(page.get_by_role("dialog")).to_contain_text("hives")


def test_the_palette_finds_by_author_words_and_id(desk: Desk) -> None:
    first, second, third, *_ = desk.seed()
    page = desk.browse()
    for text, wanted in (("oscar li", second), ("HIVES", first), (third, third)):
        assert len(palette(page, text=text)) == 1
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/desk/{wanted}*")
        expect(page.locator("#follow-up-title")).to_be_focused()
    (offered,) = palette(page, text="ליאור")
    assert offered.startswith("ליאור")
    page.keyboard.press("Escape")
    assert palette(page, text="nobody is called so") == []
    expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("0 results")


def test_filters_are_in_the_address_and_a_saved_view_keeps_them(desk: Desk) -> None:
    first, *_ = desk.seed()
    page = desk.browse("/desk?view=overdue")
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Severity").select_option("critical")
    expect(page).to_have_url(f"{desk.server.address}/desk?view=overdue&severity=critical")
    expect(page.locator(".row")).to_have_count(1)
    page.get_by_role("button", name="Save this view").click()
    expect(page.get_by_label("Its name")).to_be_focused()
    page.keyboard.type("Burning")
    page.keyboard.press("Enter")
    expect_announced(page, "The view is saved.")
    page.get_by_role("link", name="Due first").click()
    page.reload()
    page.wait_for_selector(".list ul")
    expect(page.locator(".row")).to_have_count(5 if page.url.endswith("/desk") else 1)
    page.get_by_role("link", name="Burning").click()
    expect(page.locator(f"#row-{first}")).to_be_visible()
    expect(page.get_by_role("link", name="Burning")).to_have_attribute("aria-current", "true")
    assert palette(page, text="burn") == ["Burning"]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete the view Burning").click()

    expect(page.get_by_role("link", name="Burning")).to_have_count(0)
    expect(page.locator("#list-title")).to_be_focused()


def test_the_address_of_a_view_opens_it_and_nonsense_opens_the_list(desk: Desk) -> None:
    desk.seed()
    page = desk.browse("/desk?severity=high&platform=standard")
    expect(page.get_by_label("Severity")).to_have_value("high")
    expect(page.get_by_label("Platform")).to_have_value("standard")
    page = desk.browse("/desk?severity=awful&view=none&x=%3Cscript%3E")

    expect(page.locator(".row")).to_have_count(5)


def test_the_title_and_the_icon_count_what_waits(desk: Desk) -> None:
    desk.seed(3)
    page = desk.browse()
    icon = page.locator("link[rel=icon]")

    expect(page).to_have_title("(3) Due first · Heard")
    assert ">3</text>" in unquote(icon.get_attribute("href") or "")


def test_nobody_is_told_who_did_not_ask(desk: Desk) -> None:
    desk.seed(2)
    page = desk.open("/signed-out")
    page.add_init_script(TELL)
    page.goto(desk.server.address)
    page.wait_for_selector(".list ul")
    arrive(
        desk,
        "r-new",
        "My daughter had hives an hour after your nut-free cake. We were in hospital.",
    )
    poll(page)

    expect_announced(page, "New and critical: Own source")
    assert page.evaluate("window.told") == []


def test_what_is_new_and_critical_is_told_without_a_word_of_the_customer(desk: Desk) -> None:
    desk.seed(2)
    page = desk.open("/signed-out")
    page.add_init_script(TELL)
    page.goto(desk.server.address)
    page.wait_for_selector(".list ul")
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Tell me when I am elsewhere").check()
    page.keyboard.press("Escape")
    arrive(
        desk,
        "r-new",
        "My daughter had hives an hour after your nut-free cake. We were in hospital.",
    )
    poll(page)
    wait_until(page, lambda: len(page.evaluate("window.told")) == 1)
    poll(page)

    (notice,) = page.evaluate("window.told")
    assert notice["body"].startswith("New and critical: Own source, ")
    assert "hives" not in str(notice)
    page.evaluate("window.last.onclick()")
    page.wait_for_url(f"**/desk/{notice['tag']}")


def test_a_refusal_of_the_browser_is_said_and_the_choice_stays_off(desk: Desk) -> None:
    desk.seed(1)
    page = desk.open("/signed-out")
    page.add_init_script(TELL.replace('"granted"', '"denied"'))
    page.goto(desk.server.address)
    page.wait_for_selector(".list ul")
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Tell me when I am elsewhere").click()

    expect(page.get_by_role("dialog")).to_contain_text("The browser does not allow it.")
    expect(page.get_by_label("Tell me when I am elsewhere")).not_to_be_checked()


def test_a_hidden_tab_asks_seldom_where_somebody_wants_to_be_told(desk: Desk) -> None:
    desk.seed(1)
    page = desk.browse()
    page.evaluate(
        "localStorage.setItem('heard.preferences', JSON.stringify({notifications: true}))"
    )
    page.clock.install()
    page.reload()
    page.wait_for_selector(".list ul")
    page.evaluate(
        "Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    before = len(desk.server.requests)
    page.clock.run_for(59_000)
    assert len(desk.server.requests) == before
    page.clock.run_for(2_000)

    wait_until(page, lambda: len(desk.server.requests) > before)


def arrive(desk: Desk, native_id: str, text: str) -> None:
    event = review_event(native_id, text, 1, author="cus-new")
    with desk.server.lock:
        backend = desk.backend
        backend.run_route_workflow(backend.queue_message(event))


def test_g_and_a_letter_go_to_a_view_and_say_which_there_are(desk: Desk) -> None:
    first, *_ = desk.seed(2)
    desk.server.act_as("sub-ana", "claim", first)
    page = desk.browse(f"/desk/{first}")
    page.wait_for_selector(".composer")
    page.keyboard.press("g")
    expect(page.locator(".view-keys")).to_contain_text("Waits for a lead")
    expect_announced(page, "Go to: D Due first, M Mine")
    assert axe_violations(page) == []
    page.keyboard.press("m")

    expect(page.locator(".view-keys")).to_have_count(0)
    expect(page.locator("#list-title")).to_have_text("Mine")
    expect(page.locator(f"#row-{first}")).to_be_focused()
    assert page.url.endswith("/desk?view=mine")


def test_after_g_another_key_does_nothing(desk: Desk) -> None:
    first, *_ = desk.seed(2)
    page = desk.browse(f"/desk/{first}")
    page.wait_for_selector(".composer")
    for key in ("c", "Escape"):
        page.keyboard.press("g")
        expect(page.locator(".view-keys")).to_be_visible()
        page.keyboard.press(key)
        expect(page.locator(".view-keys")).to_have_count(0)
    page.keyboard.press("g")
    page.locator(".thread").click()
    expect(page.locator(".view-keys")).to_have_count(0)

    assert page.url.endswith(f"/desk/{first}")
    assert desk.server.sent("claim") == []


def test_the_heading_of_a_saved_view_is_its_name(desk: Desk) -> None:
    desk.seed()
    page = desk.browse()
    page.evaluate(
        "localStorage.setItem('heard.preferences', JSON.stringify("
        "{views: [{name: 'Food safety', query: 'severity=critical'}]}))"
    )
    page.reload()
    page.get_by_role("link", name="Food safety").click()
    expect(page.locator("#list-title")).to_have_text("Food safety")
    page.get_by_role("combobox", name="Severity").select_option("high")

    expect(page.locator("#list-title")).to_have_text("Due first")
