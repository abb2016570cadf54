"""The signed-in APIs: from a request of API Gateway to a response, and one line in the log."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.metrics import MetricUnit

from heard.errors import BadRequest, ConflictError, HeardError, NotFound, problem
from heard.http.etags import tag_response
from heard.http.invalid_input import describe_invalid_input
from heard.http.requests import check_json_body
from heard.http.responses import PROBLEM_TYPE, RESPONSE_HEADERS, error_response, is_ping

_FOLLOW_UP: Final = re.compile(r"/(fup_[a-z0-9]{8,40})(?=/|$)")
_REVIEW: Final = re.compile(r"/(rev_[a-z0-9]{8,40})(?=/|$)")


def create_api(logger: Logger) -> APIGatewayHttpResolver:
    """An API without routes. Every error of Heard becomes a response in problem+json.

    The code of an error, and the reason of a conflict, go to the log line of the request.
    """
    app = APIGatewayHttpResolver(enable_validation=True)

    def problem_response(error: HeardError) -> Response[str]:
        reason = error.reason if isinstance(error, ConflictError) else None
        logger.append_keys(code=error.code, reason=reason)
        return Response(
            status_code=HTTPStatus(error.http_status).value,
            content_type=PROBLEM_TYPE,
            body=json.dumps(problem(error)),
        )

    @app.exception_handler(HeardError)
    def handle_heard_error(error: HeardError) -> Response[str]:
        return problem_response(error)

    @app.exception_handler(RequestValidationError)
    def handle_invalid_request(error: RequestValidationError) -> Response[str]:
        return problem_response(BadRequest(describe_invalid_input(error.errors())))

    @app.exception_handler(NotFoundError)
    def handle_unknown_path(_error: NotFoundError) -> Response[str]:
        return problem_response(NotFound("There is no such address in this API."))

    return app


def lambda_handler(
    app: APIGatewayHttpResolver, logger: Logger, metrics: Metrics
) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """The Lambda handler of an API.

    It counts requests by the class of their status, and gives every response the
    `RESPONSE_HEADERS`, and what was read an entity tag (`heard.http.etags`). A ping is no request.
    """

    @metrics.log_metrics
    def respond(event: dict[str, Any], context: Any) -> dict[str, Any]:
        path = event.get("rawPath", "")
        if follow_up := _FOLLOW_UP.search(path):
            logger.append_keys(follow_up=follow_up[1])
        if review := _REVIEW.search(path):
            logger.append_keys(reviews=[review[1]])
        response = _resolve(app, event, context, logger)
        headers = {name.lower(): value for name, value in response["headers"].items()}
        response["headers"] = {**headers, **RESPONSE_HEADERS}
        tag_response(event, response)
        status = response["statusCode"]
        metrics.add_metric(f"requests_{status // 100}xx", MetricUnit.Count, 1)
        logger.info("request", route=event.get("routeKey"), status=status)
        return response

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        if is_ping(event):
            logger.info("ping")
            return {}
        return respond(event, context)

    return handler


def _resolve(
    app: APIGatewayHttpResolver, event: dict[str, Any], context: Any, logger: Logger
) -> dict[str, Any]:
    """The response of the API, or why the body cannot be read: the API would fail at that."""
    try:
        if event["requestContext"]["http"]["method"] != "GET":
            check_json_body(event)
    except BadRequest as error:
        logger.append_keys(code=error.code)
        return dict(error_response(error))
    return app.resolve(event, context)
