"""Text messages to a Twilio number (SMS and MMS; WhatsApp and RCS senders use the same form).

Each received message is a review. All messages between one customer's number and one of ours are a
thread. Deliveries are form-encoded POSTs, signed with `X-Twilio-Signature` over the address and all
fields. New fields appear without notice, and are signed too. Nothing is dated, so no delivery is
ever stale: a repetition is known by its MessageSid. Reports about messages that we sent come to the
same address if they are configured so (`MessageStatus`, or an `SmsStatus` other than "received"),
and are ignored.

Opting out. Twilio itself answers STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE and OPTOUT,
alone in a message, and refuses to send to that number afterwards (error 21610). With Advanced
Opt-Out the words are the account's own, and the delivery says so in `OptOutType` (STOP, START or
HELP). Such a message must never be answered: its event carries `opted_out` in `reply_to`, and
`reply` rejects it. It is still an event, because the business should know of a customer who has had
enough. START and UNSTOP, alone in a message, are commands and no event. Twilio takes YES for a
command too (`OptOutType=START`), but it may answer a question of ours, so it is an event. So is
HELP, which Twilio answers too: it may be a cry for help.

Media are not fetched. A message without words says what it holds: media, a place (WhatsApp's
`Latitude`, `Longitude`, `Address`, `Label`), the button or the entry of a list that was tapped, a
contact, the fields of a form (WhatsApp's flows). WhatsApp's own reactions (`MessageType=reaction`,
an emoji) are no review. What a telephone writes for a reaction (`Liked “…”`) comes as words. Triage
knows our words, and decides whether it quotes them.

Sources: twilio.com/docs/messaging/guides/webhook-request, …/messaging/api/message-resource,
…/messaging/tutorials/advanced-opt-out, …/usage/webhooks/webhooks-security, help.twilio.com article
223134027. The limit of 1,600 is that of error 21617. Not documented: whether the filter DateSent of
the list of messages leaves out those still queued. So it is not used, and dates are compared here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
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
    SecretOrigin,
    SentReply,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.parsing import (
    Fields,
    parse_one,
    read_form,
    read_object,
    read_response,
    same_text,
    unreadable_is_fault,
)
from heard.connectors.signatures import TwilioV1
from heard.connectors.twilio import API_URL, call_twilio
from heard.errors import Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision
from heard.text.wordless import describe, describe_media, text_or_description

REPLY_LIMIT: Final = 1_600

OPT_OUT_WORDS: Final = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)
"""A message that is one of these words, in upper or lower case, is an opt-out for Twilio."""

_OPT_IN_WORDS: Final = frozenset({"", "START", "UNSTOP"})
_PAGE_SIZE: Final = 100
_CLOCK_TOLERANCE: Final = timedelta(minutes=2)
_TRIAL_PREFIX: Final = "Sent from your Twilio trial account - "
_MEDIA_LIMIT: Final = 100
_FLOW_FIELDS: Final = ("FlowData", "InteractiveData")
_FLOW_DEPTH: Final = 5
_TAPPED_FIELDS: Final = ("ButtonText", "ListTitle", "ButtonPayload", "ListId")
_REACTION: Final = "reaction"
"""WhatsApp's kind of a reaction, and why it is no review (`ReviewEvent.no_review`)."""

_MESSAGE_KINDS: Final = {
    "audio": "audio",
    "button": "button",
    "contacts": "contact",
    "document": "file",
    "image": "photo",
    "interactive": "list",
    "location": "location",
    "order": "order",
    _REACTION: "reaction",
    "sticker": "sticker",
    "unsupported": "message that cannot be shown",
    "video": "video",
}
"""What WhatsApp's kinds of messages are, if a message holds nothing else."""

_REPORT_STATUSES: Final = frozenset(
    {
        "accepted",
        "canceled",
        "delivered",
        "failed",
        "partially_delivered",
        "queued",
        "read",
        "receiving",
        "scheduled",
        "sending",
        "sent",
        "undelivered",
    }
)
"""Statuses that are reports: of messages that we sent, or that one is about to come.

Whatever else comes is a received message.
"""

