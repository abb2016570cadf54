"""A pack of three days, and ways to change it as somebody would who has no key."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from heard.outcomes import Fact, Kind, Outcome
from heard.packs.source import PackConnection, PackPerson, PackPolicy
from heard.packs.writing import PackRequest, PackSummary, write_pack
from heard.seals.checking import DayEvidence, SealExpectation, SealFinding, check_seals
from heard.seals.leaves import leaf_bytes
from heard.seals.merkle import leaf_hash
from heard.seals.seal import Seal
from tests.unit.seals.days import (
    BUSINESS,
    FIRST_DAY,
    ORIGIN,
    VKEY,
    Diary,
    at,
    verify_with_nacl,
)

POLICY = '{"rules":[]}'
POLICY_HASH = hashlib.sha256(POLICY.encode()).hexdigest()
DAYS = [(FIRST_DAY + timedelta(days=number)).isoformat() for number in range(5)]
FIRST, SECOND, LAST = DAYS[1:4]
"""The days of the pack. Its log began the day before."""

type Files = dict[str, bytes]


def accepted(rating: int = 2) -> Fact:
    return Fact(Kind.ACCEPTED, {"revision": "1", "rating": rating, "policy": POLICY_HASH})


def reply(kind: Kind, name: str, **detail: Any) -> Fact:
    return Fact(kind, {"reply": name, "native_id": "1", "public": True, **detail})


@cache
def example_diary() -> Diary:
    """Four days: the first is before the pack, and an outcome of the second one comes late."""
    diary = Diary()
    diary.write("rev_aaaa", accepted(), at=at(0, 9))
    diary.write("rev_bbbb", accepted(5), reply(Kind.ACKNOWLEDGED, "rep_1"), at=at(0, 10))
    opened = Fact(
        Kind.FOLLOW_UP_OPENED, {"follow_up": "fup_1", "due_at": "2026-03-17T12:00:00.000Z"}
    )
    diary.write("rev_aaaa", opened, at=at(1, 9))
    diary.write("rev_cccc", accepted(), at=at(1, 9, 30))
    diary.write("rev_aaaa", Fact(Kind.ESCALATED, {"level": 1}), at=at(1, 10))
    answer = reply(Kind.ANSWERED, "rep_2", by="usr_1", waited_s=3600)
    diary.write("rev_aaaa", answer, at=at(1, 11), actor="usr_1")
    (late,) = diary.write("rev_dddd", accepted(), at=at(1, 23, 59))
    diary.write("rev_cccc", Fact(Kind.IGNORED, {"reason": "spam"}), at=at(2, 8))
    diary.write("rev_dddd", Fact(Kind.IGNORED, {"reason": "spam"}), at=at(2, 9))
    away = Fact(Kind.WALKED_AWAY, {"by": "usr_1", "approved_by": "usr_2"})
    diary.write("rev_eeee", accepted(), away, at=at(2, 10), actor="usr_1")
    diary.write("rev_ffff", accepted(), at=at(3, 8))
    diary.seal(FIRST_DAY)
    diary.seal(FIRST_DAY + timedelta(days=1), late=[late])
    diary.seal(FIRST_DAY + timedelta(days=2))
    diary.seal(FIRST_DAY + timedelta(days=3))
    return diary


@dataclass
class DiarySource:
    """Reads a pack from a diary."""

    diary: Diary
    stamped: dict[str, list[bytes]] = field(default_factory=dict)

    def seal(self, business: str, day: str) -> Seal | None:
        return next((each for each in self.diary.seals if each.day == day), None)

    def facts(self, key: str) -> bytes | None:
        drafts = self.diary.drafts
        return next((each.facts for each in drafts if each.facts_file.key == key), None)

    def stamps(self, business: str, first: str, last: str) -> dict[str, list[bytes]]:
        return {day: each for day, each in self.stamped.items() if first <= day <= last}

    def outcomes_before(self, review: str, sequence: int) -> Iterator[Outcome]:
        every = [each for day in self.diary.outcomes.values() for each in day]
        of_review = [each for each in every if each.review == review and each.sequence < sequence]
        return iter(sorted(of_review, key=lambda each: each.sequence))

    def policies(self, business: str) -> Sequence[PackPolicy]:
        return [PackPolicy(POLICY_HASH, POLICY, "rules: []"), PackPolicy("0" * 64, "{}", "")]

    def connections(self, business: str) -> Sequence[PackConnection]:
        return [PackConnection("con_1", "standard", "review_site")]

    def people(self, business: str) -> Sequence[PackPerson]:
        return [PackPerson("usr_2", ("lead",)), PackPerson("usr_1", ("agent", "lead"))]


def pack_of(source: Any, first: str = FIRST, last: str = LAST) -> tuple[bytes, PackSummary]:
    file = io.BytesIO()
    summary = write_pack(source, PackRequest(BUSINESS, first, last), file)
    return file.getvalue(), summary


@cache
def example_pack() -> bytes:
    return pack_of(DiarySource(example_diary()))[0]


def unzip(pack: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: Files) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def fix_list(files: Files) -> None:
    """Make pack.json name the files as they are now."""
    pack = json.loads(files["pack.json"])
    pack["files"] = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in files.items()
        if name != "pack.json"
    }
    files["pack.json"] = json.dumps(pack).encode()


def facts_name(day: str) -> str:
    return f"outcomes/{day}.jsonl.gz"


def lines_of(files: Files, day: str) -> list[bytes]:
    return gzip.decompress(files[facts_name(day)]).splitlines()


def put_lines(files: Files, day: str, lines: Iterable[bytes]) -> None:
    files[facts_name(day)] = gzip.compress(b"".join(line + b"\n" for line in lines), mtime=0)


def change_seal(files: Files, day: str, change: Callable[[dict[str, Any]], None]) -> None:
    seal = json.loads(files[f"seals/{day}.json"])
    change(seal)
    files[f"seals/{day}.json"] = json.dumps(seal).encode()


def rehash(fields: dict[str, Any]) -> bytes:
    """A line with a hash that fits to what it says."""
    content = {name: value for name, value in fields.items() if name not in {"id", "hash"}}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    outcome = Outcome.from_json(fields | {"hash": hashlib.sha256(text.encode()).hexdigest()})
    return leaf_bytes(outcome)


def findings_of(files: Files, **more: Any) -> list[SealFinding]:
    """What `heard.seals.checking` says of the seals and facts of a pack."""
    days = []
    for day in (FIRST, SECOND, LAST):
        if f"seals/{day}.json" in files:
            seal = Seal.from_bytes(files[f"seals/{day}.json"])
            days.append(DayEvidence(seal, facts=files.get(facts_name(day))))
    expected = SealExpectation(
        BUSINESS, ORIGIN, keys=[VKEY], start=example_diary().seals[0], until=LAST, **more
    )
    return list(check_seals(days, expected, verify_with_nacl))


def leaf_of(line: bytes) -> str:
    return base64.b64encode(leaf_hash(line)).decode()
