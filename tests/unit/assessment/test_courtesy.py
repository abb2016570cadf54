"""Texts that only thank or praise, in every language of the rules, in words and in emoji (R02)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.assessment import Agenda, Flag, History, Severity, assess, vocabulary
from heard.assessment.courtesy import is_bare_thanks, is_short_praise
from heard.assessment.engines.chain import embedded_engine
from heard.policy import Context, Route, decide, default_policy
from heard.reviews import Author, Channel, EventKind, ReviewEvent

NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
POLICY = default_policy()

THANKS = {
    "af": "Baie dankie!",
    "ar": "شكراً جزيلاً",
    "cs": "Děkuji moc!",
    "da": "Tusind tak!",
    "de": "Vielen Dank euch allen!",
    "el": "Ευχαριστώ πολύ!",
    "en": "Thanks a lot!",
    "es": "¡Muchas gracias!",
    "fi": "Kiitos paljon!",
    "fr": "Merci beaucoup !",
    "he": "תודה רבה",
    "hi": "बहुत धन्यवाद",
    "hu": "Nagyon köszönöm!",
    "id": "Terima kasih banyak",
    "it": "Grazie mille!",
    "ja": "ありがとうございます！",
    "ko": "감사합니다",
    "nl": "Hartelijk bedankt!",
    "no": "Tusen takk!",
    "pl": "Bardzo dziękuję!",
    "pt": "Muito obrigada!",
    "ro": "Mulțumesc mult!",
    "ru": "Большое спасибо!",
    "sv": "Tack så mycket!",
    "th": "ขอบคุณมากค่ะ",
    "tr": "Çok teşekkür ederim!",
    "uk": "Щиро дякую!",
    "vi": "Cảm ơn bạn",
    "zh": "非常感谢！",
}
PRAISE = [
    "❤️❤️❤️",
    "👍🏽👍🏽",
    "😍",
    "🎉🥳",
    "Great",
    "Love it!!!",
    "Yum!",
    "Top demais!",
    "うまい！",
    "Sooo gooood 😋",
    "Perfect, 10/10",
    "Super!",
    "Mega lecker 😋 👍",
    "Parfait",
    "Excelente servicio",
    "Tutto perfetto",
    "Muito bom",
    "Helemaal top",
    "Polecam!",
    "Harika",
    "Супер, всё отлично",
    "最高です",
    "很好",
    "최고예요",
    "ممتاز",
    "อร่อยมาก",
]
OTHER = [
    "Thanks for nothing",
    "Thanks 🙃",
    "Thanks :(",
    "Great?",
    "Great, where is my parcel",
    "Danke, aber nein",
    "No thanks",
    "Thanks, idiots",
    "not good",
    "ไม่ดี",
    "不好",
    "안 좋아요",
    "最高じゃない",
    "Super, mein Anwalt meldet sich",
    "❤️🚑",
    "😡",
    "👎",
    "🔪",
    "🔥",
    "ok",
    "",
    "   ",
    "?!",
    "12345",
    "Great :/",
    "thanks :-/",
    "Danke ;/",
]


def test_there_is_a_bare_thank_you_in_every_language_of_the_rules() -> None:
    assert {*THANKS} == {*vocabulary.LANGUAGES}


@pytest.mark.parametrize("text", THANKS.values(), ids=THANKS)
def test_a_bare_thank_you_is_one_whatever_its_case_marks_and_emoji(text: str) -> None:
    for written in (text, text.upper(), f"  {text} 🙏🏾", f"{text}...", f"{text}\n❤️"):
        assert is_bare_thanks(written), written
        assert is_short_praise(written), written


@pytest.mark.parametrize("text", PRAISE)
def test_short_praise_is_no_thank_you(text: str) -> None:
    assert is_short_praise(text)
    has_words = any(letter.isalnum() for letter in text)
    assert is_bare_thanks(text) == (not has_words), "emoji alone approve"


@pytest.mark.parametrize("text", OTHER)
def test_a_word_a_sign_or_a_face_that_says_more_is_neither(text: str) -> None:
    assert not is_bare_thanks(text)
    assert not is_short_praise(text)


@given(st.sampled_from([*THANKS.values(), *PRAISE]), st.text(min_size=1, max_size=40))
def test_unknown_words_beside_praise_are_never_overlooked(praise: str, unknown: str) -> None:
    if not any(letter.isalnum() for letter in unknown):
        return
    text = f"{praise} xq{unknown}"
    assert not is_short_praise(text)


@pytest.mark.parametrize("engine", ["accurate", "quick"])
@pytest.mark.parametrize("text", [*THANKS.values(), *PRAISE])
def test_short_praise_without_stars_is_thanked_and_needs_no_person(text: str, engine: str) -> None:
    event = ReviewEvent(EventKind.CREATED, "1", "1", "000000000001", Author("a"), text=text)
    assessment = assess(event, Channel.SOCIAL, History(), embedded_engine(engine))
    context = Context(Channel.SOCIAL, "standard", None, has_text=True, public_replies_left=2)

    assert (assessment.severity, assessment.agenda) == (Severity.PRAISE, Agenda.PRAISE)
    assert Flag.CANNOT_JUDGE not in assessment.flags
    assert decide(assessment, context, POLICY, NOW).route is Route.ACKNOWLEDGE


@pytest.mark.parametrize("text", ["Thanks!", "👍", "最高です"])
def test_few_stars_beside_short_praise_still_need_a_person(text: str) -> None:
    event = ReviewEvent(
        EventKind.CREATED, "1", "1", "000000000001", Author("a"), text=text, rating=1
    )
    assessment = assess(event, Channel.REVIEW_SITE, History(), embedded_engine("quick"))
    assert Flag.RATING_WORDS_DISAGREE in assessment.flags
    assert assessment.needs_person
