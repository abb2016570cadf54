"""A follow-up's workflow: it waits with a task token, and checks when its timer ends.

The workflow is only the timer. The follow-up in the database decides, and the sweep looks at it as
well. So a token that comes late, twice or never delays what is owed by minutes at most. A workflow
names the resolution that it carries out by the fence of its claim: the failure of one is never
taken for that of the next.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from heard import cases
from heard.follow_ups import MAX_REVIEWS, FollowUp, Status
from heard.messaging import CARRY_OUT, RESCHEDULED
from heard.steps.deciding import person_decision, policy_of

if TYPE_CHECKING:
    from heard.messaging import Workflows
    from heard.steps.ports import StorePorts
    from heard.storage.case_store import CaseStore


def await_resolution(
    follow_up_id: str, token: str, ports: StorePorts, workflows: Workflows
) -> FollowUp:
    """Store the token with which the workflow waits. Returns the follow-up.

    If it is resolved already, wake the workflow at once.
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
    Returns `follow_up`, its `reviews` before, and `wait_seconds`, the whole seconds until the next
    check. Raises Busy while another run is sending that reply.
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
    return {
        "follow_up": follow_up.id,
        "reviews": list(reviews[:MAX_REVIEWS]),
        "wait_seconds": follow_up.wait_seconds(now),
    }


def wake(follow_up: FollowUp, case_store: CaseStore, workflows: Workflows) -> bool:
    """Tell the waiting workflow what became of its follow-up.

    False when no workflow waits with its token. If this message is lost, the sweep sends it again
    after some minutes.
    """
    token = case_store.token(follow_up.id)
    if token is None:
        return False
    if follow_up.status is Status.CLOSED or (
        follow_up.status is Status.RESOLVING
        and follow_up.resolution
        and cases.closing_kind(follow_up, follow_up.resolution)
    ):
        return workflows.succeed(token, follow_up.fence)
    return workflows.interrupt(
        token,
        CARRY_OUT if follow_up.status is Status.RESOLVING else RESCHEDULED,
        follow_up.fence,
    )


def _unless_unchanged(case: cases.Case, change: cases.Change) -> cases.Change | None:
    return None if change.case == case and not change.facts else change
