"""What the seal of a day says: pure, from the outcomes of the day and of the day before.

What does not fit never stops a seal. It is sealed with the day, as a problem of its record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from heard.clock import format_time
from heard.outcomes import Outcome, initial_hash
from heard.seals.alignment import is_intact
from heard.seals.facts import FactsFile, FactsWriter
from heard.seals.leaves import (
    canonical,
    leaf_bytes,
    order_key,
    parse_line,
    record_bytes,
    redacted_leaf,
)
from heard.seals.merkle import Frontier, leaf_hash, root_of
from heard.seals.notes import note_digest, note_text, parse_note, parse_vkey, signed_note
from heard.seals.seal import LeafHashes, Seal, parse_day

MAX_OUTCOMES: Final = 2_000_000
"""More outcomes of one business and day do not fit into one run."""
MAX_PROBLEMS: Final = 1_000
"""How many problems a record lists. It counts all of them."""

# No step runs longer than two minutes.
_EARLY: Final = "00:03"
_LATE: Final = "23:57"


class ProblemKind(StrEnum):
    """What can be wrong with the log when a day is sealed."""

    MISSING_AFTER_SEAL = "missing_after_seal"
    """An outcome was sealed the day before, and the log has it no more."""
    CHANGED_AFTER_SEAL = "changed_after_seal"
    """An outcome was sealed the day before, and the log says something else now."""
    HEAD_BEHIND = "head_behind"
    """The review's state knows fewer outcomes than the log, or there is no state."""
    HEAD_DIFFERS = "head_differs"
    """The review's state has another last hash than the log."""
    CHAIN_BROKEN = "chain_broken"
    """The outcomes of a review do not follow each other."""
    TOO_MANY = "too_many"
    """The day has more outcomes than fit into one run."""


@dataclass(frozen=True, slots=True)
class SealProblem:
    """Something wrong. `review` and `outcome` are "" and None where nobody can tell."""

    kind: ProblemKind
    review: str = ""
    outcome: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As it stands in the record."""
        return {"why": self.kind.value, "review": self.review, "outcome": self.outcome}


type Head = tuple[int, str]
"""The sequence number and the hash of the last outcome that a review's state knows."""


@dataclass(frozen=True, slots=True)
class SealInput:
    """What a day is sealed from.

    `day` is `YYYY-MM-DD`; `origin` is the whole one, with the business. `outcomes` are those of the
    day, `day_before` those that the log shows for the day before now. An iterator is read once, and
    must be in order (`order_key`); a list may have any.

    `lines_before` are the facts that were sealed the day before. Without them nobody can tell which
    outcome is gone, or was changed.

    `heads` has what the states of the reviews know; None for a review without a state. A review
    that is left out is not compared. `open_reviews` counts the reviews that are open at the day's
    end. `key` is the public key that will sign, as a vkey, and `next_key` the one that signs from
    the next day on, if it changes.
    """

    business: str
    day: str
    origin: str
    outcomes: Iterable[Outcome]
    key: str
    made: datetime
    open_reviews: int
    previous: Seal | None = None
    day_before: Iterable[Outcome] = ()
    lines_before: Iterable[bytes] | None = None
    heads: Mapping[str, Head | None] = field(default_factory=dict[str, "Head | None"])
    next_key: str | None = None
    max_outcomes: int = MAX_OUTCOMES


@dataclass(frozen=True, slots=True)
class DraftSeal:
    """A day before it is signed. `note_text` is what to sign, and `facts` the file to store."""

    business: str
    day: str
    origin: str
    record: Mapping[str, Any]
    frontier: Frontier
    leaves: LeafHashes
    note_text: str
    facts: bytes
    facts_file: FactsFile
    problems: tuple[SealProblem, ...]
    key: str

    def seal(self, signature: bytes) -> Seal:
        """The seal, with the signature of its key over `note_text` (64 bytes)."""
        key = parse_vkey(self.key)
        return Seal(
            business=self.business,
            day=self.day,
            origin=self.origin,
            note=signed_note(self.note_text, key.name, key.public_key, signature),
            record=self.record,
            frontier=self.frontier,
            leaves=self.leaves,
            facts=self.facts_file,
            key=self.key,
        )


