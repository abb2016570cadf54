"""What everybody can see and use: contrast, forced colours, right to left, narrow, no motion."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.static.repository import ROOT
from tests.unit.backend import review_event
from tests.web.actions import BLOCKED, axe_violations, fill_reply
from tests.web.conftest import REVIEWS, Desk

STYLE = (ROOT / "web" / "style.css").read_text()
PAIRS = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", STYLE)
THEMES = {
    "light": {name: light for name, light, _ in PAIRS},
    "dark": {name: dark for name, _, dark in PAIRS},
}
WINDOWS = {"wide": (1440, 860), "phone": (390, 844)}


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours."""

    def luminance(colour: str) -> float:
        channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_pair_of_colours_can_be_read(theme: str) -> None:
    colours = THEMES[theme]
    texts = ["ink", "ink-2", "ink-3", "accent-ink", "critical", "high", "medium", "low", "praise"]
    grounds = ["canvas", "surface", "hover", "selected"]
    pairs = [(text, ground) for text in texts for ground in grounds]
    pairs += [("critical", "critical-tint"), ("ink", "critical-tint")]
    pairs += [("ink", "medium-tint"), ("ink-2", "medium-tint"), ("medium", "medium-tint")]
    pairs += [("on-accent", "accent")]

    weak = {
        pair: ratio for pair in pairs if (ratio := contrast(*map(colours.__getitem__, pair))) < 4.5
    }
    assert weak == {}
    assert contrast(colours["edge"], colours["surface"]) >= 3


def test_the_choice_of_a_theme_goes_before_the_systems(desk: Desk) -> None:
    desk.seed(1)
    page = desk.browse(color_scheme="dark")
    ground = "getComputedStyle(document.querySelector('.list')).backgroundColor"
    by_system = page.evaluate(ground)
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("radio", name="Light").check(force=True)
    light = page.evaluate(ground)
    page.emulate_media(color_scheme="light")
    page.get_by_role("radio", name="Dark").check(force=True)

    assert light == "rgb(255, 255, 255)"
    assert page.evaluate(ground) == by_system == "rgb(21, 23, 27)"


def test_no_style_says_left_or_right() -> None:
    physical = re.compile(
        r"(?:margin|padding|border|inset)-(?:left|right)|(?<![\w-])(?:left|right)\s*:|"
        r"text-align:\s*(?:left|right)|float:"
    )

    assert physical.findall(STYLE) == []


