"""The route workflow's first state: store what was said, assess it, ask the policy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from heard import clock, settings
from heard.assessment import Engine
from heard.connectors.http import HttpClient
from heard.steps.engine_selection import judge
from heard.steps.triage import Message, Ports, Reach, triage
from heard.storage.case_store import Work
from heard.storage.setup import Secrets, Setup, ssm
from heard.storage.tables import dynamodb

logger = Logger(service="triage")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are, and what judges."""

    setup_table: str
    work_table: str
    outcomes_table: str
    secrets_path: str
    loopback_platforms: str
    assessment_engine: str
    converse_model: str
    engine_calls_a_day: str


@cache
def here() -> Settings:
    """The function's settings, read once."""
    return settings.read(Settings)


@cache
def ports() -> tuple[Ports, Reach]:
    """What the step needs, made at the first message."""
    work = Work(dynamodb(), here().work_table, here().outcomes_table)
    return Ports(Setup(dynamodb(), here().setup_table, max_age=60), work), Reach(
        Secrets(ssm(), here().secrets_path),
        HttpClient(loopback=here().loopback_platforms == "true"),
    )


@cache
def engine() -> Engine:
    """What judges texts."""
    return judge(
        here().assessment_engine,
        dynamodb(),
        here().work_table,
        calls_a_day=int(here().engine_calls_a_day),
        converse_model=here().converse_model,
        failed=lambda failure: logger.warning(
            "no_scores", engine=here().assessment_engine, failure=failure.value
        ),
    )


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """One queued message; answers the route workflow's next steps."""
    message = Message.from_json(event)
    logger.set_correlation_id(message.delivery)
    steps = triage(message, *ports(), clock.now(), engine())
    logger.info("triaged", review=steps["review"], route=steps["route"])
    return steps
