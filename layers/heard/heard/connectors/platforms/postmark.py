"""E-mail that Postmark receives (an inbound stream) and posts as JSON.

Nothing is signed. The address that Postmark is given carries a user and a password, which Postmark
sends as HTTP Basic authentication. Headers are in `Headers`, except From, To, Cc, Subject, Date and
Reply-To, which have fields of their own. `StrippedTextReply` holds what Postmark takes for the new
words of a reply. It cuts words away that are no quotation, so it is used only where a mail has no
body. `MessageID` is Postmark's id.

A sender is verified by the tests of SpamAssassin, which Postmark adds (`X-Spam-Tests`:
DKIM_VALID_AU, a valid signature of the author's domain), or by `Received-SPF: Pass` for an envelope
of the sender's domain. A sender can bring such headers along. So if a header is there more than
once, each one must pass. See `mail` for everything else.

The inbound address differs from the one that customers write to, unless mail is forwarded to it.
Replies are sent from `from_address`. Postmark's Check button sends a mail with an id of zeros,
which is a test. Replies carry our reply id as metadata, by which Postmark can be searched. Postmark
repeats a delivery for hours until the response is 200.

Sources: postmarkapp.com/developer/webhooks/inbound-webhook,
…/user-guide/inbound/configure-an-inbound-server, …/api/email-api, …/api/messages-api (the filter
`metadata_…`), …/api/overview (error codes); payloads of github.com/anymail/django-anymail. Not
documented: how soon after sending a mail is found, and whether the headers of the spam check are
always there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import formataddr
from typing import Final
from urllib.parse import urlencode

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Http,
    HttpRequest,
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
from heard.connectors.http import call_api
from heard.connectors.mail import BODY_LIMIT, LIMITATIONS, REPLY_LIMIT, SETTINGS
from heard.connectors.mail.addresses import domain_of
from heard.connectors.mail.bodies import body_of_html, body_of_text, choose_body
from heard.connectors.mail.compose import from_header, reply_headers, reply_subject
from heard.connectors.mail.mime import (
    HEADER_COUNT_LIMIT,
    Mail,
    is_document,
    normalize_headers,
)
from heard.connectors.mail.review import review_event
from heard.connectors.mail.senders import check_answerable, is_aligned
from heard.connectors.parsing import (
    Fields,
    parse_one,
    read_object,
    read_response,
    test_event,
    unreadable_is_fault,
)
from heard.connectors.signatures import BasicAuth
from heard.errors import Unparseable
from heard.reviews import Channel, ReviewEvent

_API: Final = "https://api.postmarkapp.com"
_TITLE: Final = "Postmark"
_REPORTS: Final = frozenset(
    {"Bounce", "Click", "Delivery", "Open", "SpamComplaint", "SubscriptionChange"}
)
"""Kinds of records about mails that we sent. They hold nobody's words."""

_TEST_MESSAGE_ID: Final = "00000000-0000-0000-0000-000000000000"
_FILE_LIMIT: Final = 1_000
"""Attached files of a mail whose names are looked at."""

