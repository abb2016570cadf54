"""Every platform once through the deployed stack.

A signed webhook or a poll brings a review in. The test expects the outcome, and the reply at the
simulated platform.
"""

from __future__ import annotations

import secrets

import pytest

from heard.connectors import Connection, load, platform_names
from heard.outcomes import CLOSING_KINDS, Kind, Outcome

from .conftest import ConnectedBusiness, wait_until

PLATFORMS = platform_names()
CODES = {"fix": "explained", "root_cause": "process"}


def wait_for_outcome(
    connected_business: ConnectedBusiness,
    platform: str,
    kinds: frozenset[Kind],
) -> tuple[Outcome, ...]:
    """The outcomes of the platform's review, once one of `kinds` is among them."""

    def outcomes() -> tuple[Outcome, ...]:
        return connected_business.outcomes(platform)

    wait_until(
        lambda: any(outcome.kind in kinds for outcome in outcomes()),
        lambda: f"{platform}: {[outcome.kind.value for outcome in outcomes()]}",
    )
    return outcomes()


def submit_resolution(
    connected_business: ConnectedBusiness, follow_up: str, fence: int, **fields: str
) -> tuple[int, dict[str, object]]:
    body = {"id": f"answer-{secrets.token_hex(6)}", "fence": fence, **CODES, **fields}
    return connected_business.agent.call(
        "POST", f"/api/desk/follow-ups/{follow_up}/resolution", body
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platforms_review_gets_an_outcome_and_every_reply_arrives(
    platform: str, connected_business: ConnectedBusiness
) -> None:
    capabilities = load(platform).capabilities
    outcomes = wait_for_outcome(
        connected_business, platform, CLOSING_KINDS | {Kind.FOLLOW_UP_OPENED}
    )
    opening = next((outcome for outcome in outcomes if outcome.kind is Kind.FOLLOW_UP_OPENED), None)
    if opening:
        follow_up = opening.detail["follow_up"]
        status, claim = connected_business.agent.call(
            "POST", f"/api/desk/follow-ups/{follow_up}/claim"
        )
        assert status == 200, claim
        # In letters alone: ten random digits may look like a telephone number, which lint holds.
        text = (
            f"I looked into what you wrote at {platform.replace('_', ' ')} myself: it was our "
            "mistake, and it is put right since this morning."
        )
        status, body = submit_resolution(
            connected_business, follow_up, claim["fence"], action="reply", text=text
        )
        if capabilities.replies == "none":
            assert (status, body["reason"]) == (409, "no_reply_here"), body
            status, body = submit_resolution(
                connected_business, follow_up, claim["fence"], action="resolve_without_reply"
            )
        assert status == 200, body
        outcomes = wait_for_outcome(connected_business, platform, CLOSING_KINDS)
    closing = next(outcome for outcome in outcomes if outcome.kind in CLOSING_KINDS)
    assert closing.kind in {Kind.ACKNOWLEDGED, Kind.ANSWERED, Kind.RESOLVED_WITHOUT_REPLY}
    replies = [
        reply
        for reply in connected_business.environment.platforms.replies()
        if reply.platform == platform
    ]
    if capabilities.replies != "none" and platform != "feedback_form":
        # One reply. Before it an acknowledgement, where the policy demands both.
        assert len(replies) in {1, 2 if opening else 1}, [
            outcome.kind.value for outcome in outcomes
        ]
        assert closing.detail["native_id"]


def connection_of(connected_business: ConnectedBusiness, platform: str) -> Connection:
    return connected_business.environment.connections[platform]


@pytest.mark.parametrize(
    "platform",
    [
        name
        for name in PLATFORMS
        if load(name).capabilities.pushes and load(name).capabilities.signed
    ],
)
def test_a_forged_request_does_nothing_on_the_deployed_webhook(
    platform: str, connected_business: ConnectedBusiness
) -> None:
    response = connected_business.environment.http.send(
        "POST",
        connection_of(connected_business, platform).url,
        headers={"content-type": "application/json"},
        body=b"{}",
    )
    # The form answers with what is missing, not with 401.
    assert response.status == 401 or platform == "feedback_form", response.text
