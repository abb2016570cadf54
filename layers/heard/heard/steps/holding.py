"""Which holds keep the words of a review or of a person. Read again before each deletion."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from heard.holds import Hold
from heard.retention import outcome_day

if TYPE_CHECKING:
    from heard.storage.holds import Holds
    from heard.storage.outcome_log import OutcomeLog


@dataclass(frozen=True, slots=True)
class HoldPorts:
    """What is needed to know what is on hold."""

    holds: Holds
    log: OutcomeLog


def holds_on_review(
    business: str, review: str, author: str, ports: HoldPorts, now: datetime
) -> list[Hold]:
    """The holds that keep one review now."""
    return _covering(ports.holds.in_force(business, now), review, author, ports)


def holds_on_author(
    business: str, author: str, reviews: Collection[str], ports: HoldPorts, now: datetime
) -> list[Hold]:
    """The holds that keep anything of an author now. `reviews` are those that they wrote."""
    holds = ports.holds.in_force(business, now)
    covering = {hold.id: hold for hold in holds if hold.author == author}
    for review in reviews if holds else ():
        covering |= {hold.id: hold for hold in _covering(holds, review, author, ports)}
    return [hold for hold in holds if hold.id in covering]


def _covering(holds: Sequence[Hold], review: str, author: str, ports: HoldPorts) -> list[Hold]:
    days: set[date] = set()
    if any(hold.is_over_a_period for hold in holds):
        days = {outcome_day(outcome) for outcome in ports.log.read(review)}
    return [hold for hold in holds if hold.covers(review, author, days)]
