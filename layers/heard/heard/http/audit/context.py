"""What explains the outcomes of a business: its people, its policies, and what is missing."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path

from heard import clock
from heard.http.audit.routers import AuditedBusiness, AuditRouter
from heard.http.audit.shapes import GapsJson, PeopleJson, PolicyJson
from heard.http.shape import success
from heard.steps.audit_gaps import GapPorts, find_gaps
from heard.steps.audit_people import list_people
from heard.steps.audit_policies import find_policy

router = AuditRouter()
type PolicyHash = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


@router.get(
    "/api/audit/people", operation_id="listPeople", responses=success(PeopleJson, "The people")
)
def people(business: AuditedBusiness) -> dict[str, Any]:
    """The first names of the people of a business, by the ids that outcomes hold."""
    return list_people(router.caller, business, router.ports.people)


@router.get("/api/audit/gaps", operation_id="listGaps", responses=success(GapsJson, "The gaps"))
def gaps(business: AuditedBusiness) -> dict[str, Any]:
    """What is missing: reviews in nobody's hands, what is late or closed twice, who is silent."""
    ports = router.ports
    sources = GapPorts(ports.case_store, ports.log, ports.setup)
    return find_gaps(router.caller, business, sources, clock.now())


@router.get(
    "/api/audit/policies/<policy_hash>",
    operation_id="getPolicy",
    responses=success(PolicyJson, "The policy"),
)
def policy(policy_hash: PolicyHash, business: AuditedBusiness) -> dict[str, Any]:
    """The policy of a business that an outcome names by its hash."""
    ports = router.ports
    return find_policy(router.caller, business, policy_hash, ports.policies, ports.setup)
