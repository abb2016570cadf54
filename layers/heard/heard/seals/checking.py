"""What is wrong with a business's seals, its facts, its log or the states of its reviews.

Pure: whoever calls it has read the seals in order, and as much of the rest as there is. Each fault
is named by its day, its kind and, where anybody can tell, the outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, cast

from heard.outcomes import Outcome, initial_hash
from heard.seals.alignment import AlignedDay, LineFault, align_lines, is_intact
from heard.seals.day import Head, heads_root
from heard.seals.facts import facts_lines
from heard.seals.leaves import leaf_bytes, record_bytes
from heard.seals.merkle import Frontier, leaf_hash
from heard.seals.notes import SignedNote, VerifierKey, Verify, note_digest, parse_note, parse_vkey
from heard.seals.seal import Seal, parse_day


class FindingKind(StrEnum):
    """What can be wrong. The `REMARKS` are no fault."""

    CHANGED = "changed"
    REHASHED = "rehashed"
    MISSING = "missing"
    INSERTED = "inserted"
    DOUBLED = "doubled"
    SWAPPED = "swapped"
    CHAIN_FORKED = "chain_forked"
    DAY_MISSING = "day_missing"
    OTHER_BUSINESS = "other_business"
    WRONG_KEY = "wrong_key"
    ROOT_DIFFERS = "root_differs"
    FRONTIER_DIFFERS = "frontier_differs"
    RECORD_DIFFERS = "record_differs"
    LATE_HIDDEN = "late_hidden"
    FACTS_DIFFER = "facts_differ"
    REDACTED = "redacted"
    REWRITTEN = "rewritten"
    HEAD_BEHIND = "head_behind"
    HEAD_DIFFERS = "head_differs"
    PROBLEM_SEALED = "problem_sealed"
    NOT_SEALED_YET = "not_sealed_yet"


REMARKS: Final = frozenset({FindingKind.REDACTED, FindingKind.NOT_SEALED_YET})
"""What an auditor should know, and what is no fault."""

_OF_LINES: Final = {
    LineFault.CHANGED: "the content does not match its hash",
    LineFault.REHASHED: "the content was changed and given a new hash",
    LineFault.MISSING: "a sealed outcome has no line",
    LineFault.INSERTED: "the line was never sealed",
    LineFault.DOUBLED: "the line is there twice",
    LineFault.SWAPPED: "the line is not where it was sealed",
    LineFault.REDACTED: "the line was taken out, and its hash stays",
}


@dataclass(frozen=True, slots=True)
class SealFinding:
    """Something on a day. `outcome` is None where it is about the day, or nobody can tell."""

    day: str
    kind: FindingKind
    outcome: str | None
    why: str

    @property
    def is_fault(self) -> bool:
        """Whether somebody must explain it."""
        return self.kind not in REMARKS


@dataclass(frozen=True, slots=True)
class DayEvidence:
    """A seal and what is known of its day.

    `facts` is the facts file as it is stored now. `log` has the outcomes of the day that the table
    shows now. Both are None where they were not read. `versions` and `markers` count the versions
    and delete markers of the stored seal; of several versions the oldest is the seal.
    """

    seal: Seal
    facts: bytes | None = None
    log: Iterable[Outcome] | None = None
    versions: int = 1
    markers: int = 0


@dataclass(frozen=True, slots=True)
class SealExpectation:
    """What the seals are checked against.

    `keys` are vkeys that somebody trusts; without one the first seal's own key is taken, which
    proves nothing about who signed. `start` is the seal of the day before the first. `until` is the
    last day that must be sealed. `after` is the seal behind the last day, if there is one: it has
    what came late. `heads` has what the states of reviews know now (None for no
    state); a review that is left out is not compared.
    """

    business: str
    origin: str
    keys: Sequence[str] = ()
    start: Seal | None = None
    until: str | None = None
    after: Seal | None = None
    heads: Mapping[str, Head | None] = field(default_factory=dict[str, "Head | None"])


def check_seals(
    days: Iterable[DayEvidence], expected: SealExpectation, verify: Verify
) -> Iterator[SealFinding]:
    """Check seals in the order of their days, one after the other. It keeps no outcomes.

    Raises ValueError for a key in `expected` that is none.
    """
    check = _Check(expected, verify)
    if expected.start is not None:
        yield from check.start(expected.start)
    for day in days:
        yield from check.day(day)
    yield from check.end()


@dataclass(slots=True)
class _Chains:
    """The chains of all reviews over the days, in the order of their sequence numbers."""

    ends: dict[str, Head] = field(default_factory=dict[str, Head])
    waiting: dict[str, dict[int, tuple[str, Outcome]]] = field(
        default_factory=dict[str, dict[int, tuple[str, Outcome]]]
    )
    firsts: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])

    def add(self, day: str, outcome: Outcome) -> Iterator[SealFinding]:
        """Take the next outcome that is proven."""
        review, sequence = outcome.review, outcome.sequence
        if not is_intact(outcome):
            yield _finding(day, FindingKind.CHANGED, outcome.id, "it was sealed with another hash")
        end = self.ends.get(review)
        if end is None:
            if sequence == 1 and outcome.previous != initial_hash(review):
                yield _finding(day, FindingKind.CHAIN_FORKED, outcome.id, "the chain begins twice")
            self.firsts[review] = (sequence, outcome.previous)
            self.ends[review] = (sequence, outcome.hash)
        elif sequence == end[0] + 1:
            yield from self._append(day, outcome)
        elif sequence > end[0] and sequence not in self.waiting.get(review, {}):
            self.waiting.setdefault(review, {})[sequence] = (day, outcome)
        elif self.firsts[review] == (sequence + 1, outcome.hash):
            # Of two steps at midnight, the earlier one may have appended last.
            self.firsts[review] = (sequence, outcome.previous)
        else:
            yield _finding(
                day, FindingKind.CHAIN_FORKED, outcome.id, "the number is in the chain already"
            )

    def _append(self, day: str, outcome: Outcome) -> Iterator[SealFinding]:
        review = outcome.review
        link: tuple[str, Outcome] | None = (day, outcome)
        while link:
            day, outcome = link
            if outcome.previous != self.ends[review][1]:
                why = "it does not follow the one before"
                yield _finding(day, FindingKind.CHAIN_FORKED, outcome.id, why)
            self.ends[review] = (outcome.sequence, outcome.hash)
            link = self.waiting.get(review, {}).pop(outcome.sequence + 1, None)

    def gaps(self) -> Iterator[tuple[str, str]]:
        """What no day has: the day of the next outcome that is there, and the missing one's id."""
        for review, waiting in sorted(self.waiting.items()):
            sequence = self.ends[review][0]
            for next_sequence, (day, outcome) in sorted(waiting.items()):
                for missing in range(sequence + 1, min(next_sequence, sequence + 1_000)):
                    yield day, f"{outcome.id[:-6]}{missing:06d}"
                sequence = next_sequence
            last = waiting.get(sequence)
            if last:
                self.ends[review] = (sequence, last[1].hash)