@pytest.mark.parametrize("language", ["en", "ar", "en-XA", "ar-XB"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("window", WINDOWS)
def test_axe_finds_nothing(desk: Desk, window: str, theme: str, language: str) -> None:
    first, *_ = desk.seed()
    width, height = WINDOWS[window]
    page = desk.browse("/", color_scheme=theme, viewport={"width": width, "height": height})
    choose_language(page, language)
    assert axe_violations(page) == []
    assert_fits(page)
    page.locator(f"#row-{first}").click()
    fill_reply(page, BLOCKED)
    expect(page.locator(".findings").first).to_be_visible()
    assert axe_violations(page) == []
    assert_fits(page)
    page.evaluate("document.querySelector('.rail-foot button:last-child').click()")
    page.wait_for_selector("dialog[open]")
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog[open] [role=option]")
    assert axe_violations(page) == []


def choose_language(page: Page, language: str) -> None:
    if language == "en":
        return
    page.evaluate(
        "language => localStorage.setItem('heard.preferences', JSON.stringify({ language }))",
        language,
    )
    page.reload()
    page.wait_for_selector(".list ul")


def assert_fits(page: Page) -> None:
    """Nothing has to be moved sideways to be read."""
    overflow = page.evaluate(
        "() => [document.documentElement, ...document.querySelectorAll("
        "'.list, .thread, .follow-up, .composer, .context')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className || e.tagName)"
    )
    assert overflow == []


def test_a_narrow_window_and_wide_text_fit(desk: Desk) -> None:
    first, *_ = desk.seed()
    page = desk.browse(f"/desk/{first}", viewport={"width": 320, "height": 640})
    fill_reply(page, BLOCKED)
    expect(page.locator(".findings").first).to_be_visible()
    assert_fits(page)
    # WCAG 1.4.12: what a reader's own style may do.
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
            word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`);
          document.adoptedStyleSheets = [sheet];
        }"""
    )
    assert_fits(page)


def test_the_page_itself_never_scrolls(desk: Desk) -> None:
    desk.seed()
    page = desk.browse()

    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_a_platform_has_the_name_that_people_know(desk: Desk) -> None:
    desk.backend.connect("twilio_sms")
    # So bad that nothing is said automatically.
    event = review_event("SM-1", REVIEWS[0][3])
    desk.backend.run_route_workflow(desk.backend.queue_message(event, "twilio_sms"))
    (follow_up,) = desk.backend.open_follow_ups()
    first = follow_up.id
    page = desk.browse(f"/desk/{first}")

    expect(page.locator(f"#row-{first}")).to_contain_text("Text messages")
    expect(page.locator(f"#row-{first}")).not_to_contain_text("Twilio")
    expect(page.locator(".facts")).to_contain_text("Text messages (Twilio)")


def test_without_motion_nothing_moves(desk: Desk) -> None:
    first, *_ = desk.seed(1)
    page = desk.browse(f"/desk/{first}", reduced_motion="reduce")
    page.wait_for_selector(".composer")

    assert page.evaluate("document.getAnimations().length") == 0


def test_forced_colours_keep_shapes_selection_and_choice(desk: Desk) -> None:
    first, *_ = desk.seed()
    page = desk.browse(f"/desk/{first}", forced_colors="active")
    page.wait_for_selector(".composer")

    selected = (".row[aria-current]", ".actions input:checked + span", ".rail a[aria-current]")
    for selector in selected:
        outline = page.locator(selector).evaluate("e => getComputedStyle(e).outlineStyle")
        assert outline == "solid", selector
    assert page.locator(".slots .dot").count() == 2
    # Contrast is the reader's own here, and axe reads the author's colours.
    assert axe_violations(page, without=("color-contrast",)) == []


def test_each_severity_has_a_word_and_a_shape_of_its_own() -> None:
    icons = (ROOT / "web" / "src" / "view" / "icons.tsx").read_text()
    shapes = re.findall(r"^  (critical|high|medium|low|praise): \{\s*d: \"([^\"]+)", icons, re.M)

    assert [name for name, _ in shapes] == ["critical", "high", "medium", "low", "praise"]
    assert len({shape for _, shape in shapes}) == 5


def test_the_letters_can_be_switched_off(desk: Desk) -> None:
    desk.seed(2)
    page = desk.browse()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Single letters are commands")
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

    for key in "jkcrnvz/?123ad":
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.id") == ""
    assert page.locator("dialog[open], .composer").count() == 0
    assert desk.server.sent("claim") == []


def test_names_of_everything_that_can_be_used(desk: Desk) -> None:
    first, *_ = desk.seed()
    page = desk.browse(f"/desk/{first}")
    page.wait_for_selector(".composer")
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, input, select, textarea")]
          .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim()
            || e.labels?.length || e.getAttribute("aria-labelledby")))
          .map((e) => e.outerHTML)"""
    )

    assert unnamed == []


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_phone_the_actions_are_one_row_and_what_is_chosen_is_in_sight(
    desk: Desk, language: str
) -> None:
    first, *_ = desk.seed(1)
    page = desk.browse("/", **PHONE)
    choose_language(page, language)
    page.locator(f"#row-{first}").click()
    page.wait_for_selector(".composer")
    labels = page.locator(".actions label")
    boxes = [label.bounding_box() for label in labels.all()]
    assert len(boxes) == 6
    assert len({box["y"] for box in boxes if box}) == 1
    assert all(box["height"] >= 44 for box in boxes if box)
    assert_fits(page)
    labels.last.locator("input").focus()
    page.keyboard.press("Space")

    expect(labels.last).to_be_in_viewport(ratio=1)
    box = labels.last.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_in_a_narrow_window_the_answer_is_one_press_away(desk: Desk) -> None:
    first, *_ = desk.seed(1)
    page = desk.browse(f"/desk/{first}", **PHONE)
    page.wait_for_selector(".composer")
    expect(page.locator("#field-text")).not_to_be_in_viewport()
    page.get_by_role("button", name="Answer", exact=True).click()

    expect(page.locator(".actions")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("radio", name="Reply", exact=True)).to_be_focused()
    # Reading on is no claim.
    assert desk.server.sent("claim") == []


def test_choosing_an_action_moves_no_other(desk: Desk) -> None:
    first, *_ = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    labels = page.locator(".actions label")
    places = [label.bounding_box() for label in labels.all()]
    labels.nth(4).locator("input").check(force=True)

    moved = [label.bounding_box() for label in labels.all()]
    assert [box["x"] for box in moved if box] == [box["x"] for box in places if box]


@pytest.mark.parametrize("language", ["en", "de", "ar", "en-XA"])
def test_the_heads_of_the_panes_are_on_one_line(desk: Desk, language: str) -> None:
    first, *_ = desk.seed(1)
    page = desk.browse()
    choose_language(page, language)
    page.locator(f"#row-{first}").click()
    page.wait_for_selector(".composer")
    heights = [
        page.locator(head).evaluate("e => e.getBoundingClientRect().bottom")
        for head in (".list > header", ".follow-up > header")
    ]

    assert heights[0] == heights[1]


def test_the_accent_is_on_what_comes_next(desk: Desk) -> None:
    first, *_ = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    send_button = page.get_by_role("button", name="Send and next")
    expect(send_button).not_to_have_class("primary")
    fill_reply(page)
    expect(send_button).to_have_class("primary")
    page.locator("#field-text").fill(BLOCKED)
    expect(page.locator(".findings .block")).not_to_have_count(0)

    expect(send_button).not_to_have_class("primary")
