"""`heard assess run|evaluate`.

What they write, what they say of lines that they cannot read, and the arithmetic of an evaluation.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.assessment import History, Severity
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision
from heard_cli.assess import run
from heard_cli.assess.many import BATCH, AssessmentRequest, EngineChoice, assess_all
from heard_cli.policy import history
from heard_training import baselines, figures, findings, folds, measures, reliability
from heard_training.corpus import Row, Use
from heard_training.findings import EvaluationReport, Inputs, SourceStatus
from heard_training.findings import JudgedRow as Judged
from tests.unit.cli.conftest import HeardCommand

QUICK = EngineChoice("quick")
WORDS = (
    "The soup was cold",
    "Wonderful, thank you",
    "Ich warte seit Wochen auf mein Geld",
    "Wann öffnen Sie morgen?",
    "最悪でした",
)

truths_and_scores = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=60)
tables = st.integers(2, 5).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 9), min_size=n, max_size=n), min_size=n, max_size=n)
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


# --- run


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
    told = said.stderr.splitlines()
    assert [line.partition(":")[0] for line in told if line.startswith("line ")] == [
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
    assert "1000 lines" in said.stderr


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
        == "There are no reviews in it."
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


def test_an_engine_that_is_measured_is_not_helped_by_the_other() -> None:
    amharic = asked("በጣም ጥሩ አገልግሎት ነው እናመሰግናለን")
    (alone,) = assess_all([amharic], EngineChoice("quick", alone=True), jobs=1)
    assert alone.model.startswith(("quick-", "rules-"))


def test_no_more_is_read_than_can_soon_be_judged() -> None:
    taken = 0

    def endless() -> Iterator[AssessmentRequest]:
        nonlocal taken
        for taken in itertools.count(1):
            yield asked(WORDS[taken % 5])

    first = list(itertools.islice(assess_all(endless(), QUICK, jobs=1), BATCH + 1))
    assert len(first) == BATCH + 1
    assert taken <= 2 * BATCH


# --- the arithmetic


@given(truths_and_scores)
def test_auc_is_the_share_of_pairs_in_the_right_order(pairs: list[tuple[bool, float]]) -> None:
    truths, scores = [truth for truth, _ in pairs], [score for _, score in pairs]
    yes, no = [s for t, s in pairs if t], [s for t, s in pairs if not t]
    found = measures.auc(truths, scores)
    if not yes or not no:
        assert found is None
    else:
        assert found == pytest.approx(
            sum((a > b) + (a == b) / 2 for a in yes for b in no) / (len(yes) * len(no))
        )
        assert measures.auc(truths, [-score for score in scores]) == pytest.approx(1 - found)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40))
def test_counts_of_decisions_add_up(pairs: list[tuple[bool, bool]]) -> None:
    found = measures.binary_counts([truth for truth, _ in pairs], [said for _, said in pairs])
    assert (
        found.true_positives + found.false_negatives + found.false_positives + found.true_negatives
        == len(pairs)
    )
    if found.recall and found.precision:
        assert found.f1 == pytest.approx(2 / (1 / found.recall + 1 / found.precision))
    assert (found.recall is None) == (not any(truth for truth, _ in pairs))
    assert (found.load is None) == (not pairs)


def test_kappa_of_a_worked_example() -> None:
    # Rows have 5, 8 and 7, columns 9, 5 and 6. One apart, 2 + 3 + 2 are seen, and by chance (25 +
    # 72 + 48 + 35) / 20; two apart, counting four times, 2 + 4 are seen, and by chance (30 + 63) /
    # 20.
    assert measures.kappa(((3, 0, 2), (2, 3, 3), (4, 2, 1))) == pytest.approx(
        1 - (7 + 4 * 6) / (9 + 4 * 4.65)
    )


@given(tables)
def test_kappa_is_one_for_agreement_and_the_same_from_both_sides(counts: list[list[int]]) -> None:
    table = tuple(map(tuple, counts))
    turned = tuple(zip(*table, strict=True))
    found = measures.kappa(table)
    assert found == (
        None if measures.kappa(turned) is None else pytest.approx(measures.kappa(turned))
    )
    if found is not None:
        assert found <= 1 + 1e-12
    agreed = tuple(
        tuple(count if i == j else 0 for j, count in enumerate(row)) for i, row in enumerate(table)
    )
    if measures.kappa(agreed) is not None:
        assert measures.kappa(agreed) == 1


@given(truths_and_scores)
def test_the_calibration_error_lies_between_that_of_all_together_and_one(
    pairs: list[tuple[bool, float]],
) -> None:
    truths, scores = [truth for truth, _ in pairs], [score for _, score in pairs]
    parts = measures.bins(truths, scores)
    error = measures.calibration_error(parts)
    assert sum(part.texts for part in parts) == len(pairs)
    assert error is not None
    assert abs(math.fsum(scores) - sum(truths)) / len(pairs) - 1e-9 <= error <= 1 + 1e-9
    # Whoever says how often it is so, of all together, is calibrated, however little that says.
    often = sum(truths) / len(truths)
    assert measures.calibration_error(
        measures.bins(truths, [often] * len(truths))
    ) == pytest.approx(0, abs=1e-9)


def test_averages_are_over_languages_first_and_leave_out_what_was_seen() -> None:
    def person(
        source: str, language: str, standing: SourceStatus, auc: float | None
    ) -> findings.PersonFigures:
        return findings.PersonFigures(
            "quick", Inputs.TEXT, source, language, standing, 50, 0.5, auc, auc, auc, auc
        )

    found = findings.average_figures(
        [
            person("a", "en", SourceStatus.UNSEEN, 0.9),
            person("b", "en", SourceStatus.UNSEEN, 0.7),
            person("c", "de", SourceStatus.UNSEEN, 0.6),
            person("d", "de", SourceStatus.SEEN, 1.0),
            person("e", "fr", SourceStatus.UNSEEN, None),
            person("f", "nl", SourceStatus.LEFT_OUT, 0.5),
            person("g", findings.UNKNOWN, SourceStatus.UNSEEN, 0.1),
        ]
    )
    assert [(each.status, each.languages, each.sources, each.auc) for each in found] == [
        (SourceStatus.UNSEEN, ("de", "en"), 3, pytest.approx(0.7)),
        (SourceStatus.LEFT_OUT, ("nl",), 1, 0.5),
    ]


def test_no_family_is_split_over_folds() -> None:
    rows = [
        Row(f"{source}{n}", source, Use.SHIP, "en", Channel.SOCIAL, "x", polarity=n % 2)
        for source, count in {"a_en": 9, "a_de": 3, "b": 5, "c": 4, "d_x": 2}.items()
        for n in range(count)
    ]
    rows.append(Row("m", "measured", Use.MEASURE, "en", Channel.SOCIAL, "x", polarity=1))
    parts = folds.families(rows, 3)
    assert sorted(source for part in parts for source in part) == ["a_de", "a_en", "b", "c", "d_x"]
    assert len(parts) == 3
    assert any({"a_en", "a_de"} <= part for part in parts)


@given(st.one_of(st.none(), st.integers(1, 5)))
def test_the_rule_on_stars_leaves_a_person_only_what_is_good(rating: int | None) -> None:
    assert baselines.rating_baseline(rating).needs_person == (rating not in {4, 5})


# --- the page and the plot


@settings(max_examples=25)
@given(st.lists(truths_and_scores, min_size=1, max_size=3))
def test_the_plot_is_well_formed_and_inside_its_paper(
    engines: list[list[tuple[bool, float]]],
) -> None:
    parts = {
        f"<engine {n}>": measures.bins([t for t, _ in pairs], [p for _, p in pairs])
        for n, pairs in enumerate(engines)
    }
    drawn = ElementTree.fromstring(reliability.plot(parts, "a < b", "said", "so"))
    left, top, width, height = map(float, drawn.attrib["viewBox"].split())
    texts = ["".join(each.itertext()) for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert set(parts) <= set(texts)
    for line in drawn.iter("{http://www.w3.org/2000/svg}polyline"):
        for point in line.attrib["points"].split():
            x, y = map(float, point.split(","))
            assert left <= x <= width
            assert top <= y <= height


def test_a_page_keeps_what_stands_around_its_figures() -> None:
    page = f"# Page\n\nbefore\n\n{figures.BEGIN}\nold\n{figures.END}\n\nafter\n"
    row = Row("1", "shop", Use.MEASURE, "en", Channel.REVIEW_SITE, "x", polarity=1)
    heard = [Judged(row, baselines.rating_baseline(1 + n % 5)) for n in range(findings.MIN_TEXTS)]
    report = EvaluationReport(
        models={"quick": "quick-1"},
        persons=findings.person_figures(
            "quick", heard, lambda _, __: SourceStatus.UNSEEN, Inputs.TEXT
        ),
    )
    once = figures.replace_figures(page, report, "plot.svg")
    assert once.startswith("# Page\n\nbefore\n\n")
    assert once.endswith(f"{figures.END}\n\nafter\n")
    assert "old" not in once
    assert "| shop | en | quick | unseen | 20 | 100.0 % | - |" in once
    assert figures.replace_figures(once, report, "plot.svg") == once


# --- evaluate


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two sets that training never saw, and one that two people rated."""
    folder = tmp_path_factory.mktemp("data")
    good, bad = (
        ("I love it, wonderful and friendly", "A perfect stay, thank you"),
        ("Terrible, broken and rude", "Nobody answers, I want my money back"),
    )
    stars = [
        {
            "id": f"s{n}",
            "lang": "en",
            "rating": 5 if n % 2 else 1,
            "text": f"{(bad, good)[n % 2][n % 4 // 2]} {n}",
        }
        for n in range(24)
    ]
    tweets = [
        {
            "id": f"t{n}",
            "lang": "en",
            "platform": "twitter",
            "label": ("OFF", "NOT")[n % 2],
            "text": f"{bad[0]} {n}",
        }
        for n in range(24)
    ]
    first = [
        {"severity": level.value, "needs_person": level.rank >= 2, "agenda": "answer", "flags": []}
        for level in findings.LEVELS
    ]
    rated = [
        {"id": f"r{n}", "set": "stars", "lang": "en", "text": text, "a": a, "b": a}
        for n, (text, a) in enumerate(zip(WORDS, first, strict=True))
    ]
    for name, rows in {"stars": stars, "tweets": tweets, "severity_dev": rated}.items():
        (folder / f"{name}.jsonl").write_text(
            "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8"
        )
    return folder


