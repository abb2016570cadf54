"""Text messages to a Twilio number (SMS and MMS; WhatsApp and RCS senders come in the same form).

A received message is a review of its own; all messages between one customer's number and one of
ours are a thread. Deliveries are form-encoded POSTs signed with `X-Twilio-Signature` over the
address and all fields; new fields appear without notice and take part. Nothing is dated, so nothing
is ever stale: repetitions are known by MessageSid. Reports about messages we sent come to the same
address if they are configured so (`MessageStatus`, or an `SmsStatus` other than "received"), and
are ignored.

Opting out. Twilio itself answers STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE and OPTOUT,
alone in a message, and refuses to send to that number afterwards (error 21610). With Advanced
Opt-Out the words are the account's own, and the delivery says so in `OptOutType` (STOP, START or
HELP). Such a message must never be answered: its event carries `opted_out` in `reply_to`, and
`reply` refuses it. It is still an event, since somebody who has had enough is worth knowing about.
`OptOutType=START` is a command and no event; HELP, which Twilio answers too, may be a cry for it
and is one.

Media are not fetched; a message that has only media has no text.

Sources: twilio.com/docs/messaging/guides/webhook-request, …/messaging/api/message-resource,
…/messaging/tutorials/advanced-opt-out, …/usage/webhooks/webhooks-security, help.twilio.com article
223134027. The limit of 1,600 is that of error 21617. Not documented: whether the filter DateSent of
the list of messages leaves out those still queued (so it is not used, and dates are compared here).
"""

from __future__ import annotations

from collections.abc import Mapping
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
from heard.connectors.parsing import Fields, parse_one, read_form, read_object, same_text
from heard.connectors.signatures import TwilioV1
from heard.connectors.twilio import API_URL, call_twilio
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision

REPLY_LIMIT: Final = 1_600

OPT_OUT_WORDS: Final = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)
"""What Twilio takes for an opt-out when it is the whole message, in any case."""

_PAGE_SIZE: Final = 100
_CLOCK_TOLERANCE: Final = timedelta(minutes=2)
_TRIAL_PREFIX: Final = "Sent from your Twilio trial account - "
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
        optional_settings={"api_base": f"where the API is ({API_URL} if not said)"},
        credentials={
            "account_sid": "the account's SID (AC…)",
            "auth_token": "its primary auth token, which also signs deliveries",
        },
        guide=(
            "1. In the Twilio console open Phone Numbers, Active numbers, and the number that "
            "customers write to.\n"
            '2. Under Messaging, "A message comes in": Webhook, paste the address shown here, HTTP '
            "POST; save.\n"
            "3. Enter the account SID and the primary auth token here, the token also as the "
            "signing secret.\n"
            "4. Send a text message to the number to try it. STOP and the like are answered by "
            "Twilio and never by us."
        ),
        limitations=(
            "Media are not fetched; a message that has only media has no text.",
            "A customer who wrote STOP or the like is never answered; the message is still a "
            "review for the policy.",
        ),
        verified=(
            "The signature, against 17 vectors and Twilio's own library; the form, against a "
            "captured message.",
        ),
        assumptions=(
            "WhatsApp and RCS senders come in the same form and have not been tried.",
            "Whether the list of messages can be filtered by date while some are queued (so it is "
            "not used).",
        ),
    )

    scheme = TwilioV1()

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The message a form describes. Raises Unparseable."""
        return parse_one(
            Fields(dict(read_form(request.body)), "the form"), lambda form: _review_event(form, now)
        )

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """An empty TwiML document.

        Twilio runs what it is answered, and would send any text in it to the customer.
        """
        return WebhookResponse(200, "<Response/>", "text/xml")

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """Send a message from the number that the customer wrote to."""
        if target.reply_to.get("opted_out"):
            return Rejection(*_REJECTIONS[21610])
        # UTF-16 units are what a message that is not GSM-7 is made of; an emoji has two.
        if len(text.encode("utf-16-le", "surrogatepass")) // 2 > REPLY_LIMIT:
            return Rejection(*_REJECTIONS[21617])
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
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Look among the latest messages between the two numbers for one with this text, sent since
        sending was first tried.
        """
        query = {
            "To": target.reply_to.get("to", ""),
            "From": target.reply_to.get("from", ""),
            "PageSize": str(_PAGE_SIZE),
        }
        response = _request("GET", f"?{urlencode(query)}", None, account)
        if isinstance(response, Rejection):
            return ReplyLookup.CANNOT_TELL
        try:
            messages = read_object(response.body).get("messages")
        except Unparseable as error:
            raise PlatformUnavailable(
                "Twilio answered something unreadable.", maybe_applied=False
            ) from error
        if not isinstance(messages, list):
            raise PlatformUnavailable(
                "Twilio answered without a list of messages.", maybe_applied=False
            )
        objects = [
            cast("dict[str, object]", message)
            for message in cast("list[object]", messages)
            if isinstance(message, dict)
        ]
        since = target.first_sent_at - _CLOCK_TOLERANCE if target.first_sent_at else None
        for message in objects:
            if not _is_sent_text(message, text):
                continue
            created_at = _created_at(message)
            if since is None or created_at is None:
                # The same words may have been sent before, to an earlier message.
                return ReplyLookup.CANNOT_TELL
            if created_at >= since:
                return SentReply(str(message.get("sid")))
        # A full page, newest first, reaches back far enough only if its last message is older than
        # our first try.
        oldest = _created_at(objects[-1]) if objects else None
        complete = len(objects) < _PAGE_SIZE or (
            since is not None and oldest is not None and oldest < since
        )
        return ReplyLookup.ABSENT if complete else ReplyLookup.CANNOT_TELL


def _review_event(form: Fields, now: datetime) -> ReviewEvent | None:
    if form.values.get("MessageStatus") or form.values.get("SmsStatus", "received") not in {
        "received",
        "",
    }:
        return None
    opt_out_type = form.one_line("OptOutType")
    if opt_out_type and opt_out_type.upper() == "START":
        return None
    native_id, sender, recipient = form.id("MessageSid"), form.id("From"), form.id("To")
    text = form.text("Body")
    reply_to = {"to": sender, "from": recipient}
    if (opt_out_type and opt_out_type.upper() == "STOP") or (text or "").upper() in OPT_OUT_WORDS:
        reply_to["opted_out"] = "true"
    return ReviewEvent(
        kind=EventKind.CREATED,
        native_id=native_id,
        native_thread=f"{sender} {recipient}",
        revision=number_revision(1),
        author=Author(sender),
        text=text,
        occurred_at=now,
        reply_to=reply_to,
    )


def _is_sent_text(message: Mapping[str, object], text: str) -> bool:
    body = message.get("body")
    if (
        message.get("direction") != "outbound-api"
        or message.get("status") in _UNSENT_STATUSES
        or not isinstance(body, str)
    ):
        return False
    return same_text(body.removeprefix(_TRIAL_PREFIX), text)


def _created_at(message: Mapping[str, object]) -> datetime | None:
    """When a message was created, an RFC 2822 date; `date_sent` is null while it is queued."""
    try:
        created_at = parsedate_to_datetime(str(message.get("date_created")))
    except (ValueError, IndexError, OverflowError):
        return None
    return created_at if created_at.tzinfo else created_at.replace(tzinfo=UTC)


def _request(
    method: str,
    query: str,
    form: bytes | None,
    account: PlatformAccount,
) -> HttpResponse | Rejection:
    return call_twilio(method, f"Messages.json{query}", form, account, _REJECTIONS)


CONNECTOR: Connector = TwilioSms()
