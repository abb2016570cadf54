"""E-mail that Amazon SES receives and passes on through an SNS topic.

A receipt rule's SNS action posts the whole mail in `content` (UTF-8, or Base64 as
`receipt.action.encoding` says); an S3 action leaves it out, and the mail is then a review without
words, which a person reads in the bucket. SNS signs each message (`keys.Sns`); the topic must be
the connection's. The subscription is confirmed by calling its SubscribeURL, once that is seen to be
SNS's own and for this topic.

A mail is named by SES's `mail.messageId`. DMARC's verdict says whether the sender is proven;
without one (GRAY) SPF counts if the envelope's domain is the sender's, and DKIM if all signatures
are of that domain, since its verdict does not say which passed. A mail with a virus is not read but
kept in quarantine, where an operator can look at it. See `mail` for all else.

Answers go out through SES's API (v2), signed with Signature Version 4. SES puts its own Message-ID
and date in place of ours, and cannot be asked what it has sent, so that after a fault nobody can
tell.

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
from typing import Final, cast

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Http,
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
from heard.connectors import mail as mails
from heard.connectors.http import call_api
from heard.connectors.keys import Sns, is_confirmation_url
from heard.connectors.parsing import Fields, parse_one, read_object, test_event
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import Channel, ReviewEvent

_TITLE: Final = "Amazon SES"
_REGION: Final = re.compile(r"[a-z]{2,3}(-[a-z]{2,10}){1,3}-[0-9]{1,2}")
_SETUP_MESSAGE_ID: Final = "AMAZON_SES_SETUP_NOTIFICATION"
_REJECTION_MESSAGE: Final = (
    "Amazon SES refuses the mail: see that from_address is verified in this region, that the "
    "account is out of the sandbox and not paused, "
    "and that its daily quota is not used up."
)


class Ses(Connector):
    """The connector of one SES receipt rule."""

    capabilities = Capabilities(
        platform="ses",
        title="E-mail (Amazon SES)",
        channel=Channel.EMAIL,
        signature="Amazon SNS: RSA over the message's fields, with a certificate from SNS itself; "
        "only of the topic named in the settings",
        edits="no",
        deletions="no",
        replies="many",
        reply_limit=mails.REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=False,
        can_fetch=False,
        can_self_test=False,
        single_review_threads=False,
        secret_origin=SecretOrigin.NONE,
        settings={
            "topic_arn": "the SNS topic that the receipt rule publishes to (arn:aws:sns:…)",
            "region": "where SES sends from, such as eu-west-1",
            "from_address": "the address that answers come from, verified in SES; customers "
            "should be writing to the same",
        },
        optional_settings={
            **mails.SETTINGS,
            "api_base": "where the API is (https://email.{region}.amazonaws.com if not said)",
            "certificate_base": "for a stack on this machine: the only origin whose certificates "
            "count, in place of Amazon's",
        },
        credentials={
            "access_key_id": "access key of an IAM user that may do nothing but ses:SendEmail and "
            "ses:SendRawEmail",
            "secret_access_key": "its secret",
        },
        guide=(
            "1. In Amazon SNS create a standard topic and enter its ARN here.\n"
            "2. Create a subscription to it: protocol HTTPS, endpoint the address shown here, no "
            "raw delivery. It confirms itself.\n"
            "3. In Amazon SES, Email receiving, add to your rule set a rule for the address that "
            "customers write to, with spam and virus\n"
            "   scanning on and the action: publish to SNS topic, that topic, encoding UTF-8 or "
            "Base64.\n"
            "4. For answers, verify the sending address or its domain, and enter region, "
            "from_address and an access key here.\n"
            "5. Write a mail to the address to try it."
        ),
        limitations=(
            *mails.LIMITATIONS,
            "The SNS action passes on mails up to 150 KB; larger ones bounce. With an S3 action a "
            "mail comes without its words.",
            "SES cannot be asked whether it sent an answer: after a fault a person looks.",
        ),
        verified=(
            "The signature against messages that Amazon SNS really sent, of both versions.",
            "Signature Version 4 against a second implementation.",
        ),
        assumptions=("That SES puts a Message-ID of its own in place of ours.",),
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
        """None for a message that SNS signed and that is of the connection's topic."""
        topic, base = _setting(connection, "topic_arn"), _setting(connection, "certificate_base")
        return self._sns.verify(request, topic, base, http)

    def sign(self, request: WebhookRequest, url: str, secret: str, now: datetime) -> WebhookRequest:
        """The message as the simulated SNS signs it; nobody else can."""
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
            case _:
                return ParsedDelivery()
        if not isinstance(message, str):
            raise envelope.field_error("Message", "is not text")
        # SES greets a new topic with a sentence.
        if not message.lstrip().startswith("{"):
            return ParsedDelivery()
        notice = Fields(read_object(message.encode("utf-8", "surrogatepass")), "Message")
        if notice.object("mail").values.get("messageId") == _SETUP_MESSAGE_ID:
            return ParsedDelivery((test_event(),))
        if notice.values.get("notificationType") != "Received":
            return ParsedDelivery()
        return parse_one(notice, lambda received: _review_event(received, connection, now))

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """Any 2xx; a subscription is confirmed first.

        Raises PlatformUnavailable if SNS cannot be reached for that.
        """
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
            response = call_api(http, "Amazon SNS", "GET", subscribe_url)
            if isinstance(response, Rejection):
                # SNS asks again for a while; answered with success it would not.
                raise PlatformUnavailable(
                    "Amazon SNS did not take the confirmation of its subscription.",
                    maybe_applied=False,
                )
        return WebhookResponse(200, "{}")

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """Send a mail in answer to the customer's."""
        if rejection := self.check_length(text) or mails.check_answerable(target):
            return rejection
        key, secret, region = (
            account.credentials.get("access_key_id", ""),
            account.credentials.get("secret_access_key", ""),
            _setting(account.connection, "region"),
        )
        if not (key and secret):
            return Rejection(
                "no_credentials",
                "Enter access_key_id and secret_access_key to answer through Amazon SES.",
            )
        if not _REGION.fullmatch(region):
            return Rejection(
                "bad_settings", "region is none of Amazon's: enter one such as eu-west-1."
            )
        try:
            sender = mails.from_header(account.connection)
        except ValueError:
            return Rejection(
                "bad_settings",
                "from_address is no e-mail address: enter the one that answers come from.",
            )
        raw = mails.compose_reply(target, text, sender, reply_id)
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
        response = call_api(
            account.http,
            _TITLE,
            "POST",
            url,
            headers=_signed_headers(url, body, key, secret, region),
            body=body,
        )
        if isinstance(response, Rejection):
            # SES names what is wrong in a header, and in words that quote addresses: neither is
            # passed on.
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
    native_id = mail.id("messageId")
    if _verdict(receipt, "virus") == "FAIL":
        notice.problems.append("the mail carries a virus and was not read")
        return None
    content = _decode_content(notice, receipt)
    parsed_mail = mails.Mail(_read_headers(mail)) if content is None else mails.read_mime(content)
    verified = _is_sender_verified(parsed_mail, receipt, str(mail.values.get("source") or ""))
    event = mails.review_event(
        parsed_mail,
        native_id,
        connection,
        now,
        verified=verified,
        spam=_verdict(receipt, "spam") == "FAIL",
    )
    # A subject alone says too little to be judged by: without its words the mail is a person's.
    return replace(event, title=None, subject=event.title) if event and content is None else event


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
    value = mail.values.get("headers")
    entries = cast("list[object]", value) if isinstance(value, list) else []
    objects = [cast("dict[str, object]", each) for each in entries if isinstance(each, dict)]
    return mails.normalize_headers((str(each.get("name")), each.get("value")) for each in objects)


