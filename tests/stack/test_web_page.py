"""The page on the deployed stack: the sign-in of the emulator, and an answer that arrives."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from heard.outcomes import Kind
from heard.people import Role
from heard_cli.local.demo_environment import PASSWORD
from heard_cli.local.scripted_agent import choose_resolution
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
    page, problems = sign_in(stack, browser, email)

    expect(page.locator(".list")).to_contain_text("Nothing waits here.", timeout=60_000)
    assert page.url == f"{stack.page_url.rstrip('/')}/"
    page.reload()
    expect(page.locator(".list")).to_contain_text("Nothing waits here.", timeout=60_000)
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("dialog")).to_contain_text(email)
    assert problems == []


def sign_in(stack: EmulatedStack, browser: Browser, email: str) -> tuple[Page, list[str]]:
    """The page of a person who has signed in, and what goes wrong in it from then on."""
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
    return page, problems


COMPLAINTS = (
    "You charged my card twice and nobody answers the phone. I want my money back.",
    "Two plates came broken, and nobody wrote to me for a week. I want a refund.",
    "The delivery came four days late and the cake was stale. I am really disappointed.",
)


def test_the_demos_agent_answers_in_the_page_from_the_webhook_to_the_published_reply(
    shop: StackBusiness, stack: EmulatedStack, browser: Browser, eventually: Callable[..., Any]
) -> None:
    shop.connect("standard")
    reviews = {
        f"page-{number}": shop.deliver_review(f"page-{number}", text, 1)
        for number, text in enumerate(COMPLAINTS)
    }
    eventually(
        lambda: all(Kind.FOLLOW_UP_OPENED in shop.kinds(review) for review in reviews.values())
    )
    email = f"ana-{secrets.token_hex(4)}@example.com"
    shop.environment.create_person(email, "Ana", Role.AGENT, shop.business)
    page, problems = sign_in(stack, browser, email)
    expect(page.locator(".row")).to_have_count(3, timeout=60_000)
    page.locator(".row").first.click()
    for number in range(len(COMPLAINTS)):
        page.wait_for_selector("#field-text", timeout=60_000)
        write(page, choose_resolution({"reviews": [], "no_reply_why": None, "stage": ""}, number))
        sent = page.url
        page.keyboard.press("Control+Enter")
        expect(page).not_to_have_url(sent, timeout=60_000)
    expect(page.locator(".list")).to_contain_text("Nothing waits here.", timeout=120_000)
    for native_id, review in reviews.items():
        eventually(lambda review=review: shop.kinds(review)[-1] is Kind.ANSWERED)
        (reply,) = shop.replies(native_id)
        assert "Ana" in reply.text

    assert problems == []


def write(page: Page, resolution: Mapping[str, Any]) -> None:
    """Fill in what the agent decided: here always a reply, with its codes and a note."""
    assert resolution["action"] == "reply"
    page.locator("#field-rootCause").select_option(resolution["root_cause"])
    page.locator("#field-fix").select_option(resolution["fix"])
    page.locator("#field-text").fill(resolution["text"])
    page.get_by_role("button", name="Note with the answer").click()
    page.locator("#field-note").fill(resolution["note"])
    expect(page.locator(".fine, .findings").first).to_be_visible(timeout=60_000)
