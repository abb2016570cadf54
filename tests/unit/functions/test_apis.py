"""The desk's and the audit's HTTP APIs.

Who may, what is refused and how, through the handlers themselves.
"""

from __future__ import annotations

from typing import Any

import pytest

from heard.follow_ups import FollowUp, Status
from heard.outcomes import Kind
from heard.storage.setup import Business
from tests.unit.backend import BUSINESS, BUSINESS_NAME, OTHER_BUSINESS, Backend, complaint
from tests.unit.functions.conftest import ApiCall, ApiResponse

CODES = {"fix": "refunded", "root_cause": "double-charge"}


@pytest.fixture
def task(backend: Backend) -> FollowUp:
    backend.add_person("Ana")
    backend.add_person("Lee", "lead")
    backend.add_person("Ida", "auditor")
    backend.add_person("Eve", "agent", business=OTHER_BUSINESS)
    backend.run_route_workflow(backend.queue_message(complaint("r-1")))
    (task,) = backend.open_follow_ups()
    return task


def problem(answer: ApiResponse) -> tuple[int, str, str]:
    """Status, code and content type of a refusal, whose document says the same as the answer
    itself.
    """
    assert answer.json["status"] == answer.status
    assert answer.json["type"] == "urn:heard:" + answer.json["title"].replace(" ", "_")
    assert answer.headers["cache-control"] == "no-store"
    return answer.status, answer.json["title"], answer.headers["content-type"].partition(";")[0]


REFUSED = "application/problem+json"


def test_an_agent_lists_sees_claims_answers_and_releases(
    backend: Backend, task: FollowUp, call_api: ApiCall
) -> None:
    listed = call_api("desk", "GET", "/api/desk/follow-ups", subject="sub-ana")
    assert [each["id"] for each in listed.json["follow_ups"]] == [task.id]
    seen = call_api("desk", "GET", f"/api/desk/follow-ups/{task.id}", subject="sub-ana")
    assert (seen.status, seen.json["reviews"][0]["severity"]) == (200, "high")
    claimed = call_api("desk", "POST", f"/api/desk/follow-ups/{task.id}/claim", subject="sub-ana")
    assert (claimed.status, claimed.json["fence"], claimed.json["claimed_by"]) == (
        200,
        1,
        "sub-ana",
    )
    released = call_api(
        "desk",
        "POST",
        f"/api/desk/follow-ups/{task.id}/release",
        subject="sub-ana",
        body={"fence": 1},
    )
    assert (released.status, released.json["claimed_by"]) == (200, None)
    fence = call_api(
        "desk", "POST", f"/api/desk/follow-ups/{task.id}/claim", subject="sub-ana"
    ).json["fence"]
    body = {"id": "answer-1", "action": "resolve_without_reply", "fence": fence, **CODES}
    answered = call_api(
        "desk", "POST", f"/api/desk/follow-ups/{task.id}/resolution", subject="sub-ana", body=body
    )

    assert (answered.status, answered.json["status"]) == (200, "resolving")
    assert backend.cases.follow_up(task.id).status is Status.RESOLVING


@pytest.mark.parametrize("amount", [12.5, "12.50"])
def test_an_amount_comes_as_a_number_or_as_text_and_is_kept_exactly(
    backend: Backend, task: FollowUp, call_api: ApiCall, amount: object
) -> None:
    backend.setup_store.put_business(
        Business(
            BUSINESS,
            BUSINESS_NAME,
            {"remedies": [{"name": "refund", "limit": 50, "currency": "EUR"}]},
        )
    )
    fence = call_api(
        "desk", "POST", f"/api/desk/follow-ups/{task.id}/claim", subject="sub-ana"
    ).json["fence"]
    body = {
        "id": "answer-1",
        "action": "resolve_without_reply",
        "fence": fence,
        **CODES,
        "remedy": {"name": "refund", "amount": amount},
    }
    answered = call_api(
        "desk", "POST", f"/api/desk/follow-ups/{task.id}/resolution", subject="sub-ana", body=body
    )
    detail = backend.outcome_log.of_review(task.reviews[0])[-1].detail

    assert answered.status == 200
    assert (detail["remedy"], detail["amount"], detail["currency"]) == ("refund", "12.5", "EUR")


