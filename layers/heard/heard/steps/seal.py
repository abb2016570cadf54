"""Seal each day of a business once it is over: read it, sign it, store it, and go on.

The position is the newest seal itself, so nothing else can say something else. Days are sealed in
order, and one object is one day. A run that stops anywhere is started again, and does the same.
Each day is looked at twice, the second time when the next one is sealed: what came late is sealed
then, and what was sealed and is gone, or was changed, is sealed as a problem.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import IO, TYPE_CHECKING, Final, cast

from heard.errors import Fault
from heard.outcomes import CLOSING_KINDS, Kind, Outcome
from heard.retention import FIRST_DAY
from heard.seals.day import SealInput, seal_day
from heard.seals.facts import facts_lines
from heard.seals.leaves import leaf_bytes, record_bytes
from heard.seals.merkle import leaf_hash
from heard.seals.notes import Checkpoint, VerifierKey, parse_note, vkey
from heard.seals.seal import Seal
from heard.steps.skipping import failure_code
from heard.storage.seal_key import is_signature

if TYPE_CHECKING:
    from heard.messaging import Queue
    from heard.storage.heads import ChainHeads
    from heard.storage.lake import Lake
    from heard.storage.outcome_log import OutcomeLog
    from heard.storage.seal_key import SealKey
    from heard.storage.seals import Seals
    from heard.storage.setup import SetupStore

GRACE: Final = timedelta(minutes=20)
"""How long after its end a day is sealed. An outcome has the time at which its step began, and no
step takes longer than two minutes."""

_DAY: Final = timedelta(days=1)
_IN_MEMORY: Final = 32 << 20
"""How many compressed bytes of a day are kept in memory: a third of a million outcomes. More go to
a temporary file."""


FACTS_DIFFER: Final = "facts_differ"
"""Why a day is unwritten whose facts are gone, or not the sealed ones any more."""

type WriteDay = Callable[[Seal], bool]


@dataclass(frozen=True, slots=True)
class SealPorts:
    """What sealing needs.

    `origin` is `heard/{account}/{stack}`. `write_day` writes what reports are counted from, of a
    sealed day and if it is not there yet. It says whether the facts are still those of the seal.
    """

    log: OutcomeLog
    heads: ChainHeads
    seals: Seals
    lake: Lake
    key: SealKey
    origin: str
    write_day: WriteDay | None = None
    first_day: date = FIRST_DAY


@dataclass(frozen=True, slots=True)
class SealedDay:
    """A day that a run sealed, or found sealed by another run meanwhile."""

    day: str
    outcomes: int
    late: int
    problems: int


@dataclass(slots=True)
class SealReport:
    """What one run did at one business.

    `skipped` are outcomes that could not be sealed, as Heard did not write them (`rev_…#7`).
    `rewritten` are sealed days over which somebody put something else. `unwritten` are sealed days
    of which reports have nothing yet, each with a code that says why. `is_complete` says that no
    day is left; else the next run goes on.
    """

    business: str
    days: list[SealedDay] = field(default_factory=list[SealedDay])
    skipped: set[str] = field(default_factory=set[str])
    rewritten: list[str] = field(default_factory=list[str])
    unwritten: list[str] = field(default_factory=list[str])
    is_complete: bool = False

    @property
    def problems(self) -> int:
        """How many things were found that should not be."""
        sealed = sum(day.problems for day in self.days)
        return sealed + len(self.skipped) + len(self.rewritten)


def last_day_to_seal(now: datetime) -> date:
    """The last day that is over, and of which every outcome is in the log."""
    return (now - GRACE).date() - _DAY


def seal_business(
    business: str,
    ports: SealPorts,
    now: datetime,
    *,
    until: date | None = None,
    keep_going: Callable[[], bool] = lambda: True,
) -> SealReport:
    """Seal all days of a business that are over, at most until the day `until`.

    It begins no day when `keep_going` says no. Whatever fails is raised, and what was sealed before
    stays sealed.
    """
    report = SealReport(business)
    last = min(until or date.max, last_day_to_seal(now))
    listed = ports.seals.newest(business, now.date())
    # Nobody seals a day that is not over. As the newest seal it would end all sealing.
    newest = last_day_to_seal(now).isoformat()
    known = [found for found in listed if found.day <= newest]
    report.rewritten = [each.day for each in listed if each.is_rewritten or each.day > newest]
    previous = ports.seals.read_version(business, known[-1]) if known else None
    if known and previous is None:
        raise Fault(f"The seal of {known[-1].day} was removed.")
    if previous:
        _check_signed(previous, ports)
        # The run that sealed it may have ended before it wrote the rows.
        _write_day(previous, ports.write_day, report)
    day = _day_after(previous) if previous else _first_day(business, ports, last)
    while day <= last:
        if not keep_going():
            return report
        previous = _seal_one_day(business, day, previous, ports, now, report)
        day += _DAY
    report.is_complete = True
    return report


@dataclass(frozen=True, slots=True)
class Night:
    """What a scheduled run did: how many businesses it queued, and which of them are `late`."""

    queued: int
    late: list[str]


def queue_businesses(setup: SetupStore, seals: Seals, queue: Queue, now: datetime) -> Night:
    """Queue each business, and find those that the night before did not seal.

    They are queued first, whatever the look at the seals comes to. A business without any seal is
    new, and not late.
    """
    businesses = setup.listed_businesses()
    queue.send([{"business": business} for business in businesses])
    last = last_day_to_seal(now)
    wanted, end = (last - _DAY).isoformat(), last.isoformat()
    newest = {business: seals.newest(business, now.date()) for business in businesses}
    # A seal of a day that is not over was made by somebody else, and hides no lateness.
    late = [
        business
        for business, known in newest.items()
        if known and max((each.day for each in known if each.day <= end), default="") < wanted
    ]
    return Night(len(businesses), late)


def open_change(outcomes: Iterable[Outcome]) -> int:
    """By how much these outcomes change how many reviews are open.

    A review opens with its first outcome, and again with `reopened`; a closing kind ends it.
    """
    return sum(
        (outcome.sequence == 1) + (outcome.kind is Kind.REOPENED) - (outcome.kind in CLOSING_KINDS)
        for outcome in outcomes
    )


def _seal_one_day(
    business: str,
    day: date,
    previous: Seal | None,
    ports: SealPorts,
    now: datetime,
    report: SealReport,
) -> Seal:
    """The seal of a day, which this run or another one made."""
    origin = f"{ports.origin}/{business}"
    with (
        closing(_Spool(ports.log.of_day(business, day, report.skipped.add))) as today,
        closing(_Spool(ports.log.of_day(business, day - _DAY, report.skipped.add))) as yesterday,
    ):
        late = list(_late(yesterday, previous))
        reviews = today.reviews | {outcome.review for outcome in late}
        open_before: int = previous.record["open"] if previous else 0
        draft = seal_day(
            SealInput(
                business=business,
                day=day.isoformat(),
                origin=origin,
                outcomes=iter(today),
                key=vkey(origin, ports.key.public_key()),
                made=now,
                open_reviews=max(0, open_before + today.open_change + open_change(late)),
                previous=previous,
                day_before=iter(yesterday),
                lines_before=_lines(previous, ports.lake),
                heads=ports.heads.of_reviews(reviews),
            )
        )
        # The seal is written last: it is what makes the day a sealed one.
        ports.lake.put_once(draft.facts_file.key, draft.facts)
        seal = ports.seals.put(draft.seal(ports.key.sign(draft.note_text.encode())))
        _check_signed(seal, ports)
        _write_day(seal, ports.write_day, report)
    record = seal.record
    report.days.append(
        SealedDay(seal.day, record["outcomes"], record["late"], record["problem_count"])
    )
    return seal


def _check_signed(seal: Seal, ports: SealPorts) -> None:
    """Our key must have signed what the next seal goes on from. Whoever may put can put anything.

    Raises Fault.
    """
    origin = f"{ports.origin}/{seal.business}"
    key = VerifierKey(origin, ports.key.public_key())
    after = seal.frontier_after()
    try:
        note = parse_note(seal.note)
    except ValueError:
        note = None
    is_ours = note is not None and (
        note.checkpoint == Checkpoint(origin, after.size, after.root())
        and leaf_hash(record_bytes(seal.record)) == seal.leaves[-1]
        and note.is_signed_by(key, is_signature)
    )
    if not is_ours:
        raise Fault(f"The seal of {seal.day} is not one that Heard signed.")


def _write_day(seal: Seal, write_day: WriteDay | None, report: SealReport) -> None:
    """What reports are counted from can be made again at any time. It must stop no seal."""
    try:
        if write_day is None or write_day(seal):
            return
        why = FACTS_DIFFER
    except Exception as error:  # noqa: BLE001 - whatever it is, the next day must be sealed
        why = failure_code(error)
    report.unwritten.append(f"{seal.day}: {why}")


def _day_after(seal: Seal) -> date:
    return date.fromisoformat(seal.day) + _DAY


def _first_day(business: str, ports: SealPorts, last: date) -> date:
    """The first day of a business that has no seal.

    That is the day of its first outcome. A business without outcomes begins with an empty day, so
    that nobody has to search all days again.
    """
    return ports.log.first_day(business, ports.first_day, last) or last


def _late(day_before: Iterable[Outcome], previous: Seal | None) -> Iterator[Outcome]:
    """The outcomes of the day before that are not among its sealed leaves."""
    sealed = set(previous.leaves) if previous else set[bytes]()
    return (outcome for outcome in day_before if leaf_hash(leaf_bytes(outcome)) not in sealed)


def _lines(previous: Seal | None, lake: Lake) -> Iterator[bytes]:
    """The facts of the day before, read only if somebody asks for them."""
    content = lake.get(previous.facts.key) if previous else None
    try:
        yield from facts_lines(content) if content else ()
    except ValueError:
        # Somebody changed the file. Then nobody can tell the ids, and the problems go without.
        return


class _Spool:
    """Outcomes that are read from the log once and from here many times, in their order.

    Compressed, as a large day would not fit into memory otherwise.
    """

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        self.reviews = set[str]()
        self.open_change = 0
        file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - see `close`
        self._file = cast("IO[bytes]", file)
        try:
            self._fill(outcomes)
        except BaseException:
            self.close()
            raise

    def _fill(self, outcomes: Iterable[Outcome]) -> None:
        with gzip.GzipFile("", "wb", 1, self._file, mtime=0) as lines:
            for outcome in outcomes:
                self.reviews.add(outcome.review)
                self.open_change += open_change([outcome])
                lines.write(leaf_bytes(outcome) + b"\n")

    def __iter__(self) -> Iterator[Outcome]:
        self._file.seek(0)
        with gzip.GzipFile("", "rb", fileobj=self._file) as lines:
            for line in lines:
                # No check of the form: what somebody else wrote is sealed as it is, as a problem.
                text = line.decode("utf-8", "surrogatepass")
                yield Outcome.from_json(json.loads(text))

    def close(self) -> None:
        """Forget them."""
        self._file.close()
