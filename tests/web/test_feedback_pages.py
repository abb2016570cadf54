"""The feedback form and the feedback page: the look of the desk's page, and no script at all."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from heard.connectors import WebhookResponse
from heard.connectors.feedback_pages import pages, texts
from heard.http.responses import gateway_response
from tests.static.repository import ROOT
from tests.unit.backend import Backend
from tests.web.actions import axe_violations, unnamed_controls
from tests.web.conftest import Desk
from tests.web.test_look import THEMES, WINDOWS, assert_fits
from tests.web.test_page import HOSTILE

ADDRESS = "https://heard.example/feedback"


def test_the_colours_are_those_of_the_desk() -> None:
    style = pages._STYLE
    light, _, dark = style.partition("@media (prefers-color-scheme: dark)")
    dark = dark.partition("* {")[0]
    for block, theme in ((light, "light"), (dark, "dark")):
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        assert len(colours) == 12
        assert colours == {name: THEMES[theme][name] for name in colours}
    used = set(re.findall(r"var\(--([\w-]+)\)", style))
    assert used <= set(THEMES["light"])
    assert re.findall(r"(?<![\w-])(?:left|right|width|height)\s*:", style) == []


def test_the_pages_speak_every_language_of_the_desk() -> None:
    desk = {path.stem for path in (ROOT / "web" / "src" / "messages").glob("??.ts")}

    assert desk <= set(texts.LANGUAGES)


def show(desk: Desk, html: str, **options: object) -> Page:
    """A page with the headers that the functions send."""
    response = gateway_response(WebhookResponse(200, html, "text/html"))
    page = desk.open("/signed-out", **options)

    def answer(route: Route) -> None:
        route.fulfill(status=200, headers=response["headers"], body=response["body"])

    page.route(f"{ADDRESS}**", answer)
    page.goto(ADDRESS)
    return page


def pages_of(backend: Backend, language: str) -> dict[str, str]:
    connection = replace(backend.connections["standard"], business_name="The <b>Bakery</b> & Sons")
    words = texts.page_texts(language)
    entries = pages.FormEntries(2, HOSTILE, HOSTILE[:80])
    replies = [HOSTILE, "Sorry.\n\nA."]
    return {
        "form": pages.form_page(connection, words, "token", entries, words.empty_problem),
        "thanks": pages.thanks_page(connection, words, "../feedback/con_1/abc"),
        "not ready": pages.not_ready_page(connection, words),
        "answer": pages.render_feedback_page(connection, HOSTILE, replies, language),
        "no answer": pages.render_feedback_page(connection, "Cold soup.", [], language),
    }


@pytest.mark.parametrize(
    ("window", "theme", "language"),
    [("wide", "light", "en"), ("wide", "dark", "ar"), ("phone", "dark", "en")],
)
def test_everybody_can_use_them(desk: Desk, window: str, theme: str, language: str) -> None:
    width, height = WINDOWS[window]
    for name, html in pages_of(desk.backend, language).items():
        page = show(desk, html, color_scheme=theme, viewport={"width": width, "height": height})
        assert axe_violations(page) == [], name
        assert unnamed_controls(page) == [], name
        assert_fits(page)
        assert page.evaluate("window.hacked") is None
        assert page.locator("main").evaluate("e => getComputedStyle(e).direction") == (
            "rtl" if language == "ar" else "ltr"
        )
        page.context.close()


def test_the_form_works_without_scripts(desk: Desk, browser: Browser) -> None:
    sent: list[str] = []
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    page = context.new_page()

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.post_data or "")
        html = pages_of(desk.backend, "en")["thanks" if sent else "form"]
        response = gateway_response(WebhookResponse(200, html, "text/html"))
        route.fulfill(status=200, headers=response["headers"], body=response["body"])

    page.route(f"{ADDRESS}**", answer)
    page.goto(ADDRESS)
    page.get_by_label("4 stars").check()
    page.get_by_label("What would you like").fill("Good soup 🍲")
    page.get_by_label("Your name").fill("Jo")
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading")).to_have_text("Thank you")
    (form,) = sent
    assert "rating=4" in form
    assert "name=Jo" in form
    assert "website=&" in f"{form}&"
    context.close()
