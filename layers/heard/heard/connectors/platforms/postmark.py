"""E-mail that Postmark receives (an inbound stream) and posts as JSON.

Nothing is signed: the address that Postmark is given carries a user and a password, which it sends
as HTTP Basic authentication. Headers come in `Headers`, but for From, To, Cc, Subject, Date and
Reply-To, which have fields; `StrippedTextReply` is what Postmark takes for the new words of an
answer and comes first. `MessageID` is Postmark's id. A sender is proven by SpamAssassin's tests,
which Postmark adds (`X-Spam-Tests`: DKIM_VALID_AU, a valid signature of the author's domain), or by
`Received-SPF: Pass` for an envelope of the sender's domain; where a header is there more than once
each must say so, since a sender can bring one along. See `mail` for all else.

The inbound address differs from the one that customers write to unless that is forwarded to it;
answers come from `from_address`. Postmark's Check button sends a mail with an id of zeros, which is
a test. Answers carry our reply id as metadata, by which Postmark can be searched. It repeats a
delivery for hours until it is answered 200.

Sources: postmarkapp.com/developer/webhooks/inbound-webhook,
…/user-guide/inbound/configure-an-inbound-server, …/api/email-api, …/api/messages-api (the filter
`metadata_…`), …/api/overview (error codes); payloads of github.com/anymail/django-anymail. Not
documented: how long a mail just sent takes until it is found, and whether the headers of the spam
check are always there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import formataddr
from typing import Final, cast
from urllib.parse import urlencode

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Http,
    HttpResponse,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    SentReply,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors import mail as mails
from heard.connectors.http import call_api
from heard.connectors.markup import html_to_text
from heard.connectors.parsing import Fields, parse_one, read_object, test_event
from heard.connectors.signatures import BasicAuth
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import Channel, ReviewEvent

_API: Final = "https://api.postmarkapp.com"
BODY_LIMIT: Final = 4_400_000
"""What Lambda takes, whose 6 MB hold a body as Base64.

