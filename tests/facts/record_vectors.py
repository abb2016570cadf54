"""Records the signature vectors in `vectors/`: genuine requests, and requests that must be refused.

The platforms' own libraries sign wherever a platform publishes one. Elsewhere this script follows
the platform's document with `hmac` or `cryptography`. It never uses the code of Heard, which is
what the vectors test. Secrets and bodies are invented. Each run makes new keys and forgets the
private halves, so a new recording changes every file:

    python -m tests.facts.record_vectors
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from slack_sdk.signature import SignatureVerifier
from standardwebhooks import Webhook
from svix.webhooks import Webhook as SvixWebhook
from twilio.request_validator import RequestValidator

VECTORS: Final = Path(__file__).parent / "vectors"
NOW: Final = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
SECONDS: Final = str(int(NOW.timestamp()))

type Vector = dict[str, Any]


def vector(
    name: str, expected: str, secret: Any, headers: Mapping[str, str], body: str, **more: Any
) -> Vector:
    """One request. `expected` is "valid" or "invalid"; `more` is a URL, form fields or a time."""
    return {
        "name": name,
        "expected": expected,
        "secret": secret,
        "headers": dict(headers),
        "body": body,
        **more,
    }


def write(name: str, scheme: str, source: str, vectors: list[Vector]) -> None:
    """Write the vectors of one scheme, with where the signatures come from."""
    document = {"scheme": scheme, "source": source, "vectors": vectors}
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    (VECTORS / f"{name}.json").write_text(text)


def hmac_sha256(secret: str, content: str) -> bytes:
    return hmac.new(secret.encode(), content.encode(), hashlib.sha256).digest()


def standard_webhooks() -> None:
    secret = "whsec_" + base64.b64encode(b"a bakery at the harbour 24b").decode()
    short_secret = "whsec_" + base64.b64encode(b"another bakery").decode()
    body, message = '{"type":"review.created","data":{"id":"r-1","text":"Warm bread"}}', "msg_2f9c"

    def headers(signature: str, *, id: str = message, at: str = SECONDS) -> dict[str, str]:
        return {"webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature}

    def case(
        name: str,
        expected: str,
        request_headers: Mapping[str, str],
        *,
        key: str = secret,
        seconds: int = 0,
    ) -> Vector:
        now = int((NOW + timedelta(seconds=seconds)).timestamp())
        return vector(name, expected, key, request_headers, body, now=now)

    signature = Webhook(secret).sign(message, NOW, body)
    other_signature = Webhook(short_secret).sign(message, NOW, body)
    digest = signature.removeprefix("v1,")
    last = "A" if digest[-2] != "A" else "E"
    svix_signature = SvixWebhook(secret).sign(message, NOW, body)
    svix = {name.replace("webhook", "svix"): value for name, value in headers("").items()}
    missing = {
        f"without {name}": {key: value for key, value in headers(signature).items() if key != name}
        for name in headers(signature)
    }
    write(
        "standard-webhooks",
        "standard-webhooks-v1",
        "the packages standardwebhooks and svix",
        [
            case("signed", "valid", headers(signature)),
            case("signed with a short key", "valid", headers(other_signature), key=short_secret),
            case(
                "secret without its prefix",
                "valid",
                headers(signature),
                key=secret.removeprefix("whsec_"),
            ),
            case("svix names of the headers", "valid", svix | {"svix-signature": svix_signature}),
            case("last character changed", "invalid", headers(f"v1,{digest[:-2]}{last}=")),
            case("signed with another key", "invalid", headers(other_signature)),
            case(
                "one of three is right",
                "valid",
                headers(f"{other_signature} v2,{digest} {signature}"),
            ),
            case(
                "none of three is right", "invalid", headers(f"{other_signature} v2,{digest} v1,")
            ),
            case("right digest, unknown version", "invalid", headers(f"v2,{digest}")),
            case("empty digest", "invalid", headers("v1,")),
            case("digest cut off", "invalid", headers(f"v1,{digest[:6]}")),
            case("digest is not Base64", "invalid", headers("v1,no base64 at all!")),
            case("time is no number", "invalid", headers(signature, at="yesterday")),
            case("other message id", "invalid", headers(signature, id="msg_2f9d")),
            case("301 seconds old", "invalid", headers(signature), seconds=301),
            case("301 seconds early", "invalid", headers(signature), seconds=-301),
            case("300 seconds old", "valid", headers(signature), seconds=300),
            case("empty secret", "invalid", headers(signature), key="whsec_"),
            *(case(name, "invalid", request_headers) for name, request_headers in missing.items()),
        ],
    )


def twilio() -> None:
    token, base = "0f3e-harbour", "https://shop.example.net/hooks/sms"
    form = {
        "MessageSid": "SM01",
        "From": "+14155550142",
        "To": "+18005550199",
        "Body": "Slow again",
    }
    document = '{"property":"value","flag":true}'
    validator = RequestValidator(token)

    class Form(dict[str, Any]):
        """What a web framework hands to the validator: a field may have several values."""

        def getlist(self, name: str) -> list[str]:
            return self[name] if isinstance(self[name], list) else [self[name]]

    def sign(url: str, params: Mapping[str, Any] | None = None) -> dict[str, str]:
        return {"X-Twilio-Signature": validator.compute_signature(url, Form(params or {}))}

    def case(
        name: str,
        expected: str,
        url: str,
        params: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        body: str = "",
    ) -> Vector:
        return vector(name, expected, token, headers, body, url=url, params=params)

    query, lists = f"{base}?shop=1&lang=en", {"Media": ["b", "a", "a"], "MediaKind": ["x"]}
    hashed = f"{query}&bodySHA256={validator.compute_hash(document)}"
    odd_port, http_port = query.replace(".net", ".net:8443"), "http://shop.example.net:8080/hooks"
    with_port, without_port = query.replace(".net", ".net:443"), "http://shop.example.net/hooks"
    user = base.replace("https://", "https://ida:secret@")
    write(
        "twilio",
        "twilio-v1",
        "the package twilio (RequestValidator)",
        [
            case("form", "valid", base, form, sign(base, form)),
            case("form and query", "valid", query, form, sign(query, form)),
            case("odd port, signed without it", "valid", odd_port, form, sign(query, form)),
            case("odd port, signed with it", "valid", odd_port, form, sign(odd_port, form)),
            case("http with a port", "valid", http_port, form, sign(http_port, form)),
            case("signed with :443 added", "valid", query, form, sign(with_port, form)),
            case(
                "signed with :80 added",
                "valid",
                without_port,
                form,
                sign("http://shop.example.net:80/hooks", form),
            ),
            case("repeated fields", "valid", query, lists, sign(query, lists)),
            case(
                "blank and non-ASCII fields",
                "valid",
                base,
                form | {"Body": "Größe ☂", "ToCity": ""},
                sign(base, form | {"Body": "Größe ☂", "ToCity": ""}),
            ),
            case("user and password in the address", "valid", user, form, sign(user, form)),
            case("JSON, bound by its hash", "valid", hashed, None, sign(hashed), document),
            case(
                "empty JSON object",
                "valid",
                f"{base}?bodySHA256={validator.compute_hash('{}')}",
                None,
                sign(f"{base}?bodySHA256={validator.compute_hash('{}')}"),
                "{}",
            ),
            case("no signature at all", "invalid", base, form, {"X-Twilio-Signature": "none"}),
            case("changed field", "invalid", base, form | {"Body": "Great!"}, sign(base, form)),
            case("added field", "invalid", base, form | {"Extra": "1"}, sign(base, form)),
            case("added query", "invalid", f"{query}&x=1", form, sign(query, form)),
            case("changed JSON", "invalid", hashed, None, sign(hashed), document + " "),
            case("hash cut off", "invalid", hashed[:-1], None, sign(hashed), document),
        ],
    )


def slack() -> None:
    secret, body = "31d0c2slack", "team_id=T01&user_id=U07&text=The+oven+is+cold"
    signature = SignatureVerifier(secret).generate_signature(timestamp=SECONDS, body=body)
    headers = {"X-Slack-Request-Timestamp": SECONDS, "X-Slack-Signature": str(signature)}
    now = int(NOW.timestamp())
    write(
        "slack",
        "slack-v0",
        "the package slack-sdk (SignatureVerifier)",
        [
            vector("signed", "valid", secret, headers, body, now=now),
            vector("changed body", "invalid", secret, headers, body + "+still", now=now),
            vector("301 seconds old", "invalid", secret, headers, body, now=now + 301),
            vector("300 seconds old", "valid", secret, headers, body, now=now + 300),
        ],
    )


def zendesk() -> None:
    secret, body = "aGFyYm91ci1zaWduaW5nLXNlY3JldA==", '{"type":"zen:event-type:ticket.created"}'

    def headers(at: str) -> dict[str, str]:
        digest = base64.b64encode(hmac_sha256(secret, at + body)).decode()
        return {
            "X-Zendesk-Webhook-Signature": digest,
            "X-Zendesk-Webhook-Signature-Timestamp": at,
        }

    iso = "2026-05-04T08:30:00Z"
    write(
        "zendesk",
        "zendesk-v1",
        "hmac, as developer.zendesk.com/documentation/webhooks/verifying says: timestamp + body",
        [
            vector("time as ISO 8601", "valid", secret, headers(iso), body),
            vector("time as a number", "valid", secret, headers(SECONDS), body),
            vector(
                "changed body", "invalid", secret, headers(iso), body.replace("created", "closed")
            ),
            vector("other secret", "invalid", "another", headers(iso), body),
        ],
    )


def shopify() -> None:
    secret, body = "shop-client-secret", '{"id":7,"body":"The lid leaks"}'
    digest = base64.b64encode(hmac_sha256(secret, body)).decode()
    headers = {
        "X-Shopify-Topic": "metaobjects/create",
        "X-Shopify-Shop-Domain": "harbour.myshopify.example",
        "X-Shopify-Webhook-Id": "wh-7",
    }
    signed = {"X-Shopify-Hmac-Sha256": digest} | headers
    without_topic = {name: value for name, value in signed.items() if "Topic" not in name}
    write(
        "shopify",
        "shopify-hmac-sha256",
        "hmac, as shopify.dev/docs/apps/build/webhooks says: Base64 of the HMAC of the raw body",
        [
            vector("signed", "valid", secret, signed, body),
            vector("no Base64", "invalid", secret, signed | {"X-Shopify-Hmac-Sha256": "no"}, body),
            vector("without the signature", "invalid", secret, headers, body),
            vector("without the body", "invalid", secret, signed, ""),
            vector("without the topic", "invalid", secret, without_topic, body),
        ],
    )


def hexadecimal() -> None:
    """The construction that Meta, Mastodon and Discourse share; the header's name differs."""
    source = "hmac; developers.facebook.com/docs/graph-api/webhooks, meta.discourse.org/t/31045"

    def headers(name: str, secret: str, body: str) -> dict[str, str]:
        return {name: f"sha256={hmac_sha256(secret, body).hex()}"}

    meta, secret = "X-Hub-Signature-256", "a secret of the page"
    body, odd = '{"object":"page","entry":[]}', '{"text":"Gr\u00fc\u00dfe \u2665 \u001b[0m\\n"}'
    write(
        "sha256-hex-body",
        "hmac-sha256-hex-prefixed",
        source,
        [
            vector("signed", "valid", secret, headers(meta, secret, body), body),
            vector("control characters", "valid", secret, headers(meta, secret, odd), odd),
            vector("plain text", "valid", "It's a key", headers(meta, "It's a key", "Hi!"), "Hi!"),
            vector("other secret", "invalid", "other", headers(meta, secret, body), body),
            vector("no digest", "invalid", secret, {meta: "none"}, body),
        ],
    )
    discourse, ping = "X-Discourse-Event-Signature", '{"ping":"OK"}'
    signed = headers(discourse, secret, ping)
    write(
        "discourse",
        "hmac-sha256-hex-prefixed",
        source,
        [
            vector("ping", "valid", secret, signed, ping),
            vector("changed ping", "invalid", secret, signed, ping.replace("OK", "NO")),
        ],
    )


