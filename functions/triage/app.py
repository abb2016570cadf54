"""The route workflow's first state: store what was said, assess it, ask the policy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from heard import clock, settings
from heard.connectors.http import HttpClient
from heard.steps.triage import Message, Ports, Reach, triage
from heard.storage.setup import Secrets, Setup, ssm
from heard.storage.tables import dynamodb
from heard.storage.work import Work

logger = Logger(service="triage")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    work_table: str
    outcomes_table: str
    secrets_path: str
    loopback_platforms: str


@cache
def ports() -> tuple[Ports, Reach]:
    """What the step needs, made at the first message."""
    here = settings.read(Settings)
    work = Work(dynamodb(), here.work_table, here.outcomes_table)
    return Ports(Setup(dynamodb(), here.setup_table, max_age=60), work), Reach(
        Secrets(ssm(), here.secrets_path), HttpClient(loopback=here.loopback_platforms == "true")
    )


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """One queued message; answers the route workflow's next steps."""
    message = Message.from_json(event)
    logger.set_correlation_id(message.delivery)
    steps = triage(message, *ports(), clock.now())
    logger.info("triaged", review=steps["review"], route=steps["route"])
    return steps
