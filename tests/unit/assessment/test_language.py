"""The language of a text: right if the text is long enough, None if it is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.assessment import language, language_model
from heard.assessment.language import detect_language
from heard.assessment.language_codes import language_code
from heard.assessment.language_model import LanguageModel
from heard.text.words import tokens


def language_of(text: str) -> str | None:
    return detect_language(text, tokens(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("My parcel came three days late", "en"),
        ("Das Paket kam drei Tage zu spät", "de"),
        ("Mon colis est arrivé avec trois jours de retard", "fr"),
        ("Mi paquete llegó con tres días de retraso", "es"),
        ("Il mio pacco è arrivato con tre giorni di ritardo", "it"),
        ("A minha encomenda chegou três dias atrasada", "pt"),
        ("Mijn pakje kwam drie dagen te laat", "nl"),
        ("Moja paczka przyszła trzy dni za późno", "pl"),
        ("Paketim üç gün geç geldi", "tr"),
        ("Coletul meu a ajuns cu trei zile întârziere", "ro"),
        ("Mitt paket kom tre dagar för sent, och ingen svarade på mina frågor", "sv"),
        ("Paket saya datang terlambat tiga hari", "id"),
        ("Gói hàng của tôi đến muộn ba ngày", "vi"),
        ("荷物が三日遅れて届きました", "ja"),
        ("我的包裹晚了三天才到", "zh"),
        ("제 소포가 사흘 늦게 왔어요", "ko"),
        ("Моя посылка пришла на три дня позже, и никто не извинился", "ru"),
        ("وصل طردي متأخرا ثلاثة أيام", "ar"),
    ],
)
def test_the_language_of_one_sentence_is_detected(text: str, code: str) -> None:
    assert language_of(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345 678",
        "👍👍👍",
        "xkqj wvzt pflmr ghtrw bdfgk",
        "asdf jklö qwer uiop",
        "hjgf dsa lkjh poiu ztre wqay",
        "☆☆☆",
    ],
)
def test_a_text_in_no_language_has_none(text: str) -> None:
    assert language_of(text) is None


@given(st.text(st.characters(), max_size=200))
def test_any_text_has_a_known_language_or_none(text: str) -> None:
    code = language_of(text)
    assert code is None or language_code(code) == code


def test_without_the_model_frequent_words_decide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(language, "_model", lambda: None)
    assert language_of("The room was not clean and the staff were rude to us") == "en"
    assert language_of("Paketim gelmedi") is None


def test_a_language_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    table = np.arange(2 << language_model.HASH_BITS, dtype=np.int8).reshape(-1, 2)
    model = LanguageModel(("nl", "tr"), table, 0.5, np.array([0.25, 0.75], np.float32))
    language_model.write_model(tmp_path / "language.bin", model)

    copy = language_model.read_model(tmp_path / "language.bin")

    assert (copy.codes, copy.scale) == (model.codes, model.scale)
    assert np.array_equal(copy.table, model.table)
    assert np.array_equal(copy.min_fit, model.min_fit)
