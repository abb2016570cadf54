"""A router of the desk: with who calls, the ports, and the log line and metrics of the request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from heard.http.auth import caller_of

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics

    from heard.steps.caller import Caller
    from heard.steps.desk import DeskPorts

type Id = Annotated[str, Path(pattern="^fup_[a-z0-9]{8,40}$")]
type Business = Annotated[str, Query(max_length=100)]
type Limit = Annotated[int, Query(ge=1, le=100)]


@dataclass(frozen=True, slots=True)
class DeskTools:
    """What the function of the desk gives its routes."""

    ports: DeskPorts
    logger: Logger
    metrics: Metrics


class DeskRouter(APIGatewayHttpRouter):
    """Routes of the desk, which are answered while the app that includes them has a request."""

    def __init__(self) -> None:
        super().__init__()
        self._tools: Callable[[], DeskTools] | None = None

    def work_with(self, tools: Callable[[], DeskTools]) -> None:
        """Take the tools of the app that includes this router."""
        self._tools = tools

    @property
    def tools(self) -> DeskTools:
        """The tools of the app. They exist when a request comes."""
        if self._tools is None:
            raise RuntimeError("No app works with this router.")
        return self._tools()

    @property
    def ports(self) -> DeskPorts:
        """What the steps of the desk need."""
        return self.tools.ports

    @property
    def caller(self) -> Caller:
        """The person who sent the request. Raises Unauthorized, Forbidden."""
        return caller_of(self.current_event.raw_event, self.ports.people)

    def log_reviews(self, reviews: Iterable[str]) -> None:
        """Name reviews in the log line of the request."""
        self.tools.logger.append_keys(reviews=list(reviews))

    def log_details(self, details: dict[str, Any]) -> dict[str, Any]:
        """Name the reviews that the caller gets to read in the log line. Returns the details."""
        self.log_reviews(review["id"] for review in details["reviews"])
        return details