class _Check:
    def __init__(self, expected: SealExpectation, verify: Verify) -> None:
        self._expected = expected
        self._verify = verify
        self._keys: list[VerifierKey] = [parse_vkey(each) for each in expected.keys]
        self._frontier: Frontier | None = Frontier()
        self._previous: Seal | None = None
        # The text of its note, if it was signed and led to its root.
        self._previous_text: str | None = None
        self._chains = _Chains()
        self._absent = 0
        self._gone: set[str] = set()
        self._is_all_there = True
        # What the log has of the day before, and no seal yet.
        self._unsealed: dict[bytes, str] = {}

    def start(self, seal: Seal) -> Iterator[SealFinding]:
        """Take the seal before the first day as it is, if it is signed."""
        self._frontier = seal.frontier_after()
        yield from self._check_note(seal)
        self._previous = seal

    def day(self, day: DayEvidence) -> Iterator[SealFinding]:
        """Check a day."""
        seal, text = day.seal, self._previous_text
        yield from self._check_place(day)
        if seal.business != self._expected.business:
            # Nothing of another log can be compared with this one.
            self._frontier, self._previous_text, self._is_all_there = None, None, False
            self._previous = seal
            return
        if self._frontier is not None and self._frontier != seal.frontier:
            yield _finding(
                seal.day,
                FindingKind.FRONTIER_DIFFERS,
                None,
                f"it does not go on where the log was, at {self._frontier.size}",
            )
        self._frontier = (self._frontier or seal.frontier).copy()
        self._frontier.extend(seal.leaves)
        yield from self._check_note(seal)
        yield from self._check_record(seal, text)
        aligned = None
        if day.facts is None:
            self._is_all_there = False
        else:
            aligned, findings = self._check_facts(seal, day.facts)
            yield from findings
        if day.log is not None:
            yield from self._check_log(seal, aligned, day.log)
        self._previous = seal

    def end(self) -> Iterator[SealFinding]:
        """What only shows when all days were seen."""
        last = self._previous
        if last is None:
            return
        if self._expected.until is not None:
            behind = (parse_day(last.day) + timedelta(days=1)).isoformat()
            for day in _days_between(behind, self._expected.until, is_whole=True):
                yield _finding(day, FindingKind.DAY_MISSING, None, "it was not sealed")
        after = self._expected.after
        late = set(after.leaves[after.own : -1]) if after else set[bytes]()
        for leaf, outcome in self._unsealed.items():
            if after is None:
                why = "it waits for the next seal"
                yield _finding(last.day, FindingKind.NOT_SEALED_YET, outcome, why)
            elif leaf not in late:
                why = "the log has it, and neither seal"
                yield _finding(last.day, FindingKind.INSERTED, outcome, why)
        gaps = list(self._chains.gaps())
        if self._is_all_there and len(gaps) > self._absent:
            for day, outcome in gaps:
                # All lines that are gone are of one day: then so is this one.
                place = min(self._gone) if len(self._gone) == 1 else day
                why = "its chain goes on without it"
                yield _finding(place, FindingKind.MISSING, outcome, why)
        yield from self._check_heads(last.day)

    def _check_place(self, day: DayEvidence) -> Iterator[SealFinding]:
        seal, expected = day.seal, self._expected
        names = (seal.business, seal.origin, seal.record.get("business"))
        if names != (expected.business, expected.origin, expected.business):
            yield _finding(
                seal.day, FindingKind.OTHER_BUSINESS, None, f"it is a seal of {seal.business}"
            )
        if day.versions > 1 or day.markers:
            yield _finding(
                seal.day,
                FindingKind.REWRITTEN,
                None,
                f"the seal has {day.versions} versions and {day.markers} delete markers",
            )
        if self._previous is None:
            return
        due = (parse_day(self._previous.day) + timedelta(days=1)).isoformat()
        if seal.day < due:
            yield _finding(seal.day, FindingKind.DOUBLED, None, "the day was sealed before")
        for missing in _days_between(due, seal.day):
            yield _finding(missing, FindingKind.DAY_MISSING, None, "there is no seal of it")
        if seal.day != due:
            self._frontier, self._is_all_there = None, False

    def _note_of(self, seal: Seal) -> SignedNote | None:
        try:
            return parse_note(seal.note)
        except ValueError:
            return None

    def _check_note(self, seal: Seal) -> Iterator[SealFinding]:
        note = self._note_of(seal)
        faults = [*self._check_root(seal, note)]
        # A record that leads to no signed root names no key.
        findings = [*self._check_signature(seal, note, takes_key=not faults), *faults]
        self._previous_text = None if findings or note is None else note.text
        yield from findings

    def _check_signature(
        self, seal: Seal, note: SignedNote | None, *, takes_key: bool
    ) -> Iterator[SealFinding]:
        if note is None:
            yield _finding(seal.day, FindingKind.WRONG_KEY, None, "the note cannot be read")
            return
        if not self._keys:
            try:
                self._keys = [parse_vkey(seal.key)]
            except ValueError:
                yield _finding(seal.day, FindingKind.WRONG_KEY, None, "the seal names no key")
                return
        if note.checkpoint.origin != self._expected.origin:
            yield _finding(
                seal.day, FindingKind.OTHER_BUSINESS, None, f"it is of {note.checkpoint.origin}"
            )
        if not any(note.is_signed_by(key, self._verify) for key in self._keys):
            yield _finding(
                seal.day, FindingKind.WRONG_KEY, None, "no key that is known signed the note"
            )
            return
        # The last day of a key names the next one. So the old key vouches for it.
        next_key = seal.record.get("next_key")
        if takes_key and isinstance(next_key, str) and self._record_is_sealed(seal):
            try:
                self._keys.append(parse_vkey(next_key))
            except ValueError:
                yield _finding(
                    seal.day, FindingKind.RECORD_DIFFERS, None, "the next key is not a key"
                )

    def _check_root(self, seal: Seal, note: SignedNote | None) -> Iterator[SealFinding]:
        frontier = self._frontier
        if note is None or frontier is None:
            return
        if (note.checkpoint.size, note.checkpoint.root) != (frontier.size, frontier.root()):
            yield _finding(
                seal.day,
                FindingKind.ROOT_DIFFERS,
                None,
                "the leaves do not lead to the size and root of the note",
            )
            # The next day begins with its own frontier, so that only this one is named.
            self._frontier = None

    def _record_is_sealed(self, seal: Seal) -> bool:
        return leaf_hash(record_bytes(seal.record)) == seal.leaves[-1]

    def _check_record(self, seal: Seal, text: str | None) -> Iterator[SealFinding]:
        record = seal.record
        if not self._record_is_sealed(seal):
            yield _finding(
                seal.day, FindingKind.RECORD_DIFFERS, None, "the record is not the one sealed"
            )
            return
        previous = self._previous
        outcomes, late = record.get("outcomes"), record.get("late")
        claims: dict[str, Any] = {
            "seal": seal.day,
            "first": seal.first,
            "key": seal.key,
            "outcomes": len(seal.leaves) - 1 - late if isinstance(late, int) else None,
        }
        if previous is None:
            claims |= {"previous": None} if seal.first == 0 else {}
        elif text is not None and self._follows(seal):
            claims["previous"] = note_digest(text)
        wrong = [name for name, value in claims.items() if record.get(name) != value]
        if wrong or seal.facts.lines != len(seal.leaves) - 1 or not isinstance(outcomes, int):
            yield _finding(
                seal.day,
                FindingKind.RECORD_DIFFERS,
                None,
                f"the record does not fit the seal: {', '.join(wrong) or 'lines'}",
            )
        problems = record.get("problems")
        for problem in cast("list[Any]", problems) if isinstance(problems, list) else ():
            yield _problem_finding(seal.day, problem)

    def _follows(self, seal: Seal) -> bool:
        previous = self._previous
        return previous is not None and (
            parse_day(previous.day) + timedelta(days=1) == parse_day(seal.day)
        )

    def _check_facts(
        self, seal: Seal, content: bytes
    ) -> tuple[AlignedDay | None, list[SealFinding]]:
        day = seal.day
        try:
            aligned = align_lines(facts_lines(content), seal.leaves[:-1])
        except ValueError as error:
            self._is_all_there = False
            return None, [_finding(day, FindingKind.FACTS_DIFFER, None, str(error))]
        if aligned.is_another_file:
            self._is_all_there = False
            why = "none of the lines is one of that day"
            return None, [_finding(day, FindingKind.FACTS_DIFFER, None, why)]
        findings = [
            _finding(
                day,
                FindingKind(each.fault.value),
                each.outcome,
                f"{_OF_LINES[each.fault]} (place {each.place})",
            )
            for each in aligned.faults
        ]
        self._absent += sum(
            each.fault in {LineFault.REDACTED, LineFault.CHANGED, LineFault.REHASHED}
            for each in aligned.faults
        )
        if any(each.fault is LineFault.MISSING for each in aligned.faults):
            self._gone.add(day)
        for _, outcome in sorted(aligned.outcomes.items()):
            if outcome.business != self._expected.business:
                why = f"it is an outcome of {outcome.business}"
                findings.append(_finding(day, FindingKind.OTHER_BUSINESS, outcome.id, why))
            findings += self._chains.add(day, outcome)
        findings += _check_late(seal, aligned)
        findings += _check_ends(seal, aligned)
        return aligned, findings

    def _check_log(
        self, seal: Seal, aligned: AlignedDay | None, log: Iterable[Outcome]
    ) -> Iterator[SealFinding]:
        """Compare the day with the table. What is late is sealed with the day behind it."""
        outcomes = aligned.outcomes if aligned else {}
        sealed = {leaf: place for place, leaf in enumerate(seal.leaves[: seal.own])}
        names = {outcome.id: place for place, outcome in outcomes.items() if place < seal.own}
        late = set(seal.leaves[seal.own : -1])
        for leaf, outcome in self._unsealed.items():
            if leaf not in late:
                why = "the log has it, and neither seal"
                yield _finding(seal.day, FindingKind.INSERTED, outcome, why)
        self._unsealed = {}
        for outcome in log:
            leaf = leaf_hash(leaf_bytes(outcome))
            if sealed.pop(leaf, None) is not None:
                continue
            place = names.get(outcome.id)
            if place is None:
                self._unsealed[leaf] = outcome.id
                continue
            sealed.pop(seal.leaves[place], None)
            kind = FindingKind.REHASHED if is_intact(outcome) else FindingKind.CHANGED
            yield _finding(seal.day, kind, outcome.id, "the log says something else now")
        for place in sealed.values():
            gone = outcomes.get(place)
            yield _finding(
                seal.day,
                FindingKind.MISSING,
                gone.id if gone else None,
                f"the log has leaf {place} of the day no more",
            )

    def _check_heads(self, day: str) -> Iterator[SealFinding]:
        for review, end in sorted(self._chains.ends.items()):
            head = self._expected.heads.get(review, end)
            outcome = f"out_{review.removeprefix('rev_')}_{end[0]:06d}"
            if head is None:
                why = "the review has no state any more"
                yield _finding(day, FindingKind.HEAD_BEHIND, outcome, why)
            elif head[0] < end[0]:
                why = f"the review's state knows {head[0]} outcomes, the seals {end[0]}"
                yield _finding(day, FindingKind.HEAD_BEHIND, outcome, why)
            elif head[0] == end[0] and head[1] != end[1]:
                why = "the review's state has another last hash"
                yield _finding(day, FindingKind.HEAD_DIFFERS, outcome, why)


