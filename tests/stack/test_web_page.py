"""The page on the deployed stack: the sign-in of the emulator, and an answer that arrives."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from heard.people import Role
from heard_cli.local.demo_environment import PASSWORD
from heard_cli.local.stack import EmulatedStack
from tests.web.conftest import open_browser

from .conftest import StackBusiness


@pytest.fixture
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


def test_somebody_signs_in_at_the_page_and_sees_their_list(
    shop: StackBusiness, stack: EmulatedStack, browser: Browser
) -> None:
    email = f"ana-{secrets.token_hex(4)}@example.com"
    shop.environment.create_person(email, "Ana", Role.AGENT, shop.business)
    page = browser.new_page(locale="en-GB")
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda line: problems.append(line.text) if "Content Security" in line.text else None,
    )
    response = page.goto(stack.page_url)
    assert response
    assert "trusted-types 'none'" in response.headers["content-security-policy"]
    page.wait_for_url("**/oauth2/authorize?**")
    page.locator("input[name=username]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")

    expect(page.locator(".list")).to_contain_text("Nothing waits here.", timeout=60_000)
    assert page.url == f"{stack.page_url.rstrip('/')}/"
    page.reload()
    expect(page.locator(".list")).to_contain_text("Nothing waits here.", timeout=60_000)
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("dialog")).to_contain_text(email)
    assert problems == []
