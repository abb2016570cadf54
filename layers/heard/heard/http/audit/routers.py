"""A router of the audit: with who calls, and the ports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from heard.http.auth import caller_of

if TYPE_CHECKING:
    from heard.steps.audit_seals import SealReading
    from heard.steps.caller import Caller
    from heard.storage.case_store import CaseStore
    from heard.storage.outcome_log import OutcomeLog
    from heard.storage.people import People
    from heard.storage.policies import Policies
    from heard.storage.setup import SetupStore

type AuditedBusiness = Annotated[str, Query(alias="business", max_length=100)]


@dataclass(frozen=True, slots=True)
class AuditPorts:
    """What the routes of the audit read. `seal_reading` is called by those of seals alone."""

    people: People
    setup: SetupStore
    policies: Policies
    case_store: CaseStore
    log: OutcomeLog
    seal_reading: Callable[[], SealReading]


class AuditRouter(APIGatewayHttpRouter):
    """Routes of the audit, which are answered while the app that includes them has a request."""

    def __init__(self) -> None:
        super().__init__()
        self._ports: Callable[[], AuditPorts] | None = None

    def work_with(self, ports: Callable[[], AuditPorts]) -> None:
        """Take the ports of the app that includes this router."""
        self._ports = ports

    @property
    def ports(self) -> AuditPorts:
        """What the app reads. It is there when a request comes."""
        if self._ports is None:
            raise RuntimeError("No app works with this router.")
        return self._ports()

    @property
    def caller(self) -> Caller:
        """The person who sent the request. Raises Unauthorized, Forbidden."""
        return caller_of(self.current_event.raw_event, self.ports.people)
