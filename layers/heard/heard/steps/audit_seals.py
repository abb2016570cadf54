"""What auditors ask about seals: the sealed days, one day, a proof of an outcome, the keys."""

from __future__ import annotations

import base64
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from heard.errors import ConflictError, NotFound, Tampered, TooLarge
from heard.people import AUDITING
from heard.seals.leaves import leaf_bytes
from heard.seals.merkle import inclusion_path, leaf_hash
from heard.seals.notes import parse_note, vkey
from heard.steps.caller import NO_SUCH_BUSINESS, Caller

if TYPE_CHECKING:
    from heard.outcomes import Outcome
    from heard.seals.seal import Seal
    from heard.storage.outcome_log import OutcomeLog
    from heard.storage.seal_key import SealKey
    from heard.storage.seals import Seals, SealVersions

MAX_DAYS: Final = 31
"""How many sealed days one page has at most. Each is an object, and each is read."""
MAX_LEAVES: Final = 100_000
"""How many leaves a seal may have in a response: 4.3 MB, and Lambda sends 6."""

_READERS: Final = 8
_OUTCOME_ID: Final = re.compile(r"out_([a-z0-9]{8,40})_([0-9]{6,9})", re.ASCII)
_NO_OUTCOME: Final = "There is no such outcome in your businesses."


@dataclass(frozen=True, slots=True)
class SealReading:
    """What these questions need. `origin` is `heard/{account}/{stack}`."""

    log: OutcomeLog
    seals: Seals
    key: SealKey
    origin: str


def list_seals(
    caller: Caller, business: str, first: date, last: date, reading: SealReading
) -> dict[str, Any]:
    """The sealed days of a business from `first` to `last`, in order, and what each seal says.

    `next` is the first day of the next page, null if there is none. Raises NotFound, Forbidden.
    """
    caller.require_role(business, *AUDITING, missing=NO_SUCH_BUSINESS)
    seals, days = reading.seals, (first.isoformat(), last.isoformat())
    found = list(islice(seals.versions(business, *days), MAX_DAYS + 1))
    stamps = seals.stamps(business, *days) if found else {}

    def describe(day: SealVersions) -> dict[str, Any]:
        return describe_day(business, day, seals) | {"stamps": len(stamps.get(day.day, ()))}

    with ThreadPoolExecutor(_READERS) as pool:
        rows = list(pool.map(describe, found[:MAX_DAYS]))
    return {
        "business": business,
        "seals": rows,
        "next": found[MAX_DAYS].day if len(found) > MAX_DAYS else None,
    }


def describe_day(business: str, day: SealVersions, seals: Seals) -> dict[str, Any]:
    """What the seal of a day says; of a day with delete markers alone, only that."""
    seal = seals.read_version(business, day)
    return {"day": day.day, "rewritten": day.is_rewritten} | (_summary(seal) if seal else {})


def find_seal(caller: Caller, business: str, day: date, reading: SealReading) -> Seal:
    """The seal of a day. Raises NotFound, Forbidden, and TooLarge for a very large day."""
    caller.require_role(business, *AUDITING, missing=NO_SUCH_BUSINESS)
    seal = reading.seals.read(business, day.isoformat())
    if seal is None:
        raise _not_sealed_yet(day.isoformat())
    if len(seal.leaves) > MAX_LEAVES:
        raise TooLarge(
            "The seal of this day is too long for a response. Read it with heard seal show."
        )
    return seal


def prove_outcome(caller: Caller, outcome_id: str, reading: SealReading) -> dict[str, Any]:
    """That an outcome is in the growing log, as it is now: its leaf, the path and the note.

    Raises NotFound, with the reason `not_sealed_yet` where its day has no seal and
    `not_in_seal_yet` where that seal is without it and the next day has none, Forbidden, and
    ConflictError (`not_as_sealed`) where the seals know no such outcome.
    """
    outcome = _find_outcome(outcome_id, reading.log)
    caller.require_role(outcome.business, *AUDITING, missing=_NO_OUTCOME)
    leaf = leaf_hash(leaf_bytes(outcome))
    # One that came late is sealed with the day behind its own.
    day = date.fromisoformat(outcome.at[:10])
    for sealed_on in (day, day + timedelta(days=1)):
        seal = reading.seals.read(outcome.business, sealed_on.isoformat())
        if seal is None:
            is_own_day = sealed_on == day
            raise _not_sealed_yet(str(day)) if is_own_day else _not_in_seal_yet(day)
        if leaf in (leaves := list(seal.leaves)):
            index = seal.first + leaves.index(leaf)
            path = inclusion_path(seal.leaves, index, seal.frontier)
            return {
                "outcome": outcome.id,
                "business": outcome.business,
                "day": seal.day,
                "index": index,
                "size": seal.size,
                "path": [base64.b64encode(each).decode() for each in path],
                "note": seal.note,
                "leaf": base64.b64encode(leaf).decode(),
            }
    raise ConflictError(
        "not_as_sealed",
        "The days of this outcome are sealed, and it is not among what was sealed. It was changed "
        "or added afterwards.",
    )


def list_keys(caller: Caller, business: str, today: date, reading: SealReading) -> dict[str, Any]:
    """The public keys that sign, or signed, the seals of a business.

    Those of its first and its newest seal, and the one that signs now. Raises NotFound, Forbidden.
    """
    caller.require_role(business, *AUDITING, missing=NO_SUCH_BUSINESS)
    seals, origin = reading.seals, f"{reading.origin}/{business}"
    ends = [*islice(seals.versions(business), 1), *seals.newest(business, today)[-1:]]
    read = [seals.read_version(business, each) for each in ends]
    now = vkey(origin, reading.key.public_key())
    keys = dict.fromkeys([*(seal.key for seal in read if seal), now])
    return {
        "business": business,
        "origin": origin,
        "keys": [{"key": key, "signs_now": key == now} for key in keys],
    }


def _summary(seal: Seal) -> dict[str, Any]:
    checkpoint = parse_note(seal.note).checkpoint
    record = seal.record
    return {
        "size": checkpoint.size,
        "root": base64.b64encode(checkpoint.root).decode(),
        "outcomes": record["outcomes"],
        "late": record["late"],
        "open": record["open"],
        "problems": record["problem_count"],
        "made": record["made"],
    }


def _find_outcome(outcome_id: str, log: OutcomeLog) -> Outcome:
    match = _OUTCOME_ID.fullmatch(outcome_id)
    if match is None:
        raise NotFound(_NO_OUTCOME)
    sequence = int(match[2])
    try:
        outcome = log.first(f"rev_{match[1]}", after=sequence - 1)
    except Tampered as error:
        raise NotFound(_NO_OUTCOME) from error
    if outcome is None or outcome.id != outcome_id:
        raise NotFound(_NO_OUTCOME)
    return outcome


def _not_sealed_yet(day: str) -> NotFound:
    return NotFound(f"There is no seal of {day} yet.", reason="not_sealed_yet")


def _not_in_seal_yet(day: date) -> NotFound:
    return NotFound(
        f"The seal of {day} is without this outcome. It came late, or was changed or added since. "
        "The seal of the next day will tell.",
        reason="not_in_seal_yet",
    )
