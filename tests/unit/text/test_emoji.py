"""The table of emoji: its shape, and what is found in a text."""

from __future__ import annotations

import unicodedata

import pytest

from heard.text import emoji


def test_an_emoji_is_one_sign_in_one_group_with_a_name() -> None:
    signs = [sign for group in emoji.GROUPS for sign in emoji.names(group)]
    assert len(signs) == len(set(signs)) > 150
    for group in emoji.GROUPS:
        for sign, name in emoji.names(group).items():
            assert len(sign) == 1
            assert unicodedata.category(sign) == "So", sign
            assert name == name.strip()
            assert name.isascii()


@pytest.mark.parametrize(
    ("sign", "name"),
    [("❤", "heart"), ("🙏", "hands"), ("🚑", "ambulance"), ("🤮", "vomit"), ("⚖", "scale")],
)
def test_names_are_those_of_cldr_and_not_those_of_a_font(sign: str, name: str) -> None:
    names = {sign: name for group in emoji.GROUPS for sign, name in emoji.names(group).items()}
    assert name in names[sign]


def test_emoji_are_found_with_any_skin_tone_and_selector() -> None:
    found = emoji.find_emoji("Great 👍🏿, love it ❤\ufe0f, no 🚑 needed 🪐")
    assert [(one.group, one.sign) for one in found] == [
        ("joy", "👍"),
        ("love", "❤"),
        ("emergency", "🚑"),
    ]
    assert emoji.find_emoji("plain :)") == []
