"""The page as a whole: its weight, what it may load, signing in, and faults on the way."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from heard.replies.findings import EXPLANATIONS
from heard.reviews import Author
from tests.static.repository import ROOT
from tests.unit.backend import complaint
from tests.web.actions import GOOD, expect_announced, fill_reply, poll, wait_until
from tests.web.conftest import Desk
from tests.web.page_server import Fault

HOSTILE = (
    "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
    "<style>body{display:none}</style><a href=javascript:window.hacked=1>x</a>"
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>\u202e{{constructor}}"
)


def test_the_first_view_is_light(built_page: Path) -> None:
    sizes: dict[str, dict[str, Any]] = json.loads((built_page / "sizes.json").read_text())
    first = {name: size["served"] for name, size in sizes.items() if size["first"]}
    later = {name: size["served"] for name, size in sizes.items() if not size["first"]}
    by_kind = {
        kind: sum(size for name, size in first.items() if name.endswith(kind))
        for kind in (".html", ".js", ".css")
    }

    assert sum(first.values()) <= 60_000
    assert by_kind[".html"] <= 2_000
    assert by_kind[".js"] <= 45_000
    assert by_kind[".css"] <= 8_000
    assert all(size <= 20_000 for size in later.values())
    assert len(first) <= 5
    assert {name.partition("-")[0] for name in later} >= {"de", "es", "fr", "pt", "nl", "af", "ar"}


def test_the_built_page_has_nothing_inline(built_page: Path) -> None:
    html = (built_page / "index.html").read_text()

    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=|javascript:", html) == []


def test_few_requests_come_before_the_list(desk: Desk) -> None:
    desk.seed(1)
    desk.browse()
    before_list = desk.server.files + [path for _, path, _ in desk.server.requests[:1]]

    # The address before the sign-in and after it are one view.
    assert len([path for path in before_list if path not in {"/", "/signed-in"}]) <= 4
    assert desk.server.requests[0][1] == "/api/desk/follow-ups"


def test_hostile_words_are_shown_as_words(desk: Desk) -> None:
    event = replace(
        complaint("r-hostile"),
        text=f"I want my money back. {HOSTILE}",
        title=HOSTILE,
        author=Author("cus-9", HOSTILE[:200]),
        link="javascript:window.hacked=1",
        subject=HOSTILE,
    )
    desk.backend.run_route_workflow(desk.backend.queue_message(event))
    (follow_up,) = desk.backend.open_follow_ups()
    page = desk.browse(f"/desk/{follow_up.id}")
    page.wait_for_selector(".composer")
    expect(page.locator(".words")).to_contain_text("<script>window.hacked=1</script>")
    fill_reply(page, HOSTILE)
    expect(page.locator(".findings").first).to_be_visible()
    page.get_by_role("button", name="As a stranger reads it").click()
    expect(page.get_by_role("dialog")).to_contain_text("<script>")

    assert page.evaluate("window.hacked") is None
    assert page.locator("iframe, #page script, #page style, #page img").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    # And the fixture has seen no violation of the policy.


def test_nothing_secret_leaves_the_memory(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    expect(page.locator(".lease")).to_contain_text("yours until")
    local, session, address = page.evaluate(
        "[JSON.stringify(localStorage), JSON.stringify(sessionStorage), location.href]"
    )

    assert "eyJ" not in local + address
    assert "hives" not in local + session + address
    assert "refresh-ana" in session
    assert "eyJ" not in session, "the access token is in memory alone"
    assert "code=" not in address


def test_a_code_that_nobody_asked_for_signs_nobody_in(desk: Desk) -> None:
    page = desk.open("/signed-in?code=code-1&state=of-an-attacker")

    expect(page.locator("main")).to_contain_text("The sign-in was not completed")
    assert page.evaluate("sessionStorage.getItem('heard.refresh')") is None


def test_signing_out_leaves_nothing(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("button", name="Sign out").click()

    expect(page.locator("main")).to_contain_text("You are signed out.")
    assert page.evaluate("sessionStorage.length") == 0


def test_a_person_without_a_role_is_told_what_to_do(desk: Desk) -> None:
    page = desk.browse(person="nobody")

    expect(page.locator(".message")).to_contain_text("Ask the person who runs Heard")
    desk.backend.add_person("Nobody")
    page.get_by_role("button", name="Try now").click()
    expect(page.locator(".list")).to_be_visible()


def test_an_unreachable_sign_in_says_so(desk: Desk) -> None:
    page = desk.open()
    page.wait_for_selector(".list")
    page.route("**/oauth2/token", lambda route: route.abort())
    page.reload()

    expect(page.locator("main")).to_contain_text("The sign-in cannot be reached")


@pytest.mark.parametrize("status", [500, 429, 0])
def test_the_list_stays_and_says_how_old_it_is(desk: Desk, status: int) -> None:
    first, *_ = desk.seed(2)
    page = desk.browse()
    page.clock.install()
    desk.server.faults = [Fault("GET", "/follow-ups", status, times=1000)]
    poll(page)

    def is_said() -> bool:
        page.clock.run_for(16_000)
        return page.locator(".bar").count() > 0

    wait_until(page, is_said)
    expect(page.locator(".bar")).to_contain_text("trying again")
    expect(page.locator(f"#row-{first}")).to_be_visible()
    desk.server.faults = []
    page.get_by_role("button", name="Try now").click()

    expect(page.locator(".bar")).to_have_count(0)


def test_offline_and_back(desk: Desk) -> None:
    (first,) = desk.seed(1)
    page = desk.browse(f"/desk/{first}")
    fill_reply(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Send and next").click()
    expect(page.locator(".refusal")).to_contain_text("Nothing is lost")
    expect(page.locator("#field-text")).to_have_value(GOOD)
    page.context.set_offline(False)
    page.get_by_role("button", name="Send and next").click()

    expect_announced(page, "Leaves in")


def test_a_hidden_tab_asks_nothing(desk: Desk) -> None:
    desk.seed(1)
    page = desk.browse()
    page.clock.install()
    page.evaluate(
        "Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    before = len(desk.server.requests)
    page.clock.run_for(120_000)
    page.wait_for_timeout(300)

    assert len(desk.server.requests) == before


def test_five_hundred_rows(desk: Desk) -> None:
    (first,) = desk.seed(1)
    row = desk.server.act_as("sub-ana", "claim", first)
    page = desk.open("/signed-out")
    serve_rows(page, row, 500)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector(".list ul")
    for _ in range(4):
        page.get_by_role("button", name="Show more").click()
        page.wait_for_timeout(100)
    expect(page.locator(".row")).to_have_count(500)
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)
    # One row takes part in the order of Tab, and the keys reach all others.
    assert page.locator(".row[tabindex='0']").count() == 1
    for _ in range(5):
        page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == "row-fup_00000004"
    page.locator("#filter").fill("Author 499")
    expect(page.locator(".row")).to_have_count(1)


def serve_rows(page: Page, row: dict[str, Any], count: int) -> None:
    rows = [
        {
            **row,
            "id": f"fup_{number:08d}",
            "newest_review": {
                "id": "rev_00000000",
                "author": {"id": "a", "name": f"Author {number}"},
                "rating": 1,
                "language": "en",
                "first_words": "Two plates came broken.",
                "erased": False,
                "damaged": False,
            },
        }
        for number in range(count)
    ]

    def answer(route: Route) -> None:
        match = re.search(r"after=(\d+)", route.request.url)
        start = int(match[1]) if match else 0
        end = start + 100
        page = {"follow_ups": rows[start:end], "next": str(end) if end < count else None}
        route.fulfill(json=page)

    def preview(route: Route) -> None:
        ids = re.findall(r"fup_(\d{8})", route.request.url)
        previews = [
            {
                "id": f"fup_{number}",
                "author": f"Author {int(number)}",
                "first_words": "Two plates came broken.",
                "rating": 1,
                "language": "en",
                "erased": False,
                "damaged": False,
            }
            for number in ids
        ]
        route.fulfill(json={"previews": previews})

    page.route("**/api/desk/follow-ups?*", answer)
    page.route("**/api/desk/previews?*", preview)


LANGUAGES = sorted(path.stem for path in (ROOT / "web" / "src" / "messages").glob("??.ts"))


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_a_language_has_every_message_with_its_values(language: str) -> None:
    """TypeScript checks the keys; this is about what stands in the braces."""
    english, other = catalogue("en"), catalogue(language)

    assert set(other) == set(english)
    assert {key for key in english if other[key] - english[key]} == set()
    assert {key for key in english if english[key] - other[key] - {"n"}} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_written_with_one_kind_of_apostrophe(language: str) -> None:
    values = re.findall(r'"([^"\n]*)"', message_file(language).read_text())

    assert len({sign for value in values for sign in value if sign in "'’"}) <= 1


def message_file(language: str) -> Path:
    return ROOT / "web" / "src" / "messages" / f"{language}.ts"


def catalogue(language: str) -> dict[str, set[str]]:
    """The keys of a language, each with the names in its braces."""
    text = message_file(language).read_text()
    entries = re.split(r"^  (\w+): ?", text.partition(" = {")[2], flags=re.M)
    return {
        key: set(re.findall(r"\{(\w+)\}", value))
        for key, value in zip(entries[1::2], entries[2::2], strict=True)
    }


def test_every_refusal_of_the_desk_has_words() -> None:
    from heard.follow_ups import ConflictCode

    assert {f"refused_{code.value}" for code in ConflictCode} <= set(catalogue("en"))


def test_every_finding_of_the_lint_has_words() -> None:
    """In every language: the others have the keys of English, which a test above says."""
    assert {f"found_{code}" for code in [*EXPLANATIONS, "too_long"]} <= set(catalogue("en"))
