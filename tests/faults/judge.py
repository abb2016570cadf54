"""Compares what was put in with what became of it: the sixteen rows of a round.

It reads the outcome log, the cases, the queues, the workflows, the bus and the simulated platforms.
It knows nothing of how the functions work.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from heard import clock
from heard.cases import Review
from heard.errors import NotFound
from heard.follow_ups import FollowUp, Status
from heard.notices import makes_notice
from heard.outcomes import CLOSING_KINDS, Kind, Outcome
from heard.steps.audit import verify_review
from heard.storage.outcome_log import OutcomeCriteria
from heard_cli.outcome_pages import read_outcomes
from tests.faults.promises import PROMISES, Row
from tests.faults.proxy import FaultProxy
from tests.faults.round_record import DeliveredReview, RoundRecord
from tests.faults.round_setup import RoundSetup

_HIDDEN: Final = frozenset({403, 404})
_WITH_PERSON: Final = frozenset(
    {Status.OPEN, Status.INVITED, Status.PROMISED, Status.AWAITING_APPROVAL}
)


@dataclass(frozen=True)
class ReviewResult:
    """What became of one review."""

    delivered: DeliveredReview
    outcomes: tuple[Outcome, ...]
    review: Review | None
    follow_up: FollowUp | None

    @property
    def kinds(self) -> Counter[Kind]:
        return Counter(outcome.kind for outcome in self.outcomes)

    @property
    def has_owner(self) -> bool:
        """Whether it is closed, or a person has it."""
        if self.review is not None and self.review.closing_kind:
            return True
        return (
            self.follow_up is not None
            and self.follow_up.status in _WITH_PERSON
            and self.delivered.review in self.follow_up.reviews
        )

    @property
    def posted(self) -> list[str]:
        """The platform's ids of our replies, as the outcomes name them."""
        return [
            str(outcome.detail["native_id"])
            for outcome in self.outcomes
            if "native_id" in outcome.detail and outcome.kind is not Kind.REPLY_PUBLISHED
        ]

    @property
    def may_be_posted(self) -> bool:
        """Whether the log says that a platform could not tell whether it has a reply."""
        return Kind.REPLY_UNKNOWN in self.kinds

    def open_follow_ups(self) -> int:
        """The most follow-ups that were open at once for this review."""
        now_open: set[str] = set()
        most = 0
        for outcome in self.outcomes:
            if outcome.kind in {Kind.FOLLOW_UP_OPENED, Kind.FOLLOW_UP_JOINED}:
                now_open.add(str(outcome.detail["follow_up"]))
                most = max(most, len(now_open))
            elif outcome.kind in CLOSING_KINDS:
                now_open.clear()
        return most


