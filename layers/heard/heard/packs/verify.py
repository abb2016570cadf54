"""Check an auditor's pack of Heard: python3 -I -S verify.py [pack] [--key VKEY] [--json].

It needs Python 3.9 or later and nothing else: no other package, and no network. `pack` is the zip
file, or the folder that it was unpacked to (by default the folder of this file). Exit code 0: all
that a pack can prove is proven. 1: something is wrong. 2: this is no pack that can be read safely.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
import zipfile
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

# How much is read at most, known before anything is inflated.
MOST_FILES, LONGEST_FILE, LONGEST_JSON, MOST_INFLATED, CHUNK = 40_000, 4 << 30, 1 << 28, 64, 1 << 20
MOST_DAYS, LONGEST_NOTE, MOST_SIGNATURES = 4_000, 16_384, 16
# What is longer, or lies behind it, has its numbers in a second field of an archive.
LONG = (1 << 31) - 1
# How many findings of a kind are listed. All are counted.
MOST_LISTED, MOST_UNKNOWN = 1_000, 1_000
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,99})?")
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
# What a pack consists of. The days are checked one by one.
PART = re.compile(
    r"(README\.txt|verify\.py|(?:pack|start|keys)\.json|before\.jsonl"
    r"|(?:reviews|connections|people)\.csv|policies/[0-9a-f]{64}\.(?:json|source\.txt))"
    rf"|(?:outcomes/(?:{DAY})\.jsonl\.gz|seals/(?:{DAY})\.json"
    rf"|checkpoints/(?:{DAY})\.note|stamps/(?:{DAY})\.[0-9]{{1,3}}\.tsr)"
)
SEAL = {
    *("business", "day", "facts", "first", "format", "frontier"),
    *("key", "leaves", "note", "origin", "record", "size"),
}
ID = re.compile(rb'"id":"(out_[0-9a-z_]{1,64})"')
REDACTION = re.compile(rb'{"redacted":"([A-Za-z0-9+/]{43}=)"}')
KEY = re.compile(r"([^\s+\x00-\x1f]{1,255})\+([0-9a-f]{8})\+(\S{1,99})")
CLOSING = {
    "acknowledged",
    "answered",
    "moved_private_resolved",
    "walked_away",
    "reported",
    "resolved_without_reply",
    "withdrawn",
    "ignored",
    "expired",
}
REMARKS = {"redacted", "policy_missing", "key_from_pack", "before_missing", "gap"}
OF_LINES = {
    "changed": "the content does not match its hash",
    "rehashed": "the content was changed and given a new hash",
    "missing": "a sealed outcome has no line",
    "inserted": "the line was never sealed",
    "doubled": "the line is there twice",
    "swapped": "the line is not where it was sealed",
    "redacted": "the line was taken out, its hash stays: what it said is not proven",
}
PROVEN = """These are the outcomes that were sealed on each day, all of them, and unchanged.
The days follow each other without a gap, in one log that only grew.
The outcomes of each review form one chain. A review ended at most once since it was last opened,
it had at most two public replies, and nobody walked away from it alone."""
NOT_PROVEN = """That what was never written happened, such as a review that never came to Heard.
The words of reviews and replies, which can be erased on purpose.
Anything about a day that was not sealed yet.
reviews.csv, connections.csv and people.csv, which are there for reading.
This program, if it came with the pack: use one from a release of Heard."""


class Unreadable(Exception):
    """This is no pack, or one that is not safe to read."""


class Files:
    """The files of a pack, in a zip file or a folder. Nothing is unpacked."""

    def __init__(self, path: Path) -> None:
        self.path, self.zip = path, None if path.is_dir() else zipfile.ZipFile(path)
        self.sizes: dict[str, int] = {}
        if self.zip and len(self.zip.filelist) > MOST_FILES:
            raise Unreadable("the archive has too many files")
        for name, size in self._entries():
            if not NAME.fullmatch(name) or size > LONGEST_FILE or len(self.sizes) > MOST_FILES:
                raise Unreadable(f"{name[:99]!r} is no name of a pack, too long or one too many")
            if name in self.sizes:
                raise Unreadable(f"two files have the name {name}")
            self.sizes[name] = size
        if self.zip and sum(self.sizes.values()) > path.stat().st_size:
            raise Unreadable("the files are longer than the archive")
        if self.zip:
            self._check_layout(self.zip)

    def _check_layout(self, archive: zipfile.ZipFile) -> None:
        """The files follow each other, then comes the directory, and nothing else.

        So no other program finds more in the archive, or something else.
        """
        end, directory = 0, 0
        with self.path.open("rb") as file:
            for entry in sorted(archive.infolist(), key=lambda each: each.header_offset):
                file.seek(end)
                header = file.read(30)
                if entry.header_offset != end or header[:4] != b"PK\x03\x04" or len(header) < 30:
                    raise Unreadable("between the files of the archive is something else")
                numbers = struct.unpack("<6xHH8xIIHH", header)
                flags, method, packed, size, name, extra = numbers
                is_large = entry.file_size > LONG
                sizes = (0xFFFFFFFF if is_large else entry.file_size,) * 2
                has_other = flags & ~0x800 or method or file.read(name) != entry.filename.encode()
                if has_other or (packed, size) != sizes or extra != (20 if is_large else 0):
                    raise Unreadable(f"{entry.filename[:99]!r} has two descriptions")
                end += 30 + name + extra + entry.file_size
                directory += 46 + name + len(entry.extra) + len(entry.comment)
            file.seek(end + directory)
            rest = file.read(200)
            # Only a long archive has the larger end, 76 bytes in front of the other one.
            rest = rest[76:] if rest[:4] == b"PK\x06\x06" and end > LONG else rest
            counts = struct.pack("<4s4xHH", b"PK\x05\x06", *(len(archive.filelist),) * 2)
            if len(rest) != 22 or rest[:12] != counts or archive.comment:
                raise Unreadable("the archive has another end, or something follows it")

    def _entries(self) -> Iterator[tuple[str, int]]:
        for entry in self.zip.infolist() if self.zip else ():
            # A pack is stored as it is. So nothing in it grows when it is read.
            if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & ~0x800:
                raise Unreadable(f"{entry.filename[:99]!r} is compressed or encrypted")
            is_long = max(entry.file_size, entry.header_offset) > LONG
            extra = entry.extra and (not is_long or len(entry.extra) > 28)
            if entry.external_attr >> 28 not in (0, 8) or extra or entry.comment:
                raise Unreadable(f"{entry.filename[:99]!r} is a link, or more than a file")
            yield entry.filename, entry.file_size
        for path in () if self.zip else self.path.rglob("*"):
            if path.is_symlink():
                raise Unreadable(f"{path} is a link")
            if path.is_file():
                yield path.relative_to(self.path).as_posix(), path.stat().st_size

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file, piece by piece."""
        with self.zip.open(name) if self.zip else (self.path / name).open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def read(self, name: str) -> bytes:
        """A file that is not long."""
        if self.sizes.get(name, LONGEST_FILE) > LONGEST_JSON:
            raise ValueError(f"{name} is not there, or too long")
        return b"".join(self.chunks(name))

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a compressed file. It may not grow much more than JSON does."""
        left, rest, stream = MOST_INFLATED * self.sizes[name] + CHUNK, b"", zlib.decompressobj(31)
        for chunk in self.chunks(name):
            unread = chunk
            while unread and not stream.eof:
                text = stream.decompress(unread, CHUNK)
                unread, left = stream.unconsumed_tail, left - len(text)
                *lines, rest = (rest + text).split(b"\n")
                yield from lines
                if left < 0 or len(rest) > CHUNK:
                    raise ValueError("it inflates to more than a day can have")
        if rest or not stream.eof or stream.unused_data:
            raise ValueError("it is cut off, or something follows it")


def fields_of(content: bytes) -> dict[str, Any]:
    """A JSON object. Names that are there twice, NaN and a BOM are refused."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("a name is there twice")
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    def whole(number: str) -> int:
        # A very long one takes very long to read.
        return int(number) if len(number) < 99 else refuse(number[:9]) or 0

    text = content.decode("utf-8", "surrogatepass")
    try:
        fields = json.loads(text, object_pairs_hook=unique, parse_constant=refuse, parse_int=whole)
    except RecursionError as error:
        raise ValueError("it is too deep") from error
    if type(fields) is not dict:
        raise ValueError("this is no JSON object")
    return cast("dict[str, Any]", fields)


