"""What a telephone writes when somebody reacts to a message, and what looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.assessment import History, assess, reactions
from heard.assessment.reactions import LANGUAGES, MEANINGS, find_quotations, says_dislike
from heard.reviews import Channel
from heard.text import grammar
from heard.text.phrase_files import PhraseFolder
from tests.unit.backend import review_event

FOLDER = PhraseFolder(Path(reactions.__file__).parent)
REACTIONS = [
    "Liked “We have your message.”",
    'Loved "We have your message."',
    "Laughed at ‘We have your message.’",
    "Emphasized “Two lines\nof ours”",
    "Questioned “Are you there?”",
    "Disliked “We don’t open on Sundays”",
    "Reacted 😮 to “We said “sorry” twice”",
    "Removed a heart from “Thank you”",
    "Removed an exclamation from “Thank you”",
    "❤️ to “Thank you”",
    "\u200a\u200b👍\u200b\u200a to “Thank you”",
    "LIKED “THANK YOU”",
    "Liked “A long message that the telephone cut off…",
    "Gefällt „Ihre Nachricht ist da.“",
    "Reagierte mit 🙏🏽 auf „Danke“",
    "A aimé « Votre message est arrivé. »",
    "A réagi avec 👩‍🍳 à « Merci »",
    "Le encantó “Gracias”",
    "Exclamó por “Gracias”",
    "Ha messo “Mi piace” a “Grazie”",
    "Gostou de “Obrigado”",
    "Vindt ‘Bedankt’ leuk",
    "Gillade ”Tack”",
    "Понравилось «Спасибо»",
    "Szívecske erre: „Köszönjük”",
    "“ありがとう”に“いいね”と言いました",
    "喜欢“谢谢”",
    "“감사합니다”을(를) 강조함",
    "أحب “شكرا”",
    "تفاعل بـ ❤️ مع “شكرا”",
]
MESSAGES = [
    "Liked “the soup” but hated “the wait”",
    'Loved "the starter" and "the view"',
    "Liked “the soup”. Then I was ill.",
    "I liked “the soup”",
    "Liked the soup",
    "Loved an image of the place, not the place",
    "Disliked an image",
    "“Thank you” is not enough",
    "👍",
    "👍 to your team",
    "Gefällt mir nicht, „frisch“ war das nie",
    "Le gustó “la sopa” a mi marido y acabó en el hospital",
    "“”",
    "Liked “”",
    "{quote}",
    "Liked {quote}",
    "",
]


@pytest.mark.parametrize("text", REACTIONS)
def test_a_reaction_is_known(text: str) -> None:
    assert find_quotations(text)


@pytest.mark.parametrize("text", MESSAGES)
def test_a_message_of_a_persons_own_is_none(text: str) -> None:
    assert find_quotations(text) == ()


@pytest.mark.parametrize("text", REACTIONS)
def test_words_beside_a_reaction_make_it_a_message(text: str) -> None:
    for message in (f"{text} My hand is burnt.", f"My hand is burnt. {text}"):
        assert find_quotations(message) == ()


@given(st.text(st.characters(exclude_characters="“”„‟‘’‚‛«»‹›「」『』《》＂\"'{}"), max_size=60))
def test_what_is_quoted_is_found(quoted: str) -> None:
    letters = [sign for sign in f"x{quoted}x" if sign.isalnum()]
    for message in (f"Liked “x{quoted}x”", f"Gefällt „x{quoted}x“"):
        assert letters in [
            [sign for sign in quotation.words if sign.isalnum()]
            for quotation in find_quotations(message)
        ]


@pytest.mark.parametrize("text", ["Liked “A long message that…", "Liked “A long message that...”"])
def test_a_quotation_that_the_telephone_cut_off_says_so(text: str) -> None:
    assert any(quotation.is_cut for quotation in find_quotations(text))
    assert not any(quotation.is_cut for quotation in find_quotations("Liked “All of it.”"))


@given(st.text(st.sampled_from("\"“”'‘’«» ab…👍"), max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    assert says_dislike(text) <= bool(find_quotations(text))


def test_every_language_that_we_speak_has_forms_and_each_form_one_meaning() -> None:
    assert set(LANGUAGES) == set(grammar.LANGUAGES)
    for language in LANGUAGES:
        forms = FOLDER.lines("form", language)
        assert len(forms) >= 10, language
        assert sum("{sign}" in form for form in forms) >= 3, language
        dislikes = FOLDER.lines("dislike", language)
        assert dislikes, language
        assert not {*forms} & {*dislikes}, language
        assert all(form.count("{quote}") == 1 for form in (*forms, *dislikes)), language
    files = {path.relative_to(FOLDER.path).as_posix() for path in FOLDER.path.glob("*/*.txt")}
    assert files == {f"{meaning}/{language}.txt" for meaning in MEANINGS for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_is_found_as_a_telephone_would_write_it(language: str) -> None:
    for meaning in MEANINGS:
        for form in FOLDER.lines(meaning, language):
            text = form.replace("{sign}", "😡").replace("{quote}", "“Well, it’s nothing”")
            assert "Well, it’s nothing" in {found.words for found in find_quotations(text)}, form


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", ["everything", "the lovely cake and the happy people"])
def test_a_person_reads_whoever_dislikes_something_however_friendly_it_sounds(
    language: str, words: str
) -> None:
    for form in FOLDER.lines("dislike", language):
        event = review_event("1", form.replace("{quote}", f"“{words}”"))
        assert assess(event, Channel.MESSAGING, History()).needs_person, form


def test_telephones_and_people_who_like_something_dislike_nothing() -> None:
    assert not says_dislike("Liked “your cake”")
    assert not says_dislike("I liked “disliked cakes”")
    event = review_event("1", "Loved “your wonderful cake”, thank you all so much!", rating=5)
    assert not assess(event, Channel.MESSAGING, History()).needs_person
