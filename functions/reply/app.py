"""Send one reply: an acknowledgement, or that of a resolution; or give a resolution back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit

from heard import clock, settings
from heard.connectors.http import HttpClient
from heard.errors import DamagedText, HeardError, PlatformUnavailable
from heard.follow_ups import parse_fence
from heard.stack_metrics import StackMetrics
from heard.steps.batch import acknowledge_each, after_replies, error_code
from heard.steps.follow_up import hand_back
from heard.steps.next_steps import retry_later
from heard.steps.ports import PlatformPorts, StorePorts
from heard.steps.reply import acknowledge, carry_out
from heard.storage.case_store import CaseStore
from heard.storage.setup import Secrets, SetupStore, ssm
from heard.storage.tables import dynamodb

logger = Logger(service="reply")
metrics = StackMetrics(service="reply")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    cases_table: str
    outcomes_table: str
    secrets_path: str
    loopback_platforms: str


@cache
def ports() -> tuple[StorePorts, PlatformPorts]:
    """What the steps need, made at the first reply."""
    config = settings.read(Settings)
    case_store = CaseStore(dynamodb(), config.cases_table, config.outcomes_table)
    return StorePorts(
        SetupStore(dynamodb(), config.setup_table, max_age=60), case_store
    ), PlatformPorts(
        Secrets(ssm(), config.secrets_path),
        HttpClient(allow_loopback=config.loopback_platforms == "true"),
    )


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """`{step: acknowledge, replies, …}` for a batch, or `{step, follow_up, fence}`.

    That step is `carry_out` or `hand_back`.
    """
    step = event["step"]
    logger.append_keys(step=step, follow_up=event.get("follow_up"))
    try:
        match step:
            case "acknowledge":
                return _acknowledge_each(event)
            case "carry_out":
                fence = parse_fence(event.get("fence"))
                result = carry_out(event["follow_up"], *ports(), clock.now(), fence=fence)
            case "hand_back":
                fence = parse_fence(event["fence"])
                result = hand_back(event["follow_up"], ports()[0], clock.now(), fence=fence)
            case _:
                raise ValueError(f"There is no step {step}.")
    except HeardError as error:
        _log_failure(step, error)
        if step == "carry_out" and isinstance(error, PlatformUnavailable):
            return retry_later(error)
        raise
    metrics.add_metric(f"{step}_done", MetricUnit.Count, 1)
    if result.get("reopened"):
        metrics.add_metric("carry_out_not_settled", MetricUnit.Count, 1)
    logger.info("replied", reviews=result["reviews"], execution=result.get("execution_name"))
    return result


def _acknowledge_each(event: dict[str, Any]) -> dict[str, Any]:
    store_ports, platform_ports = ports()

    def step(reply: Mapping[str, Any]) -> dict[str, Any]:
        return acknowledge(
            reply["thread"], reply["reply"], store_ports, platform_ports, clock.now()
        )

    results = acknowledge_each(event["replies"], step)
    for reply, result in zip(event["replies"], results, strict=True):
        fields: dict[str, Any] = {"reply": reply["reply"], "reviews": [reply["review"]]}
        if isinstance(result, Exception):
            _log_failure("acknowledge", result, **fields)
        else:
            metrics.add_metric("acknowledge_done", MetricUnit.Count, 1)
            logger.info("replied", next=result["route"], **fields)
    return after_replies(event, results)


def _log_failure(step: str, error: Exception, **fields: Any) -> None:
    metrics.add_metric("texts_damaged", MetricUnit.Count, int(isinstance(error, DamagedText)))
    metrics.add_metric(f"{step}_{error_code(error)}", MetricUnit.Count, 1)
    logger.warning("not replied", code=error_code(error), **fields)
