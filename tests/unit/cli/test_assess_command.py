"""`heard assess run`: what it writes, and what it says of lines that it cannot read."""

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
WORDS = (
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
    """Writes a file of lines, each an object or a text as it is."""

    def written(*lines: Any) -> str:
        path = tmp_path / "reviews.jsonl"
        path.write_text(
            "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in lines),
            encoding="utf-8",
        )
        return str(path)

    return written


def assessed(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def asked(text: str, rating: int | None = None) -> AssessmentRequest:
    event = ReviewEvent(
        EventKind.CREATED, "1", "1", number_revision(1), Author(""), rating, None, text
    )
    return AssessmentRequest(event, Channel.REVIEW_SITE, History())


def test_each_line_says_everything_that_was_asked_for(
    heard: HeardCommand, file: Callable[..., str]
) -> None:
    said = heard.run_ok(
        "assess",
        "run",
        file({"id": "a", "text": "My lawyer will call you: we all got food poisoning."}),
        "--engine",
        "quick",
    )
    (line,) = assessed(said.stdout)
    wanted = {
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
    assert wanted <= line.keys()
    assert (line["id"], line["severity"], line["needs_person"], line["language"]) == (
        "a",
        "critical",
        True,
        "en",
    )
    assert "safety" in line["flags"]
    assert {"critical_safety"} <= {each["code"] for each in line["evidence"]}
    assert any("poisoning" in each["words"] for each in line["evidence"])
    assert 0 <= line["scores"]["needs_person"] <= 1


def test_the_order_of_lines_and_the_type_of_ids_are_kept(
    heard: HeardCommand, file: Callable[..., str]
) -> None:
    lines = [
        {"id": number if number % 2 else f"r{number}", "text": WORDS[number % 5]}
        for number in range(50)
    ]
    said = heard.run_ok("assess", "run", file(*lines), "--engine", "quick", "--jobs", "1")
    assert [line["id"] for line in assessed(said.stdout)] == [line["id"] for line in lines]


def test_what_a_policy_is_decided_by_is_passed_on_and_the_words_are_not(
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
    (written,) = assessed(heard.run_ok("assess", "run", file(line), "--engine", "quick").stdout)
    assert {
        name: written[name]
        for name in ("at", "platform", "channel", "rating", "author_value", "has_text")
    } == {
        **{name: line[name] for name in ("at", "platform", "channel", "author_value")},
        "rating": 5,
        "has_text": True,
    }
    assert not {"text", "title", "author"} & written.keys()


def test_policy_diff_reads_what_run_writes(
    heard: HeardCommand, file: Callable[..., str], tmp_path: Path
) -> None:
    source = file(
        *(
            {"id": str(n), "text": text, "rating": n % 5 + 1, "channel": "forum"}
            for n, text in enumerate(WORDS)
        ),
        {"id": "x", "rating": 1},
    )
    out = tmp_path / "assessed.jsonl"
    heard.run_ok("assess", "run", source, "--engine", "quick", "--out", str(out))
    written = history.from_file(str(out), with_text=False)
    read = list(written.reviews)
    assert not written.line_errors
    assert [
        (each.assessment.severity, each.context.channel, each.context.rating, each.context.has_text)
        for each in read
    ] == [
        (
            Severity(line["severity"]),
            Channel.FORUM if "channel" in line else Channel.REVIEW_SITE,
            line["rating"],
            line["has_text"],
        )
        for line in assessed(out.read_text(encoding="utf-8"))
    ]


def test_bad_lines_are_named_with_what_to_mend_and_the_rest_is_assessed(
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
    said = heard("assess", "run", source, "--engine", "quick")
    assert said.exit_code == 2
    assert [line["id"] for line in assessed(said.stdout)] == ["1", "10"]
    messages = said.stderr.splitlines()
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
        assert word in said.stderr
    assert "secret" not in said.stderr
    assert "pigeon" not in said.stderr


def test_a_thousand_bad_lines_are_counted_and_not_all_told(
    heard: HeardCommand, file: Callable[..., str]
) -> None:
    said = heard("assess", "run", file(*["nonsense"] * 1000), "--engine", "quick")
    assert said.exit_code == 2
    assert said.stderr.count("line ") == run.MAX_ERRORS_SHOWN
    assert "1,000 lines" in said.stderr


def test_bytes_that_are_no_text_and_a_line_without_end_stop_nothing(
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
    said = heard("assess", "run", str(source), "--engine", "quick")
    assert said.exit_code == 2
    assert [line["id"] for line in assessed(said.stdout)] == ["1", "4"]
    assert "UTF-8" in said.stderr
    assert "longer than" in said.stderr


def test_half_characters_come_through_as_json(
    heard: HeardCommand, file: Callable[..., str]
) -> None:
    (line,) = assessed(
        heard.run_ok(
            "assess",
            "run",
            file('{"id": "\\ud83d", "text": "so \\ud83d bad"}'),
            "--engine",
            "quick",
        ).stdout
    )
    assert line["id"] == "\ud83d"


def test_standard_input_is_read_and_an_empty_one_is_told(heard: HeardCommand) -> None:
    assert (
        heard.run_ok("assess", "run", "-", "--engine", "quick", stdin="").stderr.strip()
        == "The file has no reviews."
    )


def test_the_file_that_is_read_is_not_overwritten(
    heard: HeardCommand, file: Callable[..., str]
) -> None:
    source = file({"id": "1", "text": "fine"})
    assert heard("assess", "run", source, "--engine", "quick", "--out", source).exit_code == 2
    assert assessed(Path(source).read_text(encoding="utf-8")) == [{"id": "1", "text": "fine"}]


def test_several_processes_say_what_one_says_in_the_same_order() -> None:
    many = [asked(f"{text} {number}", number % 5 + 1) for number, text in enumerate(WORDS * 14)]
    assert len(many) > 2 * BATCH
    assert list(assess_all(many, QUICK, jobs=2)) == list(assess_all(many, QUICK, jobs=1))


def test_no_more_is_read_than_can_soon_be_judged() -> None:
    taken = 0

    def endless() -> Iterator[AssessmentRequest]:
        nonlocal taken
        for taken in itertools.count(1):
            yield asked(WORDS[taken % 5])

    first = list(itertools.islice(assess_all(endless(), QUICK, jobs=1), BATCH + 1))
    assert len(first) == BATCH + 1
    assert taken <= 2 * BATCH
