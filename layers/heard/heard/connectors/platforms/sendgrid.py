"""E-mail that Twilio SendGrid receives (Inbound Parse) and posts as a multipart form.

A parsed mail comes as fields: `headers` (the whole block), `text`, `html`, `from`, `to`, `subject`,
`envelope` and `charsets` (JSON), `SPF`, `dkim` and, where the check is on, `spam_score`. With
`send_raw` the mail itself is in `email`. `charsets` says how each field is encoded, and is often
wrong. SendGrid gives no id of its own, so a mail without a Message-ID is identified by its content.
See `mail` for everything else.

Deliveries are signed if the receiving host has a security policy with signatures: ECDSA over time
and body (`keys.SendGridEcdsa`). Unsigned deliveries are refused. A sender is verified if `dkim`
passed for the sender's domain, or `SPF` for an envelope of it. SendGrid repeats a delivery until
the response is 2xx; a repeated mail has the same id.

Sources: twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook
and …/securing-your-parse-webhooks, …/api-reference/mail-send; github.com/sendgrid/sendgrid-python
(helpers/inbound). We found no document that says that Parse signs under the header names of the
Event Webhook, and none with the exact form of `dkim`. The form is taken from examples:
`{@example.com : pass}`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
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
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.http import call_api
from heard.connectors.keys import SendGridEcdsa
from heard.connectors.mail import BODY_LIMIT, LIMITATIONS, REPLY_LIMIT, SETTINGS
from heard.connectors.mail.addresses import domain_of
from heard.connectors.mail.bodies import body_of_html, body_of_text, choose_body, limit_content
from heard.connectors.mail.charsets import decode_bytes
from heard.connectors.mail.compose import business_sender, reply_headers, reply_subject
from heard.connectors.mail.html_text import find_meta_charset
from heard.connectors.mail.mime import (
    Mail,
    is_document,
    limit_content_headers,
    normalize_headers,
    read_headers,
    read_mime,
)
from heard.connectors.mail.review import review_event
from heard.connectors.mail.senders import check_answerable, is_aligned
from heard.connectors.parsing import Fields, parse_one, read_object
from heard.errors import Unparseable
from heard.reviews import Channel, ReviewEvent, normalize_text

_API: Final = "https://api.sendgrid.com"
_TITLE: Final = "SendGrid"
_SPAM_THRESHOLD: Final = 5.0
"""The default score from which SpamAssassin counts a mail as spam."""

_DKIM: Final = re.compile(r"@([^\s@:{}]{1,253})\s*:\s*([a-z]+)", re.IGNORECASE)
_CONTENT_TYPE_LIMIT: Final = 2_000
"""Characters of the form's own content type."""

_MAX_PARTS: Final = 1_000
"""Parts of a form. SendGrid's forms have about twenty."""


