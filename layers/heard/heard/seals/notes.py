"""Signed notes: the form in which a checkpoint of the log leaves the house.

A checkpoint is three lines: whose log it is (the origin), how many leaves it has, and their root.
The note adds a line with a signature. Other programs read both. The name of the key is the origin.
Who signs and who checks a signature is not known here: functions are handed in.

Source: c2sp.org/signed-note and c2sp.org/tlog-checkpoint, with Ed25519 (RFC 8032).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from heard.seals.merkle import HASH_BYTES

type Verify = Callable[[bytes, bytes, bytes], bool]
"""Whether a signature (third) over a message (second) is that of an Ed25519 public key (first)."""

_ED25519: Final = b"\x01"
"""The type of signature, as it stands in key ids and keys."""
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_KEY_ID_BYTES: Final = 4
_MOST_SIGNATURES: Final = 16
_LONGEST_NOTE: Final = 16_384
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_NAME: Final = re.compile(r"[^\s+\x00-\x1f]{1,255}")
_KEY: Final = re.compile(r"([^\s+\x00-\x1f]{1,255})\+([0-9a-f]{8})\+(\S+)")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a log had come: its origin, how many leaves it had, and their root."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public Ed25519 key and the name under which it signs."""

    name: str
    public_key: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return key_id(self.name, self.public_key)


@dataclass(frozen=True, slots=True)
class Signature:
    """A line with a signature of a note. Nothing says yet that it is a good one."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A note as it was read. `text` is what was signed."""

    text: str
    checkpoint: Checkpoint
    signatures: tuple[Signature, ...]

    def is_signed_by(self, key: VerifierKey, verify: Verify) -> bool:
        """Whether one of its signatures is a good one of this key."""
        return any(
            (each.name, each.key_id) == (key.name, key.id)
            and verify(key.public_key, self.text.encode(), each.signature)
            for each in self.signatures
        )


def note_text(origin: str, size: int, root: bytes) -> str:
    """The text of a checkpoint, which is to be signed."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def note_digest(text: str) -> str:
    """The SHA-256 of a note's text, by which the next day names it."""
    return hashlib.sha256(text.encode()).hexdigest()


def key_id(name: str, public_key: bytes) -> bytes:
    """The four bytes by which a signature names its key."""
    named = name.encode() + b"\n" + _ED25519 + public_key
    return hashlib.sha256(named).digest()[:_KEY_ID_BYTES]


def vkey(name: str, public_key: bytes) -> str:
    """A public key as text: its name, its id and its 32 bytes. Raises ValueError."""
    if not _NAME.fullmatch(name) or len(public_key) != _KEY_BYTES:
        raise ValueError("a key has 32 bytes, and a name without spaces and plus signs")
    encoded = base64.b64encode(_ED25519 + public_key).decode()
    return f"{name}+{key_id(name, public_key).hex()}+{encoded}"


def parse_vkey(text: str) -> VerifierKey:
    """The key that `vkey` wrote. Raises ValueError for anything else."""
    match = _KEY.fullmatch(text)
    if match is None:
        raise ValueError("this is no key: NAME+ID+BASE64")
    content = _bytes_of(match[3])
    key = VerifierKey(match[1], content[1:])
    if content[:1] != _ED25519 or len(key.public_key) != _KEY_BYTES:
        raise ValueError("only Ed25519 keys are known")
    if key.id.hex() != match[2]:
        raise ValueError("the id in the key is not that of its name and bytes")
    return key


def signed_note(text: str, name: str, public_key: bytes, signature: bytes) -> str:
    """A note's text with its signature."""
    content = base64.b64encode(key_id(name, public_key) + signature).decode()
    return f"{text}\n— {name} {content}\n"


def parse_note(note: str) -> SignedNote:
    """The parts of a note. It checks no signature. Raises ValueError for anything else."""
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or len(note) > _LONGEST_NOTE:
        raise ValueError("a note is a text, an empty line and signatures")
    text += "\n"
    signatures = [_parse_signature(line) for line in lines[:-1].split("\n")]
    if len(signatures) > _MOST_SIGNATURES:
        raise ValueError("the note has too many signatures")
    return SignedNote(text, _parse_text(text), tuple(each for each in signatures if each))


def signer_of(note: SignedNote, keys: Iterable[VerifierKey], verify: Verify) -> VerifierKey | None:
    """The first of the keys that signed a note; None if none of them did."""
    return next((key for key in keys if note.is_signed_by(key, verify)), None)


def _parse_text(text: str) -> Checkpoint:
    # Lines behind the third are extensions of the format: they are signed, and mean nothing here.
    origin, size, root = [*text.split("\n"), "", "", ""][:3]
    content = _bytes_of(root)
    if not _NAME.fullmatch(origin) or not _SIZE.fullmatch(size) or len(content) != HASH_BYTES:
        raise ValueError("a checkpoint is three lines: origin, size, root")
    return Checkpoint(origin, int(size), content)


def _parse_signature(line: str) -> Signature | None:
    """A signature; None for one of another type, which others may add."""
    mark, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if mark != "—" or not _NAME.fullmatch(name):
        raise ValueError("a signature is a dash, the name of its key, and base64")
    content = _bytes_of(encoded)
    if len(content) != _KEY_ID_BYTES + _SIGNATURE_BYTES:
        return None
    return Signature(name, content[:_KEY_ID_BYTES], content[_KEY_ID_BYTES:])


def _bytes_of(text: str) -> bytes:
    """The bytes of base64 in its one canonical form. Raises ValueError."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("this is not base64") from error
    if base64.b64encode(content).decode() != text:
        raise ValueError("this is not canonical base64")
    return content