def canonical(value: object) -> bytes:
    """JSON in the one form that is hashed."""
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    except RecursionError as error:
        raise ValueError("it is too deep") from error
    return text.encode("utf-8", "surrogatepass")


def sha256(*parts: bytes) -> bytes:
    """The hash of these bytes, one behind the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def unbase64(text: str) -> bytes:
    """The bytes of base64."""
    return base64.b64decode(text, validate=True)


# Ed25519 (RFC 8032, section 5.1.7), with points as (X, Y, Z, T).
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(one: tuple[int, ...], two: tuple[int, ...]) -> tuple[int, ...]:
    """The sum of two points."""
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % P, (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, point: tuple[int, ...]) -> tuple[int, ...]:
    """A point, added to itself so often."""
    result: tuple[int, ...] = (0, 1, 1, 0)
    while scalar:
        result = add(result, point) if scalar & 1 else result
        point, scalar = add(point, point), scalar >> 1
    return result


def point_of(encoded: bytes) -> tuple[int, ...]:
    """The point of 32 bytes."""
    sign, y = encoded[31] >> 7, int.from_bytes(encoded, "little") % 2**255
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("this is no point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this is a good signature. A key of small order signs everything, and is refused."""
    try:
        key, nonce = point_of(public_key), point_of(signature[:32])
    except (ValueError, IndexError):
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or scalar >= ORDER or times(8, key)[0] == 0:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    right = add(nonce, times(int.from_bytes(digest, "little") % ORDER, key))
    left = times(scalar, BASE)
    return all((left[at] * right[2] - right[at] * left[2]) % P == 0 for at in (0, 1))


