"""The reviews that were touched on a day, each with all that is known of it by the day's end."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from heard.clock import parse_time
from heard.outcomes import Outcome

LARGEST_NUMBER: Final = 2**31 - 1
"""The largest number that a column of the tables holds. A larger one counts as not said."""

LONGEST_TEXT: Final = 200
"""The longest text that counts, in characters. Ids, codes, hashes and times are shorter."""

_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
"""As `heard.clock.format_time` writes it."""


@dataclass(frozen=True, slots=True)
class TouchedReview:
    """A review of which an outcome is among the day's facts.

    `chain` are its outcomes up to the day's end in order, of all days. `today` are the numbers of
    those that are facts of this day. An outcome that was sealed a day late is a fact of the day on
    which it was sealed.
    """

    chain: tuple[Outcome, ...]
    today: frozenset[int]

    @property
    def outcomes_of_day(self) -> Iterator[Outcome]:
        """Its outcomes that are facts of this day, in order."""
        return (outcome for outcome in self.chain if outcome.sequence in self.today)


def end_of(day: str) -> str:
    """The first moment after a day, as outcomes write times. Raises ValueError for another text."""
    return f"{date.fromisoformat(day) + timedelta(days=1)}T00:00:00.000Z"


def group_by_review(outcomes: Iterable[Outcome]) -> dict[str, dict[int, Outcome]]:
    """The outcomes of each review by number, each once, reviews in the order of their ids.

    What does not even have the form of an outcome is left out. The seal of the day names it, and
    the row of its review says that fewer outcomes were read than its last number.
    """
    reviews: defaultdict[str, dict[int, Outcome]] = defaultdict(dict)
    for outcome in outcomes:
        if has_form(outcome):
            reviews[outcome.review].setdefault(outcome.sequence, outcome)
    return dict(sorted(reviews.items()))


def has_form(outcome: Outcome) -> bool:
    """Whether these are the types that Heard writes: whoever may write to the table may put others.

    `Outcome.from_json` checks none of them, so that what was put there can be sealed as it is.
    """
    texts = [outcome.review, outcome.platform, outcome.channel, outcome.at]
    if outcome.severity is not None:
        texts.append(outcome.severity)
    return (
        all(type(text) is str and len(text) <= LONGEST_TEXT for text in texts)
        and type(outcome.sequence) is int
        and 0 < outcome.sequence <= LARGEST_NUMBER
        and _is_time(outcome.at)
    )


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        parse_time(text)
    except ValueError:
        return False
    return True


def is_complete(day: str, outcomes: Mapping[int, Outcome]) -> bool:
    """Whether the facts of the day alone say all of a review.

    They do when it begins in them, lacks no number, and nothing of it comes from another day.
    """
    return max(outcomes) == len(outcomes) and all(
        outcome.at[:10] == day for outcome in outcomes.values()
    )


def touched_reviews(
    day: str, outcomes: Iterable[Outcome], earlier: Iterable[Outcome] = ()
) -> Iterator[TouchedReview]:
    """The reviews of a day's facts, in the order of their ids.

    `earlier` may hold any other outcomes of them, in any order. What happened after the day, and
    what is no fact of a review of the day, is left out.
    """
    end = end_of(day)
    facts = group_by_review(outcomes)
    known = group_by_review(earlier)
    for review, today in facts.items():
        before = {number: each for number, each in known.get(review, {}).items() if each.at < end}
        chain = tuple(each for _, each in sorted((before | today).items()))
        yield TouchedReview(chain, frozenset(today))
