"""The averages and folds of an evaluation, and its baselines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.reviews import Channel
from heard_cli.assess.predictions import Inputs, rating_baseline
from heard_training import findings, folds
from heard_training.corpus import Row, Use
from heard_training.findings import SourceStatus


def test_figures_are_averaged_by_language_first_and_without_sources_seen_in_training() -> None:
    def person(
        source: str, language: str, status: SourceStatus, auc: float | None
    ) -> findings.PersonFigures:
        return findings.PersonFigures(
            "quick", Inputs.TEXT, source, language, status, 50, 0.5, auc, auc, auc, auc
        )

    averages = findings.average_figures(
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
    assert [
        (average.status, average.languages, average.sources, average.auc) for average in averages
    ] == [
        (SourceStatus.UNSEEN, ("de", "en"), 3, pytest.approx(0.7)),
        (SourceStatus.LEFT_OUT, ("nl",), 1, 0.5),
    ]


def test_sources_of_one_family_are_in_one_fold() -> None:
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
def test_the_rating_baseline_needs_a_person_for_all_but_four_and_five_stars(
    rating: int | None,
) -> None:
    assert rating_baseline(rating).needs_person == (rating not in {4, 5})
