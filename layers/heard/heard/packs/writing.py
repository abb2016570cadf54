"""Writes a pack: the same bytes whenever and wherever it is made from the same days."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import resources
from typing import IO, Any, Final

from heard.errors import BadRequest, NotFound
from heard.outcomes import Outcome
from heard.packs.archive import Archive
from heard.packs.before import before_lines, earlier_outcomes
from heard.packs.review_table import ReviewTable, csv_of
from heard.packs.source import PackPolicy, PackSource
from heard.seals.facts import facts_lines
from heard.seals.leaves import parse_line
from heard.seals.seal import Seal, parse_day

MAX_DAYS: Final = 400
"""How many days one pack has at most."""
_FORMAT: Final = 1

_README: Final = """\
{title}
{line}

What is here
  outcomes/      what happened to each review, a file for each day
  seals/         the seal of each day: the hashes of its outcomes, signed
  checkpoints/   the signed notes alone, for other programs (c2sp.org/signed-note)
  stamps/        what time-stamp authorities said of the notes, if any (RFC 3161)
  before.jsonl   earlier outcomes of these reviews, each with its proof
  policies/      the policies that decided, by their hash
  reviews.csv    a row for each review, for reading
  connections.csv, people.csv, keys.json, start.json, pack.json
  verify.py      checks all of this

How to check it
  python3 -I -S verify.py pack.zip --key KEY

Python 3.9 or later is all that it needs. KEY is the public key of the seals, which begins with
  {origin}+
Take it from a source other than this pack, such as a letter or a mail that you have had for
long. Without --key the program takes the key in the pack, and then proves only that the pack fits
together. Take verify.py itself from a release of Heard if you do not trust who gave you the pack.

It exits with 0 if all is proven, with 1 if something is wrong (it names the day, the kind and the
outcome), and with 2 if this is no pack.

What it proves
  These are the outcomes that were sealed each day for this business: all of them, unchanged, in
  one chain for each review. If you have had a note, or the size and root of a day, from the time
  itself, or if there is a stamp, then they were so on that day.

What it does not prove
  That something happened which nobody wrote, such as a review that the platform did not deliver.
  The words of reviews and replies: they are not here, so that they can be erased.
  Anything about a day that was not sealed yet.
  reviews.csv, connections.csv and people.csv, which are made from what Heard knew when it wrote
  the pack.

