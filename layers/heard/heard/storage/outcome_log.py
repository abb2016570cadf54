"""The Outcomes table: outcomes are appended in a case's transaction, and read by review or day.

Nothing here changes or deletes an outcome, and no function may delete one. What IAM can and cannot
promise of that is in docs/decisions/0029-what-append-only-means.md.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from heapq import merge
from typing import TYPE_CHECKING, Any, Final

from heard.clock import format_time
from heard.errors import BadRequest, Tampered
from heard.outcomes import CLOSING_KINDS, Kind, Outcome
from heard.storage.outcome_marks import read_marks
from heard.storage.tables import Item, attributes, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef

    from heard.storage.outcome_marks import MarkedDays

SHARDS: Final = 4
"""Partitions of a business's day, so that a busy business does not overload one.

Each takes 1,000 write units a second, and a review needs 2.4: 1,667 reviews a second of one
business. The number may only grow. Each page of outcomes asks for each shard, half a read unit at
least, so more shards make every page dearer (docs/scale.md).
"""

MAX_QUERIES: Final = 100
"""How many queries one page makes. A day without outcomes takes one for each shard."""
_FILTERED_PAGE: Final = 250
"""How many outcomes a query reads of which only some match."""

_DAY_BEGINS: Final = "T00:00:00.000Z"
"""As `format_time` says it."""

_AFTER_ALL: Final = "~"
"""Behind a date, it comes after all times of that day."""

_EARLIEST: Final = "2020-01-01"
"""No outcome is older."""


@dataclass(frozen=True, slots=True)
class OutcomeCriteria:
    """Which outcomes an auditor asks for: a business's in `[start, end)`.

    Empty `kinds` and `actors`, and None for the others, mean all. An actor is `heard`, or the
    subject id of a person.
    """

    business: str
    start: datetime
    end: datetime
    kinds: tuple[Kind, ...] = ()
    severity: str | None = None
    channel: str | None = None
    platform: str | None = None
    actors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosingCriteria:
    """Which closed follow-ups are asked for: a business's in `[start, end)`.

    `by` is the agent whose resolution closed them; None for all, also those that nobody resolved.
    """

    business: str
    start: datetime
    end: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class OutcomePage:
    """Some outcomes in order, and where the next page begins (None when there is none).

    There may be a next page though this one is not full, or empty.
    """

    outcomes: tuple[Outcome, ...]
    next: str | None


class OutcomeLog:
    """Reads the Outcomes table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def of_review(self, review: str) -> tuple[Outcome, ...]:
        """All of a review's outcomes in order, strongly consistent."""
        return tuple(self.read(review))

    def read(self, review: str, *, after: int = 0, count: int | None = None) -> Iterator[Outcome]:
        """A review's next `count` outcomes (None: all) behind the number `after`, in order.

        Strongly consistent. A page of them is in memory. Raises Tampered.
        """
        return (outcome for outcome, _ in self.read_with_place(review, after=after, count=count))

    def read_with_place(
        self, review: str, *, after: int = 0, count: int | None = None
    ) -> Iterator[tuple[Outcome, bool]]:
        """The same outcomes, each with whether the list of its day shows it in its place.

        The index by day is outside the hashes. An outcome that was moved in it is missing from the
        lists of its day, and its chain verifies all the same.
        """
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="review = :review AND #sequence > :after",
            ExpressionAttributeNames={"#sequence": "sequence"},
            ExpressionAttributeValues=attributes({":review": review, ":after": after}),
            ConsistentRead=True,
            PaginationConfig={"MaxItems": count, "PageSize": count} if count else {},
        )
        for page in pages:
            for item in map(values, page["Items"]):
                outcome = _parse_outcome(item)
                fields = _index_fields(outcome)
                yield outcome, all(item.get(name) == value for name, value in fields.items())

    def first(self, review: str, *, after: int = 0) -> Outcome | None:
        """A review's next outcome behind the number `after`; None if there is none."""
        return next(self.read(review, after=after, count=1), None)

    def page(
        self,
        criteria: OutcomeCriteria,
        *,
        limit: int = 100,
        after: str | None = None,
        newest_first: bool = False,
    ) -> OutcomePage:
        """One page of outcomes in time order, after the cursor `after` of the page before.

        The oldest come first, or the newest. It makes at most `MAX_QUERIES` queries. So a page may
        hold fewer outcomes than `limit`, or none, and still have a next one. Raises BadRequest for
        an unknown cursor, Tampered for an outcome that Heard did not write.
        """
        span = _PageSpan.of(criteria, after, backwards=newest_first)
        outcomes: list[Outcome] = []
        queries_left = MAX_QUERIES
        for day in span.days():
            if queries_left < SHARDS:
                return OutcomePage(tuple(outcomes), span.place_before(day))
            shards = [
                _Shard(partial(self._read_shard, criteria, day, shard, span, limit), span.begin)
                for shard in range(SHARDS)
            ]
            while len(outcomes) <= limit and any(shard.has_more for shard in shards):
                to_read = [shard for shard in shards if shard.must_read]
                if len(to_read) > queries_left:
                    # Up to here all shards were read.
                    position = span.nearest(shard.position for shard in to_read)
                    outcomes += _take(shards, limit + 1 - len(outcomes), span, position)
                    if len(outcomes) > limit:
                        break
                    return OutcomePage(tuple(outcomes), position)
                for shard in to_read:
                    shard.read()
                queries_left -= len(to_read)
                outcomes += _take(shards, limit + 1 - len(outcomes), span)
            if len(outcomes) > limit:
                return OutcomePage(tuple(outcomes[:limit]), _sort_key(outcomes[limit - 1]))
        return OutcomePage(tuple(outcomes), None)

    def newest_of_review(self, review: str, count: int) -> list[Outcome]:
        """A review's last `count` outcomes, the newest first. Eventually consistent.

        One that Heard did not write is left out: who audits the chain is told of it.
        """
        response = self._client.query(
            TableName=self._table,
            KeyConditionExpression="review = :review",
            ExpressionAttributeValues=attributes({":review": review}),
            ScanIndexForward=False,
            Limit=count,
        )
        return _readable(response["Items"])

    def newest_closings(
        self, criteria: ClosingCriteria, *, limit: int = 25, before: str | None = None
    ) -> OutcomePage:
        """The outcomes that closed a follow-up of a business, the newest first.

        `before` is the `next` of the page before. It makes at most `MAX_QUERIES` queries. So a page
        may hold fewer outcomes than `limit`, or none, and still have a next one. One that Heard did
        not write is left out.
        """
        start = max(_EARLIEST, format_time(criteria.start))
        end = format_time(criteria.end)
        if before:
            _day_of(before)
            end = min(before, end)
        first_day, day = _day_of(start), _day_of(end)
        # A place or a period may end where a day begins: there is nothing of that day in it.
        if end in (day.isoformat(), f"{day}{_DAY_BEGINS}"):
            day -= timedelta(days=1)
        outcomes: list[Outcome] = []
        queries_left = MAX_QUERIES
        while day >= first_day and start < end:
            shards = [
                _ClosingShard(f"{criteria.business}#{day}#{shard}", end) for shard in range(SHARDS)
            ]
            # In turn, so that each page comes further.
            while to_read := [each for each in shards if each.wants(limit)][:queries_left]:
                for shard in to_read:
                    self._read_closings(shard, criteria, start, end)
                queries_left -= len(to_read)
            # Where a shard was not read to its end, older outcomes of the others must wait for it.
            unread = [shard for shard in shards if not shard.is_done]
            position = max((shard.position for shard in unread), default="")
            newest = sorted(
                (each for shard in shards for each in shard.outcomes), key=_sort_key, reverse=True
            )
            outcomes += [each for each in newest if _sort_key(each) >= position]
            if len(outcomes) > limit:
                return OutcomePage(tuple(outcomes[:limit]), _sort_key(outcomes[limit - 1]))
            if unread:
                return OutcomePage(tuple(outcomes), position)
            if queries_left < SHARDS and day > first_day:
                return OutcomePage(tuple(outcomes), day.isoformat())
            day -= timedelta(days=1)
        return OutcomePage(tuple(outcomes), None)

    def _read_closings(
        self, shard: _ClosingShard, criteria: ClosingCriteria, start: str, end: str
    ) -> None:
        """Read on in a shard, backwards."""
        kinds = {f":kind{place}": kind.value for place, kind in enumerate(sorted(CLOSING_KINDS))}
        parameters = kinds | {":day": shard.key, ":start": start, ":end": end}
        follow_up_closed = (
            f"kind IN ({', '.join(kinds)}) AND attribute_exists(detail.follow_up) "
            "AND (attribute_not_exists(detail.reviews_left) OR detail.reviews_left = :none)"
        )
        request: Any = {}
        if criteria.by:
            follow_up_closed += " AND detail.#by = :by"
            parameters[":by"] = criteria.by
            request["ExpressionAttributeNames"] = {"#by": "by"}
        if shard.next_key:
            request["ExclusiveStartKey"] = shard.next_key
        response = self._client.query(
            TableName=self._table,
            IndexName="by_day",
            KeyConditionExpression="business_day = :day AND at_id BETWEEN :start AND :end",
            FilterExpression=follow_up_closed,
            ExpressionAttributeValues=attributes(parameters | {":none": 0}),
            ScanIndexForward=False,
            Limit=_FILTERED_PAGE,
            **request,
        )
        # BETWEEN has both ends in it.
        shard.outcomes += [each for each in _readable(response["Items"]) if _sort_key(each) < end]
        shard.next_key = response.get("LastEvaluatedKey")
        shard.is_done = shard.next_key is None
        if shard.next_key:
            shard.position = shard.next_key["at_id"]["S"]

    def marks(self, business: str, days: Sequence[date], kinds: Iterable[Kind]) -> MarkedDays:
        """What happened to reviews on some days, in few words (`read_marks`)."""
        keys = [[f"{business}#{day}#{shard}" for shard in range(SHARDS)] for day in days]
        return read_marks(self._client, self._table, keys, kinds, max_queries=MAX_QUERIES)

    def reviews_of_day(self, business: str, day: date) -> dict[str, int]:
        """The reviews to which something happened on a day, with their last sequence number of it.

        In no order. Eventually consistent.
        """
        last: dict[str, int] = {}
        for shard in range(SHARDS):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                IndexName="by_day",
                KeyConditionExpression="business_day = :day",
                ProjectionExpression="review, #sequence",
                ExpressionAttributeNames={"#sequence": "sequence"},
                ExpressionAttributeValues=attributes(
                    {":day": f"{business}#{day.isoformat()}#{shard}"}
                ),
            )
            for item in (values(item) for page in pages for item in page["Items"]):
                last[item["review"]] = max(item["sequence"], last.get(item["review"], 0))
        return last

    def of_day(
        self, business: str, day: date, skip: Callable[[str], object] = lambda _: None
    ) -> Iterator[Outcome]:
        """All outcomes that the lists of a day show, in the order of their times and ids.

        Eventually consistent. A page of each shard is in memory. What Heard did not write, or what
        does not belong there, is left out: `skip` gets its review and number (`rev_…#7`).
        """
        shards = [self._shard_of_day(business, day, shard, skip) for shard in range(SHARDS)]
        return merge(*shards, key=_sort_key)

    def _shard_of_day(
        self, business: str, day: date, shard: int, skip: Callable[[str], object]
    ) -> Iterator[Outcome]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="by_day",
            KeyConditionExpression="business_day = :day",
            ExpressionAttributeValues=attributes({":day": f"{business}#{day.isoformat()}#{shard}"}),
        )
        for item in (values(item) for page in pages for item in page["Items"]):
            try:
                outcome = _parse_outcome(item)
                fits = _index_fields(outcome).items() <= item.items()
            except (Tampered, AttributeError, TypeError):
                fits, outcome = False, None
            if outcome and fits and outcome.business == business:
                yield outcome
            else:
                skip(f"{item['review']}#{item['sequence']}")

    def first_day(self, business: str, first: date, last: date) -> date | None:
        """The first day from `first` to `last` that has an outcome; None if none has.

        A query for each shard of each day before it, so ask once in the life of a business.
        """
        day = first
        while day <= last:
            for shard in range(SHARDS):
                response = self._client.query(
                    TableName=self._table,
                    IndexName="by_day",
                    KeyConditionExpression="business_day = :day",
                    ExpressionAttributeValues=attributes(
                        {":day": f"{business}#{day.isoformat()}#{shard}"}
                    ),
                    Select="COUNT",
                    Limit=1,
                )
                if response["Count"]:
                    return day
            day += timedelta(days=1)
        return None

    def _read_shard(
        self,
        criteria: OutcomeCriteria,
        day: date,
        shard: int,
        span: _PageSpan,
        limit: int,
        start_key: Any,
    ) -> tuple[list[Outcome], Any]:
        """The next outcomes of a shard, and the key that they end at; None at its end."""
        condition, parameters, names = _filter_of(criteria)
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "by_day",
            "KeyConditionExpression": "business_day = :day AND at_id BETWEEN :start AND :end",
            "ExpressionAttributeValues": attributes(
                {
                    ":day": f"{criteria.business}#{day.isoformat()}#{shard}",
                    ":start": span.start,
                    ":end": span.end,
                }
                | parameters
            ),
            "ScanIndexForward": not span.backwards,
            "Limit": max(limit // SHARDS + 2, _FILTERED_PAGE if condition else 0),
        }
        if condition:
            query["FilterExpression"] = condition
        if names:
            query["ExpressionAttributeNames"] = names
        if start_key:
            query["ExclusiveStartKey"] = start_key
        response = self._client.query(**query)
        outcomes = [_parse_outcome(values(item)) for item in response["Items"]]
        # BETWEEN has both ends in it.
        inside = [outcome for outcome in outcomes if _sort_key(outcome) != span.end]
        return inside, response.get("LastEvaluatedKey")


