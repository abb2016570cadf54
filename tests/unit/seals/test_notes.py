"""The notes: other programs read them, and nothing else passes for one."""

from __future__ import annotations

import pytest
from aics_tlog import note as independent
from aics_tlog.checkpoint import parse_checkpoint
from hypothesis import given
from hypothesis import strategies as st

from heard.seals.merkle import EMPTY_ROOT, leaf_hash
from heard.seals.notes import (
    note_text,
    parse_note,
    parse_vkey,
    signed_note,
    signer_of,
    vkey,
)
from tests.unit.seals.days import KEY, ORIGIN, OTHER_VKEY, VKEY, verify_with_nacl

ROOT = leaf_hash(b"root")
TEXT = note_text(ORIGIN, 12, ROOT)
PUBLIC_KEY = bytes(KEY.verify_key)
NOTE = signed_note(TEXT, ORIGIN, PUBLIC_KEY, KEY.sign(TEXT.encode()).signature)


def test_a_checkpoint_is_three_lines() -> None:
    assert note_text("heard/1/demo/acme", 0, EMPTY_ROOT) == (
        "heard/1/demo/acme\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    )


def test_an_independent_program_reads_the_note_and_accepts_its_signature() -> None:
    note = independent.parse_note(NOTE)

    assert independent.verify_note(note, [independent.parse_vkey(VKEY)])
    assert not independent.verify_note(note, [independent.parse_vkey(OTHER_VKEY)])
    checkpoint = parse_checkpoint(note.text)
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (ORIGIN, 12, ROOT)


def test_an_independent_program_writes_the_same_note() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private_key = Ed25519PrivateKey.from_private_bytes(bytes(KEY))
    signature = independent.sign_note(TEXT, private_key, ORIGIN)

    assert independent.Note(TEXT, (signature,)).serialise() == NOTE


def test_a_note_says_what_it_was_made_of() -> None:
    note = parse_note(NOTE)

    assert note.text == TEXT
    assert (note.checkpoint.origin, note.checkpoint.size) == (ORIGIN, 12)
    assert note.checkpoint.root == ROOT
    keys = [parse_vkey(OTHER_VKEY), parse_vkey(VKEY)]
    assert signer_of(note, keys, verify_with_nacl) == keys[1]
    assert signer_of(note, keys[:1], verify_with_nacl) is None


def test_a_signature_over_another_text_is_none() -> None:
    other = note_text(ORIGIN, 13, ROOT)
    note = signed_note(other, ORIGIN, PUBLIC_KEY, KEY.sign(TEXT.encode()).signature)

    assert not parse_note(note).is_signed_by(parse_vkey(VKEY), verify_with_nacl)


def test_signatures_of_types_that_are_not_known_are_left_alone() -> None:
    cosigned = NOTE + "— witness.example/w1 " + "AAAA" * 30 + "\n"

    note = parse_note(cosigned)

    assert len(note.signatures) == 1
    assert note.is_signed_by(parse_vkey(VKEY), verify_with_nacl)


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        NOTE[:-1],
        NOTE.replace("—", "-"),
        NOTE.replace("\n12\n", "\n012\n"),
        NOTE.replace("\n12\n", "\n-12\n"),
        NOTE.replace("\n12\n", "\n١٢\n"),
        NOTE.replace(ORIGIN + "\n", "two words\n", 1),
        f"{ORIGIN}\n12\nAA==\n\n" + NOTE.split("\n\n")[1],
        NOTE + "— x\n" * 20,
        "x" * 20_000 + NOTE,
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_note(note)


@given(st.text())
def test_any_text_is_a_note_or_refused(text: str) -> None:
    for made in (text, f"{TEXT}\n{text}\n", f"{text}\n\n{NOTE}"):
        try:
            parse_note(made)
        except ValueError:
            continue


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acme",
        VKEY[:-4],
        VKEY.replace(ORIGIN, "heard/1/demo/other"),
        vkey(ORIGIN, bytes(KEY.verify_key)).replace("+", "+0", 1),
        f"{ORIGIN}+00000000+AgAA",
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_vkey(text)


def test_a_name_with_a_space_makes_no_key() -> None:
    with pytest.raises(ValueError, match="spaces"):
        vkey("two words", PUBLIC_KEY)


def test_a_key_as_text_is_the_one_of_the_independent_program() -> None:
    assert independent.format_vkey(independent.parse_vkey(VKEY)) == VKEY
