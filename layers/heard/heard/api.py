"""What the signed-in APIs share: who calls, and errors as problem+json. Roles come with the token, businesses from Setup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from heard.errors import BadRequest, Forbidden, HeardError, NotFound, problem
from heard.steps.desk import Caller
from heard.storage.setup import Setup


def caller_of(event: Mapping[str, Any], setup: Setup) -> Caller:
    """Who calls. The JWT authorizer has checked the token; the person's businesses are read afresh, so that taking one away works at once.

    Raises Forbidden for somebody who can sign in but was given no business.
    """
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    person = setup.person(str(claims["sub"]))
    if person is None:
        raise Forbidden("You are signed in, but you belong to no business yet. An admin can add you: heard people add.")
    return Caller(person, frozenset(_groups(claims.get("cognito:groups", ""))))


def _groups(claim: object) -> list[str]:
    """The groups of a token: API Gateway hands the list over as the text `[agent lead]`."""
    if isinstance(claim, list):
        return [str(group) for group in claim]
    return str(claim).strip("[]").replace(",", " ").split()


def guarded(app: APIGatewayHttpResolver) -> APIGatewayHttpResolver:
    """The resolver with every error mapped to problem+json."""

    @app.exception_handler(HeardError)
    def refused(error: HeardError) -> Response[str]:
        return _problem(error)

    @app.exception_handler(RequestValidationError)
    def invalid(error: RequestValidationError) -> Response[str]:
        wrong = "; ".join(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors())
        return _problem(BadRequest(f"The request does not fit: {wrong}."))

    @app.not_found
    def unknown(_error: NotFoundError) -> Response[str]:
        return _problem(NotFound("There is no such address in this API."))

    return app


def _problem(error: HeardError) -> Response[str]:
    return Response(
        status_code=HTTPStatus(error.http_status).value,
        content_type="application/problem+json",
        body=json.dumps(problem(error)),
        headers={"cache-control": "no-store"},
    )
