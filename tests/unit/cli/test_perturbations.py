"""What may happen to a text on its way: always the same for one seed, and never another text."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard_cli.assess.perturbations import PERTURBATIONS, perturb

TEXT = "Très déçu: the soup was cold, and nobody answered us. We won't come back to your place!"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("capitals", TEXT.upper()),
        ("small letters", TEXT.lower()),
        ("no accents", TEXT.replace("è", "e").replace("é", "e").replace("ç", "c")),
        ("no punctuation", "".join(sign for sign in TEXT if sign not in ":,.!")),
        (
            "wrapped",
            "Très déçu: the soup was cold, and\n"
            "nobody answered us. We won't come back\n"
            "to your place!",
        ),
    ],
)
def test_a_perturbation_changes_what_its_name_says(name: str, expected: str) -> None:
    assert PERTURBATIONS[name](TEXT, random.Random(1)) == expected


def test_typos_change_some_letters_and_leave_most_of_the_words() -> None:
    changed = PERTURBATIONS["typos"](TEXT * 10, random.Random(1))
    words, changed_words = (TEXT * 10).split(), changed.split()
    assert changed != TEXT * 10
    kept = sum(word == other for word, other in zip(words, changed_words, strict=False))
    assert kept > len(words) / 2


def test_emoji_and_quotation_marks_stand_around_the_text() -> None:
    assert PERTURBATIONS["emoji"](TEXT, random.Random(1)).startswith(f"{TEXT} ")
    quoted = PERTURBATIONS["quoted"](TEXT, random.Random(1))
    assert (quoted[1:-1], len(quoted)) == (TEXT, len(TEXT) + 2)


@given(st.text(max_size=200), st.text(max_size=20))
def test_the_same_seed_gives_the_same_text(text: str, seed: str) -> None:
    assert perturb(text, seed) == perturb(text, seed)
