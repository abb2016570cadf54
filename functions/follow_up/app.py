"""A follow-up's workflow: store its token, and check the follow-up when its timer ends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from heard import clock, settings
from heard.follow_ups import parse_fence
from heard.messaging import Workflows, stepfunctions
from heard.steps.follow_up import await_resolution, check_follow_up
from heard.steps.ports import StorePorts
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


@cache
def ports() -> tuple[StorePorts, Workflows]:
    """What the steps need, made at the first call."""
    config = settings.read(Settings)
    case_store = CaseStore(dynamodb(), config.cases_table, config.outcomes_table)
    return StorePorts(
        SetupStore(dynamodb(), config.setup_table, max_age=60), case_store
    ), Workflows(stepfunctions())


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """`{step: await_resolution, follow_up, token}`, or `{step: check_follow_up, follow_up}`.

    Runs that an earlier release started carry a resolution out, and say with the latter step
    whether that failed (`carry_out_failed`, `fence`).
    """
    store_ports, workflows = ports()
    step, follow_up_id = event["step"], event["follow_up"]
    logger.append_keys(step=step, follow_up=follow_up_id)
    match step:
        case "await_resolution":
            follow_up = await_resolution(follow_up_id, event["token"], store_ports, workflows)
            logger.info("waiting", reviews=follow_up.reviews)
            return {}
        case "check_follow_up":
            result = check_follow_up(
                follow_up_id,
                store_ports,
                clock.now(),
                carry_out_failed=event.get("carry_out_failed", False),
                fence=parse_fence(event.get("fence")),
            )
            logger.info("checked", reviews=result["reviews"], wait=result["wait_seconds"])
            return result
        case _:
            raise ValueError(f"There is no step {step}.")