@dataclass(frozen=True, slots=True)
class _Link:
    """Of an outcome what the check of its chain needs."""

    sequence: int
    previous: bytes
    hash: bytes
    is_intact: bool
    is_early: bool
    is_late: bool


@dataclass(slots=True)
class _DayLog:
    """Takes the leaves of a day one by one, and keeps of each what fits into memory."""

    facts: FactsWriter = field(default_factory=FactsWriter)
    hashes: bytearray = field(default_factory=bytearray)
    chains: dict[str, list[_Link]] = field(default_factory=dict[str, list[_Link]])
    count: int = 0

    def add(self, outcome: Outcome) -> None:
        line = leaf_bytes(outcome)
        self.facts.add(line)
        self.hashes += leaf_hash(line)
        self.count += 1
        self.chains.setdefault(outcome.review, []).append(_link(outcome))


def seal_day(given: SealInput) -> DraftSeal:
    """What is to be signed and stored for a day.

    Raises ValueError where the day does not follow the seal before it, an outcome belongs to
    another business or day, or an iterator of outcomes is not in order.
    """
    _check_place(given)
    log = _DayLog()
    day = given.day
    for outcome in _own_outcomes(given):
        log.add(outcome)
    own = log.count
    problems = [SealProblem(ProblemKind.TOO_MANY)] if own > given.max_outcomes else []
    late, faults = _read_again(given)
    problems += faults
    for outcome in late:
        log.add(outcome)
    heads, faults = _compare_heads(log.chains, given.heads)
    problems += faults
    frontier = given.previous.frontier_after() if given.previous else Frontier()
    record = {
        "seal": day,
        "business": given.business,
        "outcomes": own,
        "late": len(late),
        "first": frontier.size,
        "reviews": len(log.chains),
        "open": given.open_reviews,
        "heads": heads,
        "problems": [each.to_json() for each in problems[:MAX_PROBLEMS]],
        "problem_count": len(problems),
        "previous": note_digest(parse_note(given.previous.note).text) if given.previous else None,
        "key": given.key,
        "next_key": given.next_key,
        "made": format_time(given.made),
    }
    leaves = LeafHashes(bytes(log.hashes) + leaf_hash(record_bytes(record)))
    after = frontier.copy()
    after.extend(leaves)
    facts, facts_file = log.facts.close(given.business, day)
    return DraftSeal(
        business=given.business,
        day=day,
        origin=given.origin,
        record=record,
        frontier=frontier,
        leaves=leaves,
        note_text=note_text(given.origin, after.size, after.root()),
        facts=facts,
        facts_file=facts_file,
        problems=tuple(problems),
        key=given.key,
    )


def heads_root(heads: Mapping[str, Head]) -> str:
    """The root, in hex, over where the chain of each review ends; in the order of the reviews."""
    return root_of(
        leaf_hash(canonical([review, sequence, last]))
        for review, (sequence, last) in sorted(heads.items())
    ).hex()


def _check_place(given: SealInput) -> None:
    day = parse_day(given.day)
    key = parse_vkey(given.key)
    if key.name != given.origin:
        raise ValueError("the key has another name than the origin")
    if given.next_key is not None and parse_vkey(given.next_key).name != given.origin:
        raise ValueError("the next key has another name than the origin")
    if (previous := given.previous) is None:
        return
    if parse_day(previous.day) + timedelta(days=1) != day:
        raise ValueError(f"{given.day} does not follow {previous.day}")
    if (previous.business, previous.origin) != (given.business, given.origin):
        raise ValueError("the seal before is another business's")


def _own_outcomes(given: SealInput) -> Iterator[Outcome]:
    for outcome in _in_order(given.outcomes):
        if outcome.business != given.business or not outcome.at.startswith(f"{given.day}T"):
            raise ValueError(f"{outcome.id} is not an outcome of {given.business} and {given.day}")
        yield outcome


