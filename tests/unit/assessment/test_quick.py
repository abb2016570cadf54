"""The engine `quick`.

It takes any text, ignores how the text is typed, and is trained to tell complaints from praise.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.assessment import language_model
from heard.assessment.engines import ngrams, quick
from heard.assessment.engines.quick import HEADS, HEADS_BITS, UNHAPPY_BITS, QuickEngine, Weights
from heard.assessment.engines.weights import find_weights

ANY_TEXT = st.text(st.characters(), max_size=300) | st.text(
    "aA1 é?!👍漢ع\u0301\ud800\x00@./:", max_size=300
)


def test_any_text_gets_probabilities_or_none() -> None:
    engine = QuickEngine.load()

    @given(ANY_TEXT)
    def check_scores(text: str) -> None:
        scores = engine.scores(text)
        if scores is None:
            return
        assert all(
            0 <= probability <= 1
            for probability in (
                *scores.severity,
                scores.needs_person,
                scores.question,
                scores.abuse,
                scores.spam,
            )
        )
        assert list(scores.severity) == sorted(scores.severity, reverse=True)
        assert -1 <= scores.sentiment <= 1
        assert scores.model == engine.model == quick.MODEL
        assert engine.scores(text) == scores

    check_scores()


@pytest.mark.parametrize(
    "text",
    ["", " \n\t", "\u200b\u200b", "\x00", "ქართული ენა არავის უსწავლებია აქ", "ទឹកនេះត្រជាក់ណាស់"],
)
def test_blanks_and_scripts_that_are_not_in_the_training_data_get_no_scores(text: str) -> None:
    assert QuickEngine.load().scores(text) is None


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("DIE SUPPE WAR KALT", "die suppe war kalt"),
        ("très déçu", "tres decu"),
        ("sooooooo  late", "soo late"),
        ("ｃｏｌｄ　ｓｏｕｐ", "cold soup"),
        ("I waited 95 minutes", "I waited 12345 minutes"),
        ("see https://example.com/a?b=c now", "see www.example.org now"),
        ("@acme where is it", "@globex_42 where is it"),
        ("didn’t work – at all", "didn't work - at all"),
    ],
)
def test_case_accents_repetition_numbers_and_links_do_not_change_the_ngrams(
    typed: str, plain: str
) -> None:
    assert sorted(ngrams.ngram_hashes(typed)) == sorted(ngrams.ngram_hashes(plain))


@given(st.text("ab c", min_size=1, max_size=40).filter(str.strip))
def test_blanks_around_a_text_do_not_change_the_ngrams(text: str) -> None:
    assert sorted(ngrams.ngram_hashes(text.strip())) == sorted(
        ngrams.ngram_hashes(f" \n {text} \t")
    )


def test_equal_words_have_equal_hashes_at_any_place() -> None:
    once, twice = (ngrams.ngram_hashes(text) for text in ("ab", "ab ab"))
    assert set(map(int, once)) <= set(map(int, twice))


def test_only_the_beginning_and_the_end_of_a_long_text_are_read() -> None:
    beginning, middle, end = "The soup was cold. " * 200, "Lovely! " * 20_000, "Nobody came. " * 100
    assert len(ngrams.ngram_hashes(beginning + middle + end)) < 8 * (
        ngrams.HEAD_CHARACTERS + ngrams.TAIL_CHARACTERS
    )
    assert sorted(ngrams.ngram_hashes(beginning + middle + end)) == sorted(
        ngrams.ngram_hashes(beginning + middle * 2 + end)
    )


@pytest.mark.parametrize(
    ("praise_text", "complaint_text"),
    [
        ("Lovely room and kind staff, we will be back", "Filthy room and rude staff, never again"),
        ("Heerlijk gegeten, vriendelijke bediening", "Koud eten en een onbeschofte bediening"),
        ("Accueil chaleureux et plats délicieux", "Accueil glacial et plats immangeables"),
        (
            "Schnell geliefert und gut verpackt, gerne wieder",
            "Nie angekommen, und niemand antwortet auf meine E-Mails",
        ),
        (
            "La habitación muy limpia y el personal encantador",
            "La habitación sucia y nadie nos devuelve el dinero",
        ),
        ("料理が美味しくて、スタッフも親切でした", "料理は冷めていて、スタッフの態度も最悪でした"),
        ("房间干净，服务热情，下次还会来", "房间很脏，服务态度差，再也不来了"),
        (
            "Kargo çok hızlıydı, ürün harika, teşekkürler",
            "Kargo gelmedi, kimse cevap vermiyor, paramı iade etmediler",
        ),
        ("Camera pulita e personale gentilissimo", "Camera sporca e personale maleducato"),
        (
            "Entrega rápida e produto excelente, recomendo",
            "Produto veio quebrado e ninguém resolve",
        ),
    ],
)
def test_a_complaint_needs_a_person_more_than_praise_in_many_languages(
    praise_text: str, complaint_text: str
) -> None:
    praise, complaint = (QuickEngine.load().scores(text) for text in (praise_text, complaint_text))
    assert praise is not None
    assert complaint is not None
    assert praise.needs_person < 0.15 < complaint.needs_person
    assert 3 * praise.needs_person < complaint.needs_person
    assert complaint.sentiment < 0 < praise.sentiment
    assert praise.severity[2] < complaint.severity[2]


def random_weights() -> Weights:
    generator = np.random.default_rng(1)
    return Weights(
        unhappy=generator.integers(-127, 127, 1 << UNHAPPY_BITS, np.int8),
        heads=generator.integers(-127, 127, (1 << HEADS_BITS, len(HEADS)), np.int8),
        unhappy_scale=0.25,
        heads_scale=generator.random(len(HEADS), np.float32),
        lean=generator.random(len(HEADS), np.float32),
        bias=generator.random(len(HEADS), np.float32),
        sentiment=generator.random(2, np.float32),
        known=generator.random(512) > 0.5,
    )


def test_the_sums_over_the_longest_text_are_exact() -> None:
    weights = random_weights()
    extreme = np.full_like(weights.heads, 127)
    extreme[1::2] = 126
    weights = replace(weights, heads=extreme)
    hashes = ngrams.ngram_hashes("The soup was cold. " * 1000)
    rows = (hashes >> np.uint64(64 - HEADS_BITS)).astype(np.intp)
    root = len(hashes) ** 0.5

    unhappy, logits = weights.logits(hashes)

    sums = extreme[rows].sum(axis=0, dtype=np.int64)
    own = (logits - weights.bias - unhappy * weights.lean) * root / weights.heads_scale
    assert own == pytest.approx(sums, rel=1e-5)


def test_weights_are_read_as_they_were_written(tmp_path: Path) -> None:
    weights = random_weights()
    quick.write(tmp_path / "quick.bin", weights, {"model": "quick-0"})

    copy, metadata = quick.read(tmp_path / "quick.bin")

    assert metadata == {"model": "quick-0"}
    assert all(
        np.array_equal(getattr(copy, name), getattr(weights, name)) for name in Weights.__slots__
    )


def test_the_shipped_weights_are_small_and_name_their_training_data_without_evaluation_sets() -> (
    None
):
    path = find_weights(quick.WEIGHTS_FILE)
    assert (
        path.stat().st_size + find_weights(language_model.WEIGHTS_FILE).stat().st_size <= 3_000_000
    )
    metadata = quick.read(path)[1]
    assert metadata["model"] == quick.MODEL
    # Data sets for evaluation only.
    assert not set(metadata["sources"]) & {
        "us_airline",
        "germeval2017",
        "restmex_mx_es",
        "laroseda_ro",
        "olid",
        "ott_deceptive",
        "severity_dev",
    }