Attachments come with the mail, and a complaint with a photo must not be lost.
"""

_TITLE: Final = "Postmark"
_TEST_MESSAGE_ID: Final = "00000000-0000-0000-0000-000000000000"
_METADATA_KEY: Final = "heard_reply"
_HEADER_FIELDS: Final = {"subject": "Subject", "reply-to": "ReplyTo", "date": "Date"}
_REJECTIONS: Final[Mapping[int, tuple[str, str]]] = {
    10: (
        "unauthorized",
        "Postmark does not know the server token: enter the one of the server's API Tokens page.",
    ),
    300: (
        "rejected",
        "Postmark finds the mail invalid: see that from_address and the customer's address can be "
        "sent to.",
    ),
    400: (
        "unauthorized",
        "from_address has no sender signature in Postmark: verify it or its domain there.",
    ),
    401: ("unauthorized", "The sender signature of from_address is not confirmed in Postmark."),
    405: ("not_allowed", "The Postmark account may not send any more: see its credits."),
    406: (
        "inactive_recipient",
        "Mail to this address bounced before, or its owner complained of it: Postmark sends "
        "nothing there. Try another way.",
    ),
    412: (
        "not_allowed",
        "The Postmark account is not approved yet, and sends to its own domain only.",
    ),
    413: ("not_allowed", "The Postmark account may not send."),
}


class Postmark(Connector):
    """The connector of one Postmark server."""

    capabilities = Capabilities(
        platform="postmark",
        title="E-mail (Postmark)",
        channel=Channel.EMAIL,
        signature="HTTP Basic authentication, from the address that Postmark is given; the body "
        "is not signed",
        edits="no",
        deletions="no",
        replies="many",
        reply_limit=mails.REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=False,
        single_review_threads=False,
        secret_help="user and password for the address, as user:password",
        settings={
            "from_address": "the address that answers come from, verified in Postmark; customers "
            "should be writing to the same"
        },
        optional_settings={
            **mails.SETTINGS,
            "message_stream": "the stream that answers go out by (outbound if not said)",
            "api_base": f"where the API is ({_API} if not said)",
        },
        credentials={"server_token": "the server's API token (API Tokens page)"},
        guide=(
            "1. In Postmark open your server, its inbound stream, Settings.\n"
            "2. Webhook: the address shown here, with the secret shown here and an @ before the "
            "host: https://SECRET@host/hooks/…\n"
            "   Leave raw email content off, press Check, and save.\n"
            "3. Forward the address that customers write to to the inbound address shown there, or "
            "set its domain's MX record.\n"
            "4. For answers, enter from_address and the server's API token here.\n"
            "5. Write a mail to the address to try it."
        ),
        limitations=(
            *mails.LIMITATIONS,
            "Mails with attachments of more than some 180 KB are too large to be taken, because "
            "Postmark sends these along.",
        ),
        verified=("The payloads that Postmark's own tester sends.",),
        assumptions=(
            "How soon after sending Postmark finds an answer by its metadata, and the name of "
            "that filter.",
            "That Postmark adds Received-SPF and X-Spam-Tests to every mail, beside any that the "
            "sender brought along.",
        ),
    )

    body_limit = BODY_LIMIT
    scheme = BasicAuth()

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The mail, or the test. Raises Unparseable."""
        body = Fields(read_object(request.body))
        if body.values.get("MessageID") == _TEST_MESSAGE_ID:
            return ParsedDelivery((test_event(),))
        # Bounces, openings and deliveries of what we sent have a record type; mails that came in
        # have none.
        if body.values.get("RecordType") not in (None, "Inbound"):
            return ParsedDelivery()
        return parse_one(body, lambda mail: _review_event(mail, connection, now))

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """200, and nothing else: Postmark takes any other status for a failure."""
        return WebhookResponse(200, "{}")

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """Send a mail in answer to the customer's, marked with our reply id."""
        if rejection := self.check_length(text) or mails.check_answerable(target):
            return rejection
        try:
            sender = mails.from_header(account.connection)
        except ValueError:
            return Rejection(
                "bad_settings",
                "from_address is no e-mail address: enter the one that answers come from.",
            )
        document = {
            "From": sender,
            "To": target.reply_to["to"],
            "Subject": mails.reply_subject(target),
            "TextBody": text,
            "Headers": [
                {"Name": name, "Value": value}
                for name, value in mails.reply_headers(target).items()
            ],
            "Metadata": {_METADATA_KEY: reply_id},
            "MessageStream": account.setting("message_stream") or "outbound",
            "TrackOpens": False,
            "TrackLinks": "None",
        }
        response = _request("POST", "/email", document, account)
        if isinstance(response, Rejection):
            return response
        try:
            return SentReply(Fields(read_object(response.body)).id("MessageID"))
        except Unparseable:
            return SentReply(reply_id)

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Search what was sent for our reply id."""
        query = urlencode({"count": "50", "offset": "0", f"metadata_{_METADATA_KEY}": reply_id})
        response = _request("GET", f"/messages/outbound?{query}", None, account)
        if isinstance(response, Rejection):
            return ReplyLookup.CANNOT_TELL
        try:
            messages = read_object(response.body).get("Messages")
        except Unparseable:
            messages = None
        if not isinstance(messages, list):
            raise PlatformUnavailable(
                "Postmark answered something unreadable.", maybe_applied=False
            )
        for entry in cast("list[object]", messages):
            message = Fields(cast("dict[str, object]", entry) if isinstance(entry, dict) else {})
            if message.object("Metadata").values.get(_METADATA_KEY) == reply_id and (
                native_id := message.one_line("MessageID")
            ):
                return SentReply(native_id)
        # Others than were asked for: the filter does not work, and that ours is not among them
        # means nothing.
        return ReplyLookup.CANNOT_TELL if messages else ReplyLookup.ABSENT


def _review_event(body: Fields, connection: Connection, now: datetime) -> ReviewEvent | None:
    native_id = body.id("MessageID")
    field_headers = [
        ("from", _from_header(body)),
        *((name, body.one_line(field) or "") for name, field in _HEADER_FIELDS.items()),
    ]
    value = body.values.get("Headers")
    entries = cast("list[object]", value) if isinstance(value, list) else []
    header_fields = [
        Fields(cast("dict[str, object]", each)) for each in entries if isinstance(each, dict)
    ]
    other_headers = [
        (str(each.values.get("Name")), each.values.get("Value")) for each in header_fields
    ]
    headers = mails.normalize_headers(
        [
            *((name, text) for name, text in field_headers if text),
            *(each for each in other_headers if each[0].lower() not in dict(field_headers)),
        ]
    )
    body_text = (
        body.text("StrippedTextReply")
        or body.text("TextBody")
        or html_to_text(body.text("HtmlBody"), quote="> ")
    )
    mail = mails.Mail(headers, body_text or None)
    return mails.review_event(
        mail, native_id, connection, now, verified=_is_sender_verified(mail), spam=_is_spam(mail)
    )


def _from_header(body: Fields) -> str:
    """The From header, made of what Postmark has told apart.

    A name must not be able to bring an address of its own.
    """
    from_full = body.object("FromFull")
    address = from_full.one_line("Email") or body.one_line("From") or ""
    try:
        return formataddr((from_full.one_line("Name") or body.one_line("FromName") or "", address))
    except UnicodeError:
        return f"<{address}>"


def _is_sender_verified(mail: mails.Mail) -> bool:
    """Whether the address in From is proven to be the sender's."""
    spam_tests = [
        set(re.findall(r"[A-Z0-9_]+", each)) for each in mail.header_values("x-spam-tests")
    ]
    if spam_tests and all("DKIM_VALID_AU" in each for each in spam_tests):
        return True
    spf_headers = mail.header_values("received-spf")
    spf_matches = [
        re.match(r"pass\b.*\benvelope-from=\"?<?([^\s;<>\"]+)", each, re.IGNORECASE)
        for each in spf_headers
    ]
    return bool(spf_matches) and all(
        found and mails.is_aligned(mails.domain_of(found[1]), mail) for found in spf_matches
    )


def _is_spam(mail: mails.Mail) -> bool:
    return any(each.lower().startswith("yes") for each in mail.header_values("x-spam-status"))


def _rejection_by_code(rejection: Rejection, body: bytes) -> Rejection:
    """The refusal by Postmark's error code.

    Its words are not passed on, since they quote addresses.
    """
    try:
        code = Fields(read_object(body)).integer("ErrorCode", 0, 10**6)
    except Unparseable:
        code = None
    if code in _REJECTIONS:
        return Rejection(*_REJECTIONS[code])
    return (
        Rejection(
            rejection.reason,
            f"{rejection.detail} Its error code is {code}: postmarkapp.com/developer/api/overview",
        )
        if code
        else rejection
    )


def _request(
    method: str,
    path: str,
    document: Mapping[str, object] | None,
    account: PlatformAccount,
) -> HttpResponse | Rejection:
    token = account.credentials.get("server_token", "")
    if not token:
        return Rejection("no_credentials", "Enter server_token to answer through Postmark.")
    base = account.address("api_base", _API)
    headers = {"x-postmark-server-token": token, "accept": "application/json"}
    if document is not None:
        headers["content-type"] = "application/json"
    body = json.dumps(document).encode() if document is not None else None
    return call_api(
        account.http,
        _TITLE,
        method,
        base + path,
        headers=headers,
        body=body,
        explain=_rejection_by_code,
    )


CONNECTOR: Connector = Postmark()
