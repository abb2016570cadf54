"""Reading facts out of the lake: those of a day, and what earlier days say of the same reviews."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import groupby

from heard.lake import EarlierOutcomes, read_facts
from heard.lake.touched import group_by_review, has_form, is_complete
from heard.outcomes import Outcome
from heard_cli.lake.files import LakeFiles, keys_of_days
from heard_cli.stack import CommandError


def facts_of_day(lake: LakeFiles, keys: Iterable[str]) -> list[Outcome]:
    """The outcomes in a day's files of facts, each once.

    There are two files when a run was interrupted and the next one found more. Raises CommandError
    when one cannot be read.
    """
    outcomes: dict[str, Outcome] = {}
    for key in keys:
        try:
            for outcome in filter(has_form, read_facts(lake.get(key))):
                outcomes.setdefault(outcome.id, outcome)
        except (ValueError, KeyError, TypeError, EOFError, OSError) as error:
            raise CommandError(
                f"{key} is damaged: {error}.",
                "Take an older version of it from the bucket.",
            ) from error
    return list(outcomes.values())


def earlier_facts(
    lake: LakeFiles, business: str, day: str, outcomes: Sequence[Outcome]
) -> EarlierOutcomes:
    """What the days before say of the reviews of these outcomes of a day.

    Days are read backwards, until nothing is missing of any review, or to the first one.
    """
    facts = group_by_review(outcomes)
    missing = {review for review, today in facts.items() if not is_complete(day, today)}
    known: dict[str, dict[int, Outcome]] = {review: {} for review in missing}
    for _, keys in reversed(list(_days_before(lake, business, day)) if missing else []):
        for outcome in facts_of_day(lake, keys):
            if outcome.review in known:
                known[outcome.review].setdefault(outcome.sequence, outcome)
        missing = {review for review in missing if _lacks(known[review] | facts[review])}
        if not missing:
            break

    def earlier(reviews: Set[str]) -> Iterator[Outcome]:
        return (each for review in reviews for each in known.get(review, {}).values())

    return earlier


def _days_before(lake: LakeFiles, business: str, day: str) -> Iterator[tuple[str, list[str]]]:
    files = keys_of_days(lake, "outcomes", business)
    for earlier_day, of_day in groupby(files, key=lambda file: file[0]):
        if earlier_day < day:
            yield earlier_day, [key for _, key in of_day]


def _lacks(outcomes: Mapping[int, Outcome]) -> bool:
    return max(outcomes) != len(outcomes)