def key_of(text: str) -> tuple[str, bytes, bytes]:
    """The name, the id and the bytes of a key such as `NAME+ID+BASE64` (c2sp.org/signed-note)."""
    match = KEY.fullmatch(text)
    content = unbase64(match[3]) if match else b""
    if not match or len(content) != 33 or content[0] != 1:
        raise ValueError("this is not an Ed25519 key: NAME+ID+BASE64")
    return match[1], sha256(match[1].encode(), b"\n", content)[:4], content[1:]


def append(hashes: list[bytes], size: int, leaf: bytes) -> None:
    """Add a leaf to the tree (RFC 6962) of which these are the perfect subtrees."""
    while size & 1:
        leaf, size = sha256(b"\x01", hashes.pop(), leaf), size >> 1
    hashes.append(leaf)


def root_of(hashes: list[bytes]) -> bytes:
    """The root over perfect subtrees."""
    root = hashes[-1] if hashes else sha256()
    for left in reversed(hashes[:-1]):
        root = sha256(b"\x01", left, root)
    return root


def root_from_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.3.2."""
    last = size - 1
    if not 0 <= index < size:
        return b""
    for sibling in path:
        if last == 0:
            return b""
        if index & 1 or index == last:
            leaf = sha256(b"\x01", sibling, leaf)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            leaf = sha256(b"\x01", leaf, sibling)
        index, last = index >> 1, last >> 1
    return leaf if last == 0 else b""


def hash_of(outcome: dict[str, Any]) -> str:
    """The hash that an outcome of this content has."""
    content = {name: value for name, value in outcome.items() if name not in ("id", "hash")}
    return sha256(canonical(content)).hex()


def hash_fits(line: bytes) -> bool:
    """Whether a line is an outcome whose hash is that of its content."""
    try:
        outcome = outcome_of(line)
    except ValueError:
        return False
    return outcome["hash"] == hash_of(outcome)


def id_in(line: bytes) -> bytes:
    """The part of a line that names it."""
    match = ID.search(line)
    return match[0] if match else b""


def outcome_of(line: bytes) -> dict[str, Any]:
    """The outcome of a line, which has one form alone."""
    fields = fields_of(line)
    types: dict[str, type] = {"sequence": int, "detail": dict}
    types.update(dict.fromkeys(("review", "id", "kind", "at", "previous", "hash"), str))
    if canonical(fields) != line or any(
        type(fields.get(name)) is not types[name] for name in types
    ):
        raise ValueError("this is no outcome in its one form")
    return fields


class PackCheck:
    """Reads a pack from front to back. `findings` says what is wrong, and where."""

    def __init__(self, files: Files, keys: list[str]) -> None:
        self.files, self.keys = files, [key_of(text) for text in keys]
        self.findings: list[dict[str, Any]] = []
        self.counts: dict[str, int] = {}
        self.key_is_trusted, self.key_in_pack = bool(keys), ""
        self.pack: dict[str, Any] = {}
        self.day, self.days, self.outcomes, self.absent = "", 0, 0, 0
        self.tree: list[bytes] | None = []
        self.size, self.previous = 0, ""
        self.start_root, self.start_size = b"", 0
        self.reviews: dict[str, list[tuple[int, str, dict[str, Any]]]] = {}
        self.policies: dict[str, tuple[str, str]] = {}
        self.stamps: list[dict[str, str]] = []
        self.gone: set[str] = set()
        self.redacted = 0

    def say(self, kind: str, why: str, outcome: str | None = None, day: str | None = None) -> None:
        """Note what is wrong, on this day unless another one is given."""
        day = self.day if day is None else day
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if self.counts[kind] > MOST_LISTED:
            return
        self.findings.append({"day": day, "kind": kind, "outcome": outcome, "why": why})

    def run(self) -> None:
        """Check everything, in order."""
        self.pack = fields_of(self.files.read("pack.json"))
        texts = [self.pack[name] for name in ("business", "origin", "from", "to")]
        if self.pack["format"] != 1 or {type(text) for text in texts} != {str}:
            raise ValueError("pack.json has a format that this program does not know")
        if type(self.pack["files"]) is not dict:
            raise ValueError("pack.json has no list of files")
        first, last = (date.fromisoformat(text) for text in texts[2:])
        if [first.isoformat(), last.isoformat()] != texts[2:]:
            raise ValueError("the days of pack.json are not written YYYY-MM-DD")
        count = (last - first).days + 1
        if not 1 <= count <= MOST_DAYS or first.year < 1900:
            raise ValueError("pack.json has no days, or too many")
        days = [first + timedelta(days=number) for number in range(-1, count)]
        self.check_files()
        self.guard(days[0], self.check_start)
        for day in days[1:]:
            self.guard(day, self.check_day)
        self.guard(last, self.check_before)
        self.guard(last, self.check_chains)
        self.guard(last, self.check_policies)

    def faults(self) -> list[dict[str, Any]]:
        """The findings that somebody must explain."""
        return [each for each in self.findings if each["kind"] not in REMARKS]

    def guard(self, day: date, check: Callable[[], None]) -> None:
        """Run a check. What it cannot read is a fault of its day, and the others go on."""
        self.day = day.isoformat()
        try:
            check()
        except (Unreadable, zipfile.BadZipFile, OSError, EOFError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever somebody thought of
            self.say("unreadable", f"{check.__name__[6:]}: {error!r}"[:200])
            self.tree, self.absent = None, 1 << 60

    def check_files(self) -> None:
        """The files are those that pack.json names."""
        listed = self.pack["files"]
        for name in sorted(self.files.sizes.keys() | listed.keys() - {"pack.json"}):
            digest = hashlib.sha256()
            for chunk in self.files.chunks(name) if name in self.files.sizes else ():
                digest.update(chunk)
            if name not in self.files.sizes:
                self.say("file_missing", f"{name} is not there")
            elif name not in listed and name != "pack.json":
                self.say("file_inserted", f"pack.json does not name {name}")
            elif name in listed and listed[name] != {
                "sha256": digest.hexdigest(),
                "bytes": self.files.sizes[name],
            }:
                self.say("file_differs", f"{name} is not the file that pack.json names")
            if name in self.files.sizes and not self.is_part(name):
                self.say("inserted", f"{name} is no part of a pack of these days")

    def is_part(self, name: str) -> bool:
        """Whether a pack of these days has such a file. Nothing is checked in another one."""
        match, day = PART.fullmatch(name), name.partition("/")[2][:10]
        first, folder = self.pack["from"], name.partition("/")[0]
        if match and folder in ("checkpoints", "stamps"):
            first = (date.fromisoformat(first) - timedelta(days=1)).isoformat()
        return bool(match and (match[1] or first <= day <= self.pack["to"]))

    def check_start(self) -> None:
        """The checkpoint before the first day, from which the log goes on."""
        start, keys = (fields_of(self.files.read(name)) for name in ("start.json", "keys.json"))
        if not self.keys:
            self.keys, self.key_in_pack = [key_of(keys["keys"][0])], keys["keys"][0]
            self.say("key_from_pack", "the key is the pack's own: compare it with one you trust")
        self.tree, self.size = [unbase64(each) for each in start["frontier"]], start["size"]
        self.start_root, self.start_size = root_of(self.tree), self.size
        if len(self.tree) != bin(self.size).count("1"):
            self.say("frontier_differs", "start.json has another number of subtrees than its size")
        if start["day"] is not None:
            self.check_note(self.files.read(f"checkpoints/{self.day}.note").decode())
        elif self.size:
            self.say("frontier_differs", "the log began before the pack, and no note says where")

    def check_day(self) -> None:
        """The seal of the day goes on with the log, and says what is so."""
        if f"seals/{self.day}.json" not in self.files.sizes:
            self.say("day_missing", "there is no seal of it")
            self.tree, self.previous, self.absent = None, "", 1 << 60
            return
        seal = fields_of(self.files.read(f"seals/{self.day}.json"))
        content, frontier = unbase64(seal["leaves"]), [unbase64(each) for each in seal["frontier"]]
        leaves = [content[at : at + 32] for at in range(0, len(content), 32)]
        record, business, previous = seal["record"], self.pack["business"], self.previous
        self.days += 1
        if (seal["business"], record["business"]) != (business, business):
            self.say("other_business", f"it is a seal of {seal['business']}")
            self.tree, self.previous, self.absent = None, "", 1 << 60
            return
        fixed = {"format": 1, "day": self.day, "origin": self.pack["origin"]}
        fixed["size"] = seal["first"] + len(leaves)
        if set(seal) != SEAL or any(seal[name] != value for name, value in fixed.items()):
            self.say("record_differs", "the seal says something else than its leaves")
        if self.tree is not None and (self.size, self.tree) != (seal["first"], frontier):
            self.say("frontier_differs", f"it does not go on where the log was, at {self.size}")
        if self.tree is None:
            self.tree, self.size = frontier, seal["first"]
        first = self.size
        for leaf in leaves:
            append(self.tree, self.size, leaf)
            self.size += 1
        if self.files.read(f"checkpoints/{self.day}.note").decode() != seal["note"]:
            self.say("root_differs", "the seal and the folder checkpoints have two notes")
        is_signed_note = self.check_note(seal["note"])
        if sha256(b"\x00", canonical(record)) != leaves[-1]:
            self.say("record_differs", "the record is not the one that was sealed")
            return
        claims = {"seal": self.day, "first": first, "key": seal["key"]}
        claims["outcomes"] = len(leaves) - 1 - record["late"]
        if previous or first == 0:
            claims["previous"] = sha256(previous.encode()).hex() if previous else None
        wrong = [name for name, value in claims.items() if record[name] != value]
        if wrong or seal["facts"]["lines"] != len(leaves) - 1:
            self.say("record_differs", f"the record does not fit the seal {wrong}")
        if record["next_key"] and is_signed_note:
            self.keys.append(key_of(record["next_key"]))
        for each in record["problems"]:
            kind = (
                each["why"] if each["why"] in ("head_behind", "head_differs") else "problem_sealed"
            )
            self.say(kind, f"{each['why']}, when the day was sealed", each["outcome"])
        self.check_lines(record, leaves[:-1])

    def check_note(self, note: str) -> bool:
        """Whether a key that is known signed the note, and it says where the log has come to."""
        text, _, lines = note.rpartition("\n\n")
        text, origin, is_good = text + "\n", self.pack["origin"], False
        signatures = [line.split(" ") for line in lines.split("\n")[:-1]]
        if len(note) > LONGEST_NOTE or len(signatures) > MOST_SIGNATURES:
            raise ValueError("the note is too long")
        for mark, name, encoded in signatures:
            content = unbase64(encoded)
            for key in self.keys:
                # One key may sign for several logs. Its name says for which.
                is_its_id = (mark, name, name, content[:4]) == ("—", origin, *key[:2])
                is_good |= is_its_id and is_signed(key[2], text.encode(), content[4:])
        if not is_good:
            self.say("wrong_key", "no key that is known signed the note")
        if text.split("\n")[0] != origin:
            self.say("other_business", f"the note is of {text.split(chr(10))[0]}")
            self.tree, is_good = None, False
        elif self.tree is not None:
            root = base64.b64encode(root_of(self.tree)).decode()
            if text != f"{origin}\n{self.size}\n{root}\n":
                self.say("root_differs", "the leaves do not lead to the size and root of the note")
                self.tree, is_good = None, False
        self.previous = text if is_good and self.tree is not None else ""
        return is_good

    def check_lines(self, record: dict[str, Any], leaves: list[bytes]) -> None:
        """Find the leaf of each line, and name the lines and leaves that have none."""
        places: dict[bytes, list[int]] = {}
        for place in range(len(leaves) - 1, -1, -1):
            places.setdefault(leaves[place], []).append(place)
        known: dict[int, dict[str, Any] | None] = {}
        unknown: list[tuple[int, int, str, bytes]] = []
        last, name = -1, f"outcomes/{self.day}.jsonl.gz"
        for number, line in enumerate(self.files.lines(name) if name in self.files.sizes else ()):
            if number > 2 * len(leaves) + MOST_UNKNOWN:
                raise ValueError("it has many more lines than were sealed")
            hidden = REDACTION.fullmatch(line)
            leaf = unbase64(hidden[1].decode()) if hidden else sha256(b"\x00", line)
            free = places.get(leaf)
            if free is None:
                kind = "rehashed" if hash_fits(line) else "changed"
                unknown.append((last, number, kind, id_in(line)))
            elif not free:
                self.say_line("doubled", number, line)
            else:
                place = free.pop()
                known[place] = None if hidden else self.take(outcome_of(line))
                self.redacted += bool(hidden)
                if hidden or place < last:
                    self.say_line("redacted" if hidden else "swapped", place, line)
                last = max(last, place)
        if name not in self.files.sizes or (unknown and not known):
            self.say("facts_differ", "none of the outcomes of that day is here")
            self.absent = 1 << 60
            return
        self.pair(unknown, known, len(leaves))
        self.check_places(record, known, len(leaves))

    def check_places(
        self, record: dict[str, Any], known: dict[int, dict[str, Any] | None], leaves: int
    ) -> None:
        """What the record says of the day's outcomes and of its late ones is so."""
        ends: dict[str, tuple[int, str]] = {}
        for place, outcome in sorted(known.items()):
            if outcome:
                end = (outcome["sequence"], outcome["hash"])
                ends[outcome["review"]] = max(ends.get(outcome["review"], (0, "")), end)
                if (place >= record["outcomes"]) == outcome["at"].startswith(self.day):
                    self.say("late_hidden", "it is of another day than its place", outcome["id"])
        if None in known.values() or len(known) < leaves:
            return
        tree: list[bytes] = []
        for size, (review, end) in enumerate(sorted(ends.items())):
            append(tree, size, sha256(b"\x00", canonical([review, *end])))
        if (record["reviews"], record["heads"]) != (len(ends), root_of(tree).hex()):
            self.say("record_differs", "the record says something else of the day's reviews")

    def pair(self, unknown: list[tuple[int, int, str, bytes]], known: Any, leaves: int) -> None:
        """Which unknown line stands for which leaf without a line: in order, between known ones."""
        taken, order, place = set(known), sorted(known), -1
        for start, number, kind, line in unknown:
            place = max(place, start) + 1
            behind = bisect_right(order, start)
            if place >= (order[behind] if behind < len(order) else leaves):
                self.say_line("inserted", number, line)
                place -= 1
                continue
            taken.add(place)
            self.say_line(kind, place, line)
        for place in range(leaves):
            if place not in taken:
                self.say_line("missing", place, b"")
                self.gone.add(self.day)

    def say_line(self, kind: str, place: int, line: bytes) -> None:
        """Note what is wrong with a line."""
        self.absent += kind in ("redacted", "changed", "rehashed")
        match = ID.search(line)
        self.say(kind, f"{OF_LINES[kind]} (place {place})", match[1].decode() if match else None)

    def take(self, outcome: dict[str, Any]) -> dict[str, Any]:
        """An outcome that is proven: keep what the checks need of it, and return that."""
        detail, names = outcome["detail"], ("reply", "public", "by", "approved_by", "policy")
        kept = {name: detail.get(name) for name in names}
        names = ("id", "review", "sequence", "kind", "at", "previous", "hash")
        kept.update((name, outcome[name]) for name in names)
        self.reviews.setdefault(outcome["review"], []).append((outcome["sequence"], self.day, kept))
        self.outcomes += 1
        if outcome["business"] != self.pack["business"]:
            self.say("other_business", f"it is an outcome of {outcome['business']}", outcome["id"])
        if outcome["hash"] != hash_of(outcome):
            self.say("changed", "it was sealed with another hash", outcome["id"])
        if isinstance(detail.get("policy"), str) and detail["policy"]:
            self.policies.setdefault(detail["policy"], (self.day, outcome["id"]))
        return kept

    def check_before(self) -> None:
        """The earlier outcomes of the reviews: each has its path to the checkpoint at the start."""
        self.day, count = f"before {self.pack['from']}", self.outcomes
        lines = self.files.read("before.jsonl").split(b"\n")[:-1]
        seen: set[int] = set()
        for fields in map(fields_of, lines):
            outcome: dict[str, Any] = fields.get("outcome") or {}
            leaf = sha256(b"\x00", canonical(outcome)) if outcome else unbase64(fields["leaf"])
            path = [unbase64(each) for each in fields["path"]]
            root = root_from_path(leaf, fields["index"], self.start_size, path)
            name = outcome.get("id")
            if root != self.start_root or len(leaf) != 32:
                self.say("inserted", "it is not in the log before the pack", name)
            elif fields["index"] in seen:
                self.say("doubled", "it is there twice", name)
            elif outcome:
                self.take(outcome_of(canonical(outcome)))
            else:
                self.absent += 1
                self.redacted += 1
                self.say("redacted", OF_LINES["redacted"])
            seen.add(fields["index"])
        self.outcomes = count

    def check_chains(self) -> None:
        """The outcomes of each review follow each other, and keep the rules of the playbook."""
        gaps: list[tuple[str, str, str]] = []
        for review, chain in sorted(self.reviews.items()):
            chain.sort(key=lambda link: link[:2])
            sequence, end, in_pack = 0, sha256(f"heard:{review}".encode()).hex(), False
            for number, self.day, link in chain:
                if number > sequence + 1:
                    is_before = self.day[:6] != "before" and not in_pack and not self.gone
                    kind = "before_missing" if is_before else "missing"
                    # All lines that are gone are of one day: then so is this one.
                    day = min(self.gone) if len(self.gone) == 1 else self.day
                    gaps += [(kind, day, f"{link['id'][:-6]}{sequence + 1:06d}")]
                    self.absent -= number - sequence - 2
                elif number <= sequence or link["previous"] != end:
                    self.say("chain_forked", "it does not follow the one before", link["id"])
                in_pack |= self.day[:6] != "before"
                sequence, end = number, link["hash"]
            self.check_rules([(day, link) for _, day, link in chain])
        is_excused = len(gaps) <= self.absent
        for kind, day, outcome in gaps:
            # After a fault that takes a day with it, gaps say nothing more.
            if not is_excused:
                self.say(kind, "its chain goes on without it", outcome, day)
            elif self.absent < 1 << 59 and not self.faults():
                why = "its chain goes on without it. A line that was taken out may be this one"
                self.say("gap", why, outcome, day)

    def check_rules(self, links: list[tuple[str, dict[str, Any]]]) -> None:
        """R01, R04 and R20 of the playbook, for one review."""
        closed: str | None = None
        public: set[bytes] = set()
        for self.day, link in links:
            kind, reply = link["kind"], canonical(link["reply"]) if link["reply"] else b""
            if kind in CLOSING and closed:
                self.say("rule_R01", f"it ended the review, which {closed} had ended", link["id"])
            closed = link["id"] if kind in CLOSING else None if kind == "reopened" else closed
            if kind in ("reply_removed", "reply_rejected"):
                public.discard(reply)
            elif link["public"] and reply:
                public.add(reply)
                if len(public) > 2:
                    self.say("rule_R04", "it is a third public reply to the review", link["id"])
            if kind == "walked_away" and link["approved_by"] in (None, link["by"]):
                self.say("rule_R20", "nobody else approved it", link["id"])

    def check_policies(self) -> None:
        """The policies are those of their hash, and the stamps are of their note."""
        for policy, (day, outcome) in sorted(self.policies.items()):
            if f"policies/{policy}.json" not in self.files.sizes:
                self.say("policy_missing", f"the policy {policy} is not here", outcome, day)
        for name in sorted(self.files.sizes):
            folder, _, rest = name.partition("/")
            self.day = rest[:10] if folder == "stamps" else ""
            if folder == "policies" and name.endswith(".json"):
                if sha256(self.files.read(name)).hex() != rest[:-5]:
                    self.say("policy_differs", f"{name} is not the policy of that hash")
            elif folder == "stamps" and not self.is_part(name):
                continue
            elif folder == "stamps" and f"checkpoints/{self.day}.note" not in self.files.sizes:
                self.say("stamp_differs", f"the note of {name} is not here")
            elif folder == "stamps":
                # RFC 3161: the hash of the note and the time stand in the answer as they are.
                digest = sha256(self.files.read(f"checkpoints/{self.day}.note"))
                _, mark, behind = self.files.read(name).partition(b"\x04\x20" + digest)
                time = re.search(rb"\x18[\x0f-\x1f]([0-9]{14})", behind)
                if not mark or not time:
                    self.say("stamp_differs", f"{name} is of another note")
                else:
                    self.stamps.append({"name": name, "day": self.day, "time": time[1].decode()})


