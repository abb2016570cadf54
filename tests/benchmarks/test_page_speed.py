"""How quick the page is in a browser: until the list is there, and from key to paint.

It is served from this process, so the figures say what the browser does and not what a network
does. What is asserted are counts and bytes; times are only printed.
"""

from __future__ import annotations

import json
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Page, expect

from tests.benchmarks.figures import BenchmarkReport, Section
from tests.web.conftest import Desk, browser, built_page, desk, module_backend
from tests.web.test_page import serve_rows

__all__ = ["browser", "built_page", "desk", "module_backend"]

ROWS, PRESSES, VIEWS = 500, 100, 7
# A key that is held down repeats about thirty times a second.
HELD_KEY_MS = 33

MEASURE = """
window.paints = []; window.shift = 0;
addEventListener("keydown", (event) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => window.paints.push(performance.now() - event.timeStamp);
  channel.port2.postMessage(0);
}), { capture: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def usable(page: Page) -> float:
    """Milliseconds from the start of the view until its rows have data."""
    page.wait_for_selector(".list ul", state="attached")
    return page.evaluate("performance.getEntriesByName('usable')[0].startTime")


def show(report: BenchmarkReport, name: str, value: float, unit: str, budget: float) -> None:
    report.add_figure(Section.PAGE, name, value, unit, budget=budget)


def test_the_list_is_there_at_once(desk: Desk, report: BenchmarkReport) -> None:
    desk.seed()
    cold, warm = [], []
    for _ in range(VIEWS):
        desk.server.files.clear()
        page = desk.browse()
        # The sign-in goes elsewhere and comes back, so the next view alone begins at the page.
        page.reload()
        warm.append(usable(page))
        page.context.new_cdp_session(page).send("Network.clearBrowserCache")
        desk.server.files.clear()
        page.reload()
        cold.append(usable(page))
        assert len(desk.server.files) <= 4
        page.context.close()
    show(report, "usable, empty cache, median", median(cold), "ms", 1000)
    show(report, "usable, from the cache, median", median(warm), "ms", 300)


def test_the_first_view_is_small(built_page: Any, report: BenchmarkReport) -> None:
    sizes = json.loads((built_page / "sizes.json").read_text())
    first = sum(size["served"] for size in sizes.values() if size["first"])
    show(report, "first view", first / 1000, "kB", 60)
    assert first <= 60_000


def press_j(page: Page, *, between_ms: int) -> float:
    """Press J, with a rest after each. Returns the 95th percentile from key to paint, in ms."""
    page.evaluate("window.paints.length = 0")
    for _ in range(PRESSES):
        page.keyboard.press("j")
        if between_ms:
            page.wait_for_timeout(between_ms)
    page.wait_for_timeout(300)
    paints = page.evaluate("window.paints")
    assert len(paints) == PRESSES
    return quantiles(paints, n=20)[-1]


def test_a_key_is_painted_at_once(desk: Desk, report: BenchmarkReport) -> None:
    (first,) = desk.seed(1)
    row = desk.server.act_as("sub-ana", "claim", first)
    page = desk.open("/signed-out")
    page.add_init_script(MEASURE)
    page.reload()
    serve_rows(page, row, ROWS)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector(".list ul")
    for shown in range(200, ROWS + 1, 100):
        page.get_by_role("button", name="Show more").click()
        expect(page.locator(".row")).to_have_count(shown)
    held = press_j(page, between_ms=HELD_KEY_MS)
    show(report, "J held down at 500 rows, thirty a second, p95", held, "ms", 100)
    # Nobody does that. Each press waits for those before it, so it says how long a queue is.
    queued = press_j(page, between_ms=0)
    report.add_figure(Section.PAGE, "J as fast as keys arrive at 500 rows, p95", queued, "ms")
    assert page.locator(".row").count() == ROWS
    show(report, "layout shift of the visit", page.evaluate("window.shift"), "", 0.02)
