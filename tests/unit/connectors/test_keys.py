"""Signatures made with keys: real messages of SNS, SendGrid's library, and forgeries."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from sendgrid.helpers.eventwebhook import EventWebhook

from heard.connectors import HttpResponse, SignatureFailureReason, WebhookRequest
from heard.connectors.keys import SendGridEcdsa, Sns, is_confirmation_url
from heard.errors import PlatformUnavailable
from heard_simulator.server import ReplyLedger, platform_classes

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
ARN = "arn:aws:sns:eu-west-1:000000000000:heard-demo"
BASE = "https://sns.example"


class Certificates:
    """Returns one body for every request, and keeps the addresses."""

    def __init__(self, body: bytes = b"", status: int = 200) -> None:
        self.response = HttpResponse(status, {}, body)
        self.addresses: list[str] = []

    def __call__(self, method: str, url: str, **_: Any) -> HttpResponse:
        self.addresses.append(url)
        return self.response


@cache
def other_side() -> Any:
    return platform_classes()["ses"]("ses", {}, ReplyLedger(), lambda: NOW, lambda: BASE)


def certificate() -> bytes:
    ask = type(
        "Asked", (), {"method": "GET", "path": "/SimpleNotificationService-0000000000000000.pem"}
    )()
    return other_side().operation(ask).run().body


def notification(**fields: object) -> WebhookRequest:
    message = {
        "Type": "Notification",
        "MessageId": "m-1",
        "TopicArn": ARN,
        "Message": "Hello",
        **fields,
    }
    return Sns().sign(
        WebhookRequest("POST", {}, json.dumps(message).encode()), other_side().signing_secret, NOW
    )


def sns_failure(
    request: WebhookRequest, http: Certificates | None = None, topic: str = ARN, base: str = BASE
) -> SignatureFailureReason | None:
    failure = Sns().verify(request, topic, base, http or Certificates(certificate()))
    return failure.reason if failure else None


def with_fields(request: WebhookRequest, **fields: object) -> WebhookRequest:
    document = {**json.loads(request.body), **fields}
    return replace(
        request,
        body=json.dumps(
            {name: value for name, value in document.items() if value is not ...}
        ).encode(),
    )


def test_real_messages_of_amazon_are_accepted_and_altered_ones_are_not(
    facts: Callable[[str], str],
) -> None:
    vectors = json.loads(facts("vectors/aws-sns.json"))["vectors"]
    assert len(vectors) >= 13
    for vector in vectors:
        http = Certificates(vector["secret"].encode())
        failure = sns_failure(
            WebhookRequest("POST", {}, vector["body"].encode()),
            http,
            vector["message"]["TopicArn"],
            "",
        )
        assert (failure is None) == (vector["expected"] == "valid"), vector["name"]
        assert all(url.startswith("https://sns.us-east-2.amazonaws.com/") for url in http.addresses)


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_versions_are_signed_and_accepted(version: str) -> None:
    secret = json.dumps({**json.loads(other_side().signing_secret), "version": version})
    signed_request = Sns().sign(notification(Subject="Über"), secret, NOW)
    assert json.loads(signed_request.body)["SignatureVersion"] == version
    assert sns_failure(signed_request) is None


@given(
    st.sampled_from(["Message", "MessageId", "TopicArn", "Type", "Timestamp", "Subject"]),
    st.text(max_size=9),
)
@settings(max_examples=40, deadline=None)
def test_every_field_of_a_message_is_bound_by_its_signature(name: str, value: str) -> None:
    genuine = notification(Subject="s")
    if json.loads(genuine.body)[name] != value:
        assert (
            sns_failure(with_fields(genuine, **{name: value}))
            is SignatureFailureReason.SIGNATURE_WRONG
        )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"Signature": ...}, SignatureFailureReason.SIGNATURE_MISSING),
        ({"SigningCertURL": ...}, SignatureFailureReason.SIGNATURE_MISSING),
        ({"Signature": "no Base64!"}, SignatureFailureReason.SIGNATURE_MALFORMED),
        ({"Signature": 17}, SignatureFailureReason.SIGNATURE_MALFORMED),
        ({"SignatureVersion": "3"}, SignatureFailureReason.SIGNATURE_MALFORMED),
        ({"SignatureVersion": "1"}, SignatureFailureReason.SIGNATURE_WRONG),
        ({"Message": {"a": 1}}, SignatureFailureReason.SIGNATURE_MALFORMED),
        ({"Token": "smuggled in"}, SignatureFailureReason.SIGNATURE_WRONG),
        ({"Signature": "AAAA"}, SignatureFailureReason.SIGNATURE_WRONG),
    ],
)
def test_a_failure_says_what_is_wrong_with_a_signature(
    fields: dict[str, object], reason: SignatureFailureReason
) -> None:
    assert sns_failure(with_fields(notification(), **fields)) is reason


def test_a_null_field_is_not_part_of_what_is_signed() -> None:
    assert sns_failure(with_fields(notification(), Subject=None)) is None


def test_a_right_signature_for_another_accounts_topic_is_refused() -> None:
    assert (
        sns_failure(notification(TopicArn="arn:aws:sns:eu-west-1:999999999999:heard-demo"))
        is SignatureFailureReason.SIGNATURE_WRONG
    )
    assert sns_failure(notification(), topic="") is SignatureFailureReason.NO_SECRET


@pytest.mark.parametrize(
    "address",
    [
        "http://sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/a.pem",
        "https://evil.example#@sns.eu-west-1.amazonaws.com/a.pem",
        "https://evil.example\\@sns.eu-west-1.amazonaws.com/a.pem",
        "https://snsxeu-west-1.amazonaws.com/a.pem",
        "https://sns.eu.west.amazonaws.com/a.pem",
        "https://sns.e.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com/a.pem?x=.txt#",
        "https://sns.eu-west-1.amazonaws.com/a.txt",
        "https://sns.eu-west-1.amazonaws.com/?x=a.pem",
        "https://sns.eu-west-1.amazonaws.com/a.pem?Action=GetEndpointAttributes&X-Amz-Signature=0",
        "https://sns.eu-west-1.amazonaws.com/a.pem?",
        "https://sns.eu-west-1.amazonaws.com/a;b.pem",
        "https://sns.s3-us-west-2.amazonaws.com/a.pem",
        "https://sns.execute-api.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com\n/a.pem",
        "https://[::1/a.pem",
        "//sns.eu-west-1.amazonaws.com/a.pem",
        "https://s\u00f1s.eu-west-1.amazonaws.com/a.pem",
        17,
    ],
)
def test_a_certificate_is_fetched_from_sns_and_from_nowhere_else(address: object) -> None:
    http = Certificates(certificate())
    assert (
        sns_failure(with_fields(notification(), SigningCertURL=address), http, base="") is not None
    )
    assert http.addresses == []


@pytest.mark.parametrize(
    "host",
    [
        "sns.eu-west-1.amazonaws.com",
        "sns.cn-north-1.amazonaws.com.cn",
        "sns.us-gov-west-1.amazonaws.com",
    ],
)
def test_a_certificate_is_fetched_once(host: str) -> None:
    http, sns = Certificates(certificate()), Sns()
    signed_request = with_fields(notification(), SigningCertURL=f"https://{host}/a.pem")
    assert [sns.verify(signed_request, ARN, "", http) for _ in range(3)] == [None, None, None]
    assert http.addresses == [f"https://{host}/a.pem"]


def test_the_origin_of_a_local_stack_replaces_amazons() -> None:
    signed_request = notification()
    assert sns_failure(signed_request, base=f"{BASE}/anything") is None
    assert sns_failure(signed_request, base="") is SignatureFailureReason.SIGNATURE_WRONG
    assert (
        sns_failure(signed_request, base="not an address") is SignatureFailureReason.SIGNATURE_WRONG
    )
    amazon = with_fields(signed_request, SigningCertURL="https://sns.eu-west-1.amazonaws.com/a.pem")
    assert sns_failure(amazon) is SignatureFailureReason.SIGNATURE_WRONG


def test_an_unreachable_certificate_is_a_fault_and_an_invalid_one_a_failure() -> None:
    with pytest.raises(PlatformUnavailable):
        sns_failure(notification(), Certificates(status=503))
    sns, http = Sns(), Certificates(status=404)
    assert sns.verify(notification(), ARN, BASE, http) is not None
    http.response = HttpResponse(200, {}, certificate())
    assert sns.verify(notification(), ARN, BASE, http) is None
    assert (
        sns_failure(
            notification(),
            Certificates(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
        )
        is SignatureFailureReason.SIGNATURE_WRONG
    )


@given(st.binary(max_size=80))
def test_any_unsigned_body_gets_a_failure(body: bytes) -> None:
    assert sns_failure(WebhookRequest("POST", {}, body)) in {
        SignatureFailureReason.SIGNATURE_MALFORMED,
        SignatureFailureReason.SIGNATURE_MISSING,
    }


def test_only_the_confirmation_of_our_topic_at_sns_itself_is_called() -> None:
    right = (
        f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={ARN}&Token=abc"
    )
    assert is_confirmation_url(right, ARN, "")
    for wrong in (
        right.replace("ConfirmSubscription", "DeleteTopic"),
        right.replace("heard-demo", "other"),
        right.replace("https", "http"),
        right.replace("sns.eu-west-1.amazonaws.com", "evil.example"),
        right + "&Action=DeleteTopic",
        right + "#x",
    ):
        assert not is_confirmation_url(wrong, ARN, "")


@pytest.mark.parametrize(
    "secret",
    ["", "{}", "[]", '{"key": 1, "certificate_url": "x"}', '{"key": "x", "certificate_url": "x"}'],
)
def test_only_a_key_of_a_simulated_sns_can_sign(secret: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the interface promises no more
        Sns().sign(WebhookRequest("POST", {}, b"{}"), secret, NOW)


# SendGrid

SCHEME = SendGridEcdsa()
URL = "https://api.example.com/hooks/c0ffee"


@cache
def key_pair(curve: type[ec.EllipticCurve] = ec.SECP256R1) -> tuple[str, str]:
    key = ec.generate_private_key(curve())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private, b64encode(public).decode()


def sendgrid_failure(
    request: WebhookRequest, *secrets: str, now: datetime = NOW
) -> SignatureFailureReason | None:
    failure = SCHEME.verify(request, URL, secrets, now)
    return failure.reason if failure else None


def test_sendgrids_published_example_is_signed_as_we_check_it(facts: Callable[[str], str]) -> None:
    for vector in json.loads(facts("vectors/sendgrid-event-webhook.json"))["vectors"]:
        headers = {name.lower(): value for name, value in vector["headers"].items()}
        request = WebhookRequest("POST", headers, vector["body"].encode())
        failure = sendgrid_failure(
            request, vector["secret"], now=datetime.fromtimestamp(1600112502, UTC)
        )
        assert (failure is None) == (vector["expected"] == "valid"), vector["name"]


@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=60),
    st.integers(0),
    st.integers(0, 7),
)
@settings(max_examples=40, deadline=None)
def test_sendgrids_library_accepts_our_signature_and_one_flipped_bit_is_refused(
    text: str, at: int, bit: int
) -> None:
    private, public = key_pair()
    signed_request = SCHEME.sign(WebhookRequest("POST", {}, text.encode()), URL, private, NOW)
    signature, seconds = (
        signed_request.headers[SCHEME.SIGNATURE],
        signed_request.headers[SCHEME.TIMESTAMP],
    )
    assert EventWebhook(public).verify_signature(text, signature, seconds)
    assert sendgrid_failure(signed_request, public) is None
    forged = bytearray(signed_request.body)
    forged[at % len(forged)] ^= 1 << bit
    assert (
        sendgrid_failure(replace(signed_request, body=bytes(forged)), public)
        is SignatureFailureReason.SIGNATURE_WRONG
    )


def test_an_old_or_early_signature_is_stale_and_its_time_is_bound() -> None:
    private, public = key_pair()
    signed_request = SCHEME.sign(WebhookRequest("POST", {}, b"x"), URL, private, NOW)
    for apart in (300, -300):
        assert sendgrid_failure(signed_request, public, now=NOW + timedelta(seconds=apart)) is None
    for apart in (301, -301):
        assert (
            sendgrid_failure(signed_request, public, now=NOW + timedelta(seconds=apart))
            is SignatureFailureReason.STALE
        )
    later = replace(
        signed_request,
        headers={**signed_request.headers, SCHEME.TIMESTAMP: str(int(NOW.timestamp()) + 1)},
    )
    assert sendgrid_failure(later, public) is SignatureFailureReason.SIGNATURE_WRONG


def test_any_of_several_keys_counts_and_an_invalid_key_never_does() -> None:
    private, public = key_pair()
    signed_request = SCHEME.sign(WebhookRequest("POST", {}, b"x"), URL, private, NOW)
    assert sendgrid_failure(signed_request, "garbage", key_pair(ec.SECP384R1)[1], public) is None
    assert (
        sendgrid_failure(signed_request)
        is sendgrid_failure(signed_request, "", "garbage")
        is SignatureFailureReason.NO_SECRET
    )
    assert (
        sendgrid_failure(WebhookRequest("POST", {}, b"x"), public)
        is SignatureFailureReason.SIGNATURE_MISSING
    )
    assert (
        sendgrid_failure(
            replace(signed_request, headers={**signed_request.headers, SCHEME.SIGNATURE: "é"}),
            public,
        )
        is SignatureFailureReason.SIGNATURE_MALFORMED
    )
    assert (
        sendgrid_failure(
            replace(signed_request, headers={**signed_request.headers, SCHEME.SIGNATURE: "AAAA"}),
            public,
        )
        is SignatureFailureReason.SIGNATURE_WRONG
    )


def test_a_pasted_key_is_checked() -> None:
    private, public = key_pair()
    assert SCHEME.secret_problem(public) is None
    assert (
        SCHEME.secret_problem(
            f"-----BEGIN PUBLIC KEY-----\n{public[:64]}\n{public[64:]}\n-----END PUBLIC KEY-----\n"
        )
        is None
    )
    assert "private" in str(SCHEME.secret_problem(private))
    for wrong in ("", "hello", public[:-8], key_pair(ec.SECP384R1)[1]):
        assert "MFkw" in str(SCHEME.secret_problem(wrong))
    key = rsa.generate_private_key(65537, 1024)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    for secret in (public, pem, ""):
        with pytest.raises(ValueError):  # noqa: PT011 - the interface promises no more
            SCHEME.sign(WebhookRequest("POST", {}, b"x"), URL, secret, NOW)
