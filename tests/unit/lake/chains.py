"""Chains of outcomes made by hand, for the lake."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from heard.clock import parse_time
from heard.lake import TouchedReview, review_rows, touched_reviews
from heard.outcomes import Fact, Kind, Outcome, OutcomeSubject, chain_facts, initial_hash

DAY = "2026-03-02"
"""A Monday."""


@dataclass
class Chain:
    """The outcomes of one review, appended one after the other."""

    review: str
    severity: str | None = "high"
    channel: str = "review_site"
    platform: str = "standard"
    business: str = "acme"
    outcomes: list[Outcome] = field(default_factory=list)

    def add(self, at: str, kind: Kind | str, actor: str = "heard", **detail: Any) -> Chain:
        """Append an outcome: `at` is a time of `DAY` such as 09:00, or `2026-03-03T09:00`."""
        last = self.outcomes[-1] if self.outcomes else None
        subject = OutcomeSubject(
            self.review, self.business, self.platform, self.channel, self.severity
        )
        self.outcomes += chain_facts(
            subject,
            [Fact(Kind(kind), detail)],
            sequence=last.sequence if last else 0,
            head=last.hash if last else initial_hash(self.review),
            at=moment(at),
            actor=actor,
            delivery=None,
        )
        return self

    def accept(self, at: str, **detail: Any) -> Chain:
        """The first revision was assessed."""
        fields = {
            "revision": "n:1",
            "commitment": "2:" + "c" * 64,
            "rating": 2,
            "severity": self.severity,
            "agenda": "answer",
            "flags": [],
            "topics": ["delivery"],
            "needs_person": True,
            "place": "north",
            "language": "en",
            "model": "accurate-2",
            "route": "follow_up",
            "rules": ["complaint"],
            "policy": "p" * 64,
        }
        return self.add(at, Kind.ACCEPTED, **fields | detail)

    def open(self, at: str, due_at: str, follow_up: str = "", level: int | None = 0) -> Chain:
        """A person has the review, in a follow-up of its own."""
        fields: dict[str, Any] = {} if level is None else {"level": level}
        return self.add(
            at,
            Kind.FOLLOW_UP_OPENED,
            due_at=stored(due_at),
            why="policy",
            **fields | self.of_follow_up(follow_up),
        )

    def of_follow_up(self, follow_up: str = "") -> dict[str, Any]:
        """What an outcome says of the follow-up."""
        id = follow_up or f"fup_{self.review.removeprefix('rev_')}"
        return {"follow_up": id, "follow_up_severity": self.severity, "queue": "general"}

    def person(self, at: str, kind: Kind | str, by: str = "ana", **detail: Any) -> Chain:
        """A person's resolution took effect, with a public reply unless `detail` says otherwise."""
        reply = {"reply": f"rpl_{at}", "native_id": "n-1", "public": True}
        fields = {"by": by, "waited_s": 3600, **self.of_follow_up(), **reply, **detail}
        return self.add(at, kind, by, **{k: v for k, v in fields.items() if v is not None})

    def acknowledge(self, at: str, **detail: Any) -> Chain:
        """An automatic reply went out, in public."""
        fields = {"reply": f"rpl_{at}", "native_id": "n-0", "public": True}
        return self.add(at, Kind.ACKNOWLEDGED, **fields | detail)


def moment(at: str) -> datetime:
    """A time of `DAY`, or any other."""
    return parse_time(at if "T" in at else f"{DAY}T{at}:00")


def stored(at: str) -> str:
    """The same as outcomes write it."""
    return moment(at).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def facts_of(chains: Iterable[Chain], day: str) -> list[Outcome]:
    """The outcomes of a day, in the order of the log."""
    outcomes = [each for chain in chains for each in chain.outcomes if each.at[:10] == day]
    return sorted(outcomes, key=lambda each: (each.at, each.id))


def touched(chains: Sequence[Chain], day: str = DAY) -> list[TouchedReview]:
    """The reviews that were touched on a day."""
    everything = [each for chain in chains for each in chain.outcomes]
    return list(touched_reviews(day, facts_of(chains, day), everything))


def row_of(chain: Chain, day: str = DAY) -> dict[str, Any]:
    """The row of a review at a day's end."""
    (row,) = review_rows(touched([chain], day), "acme", day)
    return row


def without_hash(outcome: Outcome, **changes: Any) -> Outcome:
    """An outcome that somebody changed."""
    return replace(outcome, **changes)


class Shelf(dict[str, bytes]):
    """A lake in memory. It notes what was asked of the days before."""

    def __init__(self, *chains: Chain) -> None:
        super().__init__()
        self.chains = {chain.review: chain for chain in chains}
        self.asked: list[str] = []

    def put(self, key: str, content: bytes) -> None:
        self[key] = content

    def earlier(self, reviews: Set[str]) -> Iterator[Outcome]:
        self.asked += sorted(reviews)
        return (each for review in reviews for each in self.chains[review].outcomes)

    def lines(self, key: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in gzip.decompress(self[key]).splitlines()]
