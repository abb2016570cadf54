"""What was sent without words is described, and goes to a person whatever its name is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.assessment import History, assess
from heard.assessment.engines.engine import Scores
from heard.reviews import Author, Channel, EventKind, ReviewEvent
from heard.text.wordless import describe, describe_media, is_wordless, text_or_description


class HappyEngine:
    """An engine that takes every text for praise."""

    model = "happy"

    def scores(self, text: str) -> Scores | None:
        return Scores((0.02, 0.01, 0.0, 0.0), 0.01, 0.0, 0.0, 0.0, 0.9, self.model)


KINDS = st.sampled_from(["photo", "location", "sticker", "file", "message that cannot be shown"])
"""Some of the kinds that connectors name."""


@pytest.mark.parametrize(
    ("content_type", "described"),
    [
        ("image/png", "[photo]"),
        ("IMAGE/JPEG; q=1", "[photo]"),
        ("video/3gpp", "[video]"),
        ("audio/amr", "[audio]"),
        ("text/x-vcard", "[contact]"),
        ("text/vcard; charset=utf-8", "[contact]"),
        ("application/pdf", "[file]"),
        ("text/plain", "[file]"),
        ("nonsense", "[file]"),
        ("", "[file]"),
        (None, "[file]"),
    ],
)
def test_a_file_is_described_by_its_media_type(content_type: str | None, described: str) -> None:
    assert describe_media(content_type) == described


def test_what_is_known_stands_behind_the_kind() -> None:
    assert describe("location", "Town Hall", None, " ", "Kai 1") == "[location: Town Hall, Kai 1]"
    assert describe("file", "my\nlist [1].txt") == "[file: my list (1).txt]"
    assert len(describe("file", "x" * 10_000)) < 1_100


def test_a_description_with_a_name_stands_below_the_words() -> None:
    assert text_or_description("Here", ["[photo]", "[location: Kai 1]"]) == (
        "Here\n[location: Kai 1]"
    )
    assert text_or_description(None, ["[photo]", "[photo]", "[video]"]) == "[photo]\n[video]"
    assert text_or_description(None, []) is None


@given(st.lists(st.tuples(KINDS, st.text(max_size=40)), min_size=1, max_size=3))
def test_only_descriptions_are_no_words(parts: list[tuple[str, str]]) -> None:
    text = "\n".join(describe(kind, name) for kind, name in parts)
    assert is_wordless(text)
    assert not is_wordless(f"{text} My hand is burnt.")
    assert not is_wordless(f"Thanks! {text}")


@pytest.mark.parametrize("text", ["", "[]", "[photo", "photo]", "[NO!]", "[photo] ok", "[[photo]]"])
def test_other_texts_are_words(text: str) -> None:
    assert not is_wordless(text)


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize(
    "text",
    [
        "[photo]",
        "[sticker]",
        "[location: Great Wonderful Café]",
        "[file: thank-you-so-much.jpg]",
        "[contact]",
        "[photo]\n[video]",
    ],
)
def test_a_review_without_words_goes_to_a_person(text: str, channel: Channel) -> None:
    event = ReviewEvent(EventKind.CREATED, "1", "1", "1", Author("a"), text=text)
    assert assess(event, channel, History(), HappyEngine()).needs_person
    assert assess(event, channel, History()).needs_person
