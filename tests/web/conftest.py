"""The built page in a browser, on the real handlers and moto.

Where there is no Chromium, or what the page is built with is not installed, these tests are skipped
and say what to do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from functions.audit import app as audit_app
from functions.desk import app as desk_app
from functions.web import app as web_app
from heard.follow_ups import FollowUp
from heard.http.pages import PageConfiguration, PageFiles
from heard.reviews import Author
from heard.steps.seal import seal_business
from heard.storage import lake, setup, tables
from heard.storage.setup import Business
from tests.static.repository import ROOT, node_js
from tests.unit.backend import BUSINESS, BUSINESS_NAME, REGION, Backend, moto_client, review_event
from tests.unit.sealing import ORIGIN, SealBench
from tests.web.page_server import CLIENT, PageServer

POLICY = {
    "remedies": [{"name": "refund", "limit": 50, "currency": "EUR"}],
    "contacts": ["@bakery.example"],
}
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"

REVIEWS = (
    ("Marta K.", 1, "Hives after the nut-free cake", "My daughter had hives an hour after your "
     "nut-free cake. We were in hospital all night. Is anybody reading this?"),
    ("Oscar Lind", 1, "Broken, and then silence", "Two plates came broken, and nobody wrote to me "
     "for a week. I sent photos twice. I want my money back."),
    ("ליאור", 1, None, "ההזמנה לא הגיעה כבר שבועיים ואף אחד לא עונה לי. אני רוצה את הכסף בחזרה."),
    ("J. Ortiz", 2, None, "¿Cómo cancelo mi suscripción? Nadie contesta el teléfono y me han "
     "cobrado dos veces."),
    ("S. Adeyemi", 2, None, "The bread was stale and the queue was endless. I will not come back."),
)  # fmt: skip


def chromium() -> str | None:
    """A Chromium of this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def built_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as `sam build` packs it."""
    program = node_js()
    if program is None or not (ROOT / "node_modules" / "esbuild").exists():
        pytest.skip("the page is not built: run `make build`, which installs what it needs")
    folder = tmp_path_factory.mktemp("built") / "page"
    subprocess.run([program, ROOT / "web" / "build.mjs", folder], check=True, timeout=120)
    return folder


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Chromium without a window. Skips the test where there is none."""
    program = chromium()
    if program is None:
        pytest.skip("there is no Chromium: apt-get install chromium, then `make test`")
    with sync_playwright() as playwright:
        # A container has no user namespaces for Chromium's own sandbox.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


# A module's: its loop and its environment would disturb other tests of the same process.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def module_backend() -> Iterator[Backend]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        backend = Backend(moto_client("dynamodb"))
        for name, value in {
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "STACK": "heard",
            "SETUP_TABLE": backend.tables["SetupTable"],
            "CASES_TABLE": backend.tables["CasesTable"],
            "OUTCOMES_TABLE": backend.tables["OutcomesTable"],
            "SEAL_KEY_ID": "key-1",
            "ORIGIN": ORIGIN,
        }.items():
            patch.setenv(name, value)
        for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
            patch.delenv(name, raising=False)
        caches = (tables.dynamodb, setup.ssm, lake.s3, desk_app.ports, audit_app.ports)
        for cache in caches:
            cache.cache_clear()
        yield backend
        for cache in caches:
            cache.cache_clear()


class Desk:
    """A business with follow-ups, the server, and browsers that look at it."""

    def __init__(
        self, backend: Backend, seal_bench: SealBench, server: PageServer, browser: Browser
    ) -> None:
        self.backend, self.server, self._browser = backend, server, browser
        self.seal_bench = seal_bench
        self._contexts: list[BrowserContext] = []
        self.violations: list[str] = []
        self.errors: list[str] = []

    def seed(self, count: int = len(REVIEWS), **fields: Any) -> list[str]:
        """Let reviews arrive, the worst hour first. Returns their follow-ups by due time."""
        now = datetime.now(UTC)
        for place, (name, rating, title, text) in enumerate(REVIEWS[:count]):
            self.backend.clock.now = now - timedelta(hours=26 - 6 * place)
            event = replace(
                review_event(f"r-{place}", text, rating, author=f"cus-{place}"),
                author=Author(f"cus-{place}", name),
                title=title,
                occurred_at=self.backend.clock.now,
            )
            self.backend.run_route_workflow(self.backend.queue_message(replace(event, **fields)))
        self.backend.clock.now = now
        rows = sorted(self.backend.open_follow_ups(), key=lambda row: (row.due_at, row.id))
        return [row.id for row in rows]

    def seal(self, days_on: int = 0) -> list[str]:
        """Seal the days of the business up to yesterday, or as some days later. Returns them."""
        now = datetime.now(UTC) + timedelta(days=days_on)
        ports = self.seal_bench.ports(first_day=now.date() - timedelta(days=4))
        with self.server.lock:
            return [each.day for each in seal_business(BUSINESS, ports, now).days]

    def follow_up(self, id: str) -> FollowUp:
        """How a follow-up stands. moto is not made for two threads at once."""
        with self.server.lock:
            return self.backend.cases.follow_up(id)

    def browse(self, path: str = "/", person: str = "ana", **options: Any) -> Page:
        """A browser of its own for a person, signed in, with the list shown."""
        page = self.open(path, person, **options)
        shown = ".list ul, .list .empty, .message:not(:has(.loading))"
        page.wait_for_selector(shown, state="attached")
        # The keys of what is shown work from the next frame on.
        page.evaluate(
            "() => new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))"
        )
        return page

    def audit(self, path: str = "/outcomes", person: str = "ida", **options: Any) -> Page:
        """A browser of its own for an auditor, with what the address names shown."""
        page = self.open(path, person, **options)
        page.wait_for_selector(".rows, .gap, .statements, .found .empty, section.message")
        return page

    def open(self, path: str = "/", person: str = "ana", **options: Any) -> Page:
        self.server.person = person
        context = self._browser.new_context(
            **{"viewport": {"width": 1440, "height": 860}, "locale": "en-GB", **options}
        )
        self._contexts.append(context)
        # Every violation, also of pages that are left at once.
        context.expose_function("reportViolation", self._note_violation)
        context.add_init_script(
            "addEventListener('securitypolicyviolation', event =>"
            " reportViolation(event.violatedDirective + ' ' + event.blockedURI))"
        )
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(self.server.address + path)
        return page

    def _note_violation(self, violation: str) -> None:
        self.violations.append(violation)

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def desk(
    module_backend: Backend,
    built_page: Path,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    backend = module_backend.reset()
    backend.connect("standard", reply_url="https://platform.example/replies")
    backend.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, POLICY))
    backend.add_person("Ana")
    backend.add_person("Ben")
    backend.add_person("Lee", "lead")
    backend.add_person("Ida", "auditor")
    monkeypatch.setattr(desk_app, "ports", lambda: backend.desk)
    seal_bench = SealBench(backend)
    monkeypatch.setenv("SEAL_BUCKET", seal_bench.seal_bucket)
    monkeypatch.setattr(audit_app, "kms", lambda: seal_bench.kms)
    audit_app.ports.cache_clear()
    audit_app.seal_reading.cache_clear()
    server = PageServer()
    files = PageFiles(built_page, PageConfiguration(CLIENT, server.address))
    monkeypatch.setattr(web_app, "ports", lambda: files)
    server.start()
    desk = Desk(backend, seal_bench, server, browser)
    yield desk
    desk.close()
    server.stop()
    # Whatever a test does, nothing may run or load that the policy of the page does not allow.
    assert desk.violations == []
    assert desk.errors == []
