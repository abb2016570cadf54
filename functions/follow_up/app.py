"""A follow-up's clock.

Keep the token with which the workflow waits, and look again when it rings.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from heard import clock, settings
from heard.messaging import EventBus, Workflows, eventbridge, stepfunctions
from heard.steps.follow_up import WorkflowPorts, await_resolution, check_follow_up
from heard.steps.triage import StorePorts
from heard.storage.case_store import CaseStore
from heard.storage.setup import SetupStore
from heard.storage.tables import dynamodb

logger = Logger(service="follow_up")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    cases_table: str
    outcomes_table: str
    event_bus: str


@cache
def ports() -> tuple[StorePorts, WorkflowPorts]:
    """What the steps need, made at the first call."""
    config = settings.read(Settings)
    case_store = CaseStore(dynamodb(), config.cases_table, config.outcomes_table)
    return StorePorts(
        SetupStore(dynamodb(), config.setup_table, max_age=60), case_store
    ), WorkflowPorts(Workflows(stepfunctions()), EventBus(eventbridge(), config.event_bus))


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{step: open, follow_up, token}`, or `{step: look_again, follow_up, handed_back?}`."""
    store_ports, workflow_ports = ports()
    follow_up = event["follow_up"]
    logger.info("follow_up", step=event["step"], follow_up=follow_up)
    if event["step"] == "open":
        await_resolution(follow_up, event["token"], store_ports, workflow_ports)
        return {}
    return check_follow_up(
        follow_up,
        store_ports,
        workflow_ports,
        clock.now(),
        carry_out_failed=bool(event.get("carry_out_failed")),
    )
