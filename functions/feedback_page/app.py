"""GET /feedback/{connection}/{review}.

The page on which the author of a feedback form finds our answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from heard import settings
from heard.connectors import Response
from heard.connectors.platforms.feedback_form import answer_page
from heard.errors import HeardError
from heard.steps.feedback_page import answers
from heard.storage.case_store import Work
from heard.storage.setup import Setup
from heard.storage.tables import dynamodb
from heard.web import Answer, answer, failed

logger = Logger(service="feedback_page")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    work_table: str


@cache
def ports() -> tuple[Setup, Work]:
    """What the step needs, made at the first request."""
    here = settings.read(Settings)
    return Setup(dynamodb(), here.setup_table, max_age=60), Work(dynamodb(), here.work_table)


def handler(event: dict[str, Any], _context: object) -> Answer:
    """One HTTP API (payload 2.0) request."""
    address = event["pathParameters"]
    try:
        connection, said, replies = answers(address["connection"], address["review"], *ports())
    except HeardError as error:
        logger.info("feedback_page", result=error.code)
        return failed(error)
    logger.info("feedback_page", result="shown", replies=len(replies))
    page = answer_page(
        connection, said, replies, event.get("headers", {}).get("accept-language", "")
    )
    return answer(Response(200, page, "text/html"))