A line can be removed from the outcomes for legal reasons. Its hash stays, and verify.py says
"redacted". Everything else is still proven.
"""


@dataclass(frozen=True, slots=True)
class PackRequest:
    """Which pack: the days `first` to `last` of a business, both `YYYY-MM-DD` and in it."""

    business: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class PackSummary:
    """What a pack has. `missing` are days without a seal, or whose facts are gone."""

    days: int
    outcomes: int
    reviews: int
    missing: tuple[str, ...]


@dataclass(slots=True)
class _Content:
    """What is gathered while the days are written."""

    table: ReviewTable = field(default_factory=ReviewTable)
    firsts: dict[str, int] = field(default_factory=dict[str, int])
    policies: set[str] = field(default_factory=set[str])
    keys: list[str] = field(default_factory=list[str])
    missing: list[str] = field(default_factory=list[str])
    days: int = 0
    outcomes: int = 0

    def add(self, outcome: Outcome) -> None:
        self.table.add(outcome)
        if isinstance(policy := outcome.detail.get("policy"), str):
            self.policies.add(policy)

    def add_key(self, key: str) -> None:
        if key not in self.keys:
            self.keys.append(key)


def write_pack(source: PackSource, request: PackRequest, file: IO[bytes]) -> PackSummary:
    """Write the pack of a period as a zip file.

    Raises BadRequest for days in the wrong order or too many, NotFound where the first or the last
    day has no seal. A day between without one is left out, and `verify.py` names it.
    """
    first = _sealed(source, request.business, request.first)
    last = _sealed(source, request.business, request.last)
    start = _start(source, first)
    content = _Content()
    with Archive(file) as archive:
        title = f"Audit pack of {request.business}, {request.first} to {request.last}"
        readme = _README.format(title=title, line="=" * len(title), origin=first.origin)
        archive.add("README.txt", readme.encode())
        archive.add("verify.py", resources.files(__package__).joinpath("verify.py").read_bytes())
        if start:
            content.add_key(start.key)
            archive.add(f"checkpoints/{start.day}.note", start.note.encode())
        _write_days(source, request, archive, content)
        _write_stamps(source, request, start, archive)
        before = earlier_outcomes(source, content.firsts, start) if start else []
        for outcome, _, _ in before:
            content.add(outcome)
        archive.add("before.jsonl", before_lines(before))
        archive.add("start.json", _json(_start_fields(start)))
        archive.add("keys.json", _json({"keys": content.keys}))
        archive.add("reviews.csv", content.table.to_csv())
        _write_setup(source, request.business, archive, content.policies)
        archive.add(
            "pack.json",
            _json(
                {
                    "format": _FORMAT,
                    "business": request.business,
                    "origin": first.origin,
                    "from": request.first,
                    "to": request.last,
                    "sealed": last.record.get("made"),
                    "files": archive.files,
                }
            ),
        )
    return PackSummary(content.days, content.outcomes, len(content.firsts), tuple(content.missing))


def _sealed(source: PackSource, business: str, day: str) -> Seal:
    try:
        parse_day(day)
    except ValueError as error:
        raise BadRequest("A day of a pack is written YYYY-MM-DD.") from error
    seal = source.seal(business, day)
    if seal is None:
        raise NotFound(f"{day} has no seal. A day is sealed in the night that follows it.")
    return seal


def _start(source: PackSource, first: Seal) -> Seal | None:
    """The seal of the day before; None where the log begins with the pack."""
    if first.first == 0:
        return None
    return _sealed(source, first.business, (parse_day(first.day) - timedelta(days=1)).isoformat())


def _days(request: PackRequest) -> Iterator[str]:
    day, last = parse_day(request.first), parse_day(request.last)
    if not timedelta() <= last - day < timedelta(days=MAX_DAYS):
        raise BadRequest(f"A pack has 1 to {MAX_DAYS} days, and they are in order.")
    while day <= last:
        yield day.isoformat()
        day += timedelta(days=1)


def _write_days(
    source: PackSource, request: PackRequest, archive: Archive, content: _Content
) -> None:
    for day in _days(request):
        seal = source.seal(request.business, day)
        if seal is None:
            content.missing.append(day)
            continue
        content.days += 1
        content.add_key(seal.key)
        archive.add(f"checkpoints/{day}.note", seal.note.encode())
        archive.add(f"seals/{day}.json", seal.to_bytes())
        facts = source.facts(seal.facts.key)
        if facts is None:
            content.missing.append(day)
            continue
        archive.add(f"outcomes/{day}.jsonl.gz", facts)
        for outcome in _readable(facts):
            content.outcomes += 1
            content.add(outcome)
            known = content.firsts.get(outcome.review, outcome.sequence)
            content.firsts[outcome.review] = min(known, outcome.sequence)


def _readable(facts: bytes) -> Iterator[Outcome]:
    """The outcomes of a facts file. What is no outcome goes into the pack and is named there."""
    try:
        lines = facts_lines(facts)
    except ValueError:
        return
    for line in lines:
        try:
            yield parse_line(line)
        except ValueError:
            continue


def _write_stamps(
    source: PackSource, request: PackRequest, start: Seal | None, archive: Archive
) -> None:
    first = start.day if start else request.first
    for day, stamps in sorted(source.stamps(request.business, first, request.last).items()):
        for number, stamp in enumerate(stamps):
            archive.add(f"stamps/{day}.{number}.tsr", stamp)


def _write_setup(source: PackSource, business: str, archive: Archive, wanted: set[str]) -> None:
    policies: dict[str, PackPolicy] = {each.hash: each for each in source.policies(business)}
    for hash, policy in sorted(policies.items()):
        if hash in wanted:
            archive.add(f"policies/{hash}.json", policy.document.encode("utf-8", "surrogatepass"))
            if policy.source:
                archive.add(f"policies/{hash}.source.txt", policy.source.encode())
    connections = sorted(source.connections(business), key=lambda each: each.id)
    archive.add(
        "connections.csv",
        csv_of(
            ("connection", "platform", "channel"),
            ((each.id, each.platform, each.channel) for each in connections),
        ),
    )
    people = sorted(source.people(business), key=lambda each: each.subject)
    archive.add(
        "people.csv",
        csv_of(("subject", "roles"), ((each.subject, " ".join(each.roles)) for each in people)),
    )


def _start_fields(start: Seal | None) -> dict[str, Any]:
    if start is None:
        return {"day": None, "size": 0, "frontier": []}
    after = start.frontier_after()
    hashes = [base64.b64encode(each).decode() for each in after.hashes]
    return {"day": start.day, "size": after.size, "frontier": hashes}


def _json(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"
