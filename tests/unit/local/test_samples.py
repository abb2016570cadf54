"""The samples under `events/`: all load, cover what they must, and become requests that the connectors believe."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from heard.connectors import Connection, Connector, Refusal, Request, load, platforms
from heard.errors import NotFound
from heard.reviews import EventKind
from heard_cli.local.samples import PLATFORMS, InvalidSample, Sample, load_samples
from heard_cli.local.signing import NoForm, SignedRequest, signed, submitted
from heard_cli.local.simulator import Platforms

EVENTS = Path(__file__).parents[3] / "events"
NOW = datetime(2026, 2, 14, 9, 30, 0, 250_000, tzinfo=UTC)
SECRET = "whsec_aSBhbSB0aGUgc2VjcmV0IG9mIGEgdGVzdA=="
ADDRESS = "https://heard.example/hooks/con-4f2a"
SAMPLES = load_samples(EVENTS)


def named(sample: Sample) -> str:
    return sample.name


def connection(platform: str) -> Connection:
    settings = {"api_username": "heard", "base_url": "https://forum.example", "account_sid": "ACsimulated"}
    return Connection("con-4f2a", "biz", platform, ADDRESS, settings, business_name="Harbour Kitchen")


def connector(platform: str) -> Connector:
    try:
        return load(platform)
    except NotFound:
        pytest.skip(f"there is no connector for {platform} yet")


def received(request: SignedRequest) -> Request:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(request.method, headers, request.body, urlsplit(request.url).query)


def page_of(connector: Connector, at: datetime) -> str:
    page = connector.handshake(Request("GET", {}, b""), connection("feedback_form"), (SECRET,), at)
    assert page is not None
    return page.body


def request_of(sample: Sample, at: datetime = NOW) -> SignedRequest:
    """The sample as it arrives; a form is opened a minute before it is sent, since nobody fills one in at once."""
    made = connector(sample.platform)
    return signed(sample, ADDRESS, SECRET, at, lambda _: page_of(made, at - timedelta(minutes=1)))


def test_the_samples_cover_all_platforms_kinds_severities_and_many_languages() -> None:
    assert len(SAMPLES) >= 40
    assert {sample.platform for sample in SAMPLES} == PLATFORMS
    expectations = [expectation for sample in SAMPLES for expectation in sample.expect]
    assert {expectation.kind for expectation in expectations} == {kind.value for kind in EventKind}
    judged = Counter(level for expectation in expectations for level in expectation.severity)
    assert min(judged[level] for level in ("critical", "high", "medium", "low", "praise")) >= 8
    assert any(sample.times > 1 for sample in SAMPLES)
    assert max(len(json.dumps(sample.render(NOW).fields)) for sample in SAMPLES) > 100_000


def test_samples_play_by_number_with_each_platforms_order_kept() -> None:
    for platform in PLATFORMS:
        numbers = [sample.name for sample in SAMPLES if sample.platform == platform]
        assert numbers == sorted(numbers)
        assert len({name.split("/")[1][:2] for name in numbers}) == len(numbers)
    assert len({sample.platform for sample in SAMPLES[:5]}) == 5


@pytest.mark.parametrize("sample", SAMPLES, ids=named)
def test_a_sample_is_believed_and_read_as_the_events_it_promises(sample: Sample) -> None:
    request = received(request_of(sample))
    made, where = connector(sample.platform), connection(sample.platform)

    if (answer := made.handshake(request, where, (SECRET,), NOW)) is not None:
        assert answer.status < 300
        assert [expectation.kind for expectation in sample.expect] == ["test"]
        return
    assert made.verify(request, where, (SECRET,), NOW) is None
    parsed = made.parse(request, where, NOW)
    assert parsed.problems == ()
    assert [event.kind.value for event in parsed.events] == [expectation.kind for expectation in sample.expect]
    assert request_of(sample).body == request_of(sample).body or sample.platform == "feedback_form"


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.platform != "trustpilot"], ids=named)
def test_a_tampered_sample_is_refused(sample: Sample) -> None:
    made, where = connector(sample.platform), connection(sample.platform)
    genuine = received(request_of(sample))
    if sample.platform == "feedback_form":
        # Whoever fills in a form may write what they like; what must be genuine is the page it came from.
        fields = dict(parse_qsl(genuine.body.decode(), keep_blank_values=True))
        assert isinstance(made.verify(Request("POST", genuine.headers, b"text=forged&rating=1"), where, (SECRET,), NOW), Refusal)
        assert set(sample.fields) <= set(fields)
        return
    # One blank more in a JSON body reads the same; it is the bytes that are signed.
    forged = Request("POST", genuine.headers, genuine.body + (b"&Body=more" if sample.is_form else b" "))
    assert isinstance(made.verify(forged, where, (SECRET,), NOW), Refusal)
    assert isinstance(made.verify(genuine, where, (SECRET[:-6] + "AAAA==",), NOW), Refusal)


def test_what_platforms_must_know_is_in_the_shape_the_simulator_takes() -> None:
    simulated = Platforms()
    for sample in SAMPLES:
        for known in sample.render(NOW).knows:
            simulated.knows(sample.platform, known.native_id, known.resource)
    posted = {known.native_id for sample in SAMPLES if sample.platform == "discourse" for known in sample.render(NOW).knows}
    assert len(posted) >= 6


def test_times_are_filled_in_relative_to_the_moment_of_playing(tmp_path: Path) -> None:
    body = {"type": "x", "at": "{{now-90m}}", "in": ["{{now+1d}}", "seen {{now}}"], "text": {"repeat": "ab", "times": 3}}
    write(tmp_path, "standard/01-a.json", {"about": "A.", "platform": "standard", "body": body, "expect": {"kind": "test"}})
    (sample,) = load_samples(tmp_path)
    assert sample.render(NOW).fields == {
        "type": "x",
        "at": "2026-02-14T08:00:00.250Z",
        "in": ["2026-02-15T09:30:00.250Z", "seen 2026-02-14T09:30:00.250Z"],
        "text": "ababab",
    }


def test_a_sample_out_of_format_is_refused_with_everything_that_is_wrong(tmp_path: Path) -> None:
    document = {"platform": "standard", "form": {}, "expect": {"severity": ["awful"], "route": []}, "wait": 1, "times": 0}
    write(tmp_path, "discourse/1.json", document)
    with pytest.raises(InvalidSample) as refused:
        load_samples(tmp_path)
    said = str(refused.value)
    problems = (
        "NN-name.json",
        "unknown fields: wait",
        "'about'",
        "belongs in the folder",
        "sends a body",
        "awful",
        "needs a route",
        "'times'",
    )
    for problem in problems:
        assert problem in said, problem
    write(tmp_path, "discourse/1.json", {"body": {"post": "{{yesterday}}"}})
    with pytest.raises(InvalidSample, match="yesterday"):
        load_samples(tmp_path)
    (tmp_path / "discourse/1.json").write_text("{", encoding="utf-8")
    with pytest.raises(InvalidSample, match="not JSON"):
        load_samples(tmp_path)


def test_a_form_is_sent_with_the_hidden_fields_of_its_own_page() -> None:
    page = """
        <form action="?lang=en">
          <input type="hidden" name="token" value="a&amp;b"><input name="name"><textarea name="text"></textarea>
        </form>
        <form action="/search"><input name="q"></form>"""
    request = submitted(page, "https://heard.example/form/1", {"text": "Très bien", "token": "forged"})
    assert request.url == "https://heard.example/form/1?lang=en"
    assert dict(parse_qsl(request.body.decode(), keep_blank_values=True)) == {"token": "a&b", "name": "", "text": "Très bien"}
    with pytest.raises(NoForm):
        submitted("<p>Nothing here</p>", "https://heard.example/", {})


def test_every_connector_that_businesses_push_to_has_samples() -> None:
    assert set(platforms()) <= PLATFORMS


def write(folder: Path, name: str, document: object) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
