"""Nobody can guess words from the log, and what was committed cannot be changed."""

from __future__ import annotations

import hashlib
import hmac
import json
from itertools import product
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.commitments import (
    VERSION_2,
    CommitmentKind,
    commit,
    digest_of_version_1,
    is_same,
    key_part,
)
from heard.outcomes import Kind
from heard.reviews import Author, EventKind, ReviewEvent
from tests.unit.backend import Backend, review_event

KEY: Final = b"k" * 32

_STARTS: Final = (
    "",
    "very ",
    "not ",
    "so ",
    "really ",
    "too ",
    "super ",
    "most ",
    "quite ",
    "well ",
)
_WORDS: Final = [
    "good",
    "bad",
    "nice",
    "ok",
    "great",
    "awful",
    "slow",
    "fast",
    "cold",
    "hot",
    "dirty",
    "clean",
    "rude",
    "kind",
    "cheap",
    "dear",
    "fine",
    "poor",
    "best",
    "worst",
    "love",
    "hate",
    "thanks",
    "wow",
    "meh",
    "super",
    "terrible",
    "perfect",
    "excellent",
    "horrible",
    "amazing",
    "boring",
    "useless",
    "helpful",
    "friendly",
    "tasty",
    "fresh",
    "stale",
    "salty",
    "sweet",
    "bitter",
    "broken",
    "late",
    "early",
    "quick",
    "lovely",
]
_THINGS: Final = [
    "app",
    "food",
    "service",
    "staff",
    "hotel",
    "room",
    "bread",
    "soup",
    "pizza",
    "coffee",
    "place",
    "shop",
    "price",
    "delivery",
    "phone",
    "bank",
    "update",
    "game",
    "driver",
    "doctor",
]
_ENDS: Final = ("", ".", "!", "!!", "!!!", " :)", "...", " 👍")


def word_list() -> set[str]:
    """About 80,000 short texts, as people write them: in the spirit of a list of known reviews."""
    phrases = {f"{start}{word}" for start, word in product(_STARTS, _WORDS)}
    phrases |= {f"{word} {thing}" for word, thing in product(_WORDS, _THINGS)}
    phrases |= {
        f"{start}{word} {thing}" for start, word, thing in product(_STARTS, _WORDS, _THINGS)
    }
    return {
        form + end for phrase in phrases for form in (phrase, phrase.capitalize()) for end in _ENDS
    }


def forms(rating: int, text: str) -> list[bytes]:
    """What somebody who knows how the log is made would hash."""
    content = json.dumps([rating, "", text], ensure_ascii=False)
    message = json.dumps(["words", content], ensure_ascii=False, separators=(",", ":"))
    return [content.encode(), message.encode()]


def recover(log: list[dict[str, Any]], texts: list[str]) -> set[str]:
    """The texts that a log gives away to somebody who has it and a list of texts.

    Tried are plain digests of all of them, and of every twentieth an HMAC with whatever else the
    outcome says as its key.
    """
    stored = {
        (outcome["detail"].get("commitment") or outcome["detail"]["digest"]).removeprefix(VERSION_2)
        for outcome in log
    }
    keys = {outcome[name].encode() for outcome in log for name in ("review", "business")} | {b""}
    recovered = {
        text
        for text in texts
        for form in forms(3, text)
        if hashlib.sha256(form).hexdigest() in stored
    }
    return recovered | {
        text
        for text in texts[::20]
        for form in forms(3, text)
        for key in keys
        if hmac.new(key, form, "sha256").hexdigest() in stored
    }


def test_a_word_list_recovers_no_review_from_the_log(backend: Backend) -> None:
    texts = sorted(word_list())
    assert len(texts) > 80_000
    reviews = texts[:: 20 * (len(texts) // 120)]
    backend.connect("standard")
    for number, text in enumerate(reviews):
        backend.triage(backend.queue_message(review_event(f"r-{number}", text, 3)))
    accepted = [item.to_json() for item in backend.outcomes() if item.kind is Kind.ACCEPTED]
    assert len(accepted) == len(reviews)
    # The attack works: it finds every text in the same log with the digests of older releases.
    old_log = [
        outcome | {"detail": {"digest": digest_of_version_1(forms(3, text)[0].decode())}}
        for outcome, text in zip(accepted, reviews, strict=True)
    ]

    assert recover(old_log, texts) == set(reviews)
    assert recover(accepted, texts) == set()
    assert {len(outcome["detail"]["inputs"]) for outcome in accepted} == {66}


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(CommitmentKind))
def test_equal_words_have_equal_commitments_and_others_have_not(
    first: str, second: str, kind: CommitmentKind
) -> None:
    assert (commit(KEY, kind, first) == commit(KEY, kind, second)) is (first == second)
    assert commit(KEY, kind, first) != commit(b"K" * 32, kind, first)
    assert commit(KEY, kind, first).startswith(VERSION_2)


def test_words_and_inputs_of_equal_content_have_different_commitments() -> None:
    assert len({commit(KEY, kind, "the same") for kind in CommitmentKind}) == len(CommitmentKind)


def test_a_commitment_is_the_hmac_that_the_module_describes() -> None:
    derived = hmac.new(KEY, b"heard/commitment/1", "sha256").digest()
    expected = hmac.new(derived, '["words","né"]'.encode(), "sha256").hexdigest()

    assert commit(KEY, CommitmentKind.WORDS, "né") == f"2:{expected}"
    assert key_part(f"2:{expected}") == expected[:12]


@pytest.mark.parametrize("text", ["Cold soup.", "", "🍲\ud800"])
def test_digests_of_older_releases_are_still_compared(text: str) -> None:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    assert is_same(digest, commit(KEY, CommitmentKind.WORDS, text), text)
    assert not is_same(digest, commit(KEY, CommitmentKind.WORDS, "other"), "other")


def test_the_content_of_an_event_has_the_form_that_the_first_release_hashed() -> None:
    event = ReviewEvent(
        EventKind.CREATED, "r", "r", "1", Author("a"), rating=2, title=None, text="Né"
    )
    assert event.content == '[2, "", "Né"]'
    assert json.loads(event.content) == [2, "", "Né"]