def test_an_evaluation_says_what_it_found_as_json_and_on_the_page(
    heard: HeardCommand, data: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{figures.BEGIN}\n{figures.END}\n", encoding="utf-8")
    report = heard.run_ok(
        "assess",
        "evaluate",
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
    by_judge = {(each["judge"], each["told"], each["source"]): each for each in report["persons"]}
    assert by_judge.keys() == {
        ("quick", "text", "stars"),
        ("quick", "text and rating", "stars"),
        ("VADER", "text", "stars"),
    }
    text = by_judge["quick", "text", "stars"]
    assert (text["texts"], text["standing"], text["language"], text["auc"]) == (
        20,
        "unseen",
        "en",
        1,
    )
    assert {
        each["source"]: each["texts"] for each in report["found"] if each["what"] == "abuse"
    } == {"tweets": 20, "severity_dev": 5}
    raters = {each["judge"]: each for each in report["levels"]}
    assert raters["second rater"]["kappa_first"] == 1
    assert raters["majority"]["kappa_first"] == 0
    assert sum(map(sum, raters["quick"]["confusion"])) == len(WORDS)
    assert report["costs"][0]["reviews_a_second"] > 0
    written = page.read_text(encoding="utf-8")
    assert "| stars | en | quick | unseen | 20 |" in written
    assert (tmp_path / "page-reliability.svg").read_text(encoding="utf-8").startswith("<svg")


def test_an_evaluation_without_data_says_so(heard: HeardCommand, tmp_path: Path) -> None:
    said = heard("assess", "evaluate", "--data", str(tmp_path), "--engine", "quick")
    assert said.exit_code == 1
    assert "no labelled sets" in said.stderr


def test_a_set_that_cannot_be_read_is_named(heard: HeardCommand, tmp_path: Path) -> None:
    (tmp_path / "shop.jsonl").write_text(
        '{"id": "1", "text": "fine", "rating": 5}\n{oops\n', encoding="utf-8"
    )
    said = heard("assess", "evaluate", "--data", str(tmp_path), "--engine", "quick")
    assert said.exit_code == 1
    assert "shop.jsonl, line 2" in said.stderr


def test_weights_of_another_kind_are_refused(
    heard: HeardCommand, data: Path, tmp_path: Path
) -> None:
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"no weights")
    said = heard(
        "assess", "evaluate", "--data", str(data), "--engine", "quick", "--weights", str(weights)
    )
    assert said.exit_code == 1
    assert "weights.bin is damaged" in said.stderr


def test_a_page_without_a_place_for_figures_is_not_touched(
    heard: HeardCommand, data: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n", encoding="utf-8")
    said = heard("assess", "evaluate", "--data", str(data), "--write", str(page))
    assert said.exit_code == 2
    assert page.read_text(encoding="utf-8") == "# Page\n"
