"""The HTTP APIs of desk and audit: who may do what, and what is refused and how."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from heard import clock
from heard.clock import format_time
from heard.follow_ups import FollowUp, Status
from heard.outcomes import Kind
from heard.storage.setup import Business
from tests.unit.backend import BUSINESS, BUSINESS_NAME, NOON, OTHER_BUSINESS, Backend, complaint
from tests.unit.functions.conftest import ApiCall, ApiResponse, LogLines

SHORT_CODES = {"fix": "refunded", "root_cause": "double-charge"}


@pytest.fixture
def follow_up(backend: Backend) -> FollowUp:
    backend.add_person("Ana")
    backend.add_person("Lee", "lead")
    backend.add_person("Ida", "auditor")
    backend.add_person("Eve", "agent", business=OTHER_BUSINESS)
    backend.run_route_workflow(backend.queue_message(complaint("r-1")))
    (follow_up,) = backend.open_follow_ups()
    return follow_up


def problem(response: ApiResponse) -> tuple[int, str, str]:
    """Status, code and content type of an error, whose document agrees with the response."""
    assert response.json["status"] == response.status
    assert response.json["type"] == "urn:heard:" + response.json["title"].replace(" ", "_")
    assert response.headers["cache-control"] == "no-store"
    return (
        response.status,
        response.json["title"],
        response.headers["content-type"].partition(";")[0],
    )


PROBLEM_TYPE = "application/problem+json"


def test_an_agent_lists_reads_claims_releases_and_resolves(
    backend: Backend, follow_up: FollowUp, call_api: ApiCall
) -> None:
    response_list = call_api("desk", "GET", "/api/desk/follow-ups", subject="sub-ana")
    assert [row["id"] for row in response_list.json["follow_ups"]] == [follow_up.id]
    assert "newest_review" not in response_list.json["follow_ups"][0]
    with_words = call_api(
        "desk", "GET", "/api/desk/follow-ups", subject="sub-ana", query={"words": "true"}
    )
    newest_review = with_words.json["follow_ups"][0]["newest_review"]
    assert (newest_review["id"], newest_review["author"]["name"]) == (
        follow_up.reviews[-1],
        "Zelda Quint",
    )
    details = call_api("desk", "GET", f"/api/desk/follow-ups/{follow_up.id}", subject="sub-ana")
    assert (details.status, details.json["reviews"][0]["severity"]) == (200, "high")
    claim = call_api(
        "desk", "POST", f"/api/desk/follow-ups/{follow_up.id}/claim", subject="sub-ana"
    )
    assert (claim.status, claim.json["fence"], claim.json["claimed_by"]) == (
        200,
        1,
        "sub-ana",
    )
    # What the claim covers is what it shows. The page has read the story before.
    path = f"/api/desk/follow-ups/{follow_up.id}"
    details = call_api("desk", "GET", path, subject="sub-ana").json
    assert {**claim.json, "history": [], "timeline": details["timeline"]} == details
    release = call_api(
        "desk",
        "POST",
        f"/api/desk/follow-ups/{follow_up.id}/release",
        subject="sub-ana",
        body={"fence": 1},
    )
    assert (release.status, release.json["claimed_by"]) == (200, None)
    fence = call_api(
        "desk", "POST", f"/api/desk/follow-ups/{follow_up.id}/claim", subject="sub-ana"
    ).json["fence"]
    body = {"id": "answer-1", "action": "resolve_without_reply", "fence": fence, **SHORT_CODES}
    resolution = call_api(
        "desk",
        "POST",
        f"/api/desk/follow-ups/{follow_up.id}/resolution",
        subject="sub-ana",
        body=body,
    )

    assert (resolution.status, resolution.json["status"]) == (200, "resolving")
    assert resolution.json["warnings"] == []
    assert backend.cases.follow_up(follow_up.id).status is Status.RESOLVING


def test_people_write_beside_an_answer(
    backend: Backend, follow_up: FollowUp, call_api: ApiCall
) -> None:
    path = f"/api/desk/follow-ups/{follow_up.id}"

    def call(method: str, step: str, body: object = None, by: str = "ana") -> Any:
        response = call_api("desk", method, f"{path}{step}", subject=f"sub-{by}", body=body)
        assert response.status == 200, response.body
        return response.json

    fence = call("POST", "/claim")["fence"]
    draft = {"text": "We are", "action": "reply", "fields": {"fix": "refunded"}}
    saved = call("PUT", "/draft", draft)
    assert saved == call("GET", "")["my_draft"] == {**draft, "at": saved["at"]}
    note = {"id": "note-0001", "text": " Rang them. ", "mentions": ["sub-lee"]}
    written = call("POST", "/notes", note)
    assert written == call("POST", "/notes", note)
    details = call("GET", "", by="lee")
    assert details["notes"] == [written]
    assert (written["note"], details["mentioned"]) == ("Rang them.", ["sub-lee"])
    assert details["my_draft"] is None
    assert call("DELETE", "/mention", by="lee") == {"mentioned": []}
    taken = call("POST", "/takeover", {"fence": fence, "reason": "overdue"}, by="lee")
    assert (taken["claimed_by"], taken["fence"]) == ("sub-lee", fence + 1)
    assert call("GET", "")["my_draft"] == saved
    assert call("DELETE", "/draft") == {"my_draft": None}
    backend.desk.settings.put_later("sub-ana", follow_up.id, clock.now() + timedelta(hours=1))
    (mark,) = call_api("desk", "GET", "/api/desk/later", subject="sub-ana").json["later"]
    assert mark["follow_up"] == follow_up.id
    assert call_api("desk", "GET", "/api/desk/later", subject="sub-lee").json == {"later": []}
    assert call("DELETE", "/later") == {"until": None, "back_at": None}
    body = {"id": "answer-1", "action": "resolve_without_reply", "fence": taken["fence"]}
    body |= {**SHORT_CODES, "seen_revision": "1.0"}
    refused = call_api("desk", "POST", f"{path}/resolution", subject="sub-lee", body=body)
    assert (refused.status, refused.json["reason"]) == (409, "changed")
    body["seen_revision"] = taken["revision"]
    assert call("POST", "/resolution", body, by="lee")["status"] == "resolving"
    assert backend.kinds(follow_up.reviews[0]).count(Kind.TAKEN_OVER) == 1


def test_a_persons_preferences_are_kept_whole(
    backend: Backend, follow_up: FollowUp, call_api: ApiCall
) -> None:
    del follow_up
    preferences = {
        "views": [{"name": "Mine, urgent", "query": "view=mine&severity=critical,high"}],
        "language": "de",
    }
    path = "/api/me/preferences"
    response = call_api("desk", "PUT", path, subject="sub-ana", body=preferences)

    assert response.status == 200
    read = call_api("desk", "GET", path, subject="sub-ana")
    assert (read.status, read.json["views"]) == (200, preferences["views"])
    assert call_api("desk", "GET", path, subject="sub-lee").json["views"] == []
    stored = backend.desk.settings.preferences("sub-ana")
    assert (stored["views"], stored["language"]) == (preferences["views"], "de")
    for wrong in (
        {"views": [{"name": "x", "query": "q=John Smith"}]},
        {"views": [{"name": "x", "query": "view=mine"}] * 9},
        {"views": [{"name": "x" * 41, "query": "view=mine"}]},
        {"language": "Deutsch, bitte"},
        {"notes": "John"},
    ):
        refused = call_api("desk", "PUT", path, subject="sub-ana", body=wrong)
        assert refused.status == 400, wrong
    assert backend.desk.settings.preferences("sub-ana") == stored
    newer = {**stored, "theme": "sepia", "sounds": True}
    backend.desk.settings.put_preferences("sub-ana", newer)
    read = call_api("desk", "GET", path, subject="sub-ana").json
    assert (read["views"], read["theme"]) == (preferences["views"], None)


@pytest.mark.parametrize(
    ("method", "step", "body"),
    [
        ("POST", "takeover", {"fence": 1, "reason": "because I am John"}),
        ("POST", "takeover", {"reason": "overdue"}),
        ("POST", "notes", {"id": "short", "text": "x"}),
        ("POST", "notes", {"id": "note-0001", "text": "  "}),
        ("POST", "notes", {"id": "note-0001", "text": "x" * 5_001}),
        ("POST", "notes", {"id": "note-0001", "text": "x", "mentions": ["sub-lee"] * 6}),
        ("POST", "notes", {"id": "note-0001", "text": "x", "mentions": ["Lee, please"]}),
        ("PUT", "draft", {"text": "x" * 20_001}),
        ("PUT", "draft", {"text": "x", "fields": {"secret": "y"}}),
        ("PUT", "later", {"until": "2026-03-17T12:10:00"}),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    backend: Backend, follow_up: FollowUp, call_api: ApiCall, method: str, step: str, body: object
) -> None:
    before = backend.case_items()
    path = f"/api/desk/follow-ups/{follow_up.id}/{step}"

    assert problem(call_api("desk", method, path, subject="sub-lee", body=body))[0] == 400
    assert backend.case_items() == before


@pytest.mark.parametrize("amount", [12.5, "12.50"])
def test_an_amount_is_a_number_or_a_text_and_is_stored_exactly(
    backend: Backend, follow_up: FollowUp, call_api: ApiCall, amount: object
) -> None:
    backend.setup_store.put_business(
        Business(
            BUSINESS,
            BUSINESS_NAME,
            {"remedies": [{"name": "refund", "limit": 50, "currency": "EUR"}]},
        )
    )
    fence = call_api(
        "desk", "POST", f"/api/desk/follow-ups/{follow_up.id}/claim", subject="sub-ana"
    ).json["fence"]
    body = {
        "id": "answer-1",
        "action": "resolve_without_reply",
        "fence": fence,
        **SHORT_CODES,
        "remedy": {"name": "refund", "amount": amount},
    }
    resolution = call_api(
        "desk",
        "POST",
        f"/api/desk/follow-ups/{follow_up.id}/resolution",
        subject="sub-ana",
        body=body,
    )
    detail = backend.outcome_log.of_review(follow_up.reviews[0])[-1].detail

    assert resolution.status == 200
    assert (detail["remedy"], detail["amount"], detail["currency"]) == ("refund", "12.5", "EUR")


@pytest.mark.parametrize("api", ["desk", "audit"])
@pytest.mark.parametrize("token_use", ["id", "", "refresh"])
def test_only_an_access_token_is_a_token_to_call_with(
    backend: Backend, follow_up: FollowUp, call_api: ApiCall, api: str, token_use: str
) -> None:
    path = {
        "desk": f"/api/desk/follow-ups/{follow_up.id}",
        "audit": f"/api/audit/reviews/{follow_up.reviews[0]}",
    }[api]
    claims = {"token_use": token_use}

    assert call_api(api, "GET", path, subject="sub-lee").status == 200
    refused = call_api(api, "GET", path, subject="sub-lee", claims=claims)
    assert problem(refused) == (401, "unauthorized", PROBLEM_TYPE)


def test_walking_away_is_approved_by_a_lead(
    backend: Backend, follow_up: FollowUp, call_api: ApiCall
) -> None:
    fence = call_api(
        "desk", "POST", f"/api/desk/follow-ups/{follow_up.id}/claim", subject="sub-ana"
    ).json["fence"]
    body = {"id": "answer-1", "action": "walk_away", "fence": fence, "reason": "abuse"}
    walk_away = call_api(
        "desk",
        "POST",
        f"/api/desk/follow-ups/{follow_up.id}/resolution",
        subject="sub-ana",
        body=body,
    )
    assert walk_away.json["status"] == "awaiting_approval"
    path = f"/api/desk/follow-ups/{follow_up.id}/approval"
    details = call_api("desk", "GET", path.removesuffix("/approval"), subject="sub-lee").json
    body = {"approved": True, "digest": details["pending_resolution"]["digest"]}
    denial = call_api("desk", "POST", path, subject="sub-ana", body=body)
    assert problem(denial) == (403, "forbidden", PROBLEM_TYPE)
    stale = call_api("desk", "POST", path, subject="sub-lee", body={**body, "digest": "0" * 32})
    assert (stale.status, stale.json["reason"]) == (409, "resolution_changed")
    approval = call_api("desk", "POST", path, subject="sub-lee", body=body)

    assert (approval.status, approval.json["status"]) == (200, "resolving")
    assert backend.kinds(follow_up.reviews[0])[-1] is Kind.RESOLUTION_GIVEN


@pytest.mark.parametrize(
    ("method", "tail", "body", "status"),
    [
        ("POST", "/resolution", None, 400),
        ("POST", "/resolution", "{", 400),
        ("POST", "/resolution", {}, 400),
        ("POST", "/resolution", {"id": "answer-1", "action": "dance", "fence": 1}, 400),
        ("POST", "/resolution", {"id": "answer-1", "action": "reply", "fence": 0}, 400),
        ("POST", "/resolution", {"id": "short", "action": "reply", "fence": 1}, 400),
        (
            "POST",
            "/resolution",
            {"id": "answer-1", "action": "reply", "fence": 1, "mood": "good"},
            400,
        ),
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
            {"id": "answer-1", "action": "resolve_without_reply", "fence": 1, **SHORT_CODES},
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
                    **SHORT_CODES,
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
        ("POST", "/approval", {"approved": "perhaps", "digest": "0" * 32}, 400),
        ("POST", "/approval", {"approved": True}, 400),
        ("POST", "/approval", {"approved": True, "digest": "the last one"}, 400),
        ("POST", "/lint", {}, 400),
        ("POST", "/lint", {"text": "Thanks.", "tone": "kind"}, 400),
        ("GET", "/everything", None, 404),
    ],
)
def test_an_invalid_request_is_refused_as_a_problem_and_changes_nothing(
    backend: Backend,
    follow_up: FollowUp,
    call_api: ApiCall,
    method: str,
    tail: str,
    body: Any,
    status: int,
) -> None:
    before = backend.case_items()
    response = call_api(
        "desk",
        method,
        f"/api/desk/follow-ups/{follow_up.id}{tail}",
        subject="sub-lee",
        body=body,
    )

    assert problem(response)[0] == status
    assert problem(response)[2] == PROBLEM_TYPE
    assert backend.case_items() == before


def test_a_draft_is_linted_before_it_is_sent(
    backend: Backend, follow_up: FollowUp, call_api: ApiCall
) -> None:
    before = backend.case_items()
    path = f"/api/desk/follow-ups/{follow_up.id}/lint"
    text = "You are an idiot. Ring 030 901820."
    draft = call_api("desk", "POST", path, subject="sub-ana", body={"text": text}).json

    severities = {finding["code"]: finding["severity"] for finding in draft["findings"]}
    assert severities == {"insult": "block", "telephone_number": "block"}
    assert draft["blocked"] is True
    assert draft["text"].startswith(text)
    assert all(finding["explanation"] and finding["rule"] for finding in draft["findings"])
    body = {"text": "Ring 030 901820, please.", "own_contacts": True}
    own_draft = call_api("desk", "POST", path, subject="sub-ana", body=body).json
    assert own_draft["blocked"] is False
    assert [finding["severity"] for finding in own_draft["findings"]] == ["warn"]
    assert backend.case_items() == before


def test_a_conflict_names_its_reason(follow_up: FollowUp, call_api: ApiCall) -> None:
    body = {"id": "answer-1", "action": "resolve_without_reply", "fence": 1, **SHORT_CODES}
    response = call_api(
        "desk",
        "POST",
        f"/api/desk/follow-ups/{follow_up.id}/resolution",
        subject="sub-ana",
        body=body,
    )

    assert problem(response) == (409, "conflict", PROBLEM_TYPE)
    assert response.json["reason"] == "not_claimed"
    assert "Claim it first" in response.json["detail"]


def test_a_follow_up_of_another_business_is_answered_like_one_that_does_not_exist(
    follow_up: FollowUp, call_api: ApiCall
) -> None:
    foreign = call_api("desk", "GET", f"/api/desk/follow-ups/{follow_up.id}", subject="sub-eve")
    unknown = call_api(
        "desk", "GET", "/api/desk/follow-ups/fup_neverwasanywhere", subject="sub-eve"
    )

    assert problem(foreign) == (404, "not found", PROBLEM_TYPE)
    assert foreign.body == unknown.body
    assert (
        problem(call_api("desk", "GET", "/api/desk/follow-ups/nonsense", subject="sub-ana"))[0]
        == 400
    )
    listed = call_api("desk", "GET", "/api/desk/follow-ups", subject="sub-eve").json
    assert (listed["follow_ups"], listed["next"]) == ([], None)
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


def test_a_person_without_a_role_gets_the_reason(follow_up: FollowUp, call_api: ApiCall) -> None:
    response = call_api("desk", "GET", "/api/desk/follow-ups", subject="sub-stranger")

    assert problem(response) == (403, "forbidden", PROBLEM_TYPE)
    assert "no role" in response.json["detail"]


# The audit

WINDOW = {"business": BUSINESS, "from": "2026-03-17T00:00:00Z", "to": "2026-03-18T00:00:00Z"}


def test_a_list_is_read_page_by_page_with_cursors_that_need_no_escaping(
    backend: Backend, follow_up: FollowUp, call_api: ApiCall
) -> None:
    for number in range(3):
        backend.deliver(complaint(f"page-{number}"))

    def page(**query: str) -> ApiResponse:
        query |= {"business": BUSINESS, "limit": "1"}
        return call_api("desk", "GET", "/api/desk/follow-ups", subject="sub-ana", query=query)

    first = page().json
    ids, cursor = [first["follow_ups"][0]["id"]], first["next"]
    while cursor:
        assert quote(cursor, safe="") == cursor
        later = page(after=cursor).json
        ids += [row["id"] for row in later["follow_ups"]]
        cursor = later["next"]

    assert len(ids) == len(set(ids)) == len(backend.open_follow_ups())
    due = f"{follow_up.due_at}#{follow_up.id}"
    for garbage in ("garbage", "%", due, due.split("#", maxsplit=1)[0], first["next"][:20]):
        assert problem(page(after=garbage))[0] == 400
        assert "`next` of the page before" in page(after=garbage).json["detail"]


def audit(call_api: ApiCall, path: str, subject: str = "sub-ida", **query: Any) -> ApiResponse:
    return call_api("audit", "GET", f"/api/audit/{path}", subject=subject, query=query)


def test_an_auditor_reads_a_review_a_day_and_whether_the_chain_verifies(
    backend: Backend, follow_up: FollowUp, call_api: ApiCall
) -> None:
    (review,) = follow_up.reviews
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
def test_an_invalid_query_is_refused(
    follow_up: FollowUp, call_api: ApiCall, changed: dict[str, Any], status: int
) -> None:
    assert problem(audit(call_api, "outcomes", **{**WINDOW, **changed}))[0] == status


def test_an_auditor_cannot_see_reviews_of_another_business(
    backend: Backend, follow_up: FollowUp, call_api: ApiCall
) -> None:
    backend.add_person("Oda", "auditor", business=OTHER_BUSINESS)
    for tail in ("", "/verification"):
        foreign = audit(call_api, f"reviews/{follow_up.reviews[0]}{tail}", subject="sub-oda")
        unknown = audit(call_api, f"reviews/rev_neverwasanywhere{tail}", subject="sub-oda")
        assert problem(foreign) == (404, "not found", PROBLEM_TYPE)
        assert foreign.body == unknown.body


def test_a_changed_log_is_reported_and_not_shown(
    backend: Backend, follow_up: FollowUp, call_api: ApiCall
) -> None:
    key = {"review": {"S": follow_up.reviews[0]}, "sequence": {"N": "1"}}
    backend.plain_dynamodb.update_item(
        TableName=backend.tables["OutcomesTable"],
        Key=key,
        UpdateExpression="SET kind = :kind",
        ExpressionAttributeValues={":kind": {"S": "forgiven"}},
    )

    assert problem(audit(call_api, "outcomes", **WINDOW)) == (500, "tampered", PROBLEM_TYPE)
    assert audit(call_api, f"reviews/{follow_up.reviews[0]}/verification").json["broken_at"] == 1


# Entity tags


def read(call_api: ApiCall, path: str, tag: str | None = None, **query: str) -> ApiResponse:
    headers = {"if-none-match": tag} if tag else {}
    return call_api("desk", "GET", path, subject="sub-ana", query=query, headers=headers)


def test_a_list_that_the_client_has_is_not_sent_again(
    backend: Backend,
    follow_up: FollowUp,
    call_api: ApiCall,
    log_lines: LogLines,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked_at = NOON + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: asked_at)
    first = read(call_api, "/api/desk/follow-ups", words="true")
    tag = first.headers["etag"]
    assert first.json["as_of"] == format_time(asked_at)
    # Only the time at which it was true is another: in the same minute the clocks are the same.
    monkeypatch.setattr(clock, "now", lambda: asked_at + timedelta(seconds=1))
    for known in (tag, f'"other", W/{tag}'):
        again = read(call_api, "/api/desk/follow-ups", known, words="true")
        assert (again.status, again.body, again.headers["etag"]) == (304, "", tag)
        assert again.headers["cache-control"] == "no-store"
    assert read(call_api, "/api/desk/follow-ups", '"other"', words="true").status == 200
    assert log_lines.lines[-2]["status"] == 304
    assert tag.strip('"') not in str(log_lines.lines)
    backend.deliver(complaint("r-9"))
    changed = read(call_api, "/api/desk/follow-ups", tag, words="true")
    assert (changed.status, changed.headers["etag"] != tag) == (200, True)


def test_a_follow_up_has_a_tag_too_until_something_happens_to_it(
    backend: Backend, follow_up: FollowUp, call_api: ApiCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    path = f"/api/desk/follow-ups/{follow_up.id}"
    tag = read(call_api, path).headers["etag"]
    assert read(call_api, path, tag).status == 304
    claimed = call_api("desk", "POST", f"{path}/claim", subject="sub-ana")
    assert "etag" not in claimed.headers

    assert read(call_api, path, tag).status == 200
    assert "etag" not in read(call_api, "/api/desk/follow-ups/fup_neverwasanywhere").headers


def test_what_another_person_reads_has_a_tag_of_its_own(
    follow_up: FollowUp, call_api: ApiCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    call_api("desk", "POST", f"/api/desk/follow-ups/{follow_up.id}/claim", subject="sub-ana")
    tags = {
        call_api("desk", "GET", "/api/desk/follow-ups", subject=subject).headers["etag"]
        for subject in ("sub-ana", "sub-lee")
    }

    assert len(tags) == 2


# What else the desk reads


@pytest.mark.usefixtures("follow_up")
def test_the_desk_says_who_is_signed_in(call_api: ApiCall) -> None:
    me = read(call_api, "/api/me").json

    assert (me["name"], me["subject"]) == ("Ana", "sub-ana")
    (business,) = me["businesses"]
    assert business["business"] == BUSINESS
    assert business["roles"] == ["agent"]
    assert business["time_zone"]


def test_views_filters_and_previews_over_http(follow_up: FollowUp, call_api: ApiCall) -> None:
    path = "/api/desk/follow-ups"
    for query, count in (
        ({"view": "mine"}, 0),
        ({"severity": follow_up.severity.value, "platform": "standard"}, 1),
        ({"queue": "nobody"}, 0),
    ):
        assert len(read(call_api, path, **query).json["follow_ups"]) == count, query
    for query in ({"view": "yours"}, {"severity": "huge"}, {"queue": "q" * 101}):
        assert problem(read(call_api, path, **query))[0] == 400
    (shown,) = read(call_api, "/api/desk/previews", ids=follow_up.id).json["previews"]
    (row,) = read(call_api, path, words="true").json["follow_ups"]
    assert shown == {"id": follow_up.id, "newest_review": row["newest_review"]}
    assert shown["newest_review"]["first_words"]
    for ids in ("", "rev_757jqz5bshcs5kxplntig3gu", ",".join([follow_up.id] * 51)):
        assert problem(read(call_api, "/api/desk/previews", ids=ids))[0] == 400


def test_the_people_of_a_business_over_http_with_a_tag(
    backend: Backend, follow_up: FollowUp, call_api: ApiCall
) -> None:
    path = "/api/desk/colleagues"
    first = read(call_api, path, business=follow_up.business)
    assert first.json == {
        "colleagues": [
            {"subject": "sub-ana", "name": "Ana", "roles": ["agent"]},
            {"subject": "sub-ida", "name": "Ida", "roles": ["auditor"]},
            {"subject": "sub-lee", "name": "Lee", "roles": ["lead"]},
        ],
        "complete": True,
    }
    tag = first.headers["etag"]
    again = read(call_api, path, tag, business=follow_up.business)
    assert (again.status, again.body) == (304, "")
    backend.add_person("Ben")
    assert read(call_api, path, tag, business=follow_up.business).status == 200
    assert problem(read(call_api, path))[0] == 400


def test_what_was_closed_and_with_which_codes_over_http(
    follow_up: FollowUp, call_api: ApiCall
) -> None:
    closed = read(call_api, "/api/desk/closed", business=BUSINESS, by="me", **{"from": "7d"})
    assert closed.json == {"closed": [], "next": None}
    codes = read(call_api, "/api/desk/codes", business=BUSINESS).json
    assert {entry["used"] for entry in codes["causes"]} == {0}
    for query in (
        {"business": BUSINESS, "by": "you"},
        {"business": BUSINESS, "from": "1d", "to": "2d"},
        {"business": BUSINESS, "after": "garbage"},
    ):
        assert problem(read(call_api, "/api/desk/closed", **query))[0] == 400, query
