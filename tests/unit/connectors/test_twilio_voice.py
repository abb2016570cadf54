"""Telephone calls: what a caller hears, how far a call came, and that any order ends the same."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from heard.connectors import (
    Connection,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyTarget,
    ReviewGone,
    WebhookRequest,
    load,
)
from heard.connectors.http import HttpClient
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import EventKind, ReviewEvent
from heard_simulator.server import CallKind, FaultMode, SimulatedPlatforms

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
VOICE = load("twilio_voice")
TOKEN = "12345"
URL = "https://api.example.com/hooks/c0ffee"
HERE = Connection(
    "c0ffee", "bus_1", "twilio_voice", URL, {}, business_name='Café "Zur <Post>" & Söhne'
)
CALL = {
    "CallSid": "CA1",
    "AccountSid": "AC1",
    "From": "+12025550143",
    "To": "+12025550100",
    "Direction": "inbound",
}
SAID = {
    "TranscriptionStatus": "completed",
    "TranscriptionText": "The kettle burned me.",
    "RecordingUrl": "https://api.twilio.com/RE1",
}


def delivery(form: dict[str, str], query: str = "") -> WebhookRequest:
    return WebhookRequest("POST", {}, urlencode(form).encode(), query)


def read_event(**form: str) -> ReviewEvent | None:
    events = VOICE.parse(delivery({**CALL, **form}), HERE, NOW).events
    return events[0] if events else None


def twiml_response(form: dict[str, str], query: str = "", where: Connection = HERE) -> ET.Element:
    request = delivery({**CALL, **form}, query)
    response = VOICE.delivery_response(
        request, where, VOICE.parse(request, where, NOW), HttpClient()
    )
    assert (response.status, response.content_type) == (200, "text/xml; charset=utf-8")
    return ET.fromstring(response.body)


def test_twilios_published_examples_are_signed_as_we_check_it(facts: Callable[[str], str]) -> None:
    vectors = [
        v
        for v in json.loads(facts("vectors/twilio.json"))["vectors"]
        if v.get("params") and not v.get("requires")
    ]
    assert len(vectors) >= 10
    for vector in vectors:
        query = vector["url"].partition("?")[2].partition("#")[0]
        headers = {name.lower(): value for name, value in vector["headers"].items()}
        request = WebhookRequest(
            "POST", headers, urlencode(vector["params"], doseq=True).encode(), query
        )
        failure = VOICE.verify(
            request, replace(HERE, url=vector["url"]), (vector["secret"],), NOW, HttpClient()
        )
        assert (failure is None) == (vector["expected"] == "valid"), vector["name"]


@given(
    st.dictionaries(
        st.text(st.characters(codec="ascii"), min_size=1, max_size=5),
        st.text(max_size=9),
        min_size=1,
    ),
    st.integers(0),
    st.integers(0, 7),
)
def test_a_request_signed_by_twilios_library_passes_and_a_flipped_bit_fails(
    form: dict[str, str], at: int, bit: int
) -> None:
    form = {name: value.encode("utf-8", "replace").decode() for name, value in form.items()}
    signature = RequestValidator(TOKEN).compute_signature(f"{URL}?recorded=1", form)
    request = WebhookRequest(
        "POST", {"x-twilio-signature": str(signature)}, urlencode(form).encode(), "recorded=1"
    )
    assert VOICE.verify(request, HERE, (TOKEN,), NOW, HttpClient()) is None
    forged_request = bytearray(str(signature).encode())
    forged_request[at % 27] ^= 1 << bit
    changed = replace(request, headers={"x-twilio-signature": forged_request.decode("latin-1")})
    assert VOICE.verify(changed, HERE, (TOKEN,), NOW, HttpClient()) is not None
    failure = VOICE.verify(request, HERE, (), NOW, HttpClient())
    assert failure is not None
    assert failure.reason.value == "no_secret"


def test_a_caller_is_greeted_recorded_and_not_greeted_again() -> None:
    for status in ("ringing", "in-progress"):
        say, record = twiml_response({"CallStatus": status})
        assert (say.tag, record.tag) == ("Say", "Record")
        assert HERE.business_name in (say.text or "")
        assert "recorded" in (say.text or "")
        assert record.attrib["action"] == f"{URL}?recorded=1"
        assert (record.attrib["transcribe"], record.attrib["transcribeCallback"]) == ("true", URL)
    assert [
        verb.tag
        for verb in twiml_response(
            {"CallStatus": "in-progress", "RecordingUrl": "https://x.example"}, "recorded=1"
        )
    ] == ["Hangup"]
    assert [verb.tag for verb in twiml_response({"CallStatus": "in-progress"}, "recorded=1")] == [
        "Hangup"
    ]


@pytest.mark.parametrize(
    "form",
    [
        {"CallStatus": "completed"},
        {"CallStatus": "in-progress", "RecordingStatus": "completed"},
        {**SAID, "CallStatus": "in-progress"},
        {"CallStatus": "ringing", "Direction": "outbound-api"},
    ],
)
def test_reports_get_an_empty_response(form: dict[str, str]) -> None:
    assert list(twiml_response(form)) == []


def test_a_custom_greeting_has_its_language_and_only_english_is_transcribed() -> None:
    ours = replace(HERE, settings={"greeting": "Grüezi <& hallo>", "greeting_language": "de-CH"})
    say, record = twiml_response({"CallStatus": "ringing"}, where=ours)
    assert (say.text, say.attrib["language"]) == ("Grüezi <& hallo>", "de-CH")
    assert "transcribe" not in record.attrib
    broken = replace(HERE, settings={"greeting_language": '"/><Dial>'})
    assert twiml_response({"CallStatus": "ringing"}, where=broken)[0].attrib["language"] == "en-US"


@pytest.mark.parametrize(
    ("form", "stage"),
    [
        *(
            ({"CallStatus": status}, 0)
            for status in ("completed", "no-answer", "busy", "failed", "canceled")
        ),
        *(({"CallStatus": status}, None) for status in ("ringing", "in-progress", "queued")),
        ({"CallStatus": "completed", "RecordingUrl": "https://api.twilio.com/RE1"}, 1),
        ({"RecordingStatus": "completed"}, 1),
        ({"RecordingStatus": "absent", "RecordingUrl": "https://api.twilio.com/RE1"}, None),
        ({"TranscriptionStatus": "failed", "CallStatus": "completed"}, 1),
        (SAID, 2),
        ({"CallStatus": "completed", "Direction": "outbound-api"}, None),
        ({"CallStatus": "completed", "Direction": "outbound-dial"}, None),
    ],
)
def test_a_request_says_how_far_a_call_came(form: dict[str, str], stage: int | None) -> None:
    result = read_event(**form)
    assert (int(result.revision) if result else None) == stage


@pytest.mark.parametrize(
    "form",
    [{"CallStatus": ""}, {"CallStatus": "humming"}, {"CallStatus": "ringing", "Direction": "up"}],
)
def test_a_call_of_a_kind_that_nobody_knows_is_kept(form: dict[str, str]) -> None:
    with pytest.raises(Unparseable):
        read_event(**form)


def test_any_order_of_the_requests_ends_in_the_same_state() -> None:
    steps = ({"CallStatus": "completed"}, {"RecordingUrl": "https://api.twilio.com/RE1"}, SAID)
    events = [event for event in (read_event(**step) for step in steps) if event]
    assert {(event.native_id, event.native_thread, event.author.id) for event in events} == {
        ("CA1", "CA1", "+12025550143")
    }
    for arrival in itertools.permutations([*events, events[0], events[1]]):
        last = max(arrival, key=lambda event: (event.revision, event.content))
        assert (last.kind, last.text) == (EventKind.EDITED, "The kettle burned me.")


@pytest.mark.parametrize(
    "caller",
    [
        "+266696687",
        "+7378742833",
        "+2562533",
        "+8656696",
        "+86282452253",
        "anonymous",
        "Restricted",
        "",
    ],
)
def test_each_caller_with_a_withheld_number_is_somebody_else(caller: str) -> None:
    one, other = (
        read_event(CallStatus="completed", From=caller),
        read_event(CallStatus="completed", From=caller, CallSid="CA2"),
    )
    assert one is not None
    assert other is not None
    assert one.author != other.author
    assert not one.partial


def test_a_report_without_a_caller_is_partial_and_the_call_is_fetched(
    harness: TwilioVoiceHarness,
) -> None:
    report = {
        "CallSid": "CA1",
        "AccountSid": "AC1",
        "RecordingStatus": "completed",
        "RecordingSid": "RE1",
    }
    (event,) = VOICE.parse(delivery(report), HERE, NOW).events
    assert event.partial
    harness.platforms.set_resource(
        "twilio_voice",
        "CA1",
        {"from": "+12025550143", "caller_name": "RIVERA M", "recording": "RE1"},
    )
    result = harness.fetch()
    assert isinstance(result, ReviewEvent)
    assert (result.author.id, result.author.name, result.revision) == (
        "+12025550143",
        "RIVERA M",
        event.revision,
    )
    harness.platforms.set_resource("twilio_voice", "CA1", {"text": "The kettle burned me."})
    result, pushed_event = harness.fetch(), read_event(**SAID)
    assert isinstance(result, ReviewEvent)
    assert pushed_event is not None
    assert (result.revision, result.content, result.kind) == (
        pushed_event.revision,
        pushed_event.content,
        EventKind.EDITED,
    )


@pytest.mark.parametrize(
    "body", [b"\xff", b"CallStatus=completed", b"CallSid=a+b&CallStatus=completed"]
)
def test_a_form_without_a_call_is_unreadable_and_gets_a_response(body: bytes) -> None:
    with pytest.raises(Unparseable):
        VOICE.parse(WebhookRequest("POST", {}, body), HERE, NOW)
    assert (
        VOICE.delivery_response(
            WebhookRequest("POST", {}, body), HERE, ParsedDelivery(), HttpClient()
        ).body
        == "<Response/>"
    )


class TwilioVoiceHarness:
    """The connector and the simulated Twilio."""

    def __init__(self, platforms: SimulatedPlatforms) -> None:
        self.platforms = platforms
        self.credentials = dict(platforms.credentials["twilio_voice"])
        self.connection = replace(HERE, settings=platforms.settings("twilio_voice"))

    def fetch(self, call: str = "CA1") -> ReviewEvent | ReviewGone | None:
        return VOICE.fetch(
            call,
            PlatformAccount(self.connection, self.credentials, HttpClient(allow_loopback=True)),
        )


@pytest.fixture
def harness(loopback: None) -> Iterator[TwilioVoiceHarness]:
    with SimulatedPlatforms() as simulator:
        yield TwilioVoiceHarness(simulator)


def test_an_unreadable_call_differs_from_a_call_that_is_gone(harness: TwilioVoiceHarness) -> None:
    assert harness.fetch() is ReviewGone.GONE
    harness.platforms.set_resource("twilio_voice", "CA1", {"from": "+12025550143"})
    harness.platforms.set_resource(
        "twilio_voice", "CA2", {"from": "+12025550143", "direction": "outbound-api"}
    )
    assert harness.fetch("CA2") is None
    harness.platforms.add_fault(
        "twilio_voice", FaultMode.RATE_LIMITED, call_kind=CallKind.READ, seconds=9
    )
    with pytest.raises(PlatformUnavailable) as fault:
        harness.fetch()
    assert fault.value.retry_after == 9
    harness.credentials["auth_token"] = "wrong"
    assert harness.fetch() is None
    harness.credentials.clear()
    assert harness.fetch() is None


def test_no_program_calls_back(harness: TwilioVoiceHarness) -> None:
    response = VOICE.reply(
        ReplyTarget("CA1", "CA1", {}),
        "Hello.",
        "rep_1",
        PlatformAccount(HERE, harness.credentials, HttpClient()),
    )
    assert isinstance(response, Rejection)
    assert response.reason == "not_offered"
