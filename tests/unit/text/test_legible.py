"""A text as a person reads it: no hidden signs, no odd letters, and lines that are sentences."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.text.legible import LINE_START, legible_text, matchable_form
from heard.text.words import matchable_text, tokens

HIDDEN = "\u00ad\u200b\u200c\u200d\u200e\u2060\u2063\ufeff\u034f\u180e\ufe0f\U000e0061"
STROKES = "\u0335\u0336\u0337\u0338"
SEVERE_WORDS = (
    "poisoned",
    "lawyer",
    "Lebensmittelvergiftung",
    "brûlée",
    "ambulancia",
    "zatrucie",
    "отравление",
    "δηλητηρίαση",
    "hastaneye",
    "食中毒",
    "식중독",
    "तबीयत",
    "المستشفى",
)


@given(
    st.sampled_from(SEVERE_WORDS),
    st.lists(st.sampled_from([*HIDDEN, *STROKES]), min_size=1, max_size=20),
    st.randoms(use_true_random=False),
)
def test_signs_that_nobody_sees_are_removed_wherever_they_stand(
    word: str, signs: list[str], random: object
) -> None:
    letters = list(word)
    for sign in signs:
        letters.insert(random.randint(0, len(letters)), sign)  # type: ignore[attr-defined]
    assert matchable_text("".join(letters)) == matchable_text(word)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("pоisоnеd", "poisoned"),
        ("lаwуer", "lawyer"),
        ("Аnwаlt", "Anwalt"),
        ("αvocat", "avocat"),
        ("hοspitαl", "hospital"),
        ("Ροlizei", "Polizei"),
        ("отрaвлeние", "отравление"),
        ("aдвокат", "адвокат"),
        ("пожap", "пожар"),
        ("νοσοκομείo", "νοσοκομείο"),
        ("𝐩𝐨𝐢𝐬𝐨𝐧𝐞𝐝", "poisoned"),
        ("𝓁𝒶𝓌𝓎𝑒𝓇", "lawyer"),
        ("ｐｏｉｓｏｎ", "poison"),
        ("ⓟⓞⓘⓢⓞⓝ", "poison"),
        ("ʟᴀᴡʏᴇʀ", "lawyer"),
        ("p̶o̶i̶s̶o̶n̶e̶d̶", "poisoned"),
        ("p̷̡̛o̸͎͝i̴s̵o̶n̸", "poison"),
    ],
)
def test_look_alike_letters_are_read_as_the_letters_that_are_meant(
    written: str, meant: str
) -> None:
    assert matchable_text(f"({written})!") == f"({meant})!"


@pytest.mark.parametrize(
    "text",
    [
        "Съешь же ещё этих мягких французских булок",
        "СССР, ВАЗ, НАТО и Роскосмос",
        "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
        "Жебракують філософи при ґанку церкви",
        "ООО «Рога и копыта», ICQ, Wi-Fi и USB-порт",
        "Η Apple και το YouTube",
        "Добър ден, Скопје, Београд, Үлкен",
        "α β γ δ ε, π = 3.14, μm, Ω",
        "Đặng Văn Ơn, Łódź, İstanbul, Þórr, Grüße, œuvre",
        "こんにちは、世界。한국어도 됩니다. สวัสดีครับ नमस्ते שלום مرحبا",
    ],
)
def test_words_of_real_languages_stay_as_they_are(text: str) -> None:
    assert legible_text(text) == text
    assert matchable_text(text) == unicodedata.normalize("NFKC", text)


def test_joiners_go_only_for_judging_and_the_words_still_match() -> None:
    for written, meant in (
        ("می\u200cخواهم", "میخواهم"),
        ("क्\u200dष", "क्ष"),
        ("🤦\u200d♀\ufe0f", "🤦♀"),
        ("❤\ufe0f\u200d🔥", "❤🔥"),
    ):
        assert legible_text(written) == meant


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\x85", " \n  "])
def test_a_single_line_break_is_a_blank_and_an_empty_line_ends_a_sentence(line_end: str) -> None:
    assert [token.word for token in tokens(matchable_text(f"my{line_end}lawyer"))] == [
        "my",
        "lawyer",
    ]
    assert [token.word for token in tokens(matchable_text(f"my{line_end}{line_end}lawyer"))] == [
        "my",
        ".",
        "lawyer",
    ]


def test_a_line_break_within_a_word_of_an_unspaced_language_disappears() -> None:
    assert matchable_form("食中\n毒になりました") == "食中毒になりました"
    assert matchable_form("อาหาร\nเป็นพิษ") == "อาหารเป็นพิษ"


def test_a_line_that_its_author_began_is_told_from_one_that_a_program_wrapped() -> None:
    wrapped = "I have to tell you that I came home and we had no\nproblem"
    assert LINE_START not in matchable_form(wrapped)
    assert LINE_START in matchable_form("Any trouble? no\nfood poisoning")
    assert LINE_START in matchable_form(f"{wrapped}\n- food poisoning")


@given(st.text())
def test_any_text_is_read_and_reading_it_again_changes_nothing(text: str) -> None:
    legible = legible_text(text)
    assert legible_text(legible) == legible
    assert matchable_text(text) == matchable_text(legible)


@given(st.text(alphabet=st.characters(max_codepoint=0x7F, exclude_categories=["Cc"])))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert legible_text(text) == text
    assert matchable_form(text) == text or ".." in text


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("food poi\u00ad\nsoning", "food poisoning"),
        ("food poi=\nsoning", "food poisoning"),
        ("he talks of self-\nharm", "he talks of self-harm"),
        ("食 中 毒になった", "食 中 毒になった"),
        ("食 中 毒 です", "食中毒 です"),
        ("a 食 b 中", "a 食 b 中"),
        ("two -\nthree", "two -\vthree"),
    ],
)
def test_a_word_that_was_broken_is_one_word(text: str, form: str) -> None:
    assert matchable_form(legible_text(text)) == form


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("my&nbsp;lawyer", "my lawyer"),
        ("it&amp;#39;s my&amp;nbsp;lawyer", "it's my lawyer"),
        ("my<br/>lawyer", "my lawyer"),
        ("law&shy;yer", "lawyer"),
        ("3 < 4 & 5 > 2", "3 < 4 & 5 > 2"),
        ("fish & chips; R&D;", "fish & chips; R&D;"),
    ],
)
def test_html_that_a_platform_left_in_a_text_is_read_as_it_is_meant(text: str, plain: str) -> None:
    assert matchable_text(text) == plain


def test_dots_end_a_sentence_only_if_the_next_one_begins_with_a_capital() -> None:
    assert matchable_form("the guard... hit us… hard") == (
        f"the guard{LINE_START}hit us{LINE_START}hard"
    )
    assert matchable_form("Fine... The guard hit us.") == "Fine... The guard hit us."