_UNSENT_STATUSES: Final = frozenset({"failed", "canceled"})
_REJECTIONS: Final = {
    21610: (
        "opted_out",
        "The customer has opted out of text messages: answer another way, or not at all.",
    ),
    21617: ("too_long", f"A text message may have {REPLY_LIMIT} characters."),
}


class TwilioSms(Connector):
    """The connector of one Twilio account's numbers."""

    capabilities = Capabilities(
        platform="twilio_sms",
        title="Text messages (Twilio)",
        channel=Channel.MESSAGING,
        signature="X-Twilio-Signature: HMAC-SHA1 of the address and the form's fields "
        "(HMAC-SHA256 with a shared key); no timestamp",
        edits="no",
        deletions="no",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=False,
        secret_origin=SecretOrigin.CREDENTIAL,
        secret_credential="auth_token",
        single_review_threads=False,
        optional_settings={"api_base": f"where the API is (default {API_URL})"},
        credentials={
            "account_sid": "the account's SID (AC…)",
            "auth_token": "its primary auth token, which also signs deliveries",
        },
        guide=(
            "1. In the Twilio console open Phone Numbers, Active numbers, and the number that "
            "customers write to.\n"
            '2. Under Messaging, "A message comes in": Webhook, paste the address shown here, HTTP '
            "POST; save.\n"
            "3. Enter here the account SID and the primary auth token; the token is also the "
            "signing secret.\n"
            "4. Send a text message to the number to try it. Twilio answers STOP and the like; "
            "Heard never does."
        ),
        limitations=(
            "Media are not fetched: a message that has only media says what they are.",
            "A reaction to one of our messages is kept, and never answered.",
            "A customer who wrote STOP or the like never gets a reply. The message is still a "
            "review for the policy.",
        ),
        verified=(
            "The signature is checked with 17 vectors and Twilio's own library, the form with a "
            "captured message.",
        ),
        assumptions=(
            "WhatsApp and RCS senders use the same form, and have not been tried.",
            "Whether a filter by date leaves out queued messages is not known. So it is not used.",
        ),
    )

    scheme = TwilioV1()

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The message of a form. Raises Unparseable."""
        return parse_one(
            Fields(dict(read_form(request.body)), "the form"), lambda form: _review_event(form, now)
        )

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """An empty TwiML document: Twilio would send any text in it to the customer."""
        return WebhookResponse(200, "<Response/>", "text/xml")

    def reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | Rejection:
        """Send a message from the number that the customer wrote to."""
        if target.reply_to.get("opted_out"):
            return Rejection(*_REJECTIONS[21610])
        # A message that is not GSM-7 is made of UTF-16 units; an emoji has two.
        excess = len(text.encode("utf-16-le", "surrogatepass")) // 2 - REPLY_LIMIT
        if excess > 0:
            return Rejection(
                "too_long",
                f"A reply may have {REPLY_LIMIT} characters; this one has {excess} more.",
            )
        form = urlencode(
            {
                "To": target.reply_to.get("to", ""),
                "From": target.reply_to.get("from", ""),
                "Body": text,
            }
        ).encode()
        response = _request("POST", "", form, account)
        if isinstance(response, Rejection):
            return response
        try:
            return SentReply(Fields(read_object(response.body)).id("sid"))
        except Unparseable:
            return SentReply(reply_id)

    def find_reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | ReplyLookup:
        """Search the latest messages between the two numbers for this text.

        A message counts if it was created since sending was first tried.
        """
        query = {
            "To": target.reply_to.get("to", ""),
            "From": target.reply_to.get("from", ""),
            "PageSize": str(_PAGE_SIZE),
        }
        response = _request("GET", f"?{urlencode(query)}", None, account)
        if isinstance(response, Rejection):
            return ReplyLookup.CANNOT_TELL
        with unreadable_is_fault("Twilio"):
            messages = read_response(response, "Twilio").required_objects("messages")
        since = target.first_sent_at - _CLOCK_TOLERANCE if target.first_sent_at else None
        for message in messages:
            if not _is_sent_text(message, text):
                continue
            created_at = _created_at(message)
            if since is None or created_at is None:
                # The same text may have been the reply to an earlier message.
                return ReplyLookup.CANNOT_TELL
            if created_at >= since:
                return SentReply(str(message.values.get("sid")))
        # Newest first: a full page reaches back far enough only if its last message is older than
        # our first try.
        oldest = _created_at(messages[-1]) if messages else None
        is_complete = len(messages) < _PAGE_SIZE or (
            since is not None and oldest is not None and oldest < since
        )
        return ReplyLookup.ABSENT if is_complete else ReplyLookup.CANNOT_TELL


def _review_event(form: Fields, now: datetime) -> ReviewEvent | None:
    if form.values.get("MessageStatus") or form.holds_code("SmsStatus", _REPORT_STATUSES):
        return None
    opt_out_type, text = form.one_line("OptOutType"), form.text("Body")
    if opt_out_type and opt_out_type.upper() == "START" and (text or "").upper() in _OPT_IN_WORDS:
        return None
    native_id, sender, recipient = form.id("MessageSid"), form.id("From"), form.id("To")
    reply_to = {"to": sender, "from": recipient}
    if (opt_out_type and opt_out_type.upper() == "STOP") or (text or "").upper() in OPT_OUT_WORDS:
        reply_to["opted_out"] = "true"
    return ReviewEvent(
        kind=EventKind.CREATED,
        native_id=native_id,
        native_thread=f"{sender} {recipient}",
        revision=number_revision(1),
        author=Author(sender),
        text=text_or_description(
            "\n".join(filter(None, (text or _tapped_text(form), _form_text(form)))), _contents(form)
        ),
        occurred_at=now,
        reply_to=reply_to,
        no_review=_REACTION
        if form.one_line("MessageType") == _REACTION and not _has_letters(text)
        else None,
    )


def _tapped_text(form: Fields) -> str | None:
    """The words of the button or of the list's entry that a customer tapped."""
    return next((text for name in _TAPPED_FIELDS if (text := form.text(name))), None)


