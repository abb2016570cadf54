"""`heard policy explain`: why a review got its route.

The decision is recomputed from the stored data, and compared with the log and with today's policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final

import typer

from heard.assessment import Assessment, History, Severity
from heard.clock import format_time, parse_time
from heard.commitments import CommitmentKind
from heard.errors import BadRequest, NotFound
from heard.outcomes import Kind, Outcome, verify_chain
from heard.policy import (
    Context,
    Decision,
    Policy,
    Route,
    default_policy,
    hand_over,
    load_policy,
    policy_facts,
)
from heard.policy.decisions import HAND_OVER
from heard.policy.simulation import PastReview, replay_decision
from heard.reviews import ReviewEvent
from heard.steps.deciding import inputs_content
from heard.storage.policies import PolicyVersion
from heard.storage.vault import Erased
from heard_cli import options, show
from heard_cli.policy import history as past_reviews
from heard_cli.policy.versions import policy_store
from heard_cli.ranges import whole_number
from heard_cli.stack import CommandError, Stack, on_stack

_DECISION_KINDS: Final = frozenset({Kind.ACCEPTED, Kind.REVISED})


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """One decision: the outcome that logged it, and its stored inputs."""

    outcome: Outcome
    event: ReviewEvent
    assessment: Assessment
    context: Context
    last_severity: Severity | None
    inputs_match: bool | None
    """Whether text, assessment and context match the log's commitments; None if it has none."""
    chain_problem: str | None = None
    """What is wrong with the log itself; None if its whole chain verifies."""

    def as_past_review(self) -> PastReview:
        """This decision's review as a past review, whose route can be decided again."""
        # An edit is acknowledged only if its review was not acknowledged before. The logged route
        # shows whether it was.
        edit = (
            self.outcome.kind is Kind.REVISED
            and not Route(self.outcome.detail["route"]).acknowledges
        )
        return PastReview(
            self.outcome.review,
            self.assessment,
            self.context,
            self.at,
            past_reviews.can_reply(self.outcome.platform),
            edit,
        )

    @property
    def at(self) -> datetime:
        """When it was decided."""
        return parse_time(self.outcome.at)


@dataclass(frozen=True, slots=True)
class Recomputation:
    """The decision, recomputed. `differences` names what differs from the log."""

    version: PolicyVersion | None
    policy: Policy
    decision: Decision
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CurrentDecision:
    """Today's decision, and why it differs: one sentence for each cause."""

    policy: Policy
    assessment: Assessment
    decision: Decision
    causes: tuple[str, ...]


