"""`python -m heard_training evaluate`: what it measures, writes and refuses."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from heard.assessment import History
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision
from heard_cli.assess.parallel import AssessmentRequest, assess_all
from heard_training import figures, findings
from heard_training.__main__ import app
from heard_training.measured_engine import MeasuredEngine

TEXTS = (
    "The soup was cold",
    "Wonderful, thank you",
    "Ich warte seit Wochen auf mein Geld",
    "Wann öffnen Sie morgen?",
    "最悪でした",
)


@dataclass(frozen=True)
class EvaluationResult:
    """What the command wrote, and how it ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


@dataclass(frozen=True)
class TrainingCommand:
    """Runs `python -m heard_training evaluate` as a shell would."""

    runner: CliRunner = field(default_factory=CliRunner)

    def __call__(self, *arguments: str) -> EvaluationResult:
        result = self.runner.invoke(
            app, ["evaluate", *arguments], env={"COLUMNS": "200", "TERM": "dumb"}
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return EvaluationResult(result.exit_code, result.stdout, result.stderr)

    def run_ok(self, *arguments: str) -> EvaluationResult:
        result = self(*arguments)
        assert result.exit_code == 0, result.stdout + result.stderr
        return result


@pytest.fixture
def evaluate() -> TrainingCommand:
    return TrainingCommand()


def test_a_measured_engine_has_no_fallback_engine() -> None:
    event = ReviewEvent(
        EventKind.CREATED,
        "1",
        "1",
        number_revision(1),
        Author(""),
        None,
        None,
        "በጣም ጥሩ አገልግሎት ነው እናመሰግናለን",
    )
    request = AssessmentRequest(event, Channel.REVIEW_SITE, History())
    (assessment,) = assess_all([request], MeasuredEngine("quick"), jobs=1)
    assert assessment.model.startswith(("quick-", "rules-"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two sets that no training used, and a validation set that two people rated."""
    folder = tmp_path_factory.mktemp("data")
    positive_texts, negative_texts = (
        ("I love it, wonderful and friendly", "A perfect stay, thank you"),
        ("Terrible, broken and rude", "Nobody answers, I want my money back"),
    )
    stars = [
        {
            "id": f"s{n}",
            "lang": "en",
            "rating": 5 if n % 2 else 1,
            "text": f"{(negative_texts, positive_texts)[n % 2][n % 4 // 2]} {n}",
        }
        for n in range(24)
    ]
    tweets = [
        {
            "id": f"t{n}",
            "lang": "en",
            "platform": "twitter",
            "label": ("OFF", "NOT")[n % 2],
            "text": f"{negative_texts[0]} {n}",
        }
        for n in range(24)
    ]
    ratings = [
        {"severity": level.value, "needs_person": level.rank >= 2, "agenda": "answer", "flags": []}
        for level in findings.LEVELS
    ]
    validation_reviews = [
        {"id": f"r{n}", "set": "stars", "lang": "en", "text": text, "a": rating, "b": rating}
        for n, (text, rating) in enumerate(zip(TEXTS, ratings, strict=True))
    ]
    for name, rows in {
        "stars": stars,
        "tweets": tweets,
        "severity_dev": validation_reviews,
    }.items():
        (folder / f"{name}.jsonl").write_text(
            "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8"
        )
    return folder


def test_an_evaluation_writes_its_figures_as_json_and_into_the_page(
    evaluate: TrainingCommand, data: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{figures.BEGIN}\n{figures.END}\n", encoding="utf-8")
    report = evaluate.run_ok(
        "--data",
        str(data),
        "--engine",
        "quick",
        "--limit",
        "20",
        "--jobs",
        "1",
        "--json",
        "--write",
        str(page),
    ).json
    assert report["models"].keys() == {"quick"}
    figures_by_judge = {
        (entry["judge"], entry["inputs"], entry["source"]): entry for entry in report["persons"]
    }
    assert figures_by_judge.keys() == {
        ("quick", "text", "stars"),
        ("quick", "text and rating", "stars"),
        ("VADER", "text", "stars"),
    }
    text = figures_by_judge["quick", "text", "stars"]
    assert (text["texts"], text["status"], text["language"], text["auc"]) == (
        20,
        "unseen",
        "en",
        1,
    )
    assert {
        entry["source"]: entry["texts"]
        for entry in report["detections"]
        if entry["what"] == "abuse"
    } == {"tweets": 20, "severity_dev": 5}
    raters = {entry["judge"]: entry for entry in report["levels"]}
    assert raters["second rater"]["kappa_first"] == 1
    assert raters["majority"]["kappa_first"] == 0
    assert sum(map(sum, raters["quick"]["confusion"])) == len(TEXTS)
    rated = report["rated"]
    assert (rated["reviews"], rated["with_rating"]) == (len(TEXTS), 0)
    assert [(row["judge"], row["recall"]["of"]) for row in rated["critical"]] == [
        ("quick", 1),
        ("quick alone", 1),
        ("rules alone", 1),
        ("second rater", 1),
    ]
    assert rated["happy_load"][0]["load"]["of"] == 1
    assert rated["perturbations"]
    assert report["costs"][0]["reviews_a_second"] > 0
    page_text = page.read_text(encoding="utf-8")
    assert "| stars | en | quick | unseen | 20 |" in page_text
    for title in (
        "Critical reviews: with the rules, without them, and by the rules alone",
        "Critical reviews that reach no person",
        "Load: happy reviews that a person reads",
        "Critical reviews with typos and the like, by the text alone",
    ):
        assert f"\n### severity_dev: {title}\n" in page_text
    assert (tmp_path / "page-reliability.svg").read_text(encoding="utf-8").startswith("<svg")


def test_an_evaluation_without_data_is_refused(evaluate: TrainingCommand, tmp_path: Path) -> None:
    result = evaluate("--data", str(tmp_path), "--engine", "quick")
    assert result.exit_code == 1
    assert "no labelled sets" in result.stderr


def test_an_unreadable_set_is_reported_with_its_line(
    evaluate: TrainingCommand, tmp_path: Path
) -> None:
    (tmp_path / "shop.jsonl").write_text(
        '{"id": "1", "text": "fine", "rating": 5}\n{oops\n', encoding="utf-8"
    )
    result = evaluate("--data", str(tmp_path), "--engine", "quick")
    assert result.exit_code == 1
    assert "shop.jsonl, line 2" in result.stderr


def test_damaged_weights_are_refused(evaluate: TrainingCommand, data: Path, tmp_path: Path) -> None:
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"no weights")
    result = evaluate("--data", str(data), "--engine", "quick", "--weights", str(weights))
    assert result.exit_code == 1
    assert "weights.bin is damaged" in result.stderr


def test_a_page_without_markers_for_figures_is_not_changed(
    evaluate: TrainingCommand, data: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n", encoding="utf-8")
    result = evaluate("--data", str(data), "--write", str(page))
    assert result.exit_code == 2
    assert page.read_text(encoding="utf-8") == "# Page\n"
