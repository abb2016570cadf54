"""Draws the pictures of the page: with HEARD_PICTURES=docs/images, those of the documents.

Without the variable they go into a temporary folder, which shows that they can be drawn.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.actions import fill_reply
from tests.web.conftest import Desk

REPLY = (
    "Two plates came broken, and you waited a week for a word from us, although you had sent the "
    "photos. Your money is on its way back today."
)
NOTE = "Rang them, nobody picked up. Ben, do you know which courier it was?"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
VIEWS: dict[str, dict[str, Any]] = {
    "desk-light": {},
    "desk-dark": {"color_scheme": "dark"},
    "desk-rtl": {"language": "ar"},
    "desk-phone": PHONE,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    named = os.environ.get("HEARD_PICTURES")
    return Path(named) if named else tmp_path


def open_an_answer(desk: Desk, *, language: str = "", **options: Any) -> Page:
    ids = desk.seed()
    desk.server.act_as("sub-ben", "claim", ids[0])
    note = {"id": "note-0001", "text": NOTE, "mentions": ["sub-ben"]}
    desk.server.act_as("sub-ana", "notes", ids[1], note)
    page = desk.browse("/", **options)
    page.evaluate(
        "value => localStorage.setItem('heard.preferences', JSON.stringify(value))",
        {
            "language": language,
            "views": [{"name": "Food safety", "query": "severity=critical"}],
        },
    )
    page.reload()
    page.locator(f"#row-{ids[1]}").click()
    fill_reply(page, REPLY)
    expect(page.locator(".fine")).to_be_visible()
    page.mouse.move(700, 300)
    page.evaluate("document.activeElement.blur()")
    page.locator(".follow-up").evaluate("element => element.scrollTo(0, 0)")
    return page


def size_of(path: Path) -> tuple[int, ...]:
    return struct.unpack(">II", path.read_bytes()[16:24])


@pytest.mark.parametrize("name", VIEWS)
def test_an_answer_can_be_drawn(desk: Desk, folder: Path, name: str) -> None:
    page = open_an_answer(desk, **VIEWS[name])
    page.screenshot(path=folder / f"{name}.png")
    assert size_of(folder / f"{name}.png") == ((390, 844) if name == "desk-phone" else (1440, 860))


def test_the_commands_can_be_drawn(desk: Desk, folder: Path) -> None:
    page = open_an_answer(desk)
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog[open] [role=option]")
    page.screenshot(path=folder / "desk-commands.png")
    assert size_of(folder / "desk-commands.png") == (1440, 860)
