"""The relay: from the stream of the Outcomes table to the event bus, each notice at least once.

No record stops the others: what cannot be read, and what the bus never takes, is named in the
report. Only a bus that is not there raises, so that all records of the batch come again.

An outcome is written once. So a record of a change or a removal proves that somebody tampered with
the log, even if the chain was made anew and verifies. No writer of outcomes can keep it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from heard.notices import Notice, notices_of
from heard.storage.outcome_log import outcome_of_image

if TYPE_CHECKING:
    from heard.messaging import EventBus
    from heard.outcomes import Outcome

TAMPERING: Final = frozenset({"MODIFY", "REMOVE"})
"""The events of the stream that no step of Heard causes."""


@dataclass(frozen=True, slots=True)
class SkippedOutcome:
    """An outcome of which no notice went out: its place in the log, and why, in our words."""

    key: str
    why: str


@dataclass(frozen=True, slots=True)
class RelayReport:
    """What became of a batch: how many notices the bus took, and which outcomes were skipped.

    `reviews` are those that the notices are about.
    """

    published: int
    reviews: tuple[str, ...]
    skipped: tuple[SkippedOutcome, ...]


def tampered_outcomes(records: Iterable[Any]) -> tuple[str, ...]:
    """The places in the log of the outcomes that a batch says were changed or removed.

    Total: any records in, places out.
    """
    return tuple(_key(record) for record in records if _is_tampering(record))


def _is_tampering(record: Any) -> bool:
    match record:
        case {"eventName": str(name)}:
            return name in TAMPERING
        case _:
            return False


def relay(records: Iterable[Any], event_bus: EventBus) -> RelayReport:
    """Publish the notices of the outcomes that a batch of the stream inserted, in their order.

    What a record of tampering says is told to nobody: see `tampered_outcomes`.

    Repeating a batch, or a part of it, repeats its notices and does nothing else. Raises Fault, or
    botocore's own error, when the bus does not take them now.
    """
    notices: list[Notice] = []
    skipped: list[SkippedOutcome] = []
    for record in records:
        if _is_tampering(record):
            continue
        try:
            notices += notices_of(outcome_of_image(record["dynamodb"]["NewImage"]))
        except Exception as error:  # noqa: BLE001 - whatever it is, the records behind it must pass
            skipped.append(SkippedOutcome(_key(record), type(error).__name__))
    return _publish(notices, event_bus, skipped)


def resend(outcomes: Iterable[Outcome], event_bus: EventBus) -> RelayReport:
    """Publish the notices of these outcomes again, for whoever missed them.

    Raises Fault, or botocore's own error, when the bus does not take them now.
    """
    notices: list[Notice] = []
    skipped: list[SkippedOutcome] = []
    for outcome in outcomes:
        try:
            notices += notices_of(outcome)
        except ValueError as error:
            skipped.append(SkippedOutcome(outcome.id, str(error)))
    return _publish(notices, event_bus, skipped)


def _publish(
    notices: Sequence[Notice], event_bus: EventBus, skipped: Sequence[SkippedOutcome]
) -> RelayReport:
    refused = event_bus.publish(notices)
    return RelayReport(
        len(notices) - len(refused),
        tuple(dict.fromkeys(notice.review for notice in notices)),
        (*skipped, *(SkippedOutcome(notice.outcome, code) for notice, code in refused)),
    )


def _key(record: Any) -> str:
    """The place of a record that cannot be read: its keys, which hold no customer's words.

    Total: any value in, a text out.
    """
    match record:
        case {"dynamodb": {"Keys": {"review": {"S": str(review)}, "sequence": {"N": str(number)}}}}:
            return f"{review}/{number}"
        case {"dynamodb": {"SequenceNumber": str(number)}}:
            return f"stream record {number}"
        case Mapping():
            return "a record without keys"
        case _:
            return "no record"