def _form_text(form: Fields) -> str | None:
    """What a customer entered into a form of WhatsApp (a flow): its texts, one a line."""
    for name in _FLOW_FIELDS:
        with suppress(Unparseable):
            answers = read_object((form.text(name) or "").encode("utf-8", "surrogatepass"))
            texts = [text for text in _texts(answers) if _has_letters(text)]
            if texts:
                return "\n".join(texts)
    return None


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    """The texts in a JSON value, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list) and depth < _FLOW_DEPTH:
        entries = cast("Iterable[object]", value.values() if isinstance(value, dict) else value)
        for entry in entries:
            yield from _texts(entry, depth + 1)


def _has_letters(text: str | None) -> bool:
    return any(sign.isalpha() for sign in text or "")


def _contents(form: Fields) -> list[str]:
    """What a message holds besides words."""
    media = [
        describe_media(form.text(f"MediaContentType{number}"))
        for number in range(form.integer("NumMedia", 0, _MEDIA_LIMIT) or 0)
    ]
    latitude, longitude = form.one_line("Latitude"), form.one_line("Longitude")
    if latitude and longitude:
        place = form.one_line("Label"), form.one_line("Address"), f"{latitude} {longitude}"
        media.append(describe("location", *place))
    kind = form.one_line("MessageType")
    if not media and kind and kind != "text":
        media.append(describe(_MESSAGE_KINDS.get(kind, _MESSAGE_KINDS["unsupported"])))
    return media


def _is_sent_text(message: Fields, text: str) -> bool:
    body = message.values.get("body")
    if (
        message.values.get("direction") != "outbound-api"
        or message.values.get("status") in _UNSENT_STATUSES
        or not isinstance(body, str)
    ):
        return False
    return same_text(body.removeprefix(_TRIAL_PREFIX), text)


def _created_at(message: Fields) -> datetime | None:
    """When a message was created (an RFC 2822 date). `date_sent` is null while it is queued."""
    try:
        created_at = parsedate_to_datetime(str(message.values.get("date_created")))
    except (ValueError, IndexError, OverflowError):
        return None
    return created_at if created_at.tzinfo else created_at.replace(tzinfo=UTC)


def _request(
    method: str, query: str, form: bytes | None, account: PlatformAccount
) -> HttpResponse | Rejection:
    return call_twilio(method, f"Messages.json{query}", form, account, _REJECTIONS)


CONNECTOR: Connector = TwilioSms()
