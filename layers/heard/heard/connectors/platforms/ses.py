"""E-mail that Amazon SES receives and passes on through an SNS topic.

A receipt rule's SNS action posts the whole mail in `content` (UTF-8, or Base64 as
`receipt.action.encoding` says). An S3 action leaves the mail out: the review then has no words, and
a person reads the mail in the bucket. SNS signs each message (`keys.Sns`); the topic must be the
connection's. A subscription is confirmed by calling its SubscribeURL, if that address is SNS's own
and for this topic.

SES's `mail.messageId` identifies a mail that has no Message-ID of its own. DMARC's verdict says
whether the sender is verified. Without a verdict (GRAY), SPF counts if the envelope's domain is the
sender's. DKIM counts if all signatures are of that domain, because its verdict does not say which
signature passed. A mail with a virus is not read. It stays in quarantine, where an operator can see
it. See `mail` for everything else.

Replies go out through SES's API (v2), signed with Signature Version 4. SES puts its own Message-ID
and date in place of ours. It cannot be asked what it has sent, so after a fault nobody can tell.

Sources: docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html and
…-action-sns.html (mails up to 150 KB), …/APIReference-V2/API_SendEmail.html,
…/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html; botocore's model of sesv2.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Http,
    HttpRequest,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyTarget,
    SecretOrigin,
    SentReply,
    SignatureFailure,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.http import call_api
from heard.connectors.keys import Sns, is_confirmation_url
from heard.connectors.mail import LIMITATIONS, REPLY_LIMIT, SETTINGS
from heard.connectors.mail.addresses import domain_of
from heard.connectors.mail.compose import compose_reply, from_header
from heard.connectors.mail.mime import Mail, normalize_headers, read_mime
from heard.connectors.mail.review import review_event
from heard.connectors.mail.senders import check_answerable, is_aligned
from heard.connectors.parsing import Fields, parse_one, read_object, test_event
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import Channel, ReviewEvent

_TITLE: Final = "Amazon SES"
_REGION: Final = re.compile(r"[a-z]{2,3}(-[a-z]{2,10}){1,3}-[0-9]{1,2}")
_REPORTS: Final = frozenset({"Bounce", "Complaint", "Delivery"})
"""Kinds of notifications about mails that we sent. They hold nobody's words."""

_SETUP_MESSAGE_ID: Final = "AMAZON_SES_SETUP_NOTIFICATION"
_REJECTION_MESSAGE: Final = (
    "Amazon SES refuses the mail. Check that from_address is verified in this region, that the "
    "account is out of the sandbox and not paused, and that its daily quota is not used up."
)


