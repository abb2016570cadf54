"""`heard policy explain`.

Why a review went where it went, made again from what is stored, and what today's rules would do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final

import typer

from heard.assessment import Assessment, History, Severity
from heard.clock import moment, stamp
from heard.errors import BadRequest, NotFound
from heard.outcomes import Kind, Outcome, verify
from heard.policy import (
    Context,
    Decision,
    Policy,
    Route,
    default_policy,
    hand_over,
    load_policy,
    observe,
)
from heard.policy.decisions import HAND_OVER
from heard.policy.simulation import PastReview, decided
from heard.reviews import ReviewEvent
from heard.steps.triage import inputs_digest
from heard.storage.policies import Version
from heard.storage.vault import Erased
from heard_cli import show
from heard_cli.policy import history
from heard_cli.policy.versions import policies
from heard_cli.stack import Stack, Stop, on_stack

_DECIDING: Final = frozenset({Kind.ACCEPTED, Kind.REVISED})


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of one decision: the outcome that logged it, and what it was made from."""

    outcome: Outcome
    event: ReviewEvent
    assessment: Assessment
    context: Context
    last_severity: Severity | None
    inputs: bool | None
    """Whether words, assessment and context are those that the log vouches for.

    None where it does not say.
    """
    chain: str | None = None
    """What is wrong with the log itself.

    None where every outcome follows the one before it, up to the review's head.
    """

    def past(self) -> PastReview:
        """It as a past review, whose route can be decided again."""
        # An edit is acknowledged only where its review was not yet, which the log tells by the
        # route that was taken.
        edit = (
            self.outcome.kind is Kind.REVISED
            and not Route(self.outcome.detail["route"]).acknowledges
        )
        return PastReview(
            self.outcome.review,
            self.assessment,
            self.context,
            self.at,
            history.answerable(self.outcome.platform),
            edit,
        )

    @property
    def at(self) -> datetime:
        """When it was decided."""
        return moment(self.outcome.at)


@dataclass(frozen=True, slots=True)
class Again:
    """The decision made once more: `differences` names what is not as it was logged."""

    version: Version | None
    policy: Policy
    decision: Decision
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Today:
    """What would be decided today, and why it is not the same: one sentence a cause."""

    policy: Policy
    assessment: Assessment
    decision: Decision
    causes: tuple[str, ...]