_METADATA_KEY: Final = "heard_reply"
_HEADER_FIELDS: Final = {
    "subject": "Subject",
    "reply-to": "ReplyTo",
    "date": "Date",
    "to": "To",
    "cc": "Cc",
}
_REJECTIONS: Final[Mapping[int, tuple[str, str]]] = {
    10: (
        "unauthorized",
        "Postmark does not know the server token: enter the token of the server's API Tokens page.",
    ),
    300: (
        "rejected",
        "Postmark finds the mail invalid: check from_address and the customer's address.",
    ),
    400: (
        "unauthorized",
        "from_address has no sender signature in Postmark: verify it or its domain there.",
    ),
    401: ("unauthorized", "The sender signature of from_address is not confirmed in Postmark."),
    405: ("not_allowed", "The Postmark account may not send any more: check its credits."),
    406: (
        "inactive_recipient",
        "Mail to this address bounced before, or its owner complained. Postmark sends nothing "
        "there: try another way.",
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
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=False,
        single_review_threads=False,
        secret_help="user and password for the address, as user:password",
        settings={
            "from_address": "the address that replies come from, verified in Postmark; customers "
            "should write to the same address"
        },
        optional_settings={
            **SETTINGS,
            "message_stream": "the stream that sends replies (default outbound)",
            "api_base": f"where the API is (default {_API})",
        },
        credentials={"server_token": "the server's API token (API Tokens page)"},
        guide=(
            "1. In Postmark open your server, its inbound stream, Settings.\n"
            "2. Webhook: the address shown here, with the secret shown here and an @ before the "
            "host: https://SECRET@host/hooks/…\n"
            "   Leave raw email content off, press Check, and save.\n"
            "3. Customers write to an address of yours. Forward it to the inbound address shown "
            "there, or set its domain's MX record.\n"
            "4. For replies, enter here from_address and the server's API token.\n"
            "5. Write a mail to the address to try it."
        ),
        limitations=(
            *LIMITATIONS,
            "Mails with attachments of more than about 180 KB are too large, because Postmark "
            "sends the attachments along.",
        ),
        verified=("The payloads that Postmark's own tester sends are read.",),
        assumptions=(
            "No document says how soon after sending Postmark finds a reply by its metadata. The "
            "name of that filter is assumed.",
            "Postmark adds Received-SPF and X-Spam-Tests to every mail, beside any that the "
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
        if body.values.get("RecordType") in _REPORTS:
            return ParsedDelivery()
        # Received mails have no record type.
        if body.values.get("RecordType") not in (None, "Inbound"):
            raise body.unknown_kind("RecordType")
        return parse_one(body, lambda mail: _review_event(mail, connection, now))

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """Postmark counts any status but 200 as a failure."""
        return WebhookResponse(200, "{}")

    def reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | Rejection:
        """Send a mail in reply to the customer's, marked with our reply id."""
        if rejection := self.check_length(text) or check_answerable(target):
            return rejection
        sender = from_header(account.connection)
        if isinstance(sender, Rejection):
            return sender
        document = {
            "From": sender,
            "To": target.reply_to["to"],
            "Subject": reply_subject(target),
            "TextBody": text,
            "Headers": [
                {"Name": name, "Value": value} for name, value in reply_headers(target).items()
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
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | ReplyLookup:
        """Search the sent mails for our reply id."""
        query = urlencode({"count": "50", "offset": "0", f"metadata_{_METADATA_KEY}": reply_id})
        response = _request("GET", f"/messages/outbound?{query}", None, account)
        if isinstance(response, Rejection):
            return ReplyLookup.CANNOT_TELL
        with unreadable_is_fault(_TITLE):
            page = read_response(response, _TITLE)
            messages, entry_count = page.required_objects("Messages"), len(page.entries("Messages"))
        for message in messages:
            if message.object("Metadata").values.get(_METADATA_KEY) == reply_id and (
                native_id := message.one_line("MessageID")
            ):
                return SentReply(native_id)
        # If Postmark lists other mails, the filter does not work, and the list proves nothing.
        return ReplyLookup.CANNOT_TELL if entry_count else ReplyLookup.ABSENT


def _review_event(body: Fields, connection: Connection, now: datetime) -> ReviewEvent:
    provider_id = body.id("MessageID")
    field_headers = [
        ("from", _from_header(body)),
        *((name, body.one_line(field) or "") for name, field in _HEADER_FIELDS.items()),
    ]
    other_headers = [
        (str(header.values.get("Name")), header.values.get("Value"))
        for header in body.objects("Headers", HEADER_COUNT_LIMIT)
    ]
    headers = normalize_headers(
        [
            *((name, text) for name, text in field_headers if text),
            *(header for header in other_headers if header[0].lower() not in dict(field_headers)),
        ]
    )
    words = choose_body(
        body_of_text(body.text("TextBody") or ""), body_of_html(body.text("HtmlBody") or "")
    )
    # One more than is looked at: of so many files somebody should look at the rest.
    files = body.any_objects("Attachments", _FILE_LIMIT + 1)
    has_documents = len(files) > _FILE_LIMIT or any(
        is_document(file.one_line("Name"), file.one_line("ContentType") or "") for file in files
    )
    mail = Mail(
        headers,
        words.text or body.text("StrippedTextReply") or None,
        words.other_text or None,
        words.unread or has_documents,
    )
    return review_event(
        mail, provider_id, connection, now, verified=_is_sender_verified(mail), spam=_is_spam(mail)
    )


def _from_header(body: Fields) -> str:
    """The From header, made of the name and the address that Postmark separated.

    A name must not be able to bring an address of its own.
    """
    from_full = body.object("FromFull")
    address = from_full.one_line("Email") or body.one_line("From") or ""
    try:
        return formataddr((from_full.one_line("Name") or body.one_line("FromName") or "", address))
    except UnicodeError:
        return f"<{address}>"


def _is_sender_verified(mail: Mail) -> bool:
    """Whether it is proven that the sender owns the address in From."""
    spam_tests = [
        set(re.findall(r"[A-Z0-9_]+", value)) for value in mail.header_values("x-spam-tests")
    ]
    if spam_tests and all("DKIM_VALID_AU" in names for names in spam_tests):
        return True
    spf_headers = mail.header_values("received-spf")
    spf_matches = [
        re.match(r"pass\b.*\benvelope-from=\"?<?([^\s;<>\"]+)", value, re.IGNORECASE)
        for value in spf_headers
    ]
    return bool(spf_matches) and all(
        match and is_aligned(domain_of(match[1]), mail) for match in spf_matches
    )


def _is_spam(mail: Mail) -> bool:
    return any(value.lower().startswith("yes") for value in mail.header_values("x-spam-status"))


def _rejection_by_code(rejection: Rejection, body: bytes) -> Rejection:
    """The rejection by Postmark's error code. Its message is dropped: it quotes addresses."""
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
    method: str, path: str, document: Mapping[str, object] | None, account: PlatformAccount
) -> HttpResponse | Rejection:
    token = account.credentials.get("server_token", "")
    if not token:
        return Rejection("no_credentials", "Enter server_token to reply through Postmark.")
    base = account.address("api_base", _API)
    headers = {"x-postmark-server-token": token, "accept": "application/json"}
    if document is not None:
        headers["content-type"] = "application/json"
    body = json.dumps(document).encode() if document is not None else None
    request = HttpRequest(method, base + path, headers, body)
    return call_api(account.http, _TITLE, request, _rejection_by_code)


CONNECTOR: Connector = Postmark()
