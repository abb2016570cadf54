"""Every route for people who are signed in, with every role, in every business: one table.

The routes are collected from the apps. A route without a row in `ROWS` fails here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import Any, Final

import pytest

from heard.people import Role
from heard.policy import default_policy
from heard.steps.seal import seal_business
from tests.static.cloudformation import mentions, resources
from tests.unit.backend import BUSINESS, NOON, OTHER_BUSINESS, Backend, complaint
from tests.unit.functions.conftest import (
    FUNCTIONS_BY_FOLDER,
    ApiCall,
    ApiResponse,
    FunctionLoader,
)
from tests.unit.sealing import SealBench

AGENT, LEAD, AUDITOR, ADMIN = Role.AGENT, Role.LEAD, Role.AUDITOR, Role.ADMIN
STRANGERS: Final = "bus_strangers"
WINDOW: Final = {"from": "2026-03-17T00:00:00Z", "to": "2026-03-18T00:00:00Z"}


@dataclass(frozen=True)
class Row:
    """Who may use a route, and a request that each of them may send.

    `status` is what they get. It is not always 200, as nobody has claimed anything here: then
    `reason` is that of the conflict.
    """

    roles: set[Role]
    status: int = 200
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    reason: str | None = None


ROWS: Final[Mapping[str, Row]] = {
    "GET /api/desk/follow-ups": Row({AGENT, LEAD}, query={"business": "{business}"}),
    "GET /api/desk/closed": Row({AGENT, LEAD}, query={"business": "{business}"}),
    "GET /api/desk/colleagues": Row({AGENT, LEAD}, query={"business": "{business}"}),
    "GET /api/desk/codes": Row({AGENT, LEAD}, query={"business": "{business}"}),
    "GET /api/desk/follow-ups/<follow_up>": Row({AGENT, LEAD}),
    "POST /api/desk/follow-ups/<follow_up>/claim": Row({AGENT, LEAD}),
    "POST /api/desk/follow-ups/<follow_up>/release": Row({AGENT, LEAD}, body={"fence": 1}),
    "POST /api/desk/follow-ups/<follow_up>/resolution": Row(
        {AGENT, LEAD},
        409,
        {
            "id": "answer-1",
            "action": "resolve_without_reply",
            "fence": 1,
            "fix": "refunded",
            "root_cause": "double-charge",
        },
        reason="not_claimed",
    ),
    "POST /api/desk/follow-ups/<follow_up>/lint": Row({AGENT, LEAD}, body={"text": "Thanks."}),
    "POST /api/desk/follow-ups/<follow_up>/approval": Row(
        {LEAD}, 409, {"approved": True, "digest": "0" * 32}, reason="nothing_to_approve"
    ),
    "POST /api/desk/follow-ups/<follow_up>/takeover": Row(
        {LEAD}, 409, {"fence": 0, "reason": "overdue"}, reason="not_claimed"
    ),
    "POST /api/desk/follow-ups/<follow_up>/notes": Row(
        {AGENT, LEAD}, body={"id": "note-0001", "text": "Rang them."}
    ),
    "DELETE /api/desk/follow-ups/<follow_up>/mention": Row({AGENT, LEAD}),
    "PUT /api/desk/follow-ups/<follow_up>/draft": Row({AGENT, LEAD}, body={"text": "We are"}),
    "DELETE /api/desk/follow-ups/<follow_up>/draft": Row({AGENT, LEAD}),
    "PUT /api/desk/follow-ups/<follow_up>/later": Row(
        {AGENT, LEAD}, 409, {"until": "2026-03-17T12:10:00Z"}, reason="date_passed"
    ),
    "DELETE /api/desk/follow-ups/<follow_up>/later": Row({AGENT, LEAD}),
    "GET /api/audit/reviews/<review>": Row({AUDITOR, LEAD, ADMIN}),
    "GET /api/audit/reviews/<review>/verification": Row({AUDITOR, LEAD, ADMIN}),
    "GET /api/audit/seals": Row({AUDITOR, LEAD, ADMIN}, query={"business": "{business}"}),
    "GET /api/audit/seals/<business>/<day>": Row({AUDITOR, LEAD, ADMIN}),
    "GET /api/audit/outcomes/<outcome>/proof": Row({AUDITOR, LEAD, ADMIN}),
    "GET /api/audit/keys": Row({AUDITOR, LEAD, ADMIN}, query={"business": "{business}"}),
    "GET /api/audit/outcomes": Row(
        {AUDITOR, LEAD, ADMIN}, query={"business": "{business}", **WINDOW}
    ),
    "GET /api/audit/people": Row({AUDITOR, LEAD, ADMIN}, query={"business": "{business}"}),
    "GET /api/audit/gaps": Row({AUDITOR, LEAD, ADMIN}, query={"business": "{business}"}),
    "GET /api/audit/policies/<policy_hash>": Row(
        {AUDITOR, LEAD, ADMIN}, query={"business": "{business}"}
    ),
}
OWN: Final[Mapping[str, Any]] = {
    "GET /api/desk/later": None,
    "GET /api/me/preferences": None,
    "PUT /api/me/preferences": {"language": "de"},
}
"""What belongs to the caller and to no business, with a body: whoever holds any role may."""
OVER_ALL: Final = {"GET /api/me", "GET /api/desk/previews"}
"""Routes that ask about no business: they answer of those where the caller holds a role."""
ABSENT: Final = {
    "follow_up": "fup_neverwasanywhere",
    "review": "rev_neverwasanywhere",
    "business": "bus_neverwasanywhere",
    "day": "2026-03-17",
    "outcome": "out_neverwasanywhere_000001",
    "policy_hash": "0" * 64,
}
_ROLE_SETS: Final = [frozenset[Role](), *(frozenset({role}) for role in Role)]
PAIRS: Final = [pair for pair in product(_ROLE_SETS, _ROLE_SETS) if any(pair)]
"""What Kim holds in two businesses: each role, or none, in each of them."""


def signed_in_folders() -> set[str]:
    """The functions that API Gateway calls for people who are signed in."""
    routes = resources("AWS::ApiGatewayV2::Route").values()
    integrations = resources("AWS::ApiGatewayV2::Integration")
    functions = resources("AWS::Serverless::Function")
    return {
        properties["CodeUri"].removeprefix("functions/")
        for route in routes
        if route["AuthorizationType"] == "JWT"
        for name, integration in integrations.items()
        if mentions(route["Target"], name)
        for function, properties in functions.items()
        if mentions(integration["IntegrationUri"], f"{function}Aliaslive")
        or mentions(integration["IntegrationUri"], function)
    }


def routes_of(load_function: FunctionLoader, folder: str) -> set[str]:
    """What an app answers, as `METHOD /path/<parameter>`."""
    paths: Mapping[str, Any] = (
        load_function(folder).app.get_openapi_schema(title="Heard", version="1").paths
    )
    return {
        f"{method.upper()} {path.replace('{', '<').replace('}', '>')}"
        for path, item in paths.items()
        for method in item.model_dump(exclude_none=True)
    }


def test_every_route_of_the_apps_has_a_row(load_function: FunctionLoader) -> None:
    folders = signed_in_folders()
    with_api = {folder for folder in FUNCTIONS_BY_FOLDER if hasattr(load_function(folder), "app")}

    assert folders == with_api == {"desk", "audit"}
    routes = {route for folder in folders for route in routes_of(load_function, folder)}
    assert routes == {*ROWS, *OWN, *OVER_ALL}


@dataclass(frozen=True)
class Office:
    """Two businesses and a stranger's, each with one follow-up that nobody has claimed.

    It is always Kim who calls. Every request that succeeds may be repeated by the same person.
    """

    backend: Backend
    call_api: ApiCall
    ids: Mapping[str, Mapping[str, str]]

    def send(self, route: str, ids: Mapping[str, str], **claims: str) -> ApiResponse:
        """A request about the follow-up, review or business with these ids."""
        row, (method, path) = ROWS[route], route.split()
        return self.call_api(
            path.split("/")[2],
            method,
            re.sub(r"<(\w+)>", lambda match: ids[match[1]], path),
            subject="sub-kim",
            claims=claims,
            query={name: value.format_map(ids) for name, value in row.query.items()},
            body=row.body,
        )


@pytest.fixture
def office(backend: Backend, call_api: ApiCall, seal_bench: SealBench) -> Office:
    ids: dict[str, dict[str, str]] = {}
    for business in (BUSINESS, OTHER_BUSINESS, STRANGERS):
        backend.connect("standard", business=business)
        review = backend.deliver(complaint("r-1"))
        follow_up = backend.case(review).follow_up
        assert follow_up is not None
        ids[business] = {
            "business": business,
            "review": review,
            "follow_up": follow_up.id,
            "policy_hash": default_policy().hash,
        }
        ports = seal_bench.ports(first_day=NOON.date())
        report = seal_business(business, ports, NOON + timedelta(days=1))
        outcome = f"out_{review.removeprefix('rev_')}_000001"
        ids[business] |= {"day": report.days[0].day, "outcome": outcome}
    return Office(backend, call_api, ids)


def expected_status(row: Row, held: frozenset[Role]) -> int:
    """What a route answers somebody who holds these roles in the business that they ask about."""
    if not held:
        return 404
    return row.status if held & row.roles else 403


@pytest.mark.parametrize("route", ROWS)
def test_a_role_counts_in_its_own_business_only(office: Office, route: str) -> None:
    row = ROWS[route]
    before = office.backend.case_items()
    unknown: ApiResponse | None = None
    for here, there in PAIRS:
        roles = {BUSINESS: here, OTHER_BUSINESS: there}
        office.backend.store_person("Kim", roles)
        unknown = unknown or office.send(route, ABSENT)
        assert unknown.status == 404
        for business, ids in office.ids.items():
            case = f"{sorted(here)} here, {sorted(there)} there, asks about {business}"
            status = expected_status(row, roles.get(business, frozenset()))
            if status == 200:
                continue
            response = office.send(route, ids)
            assert response.status == status, case
            match status:
                case 404:
                    assert response.body == unknown.body, case
                case 403:
                    needed = response.json["detail"].partition(";")[0]
                    assert set(re.findall(r"\w+", needed)) & set(Role) == row.roles, case
                    assert business in needed, case
                case _:
                    assert response.json["reason"] == row.reason, case
    assert office.backend.case_items() == before
    for here, there in PAIRS:
        roles = {BUSINESS: here, OTHER_BUSINESS: there}
        office.backend.store_person("Kim", roles)
        for business, held in roles.items():
            if expected_status(row, held) == 200:
                response = office.send(route, office.ids[business])
                assert response.status == 200, (here, there, business, response.body)


def test_somebody_without_any_role_gets_the_reason(office: Office) -> None:
    for is_stored, route in product((False, True), ROWS):
        if is_stored:
            office.backend.store_person("Kim", {})
        for ids in (office.ids[BUSINESS], ABSENT):
            response = office.send(route, ids)
            assert (response.status, "no role" in response.json["detail"]) == (403, True), route


@pytest.mark.parametrize(("route", "body"), OWN.items())
def test_what_is_the_callers_own_needs_any_role_and_no_certain_one(
    backend: Backend, call_api: ApiCall, route: str, body: Any
) -> None:
    method, path = route.split()

    def status(name: str) -> int:
        return call_api("desk", method, path, subject=f"sub-{name.lower()}", body=body).status

    for role in Role:
        backend.store_person(role.value, {BUSINESS: {role}})
        assert status(role.value) == 200
    backend.store_person("Kim", {})
    assert (status("Kim"), status("Nobody")) == (403, 403)


def test_a_role_that_is_taken_away_is_gone_at_the_next_request(office: Office) -> None:
    for route, row in ROWS.items():
        ids = office.ids[BUSINESS]
        role = min(row.roles)
        office.backend.store_person("Kim", {BUSINESS: {role}, OTHER_BUSINESS: {AGENT}})
        assert office.send(route, ids).status == row.status
        office.backend.store_person("Kim", {OTHER_BUSINESS: {AGENT}})
        assert office.send(route, ids).status == 404


def test_the_groups_of_a_token_give_no_right(office: Office) -> None:
    """A token of the release before, or a group that somebody made in the user pool."""
    office.backend.store_person("Kim", {OTHER_BUSINESS: {AGENT}})
    groups = {"cognito:groups": "[agent lead auditor admin]"}
    for route in ROWS:
        assert office.send(route, office.ids[BUSINESS], **groups).status == 404


def test_a_list_over_all_businesses_shows_those_where_the_caller_answers(office: Office) -> None:
    for here, there in PAIRS:
        roles = {BUSINESS: here, OTHER_BUSINESS: there}
        office.backend.store_person("Kim", roles)
        response = office.call_api("desk", "GET", "/api/desk/follow-ups", subject="sub-kim")
        answering = {business for business, held in roles.items() if held & {AGENT, LEAD}}
        if answering:
            assert response.status == 200
            assert {row["business"] for row in response.json["follow_ups"]} == answering
        else:
            assert response.status == 403
            assert "agent or lead" in response.json["detail"]


def test_previews_are_those_of_businesses_where_the_caller_answers(office: Office) -> None:
    every_id = [ids["follow_up"] for ids in office.ids.values()]
    for here, there in PAIRS:
        roles = {BUSINESS: here, OTHER_BUSINESS: there}
        office.backend.store_person("Kim", roles)
        response = office.call_api(
            "desk",
            "GET",
            "/api/desk/previews",
            subject="sub-kim",
            query={"ids": [*every_id, ABSENT["follow_up"]]},
        )
        answering = {business for business, held in roles.items() if held & {AGENT, LEAD}}
        if answering:
            shown = {preview["id"] for preview in response.json["previews"]}
            assert shown == {office.ids[business]["follow_up"] for business in answering}
        else:
            assert response.status == 403
            assert "agent or lead" in response.json["detail"]


def test_everybody_with_a_role_is_told_of_their_own_roles_alone(office: Office) -> None:
    for here, there in PAIRS:
        office.backend.store_person("Kim", {BUSINESS: here, OTHER_BUSINESS: there})
        response = office.call_api("desk", "GET", "/api/me", subject="sub-kim")
        assert {each["business"]: set(each["roles"]) for each in response.json["businesses"]} == {
            business: {role.value for role in held}
            for business, held in ((BUSINESS, here), (OTHER_BUSINESS, there))
            if held
        }


def test_nobody_without_a_role_is_told_anything(office: Office) -> None:
    for route in OVER_ALL:
        response = office.call_api(
            "desk",
            "GET",
            route.removeprefix("GET "),
            subject="sub-kim",
            query={"ids": [office.ids[BUSINESS]["follow_up"]]},
        )
        assert response.status == 403
