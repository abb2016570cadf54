"""Telephone calls to a Twilio number: Heard answers and records a message, and a person calls back.

One address takes all requests, signed with `X-Twilio-Signature` over the address and all fields.
The fields say what a request is:

    CallStatus ringing, in-progress     the call comes in: answered with TwiML, <Say> and <Record>
    …?recorded, with a RecordingUrl     the caller has spoken (the `action` of <Record>): answered
                                        with <Hangup>
    RecordingStatus                     the same, from a <Record> elsewhere that reports here
    TranscriptionStatus, …Text          the words, some minutes later (`transcribeCallback`)
    CallStatus completed, no-answer,    the call is over (the number's status callback)
    busy, failed, canceled

A call is one review (its CallSid). Its revision is how far the call came: 0 missed, 1 recorded, 2
transcribed. So requests may come in any order and any number, and end in the same state. A call
that is over without a recording is a missed call: a review without words, and a person calls back.
Use the address only on numbers that Heard answers: a call that somebody took elsewhere ends
"completed" too.

Without an `action` of its own, <Record> would request the same document again, and the caller would
be greeted forever. The address of the action therefore says `?recorded`. If nothing was recorded,
Twilio goes on after <Record>, where there is nothing, and hangs up. Reports of recordings do not
name the caller: such an event is `partial`, and the call is fetched. A withheld number comes as a
word, or as the digits of that word on a keypad (ANONYMOUS is +266696687). Each such caller counts
as somebody else.

Sources: twilio.com/docs/voice/twiml/record, …/voice/twiml (request parameters),
…/usage/webhooks/voice-webhooks, …/voice/api/{call-resource,recording,recording-transcription}; for
withheld numbers help.twilio.com. Twilio transcribes English only, from 2 to 120 seconds. Not
documented: whether `transcribeCallback` always brings From (without it the call is fetched).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from html import escape
from typing import Final
from urllib.parse import quote

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Http,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReviewGone,
    SecretOrigin,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    parse_one,
    read_form,
    read_response,
    unreadable_is_fault,
)
from heard.connectors.signatures import TwilioV1
from heard.connectors.twilio import API_URL, call_twilio
from heard.errors import Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, normalize_text, number_revision

GREETING: Final = (
    "Thank you for calling {business}. You are talking to a machine. After the tone, please say "
    "what we can do for you, and a person will call you back. What you say is recorded and written "
    "down."
)

_MISSED, _RECORDED, _TRANSCRIBED = range(3)
_INCOMING_STATUSES: Final = frozenset({"ringing", "in-progress"})
_OUTBOUND_DIRECTIONS: Final = frozenset({"outbound-api", "outbound-dial"})
_RUNNING_STATUSES: Final = frozenset({"answered", "in-progress", "initiated", "queued", "ringing"})
_ENDED_STATUSES: Final = frozenset({"completed", "no-answer", "busy", "failed", "canceled"})
_CALLBACK_FIELDS: Final = ("RecordingStatus", "TranscriptionStatus", "TranscriptionSid")
_MAX_SECONDS: Final = 120
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_CALLER_ID: Final = re.compile(r"\+?[0-9]{2,20}|(?:sip|sips|client):[^\s]{1,180}")
_KEYPAD_DIGITS: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_WITHHELD_NUMBERS: Final = frozenset(
    word.translate(_KEYPAD_DIGITS)
    for word in ("ANONYMOUS", "RESTRICTED", "BLOCKED", "UNKNOWN", "UNAVAILABLE", "PRIVATE")
)


class TwilioVoice(Connector):
    """The connector of one Twilio account's numbers that Heard answers."""

    capabilities = Capabilities(
        platform="twilio_voice",
        title="Telephone (Twilio)",
        channel=Channel.PHONE,
        signature="X-Twilio-Signature: HMAC-SHA1 of the address and the form's fields "
        "(HMAC-SHA256 with a shared key); no timestamp",
        edits="pushed",
        deletions="no",
        replies="none",
        reply_limit=0,
        reply_unit="characters",
        can_find_reply=False,
        can_fetch=True,
        secret_origin=SecretOrigin.CREDENTIAL,
        secret_credential="auth_token",
        optional_settings={
            "greeting": "what callers hear before the tone; say there that the call is recorded",
            "greeting_language": "the greeting's language, such as en-GB (default en-US); "
            "only English is transcribed",
            "api_base": f"where the API is (default {API_URL})",
        },
        credentials={
            "account_sid": "the account's SID (AC…)",
            "auth_token": "its primary auth token, which also signs deliveries",
        },
        guide=(
            "1. In the Twilio console open Phone Numbers, Active numbers, and the number that "
            "customers call.\n"
            '2. Under Voice, "A call comes in": Webhook, paste the address shown here, HTTP POST.\n'
            '3. "Call status changes": the same address, HTTP POST; save. Without it a caller who '
            "hangs up before the tone is not seen.\n"
            "4. Enter here the account SID and the primary auth token.\n"
            "5. Call the number to try it. The call is a follow-up at once; its words come some "
            "minutes later."
        ),
        limitations=(
            "Heard calls nobody: a person calls back, and says so on the desk.",
            "Calls that are answered elsewhere look like missed ones: use the address only on "
            "numbers that Heard answers.",
            "Twilio transcribes English only. Other languages are recorded, and a person listens.",
            "Callers who withhold their number cannot be called back, nor told apart.",
        ),
        verified=(
            "The signature is checked with Twilio's published examples and twilio-python, the "
            "TwiML with twilio-python.",
        ),
        assumptions=(
            "No document says whether every transcription names the caller. If one does not, the "
            "call is fetched.",
            "The names of the transcription's fields, its limits (two minutes, English) and the "
            "digits of withheld numbers are from practice.",
        ),
    )

    scheme = TwilioV1()

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The call of a form, as far as it came. Raises Unparseable."""
        return parse_one(
            Fields(dict(read_form(request.body)), "the form"), lambda form: _review_event(form, now)
        )

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """TwiML: greet and record an incoming call, end a recorded one, nothing for reports."""
        try:
            form = dict(read_form(request.body))
        except Unparseable:
            form = {}
        is_incoming = (
            form.get("CallStatus") in _INCOMING_STATUSES
            and form.get("Direction", "inbound") == "inbound"
        )
        if not is_incoming or any(form.get(name) for name in _CALLBACK_FIELDS):
            return _twiml_response("")
        if "recorded" in request.query or form.get("RecordingUrl"):
            return _twiml_response("<Hangup/>")
        return _twiml_response(_greeting_twiml(connection))

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The call, with its latest recording and that recording's transcription if it has any."""
        call_fields = _get(f"Calls/{quote(native_id, safe='')}.json", account)
        if isinstance(call_fields, Rejection):
            return ReviewGone.GONE if call_fields.reason == "gone" else None
        if not (call_fields.one_line("direction") or "inbound").startswith("inbound"):
            return None
        recording = _latest_completed(
            f"Calls/{quote(native_id, safe='')}/Recordings.json", "recordings", account
        )
        sid = recording.one_line("sid") if recording else None
        path = f"Recordings/{quote(sid or '', safe='')}/Transcriptions.json"
        transcription = _latest_completed(path, "transcriptions", account) if sid else None
        text = transcription.text("transcription_text") if transcription else None
        stage = _TRANSCRIBED if text else _RECORDED if sid else _MISSED
        return _phone_call_event(
            native_id,
            stage,
            call_fields.one_line("from"),
            call_fields.one_line("caller_name"),
            text,
        )


