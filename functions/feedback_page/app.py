"""GET /feedback/{connection}/{review}: where the author of a feedback form finds our replies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from heard import settings
from heard.connectors import WebhookResponse
from heard.connectors.platforms.feedback_form import render_feedback_page
from heard.errors import HeardError
from heard.http.responses import GatewayResponse, error_response, gateway_response
from heard.reviews import review_id
from heard.steps.feedback_page import feedback_page
from heard.storage.case_store import CaseStore
from heard.storage.setup import SetupStore
from heard.storage.tables import dynamodb

logger = Logger(service="feedback_page")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    cases_table: str


@cache
def ports() -> tuple[SetupStore, CaseStore]:
    """What the step needs, made at the first request."""
    config = settings.read(Settings)
    return SetupStore(dynamodb(), config.setup_table, max_age=60), CaseStore(
        dynamodb(), config.cases_table
    )


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: Any) -> GatewayResponse:
    """One HTTP API (payload 2.0) request."""
    parameters = event["pathParameters"]
    try:
        connection, text, replies = feedback_page(
            parameters["connection"], parameters["review"], *ports()
        )
    except HeardError as error:
        logger.info("feedback_page", result=error.code)
        return error_response(error)
    # The address is the author's secret. Our own id of the review tells nobody what it is.
    review = review_id(connection.business, connection.platform, parameters["review"])
    logger.info("feedback_page", result="shown", reviews=[review], replies=len(replies))
    page = render_feedback_page(
        connection, text, replies, event.get("headers", {}).get("accept-language", "")
    )
    return gateway_response(WebhookResponse(200, page, "text/html"))