@on_stack
def explain(
    stack: Stack,
    review: Annotated[str, typer.Argument(help="The review's id (rev_…).")],
    business: Annotated[str, options.BUSINESS],
    sequence: Annotated[
        int | None,
        typer.Option(
            "--outcome",
            metavar="NUMBER",
            parser=whole_number(1),
            help=(
                "Explain the decision in the outcome with this number, instead of the last "
                "decision."
            ),
        ),
    ] = None,
    with_text: Annotated[
        bool,
        typer.Option(
            "--with-text",
            help="Also show the customer's words used as evidence (personal data).",
        ),
    ] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Explain why a review got its route.

    It recomputes the decision from the stored data, compares it with the log, and shows what
    today's policy would decide.

    Exit code 1 if the recomputed decision or its inputs do not match the log, or if the log itself
    was changed.
    """
    owner = stack.business(business)
    chain = [outcome for outcome in stack.log.of_review(review) if outcome.business == business]
    outcome = _find_decision_outcome(chain, review, business, sequence)
    record = _load_record(stack, chain, outcome)
    recomputation = _recompute(stack, business, record)
    today = _decide_today(record, recomputation, load_policy(owner.policy))
    if as_json:
        show.data(_json(record, recomputation, today, with_text=with_text))
    else:
        _print_explanation(record, recomputation, today, with_text=with_text)
    if (
        record.chain_problem
        or record.inputs_match is False
        or (recomputation and recomputation.differences)
    ):
        check = stack.options.command_line(f"audit verify {review}")
        show.error(
            "The stored data does not reproduce the logged decision.", f"Check the chain: {check}"
        )
        raise typer.Exit(1)


def _find_decision_outcome(
    chain: Sequence[Outcome], review: str, business: str, sequence: int | None
) -> Outcome:
    if not chain:
        raise CommandError(
            f"{business} has no outcomes of a review {review}.",
            "Review ids begin with rev_. List them:",
            f"reviews list --business {business}",
        )
    decisions = [
        outcome
        for outcome in chain
        if outcome.kind in _DECISION_KINDS and "rules" in outcome.detail
    ]
    if sequence is None and decisions:
        return decisions[-1]
    for outcome in decisions:
        if outcome.sequence == sequence:
            return outcome
    sequences = ", ".join(str(outcome.sequence) for outcome in decisions)
    if sequence is None:
        raise CommandError(
            "There is no decision about this review.",
            "It was unverified, already withdrawn, or our own reply.",
        )
    raise CommandError(
        f"Outcome {sequence} contains no decision.",
        f"Outcomes with a decision: {sequences}."
        if sequences
        else "No outcome of this review contains one.",
    )


def _load_record(stack: Stack, chain: Sequence[Outcome], outcome: Outcome) -> DecisionRecord:
    """The stored inputs of a decision. Raises CommandError."""
    state = stack.cases.find_review(outcome.review)
    if state is None:
        raise CommandError(
            "The state of this review is not stored.",
            "Restore the cases table (point-in-time recovery), or explain another review.",
        )
    try:
        event, assessment, context = stack.cases.revision(
            replace(state, revision=outcome.detail["revision"], commitment=outcome.commitment)
        )
    except Erased as error:
        raise CommandError(
            "The author's data was erased, including the assessment.",
            "See the log:",
            f"audit list --review {outcome.review}",
        ) from error
    except NotFound as not_found:
        raise CommandError(
            not_found.detail, "See the log:", f"audit list --review {outcome.review}"
        ) from not_found
    if assessment is None:
        raise CommandError(
            "The assessment of this revision is not stored.",
            "See the log:",
            f"audit list --review {outcome.review}",
        )
    vault = stack.cases.vault
    logged_inputs = outcome.detail.get("inputs")
    inputs_match = (
        None
        if logged_inputs is None
        else context is not None
        and vault.is_committed(
            state.author, CommitmentKind.INPUTS, inputs_content(assessment, context), logged_inputs
        )
    )
    if not vault.is_committed(
        state.author, CommitmentKind.WORDS, event.content, outcome.commitment
    ):
        inputs_match = False
    # Read after the head, so that an outcome that is appended meanwhile is not missed.
    log = stack.log.of_review(outcome.review)[: state.sequence]
    report = verify_chain(
        outcome.review, log, expected_sequence=state.sequence, expected_head=state.head
    )
    earlier_severities = [
        Severity(earlier.detail["severity"])
        for earlier in chain
        if earlier.sequence < outcome.sequence and "severity" in earlier.detail
    ]
    return DecisionRecord(
        outcome,
        event,
        past_reviews.stored_assessment(assessment),
        past_reviews.stored_context(context, outcome, event),
        earlier_severities[-1] if earlier_severities else None,
        inputs_match,
        report.why,
    )


def _recompute(stack: Stack, business: str, record: DecisionRecord) -> Recomputation | None:
    """The decision, recomputed with the policy that made it; None if that policy is not stored."""
    logged = record.outcome.detail
    policy = default_policy()
    version = _version_then(
        policy_store(stack).versions(business),
        logged["policy"],
        record.at,
        is_default=policy.hash == logged["policy"],
    )
    if version:
        try:
            policy = load_policy(version.document)
        except BadRequest:
            return None
    if policy.hash != logged["policy"]:
        return None
    decision = _decide(record, policy, handed_over=logged["rules"][:1] == [HAND_OVER])
    facts = {
        "rules": (list(decision.fired), logged["rules"]),
        "route": (decision.route.value, logged["route"]),
    }
    facts["severity"] = (record.assessment.severity.value, logged["severity"])
    facts["model"] = (record.assessment.model, logged["model"])
    differences = [
        f"{name}: logged {_format_value(was)}, recomputed {_format_value(now)}"
        for name, (now, was) in facts.items()
        if now != was
    ]
    return Recomputation(version, policy, decision, tuple(differences))


def _version_then(
    versions: Sequence[PolicyVersion], hash: str, at: datetime, *, is_default: bool
) -> PolicyVersion | None:
    """The version with this hash that a decision at this time followed; None for the default.

    Several versions may have one hash, for example after a rollback. The policy that a business
    followed before it first published one gets its version later than the decision.
    """
    matches = sorted(
        (version for version in versions if version.hash == hash),
        key=lambda version: version.number,
    )
    earlier = [version for version in matches if version.at <= at]
    if earlier:
        return earlier[-1]
    return None if is_default or not matches else matches[0]


def _decide(record: DecisionRecord, policy: Policy, *, handed_over: bool) -> Decision:
    """The decision of a policy about a recorded review.

    With `handed_over` a person gets the review instead of an acknowledgement. That happens when no
    wording fits, or when no reply is left.
    """
    decision = replay_decision(record.as_past_review(), policy, record.at)
    if handed_over and decision.route.acknowledges:
        return hand_over(record.assessment, record.context, policy, record.at)
    return decision


def _decide_today(
    record: DecisionRecord, recomputation: Recomputation | None, policy: Policy
) -> CurrentDecision:
    """The decision of today's policy and engine for the same review at the same time."""
    logged = record.outcome.detail
    history = History(record.context.earlier_complaints, record.last_severity)
    assessment = past_reviews.assess_event(
        record.event, record.context.channel, history, model=record.assessment.model
    )
    causes: list[str] = []
    handed_over = bool(recomputation and recomputation.decision.fired[0] == HAND_OVER)
    same_assessment_decision = _decide(record, policy, handed_over=handed_over)
    if policy.hash != logged["policy"] and same_assessment_decision.fired != tuple(logged["rules"]):
        causes += _rule_causes(record, recomputation, policy, same_assessment_decision)
    reassessed_record = replace(record, assessment=assessment)
    decision = _decide(reassessed_record, policy, handed_over=handed_over)
    if (
        decision.fired != same_assessment_decision.fired
        or assessment.severity is not record.assessment.severity
    ):
        causes += _assessment_causes(record.assessment, assessment)
    return CurrentDecision(policy, assessment, decision, tuple(causes))


def _rule_causes(
    record: DecisionRecord, recomputation: Recomputation | None, policy: Policy, decision: Decision
) -> list[str]:
    """Why two policies decide one review differently: which rule, and which of its conditions."""
    old_rule, new_rule = record.outcome.detail["rules"][0], decision.fired[0]
    facts = policy_facts(record.assessment, record.context, policy, record.at)
    rules = {rule.id: rule for rule in policy.rules}
    causes: list[str] = []
    if old_rule == new_rule:
        causes.append(
            f"{new_rule} still decides, but with another result: {', '.join(decision.fired)}."
        )
    elif old_rule not in rules:
        causes.append(f"The deciding rule {old_rule} is not in today's policy.")
    elif failed := rules[old_rule].when.failed_names(facts):
        causes.append(
            f"{old_rule} decided. Today the review fails its conditions: {', '.join(failed)}."
        )
    else:
        causes.append(f"{old_rule} decided and would still match, but {new_rule} now comes first.")
    if recomputation and old_rule != new_rule:
        old_rules = {rule.id: rule for rule in recomputation.policy.rules}
        if new_rule not in old_rules:
            causes.append(f"{new_rule}, which decides today, is new.")
        elif failed := old_rules[new_rule].when.failed_names(
            policy_facts(record.assessment, record.context, recomputation.policy, record.at)
        ):
            causes.append(
                f"{new_rule} decides today. Then the review failed its conditions: "
                f"{', '.join(failed)}."
            )
    return causes


def _assessment_causes(old: Assessment, new: Assessment) -> list[str]:
    names = ("severity", "agenda", "flags", "topics", "language", "needs_person")
    changes = [
        f"{name} {_format_value(getattr(old, name))} → {_format_value(getattr(new, name))}"
        for name in names
        if getattr(old, name) != getattr(new, name)
    ]
    if abs(old.confidence - new.confidence) >= 0.01:
        changes.append(f"confidence {old.confidence:.2f} → {new.confidence:.2f}")
    return (
        [
            (
                f"Today's engine ({new.model}; then {old.model}) gives another assessment: "
                f"{'; '.join(changes)}."
            )
        ]
        if changes
        else []
    )


# Printing


def _print_explanation(
    record: DecisionRecord,
    recomputation: Recomputation | None,
    today: CurrentDecision,
    *,
    with_text: bool,
) -> None:
    outcome, detail, assessment, context = (
        record.outcome,
        record.outcome.detail,
        record.assessment,
        record.context,
    )
    show.fields(
        {
            "review": f"{outcome.review}, {outcome.platform} ({context.channel.value})",
            "decided": (
                f"{show.timestamp(outcome.at)}, outcome {outcome.sequence} ({outcome.kind.value})"
            ),
            "route": detail["route"]
            + (
                f" ({recomputation.decision.reason})"
                if recomputation and recomputation.decision.reason
                else ""
            ),
            "rules": " → ".join(detail["rules"]),
            "policy": _describe_policy(detail["policy"], recomputation),
            "assessment": _describe_assessment(assessment),
            "model": assessment.model,
            "context": _describe_context(context),
        }
    )
    show.line()
    rows: list[tuple[show.Cell, ...]] = []
    if recomputation:
        reasons = {rule.id: rule.why for rule in recomputation.policy.rules}
        rows += [(id, "fired", "", reasons.get(id, "")) for id in recomputation.decision.fired]
        rows += [
            (near.id, "nearly", f"not {near.condition}", reasons.get(near.id, ""))
            for near in recomputation.decision.near_misses
        ]
    show.table(("rule", "", "failed", "purpose"), rows, empty="")
    evidence = [
        (reason.code, *((reason.evidence,) if with_text else ())) for reason in assessment.reasons
    ]
    show.table(
        ("evidence", *(("words",) if with_text else ())), evidence, empty="There is no evidence."
    )
    if not with_text and any(reason.evidence for reason in assessment.reasons):
        show.note("The words of the evidence are shown with --with-text.")
    show.line(*_proof_line(record, recomputation))
    if today.causes:
        route_text = today.decision.route.value + (
            f", queue {today.decision.queue}" if today.decision.route.follows_up else ""
        )
        differs = today.decision.route.value != detail["route"]
        show.line(
            (
                f"Today the route would be {'different' if differs else 'the same'}: {route_text} "
                f"({' → '.join(today.decision.fired)})."
            ),
            "bold" if differs else "",
        )
        for cause in today.causes:
            show.line(f"  {cause}")
    else:
        show.line("Today's policy and engine would decide the same.", "green")


def _proof_line(record: DecisionRecord, recomputation: Recomputation | None) -> tuple[str, str]:
    if record.chain_problem:
        return (
            f"No proof is possible: the log itself was changed ({record.chain_problem}).",
            "bold red",
        )
    if recomputation is None:
        return (
            (
                "It cannot be recomputed: the policy that decided is not stored. It is not a "
                "published version, and not today's default policy."
            ),
            "yellow",
        )
    if recomputation.differences:
        return (
            (
                "The recomputed decision is NOT the logged one. "
                f"{'; '.join(recomputation.differences)}."
            ),
            "bold red",
        )
    match record.inputs_match:
        case True:
            return (
                (
                    "Proven: the recomputed decision equals the logged one, and the log confirms "
                    "the inputs (by their commitment)."
                ),
                "green",
            )
        case False:
            return (
                (
                    "The inputs do NOT match the commitments in the log: the text, the assessment "
                    "or the context was changed."
                ),
                "bold red",
            )
        case None:
            return (
                (
                    "The recomputed decision equals the logged one. The outcome is older than "
                    "commitments to inputs, so the inputs are not proven."
                ),
                "green",
            )


def _describe_policy(hash: str, recomputation: Recomputation | None) -> str:
    if recomputation is None:
        return f"{hash[:12]}, which is not stored"
    if recomputation.version:
        return (
            f"version {recomputation.version.number} by {recomputation.version.published_by}, "
            f"{show.timestamp(format_time(recomputation.version.at))} ({hash[:12]})"
        )
    return f"the default, the playbook's ({hash[:12]})"


def _describe_assessment(assessment: Assessment) -> str:
    person = "needs a person" if assessment.needs_person else "needs no person"
    flags = f", {', '.join(flag.value for flag in assessment.flags)}" if assessment.flags else ""
    return (
        f"{assessment.severity.value}, {assessment.agenda.value}{flags}; {person} (confidence "
        f"{assessment.confidence:.2f})"
    )


def _describe_context(context: Context) -> str:
    """The facts of the thread and the author that the policy used."""
    rating = _format_count(context.rating, "star") if context.rating else "no rating"
    parts = [
        rating,
        f"thread {context.thread.value}",
        f"{_format_count(context.public_replies_left, 'public reply')} left",
    ]
    parts += ["no words"] if not context.has_text else []
    parts += ["a follow-up open"] if context.follow_up_open else []
    parts += ["no reply can be sent"] if not context.can_reply else []
    parts += ["not verified"] if not context.verified else []
    parts += (
        [_format_count(context.earlier_complaints, "earlier complaint")]
        if context.earlier_complaints
        else []
    )
    parts += [f"author's value {context.author_value}"] if context.author_value is not None else []
    if context.automatic_replies:
        count = _format_count(context.automatic_replies, "automatic reply")
        parts.append(
            f"{count} to the author in 24 hours ({context.thread_automatic_replies} in this thread)"
        )
    parts += [f"a machine's ({context.machine.value})"] if context.machine else []
    return ", ".join(parts)


def _format_count(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def _json(
    record: DecisionRecord,
    recomputation: Recomputation | None,
    today: CurrentDecision,
    *,
    with_text: bool,
) -> dict[str, Any]:
    outcome = record.outcome
    logged_fields = ("severity", "route", "rules", "policy", "model", "inputs", "revision")
    version = recomputation.version if recomputation else None
    return {
        "review": outcome.review,
        "outcome": outcome.sequence,
        "at": outcome.at,
        "logged": {name: outcome.detail.get(name) for name in logged_fields},
        "policy": {
            "hash": outcome.detail["policy"],
            "version": version.number if version else None,
            "stored": recomputation is not None,
        },
        "assessment": _assessment_json(record.assessment, with_text=with_text),
        "context": record.context.to_json(),
        "inputs_match": record.inputs_match,
        "chain_verified": record.chain_problem is None,
        "recomputed": recomputation and recomputation.decision.to_json(),
        "equal": recomputation and not recomputation.differences,
        "differences": list(recomputation.differences) if recomputation else [],
        "today": {
            "policy": today.policy.hash,
            "model": today.assessment.model,
            "decision": today.decision.to_json(),
            "differs": bool(today.causes),
            "causes": list(today.causes),
        },
    }


def _assessment_json(assessment: Assessment, *, with_text: bool) -> dict[str, Any]:
    fields = assessment.to_json()
    return (
        fields
        if with_text
        else {**fields, "reasons": [{"code": reason.code} for reason in assessment.reasons]}
    )


def _format_value(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_format_value(item) for item in value) or "none"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return str(value)