def _review_event(form: Fields, now: datetime) -> ReviewEvent | None:
    if form.holds_code("Direction", _OUTBOUND_DIRECTIONS):
        return None
    if form.values.get("Direction", "inbound") not in ("inbound", ""):
        raise form.unknown_kind("Direction")
    if (stage := _call_stage(form)) is None:
        return None
    event = _phone_call_event(
        form.id("CallSid"),
        stage,
        form.one_line("From"),
        form.one_line("CallerName"),
        form.text("TranscriptionText"),
    )
    return replace(
        event, occurred_at=now, link=form.link("RecordingUrl"), partial="From" not in form.values
    )


def _call_stage(form: Fields) -> int | None:
    """How far a call came, by one request; None if the request does not say."""
    status = form.one_line("CallStatus")
    if form.values.get("TranscriptionStatus"):
        return (
            _TRANSCRIBED
            if form.one_line("TranscriptionStatus") == "completed"
            and form.text("TranscriptionText")
            else _RECORDED
        )
    if form.values.get("RecordingStatus"):
        return _RECORDED if form.one_line("RecordingStatus") == "completed" else None
    if form.values.get("RecordingUrl"):
        return _RECORDED
    if form.text("TranscriptionText"):
        return _TRANSCRIBED
    if status in _ENDED_STATUSES:
        return _MISSED
    if not form.holds_code("CallStatus", _RUNNING_STATUSES):
        raise form.unknown_kind("CallStatus")
    return None


def _phone_call_event(
    native_id: str, stage: int, caller: str | None, name: str | None, text: str | None
) -> ReviewEvent:
    is_caller_known = (
        caller is not None
        and _CALLER_ID.fullmatch(caller)
        and caller.lstrip("+") not in _WITHHELD_NUMBERS
    )
    return ReviewEvent(
        kind=EventKind.EDITED if stage == _TRANSCRIBED else EventKind.CREATED,
        native_id=native_id,
        native_thread=native_id,
        revision=number_revision(stage),
        author=Author(caller, name) if is_caller_known and caller else anonymous_author(native_id),
        text=text if stage == _TRANSCRIBED else None,
    )


def _greeting_twiml(connection: Connection) -> str:
    language = connection.settings.get("greeting_language", "").strip()
    if not _LANGUAGE.fullmatch(language):
        language = "en-US"
    text = normalize_text(connection.settings.get("greeting")) or GREETING.format(
        business=normalize_text(connection.business_name) or "us"
    )
    url = escape(connection.url)
    transcribe_attributes = (
        f' transcribe="true" transcribeCallback="{url}"'
        if language.partition("-")[0] == "en"
        else ""
    )
    action = f"{url}{'&amp;' if '?' in url else '?'}recorded=1"
    record = (
        f'<Record action="{action}" method="POST" maxLength="{_MAX_SECONDS}" playBeep="true"'
        f"{transcribe_attributes}/>"
    )
    return f'<Say language="{language}">{escape(text)}</Say>{record}'


def _twiml_response(verbs: str) -> WebhookResponse:
    return WebhookResponse(
        200, f"<Response>{verbs}</Response>" if verbs else "<Response/>", "text/xml; charset=utf-8"
    )


def _latest_completed(path: str, name: str, account: PlatformAccount) -> Fields | None:
    """The first completed entry of a list, which Twilio gives newest first."""
    response = _get(path, account)
    if isinstance(response, Rejection):
        return None
    with unreadable_is_fault("Twilio"):
        entries = response.required_objects(name)
    return next((entry for entry in entries if entry.values.get("status") == "completed"), None)


def _get(path: str, account: PlatformAccount) -> Fields | Rejection:
    response = call_twilio("GET", path, None, account, {})
    return response if isinstance(response, Rejection) else read_response(response, "Twilio")


CONNECTOR: Connector = TwilioVoice()
