"""Bare thanks and reactions: short words that want no answer, and all that look like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.assessment.courtesies import LANGUAGES, count_phrases
from heard.assessment.reactions import is_reaction
from heard.assessment.thanks import is_bare_thanks
from heard.text import grammar
from tests.unit.text.test_phrase_files import COURTESIES

THANKS = (
    "Thanks!",
    "THANK YOU SO MUCH!!!",
    "ok thanks",
    "Hi team, thanks for the quick reply. Best regards",
    "Great, thank you 🙏🏽",
    "👍",
    "👍🏿👍🏿",
    "Danke!",
    "Alles klar, vielen Dank für Ihre Hilfe! Viele Grüße",
    "Merci beaucoup, bonne soirée",
    "¡Muchas gracias por su respuesta! Saludos",
    "Grazie mille, buona giornata",
    "Muito obrigada!",
    "Top, bedankt voor de snelle reactie",
    "Tusen takk, ha en fin dag",
    "Tak for hjælpen",
    "Kiitos paljon!",
    "Bardzo dziękuję, pozdrawiam",
    "Moc děkuji",
    "Köszönöm szépen!",
    "Mulțumesc mult",
    "Ευχαριστώ πολύ!",
    "Спасибо за быстрый ответ",
    "Щиро дякую",
    "Çok teşekkür ederim",
    "ありがとうございます！助かりました。",
    "好的，谢谢您！",
    "네, 감사합니다",
    "شكرا جزيلا لكم",
    "תודה רבה!",
    "धन्यवाद",
    "ขอบคุณมากค่ะ",
    "Cảm ơn bạn rất nhiều",
    "Terima kasih banyak",
    "Baie dankie",
)
MORE = (
    "",
    "...",
    "Great.",
    "Hello",
    "Thanks for nothing",
    "Thanks a lot for ruining my birthday",
    "no thanks",
    "Thanks?",
    "Thanks, but it is broken",
    "Thanks. When?",
    "Thanks 😡",
    "Thanks 👎",
    "👎",
    "Thanks, order 4711",
    "Thanks https://example.com",
    "Thank you, my son is in hospital",
    "Danke für nichts",
    "Danke, mein Anwalt meldet sich",
    "Merci quand même",
    "Gracias por nada",
    "Grazie, ma non funziona",
    "Obrigado, mas não chegou",
    "Bedankt, maar het is kapot",
    "Спасибо, но не работает",
    "ありがとう、でもまだ壊れています",
    "谢谢，但是没收到",
    "고맙지만 아직 안 왔어요",
    "شكرا لكن الطلب لم يصل",
    "thanks " * 100,
)


@pytest.mark.parametrize("text", THANKS)
def test_bare_thanks_are_recognised_in_every_language(text: str) -> None:
    assert is_bare_thanks(text)


@pytest.mark.parametrize("text", MORE)
def test_whatever_says_more_is_no_bare_thanks(text: str) -> None:
    assert not is_bare_thanks(text)


@pytest.mark.parametrize("language", grammar.LANGUAGES)
def test_every_language_thanks(language: str) -> None:
    for phrase in COURTESIES.phrases("thanks", language):
        assert is_bare_thanks(phrase), phrase
        assert is_bare_thanks(f"{phrase}!\n🙏"), phrase


@pytest.mark.parametrize(
    "rest", ["", "“”", "Liked “”", "Reacted ❤️ to “”", "Hat „“ mit „Gefällt mir“ markiert", "> "]
)
def test_the_words_around_a_reaction_are_understood(rest: str) -> None:
    assert is_reaction(rest)


@pytest.mark.parametrize(
    "rest", ["Liar: “”", "No.", "😡", "Liked “” but my arm hurts", "4711", "?"]
)
def test_other_words_around_a_quotation_are_the_authors_own(rest: str) -> None:
    assert not is_reaction(rest)


SENTENCES = (
    "my arm is broken",
    "I want my money back",
    "my lawyer will call you",
    "ich wurde krank davon",
    "il m'a menacé",
    "me robaron la tarjeta",
    "我被烫伤了",
)


@given(
    st.sampled_from(SENTENCES),
    st.lists(st.sampled_from(THANKS), max_size=3),
    st.lists(st.sampled_from(THANKS), max_size=3),
    st.sampled_from([" ", "\n", ". ", ", ", " 🙏 "]),
)
def test_thanks_around_a_sentence_never_hide_it(
    sentence: str, before: list[str], after: list[str], separator: str
) -> None:
    assert not is_bare_thanks(separator.join([*before, sentence, *after]))


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert is_bare_thanks(text) in {True, False}
    assert is_reaction(text) in {True, False}


def test_no_phrase_is_both_thanks_and_filler() -> None:
    for language in LANGUAGES:
        fillers = {*COURTESIES.phrases("filler", language)}
        assert fillers.isdisjoint(COURTESIES.phrases("thanks", language)), language
    assert count_phrases("Danke!", ("thanks",)) == {"thanks": 1}
