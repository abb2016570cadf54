"""Our own words in a text that comes back, however it is wrapped."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.replies.own_words import find_own_words

REPLIES = (
    "Thank you for your kind words about the bread, Zelda! This is an automatic reply.\n\n— Acme",
    "Es tut uns leid, dass Ihr Paket zu spät kam. Wir haben heute ein neues auf den Weg gebracht.",
    "Nous sommes désolés que votre colis soit arrivé en retard. Un autre part aujourd'hui.",
    "Lamentamos que su pedido llegara tarde. Hoy mismo le enviamos otro, sin coste.",
    "Спасибо за ваш отзыв о хлебе. Это автоматический ответ, вам напишет наш сотрудник.",
    "このたびはレビューをお寄せいただきありがとうございます。これは自動返信です。",
    "感谢您对我们面包的评价，这是一条自动回复，我们的同事会尽快与您联系。",
    "شكرا لكم على كلماتكم الطيبة عن الخبز، هذا رد آلي وسيتصل بكم أحد الزملاء.",
    "리뷰를 남겨 주셔서 감사합니다. 이 메시지는 자동 응답이며 곧 담당자가 연락드립니다.",
    "ขอบคุณสำหรับคำชมเกี่ยวกับขนมปังของเรา นี่คือข้อความตอบกลับอัตโนมัติ",
)
WRAPPINGS = (
    "{}",
    "Liked “{}”",
    "> {}",
    "<blockquote>{}</blockquote>",
    "*{}*",
    "On Tuesday, Acme wrote:\n{}",
)


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_our_words_are_recognised_in_any_wrapping(reply: str, wrapping: str) -> None:
    own_words = find_own_words(wrapping.format(reply), ["Something else that we sent.", reply])

    assert own_words.share > 0.6
    rest = "".join(character for character in own_words.rest if character.isalnum())
    assert rest in "".join(character for character in wrapping if character.isalnum())


@pytest.mark.parametrize("reply", REPLIES)
def test_our_words_are_recognised_when_they_are_cut_or_broken_into_lines(reply: str) -> None:
    cut = reply[: len(reply) * 2 // 3]
    lines = "\n".join(f"> {line}" for line in textwrap.wrap(reply, 20))

    assert find_own_words(f"Loved “{cut}…”", [reply]).share > 0.7
    assert find_own_words(lines, [reply]).share > 0.95


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        (
            "My parcel arrived broken again, as you see.",
            "I am sorry that your parcel arrived broken again; a new one leaves today.",
        ),
        ("Thank you for your kind words", "Thank you for your order. It leaves on Friday."),
        (
            "The delivery never arrived at the office",
            "You wrote that the delivery never arrived "
            "at the office, so I have asked the driver to go there once more this afternoon.",
        ),
        ("Ihr Paket kam zu spät", REPLIES[1]),
        ("", REPLIES[0]),
        ("OK", "OK"),
    ],
)
def test_a_phrase_of_ours_in_a_customers_text_is_no_quotation(text: str, reply: str) -> None:
    own_words = find_own_words(text, [reply])

    assert (own_words.share, own_words.rest) == (0, text)


def test_what_the_customer_adds_stays() -> None:
    own_words = find_own_words(f"My arm is still broken! “{REPLIES[0]}” Call me.", REPLIES)

    assert "My arm is still broken!" in own_words.rest
    assert "Call me." in own_words.rest
    assert "kind words" not in own_words.rest


@given(st.text(max_size=300), st.lists(st.text(max_size=300), max_size=3))
def test_any_text_is_read_and_only_letters_of_ours_are_taken_out(
    text: str, sent: list[str]
) -> None:
    own_words = find_own_words(text, sent)

    assert 0 <= own_words.share <= 1
    assert len(own_words.rest) == len(text)
    assert own_words.share or own_words.rest == text


@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(REPLIES))
def test_our_words_are_found_between_any_others(before: str, after: str, reply: str) -> None:
    own_words = find_own_words(f"{before}\n{reply}\n{after}", [reply])

    assert own_words.share > 0
