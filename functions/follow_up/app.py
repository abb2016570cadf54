"""A follow-up's clock.

Keep the token with which the workflow waits, and look again when it rings.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from heard import clock, settings
from heard.messaging import Bus, Flows, events, stepfunctions
from heard.steps.follow_up import Clocks, look_again, open_for_person
from heard.steps.triage import Ports
from heard.storage.case_store import Work
from heard.storage.setup import Setup
from heard.storage.tables import dynamodb

logger = Logger(service="follow_up")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    work_table: str
    outcomes_table: str
    event_bus: str


@cache
def ports() -> tuple[Ports, Clocks]:
    """What the steps need, made at the first call."""
    here = settings.read(Settings)
    work = Work(dynamodb(), here.work_table, here.outcomes_table)
    return Ports(Setup(dynamodb(), here.setup_table, max_age=60), work), Clocks(
        Flows(stepfunctions()), Bus(events(), here.event_bus)
    )


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{step: open, follow_up, token}`, or `{step: look_again, follow_up, handed_back?}`."""
    stored, clocks = ports()
    follow_up = event["follow_up"]
    logger.info("follow_up", step=event["step"], follow_up=follow_up)
    if event["step"] == "open":
        open_for_person(follow_up, event["token"], stored, clocks)
        return {}
    return look_again(
        follow_up, stored, clocks, clock.now(), handed_back=bool(event.get("handed_back"))
    )
