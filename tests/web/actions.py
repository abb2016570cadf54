"""What a person does in the page, in the words of the tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from tests.web.conftest import AXE

GOOD = "Two plates came broken, and you waited a week for a word. Your money is on its way."
BLOCKED = "You are an idiot, and it is your own fault."
HOLD_MS = 8_500


def fill_reply(page: Page, text: str = GOOD) -> None:
    page.locator("#field-rootCause").select_option("other")
    page.locator("#field-fix").select_option("other")
    page.locator("#field-text").fill(text)


def send(page: Page) -> None:
    page.get_by_role("button", name="Send and next").click()


def freeze(page: Page) -> None:
    """Stop the page's clock, so that a slow machine has time enough. `pass_hold` moves it on."""
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=2))


def pass_hold(page: Page) -> None:
    """Let the time pass in which a reply can be undone. Needs the page's clock, or `freeze`."""
    expect(page.locator(".sending").first).to_be_attached()
    page.clock.run_for(HOLD_MS)


def wait_until(page: Page, condition: Callable[[], bool]) -> None:
    """Wait for something outside of the page: its policy forbids conditions that are texts."""
    for _ in range(300):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("what the test waits for does not happen")


def poll(page: Page) -> None:
    """What happens when somebody comes back to the tab: the page asks again."""
    page.evaluate("dispatchEvent(new Event('focus'))")


def focused(page: Page) -> str:
    """What has the focus: its id, else its text; `body` if nothing has."""
    return page.evaluate(
        "() => { const e = document.activeElement;"
        " return e === document.body ? 'body' : e.id || e.textContent.trim(); }"
    )


def expect_visible_focus(page: Page) -> None:
    """The focus is somewhere, and one can see where."""
    style: dict[str, Any] = page.evaluate(
        "() => { const s = getComputedStyle(document.activeElement), b = document.activeElement"
        ".getBoundingClientRect(); return { tag: document.activeElement.tagName,"
        " outline: s.outlineStyle, width: b.width, top: b.top, bottom: b.bottom }; }"
    )
    assert style["tag"] != "BODY"
    assert style["outline"] not in ("none", ""), style
    assert style["width"] > 0
    assert style["bottom"] > 0
    assert style["top"] < page.viewport_size["height"]


def axe_violations(page: Page, *, without: tuple[str, ...] = ()) -> list[str]:
    """What axe finds: WCAG 2.2 A and AA, and best practice."""
    # The policy of the page lets no script in, so axe comes over the debugger, not as an element.
    page.evaluate(AXE.read_text())
    result = page.evaluate(
        """async (without) => {
          const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
          const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]));
          const found = await axe.run(document, { runOnly: tags, rules });
          return found.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html).join(" | "));
        }""",
        list(without),
    )
    return list(result)


def expect_announced(page: Page, text: str) -> None:
    expect(page.locator("#page > p[role=status]")).to_contain_text(text)


CONTROLS = {
    *("button", "link", "textbox", "searchbox", "combobox", "listbox", "option"),
    *("checkbox", "radio", "switch", "spinbutton", "menuitem", "tab", "dialog"),
}


def unnamed_controls(page: Page) -> list[str]:
    """What the browser's accessibility tree has without a name and somebody can use."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    assert len(nodes) > 3
    return [
        str(node["role"]["value"])
        for node in nodes
        if not node.get("ignored")
        and node.get("role", {}).get("value") in CONTROLS
        and not str(node.get("name", {}).get("value", "")).strip()
    ]
