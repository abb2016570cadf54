"""Makes of a sample the signed HTTP request that its platform would send.

Each connector signs with the scheme that it also verifies with. That proves nothing about the
scheme; other tests prove it, with vectors from the platforms and from their own libraries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlencode, urljoin

from heard.connectors import load
from heard_cli.local.samples import Sample

type FetchPage = Callable[[str], str]
"""Fetches a page by its address, as a browser would, and returns its HTML."""

_FORM_TYPE: Final = "application/x-www-form-urlencoded"


class FormNotFound(ValueError):
    """The page has no form: its address is not that of a feedback form."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request that is ready to be sent. The signature covers `body` and `url`."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


def sign_sample(
    sample: Sample, url: str, secret: str, now: datetime, fetch_page: FetchPage | None = None
) -> SignedRequest:
    """The request with which the sample's platform delivers it to `url` at `now`.

    `secret` is the platform's signing secret; platforms that do not sign ignore it. The page of a
    form is first fetched with `fetch_page`, as by a visitor's browser, because its hidden fields
    must be sent back. For every other sample the same arguments make the same request, as when a
    platform repeats a delivery.

    Raises ValueError for an unsuitable secret, a sample that is polled, or a missing `fetch_page`;
    FormNotFound for a page without a form.
    """
    rendered = sample.render(now)
    if sample.page:
        if fetch_page is None:
            raise ValueError("A form is filled in on its page: pass a function that fetches it.")
        return fill_form(
            fetch_page(url), url, {name: str(value) for name, value in rendered.fields.items()}
        )
    if rendered.request is None:
        raise ValueError(f"{sample.name} is not sent: Heard polls for it.")
    request = load(sample.platform).sign(rendered.request, url, secret, now)
    target_url = f"{url}?{request.query}" if request.query else url
    return SignedRequest(request.method, target_url, request.headers, request.body)


def fill_form(page: str, url: str, values: Mapping[str, str]) -> SignedRequest:
    """The request of a browser when the page's form is filled in with `values`.

    It includes the form's hidden fields. `url` is the address of the page, to which the form's
    `action` is relative. Raises FormNotFound.
    """
    form = _FormParser()
    form.feed(page)
    form.close()
    if not form.has_form:
        raise FormNotFound(f"There is no form on {url}.")
    # A field that the visitor sees and leaves empty is sent empty, as browsers do.
    fields = form.fields | {
        name: value for name, value in values.items() if name not in form.hidden_names
    }
    return SignedRequest(
        "POST", urljoin(url, form.action), {"Content-Type": _FORM_TYPE}, urlencode(fields).encode()
    )


class _FormParser(HTMLParser):
    """Reads the first form of a page: its action, and its fields with their initial values."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.has_form = False
        self.action = ""
        self.fields: dict[str, str] = {}
        self.hidden_names: set[str] = set()
        self._inside_form = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "form" and not self.has_form:
            self.has_form = self._inside_form = True
            self.action = attributes.get("action") or ""
        name, kind = attributes.get("name"), (attributes.get("type") or "text").lower()
        if not self._inside_form or not name:
            return
        if tag == "textarea":
            self.fields[name] = ""
        elif tag == "input" and kind in {"hidden", "text", "email", "tel"}:
            self.fields[name] = attributes.get("value") or ""
            if kind == "hidden":
                self.hidden_names.add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside_form = False
