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
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,99})?")
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
REMARKS = {"redacted", "policy_missing", "key_from_pack", "before_missing"}
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
        for name, size in self._entries():
            if not NAME.fullmatch(name) or size > LONGEST_FILE or len(self.sizes) > MOST_FILES:
                raise Unreadable(f"{name[:99]!r} is no name of a pack, too long or one too many")
            if name in self.sizes:
                raise Unreadable(f"two files have the name {name}")
            self.sizes[name] = size
        if self.zip and sum(self.sizes.values()) > path.stat().st_size:
            raise Unreadable("the files are longer than the archive")

    def _entries(self) -> Iterator[tuple[str, int]]:
        for entry in self.zip.infolist() if self.zip else ():
            # A pack is stored as it is. So nothing in it grows when it is read.
            if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
                raise Unreadable(f"{entry.filename[:99]!r} is compressed or encrypted")
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

    text = content.decode("utf-8", "surrogatepass")
    try:
        fields = json.loads(text, object_pairs_hook=unique, parse_constant=refuse)
    except RecursionError as error:
        raise ValueError("it is too deep") from error
    if type(fields) is not dict:
        raise ValueError("this is no JSON object")
    return cast("dict[str, Any]", fields)


def canonical(value: object) -> bytes:
    """JSON in the one form that is hashed."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
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
    for sibling in path:
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
        self.pack: dict[str, Any] = {}
        self.day, self.days, self.outcomes, self.absent = "", 0, 0, 0
        self.tree: list[bytes] | None = []
        self.size, self.previous = 0, ""
        self.start_root, self.start_size = b"", 0
        self.reviews: dict[str, list[tuple[int, str, dict[str, Any]]]] = {}
        self.policies: dict[str, tuple[str, str]] = {}
        self.stamps: list[dict[str, str]] = []
        self.gone: set[str] = set()

    def say(self, kind: str, why: str, outcome: str | None = None, day: str | None = None) -> None:
        """Note what is wrong, on this day unless another one is given."""
        day = self.day if day is None else day
        self.findings.append({"day": day, "kind": kind, "outcome": outcome, "why": why})

    def run(self) -> None:
        """Check everything, in order."""
        self.pack = fields_of(self.files.read("pack.json"))
        if self.pack["format"] != 1:
            raise ValueError("pack.json has a format that this program does not know")
        first, last = (date.fromisoformat(self.pack[name]) for name in ("from", "to"))
        self.check_files()
        self.guard(first - timedelta(days=1), self.check_start)
        while first <= last:
            self.guard(first, self.check_day)
            first += timedelta(days=1)
        self.guard(last, self.check_before)
        self.check_chains()
        self.check_policies()

    def faults(self) -> list[dict[str, Any]]:
        """The findings that somebody must explain."""
        return [each for each in self.findings if each["kind"] not in REMARKS]

    def guard(self, day: date, check: Callable[[], None]) -> None:
        """Run a check. What it cannot read is a fault of its day, and the others go on."""
        self.day = day.isoformat()
        try:
            check()
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, zlib.error) as error:
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
            elif name in listed and digest.hexdigest() != listed[name]["sha256"]:
                self.say("file_differs", f"{name} is not the file that pack.json names")
            if name[:6] == "seals/" and not self.pack["from"] <= name[6:-5] <= self.pack["to"]:
                self.say("inserted", f"{name} is of no day of the pack")

    def check_start(self) -> None:
        """The checkpoint before the first day, from which the log goes on."""
        start, keys = (fields_of(self.files.read(name)) for name in ("start.json", "keys.json"))
        if not self.keys:
            self.keys = [key_of(keys["keys"][0])]
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
        if wrong or seal["day"] != self.day or seal["facts"]["lines"] != len(leaves) - 1:
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
        """Whether a key that is known signed the note. It must say where the log has come to."""
        text, _, lines = note.rpartition("\n\n")
        text, origin, is_good = text + "\n", self.pack["origin"], False
        for _, name, encoded in (line.split(" ") for line in lines.splitlines()):
            content = unbase64(encoded)
            for key in self.keys:
                is_its_id = (name, content[:4]) == key[:2]
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
                self.tree = None
        self.previous = text if is_good and self.tree is not None else ""
        return is_good

    def check_lines(self, record: dict[str, Any], leaves: list[bytes]) -> None:
        """Find the leaf of each line, and name the lines and leaves that have none."""
        places: dict[bytes, list[int]] = {}
        for place in range(len(leaves) - 1, -1, -1):
            places.setdefault(leaves[place], []).append(place)
        known: dict[int, dict[str, Any] | None] = {}
        unknown: list[tuple[int, int, bytes]] = []
        last, name = -1, f"outcomes/{self.day}.jsonl.gz"
        for number, line in enumerate(self.files.lines(name) if name in self.files.sizes else ()):
            hidden = line.startswith(b'{"redacted":')
            leaf = unbase64(fields_of(line)["redacted"]) if hidden else sha256(b"\x00", line)
            free = places.get(leaf)
            if free is None:
                unknown.append((last, number, line))
            elif not free:
                self.say_line("doubled", number, line)
            else:
                place = free.pop()
                known[place] = None if hidden else self.take(outcome_of(line))
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

    def pair(self, unknown: list[tuple[int, int, bytes]], known: Any, leaves: int) -> None:
        """Which unknown line stands for which leaf without a line: in order, between known ones."""
        taken, order, place = set(known), sorted(known), -1
        for start, number, line in unknown:
            place = max(place, start) + 1
            behind = bisect_right(order, start)
            if place >= (order[behind] if behind < len(order) else leaves):
                self.say_line("inserted", number, line)
                place -= 1
                continue
            taken.add(place)
            self.say_line("rehashed" if hash_fits(line) else "changed", place, line)
        for place in range(leaves):
            if place not in taken:
                self.say_line("missing", place, b"")
                self.gone.add(self.day)

    def say_line(self, kind: str, place: int, line: bytes) -> None:
        """Note what is wrong with a line."""
        self.absent += kind in ("redacted", "changed", "rehashed")
        match = re.search(rb'"id":"(out_[0-9a-z_]{1,64})"', line)
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
        if detail.get("policy"):
            self.policies.setdefault(detail["policy"], (self.day, outcome["id"]))
        return kept

    def check_before(self) -> None:
        """The earlier outcomes of the reviews: each has its path to the checkpoint at the start."""
        self.day, count = f"before {self.pack['from']}", self.outcomes
        lines = self.files.read("before.jsonl").splitlines()
        for fields in map(fields_of, lines):
            outcome: dict[str, Any] = fields.get("outcome") or {}
            leaf = sha256(b"\x00", canonical(outcome)) if outcome else unbase64(fields["leaf"])
            path = [unbase64(each) for each in fields["path"]]
            root = root_from_path(leaf, fields["index"], self.start_size, path)
            if root != self.start_root:
                self.say("inserted", "it is not in the log before the pack", outcome.get("id"))
            elif outcome:
                self.take(outcome_of(canonical(outcome)))
            else:
                self.absent += 1
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
        if len(gaps) > self.absent:
            for kind, day, outcome in gaps:
                self.say(kind, "its chain goes on without it", outcome, day)

    def check_rules(self, links: list[tuple[str, dict[str, Any]]]) -> None:
        """R01, R04 and R20 of the playbook, for one review."""
        closed: str | None = None
        public: set[str] = set()
        for self.day, link in links:
            kind, reply = link["kind"], link["reply"]
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
    for each in check.stamps:
        yield f"Stamp of {each['day']} says {each['time']} UTC. Check who signed it: openssl ts "
        yield f"  -verify -data checkpoints/{each['day']}.note -in {each['name']} -CAfile CA.pem"
    yield f"{len(faults)} FAULTS: what is named above is not proven." if faults else "Proven:"
    yield from () if faults else PROVEN.splitlines()
    yield "Not proven:"
    yield from NOT_PROVEN.splitlines()


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
    except (Unreadable, zipfile.BadZipFile, OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"This is no pack that can be read: {error!r}\n")
        return 2
    faults = check.faults()
    summary = {"verified": not faults, "findings": check.findings, "stamps": check.stamps}
    summary |= {"days": check.days, "outcomes": check.outcomes, "reviews": len(check.reviews)}
    lines = [json.dumps(summary, indent=1)] if given.json else report(check, faults)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
