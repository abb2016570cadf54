"""A follow-up's workflow: it waits with a task token, and checks when its timer ends.

The workflow is only the timer. The follow-up in the database decides, and the sweep looks at it as
well. So a token that comes late, twice or never delays what is owed by minutes at most. The
workflow ends with the answer, and a message of the review queue has the answer carried out. It
names the resolution by the fence of its claim: the failure of one is never taken for that of the
next.
"""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from heard import cases
from heard.follow_ups import MAX_REVIEWS, FollowUp
from heard.messaging import RESCHEDULED
from heard.steps.deciding import person_decision, policy_of

if TYPE_CHECKING:
    from heard.cases import Review
    from heard.messaging import Workflows
    from heard.steps.ports import StorePorts
    from heard.storage.case_store import CaseStore


def await_resolution(
    follow_up_id: str, token: str, ports: StorePorts, workflows: Workflows
) -> FollowUp:
    """Store the token with which the workflow waits. Returns the follow-up.

    If it is resolved already, the workflow ends at once.
    """
    ports.cases.put_token(follow_up_id, token)
    follow_up = ports.cases.follow_up(follow_up_id)
    if follow_up.settled:
        wake(follow_up, ports.cases, workflows)
    return follow_up


def check_follow_up(
    follow_up_id: str,
    ports: StorePorts,
    now: datetime,
    *,
    carry_out_failed: bool = False,
    fence: int | None = None,
) -> dict[str, Any]:
    """Do what is due: bring back a promise, escalate, expire.

    With `carry_out_failed`, the resolution of the claim `fence` goes back to a person, as its reply
    could not be delivered. A workflow that an older release started does not know the fence.
    Returns what the workflow does next: see `workflow_output`. Raises Busy while another run is
    sending that reply.
    """
    case_store = ports.cases
    follow_up = case_store.follow_up(follow_up_id)
    reviews = follow_up.reviews
    must_check, passes = carry_out_failed or not follow_up.settled, 0
    give_up_after = policy_of(follow_up.business, ports.setup).give_up_after if must_check else 0
    while must_check:
        follow_up_after = case_store.change(
            lambda: case_store.case_of_follow_up(follow_up_id),
            lambda loaded: _unless_unchanged(
                loaded.case,
                cases.check_follow_up(
                    loaded.case,
                    lambda: person_decision(loaded.case, ports, now),
                    now,
                    give_up_after=give_up_after,
                    carry_out_failed=carry_out_failed,
                    fence=fence,
                ),
            ),
            now=now,
        ).case.follow_up
        more_to_expire = (
            follow_up_after is not None
            and not follow_up_after.settled
            and len(follow_up_after.reviews) < len(follow_up.reviews)
        )
        passes += 1
        # What an older release put into one follow-up may be more than one run can close.
        follow_up, must_check = (
            follow_up_after or follow_up,
            more_to_expire and passes < MAX_REVIEWS,
        )
    return workflow_output(follow_up, reviews, now)


def hand_back(
    follow_up_id: str, ports: StorePorts, now: datetime, *, fence: int | None
) -> dict[str, Any]:
    """Give a resolution that could not be carried out back to a person.

    It is that of the claim `fence`: a later one is left alone, and so is a follow-up that settled
    meanwhile. A resolution without a reply stays: the sweep has it tried again. Returns and raises
    what `check_follow_up` does.
    """
    return check_follow_up(follow_up_id, ports, now, carry_out_failed=True, fence=fence)


def workflow_output(follow_up: FollowUp, reviews: tuple[str, ...], now: datetime) -> dict[str, Any]:
    """What a workflow does next with a follow-up.

    `follow_up`, its `reviews` before, and `wait_seconds`, the whole seconds until it is due. And
    `execution_name` while it waits for a person: the run that is to wait with it.
    """
    output: dict[str, Any] = {
        "follow_up": follow_up.id,
        "reviews": list(reviews[:MAX_REVIEWS]),
        "wait_seconds": follow_up.wait_seconds(now),
    }
    return output if follow_up.settled else output | {"execution_name": follow_up.execution_name}


def wake(follow_up: FollowUp, case_store: CaseStore, workflows: Workflows) -> bool:
    """Tell the waiting workflow what became of its follow-up: answered, or due at another time.

    False when no workflow waits with its token. If this message is lost, the workflow ends when its
    timer does, or the sweep sends the message again after some minutes.
    """
    token = case_store.token(follow_up.id)
    if token is None:
        return False
    if follow_up.settled:
        return workflows.succeed(token, follow_up.fence)
    return workflows.interrupt(token, RESCHEDULED, follow_up.fence)


def carry_out_message(follow_up: FollowUp, review: Review, since: str) -> dict[str, str]:
    """The message of the review queue that has a follow-up's resolution carried out.

    `review` is the one that is answered. `since` is when it was tried first, or could be.
    """
    return {
        "carry_out": follow_up.id,
        "fence": str(follow_up.fence),
        "since": since,
        "review": review.id,
        "business": follow_up.business,
        "connection": review.connection,
        "delivery": f"ans_{token_hex(8)}",
    }


def _unless_unchanged(case: cases.Case, change: cases.Change) -> cases.Change | None:
    return None if change.case == case and not change.facts else change
