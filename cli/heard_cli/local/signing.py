"""From a sample to the very HTTP request that its platform would make, signed as that platform signs.

Owns which headers and which encoding go with which platform. The schemes themselves are those of
`heard.connectors.signatures`, each of which exists once; that they are right is shown there, by the
platforms' published vectors, and not by signing and verifying with the same code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlencode, urljoin

from heard.connectors.signatures import sign_sha256_hex, sign_standard, sign_twilio
from heard_cli.local.samples import Sample

type Get = Callable[[str], str]
"""Fetches a page by its address, as a browser would, and returns its HTML."""

_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"


class NoForm(ValueError):
    """The page that was fetched has no form to fill in: the address is not that of a feedback form."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request ready to be sent; changing a byte of `body` or another `url` breaks what is signed."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


def signed(sample: Sample, url: str, secret: str, now: datetime, get: Get | None = None) -> SignedRequest:
    """The request with which the sample's platform delivers it to `url` at `now`.

    `secret` is the connection's signing secret; Trustpilot signs nothing and ignores it. A feedback form is
    opened with `get` first, as a visitor's browser does, because the page holds what must be sent back. For all
    others the same arguments make the same request, which is what a platform's repetition is.

    Raises ValueError for a secret of the wrong kind or a missing `get`, NoForm for a page without a form.
    """
    delivery = sample.render(now)
    body = urlencode(delivery.fields).encode() if sample.is_form else json.dumps(delivery.fields, ensure_ascii=False).encode()
    headers = {"Content-Type": _FORM if sample.is_form else _JSON, **delivery.headers}
    match sample.platform:
        case "standard":
            headers |= sign_standard(secret, message_id(sample), now, body)
        case "discourse":
            headers["X-Discourse-Event-Signature"] = sign_sha256_hex(secret, body)
        case "twilio_sms":
            headers["X-Twilio-Signature"] = sign_twilio(secret, url, ((name, str(value)) for name, value in delivery.fields.items()))
        case "feedback_form":
            if get is None:
                raise ValueError("A feedback form is filled in on its page: pass a function that fetches it.")
            return submitted(get(url), url, {name: str(value) for name, value in delivery.fields.items()})
        case _:
            pass
    return SignedRequest("POST", url, headers, body)


def message_id(sample: Sample) -> str:
    """The `webhook-id` of a sample: its own and always the same, so that a repetition is one."""
    return "msg_" + hashlib.sha256(sample.name.encode()).hexdigest()[:24]


def submitted(page: str, url: str, answers: Mapping[str, str]) -> SignedRequest:
    """What a browser sends when the page's form is filled in with `answers`: its hidden fields come along.

    `url` is the page's own address, against which the form's `action` counts. Raises NoForm.
    """
    form = _Form()
    form.feed(page)
    form.close()
    if not form.found:
        raise NoForm(f"There is no form on {url}.")
    # A field that the visitor sees and leaves empty is sent empty, as browsers do.
    fields = form.fields | {name: value for name, value in answers.items() if name not in form.hidden}
    return SignedRequest("POST", urljoin(url, form.action), {"Content-Type": _FORM}, urlencode(fields).encode())


class _Form(HTMLParser):
    """Reads a page's first form: where it goes, and the fields that a browser would send untouched."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = False
        self.action = ""
        self.fields: dict[str, str] = {}
        self.hidden: set[str] = set()
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and not self.found:
            self.found = self._inside = True
            self.action = given.get("action") or ""
        name, kind = given.get("name"), (given.get("type") or "text").lower()
        if not self._inside or not name:
            return
        if tag == "textarea":
            self.fields[name] = ""
        elif tag == "input" and kind in {"hidden", "text", "email", "tel"}:
            self.fields[name] = given.get("value") or ""
            if kind == "hidden":
                self.hidden.add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
