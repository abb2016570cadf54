"""The samples under `events/`.

They load, cover what they must, and become requests that the connectors accept.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from heard.connectors import ReviewPage
from heard.reviews import EventKind
from heard_cli.local.sample_requests import FormNotFound, fill_form
from heard_cli.local.samples import EVENTS, InvalidSample, Sample, build_sample, load_samples
from heard_simulator.server import SimulatedPlatforms
from tests.unit.simulated import PLATFORMS, SAMPLES, connect_to_simulator

pytestmark = pytest.mark.loopback

NOW = datetime(2026, 2, 14, 9, 30, 0, 250_000, tzinfo=UTC)


def sample_name(sample: Sample) -> str:
    return sample.name


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatedPlatforms]:
    with SimulatedPlatforms(clock=lambda: NOW) as platforms:
        yield platforms


def test_the_samples_cover_all_platforms_kinds_severities_and_many_languages() -> None:
    assert len(SAMPLES) >= 40
    assert {sample.platform for sample in SAMPLES} == set(PLATFORMS)
    expectations = [expectation for sample in SAMPLES for expectation in sample.expect]
    assert {expectation.kind for expectation in expectations} == {kind.value for kind in EventKind}
    severity_counts = Counter(
        level for expectation in expectations for level in expectation.severity
    )
    assert (
        min(severity_counts[level] for level in ("critical", "high", "medium", "low", "praise"))
        >= 8
    )
    assert any(sample.times > 1 for sample in SAMPLES)
    assert max(len(json.dumps(sample.render(NOW).fields)) for sample in SAMPLES) > 100_000


def test_samples_are_delivered_by_number_and_keep_the_order_of_their_platform() -> None:
    for platform in PLATFORMS:
        numbers = [sample.name for sample in SAMPLES if sample.platform == platform]
        assert numbers == sorted(numbers)
        assert len({name.split("/")[1][:2] for name in numbers}) == len(numbers)
    assert len({sample.platform for sample in SAMPLES[:5]}) == 5


@pytest.mark.parametrize("sample", SAMPLES, ids=sample_name)
def test_a_sample_is_accepted_and_read_as_the_events_that_it_promises(
    sample: Sample, simulator: SimulatedPlatforms
) -> None:
    connection = connect_to_simulator(sample.platform, simulator)
    expected_kinds = [expectation.kind for expectation in sample.expect]
    for entry in sample.render(NOW).resources:
        simulator.set_resource(sample.platform, entry.native_id, entry.resource)
    if sample.polled:
        page = connection.connector.recent(None, connection.account, NOW)
        assert isinstance(page, ReviewPage)
        assert page.problems == ()
        assert expected_kinds == ["withdrawn"] or page.events
        return
    request = connection.request(sample, NOW)
    if (response := connection.handshake(request, NOW)) is not None:
        assert response.status < 300
        assert expected_kinds == ["test"]
        return
    assert connection.verify(request, NOW) is None
    parsed = connection.parse(request, NOW)
    assert parsed.problems == ()
    assert [event.kind.value for event in parsed.events] == expected_kinds
    assert (
        sample.page
        or connection.request(sample, NOW).body == request.body
        or not connection.connector.capabilities.can_self_test
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_has_a_sample_of_a_new_review(platform: str) -> None:
    kinds = {
        expectation.kind
        for sample in SAMPLES
        if sample.platform == platform
        for expectation in sample.expect
    }
    assert "created" in kinds


@pytest.mark.parametrize(
    "platform", [name for name in PLATFORMS if (EVENTS / name / "self_test.json").is_file()]
)
def test_what_connect_test_sends_is_accepted_and_means_what_it_says(
    platform: str, simulator: SimulatedPlatforms
) -> None:
    connection = connect_to_simulator(platform, simulator)
    parts = json.loads(
        (EVENTS / platform / "self_test.json").read_text().replace("{{id}}", "heard-test-1a2b3c")
    )
    assert {"ping", "review"} <= set(parts)
    for part, document in parts.items():
        request = connection.request(
            build_sample(platform, part, {**document, "resources": []}), NOW
        )
        if connection.handshake(request, NOW) is not None:
            assert part == "ping"
            continue
        assert connection.verify(request, NOW) is None
        kinds = {event.kind for event in connection.parse(request, NOW).events}
        # A call's transcription belongs to a review that exists already: the missed call.
        allowed = {
            "ping": {EventKind.TEST},
            "review": {EventKind.CREATED, EventKind.EDITED},
            "withdrawal": {EventKind.WITHDRAWN},
        }[part]
        assert kinds <= allowed
        assert kinds or part == "ping"


def test_the_resources_of_samples_have_the_shape_that_the_simulator_takes() -> None:
    platforms = SimulatedPlatforms()
    for sample in SAMPLES:
        for entry in sample.render(NOW).resources:
            platforms.set_resource(sample.platform, entry.native_id, entry.resource)
    topics = {
        entry.native_id
        for sample in SAMPLES
        if sample.platform == "discourse"
        for entry in sample.render(NOW).resources
    }
    assert len(topics) >= 6


def test_times_are_filled_in_relative_to_the_moment_of_delivery(tmp_path: Path) -> None:
    body = {
        "type": "x",
        "at": "{{now-90m}}",
        "in": ["{{now+1d}}", "seen {{now}}"],
        "text": {"repeat": "ab", "times": 3},
    }
    write(
        tmp_path,
        "standard/01-a.json",
        {"about": "A.", "platform": "standard", "body": body, "expect": {"kind": "test"}},
    )
    (sample,) = load_samples(tmp_path)
    assert sample.render(NOW).fields == {
        "type": "x",
        "at": "2026-02-14T08:00:00.250Z",
        "in": ["2026-02-15T09:30:00.250Z", "seen 2026-02-14T09:30:00.250Z"],
        "text": "ababab",
    }


def test_an_invalid_sample_is_refused_with_everything_that_is_wrong(tmp_path: Path) -> None:
    document = {
        "platform": "standard",
        "form": {},
        "expect": {"severity": ["awful"], "route": []},
        "wait": 1,
        "times": 0,
    }
    write(tmp_path, "discourse/1.json", document)
    with pytest.raises(InvalidSample) as error:
        load_samples(tmp_path)
    message = str(error.value)
    problems = (
        "NN-name.json",
        "unknown fields: wait",
        "'about'",
        "belongs in the folder",
        "awful",
        "needs a route",
        "'times'",
    )
    for problem in problems:
        assert problem in message
    write(tmp_path, "discourse/1.json", {"body": {"post": "{{yesterday}}"}})
    with pytest.raises(InvalidSample, match="yesterday"):
        load_samples(tmp_path)
    (tmp_path / "discourse/1.json").write_text("{", encoding="utf-8")
    with pytest.raises(InvalidSample, match="not JSON"):
        load_samples(tmp_path)


def test_a_form_is_sent_with_the_hidden_fields_of_its_own_page() -> None:
    page = """
        <form action="?lang=en">
          <input type="hidden" name="token" value="a&amp;b">
          <input name="name"><textarea name="text"></textarea>
        </form>
        <form action="/search"><input name="q"></form>"""
    request = fill_form(
        page, "https://heard.example/form/1", {"text": "Très bien", "token": "forged"}
    )
    assert request.url == "https://heard.example/form/1?lang=en"
    assert dict(parse_qsl(request.body.decode(), keep_blank_values=True)) == {
        "token": "a&b",
        "name": "",
        "text": "Très bien",
    }
    with pytest.raises(FormNotFound):
        fill_form("<p>Nothing here</p>", "https://heard.example/", {})


def test_every_connector_has_samples_and_every_folder_of_samples_a_connector() -> None:
    assert set(PLATFORMS) == {sample.platform for sample in SAMPLES}


def write(folder: Path, name: str, document: object) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