def _verdict(receipt: Fields, name: str) -> str:
    return str(receipt.object(f"{name}Verdict").values.get("status")).upper()


def _is_sender_verified(mail: mails.Mail, receipt: Fields, envelope_from: str) -> bool:
    """Whether the address in From is proven to be the sender's."""
    dmarc = _verdict(receipt, "dmarc")
    if dmarc in {"PASS", "FAIL"}:
        return dmarc == "PASS"
    if _verdict(receipt, "spf") == "PASS" and mails.is_aligned(
        mails.domain_of(envelope_from), mail
    ):
        return True
    signers = [
        match[1]
        for each in mail.header_values("dkim-signature")
        if (match := re.search(r"(?:^|;)\s*d=\s*([^;\s]+)", each))
    ]
    return (
        _verdict(receipt, "dkim") == "PASS"
        and bool(signers)
        and all(mails.is_aligned(each, mail) for each in signers)
    )


def _signed_headers(url: str, body: bytes, key: str, secret: str, region: str) -> dict[str, str]:
    # Imported here: it is in Lambda's own runtime, and only who answers by SES pays for it.
    from botocore.auth import SigV4Auth  # noqa: PLC0415
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415
    from botocore.credentials import Credentials  # noqa: PLC0415

    request = AWSRequest("POST", url, headers={"content-type": "application/json"}, data=body)
    SigV4Auth(Credentials(key, secret), "ses", region).add_auth(request)
    return {str(name): str(value) for name, value in request.headers.items()}


def _setting(connection: Connection, name: str) -> str:
    return connection.settings.get(name, "").strip()


CONNECTOR: Connector = Ses()
