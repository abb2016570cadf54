"""`heard replay`: files to a webhook, and stored reviews to the queue again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from heard import clock
from heard.clock import format_time, parse_time
from heard.outcomes import Kind
from heard.reviews import author_id, review_id
from heard.steps.triage import QueuedReview
from heard.storage.quarantine import QuarantinedDelivery
from heard_cli.local.samples import EVENTS
from heard_cli.stack import Stack
from tests.unit.backend import NOON
from tests.unit.cli.conftest import HeardCommand, InProcessHttpClient, process_queue

PERIOD = ("replay", "--business", "acme", "--from", "1d")


@pytest.fixture
def connection(heard: HeardCommand, stack: Stack) -> str:
    return heard.run_ok(
        "connect", "add", "standard", "--business", "acme", "--receive-only", "--json"
    ).json["id"]


@pytest.fixture
def sample(tmp_path: Path) -> Callable[..., Path]:
    def write(id: str, *, name: str = "", **more: Any) -> Path:
        data = {
            "id": id,
            "rating": 2,
            "text": "The bread was stale. Will you bake again?",
            "created_at": "{{now-2h}}",
            "author": {"id": "a"},
        }
        body = {"type": "review.created", "timestamp": "{{now}}", "data": data}
        path = tmp_path / f"{name or id}.json"
        path.write_text(
            json.dumps({"about": "A complaint.", "platform": "standard", "body": body, **more})
        )
        return path

    return write


def kinds(stack: Stack, native: str) -> list[Kind]:
    return [outcome.kind for outcome in stack.log.of_review(review_id("acme", "standard", native))]


def test_samples_are_sent_to_the_webhook_signed_with_the_stored_secret(
    heard: HeardCommand,
    stack: Stack,
    http_client: InProcessHttpClient,
    connection: str,
    sample: Callable[..., Path],
) -> None:
    files = [str(sample("r1")), str(sample("r2", times=2))]

    result = heard.run_ok("replay", *files, "--connection", connection, "--json").json

    assert (result["sent"], result["rejected"]) == (3, 0)
    assert [entry["status"] for entry in result["responses"]] == [202, 202, 202]
    assert kinds(stack, "r1") == [Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED]
    assert kinds(stack, "r2") == [Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED, Kind.DUPLICATE]
    assert "r1.json" in heard.run_ok("replay", files[0], "--connection", connection).stdout


def test_all_samples_of_a_folder_are_sent(
    heard: HeardCommand, stack: Stack, http_client: InProcessHttpClient, connection: str
) -> None:
    http_client.processes_queue = False

    result = heard.run_ok(
        "replay", str(EVENTS / "standard"), "--connection", connection, "--json"
    ).json

    assert result["sent"] >= len(list((EVENTS / "standard").glob("[0-9]*.json")))
    assert result["rejected"] == 0


def test_a_captured_message_is_signed_again(
    heard: HeardCommand,
    stack: Stack,
    http_client: InProcessHttpClient,
    connection: str,
    tmp_path: Path,
) -> None:
    body = {
        "type": "review.created",
        "timestamp": format_time(clock.now()),
        "data": {"id": "r9", "rating": 1, "text": "Why?", "author": {"id": "a"}},
    }
    lines = (
        "POST /hooks/old HTTP/1.1\r\nHost: old.example\r\n"
        "Webhook-Id: msg_9\r\nWebhook-Signature: v1,old\r\n\r\n"
    )
    (tmp_path / "captured.http").write_text(lines + json.dumps(body))

    heard.run_ok("replay", str(tmp_path / "captured.http"), "--connection", connection)

    assert kinds(stack, "r9")[0] is Kind.ACCEPTED


def test_a_refused_request_is_reported(
    heard: HeardCommand,
    stack: Stack,
    http_client: InProcessHttpClient,
    connection: str,
    sample: Callable[..., Path],
) -> None:
    http_client.now = clock.now() + timedelta(hours=1)

    result = heard("replay", str(sample("r1")), "--connection", connection)

    assert result.exit_code == 1
    assert "401" in result.stdout
    assert f"heard connect deliveries {connection}" in result.stderr


def test_files_that_are_no_samples_are_named_before_anything_is_sent(
    heard: HeardCommand,
    stack: Stack,
    http_client: InProcessHttpClient,
    connection: str,
    sample: Callable[..., Path],
    tmp_path: Path,
) -> None:
    (tmp_path / "rubbish.json").write_text("{rubbish")
    (tmp_path / "nothing.json").write_text("{}")
    (tmp_path / "words.txt").write_text("hello there\n")
    (tmp_path / "policy.yaml").write_text("name: Acme\nlanguage: en\n\nrules: []\n")
    bad_files = (
        *("rubbish.json", "nothing.json", "words.txt", "missing.json", "policy.yaml"),
        sample("r2", name="other", platform="discourse").name,
        sample("r3", name="when", headers={"x": "{{soon}}"}).name,
    )

    for name in bad_files:
        result = heard(
            "replay", str(sample("r1")), str(tmp_path / name), "--connection", connection
        )
        assert result.exit_code == 2, name
        assert name in "".join(result.stderr.replace("│", " ").split()), result.stderr
    assert http_client.requests == []


def test_files_and_a_period_exclude_each_other(
    heard: HeardCommand, stack: Stack, connection: str, sample: Callable[..., Path]
) -> None:
    file = str(sample("r1"))

    for words in (
        (),
        (file,),
        (file, "--connection", connection, "--business", "acme"),
        ("--business", "acme"),
        (*PERIOD[1:], "--secret", "x"),
    ):
        assert heard("replay", *words).exit_code == 2, words


def test_sending_to_a_connection_that_can_reply_needs_confirmation(
    heard: HeardCommand, stack: Stack, http_client: InProcessHttpClient, sample: Callable[..., Path]
) -> None:
    words = ("connect", "add", "trustpilot", "--business", "acme", "--json")
    keys = ("api_key", "api_secret", "business_user_id")
    id = heard.run_ok(
        *words, *(word for name in keys for word in ("--credential", f"{name}=x"))
    ).json["id"]
    file = sample("r1", platform="trustpilot", body={"events": []})

    assert heard("replay", str(file), "--connection", id, stdin="n\n").exit_code == 1
    assert http_client.requests == []
    heard.run_ok("replay", str(file), "--connection", id, "--dry-run")
    assert http_client.requests == []
    heard.run_ok("replay", str(file), "--connection", id, "--yes")
    assert len(http_client.requests) == 1


@pytest.fixture
def handled_reviews(
    heard: HeardCommand,
    stack: Stack,
    http_client: InProcessHttpClient,
    connection: str,
    sample: Callable[..., Path],
) -> None:
    """Three reviews that are decided."""
    heard.run_ok(
        "replay", *(str(sample(id)) for id in ("r1", "r2", "r3")), "--connection", connection
    )


def test_a_review_that_was_handled_already_becomes_a_duplicate(
    heard: HeardCommand, stack: Stack, handled_reviews: None
) -> None:
    result = heard.run_ok(*PERIOD, "--yes", "--json").json

    assert (result["reviews"], result["sent"], result["platforms"], result["skipped"]) == (
        3,
        3,
        {"standard": 3},
        [],
    )
    assert process_queue(stack) == 3
    assert kinds(stack, "r1") == [Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED, Kind.DUPLICATE]
    assert len(stack.cases.open_follow_ups("acme", limit=10)[0]) == 3


def test_a_stored_review_is_sent_with_the_time_of_its_last_change(
    heard: HeardCommand, stack: Stack, handled_reviews: None
) -> None:
    review = stack.cases.find_review(review_id("acme", "standard", "r1"))
    assert review is not None

    heard.run_ok(*PERIOD, "--yes")

    messages = [
        QueuedReview.from_json(json.loads(message["Body"]))
        for message in stack.sqs.receive_message(
            QueueUrl=stack.outputs["QueueUrl"], MaxNumberOfMessages=10
        )["Messages"]
    ]
    received_at = {
        message.event.native_id: message.received_at for message in messages if message.event
    }
    assert received_at["r1"] == parse_time(review.touched_at)


def test_a_dry_run_only_counts_and_sending_needs_confirmation(
    heard: HeardCommand, stack: Stack, handled_reviews: None
) -> None:
    assert "3" in heard.run_ok(*PERIOD, "--dry-run").stdout
    assert heard(*PERIOD, stdin="n\n").exit_code == 1
    assert process_queue(stack) == 0
    heard.run_ok(*PERIOD, stdin="y\n")
    assert process_queue(stack) == 3


def test_only_reviews_of_the_period_and_the_platform_are_sent(
    heard: HeardCommand, stack: Stack, handled_reviews: None
) -> None:
    assert (
        heard.run_ok(
            "replay", "--business", "acme", "--from", "3d", "--to", "2d", "--json", "--yes"
        ).json["reviews"]
        == 0
    )
    assert heard.run_ok(*PERIOD, "--platform", "discourse", "--json", "--yes").json["sent"] == 0
    assert process_queue(stack) == 0


def test_erased_reviews_and_those_without_a_connection_are_skipped(
    heard: HeardCommand, stack: Stack, handled_reviews: None, connection: str
) -> None:
    stack.cases.vault.erase(author_id("acme", "standard", "a"), NOON)
    result = heard.run_ok(*PERIOD, "--yes").stdout
    assert "3 not sent: its text is missing, was erased, or is damaged" in result

    heard.run_ok("connect", "remove", connection, "--yes")
    assert {entry["why"] for entry in heard.run_ok(*PERIOD, "--yes", "--json").json["skipped"]} == {
        "its connection was removed"
    }
    assert process_queue(stack) == 0


def test_the_quarantine_of_the_period_is_parsed_again(
    heard: HeardCommand, stack: Stack, connection: str
) -> None:
    now = clock.now()
    body = json.dumps(
        {
            "type": "review.created",
            "timestamp": format_time(now),
            "data": {"id": "q1", "text": "Hm?", "author": {"id": "a"}},
        }
    )
    for id, age, content in (("dlv_1", 1, body), ("dlv_2", 2, "{"), ("dlv_3", 48, body)):
        received = format_time(now - timedelta(hours=age))
        stack.quarantine.keep(
            QuarantinedDelivery(
                id,
                "acme",
                connection,
                "standard",
                received,
                "not then",
                "POST",
                "",
                content.encode(),
                {},
            )
        )

    counts = heard.run_ok(*PERIOD, "--quarantined", "--dry-run", "--json").json
    assert counts["quarantined"]["deliveries"] == 2
    result = heard(*PERIOD, "--quarantined", "--yes", "--json")

    assert result.exit_code == 1
    assert result.json["quarantined"] == {"deliveries": 2, "unresolved": 1, "events": 1}
    assert [delivery.id for delivery in stack.quarantine.of_business("acme")] == ["dlv_3", "dlv_2"]
    assert process_queue(stack) == 1


def test_a_file_that_lands_in_quarantine_is_an_error_that_says_why(
    heard: HeardCommand,
    stack: Stack,
    http_client: InProcessHttpClient,
    connection: str,
    tmp_path: Path,
) -> None:
    body = {"type": "review.created", "timestamp": "{{now}}", "data": {"text": "No id."}}
    path = tmp_path / "noid.json"
    path.write_text(json.dumps({"about": "A.", "platform": "standard", "body": body}))

    for _ in range(2):
        result = heard("replay", str(path), "--connection", connection)
        assert result.exit_code == 1
        assert "could not be read" in result.stderr
        assert "is missing" in result.stderr
        assert "heard connect quarantine --business acme" in result.stderr
        assert "reviews list" not in result.stderr


def test_a_folder_without_samples_is_an_error(
    heard: HeardCommand, stack: Stack, connection: str, tmp_path: Path
) -> None:
    result = heard("replay", str(tmp_path), "--connection", connection)

    assert (result.exit_code, "There are no samples in" in result.stderr) == (1, True)
    assert "events/README.md" in result.stderr


def test_a_sample_of_a_time_too_far_away_is_refused(
    heard: HeardCommand, stack: Stack, connection: str, sample: Callable[..., Path]
) -> None:
    for time in ("{{now-99999999d}}", "{{unix+9999999999999999d}}"):
        path = sample("r1", headers={"x-time": time})
        result = heard("replay", str(path), "--connection", connection)
        assert (result.exit_code, "is not a sample" in result.stderr) == (2, True)


def test_without_an_answer_on_standard_input_the_error_names_the_option(
    heard: HeardCommand, stack: Stack, connection: str
) -> None:
    erase = ("authors", "erase", "cus-1", "--business", "acme", "--platform", "standard")
    for command in (erase, ("connect", "remove", connection)):
        result = heard(*command, stdin="")
        assert result.exit_code == 1
        assert "Nothing was" in result.stderr
        assert "Add --yes" in result.stderr