class SendGrid(Connector):
    """The connector of one SendGrid receiving host."""

    capabilities = Capabilities(
        platform="sendgrid",
        title="E-mail (SendGrid Inbound Parse)",
        channel=Channel.EMAIL,
        signature="X-Twilio-Email-Event-Webhook-Signature: ECDSA (P-256, SHA-256) over time and "
        "body; five minutes",
        edits="no",
        deletions="no",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=False,
        can_fetch=False,
        can_self_test=False,
        single_review_threads=False,
        secret_origin=SecretOrigin.FROM_PLATFORM,
        secret_help="the public key of the Parse webhook's security policy, one line that begins "
        "with MFkwEwYHKoZIzj0",
        settings={
            "from_address": "the address that replies come from, verified in SendGrid; customers "
            "should write to the same address"
        },
        optional_settings={**SETTINGS, "api_base": f"where the API is (default {_API})"},
        credentials={"api_key": "an API key (SG.…) with the permission Mail Send"},
        guide=(
            "1. In SendGrid open Settings, Inbound Parse, and add the receiving host of the "
            "address that customers write to; set its MX\n"
            "   record as shown there. Destination URL: the address shown here. Turn the spam "
            "check on.\n"
            '2. Create a security policy: POST /v3/user/webhooks/security/policies {"name": '
            '"heard", "signature": {"enabled": true}},\n'
            "   and attach it: PATCH /v3/user/webhooks/parse/settings/{hostname} "
            '{"security_policy": "<its id>"}.\n'
            "3. The response to the first call holds the public_key: enter it here as the secret. "
            "Without the policy every mail is refused.\n"
            "4. For replies, verify the sending address or its domain, create an API key and enter "
            "both here.\n"
            "5. Write a mail to the address to try it."
        ),
        limitations=(
            *LIMITATIONS,
            "Mails with attachments of more than about 200 KB are too large, because SendGrid "
            "sends the attachments along.",
            "SendGrid cannot be asked whether it sent a reply: after a fault a person checks.",
        ),
        verified=(
            "The signature is checked with the example of SendGrid's own library, and that "
            "library accepts our signatures.",
        ),
        assumptions=(
            "Inbound Parse signs under the same header names as the Event Webhook.",
            "The form of the field dkim is taken from examples.",
        ),
    )

    body_limit = BODY_LIMIT
    scheme = SendGridEcdsa()

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The mail that a form describes. Raises Unparseable."""
        parts = _read_parts(request)
        if not parts.keys() & {"email", "headers", "from"}:
            raise Unparseable("The form holds no mail: neither email nor headers nor from.")
        return parse_one(Fields({}, "the form"), lambda _: _review_event(parts, connection, now))

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """SendGrid repeats a delivery until the response is 200."""
        return WebhookResponse(200, "{}")

    def reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | Rejection:
        """Send a mail in reply to the customer's."""
        if rejection := self.check_length(text) or check_answerable(target):
            return rejection
        if not (key := account.credentials.get("api_key", "")):
            return Rejection("no_credentials", "Enter api_key to reply through SendGrid.")
        sender = business_sender(account.connection)
        if isinstance(sender, Rejection):
            return sender
        name, address = sender
        document = {
            "personalizations": [
                {"to": [{"email": target.reply_to["to"]}], "custom_args": {"heard_reply": reply_id}}
            ],
            "from": {"email": address, **({"name": name} if name else {})},
            "subject": reply_subject(target),
            "content": [{"type": "text/plain", "value": text}],
            "headers": reply_headers(target),
            # A letter to one person: nothing in it is counted or rewritten.
            "tracking_settings": {
                "click_tracking": {"enable": False},
                "open_tracking": {"enable": False},
            },
        }
        base = account.address("api_base", _API)
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        request = HttpRequest(
            "POST", f"{base}/v3/mail/send", headers, json.dumps(document).encode()
        )
        response = call_api(account.http, _TITLE, request)
        if isinstance(response, Rejection):
            return response
        return SentReply(response.headers.get("x-message-id", "").strip() or reply_id)


def _review_event(parts: Mapping[str, bytes], connection: Connection, now: datetime) -> ReviewEvent:
    texts = _decode_parts(parts)
    mail = read_mime(parts["email"]) if "email" in parts else _build_mail(texts)
    content = "\x1f".join(
        [
            *mail.header_values("date"),
            mail.header("subject"),
            mail.message_id or "",
            mail.sender[1],
            mail.text or "",
        ]
    )
    return review_event(
        mail,
        hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:40],
        connection,
        now,
        verified=_is_sender_verified(mail, texts),
        spam=_is_spam(texts),
    )


def _build_mail(texts: Mapping[str, str]) -> Mail:
    """A mail from SendGrid's fields.

    The sender is read from the block of headers, as it was sent: a decoded name could bring an
    address of its own.
    """
    header_block = read_headers(texts.get("headers", ""))
    from_headers = normalize_headers(
        [("from", texts.get("from", ""))] if "from" not in dict(header_block) else []
    )
    subject_headers = normalize_headers(
        [("subject", texts["subject"])] if "subject" in texts else []
    )
    to_headers = normalize_headers([("to", f"{texts.get('to', '')} {texts.get('envelope', '')}")])
    headers = (*subject_headers, *header_block, *from_headers, *to_headers)
    words = choose_body(body_of_text(texts.get("text", "")), body_of_html(texts.get("html", "")))
    return Mail(
        headers,
        normalize_text(words.text),
        normalize_text(words.other_text),
        words.unread or _has_documents(texts.get("attachment-info", "{}")),
    )