@on_stack
def explain(
    stack: Stack,
    review: Annotated[str, typer.Argument(help="Its id (rev_…).")],
    business: Annotated[str, typer.Option(help="Whose.")],
    number: Annotated[
        int | None,
        typer.Option(
            "--outcome",
            min=1,
            help="Explain the decision that this outcome of its chain logged, instead of the last.",
        ),
    ] = None,
    with_text: Annotated[
        bool,
        typer.Option(
            "--with-text",
            help="Show the words that were taken as evidence: mind who will see them.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Explain a decision.

    Make it again from what is stored, compare it with the log, and say what today's policy would
    decide.

    Exit code 1 if what is stored does not lead to what was logged.
    """
    followed = stack.business(business)
    chain = [each for each in stack.log.of_review(review) if each.business == business]
    outcome = _deciding(chain, review, business, number)
    stored = _stored(stack, chain, outcome)
    again = _again(stack, business, stored)
    today = _today(stored, again, load_policy(followed.policy))
    if as_json:
        show.data(_json(stored, again, today, with_text=with_text))
    else:
        _tell(stored, again, today, with_text=with_text)
    if stored.chain or stored.inputs is False or (again and again.differences):
        show.failed(
            "What is stored does not lead to the decision that was logged.",
            f"Check the chain: heard audit verify {review} --business {business}",
        )
        raise typer.Exit(1)


def _deciding(chain: Sequence[Outcome], review: str, business: str, number: int | None) -> Outcome:
    if not chain:
        raise Stop(
            f"There are no outcomes of a review {review} of {business}.",
            "Ids of reviews begin with rev_: heard audit list shows them.",
        )
    made = [each for each in chain if each.kind in _DECIDING and "rules" in each.detail]
    if number is None and made:
        return made[-1]
    for outcome in made:
        if outcome.sequence == number:
            return outcome
    told = ", ".join(str(each.sequence) for each in made)
    if number is None:
        raise Stop(
            "Nothing was ever decided about this review.",
            "It was disbelieved, withdrawn or our own reply from the start.",
        )
    raise Stop(
        f"Outcome {number} logged no decision.",
        f"These did: {told}." if told else "No outcome of this review did.",
    )


def _stored(stack: Stack, chain: Sequence[Outcome], outcome: Outcome) -> Stored:
    """What the decision was made from. Raises Stop."""
    state = stack.work.head(outcome.review)
    if state is None:
        raise Stop(
            "The state of this review is not stored.",
            "Restore the Work table (point-in-time recovery), or explain another review.",
        )
    try:
        event, assessment, context = stack.work.revision(
            replace(state, revision=outcome.detail["revision"], digest=outcome.detail["digest"])
        )
    except Erased as erased:
        raise Stop(
            "The author's words were erased, and the assessment with them.",
            "What is logged: heard audit list --review …",
        ) from erased
    except NotFound as missing:
        raise Stop(missing.detail, "What is logged: heard audit list --review …") from missing
    if assessment is None:
        raise Stop(
            "How this revision was assessed is not stored.",
            "What is logged: heard audit list --review …",
        )
    logged = outcome.detail.get("inputs")
    inputs = (
        None
        if logged is None
        else context is not None and inputs_digest(assessment, context) == logged
    )
    if event.digest != outcome.detail["digest"]:
        inputs = False
    # Read after the head, so that what was appended meanwhile is not missed.
    log = stack.log.of_review(outcome.review)[: state.sequence]
    report = verify(outcome.review, log, expected_sequence=state.sequence, expected_head=state.head)
    before = [
        Severity(each.detail["severity"])
        for each in chain
        if each.sequence < outcome.sequence and "severity" in each.detail
    ]
    return Stored(
        outcome,
        event,
        history.stored_assessment(assessment),
        history.stored_context(context, outcome, event),
        before[-1] if before else None,
        inputs,
        report.why,
    )


def _again(stack: Stack, business: str, stored: Stored) -> Again | None:
    """The decision made once more by the policy that made it.

    None where that policy is not stored.
    """
    logged = stored.outcome.detail
    version = next(
        (each for each in policies(stack).versions(business) if each.hash == logged["policy"]), None
    )
    policy = default_policy()
    if version:
        try:
            policy = load_policy(version.document)
        except BadRequest:
            return None
    if policy.hash != logged["policy"]:
        return None
    decision = _decision(stored, policy, handed_over=logged["rules"][:1] == [HAND_OVER])
    facts = {
        "rules": (list(decision.fired), logged["rules"]),
        "route": (decision.route.value, logged["route"]),
    }
    facts["severity"] = (stored.assessment.severity.value, logged["severity"])
    facts["model"] = (stored.assessment.model, logged["model"])
    differences = [
        f"{name}: logged {_plain(was)}, made again {_plain(now)}"
        for name, (now, was) in facts.items()
        if now != was
    ]
    return Again(version, policy, decision, tuple(differences))


def _decision(stored: Stored, policy: Policy, *, handed_over: bool) -> Decision:
    """`handed_over` where an acknowledgement could not be written or had no place, so that a person
    got the review.
    """
    decision = decided(stored.past(), policy, stored.at)
    if handed_over and decision.route.acknowledges:
        return hand_over(stored.assessment, stored.context, policy, stored.at)
    return decision


def _today(stored: Stored, again: Again | None, policy: Policy) -> Today:
    """What the policy that is followed now, and this release's engine, would make of the same
    review at the same time.
    """
    logged = stored.outcome.detail
    history = History(stored.context.earlier_complaints, stored.last_severity)
    assessment = history.assessed(
        stored.event, stored.context.channel, history, model=stored.assessment.model
    )
    causes: list[str] = []
    handed_over = bool(again and again.decision.fired[0] == HAND_OVER)
    same_words = _decision(stored, policy, handed_over=handed_over)
    if policy.hash != logged["policy"] and same_words.fired != tuple(logged["rules"]):
        causes += _why(stored, again, policy, same_words)
    anew = replace(stored, assessment=assessment)
    decision = _decision(anew, policy, handed_over=handed_over)
    if decision.fired != same_words.fired or assessment.severity is not stored.assessment.severity:
        causes += _reassessed(stored.assessment, assessment)
    return Today(policy, assessment, decision, tuple(causes))


def _why(stored: Stored, again: Again | None, policy: Policy, decision: Decision) -> list[str]:
    """Why two policies decide one review differently: which rule, and which of its conditions."""
    then, now = stored.outcome.detail["rules"][0], decision.fired[0]
    seen = observe(stored.assessment, stored.context, policy, stored.at)
    known = {rule.id: rule for rule in policy.rules}
    causes: list[str] = []
    if then == now:
        causes.append(f"{now} still decides, and then says otherwise: {', '.join(decision.fired)}.")
    elif then not in known:
        causes.append(f"Today's policy has no rule {then}, which decided.")
    elif failed := known[then].when.failed(seen):
        causes.append(
            f"{then} decided, and today asks for what does not hold: {', '.join(failed)}."
        )
    else:
        causes.append(f"{then} decided and would still, but {now} now comes before it.")
    if again and then != now:
        before = {rule.id: rule for rule in again.policy.rules}
        if now not in before:
            causes.append(f"{now}, which decides today, is new.")
        elif failed := before[now].when.failed(
            observe(stored.assessment, stored.context, again.policy, stored.at)
        ):
            causes.append(
                f"{now}, which decides today, then asked for what did not hold: "
                f"{', '.join(failed)}."
            )
    return causes


def _reassessed(then: Assessment, now: Assessment) -> list[str]:
    names = ("severity", "agenda", "flags", "topics", "language", "needs_person")
    changed = [
        f"{name} {_plain(getattr(then, name))} → {_plain(getattr(now, name))}"
        for name in names
        if getattr(then, name) != getattr(now, name)
    ]
    if abs(then.confidence - now.confidence) >= 0.01:
        changed.append(f"confidence {then.confidence:.2f} → {now.confidence:.2f}")
    return (
        [
            f"Today's engine ({now.model}; then {then.model}) assesses it otherwise: "
            f"{'; '.join(changed)}."
        ]
        if changed
        else []
    )


# Telling


def _tell(stored: Stored, again: Again | None, today: Today, *, with_text: bool) -> None:
    outcome, detail, assessment, context = (
        stored.outcome,
        stored.outcome.detail,
        stored.assessment,
        stored.context,
    )
    show.facts(
        {
            "review": f"{outcome.review}, {outcome.platform} ({context.channel.value})",
            "decided": f"{show.at(outcome.at)}, outcome {outcome.sequence} ({outcome.kind.value})",
            "route": detail["route"]
            + (f" ({again.decision.reason})" if again and again.decision.reason else ""),
            "rules": " → ".join(detail["rules"]),
            "policy": _policy_words(detail["policy"], again),
            "assessment": _assessment_words(assessment),
            "model": assessment.model,
            "asked with": _context_words(context),
        }
    )
    show.line()
    rows: list[tuple[show.Cell, ...]] = []
    if again:
        reasons = {rule.id: rule.why for rule in again.policy.rules}
        rows += [(id, "fired", "", reasons.get(id, "")) for id in again.decision.fired]
        rows += [
            (near.id, "nearly", f"not {near.condition}", reasons.get(near.id, ""))
            for near in again.decision.near
        ]
    show.table(("rule", "", "failed", "why it is there"), rows, empty="")
    evidence = [
        (reason.code, *((reason.evidence,) if with_text else ())) for reason in assessment.reasons
    ]
    show.table(
        ("evidence", *(("words",) if with_text else ())), evidence, empty="There is no evidence."
    )
    if not with_text and any(reason.evidence for reason in assessment.reasons):
        show.say("The words of the evidence are shown with --with-text.")
    show.line(*_proof(stored, again))
    if today.causes:
        told = today.decision.route.value + (
            f", queue {today.decision.queue}" if today.decision.route.follows_up else ""
        )
        differs = today.decision.route.value != detail["route"]
        show.line(
            f"Today it would be {'another' if differs else 'the same'} route: {told} "
            f"({' → '.join(today.decision.fired)}).",
            "bold" if differs else "",
        )
        for cause in today.causes:
            show.line(f"  {cause}")
    else:
        show.line("Today's policy and engine would decide the same.", "green")


def _proof(stored: Stored, again: Again | None) -> tuple[str, str]:
    if stored.chain:
        return f"Nothing is proven: the log itself was changed ({stored.chain}).", "bold red"
    if again is None:
        return (
            "It cannot be made again: the policy that decided is no published version, nor "
            "today's playbook.",
            "yellow",
        )
    if again.differences:
        return (
            "Made again from what is stored, it is NOT what was logged. "
            f"{'; '.join(again.differences)}.",
            "bold red",
        )
    match stored.inputs:
        case True:
            return (
                "Proven: made again from what is stored it is the decision that was logged, and "
                "the log vouches for what it was made from.",
                "green",
            )
        case False:
            return (
                "What it was made from is NOT what the log vouches for: the words, the assessment "
                "or the context were changed.",
                "bold red",
            )
        case None:
            return (
                "Made again from what is stored it is the decision that was logged; the log did "
                "not yet vouch for what it was made from.",
                "green",
            )


def _policy_words(hash: str, again: Again | None) -> str:
    if again is None:
        return f"{hash[:12]}, which is not stored"
    if again.version:
        return f"version {again.version.number} by {again.version.by}, {show.at(stamp(again.version.at))} ({hash[:12]})"
    return f"the playbook's ({hash[:12]})"


def _assessment_words(assessment: Assessment) -> str:
    person = "needs a person" if assessment.needs_person else "needs no person"
    flags = f", {', '.join(flag.value for flag in assessment.flags)}" if assessment.flags else ""
    return f"{assessment.severity.value}, {assessment.agenda.value}{flags}; {person} (confidence {assessment.confidence:.2f})"


def _context_words(context: Context) -> str:
    """What was special about the thread and the author."""
    rating = _counted(context.rating, "star") if context.rating else "no rating"
    known = [
        rating,
        f"thread {context.thread.value}",
        f"{_counted(context.public_replies_left, 'public reply')} left",
    ]
    known += ["no words"] if not context.has_text else []
    known += ["a follow-up open"] if context.follow_up_open else []
    known += ["not proven"] if not context.confirmed else []
    known += (
        [_counted(context.earlier_complaints, "earlier complaint")]
        if context.earlier_complaints
        else []
    )
    known += [f"author's value {context.author_value}"] if context.author_value is not None else []
    return ", ".join(known)


def _counted(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def _json(stored: Stored, again: Again | None, today: Today, *, with_text: bool) -> dict[str, Any]:
    outcome = stored.outcome
    logged = ("severity", "route", "rules", "policy", "model", "inputs", "revision")
    version = again.version if again else None
    return {
        "review": outcome.review,
        "outcome": outcome.sequence,
        "at": outcome.at,
        "logged": {name: outcome.detail.get(name) for name in logged},
        "policy": {
            "hash": outcome.detail["policy"],
            "version": version.number if version else None,
            "stored": again is not None,
        },
        "assessment": _assessment_json(stored.assessment, with_text=with_text),
        "context": stored.context.to_json(),
        "inputs_match": stored.inputs,
        "chain_verified": stored.chain is None,
        "again": again and again.decision.to_json(),
        "equal": again and not again.differences,
        "differences": list(again.differences) if again else [],
        "today": {
            "policy": today.policy.hash,
            "model": today.assessment.model,
            "decision": today.decision.to_json(),
            "differs": bool(today.causes),
            "causes": list(today.causes),
        },
    }


def _assessment_json(assessment: Assessment, *, with_text: bool) -> dict[str, Any]:
    told = assessment.to_json()
    return (
        told
        if with_text
        else {**told, "reasons": [{"code": reason.code} for reason in assessment.reasons]}
    )


def _plain(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_plain(each) for each in value) or "none"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return str(value)
