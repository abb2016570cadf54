"""Genuine requests are believed, as the platforms' own libraries sign them; anything else is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook
from twilio.request_validator import RequestValidator

from heard.connectors import Connection, RefusalReason, Request, load
from heard.connectors.signatures import (
    sign_sha256_hex,
    sign_standard,
    sign_twilio,
    verify_sha256_hex,
    verify_standard,
    verify_twilio,
)

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
SECRET = "whsec_" + "bm90IGEgcmVhbCBzZWNyZXQsIGJ1dCBsb25nIGVub3VnaA=="
OTHER = "whsec_" + "YW5vdGhlciBzZWNyZXQgdGhhdCBzaWducyBub3RoaW5nIGhlcmU="
URL = "https://api.example.com/hooks/c0ffee"


def flipped(data: bytes, bit: int) -> bytes:
    at = bit % (len(data) * 8)
    return bytes(byte ^ (1 << at % 8) if index == at // 8 else byte for index, byte in enumerate(data))


@settings(deadline=None)
@given(st.text(), st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1), st.integers(0))
def test_what_the_standard_webhooks_package_signs_is_accepted_and_with_one_bit_flipped_refused(text: str, message: str, bit: int) -> None:
    body = text.encode()
    signature = Webhook(SECRET).sign(message, NOW, text)
    headers = {"webhook-id": message, "webhook-timestamp": str(int(NOW.timestamp())), "webhook-signature": signature}
    assert verify_standard(headers, body, (OTHER, SECRET), NOW) is None
    assert sign_standard(SECRET, message, NOW, body) == headers
    for name, value in headers.items():
        altered = flipped(value.encode(), bit).decode("utf-8", "surrogateescape")
        assert verify_standard({**headers, name: altered}, body, (SECRET,), NOW) is not None
    if body:
        assert verify_standard(headers, flipped(body, bit), (SECRET,), NOW) is not None


@pytest.mark.parametrize(("seconds", "reason"), [(-301, RefusalReason.STALE), (-300, None), (300, None), (301, RefusalReason.STALE)])
def test_a_standard_webhook_is_believed_for_five_minutes_both_ways(seconds: int, reason: RefusalReason | None) -> None:
    headers = sign_standard(SECRET, "msg_1", NOW + timedelta(seconds=seconds), b"{}")
    refusal = verify_standard(headers, b"{}", (SECRET,), NOW)
    assert (refusal.reason if refusal else None) is reason


@settings(deadline=None)
@given(st.binary(), st.text(min_size=1), st.integers(0))
def test_a_body_hmac_is_accepted_under_any_valid_secret_and_with_one_bit_flipped_refused(body: bytes, secret: str, bit: int) -> None:
    signature = sign_sha256_hex(secret, body)
    assert verify_sha256_hex(signature, body, ("newer", secret)) is None
    assert verify_sha256_hex(flipped(signature.encode(), bit).decode("latin-1"), body, (secret,)) is not None
    if body:
        assert verify_sha256_hex(signature, flipped(body, bit), (secret,)) is not None


FIELDS = st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), max_size=5)


@settings(deadline=None)
@given(FIELDS, st.sampled_from(["", "?a=1&b=%27", "?Body=x+y"]), st.integers(0), st.sampled_from(["HMAC_SHA1", "HMAC_SHA256"]))
def test_what_twilios_own_validator_signs_is_accepted_and_with_one_bit_flipped_refused(
    fields: dict[str, str], query: str, bit: int, algorithm: str
) -> None:
    url, body = URL + query, urlencode(fields).encode()
    signature = RequestValidator("token").compute_signature(url, fields, algorithm)
    connection = Connection("c0ffee", "bus_1", "twilio_sms", URL)
    headers = {"x-twilio-signature": signature, "x-twilio-webhooks-signature-settings": f"key=k,algorithm={algorithm}"}
    request = Request("POST", headers, body, query.removeprefix("?"))
    assert load("twilio_sms").verify(request, connection, ("old", "token"), NOW) is None
    assert sign_twilio("token", url, fields.items(), algorithm) == signature
    assert verify_twilio(url, body, flipped(signature.encode(), bit).decode("latin-1"), ("token",), algorithm) is not None
    if body and (altered := flipped(body, bit)) != body:
        # Twilio signs the fields, not the bytes: `%2B` and `%2b` are the same field.
        said_the_same = RequestValidator("token").validate(url, _fields(altered), signature, algorithm)
        assert (verify_twilio(url, altered, signature, ("token",), algorithm) is None) == said_the_same


def _fields(body: bytes) -> dict[str, str]:
    from heard.connectors.parsing import read_form
    from heard.errors import Unparseable

    try:
        return dict(read_form(body))
    except Unparseable:
        return {"never": "signed"}


@settings(deadline=None)
@given(st.text(min_size=1), st.integers(0))
def test_a_json_body_is_bound_to_twilios_signature_by_the_hash_in_the_address(text: str, bit: int) -> None:
    validator, body = RequestValidator("token"), text.encode()
    url = f"{URL}?bodySHA256={validator.compute_hash(text)}"
    signature = validator.compute_signature(url, {})
    assert verify_twilio(url, body, signature, ("token",)) is None
    assert verify_twilio(url, flipped(body, bit), signature, ("token",)) is not None


@pytest.mark.parametrize("port", ["", ":443", ":8443"])
def test_twilio_may_sign_the_address_with_or_without_its_port(port: str) -> None:
    url = f"https://api.example.com{port}/hooks/c0ffee"
    for signed in (url, "https://api.example.com/hooks/c0ffee"):
        assert verify_twilio(url, b"From=%2B1", sign_twilio("token", signed, [("From", "+1")]), ("token",)) is None


def test_an_empty_secret_signs_nothing(now: datetime) -> None:
    for secrets in ((), ("",), ("whsec_",), ("whsec_!",), ("\u2603",)):
        refusal = verify_standard(
            {"webhook-id": "m", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": "v1,x"}, b"{}", secrets, now
        )
        assert refusal is not None
        assert refusal.reason is RefusalReason.NO_SECRET
    for refusal in (verify_sha256_hex(sign_sha256_hex("", b"{}"), b"{}", ("",)), verify_twilio(URL, b"", sign_twilio("", URL, []), ("",))):
        assert refusal is not None
        assert refusal.reason is RefusalReason.NO_SECRET


@pytest.mark.parametrize("name", ["standard-webhooks", "discourse", "sha256-hex-body", "twilio"])
def test_the_vectors_that_platforms_publish_come_out_as_they_say(name: str, facts: Callable[[str], str]) -> None:
    vectors: list[dict[str, Any]] = [v for v in json.loads(facts(f"vectors/{name}.json"))["vectors"] if "requires" not in v]
    assert vectors
    for vector in vectors:
        headers = {header.lower(): value for header, value in vector["headers"].items()}
        body, secrets = (vector["body"] or "").encode(), (vector["secret"],)
        if name == "standard-webhooks":
            refusal = verify_standard(headers, body, secrets, datetime.fromtimestamp(vector["now"], UTC))
        elif name == "twilio":
            form = urlencode(vector["params"], doseq=True).encode() if vector["params"] is not None else body
            refusal = verify_twilio(vector["url"], form, headers["x-twilio-signature"], secrets)
        else:
            refusal = verify_sha256_hex(next(value for header, value in headers.items() if "signature" in header), body, secrets)
        assert (refusal is None) == (vector["expected"] == "valid"), vector["name"]
