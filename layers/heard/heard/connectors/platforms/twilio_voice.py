"""Telephone calls to a Twilio number.

Heard answers, asks for a message after the tone, and a person calls back.

One address takes everything, signed with `X-Twilio-Signature` over the address and all fields. What
a request is, its fields say:

    CallStatus ringing or in-progress   the call comes in: answered with TwiML, <Say> and <Record>
    …?recorded, with a RecordingUrl     the caller has spoken (the `action` of <Record>): answered with <Hangup>
    RecordingStatus                     the same, from a <Record> elsewhere that reports here
    TranscriptionStatus, …Text          the words, some minutes later (`transcribeCallback`)
    CallStatus completed, no-answer, busy, failed, canceled     the call is over (the number's status callback)

A call is one review (its CallSid), and its revision is how far it came: 0 missed, 1 recorded, 2
transcribed. So requests may come in any order and any number, and end in the same state. A call
that is over without a recording is a missed call: a review without words, which a person calls
back. The address belongs on numbers that Heard answers: a call that somebody took elsewhere ends
"completed" too.

Without an `action` of its own <Record> would request the same document again, and the caller be
greeted for ever; the address of the action therefore says `?recorded`. If nothing was recorded
Twilio goes on after <Record>, where there is nothing, and hangs up. Reports of recordings do not
say who called; such an event is `partial`, and the call is asked for. Callers who withhold their
number come as a word, or as the digits of that word on a keypad (ANONYMOUS is +266696687); each is
somebody else.

Sources: twilio.com/docs/voice/twiml/record, …/voice/twiml (request parameters),
…/usage/webhooks/voice-webhooks, …/voice/api/{call-resource,recording,recording-transcription}; for
withheld numbers help.twilio.com. Twilio transcribes English only, from 2 to 120 seconds. Not
documented: whether `transcribeCallback` always brings From (without it the call is asked for).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from html import escape
from typing import Final, cast
from urllib.parse import quote

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Gone,
    Http,
    Parsed,
    Rejected,
    Request,
    Response,
    Secret,
)
from heard.connectors.parsing import Fields, nobody, one, read_form, read_object
from heard.connectors.signatures import TwilioV1
from heard.connectors.twilio import API, call
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, clean, number_revision

GREETING: Final = (
    "Thank you for calling {business}. You are talking to a machine. After the tone, please say "
    "what we can do for you, "
    "and a person will call you back. What you say is recorded and written down."
)

_MISSED, _RECORDED, _TRANSCRIBED = range(3)
_COMING: Final = frozenset({"ringing", "in-progress"})
_OVER: Final = frozenset({"completed", "no-answer", "busy", "failed", "canceled"})
_REPORTS: Final = ("RecordingStatus", "TranscriptionStatus", "TranscriptionSid")
_LONGEST_SECONDS: Final = 120
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_CALLER: Final = re.compile(r"\+?[0-9]{2,20}|(?:sip|sips|client):[^\s]{1,180}")
_KEYPAD: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_WITHHELD: Final = frozenset(
    word.translate(_KEYPAD)
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
        secret=Secret.CREDENTIAL,
        secret_credential="auth_token",
        optional_settings={
            "greeting": "what callers hear before the tone; it should say that they are recorded",
            "greeting_language": "the greeting's language, such as en-GB (en-US if not said); "
            "only English is transcribed",
            "api_base": f"where the API is ({API} if not said)",
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
            "4. Enter the account SID and the primary auth token here.\n"
            "5. Call the number to try it: the call is a follow-up at once, its words come some "
            "minutes later."
        ),
        cannot=(
            "Nobody is called by Heard: a person calls back, and says so on the desk.",
            "Calls that are answered elsewhere look like missed ones: use the address only on "
            "numbers that Heard answers.",
            "Twilio writes down English only; other languages are recorded, and a person listens.",
            "Calls of callers who withhold their number cannot be returned, nor told apart.",
        ),
        proof=(
            "The signature against Twilio's published examples and twilio-python; the TwiML "
            "against twilio-python's.",
        ),
        unproven=(
            "Whether every transcription says who called; where it does not, the call is asked "
            "for.",
            "The names of the transcription's fields, its limits (two minutes, English) and the "
            "digits of withheld numbers are from use.",
        ),
    )

    scheme = TwilioV1()

    def parse(self, request: Request, connection: Connection, now: datetime) -> Parsed:
        """How far a call came. Raises Unparseable."""
        return one(
            Fields(dict(read_form(request.body)), "the form"), lambda form: _event(form, now)
        )

    def accepted(
        self, request: Request, connection: Connection, parsed: Parsed, http: Http
    ) -> Response:
        """TwiML.

        The greeting and the recording for a call that comes in, the end for one that was recorded,
        nothing for reports.
        """
        try:
            form = dict(read_form(request.body))
        except Unparseable:
            form = {}
        coming = form.get("CallStatus") in _COMING and form.get("Direction", "inbound") == "inbound"
        if not coming or any(form.get(name) for name in _REPORTS):
            return _twiml("")
        if "recorded" in request.query or form.get("RecordingUrl"):
            return _twiml("<Hangup/>")
        return _twiml(_greeting(connection))

    def fetch(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent | Gone | None:
        """The call, its latest recording and the recording's transcription, as far as there are
        any.
        """
        asked = _look(f"Calls/{quote(native_id, safe='')}.json", connection, credentials, http)
        if isinstance(asked, Rejected):
            return Gone.GONE if asked.reason == "gone" else None
        if not (asked.label("direction") or "inbound").startswith("inbound"):
            return None
        recording = _latest(
            f"Calls/{quote(native_id, safe='')}/Recordings.json",
            "recordings",
            connection,
            credentials,
            http,
        )
        sid = recording.label("sid") if recording else None
        path = f"Recordings/{quote(sid or '', safe='')}/Transcriptions.json"
        written = _latest(path, "transcriptions", connection, credentials, http) if sid else None
        text = written.text("transcription_text") if written else None
        stage = _TRANSCRIBED if text else _RECORDED if sid else _MISSED
        return _call(native_id, stage, asked.label("from"), asked.label("caller_name"), text)


def _event(form: Fields, now: datetime) -> ReviewEvent | None:
    if (form.label("Direction") or "inbound") != "inbound" or (stage := _stage(form)) is None:
        return None
    event = _call(
        form.id("CallSid"),
        stage,
        form.label("From"),
        form.label("CallerName"),
        form.text("TranscriptionText"),
    )
    return replace(
        event, occurred_at=now, link=form.link("RecordingUrl"), partial="From" not in form.values
    )


def _stage(form: Fields) -> int | None:
    """How far a call came, as one request knows it; None if it says nothing about that."""
    status = form.label("CallStatus")
    if form.values.get("TranscriptionStatus"):
        return (
            _TRANSCRIBED
            if form.label("TranscriptionStatus") == "completed" and form.text("TranscriptionText")
            else _RECORDED
        )
    if form.values.get("RecordingStatus"):
        return _RECORDED if form.label("RecordingStatus") == "completed" else None
    if form.values.get("RecordingUrl"):
        return _RECORDED
    return _MISSED if status in _OVER else None


def _call(
    native_id: str, stage: int, caller: str | None, name: str | None, text: str | None
) -> ReviewEvent:
    known = caller is not None and _CALLER.fullmatch(caller) and caller.lstrip("+") not in _WITHHELD
    return ReviewEvent(
        kind=EventKind.EDITED if stage == _TRANSCRIBED else EventKind.CREATED,
        native_id=native_id,
        native_thread=native_id,
        revision=number_revision(stage),
        author=Author(caller, name) if known and caller else nobody(native_id),
        text=text if stage == _TRANSCRIBED else None,
    )


def _greeting(connection: Connection) -> str:
    language = connection.settings.get("greeting_language", "").strip()
    if not _LANGUAGE.fullmatch(language):
        language = "en-US"
    words = clean(connection.settings.get("greeting")) or GREETING.format(
        business=clean(connection.business_name) or "us"
    )
    address = escape(connection.url)
    written = (
        f' transcribe="true" transcribeCallback="{address}"'
        if language.partition("-")[0] == "en"
        else ""
    )
    action = f"{address}{'&amp;' if '?' in address else '?'}recorded=1"
    record = f'<Record action="{action}" method="POST" maxLength="{_LONGEST_SECONDS}" playBeep="true"{written}/>'
    return f'<Say language="{language}">{escape(words)}</Say>{record}'


def _twiml(verbs: str) -> Response:
    return Response(
        200, f"<Response>{verbs}</Response>" if verbs else "<Response/>", "text/xml; charset=utf-8"
    )


def _latest(
    path: str, name: str, connection: Connection, credentials: Mapping[str, str], http: Http
) -> Fields | None:
    """The first completed entry of a list, which Twilio gives newest first."""
    answer = _look(path, connection, credentials, http)
    listed = None if isinstance(answer, Rejected) else answer.values.get(name)
    entries = cast("list[object]", listed) if isinstance(listed, list) else []
    found = [
        Fields(cast("dict[str, object]", each), f"one of {name}")
        for each in entries
        if isinstance(each, dict)
    ]
    return next((each for each in found if each.values.get("status") == "completed"), None)


def _look(
    path: str, connection: Connection, credentials: Mapping[str, str], http: Http
) -> Fields | Rejected:
    answer = call("GET", path, None, connection, credentials, http, {})
    if isinstance(answer, Rejected):
        return answer
    try:
        return Fields(read_object(answer.body), "the answer")
    except Unparseable as error:
        raise PlatformUnavailable(
            "Twilio answered something unreadable.", maybe_applied=False
        ) from error


CONNECTOR: Connector = TwilioVoice()