def report(check: PackCheck, faults: list[dict[str, Any]]) -> Iterator[str]:
    """What a person reads."""
    pack = check.pack
    yield f"Pack of {pack.get('business')}, {pack.get('from')} to {pack.get('to')}: " + (
        f"{check.days} sealed days, {check.outcomes} outcomes, {len(check.reviews)} reviews."
    )
    for each in check.findings:
        mark = "FAULT" if each in faults else "note"
        yield f"{mark} {each['day']} {each['kind']} {each['outcome'] or ''}: {each['why']}"
    for kind, count in check.counts.items():
        if count > MOST_LISTED:
            yield f"and {count - MOST_LISTED} more {kind}"
    for each in check.stamps:
        yield f"Stamp of {each['day']} says {each['time']} UTC. Check who signed it: openssl ts "
        yield f"  -verify -data checkpoints/{each['day']}.note -in {each['name']} -CAfile CA.pem"
    if faults:
        count = sum(check.counts[kind] for kind in check.counts.keys() - REMARKS)
        yield f"{count} FAULTS: what is named above is not proven."
    elif check.key_is_trusted:
        yield "Proven:"
        yield from proven(check)
    else:
        yield "It fits together, by a key that came with it. Anybody can make such a pack."
        yield "Only if you know this key from elsewhere is it proven. Then say so with --key:"
        yield f"  {check.key_in_pack}"
    yield "Not proven:"
    yield from NOT_PROVEN.splitlines()


