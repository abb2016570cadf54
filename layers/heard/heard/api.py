"""What the signed-in APIs share: who calls, what they may send, and errors as problem+json.

Roles come with the token, businesses from Setup.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from http import HTTPStatus
from typing import Any, cast

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from heard.errors import BadRequest, Forbidden, HeardError, NotFound, problem
from heard.follow_ups import Action
from heard.remedies import Grant
from heard.steps.desk import Caller, ResolutionRequest
from heard.storage.setup import SetupStore


class RemedyBody(BaseModel):
    """What is granted to the customer.

    `currency` may be left out where the policy knows the remedy in one only.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=60)
    amount: Decimal = Field(gt=0, max_digits=12, decimal_places=3)
    currency: str = Field(default="", pattern="^([A-Z]{3})?$")


class ResolutionBody(BaseModel):
    """An agent's answer; `id` is the client's own, so that sending it twice is answering once."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: str = Field(pattern="^[A-Za-z0-9_-]{8,64}$")
    action: Action
    fence: int = Field(ge=1)
    text: str | None = Field(default=None, max_length=20_000)
    note: str | None = Field(default=None, max_length=20_000)
    fix: str | None = Field(default=None, max_length=40)
    root_cause: str | None = Field(default=None, max_length=40)
    reason: str | None = Field(default=None, max_length=40)
    evidence: str | None = Field(default=None, max_length=20_000)
    promised_for: AwareDatetime | None = None
    remedy: RemedyBody | None = None

    @property
    def request(self) -> ResolutionRequest:
        """What the desk is asked."""
        remedy = (
            Grant(self.remedy.name, self.remedy.amount, self.remedy.currency)
            if self.remedy
            else None
        )
        return ResolutionRequest(**self.model_dump(exclude={"remedy"}), remedy=remedy)


class ReleaseBody(BaseModel):
    """Which claim is given back."""

    fence: int = Field(ge=1)


class ApprovalBody(BaseModel):
    """A lead's word on an answer that takes two people."""

    approved: bool


def caller_of(event: Mapping[str, Any], setup: SetupStore) -> Caller:
    """Who calls. The JWT authorizer has checked the token.

    The person's businesses are read afresh, so that taking one away works at once.

    Raises Forbidden for somebody who can sign in but was given no business.
    """
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    person = setup.person(str(claims["sub"]))
    if person is None:
        raise Forbidden(
            "You are signed in, but you belong to no business yet. An admin can add you: heard "
            "people add."
        )
    return Caller(person, frozenset(_parse_groups(claims.get("cognito:groups", ""))))


def _parse_groups(claim: object) -> list[str]:
    """The groups of a token: API Gateway hands the list over as the text `[agent lead]`."""
    if isinstance(claim, list):
        return [str(group) for group in cast("list[object]", claim)]
    return str(claim).strip("[]").replace(",", " ").split()


def with_error_handlers(app: APIGatewayHttpResolver) -> APIGatewayHttpResolver:
    """The resolver with every error mapped to problem+json."""

    @app.exception_handler(HeardError)
    def handle_heard_error(error: HeardError) -> Response[str]:
        return _problem_response(error)

    @app.exception_handler(RequestValidationError)
    def handle_invalid_request(error: RequestValidationError) -> Response[str]:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
            for each in error.errors()
        )
        return _problem_response(BadRequest(f"The request does not fit: {problems}."))

    @app.exception_handler(NotFoundError)
    def handle_unknown_path(_error: NotFoundError) -> Response[str]:
        return _problem_response(NotFound("There is no such address in this API."))

    return app


def lambda_handler(
    app: APIGatewayHttpResolver, logger: Logger
) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """The Lambda handler of an API: one request, one answer, one line in the log."""

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        response = app.resolve(event, context)
        logger.info("request", route=event.get("routeKey"), status=response["statusCode"])
        return response

    return handler


def _problem_response(error: HeardError) -> Response[str]:
    return Response(
        status_code=HTTPStatus(error.http_status).value,
        content_type="application/problem+json",
        body=json.dumps(problem(error)),
        headers={"cache-control": "no-store"},
    )
