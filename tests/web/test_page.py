"""The page as a whole: its weight, what it may load, signing in, and faults on the way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from heard.replies.findings import EXPLANATIONS
from heard.reviews import Author, EventKind
from heard.storage.setup import Business
from tests.static.repository import ROOT
from tests.unit.backend import BUSINESS, BUSINESS_NAME, complaint, review_event
from tests.web.actions import GOOD, expect_announced, fill_reply, poll, wait_until
from tests.web.conftest import POLICY, Desk
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


def newest_review(number: int) -> dict[str, Any]:
    return {
        "id": "rev_00000000",
        "author": {"id": "a", "name": f"Author {number}"},
        "rating": 1,
        "language": "en",
        "first_words": "Two plates came broken.",
        "erased": False,
        "damaged": False,
    }


def serve_rows(page: Page, row: dict[str, Any], count: int) -> None:
    rows = [
        {
            **row,
            "id": f"fup_{number:08d}",
            "newest_review": newest_review(number),
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
                "newest_review": newest_review(int(number)),
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


def written(language: str) -> dict[str, str]:
    """The messages of a language that stand on one line."""
    text = (ROOT / "web" / "src" / "messages" / f"{language}.ts").read_text()
    return {
        key: json.loads(value)
        for key, value in re.findall(r'^  (\w+): ("(?:[^"\\]|\\.)*"),$', text, flags=re.M)
    }


def codes_with_words() -> set[str]:
    """The messages that codes of Heard's own have: those of the default policy and of the code."""
    from heard.assessment.model import Flag, Severity
    from heard.follow_ups import Action, Status, TakeoverReason
    from heard.outcomes import Kind
    from heard.threads import SlotState

    assessment = ROOT / "layers" / "heard" / "heard" / "assessment"
    codes: dict[str, Iterable[str]] = {
        "cause": DEFAULT_POLICY["causes"],
        "fix": DEFAULT_POLICY["fixes"],
        "reason": [
            *DEFAULT_POLICY["reasons"],
            *(
                rule["then"]["reason"]
                for rule in DEFAULT_POLICY["rules"]
                if "reason" in rule["then"]
            ),
        ],
        "rule": [rule["id"] for rule in DEFAULT_POLICY["rules"]],
        "topic": [path.name[6:] for path in (assessment / "vocabulary").glob("topic_*")],
        "flag": Flag,
        "severity": Severity,
        "status": Status,
        "kind": Kind,
        "reply": SlotState,
        "action": Action,
        "takeover": TakeoverReason,
    }
    return {f"{kind}_{code}".replace("-", "_") for kind, all in codes.items() for code in all}


DEFAULT_POLICY: dict[str, Any] = json.loads(
    (ROOT / "layers" / "heard" / "heard" / "policy" / "default.json").read_text()
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_our_own_has_words(language: str) -> None:
    assert codes_with_words() - set(catalogue(language)) == set()


def test_the_reasons_of_rules_are_those_of_the_default_policy() -> None:
    """The page translates only a reason that says what the default policy says."""
    english = written("en")
    reasons = {
        f"rule_{rule['id'].replace('-', '_')}": rule["why"] for rule in DEFAULT_POLICY["rules"]
    }

    assert {key: text for key, text in english.items() if key.startswith("rule_")} == reasons
    for language in set(LANGUAGES) - {"en"}:
        same = {key for key in reasons if written(language)[key] == english[key]}
        assert same == set(), language


def test_codes_are_in_the_language_of_the_page_and_own_ones_stay(desk: Desk) -> None:
    policy = POLICY | {
        "causes": ["late-delivery", "dough-too-dry"],
        "remedies": [
            {"name": "refund", "limit": 50, "currency": "EUR"},
            {"name": "bread-for-a-year", "limit": 50, "currency": "EUR"},
        ],
    }
    desk.backend.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, policy))
    first, *_ = desk.seed(1)
    page = desk.browse(f"/desk/{first}", locale="de-DE")
    page.wait_for_selector(".composer")

    context = page.locator(".context")
    expect(context).to_contain_text("Jemand könnte zu Schaden kommen")
    expect(context).to_contain_text("Sicherheit")
    expect(context).to_contain_text("Erstattung")
    expect(context).to_contain_text("Bread for a year")
    expect(page.locator(".facts")).to_contain_text("Eigene Quelle")
    causes = page.locator("#field-rootCause option").all_inner_texts()
    assert causes == ["Auswählen …", "Späte Lieferung", "Dough too dry", "Anderes"]


def test_the_reason_of_a_businesss_own_rule_is_marked_as_in_any_language(desk: Desk) -> None:
    why = "هذا زبون قديم."
    own = {
        "id": "R01-critical",
        "why": why,
        "when": {"severity": ["critical"]},
        "then": {"route": "follow_up"},
    }
    desk.backend.setup_store.put_business(
        Business(BUSINESS, BUSINESS_NAME, POLICY | {"rules": [own, DEFAULT_POLICY["rules"][-1]]})
    )
    first, *_ = desk.seed(1)
    page = desk.browse(f"/desk/{first}", locale="de-DE")
    reason = page.locator(".context p", has_text=why)

    expect(reason).to_have_attribute("lang", "")
    expect(reason).to_have_attribute("dir", "auto")


def test_a_row_parts_the_title_from_the_text(desk: Desk) -> None:
    desk.seed(2)
    page = desk.browse()

    expect(page.locator(".list")).to_contain_text("Broken, and then silence – Two plates came")


def test_a_withdrawn_review_keeps_its_words_and_says_that_it_is_withdrawn(desk: Desk) -> None:
    (first,) = desk.seed(1)
    event = review_event("r-0", kind=EventKind.WITHDRAWN, revision=2, author="cus-0")
    desk.backend.run_route_workflow(desk.backend.queue_message(event))
    page = desk.browse(f"/desk/{first}")

    expect(page.locator(".review .flag")).to_have_text("The author has withdrawn this review.")
    expect(page.locator(".review .words")).to_contain_text("hives an hour after")


def test_words_that_nobody_looks_at_are_forgotten(desk: Desk) -> None:
    first, *_ = desk.seed(1)
    page = desk.browse()
    page.clock.install()
    page.reload()
    reads: list[str | None] = []

    def note(request: Request) -> None:
        if request.url.endswith(f"/follow-ups/{first}"):
            reads.append(request.headers.get("if-none-match"))

    def open_again() -> None:
        before = len(reads)
        page.locator(f"#row-{first}").click()
        wait_until(page, lambda: len(reads) > before)
        page.wait_for_selector(".composer")
        page.keyboard.press("Escape")
        expect(page.locator(".composer")).to_have_count(0)

    page.on("request", note)
    open_again()
    open_again()
    assert reads[0] is None
    assert reads[1], "it is known still"
    # Before the time passes: the page may read on by itself.
    seen = len(reads)
    page.route(f"**/follow-ups/{first}", lambda _route: None)
    page.clock.fast_forward(6 * 60_000)
    page.locator(f"#row-{first}").click()

    expect(page.locator(".follow-up .loading")).to_be_visible()
    wait_until(page, lambda: len(reads) > seen)
    assert reads[seen] is None, "its words were here for longer than five minutes"