@dataclass(frozen=True, slots=True)
class _PageSpan:
    """The part `[start, end)` of a business's log that a page reads, and from which end."""

    start: str
    end: str
    backwards: bool

    @classmethod
    def of(cls, criteria: OutcomeCriteria, after: str | None, *, backwards: bool) -> _PageSpan:
        """What is left of the period behind the cursor `after`. Raises BadRequest."""
        start = max(_EARLIEST, format_time(criteria.start))
        end = format_time(criteria.end)
        if after:
            _day_of(after)
            start, end = (
                (start, min(end, after)) if backwards else (max(start, f"{after}\x00"), end)
            )
        return cls(start, end, backwards)

    @property
    def begin(self) -> str:
        """Where the reading begins."""
        return self.end if self.backwards else self.start

    def days(self) -> Iterator[date]:
        """The days of the span, in the order of reading."""
        if self.start > self.end:
            return
        first, last = _day_of(self.start), _day_of(self.end)
        # Where it ends as a day begins, there is nothing of that day in it.
        if self.end <= f"{last}{_DAY_BEGINS}" and last > first:
            last -= timedelta(days=1)
        for number in range((last - first).days + 1):
            yield last - timedelta(days=number) if self.backwards else first + timedelta(number)

    def place_before(self, day: date) -> str:
        """The cursor from which a page reads this whole day first."""
        return f"{day}{_AFTER_ALL}" if self.backwards else day.isoformat()

    def nearest(self, places: Iterable[str]) -> str:
        """The place that the reading comes to first."""
        return max(places) if self.backwards else min(places)

    def is_beyond(self, place: str, until: str) -> bool:
        """Whether the reading comes to a place only after it has come to another."""
        return place < until if self.backwards else place > until


