"""`heard assess run`: the lines it writes, and the errors it reports."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from heard.assessment import History, Severity
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision
from heard_cli.assess import run
from heard_cli.assess.parallel import BATCH, AssessmentRequest, EmbeddedEngine, assess_all
from heard_cli.policy import history
from tests.unit.cli.conftest import HeardCommand

QUICK = EmbeddedEngine("quick")
TEXTS = (
    "The soup was cold",
    "Wonderful, thank you",
    "Ich warte seit Wochen auf mein Geld",
    "Wann öffnen Sie morgen?",
    "最悪でした",
)


@pytest.fixture
def heard() -> HeardCommand:
    return HeardCommand()


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., str]:
    """Writes a file. Each line is an object, written as JSON, or a text."""

    def write(*lines: Any) -> str:
        path = tmp_path / "reviews.jsonl"
        path.write_text(
            "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines),
            encoding="utf-8",
        )
        return str(path)

    return write


def parse_lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def make_request(text: str, rating: int | None = None) -> AssessmentRequest:
    event = ReviewEvent(
        EventKind.CREATED, "1", "1", number_revision(1), Author(""), rating, None, text
    )
    return AssessmentRequest(event, Channel.REVIEW_SITE, History())


def test_each_output_line_has_the_assessment_its_evidence_and_scores(
    heard: HeardCommand, file: Callable[..., str]
) -> None:
    result = heard.run_ok(
        "assess",
        "run",
        file({"id": "a", "text": "My lawyer will call you: we all got food poisoning."}),
        "--engine",
        "quick",
    )
    (line,) = parse_lines(result.stdout)
    expected_fields = {
        "id",
        "severity",
        "needs_person",
        "agenda",
        "flags",
        "language",
        "confidence",
        "evidence",
        "scores",
    }
    assert expected_fields <= line.keys()
    assert (line["id"], line["severity"], line["needs_person"], line["language"]) == (
        "a",
        "critical",
        True,
        "en",
    )
    assert "safety" in line["flags"]
    assert {"critical_safety"} <= {evidence["code"] for evidence in line["evidence"]}
    assert any("poisoning" in evidence["words"] for evidence in line["evidence"])
    assert 0 <= line["scores"]["needs_person"] <= 1


def test_the_order_of_lines_and_the_type_of_ids_are_kept(
    heard: HeardCommand, file: Callable[..., str]
) -> None:
    lines = [
        {"id": number if number % 2 else f"r{number}", "text": TEXTS[number % 5]}
        for number in range(50)
    ]
    result = heard.run_ok("assess", "run", file(*lines), "--engine", "quick", "--jobs", "1")
    assert [line["id"] for line in parse_lines(result.stdout)] == [line["id"] for line in lines]


def test_output_lines_keep_the_fields_that_policies_use_and_no_text(
    heard: HeardCommand, file: Callable[..., str]
) -> None:
    line = {
        "id": "a",
        "at": "2026-03-01T10:00:00Z",
        "platform": "trustpilot",
        "channel": "social",
        "rating": "5",
        "author_value": 80,
        "text": "Lovely place",
        "title": "Bravo",
        "author": "Ana",
    }
    (output_line,) = parse_lines(
        heard.run_ok("assess", "run", file(line), "--engine", "quick").stdout
    )
    assert {
        name: output_line[name]
        for name in ("at", "platform", "channel", "rating", "author_value", "has_text")
    } == {
        **{name: line[name] for name in ("at", "platform", "channel", "author_value")},
        "rating": 5,
        "has_text": True,
    }
    assert not {"text", "title", "author"} & output_line.keys()


def test_policy_diff_reads_the_output_of_assess_run(
    heard: HeardCommand, file: Callable[..., str], tmp_path: Path
) -> None:
    source = file(
        *(
            {"id": str(n), "text": text, "rating": n % 5 + 1, "channel": "forum"}
            for n, text in enumerate(TEXTS)
        ),
        {"id": "x", "rating": 1},
    )
    out = tmp_path / "assessed.jsonl"
    heard.run_ok("assess", "run", source, "--engine", "quick", "--out", str(out))
    past_reviews = history.from_file(str(out), with_text=False)
    reviews = list(past_reviews.reviews)
    assert not past_reviews.line_errors
    assert [
        (
            review.assessment.severity,
            review.context.channel,
            review.context.rating,
            review.context.has_text,
        )
        for review in reviews
    ] == [
        (
            Severity(line["severity"]),
            Channel.FORUM if "channel" in line else Channel.REVIEW_SITE,
            line["rating"],
            line["has_text"],
        )
        for line in parse_lines(out.read_text(encoding="utf-8"))
    ]


def test_bad_lines_are_reported_with_their_fix_and_the_others_are_assessed(
    heard: HeardCommand, file: Callable[..., str]
) -> None:
    source = file(
        {"id": "1", "text": "fine"},
        "{not json",
        {"id": "3", "text": "x", "rating": 9},
        {"id": "4"},
        '["a secret of a customer"]',
        "",
        {"text": "a secret of a customer"},
        {"id": "8", "text": {"a secret": "of a customer"}},
        {"id": "9", "text": "x", "channel": "pigeon"},
        {"id": "10", "text": ""},
    )
    result = heard("assess", "run", source, "--engine", "quick")
    assert result.exit_code == 2
    assert [line["id"] for line in parse_lines(result.stdout)] == ["1", "10"]
    messages = result.stderr.splitlines()
    assert [line.partition(":")[0] for line in messages if line.startswith("line ")] == [
        f"line {number}" for number in (2, 3, 4, 5, 7, 8, 9)
    ]
    for word in (
        "JSON",
        "`rating`",
        "1 to 5",
        "`text`",
        "`id` is missing",
        "review_site",
        "7 lines could not be read",
    ):
        assert word in result.stderr
    assert "secret" not in result.stderr
    assert "pigeon" not in result.stderr


def test_a_thousand_bad_lines_are_counted_and_only_the_first_are_reported(
    heard: HeardCommand, file: Callable[..., str]
) -> None:
    result = heard("assess", "run", file(*["nonsense"] * 1000), "--engine", "quick")
    assert result.exit_code == 2
    assert result.stderr.count("line ") == run.MAX_ERRORS_SHOWN
    assert "1,000 lines" in result.stderr


def test_invalid_bytes_and_a_line_over_the_limit_are_reported_and_the_others_assessed(
    heard: HeardCommand, tmp_path: Path
) -> None:
    source = tmp_path / "reviews.jsonl"
    endless = json.dumps({"id": "3", "text": "a" * (2 * run.MAX_LINE_BYTES)}).encode()
    good = json.dumps({"id": "4", "text": "Danke, alles gut! " * 200}).encode()
    source.write_bytes(
        b"\xef\xbb\xbf"
        + json.dumps({"id": "1", "text": "ok"}).encode()
        + b"\n\xff\xfe\n"
        + endless
        + b"\n"
        + good
    )
    result = heard("assess", "run", str(source), "--engine", "quick")
    assert result.exit_code == 2
    assert [line["id"] for line in parse_lines(result.stdout)] == ["1", "4"]
    assert "UTF-8" in result.stderr
    assert "longer than" in result.stderr


def test_an_unpaired_surrogate_in_an_id_is_kept(
    heard: HeardCommand, file: Callable[..., str]
) -> None:
    (line,) = parse_lines(
        heard.run_ok(
            "assess",
            "run",
            file('{"id": "\\ud83d", "text": "so \\ud83d bad"}'),
            "--engine",
            "quick",
        ).stdout
    )
    assert line["id"] == "\ud83d"


def test_empty_standard_input_is_reported(heard: HeardCommand) -> None:
    assert (
        heard.run_ok("assess", "run", "-", "--engine", "quick", stdin="").stderr.strip()
        == "The file has no reviews."
    )


def test_the_input_file_is_never_overwritten(heard: HeardCommand, file: Callable[..., str]) -> None:
    source = file({"id": "1", "text": "fine"})
    assert heard("assess", "run", source, "--engine", "quick", "--out", source).exit_code == 2
    assert parse_lines(Path(source).read_text(encoding="utf-8")) == [{"id": "1", "text": "fine"}]


def test_several_processes_give_the_same_results_in_the_same_order_as_one() -> None:
    requests = [
        make_request(f"{text} {number}", number % 5 + 1) for number, text in enumerate(TEXTS * 14)
    ]
    assert len(requests) > 2 * BATCH
    assert list(assess_all(requests, QUICK, jobs=2)) == list(assess_all(requests, QUICK, jobs=1))


def test_input_is_read_at_most_one_batch_ahead() -> None:
    read_count = 0

    def endless() -> Iterator[AssessmentRequest]:
        nonlocal read_count
        for read_count in itertools.count(1):
            yield make_request(TEXTS[read_count % 5])

    first = list(itertools.islice(assess_all(endless(), QUICK, jobs=1), BATCH + 1))
    assert len(first) == BATCH + 1
    assert read_count <= 2 * BATCH


def test_without_a_good_line_nothing_was_assessed(
    heard: HeardCommand, file: Callable[..., str]
) -> None:
    result = heard("assess", "run", file("nonsense"), "--engine", "quick")

    assert "Nothing was assessed." in result.stderr
    assert "The others" not in result.stderr