def proven(check: PackCheck) -> Iterator[str]:
    """What is proven of a pack without faults."""
    lines = PROVEN.splitlines()
    if check.redacted:
        yield "These are outcomes that were sealed on each day, unchanged. The lines of "
        yield f"{check.redacted} of them were taken out, and nobody can tell what they said."
        lines = lines[1:]
    yield from lines


def printable(line: str) -> str:
    """A line as a terminal may have it: nothing in a pack moves or hides what is there."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in line
    )


def main(arguments: list[str] | None = None) -> int:
    """Check a pack, say what was found, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("pack", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--key", action="append", default=[], help="a key that you trust")
    parser.add_argument("--json", action="store_true", help="say it as JSON")
    given = parser.parse_args(arguments)
    try:
        check = PackCheck(Files(given.pack), given.key)
        check.run()
    except Exception as error:  # noqa: BLE001 - whatever somebody thought of, it is no pack
        sys.stderr.write(printable(f"This is no pack that can be read: {error!r:.500}") + "\n")
        return 2
    faults = check.faults()
    summary = {"verified": not faults, "key_is_trusted": check.key_is_trusted}
    summary |= {"findings": check.findings, "counts": check.counts, "stamps": check.stamps}
    summary |= {"days": check.days, "outcomes": check.outcomes, "reviews": len(check.reviews)}
    lines = [json.dumps(summary, indent=1)] if given.json else map(printable, report(check, faults))
    text = "".join(f"{line}\n" for line in lines)
    # Not every terminal has every letter.
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