def _filter_of(criteria: OutcomeCriteria) -> tuple[str, dict[str, Any], dict[str, str]]:
    """The condition of a query, its values and its names. Empty where all are asked for."""
    parameters: dict[str, Any] = {}
    filters: list[str] = []
    for name, choices in (("kind", criteria.kinds), ("actor", criteria.actors)):
        if choices:
            own = {f":{name}{number}": str(choice) for number, choice in enumerate(choices)}
            parameters |= own
            filters.append(f"#{name} IN ({', '.join(own)})")
    for name in ("severity", "channel", "platform"):
        if value := getattr(criteria, name):
            parameters[f":{name}"] = value
            filters.append(f"#{name} = :{name}")
    names = {name: name.removeprefix("#") for each in filters if (name := each.split()[0])}
    return " AND ".join(filters), parameters, names


@dataclass(slots=True)
class _Shard:
    """How far one shard of a day was read: up to `position`.

    `outcomes` are those of them that nobody took yet.
    """

    query: Callable[[Any], tuple[list[Outcome], Any]]
    position: str
    outcomes: deque[Outcome] = field(default_factory=deque[Outcome])
    is_done: bool = False
    _next_key: Any = None

    @property
    def must_read(self) -> bool:
        """Whether nobody knows its next outcome yet."""
        return not self.outcomes and not self.is_done

    @property
    def has_more(self) -> bool:
        """Whether it has outcomes, or may have some."""
        return bool(self.outcomes) or not self.is_done

    def read(self) -> None:
        """Read on."""
        outcomes, self._next_key = self.query(self._next_key)
        self.outcomes.extend(outcomes)
        if self._next_key is None:
            self.is_done = True
        else:
            self.position = self._next_key["at_id"]["S"]