def _in_order(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    if isinstance(outcomes, Sequence):
        yield from sorted(outcomes, key=order_key)
        return
    last = ("", "")
    for outcome in outcomes:
        if (key := order_key(outcome)) < last:
            raise ValueError(f"{outcome.id} came out of order")
        last = key
        yield outcome


def _read_again(given: SealInput) -> tuple[list[Outcome], list[SealProblem]]:
    """The outcomes of the day before that were not sealed, and what happened to those that were."""
    if given.previous is None:
        return list(_in_order(given.day_before)), []
    sealed = given.previous.leaves[: given.previous.own]
    unseen = set(sealed)
    unknown: list[Outcome] = []
    for outcome in _in_order(given.day_before):
        leaf = leaf_hash(leaf_bytes(outcome))
        if leaf in unseen:
            unseen.remove(leaf)
        else:
            unknown.append(outcome)
    if not unseen:
        return unknown, []
    ids, redacted = _sealed_ids(given.lines_before, unseen)
    now = {outcome.id: outcome for outcome in unknown}
    problems: list[SealProblem] = []
    for leaf in (leaf for leaf in sealed if leaf in unseen and leaf not in redacted):
        review, outcome_id = ids.get(leaf, ("", None))
        is_changed = outcome_id in now
        kind = ProblemKind.CHANGED_AFTER_SEAL if is_changed else ProblemKind.MISSING_AFTER_SEAL
        problems.append(SealProblem(kind, review, outcome_id))
        if is_changed:
            del now[outcome_id or ""]
    return list(now.values()), problems


def _sealed_ids(
    lines: Iterable[bytes] | None, leaves: set[bytes]
) -> tuple[dict[bytes, tuple[str, str | None]], set[bytes]]:
    """The reviews and ids of these leaves as far as the lines tell, and those taken out by law."""
    ids: dict[bytes, tuple[str, str | None]] = {}
    redacted: set[bytes] = set()
    for line in lines or ():
        if (hidden := redacted_leaf(line)) is not None:
            redacted.add(hidden)
        elif (leaf := leaf_hash(line)) in leaves:
            outcome = parse_line(line)
            ids[leaf] = (outcome.review, outcome.id)
    return ids, redacted


def _compare_heads(
    chains: Mapping[str, list[_Link]], heads: Mapping[str, Head | None]
) -> tuple[str, list[SealProblem]]:
    """The root over the ends of the chains, and the chains that do not fit."""
    ends: dict[str, Head] = {}
    problems: list[SealProblem] = []
    for review, links in sorted(chains.items()):
        links.sort(key=lambda link: link.sequence)
        if (broken := _break_in(review, links)) is not None:
            problems.append(
                SealProblem(ProblemKind.CHAIN_BROKEN, review, _outcome_id(review, broken.sequence))
            )
        end = (links[-1].sequence, links[-1].hash.hex())
        ends[review] = end
        head = heads.get(review, end)
        if head is None or head[0] < end[0]:
            problems.append(
                SealProblem(ProblemKind.HEAD_BEHIND, review, _outcome_id(review, end[0]))
            )
        elif head[0] == end[0] and head[1] != end[1]:
            problems.append(
                SealProblem(ProblemKind.HEAD_DIFFERS, review, _outcome_id(review, end[0]))
            )
    return heads_root(ends), problems


def _break_in(review: str, links: Sequence[_Link]) -> _Link | None:
    """The first link that does not follow the one before it.

    The first of the day may follow an outcome of an earlier day, which is not here. So may one at
    either end of the day: of two steps at midnight, the earlier one may have appended last.
    """
    before: _Link | None = None
    for link in links:
        if before and link.sequence == before.sequence + 1:
            follows = link.previous == before.hash
        elif before:
            follows = link.sequence > before.sequence and (before.is_early or link.is_late)
        else:
            follows = link.sequence > 1 or link.previous.hex() == initial_hash(review)
        if not follows or not link.is_intact:
            return link
        before = link
    return None


def _outcome_id(review: str, sequence: int) -> str:
    return f"out_{review.removeprefix('rev_')}_{sequence:06d}"


def _link(outcome: Outcome) -> _Link:
    time = outcome.at[11:]
    return _Link(
        outcome.sequence,
        _hash_bytes(outcome.previous),
        _hash_bytes(outcome.hash),
        is_intact=is_intact(outcome),
        is_early=time < _EARLY,
        is_late=time >= _LATE,
    )


def _hash_bytes(text: str) -> bytes:
    """Half the memory of a hash in hex. Something else stays as it is, and fits nothing."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return text.encode("utf-8", "surrogatepass")
