"""Every HTTP route sends the same headers and explains what is wrong with a request."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from heard.follow_ups import FollowUp
from heard.http.responses import RESPONSE_HEADERS
from heard.policy import default_policy
from heard.steps.seal import seal_business
from heard.storage import tables
from tests.static.cloudformation import resources
from tests.unit.backend import BUSINESS, NOON, Backend, complaint
from tests.unit.functions.conftest import ApiCall, ApiResponse
from tests.unit.sealing import SealBench

PAGE_ROUTES = {"GET /", "GET /{file+}"}
"""The page has headers of its own: see `test_web`."""
ROUTES = sorted(
    {route["RouteKey"] for route in resources("AWS::ApiGatewayV2::Route").values()} - PAGE_ROUTES
)
FOLDERS = {"/hooks": "ingest", "/feedback": "feedback_page"} | {
    "/api/desk": "desk",
    "/api/me": "desk",
    "/api/audit": "audit",
}
STEPS = {"GET": "claim", "POST": "claim", "PUT": "draft", "DELETE": "draft"}
WINDOW = {"business": BUSINESS, "from": "2026-03-17T00:00:00Z", "to": "2026-03-18T00:00:00Z"}


@pytest.fixture
def follow_up(backend: Backend) -> FollowUp:
    backend.add_person("Ana")
    backend.add_person("Lee", "agent", "lead", "auditor")
    backend.add_person("Ida", "auditor")
    backend.connect("feedback_form")
    backend.run_route_workflow(backend.queue_message(complaint("f-1"), "feedback_form"))
    (follow_up,) = backend.open_follow_ups()
    return follow_up


def call_route(
    call_api: ApiCall, route: str, values: dict[str, str], **options: Any
) -> ApiResponse:
    method, path = route.split()
    folder = next(folder for prefix, folder in FOLDERS.items() if path.startswith(prefix))
    path = re.sub(r"\{(\w+)\}", lambda match: values[match[1]], path)
    return call_api(folder, method, path, parameters=values, **options)


def assert_headers(response: ApiResponse) -> None:
    assert response.headers.items() >= RESPONSE_HEADERS.items(), response.status
    assert "content-type" in response.headers


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_sends_the_same_headers_also_with_errors(
    route: str, follow_up: FollowUp, call_api: ApiCall, seal_bench: SealBench
) -> None:
    ports = seal_bench.ports(first_day=NOON.date())
    seal_business(BUSINESS, ports, NOON + timedelta(days=1))
    review = follow_up.reviews[0]
    there = {
        "business": BUSINESS,
        "day": NOON.date().isoformat(),
        "outcome": f"out_{review.removeprefix('rev_')}_000001",
        "connection": "con-feedback_form-bus_bakery",
        "follow_up": follow_up.id,
        "review": follow_up.reviews[0] if "audit" in route else "f-1",
        "step": STEPS[route.split(maxsplit=1)[0]],
        "policy_hash": default_policy().hash,
    }
    absent = {
        "business": "bus_neverwasanywhere",
        "day": "2026-03-18",
        "outcome": "out_neverwasanywhere_000001",
        "connection": "con-nowhere",
        "follow_up": "fup_neverwasanywhere",
        "review": "rev_neverwasanywhere",
        "step": "everything",
        "policy_hash": "0" * 64,
    }
    malformed = dict.fromkeys(absent, "non-sense")
    lead: dict[str, Any] = {"subject": "sub-lee"}
    queries = {
        "GET /api/audit/outcomes": WINDOW,
        "GET /api/audit/seals": {"business": BUSINESS},
        "GET /api/audit/keys": {"business": BUSINESS},
        "GET /api/audit/people": {"business": BUSINESS},
        "GET /api/audit/gaps": {"business": BUSINESS},
        "GET /api/audit/policies/{policy_hash}": {"business": BUSINESS},
        "GET /api/desk/closed": {"business": BUSINESS},
        "GET /api/desk/codes": {"business": BUSINESS},
        "GET /api/desk/colleagues": {"business": BUSINESS},
        "GET /api/desk/previews": {"ids": follow_up.id},
    }
    query = queries.get(route, {})
    body = {"text": "I ask Bo."} if "step" in route else {}
    sent = {"body": body} if route.startswith("PUT ") else {}
    responses = [
        call_route(call_api, route, there, query=query, **sent, **lead),
        call_route(call_api, route, absent, query=query, **lead),
        call_route(call_api, route, malformed, query={"limit": "many"}, **lead),
        call_route(call_api, route, there, query=query, subject="sub-stranger"),
        call_route(call_api, route, there, query=query, body="{", **lead),
    ]

    for response in responses:
        assert_headers(response)
    assert any(response.status >= 400 for response in responses)
    assert route == "POST /hooks/{connection}" or responses[0].status == 200


@pytest.mark.parametrize("route", [route for route in ROUTES if "{connection}" in route])
@pytest.mark.parametrize(
    "rubbish", ["", "x", "con_" + "a" * 3000, "con_a/../b", "con_é", "con_\ud800", "..", "con_a\n"]
)
def test_a_rubbish_address_gets_404_before_anything_is_read(
    backend: Backend, call_api: ApiCall, route: str, rubbish: str
) -> None:
    values = {"connection": rubbish, "review": "x" * 3000}
    folder = next(folder for prefix, folder in FOLDERS.items() if prefix in route)
    read: list[str] = []
    call_route(call_api, route, {**values, "connection": "con-nowhere"})
    tables.dynamodb().meta.events.register("before-call.dynamodb", lambda **_: read.append("read"))
    method, path = route.split()
    response = call_api(folder, method, path, parameters=values)

    assert (response.status, response.json["detail"]) == (404, "There is nothing here.")
    assert read == []


def resolve(call_api: ApiCall, follow_up: FollowUp, body: object) -> ApiResponse:
    path = f"/api/desk/follow-ups/{follow_up.id}/resolution"
    return call_api("desk", "POST", path, subject="sub-ana", body=body)


VALID_BODY = {
    "id": "answer-1",
    "action": "resolve_without_reply",
    "fence": 1,
    "fix": "refunded",
    "root_cause": "double-charge",
}


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (None, "The body is missing."),
        ("{", "The body is not JSON: there is a mistake at character 2."),
        ("5", "The body must be a JSON object; it is 5."),
        (
            {**VALID_BODY, "id": "short"},
            "`id` must have 8 to 64 letters (a-z, A-Z), digits, '-' or '_'; it is 'short'.",
        ),
        (
            {**VALID_BODY, "action": "dance"},
            "`action` must be reply, invite_private, resolve_without_reply, promise, walk_away or "
            "report_fake; it is 'dance'.",
        ),
        ({**VALID_BODY, "fence": "one"}, "`fence` must be a whole number; it is 'one'."),
        ({**VALID_BODY, "fence": 1.5}, "`fence` must be a whole number; it is 1.5."),
        ({**VALID_BODY, "fence": "9" * 5000}, "`fence` must be a whole number with fewer digits."),
        ({**VALID_BODY, "fence": None}, "`fence` must be a whole number."),
        ({**VALID_BODY, "mood": "good"}, "`mood` is not a field of this request."),
        ({**VALID_BODY, "text": 5}, "`text` must be a text; it is 5."),
        ({**VALID_BODY, "text": "x" * 20_001}, "`text` must have at most 20000 characters."),
        (
            {**VALID_BODY, "promised_for": "tomorrow"},
            "`promised_for` must be a date and time with its time zone, such as "
            "2026-03-17T09:00:00Z or 2026-03-17T10:00:00+01:00; it is 'tomorrow'.",
        ),
        (
            {**VALID_BODY, "promised_for": "2030-01-01T00:00:00"},
            "`promised_for` must be a date and time with its time zone, such as "
            "2026-03-17T09:00:00Z or 2026-03-17T10:00:00+01:00; it is '2030-01-01T00:00:00'.",
        ),
        ({**VALID_BODY, "remedy": 5}, "`remedy` must be a JSON object; it is 5."),
        ({**VALID_BODY, "remedy": {"name": "refund"}}, "`remedy.amount` is missing."),
        (
            {**VALID_BODY, "remedy": {"name": "", "amount": 0, "currency": "euro"}},
            "`remedy.name` must have at least 1 character. `remedy.amount` must be more than 0; it "
            "is 0. `remedy.currency` must be a currency code of three capital letters, such as EUR;"
            " it is 'euro'.",
        ),
        (
            {**VALID_BODY, "remedy": {"name": "refund", "amount": "12.3456"}},
            "`remedy.amount` must have at most 3 decimal places; it is '12.3456'.",
        ),
        (
            {**VALID_BODY, "remedy": {"name": "refund", "amount": "NaN"}},
            "`remedy.amount` must be a number; it is 'NaN'.",
        ),
    ],
)
def test_an_invalid_body_gets_400_with_the_reason(
    follow_up: FollowUp, call_api: ApiCall, body: object, detail: str
) -> None:
    response = resolve(call_api, follow_up, body)

    assert (response.status, response.json["detail"]) == (400, detail)


def test_no_error_quotes_the_text_of_an_agent(follow_up: FollowUp, call_api: ApiCall) -> None:
    text = "The customer told me a secret about her health, " * 500
    response = resolve(call_api, follow_up, {**VALID_BODY, "text": text, "note": [text]})

    assert response.status == 400
    assert "secret" not in response.body


@pytest.mark.parametrize("fence", [-1, 0, 1, 99])
def test_any_fence_without_a_claim_is_a_conflict(
    follow_up: FollowUp, call_api: ApiCall, fence: int
) -> None:
    response = resolve(call_api, follow_up, {**VALID_BODY, "fence": fence})

    assert (response.status, response.json["reason"]) == (409, "not_claimed")


@pytest.mark.parametrize("name", ["root_cause", "fix"])
@pytest.mark.parametrize("code", ["x", "Late delivery", "-late", "rude-john-smith", "x" * 40])
def test_a_code_that_the_policy_does_not_have_gets_409_with_those_that_it_has(
    follow_up: FollowUp, call_api: ApiCall, name: str, code: str
) -> None:
    path = f"/api/desk/follow-ups/{follow_up.id}/claim"
    fence = call_api("desk", "POST", path, subject="sub-ana").json["fence"]
    response = resolve(call_api, follow_up, {**VALID_BODY, "fence": fence, name: code})
    details = call_api("desk", "GET", f"/api/desk/follow-ups/{follow_up.id}", subject="sub-ana")
    codes = details.json["causes" if name == "root_cause" else "fixes"]

    assert (response.status, response.json["reason"]) == (409, "code_unknown")
    assert f"no such {name}" in response.json["detail"]
    assert f"Use one of {', '.join(codes)}, and" in response.json["detail"]
    assert code not in response.json["detail"].split()


def test_a_code_may_have_40_characters(follow_up: FollowUp, call_api: ApiCall) -> None:
    response = resolve(call_api, follow_up, {**VALID_BODY, "root_cause": "x" * 41})

    assert response.status == 400
    assert "`root_cause` must have at most 40 characters" in response.json["detail"]


@pytest.mark.parametrize(
    ("path", "query", "detail"),
    [
        ("", {"limit": "101"}, "`limit` must be at most 100; it is '101'."),
        ("", {"limit": "0"}, "`limit` must be at least 1; it is '0'."),
        ("", {"limit": "many"}, "`limit` must be a whole number; it is 'many'."),
        ("", {"after": "x" * 201}, "`after` must have at most 200 characters."),
        (
            "/nonsense",
            {},
            "`follow_up` must be the id of a follow-up, which begins with fup_; it is 'nonsense'.",
        ),
    ],
)
def test_an_invalid_path_or_query_of_the_desk_gets_400_with_the_reason(
    follow_up: FollowUp, call_api: ApiCall, path: str, query: dict[str, str], detail: str
) -> None:
    address = f"/api/desk/follow-ups{path}"
    response = call_api("desk", "GET", address, subject="sub-ana", query=query)

    assert (response.status, response.json["detail"]) == (400, detail)


def read_outcomes(call_api: ApiCall, query: dict[str, Any]) -> ApiResponse:
    return call_api(
        "audit",
        "GET",
        "/api/audit/outcomes",
        subject="sub-ida",
        query=query,
    )


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"business": None}, "`business` is missing."),
        ({"from": None}, "`from` is missing."),
        ({"severity": "awful"}, "`severity` must be .* or .*; it is 'awful'."),
        ({"kind": ["forgiven"]}, "`kind` must be accepted, .*; it is 'forgiven'."),
        ({"limit": "501"}, "`limit` must be at most 500; it is '501'."),
        ({"from": "yesterday"}, "`from` must be a date and time .* such as 90m, 24h or 7d."),
        ({"to": "2026-03-17T00:00:00"}, "`to` must be a date and time with its time zone, .*"),
        ({"to": "99999999d"}, "`to` must be a date and time with its time zone, .*"),
        ({"from": "999999w"}, "`from` must be a date and time with its time zone, .*"),
        ({"to": "2026-03-16T00:00:00Z"}, "`from` must be before `to`."),
        ({"from": "1h", "to": "2h"}, "`from` must be before `to`."),
    ],
)
def test_an_invalid_query_of_the_audit_gets_400_with_the_reason(
    follow_up: FollowUp, call_api: ApiCall, change: dict[str, Any], detail: str
) -> None:
    query = {name: value for name, value in {**WINDOW, **change}.items() if value is not None}
    response = read_outcomes(call_api, query)

    assert response.status == 400
    assert re.fullmatch(detail, response.json["detail"])


@pytest.mark.parametrize("start", ["2026-03-17T00:00:00Z", "2026-03-17T01:00:00 01:00", "52w"])
@pytest.mark.parametrize("end", [{"to": "now"}, {}, {"to": "0s"}, {"to": "2026-03-18T00:00Z"}])
def test_the_audit_accepts_the_same_times_as_the_command(
    follow_up: FollowUp, call_api: ApiCall, start: str, end: dict[str, str]
) -> None:
    query, kinds = {"business": BUSINESS, "from": start, **end}, list[str]()
    while not kinds:  # a page over a part of the period may be empty
        response = read_outcomes(call_api, query)
        assert response.status == 200
        kinds = [outcome["kind"] for outcome in response.json["outcomes"]]
        query["after"] = response.json["next"]

    assert kinds == ["accepted", "follow_up_opened"]