def _check_late(seal: Seal, aligned: AlignedDay) -> Iterator[SealFinding]:
    """The outcomes of other days stand behind those of the day, and are counted."""
    for place, outcome in sorted(aligned.outcomes.items()):
        if (place >= seal.own) == outcome.at.startswith(f"{seal.day}T"):
            yield _finding(
                seal.day,
                FindingKind.LATE_HIDDEN,
                outcome.id,
                "it is among the outcomes of the day, or among the late ones, and is of the other",
            )


def _check_ends(seal: Seal, aligned: AlignedDay) -> Iterator[SealFinding]:
    """What the record says of the reviews of the day, if every line is there."""
    if len(aligned.outcomes) != len(seal.leaves) - 1:
        return
    ends: dict[str, Head] = {}
    for outcome in aligned.outcomes.values():
        if outcome.sequence > ends.get(outcome.review, (0, ""))[0]:
            ends[outcome.review] = (outcome.sequence, outcome.hash)
    claims = (seal.record.get("reviews"), seal.record.get("heads"))
    if claims != (len(ends), heads_root(ends)):
        yield _finding(
            seal.day,
            FindingKind.RECORD_DIFFERS,
            None,
            "the record says something else of the reviews of the day",
        )


def _problem_finding(day: str, problem: Any) -> SealFinding:
    fields = cast("dict[str, Any]", problem) if isinstance(problem, dict) else {}
    why = fields.get("why")
    kind = FindingKind.PROBLEM_SEALED
    if why in {FindingKind.HEAD_BEHIND.value, FindingKind.HEAD_DIFFERS.value}:
        kind = FindingKind(why)
    name = fields.get("outcome")
    return _finding(
        day, kind, name if isinstance(name, str) else None, f"{why}, when the day was sealed"
    )


def _days_between(start: str, end: str, *, is_whole: bool = False) -> Iterator[str]:
    """The days from `start` to `end`, which is left out unless `is_whole`."""
    day, last = parse_day(start), parse_day(end)
    while day < last or (is_whole and day == last):
        yield day.isoformat()
        day += timedelta(days=1)


def _finding(day: str, kind: FindingKind, outcome: str | None, why: str) -> SealFinding:
    return SealFinding(day, kind, outcome, why)
