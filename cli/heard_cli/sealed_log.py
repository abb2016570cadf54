"""A business's seals against its log, its facts and the states of its reviews."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import batched

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from heard.outcomes import Outcome
from heard.retention import FIRST_DAY
from heard.seals.checking import (
    DayEvidence,
    FindingKind,
    SealExpectation,
    SealFinding,
    check_seals,
)
from heard.seals.day import Head
from heard.seals.facts import facts_lines
from heard.seals.leaves import leaf_bytes, parse_line, redacted_leaf
from heard.seals.merkle import leaf_hash
from heard.seals.notes import vkey
from heard.seals.seal import Seal
from heard.steps.seal import last_day_to_seal
from heard.storage.outcome_log import append_writes
from heard_cli.stack import CommandError, Stack

_DAY = timedelta(days=1)
_TOGETHER = 50
"""How many outcomes one transaction puts back; DynamoDB takes 100."""


def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature is that of an Ed25519 key."""
    try:
        VerifyKey(public_key).verify(message, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


@dataclass(slots=True)
class SealCheck:
    """What a check of seals came to. `days` counts the seals that were read."""

    days: int = 0
    outcomes: int = 0
    findings: list[SealFinding] = field(default_factory=list[SealFinding])

    @property
    def faults(self) -> list[SealFinding]:
        """The findings that somebody must explain."""
        return [finding for finding in self.findings if finding.is_fault]


def check_business(
    stack: Stack, business: str, first: date, last: date, now: datetime, key: str | None = None
) -> SealCheck:
    """Check the sealed days from `first` to `last` against all that the stack has.

    `key` is a public key that somebody kept outside of the stack. Without it, the stack is asked
    which key signs. Raises CommandError where nothing is sealed, or the key is none.
    """
    check, heads = SealCheck(), dict[str, Head | None]()
    origin = f"{stack.outputs['SealOrigin']}/{business}"
    last = min(last, last_day_to_seal(now))
    expected = SealExpectation(
        business,
        origin,
        keys=[key or vkey(origin, stack.seal_key.public_key())],
        start=stack.seals.read(business, (first - _DAY).isoformat()),
        until=last.isoformat(),
        after=stack.seals.read(business, (last + _DAY).isoformat()),
        heads=heads,
    )
    days = _read_days(stack, business, first, last, check, heads)
    try:
        check.findings += check_seals(days, expected, verify_signature)
    except ValueError as error:
        raise CommandError(f"--key: {error}.") from error
    if not check.days:
        raise CommandError(
            f"No day of {business} is sealed in this period.",
            "A day is sealed at 00:20 UTC of the next one. To do it now:",
            f"seal run --business {business}",
        )
    if expected.start is None:
        check.findings += _before_the_log(stack, business, first, last)
    return check


def _before_the_log(stack: Stack, business: str, first: date, last: date) -> Iterator[SealFinding]:
    """What the log has of days before the first sealed one. That day came first, or it is sealed
    there as late."""
    found = next(stack.seals.versions(business, first.isoformat(), last.isoformat()), None)
    seal = stack.seals.read_version(business, found) if found else None
    if seal is None:
        return
    late = set(seal.leaves[seal.own : -1])
    day = max(first, FIRST_DAY)
    while day.isoformat() < seal.day:
        for outcome in stack.log.of_day(business, day):
            if leaf_hash(leaf_bytes(outcome)) not in late:
                why = "it is of a day before the first sealed one"
                yield SealFinding(day.isoformat(), FindingKind.INSERTED, outcome.id, why)
        day += _DAY


def _read_days(
    stack: Stack,
    business: str,
    first: date,
    last: date,
    check: SealCheck,
    heads: dict[str, Head | None],
) -> Iterator[DayEvidence]:
    """The days in order. When the last one was taken, `heads` has those of all their reviews."""
    reviews = set[str]()

    def counted(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        for outcome in outcomes:
            check.outcomes += 1
            reviews.add(outcome.review)
            yield outcome

    for found in stack.seals.versions(business, first.isoformat(), last.isoformat()):
        seal = stack.seals.read_version(business, found)
        if seal is None:
            continue  # only delete markers are left: the day is missing
        check.days += 1
        log = stack.log.of_day(business, date.fromisoformat(found.day))
        yield DayEvidence(
            seal,
            facts=stack.lake.get(seal.facts.key) or b"",
            log=counted(log),
            versions=found.later + 1,
            markers=found.markers,
        )
    for some in batched(sorted(reviews), 1_000, strict=False):
        heads.update(stack.chain_heads.of_reviews(some))


@dataclass(slots=True)
class LakeComparison:
    """The facts of a sealed day beside the log.

    `missing` are sealed, and not in the log. `differing` have something else in their place there.
    `present` counts the rest, `redacted` the lines that were taken out, and `unsealed` the lines
    that the seal does not know.
    """

    missing: list[Outcome] = field(default_factory=list[Outcome])
    differing: list[Outcome] = field(default_factory=list[Outcome])
    present: int = 0
    redacted: int = 0
    unsealed: int = 0


def compare_with_lake(stack: Stack, seal: Seal) -> LakeComparison:
    """What of a sealed day the log has not. Raises CommandError without readable facts."""
    content = stack.lake.get(seal.facts.key)
    if content is None:
        raise CommandError(f"The facts of {seal.day} are gone: {seal.facts.key}.")
    try:
        lines = facts_lines(content)
    except ValueError as error:
        raise CommandError(f"The facts of {seal.day} cannot be read: {error}.") from error
    comparison, sealed = LakeComparison(), set(seal.leaves)
    for line in lines:
        if redacted_leaf(line) is not None:
            comparison.redacted += 1
        elif leaf_hash(line) not in sealed:
            comparison.unsealed += 1
        else:
            _compare(stack, parse_line(line), comparison)
    return comparison


def _compare(stack: Stack, outcome: Outcome, comparison: LakeComparison) -> None:
    stored = stack.log.first(outcome.review, after=outcome.sequence - 1)
    if stored is None or stored.sequence != outcome.sequence:
        comparison.missing.append(outcome)
    elif stored == outcome:
        comparison.present += 1
    else:
        comparison.differing.append(outcome)


def put_back(stack: Stack, outcomes: Iterable[Outcome]) -> None:
    """Append outcomes again, each only where the log has none.

    In transactions, as the table takes them in no other way.
    """
    table = stack.outputs["OutcomesTableName"]
    for some in batched(outcomes, _TOGETHER, strict=False):
        stack.dynamodb.transact_write_items(TransactItems=append_writes(table, some))