def sendgrid() -> None:
    body = '[{"email":"ida@example.org","event":"dropped"}]\r\n'

    def key_pair() -> tuple[ec.EllipticCurvePrivateKey, str]:
        key = ec.generate_private_key(ec.SECP256R1())
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return key, base64.b64encode(public).decode()

    key, public = key_pair()
    signature = key.sign((SECONDS + body).encode(), ec.ECDSA(hashes.SHA256()))
    name = "X-Twilio-Email-Event-Webhook"
    headers = {
        f"{name}-Signature": base64.b64encode(signature).decode(),
        f"{name}-Timestamp": SECONDS,
    }
    later = headers | {f"{name}-Timestamp": str(int(SECONDS) + 1)}
    no_signature = headers | {f"{name}-Signature": base64.b64encode(b"none").decode()}
    write(
        "sendgrid-event-webhook",
        "sendgrid-ecdsa",
        "cryptography, as sendgrid's EventWebhook: ECDSA over timestamp + body, with its CRLF",
        [
            vector("signed", "valid", public, headers, body, now=int(SECONDS)),
            vector("other key", "invalid", key_pair()[1], headers, body, now=int(SECONDS)),
            vector("changed body", "invalid", public, headers, "[]", now=int(SECONDS)),
            vector("without its CRLF", "invalid", public, headers, body.strip(), now=int(SECONDS)),
            vector("no signature", "invalid", public, no_signature, body, now=int(SECONDS)),
            vector("other time", "invalid", public, later, body, now=int(SECONDS)),
        ],
    )