@dataclass(slots=True)
class _ClosingShard:
    """A shard of a day that is read backwards, as far as `position`."""

    key: str
    position: str
    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    is_done: bool = False
    next_key: Any = None

    def wants(self, limit: int) -> bool:
        """Whether it must be read on for a page of `limit`."""
        return not self.is_done and len(self.outcomes) <= limit


def _take(
    shards: Sequence[_Shard], count: int, span: _PageSpan, until: str | None = None
) -> list[Outcome]:
    """Take the next outcomes of all shards in time order, at most `count`.

    As far as they are known; or with `until`, those up to this position, where all were read.
    """
    outcomes: list[Outcome] = []
    while len(outcomes) < count and (until or not any(shard.must_read for shard in shards)):
        filled = {_sort_key(shard.outcomes[0]): shard for shard in shards if shard.outcomes}
        if not filled:
            break
        first = span.nearest(filled)
        if until and span.is_beyond(first, until):
            break
        outcomes.append(filled[first].outcomes.popleft())
    return outcomes


def _parse_outcome(item: Item) -> Outcome:
    try:
        return Outcome.from_json(item)
    except (KeyError, TypeError, ValueError) as error:
        raise Tampered(
            f"Outcome {item['sequence']} of {item['review']} is not one that Heard wrote.",
            sequence=item["sequence"],
        ) from error