def test_walking_away_is_approved_by_a_lead_whose_groups_come_as_text(
    backend: Backend, task: FollowUp, call_api: ApiCall
) -> None:
    fence = call_api(
        "desk", "POST", f"/api/desk/follow-ups/{task.id}/claim", subject="sub-ana"
    ).json["fence"]
    body = {"id": "answer-1", "action": "walk_away", "fence": fence, "reason": "abuse"}
    asked = call_api(
        "desk", "POST", f"/api/desk/follow-ups/{task.id}/resolution", subject="sub-ana", body=body
    )
    assert asked.json["status"] == "awaiting_approval"
    path = f"/api/desk/follow-ups/{task.id}/approval"
    refused = call_api(
        "desk", "POST", path, subject="sub-lee", groups="[agent auditor]", body={"approved": True}
    )
    assert problem(refused) == (403, "forbidden", REFUSED)
    approved = call_api(
        "desk", "POST", path, subject="sub-lee", groups="[agent lead]", body={"approved": True}
    )

    assert (approved.status, approved.json["status"]) == (200, "resolving")
    assert backend.kinds(task.reviews[0])[-1] is Kind.RESOLUTION_GIVEN


@pytest.mark.parametrize(
    ("method", "tail", "body", "status"),
    [
        ("POST", "/resolution", None, 400),
        ("POST", "/resolution", "{", 400),
        ("POST", "/resolution", {}, 400),
        ("POST", "/resolution", {"id": "answer-1", "action": "dance", "fence": 1}, 400),
        ("POST", "/resolution", {"id": "answer-1", "action": "reply", "fence": 0}, 400),
        ("POST", "/resolution", {"id": "short", "action": "reply", "fence": 1}, 400),
        ("POST", "/resolution", {"id": "answer-1", "action": "reply", "fence": 1, "mood": "good"}, 400),
        (
            "POST",
            "/resolution",
            {
                "id": "answer-1",
                "action": "promise",
                "fence": 1,
                "promised_for": "2030-01-01T00:00:00",
            },
            400,
        ),
        ("POST", "/resolution", {"id": "answer-1", "action": "reply", "fence": 1}, 400),
        (
            "POST",
            "/resolution",
            {"id": "answer-1", "action": "resolve_without_reply", "fence": 1, **CODES},
            409,
        ),
        *(
            (
                "POST",
                "/resolution",
                {
                    "id": "answer-1",
                    "action": "resolve_without_reply",
                    "fence": 1,
                    **CODES,
                    "remedy": remedy,
                },
                400,
            )
            for remedy in (
                {"name": "refund"},
                {"name": "refund", "amount": 0, "currency": "EUR"},
                {"name": "refund", "amount": "NaN", "currency": "EUR"},
                {"name": "refund", "amount": 12.3456, "currency": "EUR"},
                {"name": "refund", "amount": 5, "currency": "euro"},
            )
        ),
        ("POST", "/release", {}, 400),
        ("POST", "/approval", {"approved": "perhaps"}, 400),
        ("GET", "/everything", None, 404),
    ],
)
def test_what_does_not_fit_is_refused_as_a_problem_and_changes_nothing(
    backend: Backend,
    task: FollowUp,
    call_api: ApiCall,
    method: str,
    tail: str,
    body: Any,
    status: int,
) -> None:
    before = backend.case_items()
    answer = call_api(
        "desk",
        method,
        f"/api/desk/follow-ups/{task.id}{tail}",
        subject="sub-lee",
        groups="[agent lead]",
        body=body,
    )

    assert problem(answer)[0] == status
    assert problem(answer)[2] == REFUSED
    assert backend.case_items() == before


def test_a_refusal_carries_its_reason(task: FollowUp, call_api: ApiCall) -> None:
    body = {"id": "answer-1", "action": "resolve_without_reply", "fence": 1, **CODES}
    answer = call_api(
        "desk", "POST", f"/api/desk/follow-ups/{task.id}/resolution", subject="sub-ana", body=body
    )

    assert problem(answer) == (409, "conflict", REFUSED)
    assert answer.json["reason"] == "not_claimed"
    assert "Claim it first" in answer.json["detail"]


def test_what_is_not_ones_own_is_answered_like_what_is_not_there(
    task: FollowUp, call_api: ApiCall
) -> None:
    others = call_api("desk", "GET", f"/api/desk/follow-ups/{task.id}", subject="sub-eve")
    nobodys = call_api(
        "desk", "GET", "/api/desk/follow-ups/fup_neverwasanywhere", subject="sub-eve"
    )

    assert problem(others) == (404, "not found", REFUSED)
    assert others.body == nobodys.body
    assert (
        problem(call_api("desk", "GET", "/api/desk/follow-ups/nonsense", subject="sub-ana"))[0]
        == 400
    )
    assert call_api("desk", "GET", "/api/desk/follow-ups", subject="sub-eve").json == {
        "follow_ups": [],
        "next": None,
    }
    assert (
        problem(
            call_api(
                "desk",
                "GET",
                "/api/desk/follow-ups",
                subject="sub-eve",
                query={"business": BUSINESS},
            )
        )[0]
        == 404
    )