def _has_documents(attachments: str) -> bool:
    try:
        files = read_object(attachments.encode("utf-8", "surrogatepass"))
    except Unparseable:
        return False
    return any(
        is_document(file.one_line("filename"), file.one_line("type") or "")
        for file in (Fields(files).object(name) for name in files)
    )


def _is_sender_verified(mail: Mail, texts: Mapping[str, str]) -> bool:
    """Whether it is proven that the sender owns the address in From."""
    if any(
        verdict.lower() == "pass" and is_aligned(domain, mail)
        for domain, verdict in _DKIM.findall(texts.get("dkim", ""))
    ):
        return True
    try:
        envelope_from = read_object(texts.get("envelope", "").encode("utf-8", "surrogatepass")).get(
            "from"
        )
    except Unparseable:
        return False
    return (
        texts.get("SPF", "").strip().lower() == "pass"
        and isinstance(envelope_from, str)
        and is_aligned(domain_of(envelope_from), mail)
    )


def _is_spam(texts: Mapping[str, str]) -> bool:
    try:
        return float(texts.get("spam_score", "") or 0) >= _SPAM_THRESHOLD
    except ValueError:
        return False


def _read_parts(request: WebhookRequest) -> dict[str, bytes]:
    """The fields of a multipart form; attached files are left out. Raises Unparseable."""
    # Imported here, because only e-mail connections pay for it. The library parses only headers
    # here: it would also take apart attached mails, and the mails in them.
    from email.message import Message  # noqa: PLC0415
    from email.parser import BytesHeaderParser  # noqa: PLC0415

    content_type = request.headers.get("content-type", "")
    if (
        not content_type.lower().startswith("multipart/form-data")
        or len(content_type) > _CONTENT_TYPE_LIMIT
        or any(character in content_type for character in "\r\n")
    ):
        raise Unparseable("The body is not multipart/form-data.")
    type_header = Message()
    type_header["content-type"] = content_type
    boundary = type_header.get_boundary("").encode("utf-8", "replace")
    line_end = b"\r\n" if b"--" + boundary + b"\r\n" in request.body else b"\n"
    _, *chunks = (line_end + request.body).split(line_end + b"--" + boundary, _MAX_PARTS + 1)
    if not boundary or not chunks:
        raise Unparseable(
            "The body is not multipart/form-data with the boundary that its header names."
        )
    if len(chunks) > _MAX_PARTS:
        raise Unparseable(f"The form has more than {_MAX_PARTS} parts.")
    fields: dict[str, bytes] = {}
    for chunk in chunks:
        if chunk.startswith(b"--"):
            break
        head, separator, content = chunk.partition(line_end)[2].partition(line_end * 2)
        part = BytesHeaderParser().parsebytes(limit_content_headers(head + separator) + content)
        name, content = (
            part.get_param("name", header="content-disposition"),
            part.get_payload(decode=True),
        )
        if isinstance(name, str) and isinstance(content, bytes) and not part.get_filename():
            fields.setdefault(name, content)
    return fields


def _decode_parts(parts: Mapping[str, bytes]) -> dict[str, str]:
    try:
        charsets = read_object(parts.get("charsets", b"{}"))
    except Unparseable:
        charsets = {}
    return {
        name: decode_bytes(
            limit_content(content),
            charset if isinstance(charset := charsets.get(name), str) else None,
            find_meta_charset(content) if name == "html" else None,
        )
        for name, content in parts.items()
        if name != "email"
    }


CONNECTOR: Connector = SendGrid()