class Ses(Connector):
    """The connector of one SES receipt rule."""

    capabilities = Capabilities(
        platform="ses",
        title="E-mail (Amazon SES)",
        channel=Channel.EMAIL,
        signature="Amazon SNS: RSA over the message's fields, with a certificate from SNS itself; "
        "only for the topic in the settings",
        edits="no",
        deletions="no",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=False,
        can_fetch=False,
        can_self_test=False,
        single_review_threads=False,
        secret_origin=SecretOrigin.NONE,
        settings={
            "topic_arn": "the SNS topic that the receipt rule publishes to (arn:aws:sns:…)",
            "region": "where SES sends from, such as eu-west-1",
            "from_address": "the address that replies come from, verified in SES; customers "
            "should write to the same address",
        },
        optional_settings={
            **SETTINGS,
            "api_base": "where the API is (default https://email.{region}.amazonaws.com)",
            "certificate_base": "for a stack on this machine: the only origin whose certificates "
            "count, instead of Amazon's",
        },
        credentials={
            "access_key_id": "access key of an IAM user that may only do ses:SendEmail and "
            "ses:SendRawEmail",
            "secret_access_key": "its secret",
        },
        guide=(
            "1. In Amazon SNS create a standard topic and enter its ARN here.\n"
            "2. Create a subscription to it: protocol HTTPS, endpoint the address shown here, no "
            "raw delivery. It confirms itself.\n"
            "3. In Amazon SES, Email receiving, add to your rule set a rule for the address that "
            "customers write to, with spam and virus\n"
            "   scanning on and the action: publish to SNS topic, that topic, encoding Base64 "
            "(UTF-8 spoils\n   mails in other encodings).\n"
            "4. For replies, verify the sending address or its domain, and enter here region, "
            "from_address and an access key.\n"
            "5. Write a mail to the address to try it."
        ),
        limitations=(
            *LIMITATIONS,
            "The SNS action passes on mails up to 150 KB; larger ones bounce. With an S3 action a "
            "mail comes without its words.",
            "SES cannot be asked whether it sent a reply: after a fault a person checks.",
        ),
        verified=(
            "The signature is checked with messages of both versions that Amazon SNS really sent.",
            "Signature Version 4 is checked with a second implementation.",
        ),
        assumptions=("SES replaces our Message-ID with its own.",),
    )

    def __init__(self) -> None:
        self._sns = Sns()

    def verify(
        self,
        request: WebhookRequest,
        connection: Connection,
        secrets: tuple[str, ...],
        now: datetime,
        http: Http,
    ) -> SignatureFailure | None:
        """None for a message that SNS signed for the connection's topic."""
        topic, base = _setting(connection, "topic_arn"), _setting(connection, "certificate_base")
        return self._sns.verify(request, topic, base, http)

    def sign(self, request: WebhookRequest, url: str, secret: str, now: datetime) -> WebhookRequest:
        """The message as the simulated SNS signs it. Nobody but SNS can sign for the real one."""
        return self._sns.sign(request, secret, now)

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The mail of a notification, or the confirmation. Raises Unparseable."""
        envelope = Fields(read_object(request.body))
        match envelope.values.get("Type"):
            case "SubscriptionConfirmation":
                return ParsedDelivery((test_event(),))
            case "Notification":
                message = envelope.values.get("Message")
            case "UnsubscribeConfirmation":
                return ParsedDelivery()
            case _:
                raise envelope.unknown_kind("Type")
        if not isinstance(message, str):
            raise envelope.field_error("Message", "is not text")
        # SES sends a sentence, not JSON, to a new topic.
        if not message.lstrip().startswith("{"):
            return ParsedDelivery()
        notice = Fields(read_object(message.encode("utf-8", "surrogatepass")), "Message")
        if notice.object("mail").values.get("messageId") == _SETUP_MESSAGE_ID:
            return ParsedDelivery((test_event(),))
        if notice.values.get("notificationType") in _REPORTS:
            return ParsedDelivery()
        if notice.values.get("notificationType") != "Received":
            raise notice.unknown_kind("notificationType")
        return parse_one(notice, lambda notification: _review_event(notification, connection, now))

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """200. A subscription is confirmed first, which may raise PlatformUnavailable."""
        try:
            envelope = read_object(request.body)
        except Unparseable:
            return WebhookResponse(200, "{}")
        subscribe_url = envelope.get("SubscribeURL")
        if envelope.get("Type") != "SubscriptionConfirmation" or not isinstance(subscribe_url, str):
            return WebhookResponse(200, "{}")
        if is_confirmation_url(
            subscribe_url,
            _setting(connection, "topic_arn"),
            _setting(connection, "certificate_base"),
        ):
            response = call_api(http, "Amazon SNS", HttpRequest("GET", subscribe_url))
            if isinstance(response, Rejection):
                # SNS asks again for a while, but not after a success.
                raise PlatformUnavailable(
                    "Amazon SNS did not accept the confirmation of its subscription.",
                    maybe_applied=False,
                )
        return WebhookResponse(200, "{}")

    def reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | Rejection:
        """Send a mail in reply to the customer's."""
        if rejection := self.check_length(text) or check_answerable(target):
            return rejection
        key, secret, region = (
            account.credentials.get("access_key_id", ""),
            account.credentials.get("secret_access_key", ""),
            _setting(account.connection, "region"),
        )
        if not (key and secret):
            return Rejection(
                "no_credentials",
                "Enter access_key_id and secret_access_key to reply through Amazon SES.",
            )
        if not _REGION.fullmatch(region):
            return Rejection(
                "bad_settings", "region is not a region of AWS: enter one such as eu-west-1."
            )
        sender = from_header(account.connection)
        if isinstance(sender, Rejection):
            return sender
        raw = compose_reply(target, text, sender, reply_id)
        document = {
            "FromEmailAddress": sender,
            "Destination": {"ToAddresses": [target.reply_to["to"]]},
            "Content": {"Raw": {"Data": base64.b64encode(raw).decode()}},
            "EmailTags": [
                {"Name": "heard_reply", "Value": re.sub(r"[^A-Za-z0-9_-]", "_", reply_id)}
            ],
        }
        base = (
            _setting(account.connection, "api_base").rstrip("/")
            or f"https://email.{region}.amazonaws.com"
        )
        url, body = f"{base}/v2/email/outbound-emails", json.dumps(document).encode()
        headers = _signed_headers(url, body, key, secret, region)
        response = call_api(account.http, _TITLE, HttpRequest("POST", url, headers, body))
        if isinstance(response, Rejection):
            # The message of SES quotes addresses, so it is dropped.
            return (
                Rejection("rejected", _REJECTION_MESSAGE)
                if response.reason == "rejected"
                else response
            )
        try:
            return SentReply(Fields(read_object(response.body)).id("MessageId"))
        except Unparseable:
            return SentReply(reply_id)


