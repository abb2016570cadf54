"""The labelled data sets.

Their README says how each may be used. Texts of the validation set are never training rows.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from heard.assessment import Agenda, Severity
from heard.reviews import Channel
from heard_training import corpus
from heard_training.corpus import CorpusMissing, Use

DATA_FOLDER = Path(__file__).parents[3] / ".." / "shared" / "data"

README = """
| file | rows | use |
| --- | --- | --- |
| shop_nl, _de | 2 | ship |
| forum_en | 1 | permissive |
| **severity_dev.jsonl** | 1 | measure |
"""


def write_set(path: Path, *objects: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in objects), encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    return tmp_path


def test_a_set_may_train_only_if_the_readme_says_so(data: Path) -> None:
    for name in ("shop_nl", "shop_de", "forum_en", "unheard_of"):
        write_set(
            data / f"{name}.jsonl", {"id": f"{name}-1", "lang": "nl", "text": f"Een zin uit {name}"}
        )

    uses = {row.source: row.use for row in corpus.rows(data)}

    assert uses == {
        "shop_nl": Use.SHIP,
        "shop_de": Use.SHIP,
        "forum_en": Use.PERMISSIVE,
        "unheard_of": Use.MEASURE,
    }
    assert [use.trains for use in Use] == [True, True, False]
    assert {row.source for row in corpus.without(corpus.rows(data), "shop_nl")} == {
        "shop_de",
        "forum_en",
    }


def test_texts_of_the_validation_set_are_never_rows(data: Path) -> None:
    rating = {"severity": "high", "needs_person": True, "agenda": "other", "flags": []}
    write_set(
        data / "severity_dev.jsonl",
        {
            "id": "v1",
            "set": "shop_nl",
            "lang": "nl",
            "text": "Kapot. Na één dag!",
            "a": rating,
            "b": rating,
        },
    )
    write_set(
        data / "shop_nl.jsonl",
        {"id": "1", "lang": "nl", "title": "Kapot", "text": "na één dag"},
        {"id": "2", "lang": "nl", "text": "Heel"},
    )

    assert [row.id for row in corpus.rows(data)] == ["2"]
    (validation_review,) = corpus.validation(data)
    assert validation_review.row.source == "shop_nl"
    assert (
        validation_review.ratings[0].severity
        is validation_review.ratings[1].severity
        is Severity.HIGH
    )
    assert validation_review.ratings[0].agenda is None


@pytest.mark.parametrize(
    ("name", "fields", "polarity"),
    [
        ("shop_nl", {"rating": 1}, 1),
        ("shop_nl", {"rating": 2}, 1),
        ("shop_nl", {"rating": 3}, None),
        ("shop_nl", {"rating": 5, "label": "negative"}, 0),
        ("shop_nl", {"label": "negative"}, 1),
        ("shop_nl", {"label": "neutral"}, None),
        ("ott_deceptive", {"label": "0|negative"}, 1),
        ("ott_deceptive", {"label": "1|positive"}, 0),
        ("reclameaqui_pt", {"label": "Resolvido"}, 1),
        ("davidson", {"label": "neither"}, None),
    ],
)
def test_the_polarity_follows_from_rating_and_label(
    data: Path, name: str, fields: dict[str, Any], polarity: int | None
) -> None:
    write_set(data / f"{name}.jsonl", {"id": "1", "lang": "en", "text": "A text", **fields})
    assert [row.polarity for row in corpus.rows(data)] == [polarity]


def test_three_sets_label_offensive_texts(data: Path) -> None:
    for name, label in {"davidson": "neither", "germeval2018": "OFFENSE", "olid": "NOT"}.items():
        write_set(
            data / f"{name}.jsonl",
            {"id": name, "lang": "en", "platform": "twitter", "text": name, "label": label},
        )
    offensive = {row.source: row.offensive for row in corpus.rows(data)}
    assert offensive == {"davidson": False, "germeval2018": True, "olid": False}
    assert {row.channel for row in corpus.rows(data)} == {Channel.SOCIAL}


def test_the_language_of_a_row_is_corrected_where_the_set_is_wrong(data: Path) -> None:
    write_set(data / "moroccan_banks.jsonl", {"id": "1", "lang": "und", "text": "Accueil froid"})
    write_set(
        data / "xlmt_hi.jsonl",
        {"id": "2", "lang": "hi", "text": "plain English"},
        {"id": "3", "lang": "hi", "text": "बहुत अच्छा"},
    )
    write_set(data / "afrisenti_swa.jsonl", {"id": "4", "lang": "swa", "text": "habari"})
    assert {row.id: row.language for row in corpus.rows(data)} == {
        "1": "fr",
        "2": None,
        "3": "hi",
        "4": "sw",
    }


def test_our_own_labels_are_joined_to_their_rows(data: Path, tmp_path: Path) -> None:
    write_set(
        data / "shop_nl.jsonl",
        {"id": "1", "lang": "nl", "text": "Prima, maar wanneer gaan jullie open?"},
    )
    rating = {
        "id": "1",
        "severity": "medium",
        "text_severity": "medium",
        "needs_person": True,
        "agenda": "question",
        "flags": ["question"],
    }
    write_set(tmp_path / "labels" / "a.jsonl", rating)

    (row,) = corpus.rows(data, tmp_path / "labels")

    assert row.label is not None
    assert (row.label.severity, row.label.needs_person, row.label.agenda) == (
        Severity.MEDIUM,
        True,
        Agenda.QUESTION,
    )


def test_the_mark_of_a_phrase_sets_its_label(tmp_path: Path) -> None:
    (tmp_path / "nl.txt").write_text(
        "+ top, heel fijn\n- jammer\n= kapot\n! brand\n~ sukkel\n", encoding="utf-8"
    )
    labels = {
        row.text: (
            row.polarity,
            row.label and row.label.severity,
            row.label and row.label.agenda,
        )
        for row in corpus.phrases(tmp_path)
    }
    assert labels == {
        "top": (0, Severity.PRAISE, None),
        "heel fijn": (0, Severity.PRAISE, None),
        "jammer": (1, Severity.MEDIUM, None),
        "kapot": (1, Severity.HIGH, None),
        "brand": (1, Severity.CRITICAL, None),
        "sukkel": (None, Severity.MEDIUM, Agenda.ABUSE),
    }


def test_our_own_labels_examples_and_phrases_can_be_read() -> None:
    assert len(corpus.examples()) > 1000
    assert all(row.label and row.language and row.text for row in corpus.examples())
    assert {"en", "nl", "fr", "de", "es", "ja", "zh", "tr"} <= {
        row.language for row in corpus.phrases()
    }
    assert all(row.text and len(row.text) <= 60 for row in corpus.phrases())


def test_a_folder_without_sets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing, match="no labelled sets"):
        corpus.folder(tmp_path)


def test_the_environment_names_the_folder(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_set(data / "shop_nl.jsonl", {"id": "1", "lang": "nl", "text": "Top"})
    monkeypatch.setenv("HEARD_DATA", str(data))
    assert corpus.folder() == data


@pytest.mark.skipif(
    not DATA_FOLDER.is_dir(),
    reason="the labelled data sets are not beside the repository, in ../shared/data",
)
def test_every_set_beside_the_repository_is_read() -> None:
    groups = corpus.group_rows(corpus.rows(DATA_FOLDER), "source")
    by_source = {name: rows for (name,), rows in groups.items()}

    assert set(by_source) == {path.stem for path in DATA_FOLDER.glob("*.jsonl")} - {"severity_dev"}
    assert all(row.offensive is not None for row in by_source["olid"])
    assert all(row.polarity == 1 for row in by_source["cfpb_1k"])
    assert {name for name, rows in by_source.items() if not rows[0].use.trains} >= {
        "us_airline",
        "laroseda_ro",
        "olid",
    }
    assert {name for name, rows in by_source.items() if rows[0].use.trains} >= {
        "pattern_nl",
        "marc_ja_valid",
        "xlmt_de",
    }
    assert len(corpus.validation(DATA_FOLDER)) == 245
    assert {row.label is not None for row in by_source["skytrax_seat"]} == {True, False}
    assert len(corpus.sentences(DATA_FOLDER)) == 30


FORBIDDEN = "The  Soup was\nCOLD, and nobody came for half an hour."


@pytest.mark.parametrize(
    "text",
    [
        FORBIDDEN,
        "the soup was cold, and nobody came for half an hour.",
        "  The soup was cold,\tand nobody came for half an hour. ",
        f"A title\n{FORBIDDEN.replace(chr(10), ' ')}",
    ],
)
def test_a_forbidden_text_is_refused_however_it_is_written(data: Path, text: str) -> None:
    (data / "never_train.txt").write_text(
        f"{'0' * 12}\n{corpus.text_hash(FORBIDDEN)}\n", encoding="ascii"
    )
    write_set(
        data / "shop_nl.jsonl",
        {"id": "1", "lang": "en", "text": text, "rating": 1},
        {"id": "2", "lang": "en", "text": "Another text that may be learned from.", "rating": 5},
    )

    assert [row.id for row in corpus.refuse(corpus.rows(data), data)] == ["2"]
    assert "1" not in {row.id for row in corpus.training_rows(data)}


def test_the_hash_of_a_text_is_that_of_its_words() -> None:
    # printf 'good value' | sha1sum
    assert corpus.text_hash("Good\n  VALUE ") == "499ed76cc1a4"


def test_of_texts_with_stars_alone_a_sample_is_enough(data: Path) -> None:
    write_set(
        data / "shop_nl.jsonl",
        *(
            {"id": f"{rating}-{number}", "lang": "nl", "text": f"Zin {number}", "rating": rating}
            for number in range(corpus.SAMPLE + 5)
            for rating in (1, 5)
        ),
    )

    sources = [row for row in corpus.training_rows(data) if row.source == "shop_nl"]

    assert len(sources) == 2 * corpus.SAMPLE
    assert sources == [row for row in corpus.training_rows(data) if row.source == "shop_nl"]


def test_no_example_is_held_out_and_each_was_rated_twice() -> None:
    held_out = corpus.examples(corpus.TRAINING / "held_out")
    texts = {row.text for row in corpus.examples()}

    assert len(held_out) == 320
    assert texts.isdisjoint(row.text for row in held_out)
    for path in (corpus.TRAINING / "held_out").glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert len(json.loads(line)["ratings"]) == 2


def test_a_tenth_is_kept_back_by_id() -> None:
    rows = corpus.examples()
    share = sum(map(corpus.is_kept_back, rows)) / len(rows)
    assert 0.08 < share < 0.12
