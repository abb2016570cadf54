"""The route workflow's first state: store what was said, assess it, ask the policy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit

from heard import clock, settings
from heard.assessment import Engine
from heard.connectors.http import HttpClient
from heard.errors import HeardError, PlatformUnavailable
from heard.messaging import review_of
from heard.stack_metrics import StackMetrics
from heard.steps.engine_selection import select_engine
from heard.steps.next_steps import retry_later
from heard.steps.ports import PlatformPorts, StorePorts
from heard.steps.triage import QueuedReview, triage
from heard.storage.case_store import CaseStore
from heard.storage.setup import Secrets, SetupStore, ssm
from heard.storage.tables import dynamodb

logger = Logger(service="triage")
metrics = StackMetrics(service="triage")

LAST_SECONDS: Final = 5
"""How many of its seconds the function keeps for the try that it has begun."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are, and which engine assesses texts."""

    setup_table: str
    cases_table: str
    outcomes_table: str
    secrets_path: str
    loopback_platforms: str
    assessment_engine: str
    converse_model: str
    engine_calls_per_day: str


@cache
def config() -> Settings:
    """The function's settings, read once."""
    return settings.read(Settings)


@cache
def ports() -> tuple[StorePorts, PlatformPorts]:
    """What the step needs, made at the first message."""
    case_store = CaseStore(dynamodb(), config().cases_table, config().outcomes_table)
    return StorePorts(
        SetupStore(dynamodb(), config().setup_table, max_age=60), case_store
    ), PlatformPorts(
        Secrets(ssm(), config().secrets_path),
        HttpClient(allow_loopback=config().loopback_platforms == "true"),
    )


@cache
def engine() -> Engine:
    """What assesses texts."""
    return select_engine(
        config().assessment_engine,
        dynamodb(),
        config().cases_table,
        calls_per_day=int(config().engine_calls_per_day),
        converse_model=config().converse_model,
        on_failure=lambda failure: logger.warning(
            "no_scores", engine=config().assessment_engine, failure=failure.value
        ),
    )


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One queued message. Returns the route workflow's next steps."""

    def seconds_left() -> float:
        return context.get_remaining_time_in_millis() / 1000 - LAST_SECONDS

    message = QueuedReview.from_json(event)
    logger.append_keys(delivery=message.delivery, reviews=[review_of(event)])
    try:
        steps = triage(message, *ports(), clock.now(), engine(), seconds_left=seconds_left)
    except HeardError as error:
        metrics.add_metric(f"triage_{error.code}", MetricUnit.Count, 1)
        logger.warning("triage failed", code=error.code)
        if isinstance(error, PlatformUnavailable):
            return retry_later(error)
        raise
    metrics.add_metric(f"triaged_{steps['route']}", MetricUnit.Count, 1)
    logger.info("triaged", route=steps["route"], follow_up=steps.get("follow_up"))
    return steps
