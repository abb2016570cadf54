"""Bare thanks: short words that want no answer, and all that look like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.assessment.courtesy import is_bare_thanks

THANKS = (
    "Thanks!",
    "THANK YOU SO MUCH!!!",
    "ok thanks",
    "Hi team, thanks for the quick reply. Best regards",
    "Great, thank you 🙏🏽",
    "👍",
    "👍🏿👍🏿",
    "OK 👍",
    "Perfect ❤️",
    "got it 🙏",
    "All sorted, thanks! Sent from my iPhone",
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
    "OK",
    "OK 😕",
    "Yes",
    "Not OK 👍",
    "tak",
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


@pytest.mark.parametrize("text", ["Thanks!", "THANK YOU 🙏", "Vielen Dank!", "Merci", "谢谢！"])
def test_thanks_for_a_question_are_thanks(text: str) -> None:
    assert is_bare_thanks(text, answers_question=True)


@pytest.mark.parametrize(
    "text",
    ["Yes, thank you!", "OK 👍", "👍", "ok danke", "Ja, vielen Dank", "Oui merci", "好的，谢谢"],
)
def test_what_answers_a_question_of_ours_is_more_than_thanks(text: str) -> None:
    assert is_bare_thanks(text)
    assert not is_bare_thanks(text, answers_question=True)


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