def _readable(items: Iterable[Mapping[str, AttributeValueTypeDef]]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for item in items:
        with suppress(Tampered, KeyError, TypeError):
            outcomes.append(_parse_outcome(values(item)))
    return outcomes


def _day_of(place: str) -> date:
    """The day of a time, or of a place in the index by day. Raises BadRequest for other texts."""
    try:
        return date.fromisoformat(place[:10])
    except ValueError as error:
        raise BadRequest(
            "`after` is not the `next` of a page. Leave it out to start from the beginning."
        ) from error


def outcome_of_image(image: Mapping[str, AttributeValueTypeDef]) -> Outcome:
    """The outcome of an item as the stream of the Outcomes table holds it.

    Raises Tampered, or KeyError, TypeError and the like, for an image that Heard did not write.
    """
    return _parse_outcome(values(image))


def _sort_key(outcome: Outcome) -> str:
    return f"{outcome.at}#{outcome.id}"


def append_writes(table: str, outcomes: Sequence[Outcome]) -> list[TransactWriteItemTypeDef]:
    """The writes that append these outcomes, each only if its place in the chain is free."""
    return [
        {
            "Put": {
                "TableName": table,
                "Item": attributes(outcome.to_json() | _index_fields(outcome)),
                "ConditionExpression": "attribute_not_exists(review)",
            }
        }
        for outcome in outcomes
    ]


def _index_fields(outcome: Outcome) -> Item:
    day = business_day(outcome.business, outcome.at[:10], outcome.review)
    return {"business_day": day, "at_id": _sort_key(outcome)}


def business_day(business: str, day: str, review: str) -> str:
    """The key in the index `by_day` of a review's outcomes of one day, such as `2026-01-31`."""
    return f"{business}#{day}#{zlib.crc32(review.encode()) % SHARDS}"
