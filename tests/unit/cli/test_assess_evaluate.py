"""`heard assess evaluate`: what it shows, what it hides, and what it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from heard.assessment import Severity
from heard_cli.assess import evaluate, labelled_reviews
from heard_cli.assess.labelled_tables import ON_TUNED_REVIEWS, WIDTH
from heard_cli.assess.perturbations import PERTURBATIONS
from heard_cli.assess.run import MAX_ERRORS_SHOWN
from tests.static.repository import ROOT
from tests.unit.cli.conftest import HeardCommand

ROWS: tuple[dict[str, Any], ...] = (
    {
        "id": "poison",
        "text": "We all got food poisoning here.",
        "rating": 1,
        "language": "en",
        "platform": "yelp",
        "severity": "critical",
        "needs_person": True,
        "agenda": "audience",
        "flags": ["safety"],
    },
    {
        "id": "lamp",
        "text": "The lamp by the door hums when it rains.",
        "severity": "critical",
        "needs_person": True,
        "agenda": "answer",
        "flags": [],
    },
    {
        "id": "lawyer",
        "text": "My lawyer will write to you about the deposit.",
        "severity": "low",
        "needs_person": True,
        "agenda": "answer",
        "flags": [],
    },
    {
        "id": "thanks",
        "text": "Wonderful stay, thank you all!",
        "rating": 5,
        "platform": "yelp",
        "severity": "praise",
        "needs_person": False,
        "agenda": "praise",
        "flags": [],
    },
)


@pytest.fixture
def heard() -> HeardCommand:
    return HeardCommand()


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., str]:
    def write(*rows: Any) -> str:
        path = tmp_path / "rated.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return str(path)

    return write


def test_json_has_every_figure_of_the_engines_and_no_word_of_a_review(
    heard: HeardCommand, file: Callable[..., str]
) -> None:
    result = heard.run_ok(
        "assess", "evaluate", "--labels", file(*ROWS), "--engine", "quick", "--jobs", "1", "--json"
    )
    report = result.json
    assert list(report) == [
        "reviews",
        "with_rating",
        "models",
        "critical",
        "critical_by_language",
        "critical_by_kind",
        "unread_critical",
        "levels",
        "needs",
        "stars",
        "happy_load",
        "agendas",
        "perturbations",
        "missed",
        "false_criticals",
    ]
    assert (report["reviews"], report["with_rating"]) == (4, 2)
    assert report["models"].keys() == {"quick"}
    assert {(row["judge"], row["inputs"]) for row in report["critical"]} == {
        ("quick", "text"),
        ("quick", "text and rating"),
        ("quick alone", "text"),
        ("rules alone", "text"),
        ("rules alone", "text and rating"),
    }
    rules = next(row for row in report["critical"] if row["judge"] == "rules alone")
    assert rules["recall"] == {
        "part": 1,
        "of": 2,
        "share": 0.5,
        "low": pytest.approx(0.0945, abs=1e-4),
        "high": pytest.approx(0.9055, abs=1e-4),
    }
    assert [row["id"] for row in report["missed"]] == ["lamp"]
    assert [(row["id"], row["kinds"]) for row in report["false_criticals"]] == [
        ("lawyer", ["legal"])
    ]
    assert {row["perturbation"] for row in report["perturbations"]} <= PERTURBATIONS.keys()
    assert ("rating alone", "rating", "with a rating", 2) in {
        (row["judge"], row["inputs"], row["scope"], row["reviews"]) for row in report["levels"]
    }
    for word in ("poisoning", "deposit", "hums", "Wonderful", "lawyer will"):
        assert word not in result.stdout


def test_tables_fit_a_hundred_columns_and_show_words_only_if_asked_to(
    heard: HeardCommand, file: Callable[..., str]
) -> None:
    ids = [f"rev_{number:026d}" for number in range(12)]
    reviews = [
        {
            **ROWS[number % 4],
            "id": id,
            "text": f"{ROWS[number % 4]['text']} Round {'abcdefghijkl'[number]}.",
        }
        for number, id in enumerate(ids)
    ]
    arguments = ("assess", "evaluate", "--labels", file(*reviews), "--engine", "quick")
    result = heard.run_ok(*arguments)
    assert max(map(len, result.stdout.splitlines())) <= WIDTH
    for title in (
        "Critical reviews that reach no person",
        "Critical reviews that quick missed",
        "Reviews that quick wrongly called critical",
        "Load: happy reviews that a person reads",
        "Critical reviews with typos and the like",
    ):
        assert title in result.stdout
    assert ids[1] in result.stdout
    assert "critical_legal" in result.stdout
    assert ON_TUNED_REVIEWS in " ".join(result.stdout.split())
    assert "deposit" not in result.stdout
    assert "hums" not in result.stdout

    with_words = heard.run_ok(*arguments, "--show-words").stdout
    assert "My lawyer will write to you about the deposit. Round c." in with_words
    assert "The lamp by the door hums when it rains. Round b." in with_words
    assert "Wonderful" not in with_words


def test_a_file_with_a_row_that_cannot_be_read_is_not_half_measured(
    heard: HeardCommand, file: Callable[..., str]
) -> None:
    bad = [{"text": f"secret {number}", "severity": "worst"} for number in range(30)]
    result = heard("assess", "evaluate", "--labels", file(*ROWS, *bad), "--engine", "quick")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("`severity` has a wrong value") == MAX_ERRORS_SHOWN
    assert "line 5: `severity` has a wrong value." in result.stderr
    assert "30 rows could not be read (20 are shown). Nothing was measured." in result.stderr
    assert "secret" not in result.stderr


def test_an_empty_file_and_a_missing_one_are_refused(heard: HeardCommand, tmp_path: Path) -> None:
    empty = heard("assess", "evaluate", "--labels", "-", stdin="")
    assert empty.exit_code == 2
    assert "The file has no reviews." in empty.stderr
    missing = heard("assess", "evaluate", "--labels", str(tmp_path / "nothing.csv"))
    assert missing.exit_code == 2
    assert "cannot be read" in missing.stderr


def test_an_engine_that_is_not_installed_is_not_replaced_by_the_other(
    heard: HeardCommand, file: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Fallback:
        model = "quick-1"

    monkeypatch.setattr(evaluate, "shared_engine", lambda choice: Fallback())
    result = heard("assess", "evaluate", "--labels", file(*ROWS), "--engine", "accurate")
    assert result.exit_code == 1
    assert "The engine accurate is not installed here" in result.stderr


def test_a_critical_review_has_one_copy_for_each_change_and_always_the_same() -> None:
    label = labelled_reviews.ReviewLabel
    reviews = [
        labelled_reviews.LabelledReview("a", "we were ill.", label(Severity.CRITICAL)),
        labelled_reviews.LabelledReview("b", "Never again!", label(Severity.HIGH)),
        labelled_reviews.LabelledReview(
            "c", "Schön übel, " * 9, label(Severity.CRITICAL), title="Übel"
        ),
    ]
    copies = labelled_reviews.perturbed_copies(reviews)
    assert copies == labelled_reviews.perturbed_copies(reviews)
    names = {id: [name for name, copy in copies if copy.id == id] for id in "abc"}
    # Twelve small letters without accents have nothing to lose of some kinds.
    assert set(names["a"]) <= {"typos", "capitals", "no punctuation", "emoji", "quoted"}
    assert names["b"] == []
    assert names["c"] == list(PERTURBATIONS)
    plain = next(copy for name, copy in copies if (name, copy.id) == ("no accents", "c"))
    assert (plain.title, plain.text) == ("Ubel", "Schon ubel, " * 9)


def test_several_processes_give_the_same_report(
    heard: HeardCommand, file: Callable[..., str]
) -> None:
    reviews = [{**ROWS[number % 4], "id": str(number)} for number in range(40)]
    path = file(*reviews)
    one, two = (
        heard.run_ok(
            "assess", "evaluate", "--labels", path, "--engine", "quick", "--jobs", jobs, "--json"
        ).json
        for jobs in ("1", "2")
    )
    assert one == two


def test_the_rows_that_the_document_shows_are_measured(heard: HeardCommand, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "assessment.md").read_text(encoding="utf-8")
    section = page.partition("## Check it on your own reviews")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```(jsonl|csv)\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert [kind for kind, _ in blocks] == ["jsonl", "csv"]
    for kind, rows in blocks:
        path = tmp_path / f"rated.{kind}"
        path.write_text(rows, encoding="utf-8")
        report = heard.run_ok(
            "assess", "evaluate", "--labels", str(path), "--engine", "quick", "--json"
        ).json
        assert report["reviews"] == 2
        assert report["critical"][0]["recall"]["of"] == 1
