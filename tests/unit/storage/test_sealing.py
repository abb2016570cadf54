"""Sealed texts are deflated, and what was sealed before opens. None unpacks without a bound."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.errors import DamagedText
from heard.storage.sealing import MAX_PACKED_BYTES, pack, seal, unpack
from heard.storage.vault import Erased, Vault
from tests.unit.backend import COMPLAINT, NOON, Backend, complaint, praise

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_CONTENT = st.dictionaries(_TEXT, _TEXT | st.integers() | st.none() | st.lists(_TEXT), max_size=5)


def as_before(content: object) -> bytes:
    """The plaintext that a release before deflation sealed."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


@given(_CONTENT)
def test_every_content_comes_back_and_none_gets_longer(content: dict[str, Any]) -> None:
    assert unpack(pack(content)) == content
    assert len(pack(content)) <= len(as_before(content))
    assert unpack(as_before(content)) == content


@given(st.binary())
def test_what_is_no_packed_content_is_told_apart(packed: bytes) -> None:
    content = unpack(packed)

    assert content is None or isinstance(content, dict)


@pytest.mark.parametrize("length", [MAX_PACKED_BYTES, MAX_PACKED_BYTES + 1, 40 * MAX_PACKED_BYTES])
def test_a_content_that_unpacks_to_more_than_an_item_is_refused(length: int) -> None:
    text = as_before({"text": "x" * (length - len(as_before({"text": ""})))})
    assert len(text) == length

    opened = unpack(zlib.compress(text))

    assert (opened is None) == (length > MAX_PACKED_BYTES)


def test_a_content_that_is_too_long_for_an_item_is_not_deflated_into_one() -> None:
    content = {"text": "x" * MAX_PACKED_BYTES}

    assert pack(content) == as_before(content)
    assert unpack(pack(content)) == content


@pytest.mark.parametrize(
    "packed",
    [
        zlib.compress(as_before({"text": COMPLAINT}))[:-5],
        zlib.compress(b"[1, 2]"),
        zlib.compress(b"\xff"),
        b"{",
        b"",
    ],
)
def test_a_text_that_does_not_unpack_is_damaged_and_never_erased(
    backend: Backend, packed: bytes
) -> None:
    vault = Vault(backend.plain_dynamodb, backend.tables["CasesTable"])
    review = backend.case(backend.triage(backend.queue_message(complaint("r-1")))["review"]).review
    key = next(item["key"] for item in backend.stored_items() if item["sk"] == "AUTHOR")

    with pytest.raises(DamagedText):
        vault.open(review.author, "place", {"sealed": seal(key, "place", packed)})


def test_what_an_earlier_release_sealed_opens_until_its_author_is_erased(backend: Backend) -> None:
    vault = Vault(backend.plain_dynamodb, backend.tables["CasesTable"])
    review = backend.case(backend.triage(backend.queue_message(complaint("r-1")))["review"]).review
    key = next(item["key"] for item in backend.stored_items() if item["sk"] == "AUTHOR")
    item = {"sealed": seal(key, "place", as_before({"text": COMPLAINT}))}

    assert vault.open(review.author, "place", item) == {"text": COMPLAINT}
    vault.erase(review.author, NOON)
    with pytest.raises(Erased):
        vault.open(review.author, "place", item)


def test_the_words_of_a_review_take_less_room_than_before(backend: Backend) -> None:
    for event in (complaint("r-1"), praise("r-2", author="cus-2")):
        review = backend.case(backend.triage(backend.queue_message(event))["review"]).review
        revision = backend.cases.revision(review)
        content = {
            "event": revision.event.to_json(),
            "assessment": revision.assessment,
            "context": revision.context,
        }
        (item,) = (
            item
            for item in backend.stored_items()
            if item["pk"] in review.id and item["sk"].startswith("REVISION#")
        )

        assert len(item["sealed"]) < len(as_before(content))