def test_who_belongs_to_no_business_is_told_so(task: FollowUp, call_api: ApiCall) -> None:
    answer = call_api("desk", "GET", "/api/desk/follow-ups", subject="sub-stranger")

    assert problem(answer) == (403, "forbidden", REFUSED)
    assert "no business" in answer.json["detail"]


@pytest.mark.parametrize(("folder", "path", "subject", "groups"), [
    ("desk", "/api/desk/follow-ups", "sub-ida", "[auditor]"),
    ("desk", "/api/desk/follow-ups", "sub-ida", ""),
    ("audit", "/api/audit/reviews/rev_abcdefgh", "sub-ana", "[agent]"),
])  # fmt: skip
def test_a_role_opens_its_own_api_alone(
    task: FollowUp, call_api: ApiCall, folder: str, path: str, subject: str, groups: str
) -> None:
    assert problem(call_api(folder, "GET", path, subject=subject, groups=groups)) == (
        403,
        "forbidden",
        REFUSED,
    )


# The audit

WINDOW = {"business": BUSINESS, "from": "2026-03-17T00:00:00Z", "to": "2026-03-18T00:00:00Z"}


def audit(call_api: ApiCall, path: str, subject: str = "sub-ida", **query: Any) -> ApiResponse:
    return call_api(
        "audit", "GET", f"/api/audit/{path}", subject=subject, groups="[auditor]", query=query
    )


def test_an_auditor_reads_a_review_a_day_and_whether_the_chain_verifies(
    backend: Backend, task: FollowUp, call_api: ApiCall
) -> None:
    (review,) = task.reviews
    outcomes = audit(call_api, f"reviews/{review}").json["outcomes"]

    assert [outcome["kind"] for outcome in outcomes] == ["accepted", "follow_up_opened"]
    assert audit(call_api, f"reviews/{review}/verification").json["verified"] is True
    assert audit(call_api, "outcomes", **WINDOW).json == {"outcomes": outcomes, "next": None}
    assert (
        audit(
            call_api,
            "outcomes",
            **WINDOW,
            kind=["accepted"],
            severity="high",
            channel="review_site",
        ).json["outcomes"]
        == outcomes[:1]
    )
    assert (
        audit(call_api, "outcomes", **WINDOW, kind=["accepted", "follow_up_opened"]).json[
            "outcomes"
        ]
        == outcomes
    )
    assert (
        audit(call_api, "outcomes", **WINDOW, kind=["answered", "expired"]).json["outcomes"] == []
    )
    assert audit(call_api, "outcomes", **WINDOW, severity="praise").json["outcomes"] == []
    first = audit(call_api, "outcomes", **WINDOW, limit="1").json
    assert (
        audit(call_api, "outcomes", **WINDOW, limit="1", after=first["next"]).json["outcomes"]
        == outcomes[1:]
    )


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"from": "2026-03-18T00:00:00Z", "to": "2026-03-17T00:00:00Z"}, 400),
        ({"from": "yesterday"}, 400),
        ({"from": "2026-03-17T00:00:00"}, 400),
        ({"kind": ["forgiven"]}, 400),
        ({"severity": "awful"}, 400),
        ({"limit": "0"}, 400),
        ({"limit": "501"}, 400),
        ({"after": "not a cursor"}, 400),
        ({"business": OTHER_BUSINESS}, 404),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(
    task: FollowUp, call_api: ApiCall, changed: dict[str, Any], status: int
) -> None:
    assert problem(audit(call_api, "outcomes", **{**WINDOW, **changed}))[0] == status


def test_others_reviews_are_not_there_for_an_auditor_either(
    backend: Backend, task: FollowUp, call_api: ApiCall
) -> None:
    backend.add_person("Oda", "auditor", business=OTHER_BUSINESS)
    for tail in ("", "/verification"):
        others = audit(call_api, f"reviews/{task.reviews[0]}{tail}", subject="sub-oda")
        nobodys = audit(call_api, f"reviews/rev_neverwasanywhere{tail}", subject="sub-oda")
        assert problem(others) == (404, "not found", REFUSED)
        assert others.body == nobodys.body


def test_a_log_that_was_written_into_is_reported_and_not_shown(
    backend: Backend, task: FollowUp, call_api: ApiCall
) -> None:
    key = {"review": {"S": task.reviews[0]}, "sequence": {"N": "1"}}
    backend.plain_dynamodb.update_item(
        TableName=backend.tables["OutcomesTable"],
        Key=key,
        UpdateExpression="SET kind = :kind",
        ExpressionAttributeValues={":kind": {"S": "forgiven"}},
    )

    assert problem(audit(call_api, "outcomes", **WINDOW)) == (500, "tampered", REFUSED)
    assert audit(call_api, f"reviews/{task.reviews[0]}/verification").json["broken_at"] == 1
