"""Send one reply: an acknowledgement of the route workflow, or the answer of a follow-up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from heard import clock, settings
from heard.connectors.http import HttpClient
from heard.steps.reply import acknowledge, carry_out
from heard.steps.triage import PlatformPorts, StorePorts
from heard.storage.case_store import CaseStore
from heard.storage.setup import Secrets, SetupStore, ssm
from heard.storage.tables import dynamodb

logger = Logger(service="reply")


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
    """What the step needs, made at the first reply."""
    config = settings.read(Settings)
    case_store = CaseStore(dynamodb(), config.cases_table, config.outcomes_table)
    return StorePorts(
        SetupStore(dynamodb(), config.setup_table, max_age=60), case_store
    ), PlatformPorts(
        Secrets(ssm(), config.secrets_path),
        HttpClient(allow_loopback=config.loopback_platforms == "true"),
    )


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{thread, reply}` of an acknowledgement, or `{follow_up}` whose answer is to be carried out."""
    if "reply" in event:
        result = acknowledge(event["thread"], event["reply"], *ports(), clock.now())
    else:
        result = carry_out(event["follow_up"], *ports(), clock.now())
    logger.info(
        "replied",
        reply=event.get("reply"),
        follow_up=event.get("follow_up"),
        next=result.get("route"),
    )
    return result