def _review_event(notice: Fields, connection: Connection, now: datetime) -> ReviewEvent | None:
    mail, receipt = notice.object("mail"), notice.object("receipt")
    provider_id = mail.id("messageId")
    if _verdict(receipt, "virus") == "FAIL":
        notice.problems.append("the mail carries a virus and was not read")
        return None
    content = _decode_content(notice, receipt)
    parsed_mail = Mail(_read_headers(mail)) if content is None else read_mime(content)
    verified = _is_sender_verified(parsed_mail, receipt, str(mail.values.get("source") or ""))
    event = review_event(
        parsed_mail,
        provider_id,
        connection,
        now,
        verified=verified,
        spam=_verdict(receipt, "spam") == "FAIL",
    )
    # A subject alone says too little to be assessed. A mail without its words goes to a person.
    return replace(event, title=None, subject=event.title) if content is None else event


def _decode_content(notice: Fields, receipt: Fields) -> bytes | None:
    content = notice.values.get("content")
    if not isinstance(content, str):
        return None
    raw = content.encode("utf-8", "surrogatepass")
    if str(receipt.object("action").values.get("encoding")).upper() != "BASE64":
        return raw
    try:
        return base64.b64decode(raw)
    except binascii.Error:
        raise notice.field_error("content", "is not Base64") from None


def _read_headers(mail: Fields) -> tuple[tuple[str, str], ...]:
    return normalize_headers(
        (str(header.values.get("name")), header.values.get("value"))
        for header in mail.objects("headers")
    )


def _verdict(receipt: Fields, name: str) -> str:
    return str(receipt.object(f"{name}Verdict").values.get("status")).upper()


def _is_sender_verified(mail: Mail, receipt: Fields, envelope_from: str) -> bool:
    """Whether it is proven that the sender owns the address in From."""
    dmarc = _verdict(receipt, "dmarc")
    if dmarc in {"PASS", "FAIL"}:
        return dmarc == "PASS"
    if _verdict(receipt, "spf") == "PASS" and is_aligned(domain_of(envelope_from), mail):
        return True
    signers = [
        match[1]
        for signature in mail.header_values("dkim-signature")
        if (match := re.search(r"(?:^|;)\s*d=\s*([^;\s]+)", signature))
    ]
    return (
        _verdict(receipt, "dkim") == "PASS"
        and bool(signers)
        and all(is_aligned(domain, mail) for domain in signers)
    )


def _signed_headers(url: str, body: bytes, key: str, secret: str, region: str) -> dict[str, str]:
    # Imported here, because only replies by SES pay for it. It is in Lambda's own runtime.
    from botocore.auth import SigV4Auth  # noqa: PLC0415
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415
    from botocore.credentials import Credentials  # noqa: PLC0415

    request = AWSRequest("POST", url, headers={"content-type": "application/json"}, data=body)
    SigV4Auth(Credentials(key, secret), "ses", region).add_auth(request)
    return {str(name): str(value) for name, value in request.headers.items()}


def _setting(connection: Connection, name: str) -> str:
    return connection.settings.get(name, "").strip()


CONNECTOR: Connector = Ses()