def rs256() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    public |= {"kid": "harbour-1", "use": "sig", "alg": "RS256"}
    text = b"The bread was warm; the queue was long."
    token = jwt.api_jws.encode(text, key, algorithm="RS256", headers={"kid": "harbour-1"})
    header, content, signature = token.split(".")
    changed = ("A" if signature[0] != "A" else "B") + signature[1:]
    other = base64.urlsafe_b64encode(text.replace(b"long", b"short")).decode().rstrip("=")

    def case(name: str, expected: str, token: str) -> Vector:
        return vector(name, expected, public, {"Authorization": f"Bearer {token}"}, text.decode())

    write(
        "jws-rs256",
        "jws-rs256",
        "the package pyjwt; the construction of RFC 7520, section 4.1",
        [
            case("signed", "valid", token),
            case(
                "changed signature",
                "invalid",
                f"{header}.{content}.{changed}",
            ),
            case("changed content", "invalid", f"{header}.{other}.{signature}"),
        ],
    )


SNS_FIELDS: Final = (
    "Message",
    "MessageId",
    "Subject",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
)
CERTIFICATE_URL: Final = "https://sns.us-east-2.amazonaws.com/SimpleNotificationService-7ff5.pem"


def aws_sns() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=400))
        .not_valid_after(NOW - timedelta(days=30))  # SNS signs with certificates that expire later
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()

    def message(version: str, *, style: str = "http", **fields: str | None) -> dict[str, Any]:
        document = {
            "Type": "Notification",
            "MessageId": f"0a1b-{version}",
            "TopicArn": "arn:aws:sns:us-east-2:123456789012:inbound-mail",
            "Message": "The oven is cold",
            "Timestamp": "2026-05-04T08:30:00.000Z",
            "SignatureVersion": version,
            **fields,
        }
        content = "".join(
            f"{name}\n{document[name]}\n" for name in SNS_FIELDS if document.get(name) is not None
        )
        algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
        signature = key.sign(content.encode(), padding.PKCS1v15(), algorithm)
        suffix = "URL" if style == "http" else "Url"  # a function gets another spelling
        return document | {
            "Signature": base64.b64encode(signature).decode(),
            f"SigningCert{suffix}": CERTIFICATE_URL,
            f"Unsubscribe{suffix}": "https://sns.us-east-2.amazonaws.com/?Action=Unsubscribe",
        }

    def case(name: str, expected: str, document: dict[str, Any]) -> Vector:
        headers = {"x-amz-sns-message-type": document["Type"]}
        return vector(name, expected, pem, headers, json.dumps(document), message=document)

    confirmation = {
        "Type": "SubscriptionConfirmation",
        "Token": "51b2ff3edb475b7d",
        "SubscribeURL": "https://sns.us-east-2.amazonaws.com/?Action=ConfirmSubscription",
    }
    subjects: dict[str, dict[str, str | None]] = {
        "without subject": {},
        "with subject": {"Subject": "Cold oven"},
    }
    valid = [
        case(f"{style} v{version} {name}", "valid", message(version, style=style, **fields))
        for style in ("http", "lambda")
        for version in ("1", "2")
        for name, fields in (
            subjects if style == "http" else subjects | {"null subject": {"Subject": None}}
        ).items()
    ]
    genuine = message("2")
    write(
        "aws-sns",
        "aws-sns",
        "cryptography, as docs.aws.amazon.com/sns (verify message signatures) says",
        [
            *valid,
            case("confirmation of a subscription", "valid", message("2", **confirmation)),
            case("changed message", "invalid", genuine | {"Message": "The oven is hot"}),
            case("changed topic", "invalid", genuine | {"TopicArn": genuine["TopicArn"] + "-2"}),
            case("unknown version", "invalid", genuine | {"SignatureVersion": "3"}),
            case("other version", "invalid", genuine | {"SignatureVersion": "1"}),
            case(
                "certificate of another host",
                "invalid",
                genuine | {"SigningCertURL": "https://localhost:5678/cert.pem"},
            ),
        ],
    )


def main() -> None:
    VECTORS.mkdir(exist_ok=True)
    standard_webhooks()
    twilio()
    slack()
    zendesk()
    shopify()
    hexadecimal()
    sendgrid()
    rs256()
    aws_sns()


if __name__ == "__main__":
    main()