class Judge:
    """Judges one round of businesses."""

    def __init__(self, setup: RoundSetup, record: RoundRecord, proxy: FaultProxy) -> None:
        self.setup = setup
        self.record = record
        self.proxy = proxy
        self.operator = setup.shops[0].environment.operator
        self.results = [
            self._result(delivered) for delivered in (*record.reviews.values(), *self._others())
        ]

    def _others(self) -> list[DeliveredReview]:
        """Reviews of these businesses that a poll found, and that an earlier round wrote."""
        now = clock.now()
        found: dict[str, DeliveredReview] = {}
        for shop in self.setup.shops:
            criteria = OutcomeCriteria(
                shop.business, now - timedelta(hours=6), now + timedelta(hours=1)
            )
            for outcome in read_outcomes(self.operator.log, criteria):
                if outcome.review not in self.record.reviews:
                    review = self.operator.cases.find_review(outcome.review)
                    native_ids = frozenset({review.native_id} if review else ())
                    found[outcome.review] = DeliveredReview(
                        outcome.review, shop.business, outcome.platform, native_ids, "", copies=0
                    )
        return list(found.values())

    def _result(self, delivered: DeliveredReview) -> ReviewResult:
        outcomes = tuple(self.operator.log.of_review(delivered.review))
        try:
            case = self.operator.cases.case(delivered.review).case
        except NotFound:
            return ReviewResult(delivered, outcomes, None, None)
        return ReviewResult(delivered, outcomes, case.review, case.follow_up)

    def rows(self) -> list[Row]:
        """The sixteen rows."""
        rows = [
            self._never_lost(),
            self._one_review(),
            self._any_order(),
            self._forged(),
            self._door(),
            self._never_stuck(),
            self._answers(),
            self._poison(),
            self._tenants(),
            self._roles(),
            self._chains(),
            self._throttling(),
        ]
        found = {row.number: row for row in rows}
        elsewhere = {
            12: "tests/faults/test_restore_drill.py",
            13: "tests/benchmarks/test_cost.py",
            15: "tests/faults/test_release.py",
            16: "tests/static/test_linters.py, and this round's stack",
        }
        return [
            found.get(number) or Row(number, elsewhere=elsewhere[number]) for number in PROMISES
        ]

    def _never_lost(self) -> Row:
        row = Row(
            1, sum(result.delivered.copies for result in self.results), "deliveries that got 2xx"
        )
        for result in self.results:
            if result.review is None or not result.outcomes:
                row.lost.append(result.delivered.review)
            elif not result.has_owner:
                row.stuck.append(result.delivered.review)
        row.lost += self._dead_letters()
        missing = self.missing_notices()
        row.lost += missing
        row.figure = f"{len(self.record.lost_at_the_door)} refused, which the sender knows"
        return row

    def _dead_letters(self) -> list[str]:
        """Messages of this round that no function handled."""
        sqs, outputs = self.setup.stack.client("sqs"), self.setup.stack.outputs
        found: dict[str, str] = {}
        for name in ("DeadLettersUrl", "PollDeadLettersUrl"):
            if name not in outputs:
                continue
            for _ in range(20):
                messages = sqs.receive_message(
                    QueueUrl=outputs[name], MaxNumberOfMessages=10, VisibilityTimeout=60
                ).get("Messages", [])
                if not messages:
                    break
                for message in messages:
                    if self.setup.tag in message["Body"]:
                        found[message["MessageId"]] = message["Body"]
        return [
            f"dead letter {body[:160]}" for body in found.values() if body not in self.record.poison
        ]

    def missing_notices(self) -> list[str]:
        """The outcomes of which nobody was told although somebody may be."""
        expected = {
            outcome.id
            for result in self.results
            for outcome in result.outcomes
            if makes_notice(outcome)
        }
        received: set[str] = set()
        for shop in self.setup.shops:
            shop.subscriber.receive()
            received |= shop.subscriber.outcome_ids
        return [f"notice of {outcome}" for outcome in sorted(expected - received)]

    def _one_review(self) -> Row:
        row = Row(2, len(self.results), "reviews")
        row.figure = f"{sum(result.delivered.copies - 1 for result in self.results)} copies"
        for result in self.results:
            if result.kinds[Kind.ACCEPTED] > 1 or result.open_follow_ups() > 1:
                row.doubled.append(result.delivered.review)
        row.doubled += self._doubled_replies()
        return row

    def _doubled_replies(self) -> list[str]:
        """Replies at the platforms that the log does not know, and third public replies."""
        doubled: list[str] = []
        posted = {
            (result.delivered.platform, native_id)
            for result in self.results
            for native_id in result.posted
        }
        uncertain = {
            (result.delivered.platform, native_id)
            for result in self.results
            if result.may_be_posted or result.delivered.review in self.record.erased.values()
            for native_id in result.delivered.native_ids
        }
        ours = {
            (result.delivered.platform, native_id)
            for result in self.results
            if result.delivered.copies
            for native_id in result.delivered.native_ids
        }
        for reply in self.setup.platforms.replies():
            places = {(reply.platform, reply.review), (reply.platform, reply.thread)}
            if not places & ours or places & uncertain:
                continue
            if (reply.platform, reply.native_id) not in posted:
                doubled.append(f"reply {reply.platform} {reply.native_id} to {reply.review}")
        for (platform, thread), replies in self.setup.platforms.public_replies_by_thread().items():
            if (platform, thread) in ours and len(replies) > 2:
                doubled.append(f"thread {platform} {thread} has {len(replies)} public replies")
        return doubled

    def _any_order(self) -> Row:
        results = [result for result in self.results if result.delivered.revision is not None]
        row = Row(3, len(results), "histories of a review, shuffled")
        for result in results:
            if result.review is None:
                continue  # promise 1 counts it
            if result.delivered.withdrawn:
                if not result.review.withdrawn:
                    row.lost.append(f"{result.delivered.review} is not withdrawn")
            elif int(result.review.revision or 0) != int(result.delivered.revision or 0):
                row.lost.append(f"{result.delivered.review} is at {result.review.revision}")
        return row

    def _forged(self) -> Row:
        row = Row(4, len(self.record.forged), "forged, stale and altered requests")
        row.lost += [
            f"{name}: {status}"
            for name, status in self.record.forged.items()
            if 200 <= status < 300
        ]
        row.lost += [
            review
            for review in self.record.forged_reviews
            if self.operator.cases.find_review(review) is not None
        ]
        statuses = Counter(self.record.forged.values())
        row.figure = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
        return row

    def _door(self) -> Row:
        seconds = sorted(self.record.door_seconds)
        row = Row(5, len(seconds), "requests; a time is measured, not judged")
        if seconds:
            row.figure = (
                f"half within {statistics.median(seconds):.2f} s, "
                f"all within {seconds[-1]:.1f} s, with the faults"
            )
        return row

    def follow_ups(self) -> dict[str, FollowUp]:
        """Every follow-up of the round, as stored."""
        ids = {
            str(outcome.detail["follow_up"])
            for result in self.results
            for outcome in result.outcomes
            if outcome.kind in {Kind.FOLLOW_UP_OPENED, Kind.FOLLOW_UP_JOINED}
        }
        return {id: self.operator.cases.follow_up(id) for id in sorted(ids)}

    def _never_stuck(self) -> Row:
        follow_ups = self.follow_ups()
        row = Row(6, len(follow_ups), "follow-ups")
        running = self.running_executions()
        for id, follow_up in follow_ups.items():
            if follow_up.status is Status.RESOLVING:
                row.stuck.append(f"{id} is accepted and not carried out")
            elif follow_up.status in _WITH_PERSON and follow_up.execution_name not in running:
                row.stuck.append(f"{id} has no workflow")
        levels = Counter(follow_up.level for follow_up in follow_ups.values())
        row.figure = f"{sum(count for level, count in levels.items() if level)} escalated"
        return row

    def running_executions(self) -> frozenset[str]:
        """The names of the follow-ups' workflows that run."""
        client = self.setup.stack.client("stepfunctions")
        machine = next(
            machine["stateMachineArn"]
            for machine in client.list_state_machines()["stateMachines"]
            if machine["name"].endswith("follow-up")
        )
        pages = client.get_paginator("list_executions").paginate(
            stateMachineArn=machine, statusFilter="RUNNING"
        )
        return frozenset(execution["name"] for page in pages for execution in page["executions"])

    def _answers(self) -> Row:
        row = Row(7, len(self.record.answers), "answers that the desk accepted")
        replies: Counter[str] = Counter()
        for result in self.results:
            given = Counter(
                str(outcome.detail.get("reply"))
                for outcome in result.outcomes
                if outcome.kind is Kind.RESOLUTION_GIVEN and outcome.detail.get("reply")
            )
            row.doubled += [
                f"{result.delivered.review}: {reply}" for reply, count in given.items() if count > 1
            ]
            replies.update(
                str(outcome.detail["reply"])
                for outcome in result.outcomes
                if "native_id" in outcome.detail and outcome.kind is not Kind.REPLY_PUBLISHED
            )
        row.doubled += [f"reply {reply}" for reply, count in replies.items() if count > 1]
        accepted = self._accepted_answers()
        row.lost += [
            f"{answer.follow_up} {answer.id}"
            for answer in self.record.answers
            if answer.follow_up not in accepted
        ]
        actions = Counter(answer.action for answer in self.record.answers)
        row.figure = ", ".join(f"{count} {action}" for action, count in sorted(actions.items()))
        return row

    def _accepted_answers(self) -> frozenset[str]:
        """The follow-ups of which the log says that a person resolved them."""
        said = {Kind.RESOLUTION_GIVEN, Kind.APPROVAL_REQUESTED, Kind.PROMISED, Kind.INVITED_PRIVATE}
        said |= CLOSING_KINDS
        found: set[str] = set()
        for result in self.results:
            own = {
                str(outcome.detail["follow_up"])
                for outcome in result.outcomes
                if "follow_up" in outcome.detail
            }
            if any(outcome.kind in said for outcome in result.outcomes):
                found |= own
        return frozenset(found)

    def _poison(self) -> Row:
        row = Row(8, len(self.record.poison), "poisonous messages")
        neighbours = [result for result in self.results if result.delivered.is_hot]
        row.stuck += [result.delivered.review for result in neighbours if not result.has_owner]
        row.what += f", {len(neighbours)} reviews on hot items"
        if figures := self.record.neighbour:
            row.figure = f"a slow neighbour's delay: {figures['delay']} s"
            if figures["stuck"]:
                row.stuck.append(f"{figures['stuck']} reviews beside a slow neighbour")
        return row

    def _tenants(self) -> Row:
        row = Row(
            9, len(self.record.foreign_calls) + len(self.results), "foreign calls, and reviews"
        )
        row.lost += [
            f"{call}: {status}"
            for call, status in self.record.foreign_calls.items()
            if status not in _HIDDEN
        ]
        for result in self.results:
            names = {outcome.business for outcome in result.outcomes}
            if result.review is not None:
                names.add(result.review.business)
            if result.follow_up is not None:
                names.add(result.follow_up.business)
            row.lost += [
                f"{result.delivered.review} of {name}"
                for name in names - {result.delivered.business}
            ]
        for shop in self.setup.shops:
            row.lost += [
                f"notice {event.detail['outcome']} for {shop.business}"
                for event in shop.subscriber.events
                if event.detail["business"] != shop.business
            ]
        row.figure = f"{len(self.record.foreign_calls)} foreign calls"
        return row

    def _roles(self) -> Row:
        row = Row(10, sum(self.proxy.requests.values()), "calls of functions to AWS")
        row.lost += self.proxy.denials
        row.figure = "each with the role of its function"
        return row

    def _chains(self) -> Row:
        row = Row(11, sum(len(result.outcomes) for result in self.results), "outcomes")
        for result in self.results:
            if not result.outcomes:
                continue
            report = verify_review(
                result.delivered.review,
                result.delivered.business,
                self.operator.log,
                self.operator.cases,
            )
            if not report.verified:
                row.lost.append(f"{result.delivered.review}: {report}")
            early = self.record.early_outcomes.get(result.delivered.review, [])
            if [outcome.hash for outcome in result.outcomes][: len(early)] != early:
                row.lost.append(f"{result.delivered.review}: an outcome changed")
        row.figure = f"{len(self.results)} chains"
        return row

    def _throttling(self) -> Row:
        counts = self.proxy.counts
        row = Row(14, sum(counts.values()), "broken calls")
        row.figure = _list_counts(counts)
        if self.record.platform_faults:
            row.figure += f", {self.record.platform_faults} faults of platforms"
        if self.record.restarts:
            row.figure += f", {self.record.restarts} restarts of all functions"
        return row


def snapshot(setup: RoundSetup, reviews: Iterable[str]) -> dict[str, list[str]]:
    """The hashes of the outcomes of these reviews as they are now."""
    log = setup.shops[0].environment.operator.log
    return {review: [outcome.hash for outcome in log.of_review(review)] for review in reviews}


def _list_counts(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
