"""Genuine requests, as the platforms' own libraries sign them, are accepted, and no others."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.signature import Clock, SignatureVerifier
from standardwebhooks import Webhook
from svix.webhooks import Webhook as SvixWebhook
from twilio.request_validator import RequestValidator

from heard.connectors import Scheme, SignatureFailure, SignatureFailureReason, WebhookRequest
from heard.connectors.signatures import (
    BasicAuth,
    BodyHmac,
    SecretHeader,
    SlackV0,
    StandardWebhooks,
    TwilioV1,
    ZendeskV1,
    challenge_response,
)

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
WHSEC = "whsec_" + "bm90IGEgcmVhbCBzZWNyZXQsIGJ1dCBsb25nIGVub3VnaA=="
OTHER = "whsec_" + "YW5vdGhlciBzZWNyZXQgdGhhdCBzaWducyBub3RoaW5nIGhlcmU="
URL = "https://api.example.com/hooks/c0ffee"

META = BodyHmac("x-hub-signature-256", prefix="sha256=")
SHOPIFY = BodyHmac("x-shopify-hmac-sha256", encoding="base64")
SHOPIFY_NEEDS = ("x-shopify-topic", "x-shopify-shop-domain")
SCHEMES: Mapping[str, Scheme] = {
    "hexadecimal with a prefix": META,
    "hexadecimal without": BodyHmac("judgeme-hmac-sha256"),
    "sha1": BodyHmac("x-hub-signature", algorithm="sha1", prefix="sha1="),
    "base64": SHOPIFY,
    "base64 with a prefix": BodyHmac(
        "x-twitter-webhooks-signature", encoding="base64", prefix="sha256="
    ),
    "standard webhooks": StandardWebhooks(),
    "svix": StandardWebhooks(("svix-", "webhook-")),
    "slack": SlackV0(),
    "zendesk": ZendeskV1(),
    "twilio": TwilioV1(),
}
DATED = {"standard webhooks", "svix", "slack", "zendesk"}


def post(body: bytes, headers: Mapping[str, str] | None = None, query: str = "") -> WebhookRequest:
    return WebhookRequest(
        "POST", {name.lower(): value for name, value in (headers or {}).items()}, body, query
    )


def flip_bit(data: bytes, bit: int) -> bytes:
    at = bit % (len(data) * 8)
    return bytes(
        byte ^ (1 << at % 8) if index == at // 8 else byte for index, byte in enumerate(data)
    )


def altered_requests(request: WebhookRequest, bit: int) -> list[WebhookRequest]:
    """The request with one bit of its body flipped, and with one bit of each of its headers."""
    changed = (
        [
            WebhookRequest(
                request.method, request.headers, flip_bit(request.body, bit), request.query
            )
        ]
        if request.body
        else []
    )
    for name, value in request.headers.items():
        other = flip_bit(value.encode(), bit).decode("utf-8", "surrogateescape")
        changed.append(
            WebhookRequest(
                request.method, {**request.headers, name: other}, request.body, request.query
            )
        )
    return changed


def failure_reason(refusal: SignatureFailure | None) -> SignatureFailureReason | None:
    return refusal.reason if refusal else None


@pytest.mark.parametrize("name", SCHEMES)
@settings(deadline=None, max_examples=40)
@given(text=st.text(min_size=1), bit=st.integers(0))
def test_a_signature_is_accepted_under_any_valid_secret_and_refused_with_one_bit_flipped(
    name: str, text: str, bit: int
) -> None:
    scheme = SCHEMES[name]
    body = (
        urlencode({"Body": text, "From": "+12025550143"}).encode()
        if name == "twilio"
        else text.encode()
    )
    request = scheme.sign(post(body), URL, WHSEC, NOW)
    assert scheme.verify(request, URL, (OTHER, WHSEC), NOW) is None
    assert (
        failure_reason(scheme.verify(request, URL, (OTHER,), NOW))
        is SignatureFailureReason.SIGNATURE_WRONG
    )
    for forged in altered_requests(request, bit):
        refusal = scheme.verify(forged, URL, (WHSEC,), NOW)
        if refusal is None:
            # Twilio signs the fields, not the bytes: `%2B` and `%2b` are the same field.
            assert name == "twilio"
            assert RequestValidator(WHSEC).validate(
                URL, fields(forged.body), request.headers["x-twilio-signature"]
            )


@pytest.mark.parametrize("name", sorted(DATED))
@pytest.mark.parametrize(
    ("seconds", "why"),
    [
        (-301, SignatureFailureReason.STALE),
        (-300, None),
        (300, None),
        (301, SignatureFailureReason.STALE),
    ],
)
def test_a_dated_signature_is_accepted_for_five_minutes_both_ways(
    name: str, seconds: int, why: SignatureFailureReason | None
) -> None:
    scheme = SCHEMES[name]
    assert (
        failure_reason(
            scheme.verify(
                scheme.sign(post(b"{}"), URL, WHSEC, NOW + timedelta(seconds=seconds)),
                URL,
                (WHSEC,),
                NOW,
            )
        )
        is why
    )


@pytest.mark.parametrize("name", SCHEMES)
def test_an_unsigned_request_and_a_connection_without_a_secret_are_refused(name: str) -> None:
    scheme = SCHEMES[name]
    assert (
        failure_reason(scheme.verify(post(b"{}"), URL, (WHSEC,), NOW))
        is SignatureFailureReason.SIGNATURE_MISSING
    )
    for secrets in ((), ("",), (" \t",)):
        assert (
            failure_reason(
                scheme.verify(scheme.sign(post(b"{}"), URL, WHSEC, NOW), URL, secrets, NOW)
            )
            is SignatureFailureReason.NO_SECRET
        )
    with pytest.raises(ValueError, match="empty"):
        scheme.sign(post(b"{}"), URL, "", NOW)
    assert scheme.secret_problem("")
    assert scheme.secret_problem(scheme.new_secret()) is None
    assert scheme.new_secret() != scheme.new_secret()


# The platforms' own libraries


@settings(deadline=None)
@given(st.text(), st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1))
def test_a_signature_of_the_standard_webhooks_or_svix_package_is_accepted(
    text: str, message: str
) -> None:
    seconds = str(int(NOW.timestamp()))
    for prefix, signature in (
        ("webhook-", Webhook(WHSEC).sign(message, NOW, text)),
        ("svix-", SvixWebhook(WHSEC).sign(message, NOW, text)),
    ):
        headers = {
            f"{prefix}id": message,
            f"{prefix}timestamp": seconds,
            f"{prefix}signature": signature,
        }
        assert (
            StandardWebhooks((prefix,)).verify(post(text.encode(), headers), URL, (WHSEC,), NOW)
            is None
        )
        assert (
            StandardWebhooks((prefix,))
            .sign(post(text.encode(), {f"{prefix}id": message}), URL, WHSEC, NOW)
            .headers
            == headers
        )


@settings(deadline=None)
@given(st.binary())
def test_a_signature_of_slacks_package_is_accepted(body: bytes) -> None:
    class StoppedClock(Clock):
        def now(self) -> float:
            return NOW.timestamp()

    request = SlackV0().sign(post(body), URL, "8f74", NOW)
    seconds, signature = (
        request.headers["x-slack-request-timestamp"],
        request.headers["x-slack-signature"],
    )
    theirs = SignatureVerifier("8f74", StoppedClock())
    assert SlackV0().verify(request, URL, ("8f74",), NOW) is None
    if body.isascii():
        # The package decodes the body before it signs: it can sign only UTF-8.
        assert theirs.is_valid(body.decode(), seconds, signature)


FIELDS = st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), max_size=5)


@settings(deadline=None)
@given(
    FIELDS,
    st.sampled_from(["", "?a=1&b=%27", "?Body=x+y"]),
    st.sampled_from(["HMAC_SHA1", "HMAC_SHA256"]),
)
def test_a_signature_of_twilios_own_validator_is_accepted(
    form: dict[str, str], query: str, algorithm: str
) -> None:
    signature = RequestValidator("token").compute_signature(URL + query, form, algorithm)
    headers = {
        "x-twilio-signature": signature,
        "x-twilio-webhooks-signature-settings": f"key=k,algorithm={algorithm}",
    }
    request = post(urlencode(form).encode(), headers, query.removeprefix("?"))
    assert TwilioV1().verify(request, URL, ("old", "token"), NOW) is None


@settings(deadline=None)
@given(st.text(min_size=1), st.integers(0))
def test_a_json_body_is_bound_to_twilios_signature_by_the_hash_in_the_address(
    text: str, bit: int
) -> None:
    validator, body = RequestValidator("token"), text.encode()
    query = f"bodySHA256={validator.compute_hash(text)}"
    headers = {"x-twilio-signature": validator.compute_signature(f"{URL}?{query}", {})}
    assert TwilioV1().verify(post(body, headers, query), URL, ("token",), NOW) is None
    assert (
        TwilioV1().verify(post(flip_bit(body, bit), headers, query), URL, ("token",), NOW)
        is not None
    )


@pytest.mark.parametrize("port", ["", ":443", ":8443"])
def test_twilio_may_sign_the_address_with_or_without_its_port(port: str) -> None:
    url = f"https://api.example.com{port}/hooks/c0ffee"
    for called in (url, "https://api.example.com/hooks/c0ffee"):
        headers = {
            "x-twilio-signature": RequestValidator("token").compute_signature(
                called, {"From": "+1"}
            )
        }
        assert TwilioV1().verify(post(b"From=%2B1", headers), url, ("token",), NOW) is None


def fields(body: bytes) -> dict[str, str]:
    from heard.connectors.parsing import read_form
    from heard.errors import Unparseable

    try:
        return dict(read_form(body))
    except Unparseable:
        return {"never": "signed"}


# Bad signatures


def test_a_secret_of_another_scheme_signs_nothing() -> None:
    headers = {
        "webhook-id": "m",
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": "v1,x",
    }
    for secret in ("whsec_", "whsec_!", "\u2603"):
        assert (
            failure_reason(StandardWebhooks().verify(post(b"{}", headers), URL, (secret,), NOW))
            is SignatureFailureReason.NO_SECRET
        )
        assert StandardWebhooks().secret_problem(secret)


def test_a_prefix_counts_only_where_it_is_required() -> None:
    digest = (
        META.sign(post(b"{}"), URL, "s", NOW).headers["x-hub-signature-256"].removeprefix("sha256=")
    )
    bare = post(b"{}", {"x-hub-signature-256": digest})
    assert (
        failure_reason(META.verify(bare, URL, ("s",), NOW))
        is SignatureFailureReason.SIGNATURE_MALFORMED
    )
    assert (
        BodyHmac("x-hub-signature-256", prefix="sha256=", prefix_optional=True).verify(
            bare, URL, ("s",), NOW
        )
        is None
    )
    assert failure_reason(
        META.verify(
            post(b"{}", {"x-hub-signature-256": "sha256=" + digest.upper()}), URL, ("s",), NOW
        )
    )


@settings(deadline=None)
@given(st.text(min_size=1).filter(str.strip), st.text())
def test_a_secret_in_a_header_is_compared_whole(secret: str, header_value: str) -> None:
    scheme = SecretHeader(("x-one", "x-two"))
    assert (
        scheme.verify(scheme.sign(post(b""), URL, secret, NOW), URL, ("old", secret), NOW) is None
    )
    assert scheme.verify(post(b"", {"x-two": secret}), URL, (secret,), NOW) is None
    failure = scheme.verify(post(b"", {"x-one": header_value}), URL, (secret,), NOW)
    assert (failure is None) == (header_value == secret)


def test_user_and_password_are_read_as_http_defines_them() -> None:
    scheme = BasicAuth()
    secret = scheme.new_secret()
    assert scheme.verify(scheme.sign(post(b"x"), URL, secret, NOW), URL, (secret,), NOW) is None
    for value, why in (
        ("", SignatureFailureReason.SIGNATURE_MISSING),
        ("Bearer abc", SignatureFailureReason.SIGNATURE_MISSING),
        ("Basic !", SignatureFailureReason.SIGNATURE_MALFORMED),
        (
            "Basic " + base64.b64encode(b"heard:wrong").decode(),
            SignatureFailureReason.SIGNATURE_WRONG,
        ),
    ):
        assert (
            failure_reason(scheme.verify(post(b"x", {"authorization": value}), URL, (secret,), NOW))
            is why
        )
    assert scheme.secret_problem("no colon")


def test_zendesks_public_test_secret_is_not_accepted() -> None:
    assert "everybody knows" in (ZendeskV1().secret_problem(ZendeskV1.PUBLIC_TEST_SECRET) or "")


def test_a_challenge_is_answered_with_its_hmac() -> None:
    digest = hmac.new(b"secret", b"challenge", hashlib.sha256)
    assert (
        challenge_response("secret", "challenge", "base64")
        == base64.b64encode(digest.digest()).decode()
    )
    assert challenge_response("secret", "challenge", "hex") == digest.hexdigest()


# What the platforms publish

BY_SCHEME: Mapping[str, Scheme] = {
    "standard-webhooks-v1": StandardWebhooks(("webhook-", "svix-")),
    "twilio-v1": TwilioV1(),
    "slack-v0": SlackV0(),
    "zendesk-v1": ZendeskV1(),
    "shopify-hmac-sha256": BodyHmac(
        "x-shopify-hmac-sha256", encoding="base64", required_headers=SHOPIFY_NEEDS
    ),
}


def test_the_published_vectors_of_platforms_are_verified_as_they_say(
    vectors: Callable[[], list[dict[str, Any]]],
) -> None:
    checked = 0
    for vector in vectors():
        headers = {name.lower(): value for name, value in vector["headers"].items()}
        scheme = BY_SCHEME.get(vector["scheme"])
        if vector["scheme"] == "hmac-sha256-hex-prefixed":
            scheme = BodyHmac(
                next(name for name in headers if "signature" in name), prefix="sha256="
            )
        if scheme is None or "requires" in vector:
            continue
        form = vector.get("params") is not None
        body = (
            urlencode(vector["params"], doseq=True).encode()
            if form
            else (vector["body"] or "").encode()
        )
        url = vector.get("url") or URL
        refusal = scheme.verify(
            post(body, headers, urlsplit(url).query),
            url,
            (vector["secret"],),
            _when(vector, headers),
        )
        assert (refusal is None) == (vector["expected"] == "valid"), (vector["name"], refusal)
        checked += 1
    assert checked >= 50


def _when(vector: Mapping[str, Any], headers: Mapping[str, str]) -> datetime:
    """The time for which a vector is verified: the one it names, else the time of its signature."""
    at = str(vector.get("now") or headers.get("x-zendesk-webhook-signature-timestamp") or "0")
    return (
        datetime.fromtimestamp(float(at), UTC)
        if at.replace(".", "").isdecimal()
        else datetime.fromisoformat(at)
    )
