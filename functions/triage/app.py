"""The route workflow's first state: store what was said, assess it, ask the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit

from heard import clock, settings
from heard.assessment import Engine
from heard.connectors.http import HttpClient
from heard.messaging import review_of
from heard.stack_metrics import StackMetrics
from heard.steps.batch import after_triage, error_code, messages_of, triage_each
from heard.steps.engine_selection import select_engine
from heard.steps.judging import judge_together
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
    """A batch of queued messages. Returns what the route workflow does next with it."""

    def seconds_left() -> float:
        return context.get_remaining_time_in_millis() / 1000 - LAST_SECONDS

    store_ports, messages = ports(), messages_of(event)
    judge = judge_together(engine(), messages)

    def step(message: Mapping[str, Any]) -> dict[str, Any]:
        review = QueuedReview.from_json(message)
        return triage(review, *store_ports, clock.now(), judge, seconds_left=seconds_left)

    results = triage_each(messages, step, lambda: seconds_left() > LAST_SECONDS)
    for message, result in zip(messages, results, strict=True):
        fields: dict[str, Any] = {
            "delivery": message.get("delivery"),
            "reviews": [review_of(message)],
        }
        if isinstance(result, Exception):
            code = error_code(result)
            metrics.add_metric(f"triage_{code}", MetricUnit.Count, 1)
            logger.warning("triage failed", code=code, **fields)
        else:
            metrics.add_metric(f"triaged_{result['route']}", MetricUnit.Count, 1)
            logger.info(
                "triaged", route=result["route"], follow_up=result.get("follow_up"), **fields
            )
    return after_triage(event, results)
