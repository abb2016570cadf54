"""Which engine judges in this deployment.

An embedded one, or one outside the stack on top of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from heard import clock
from heard.assessment.engines.chain import EMBEDDED_ENGINES, EngineChain, embedded_engine
from heard.assessment.engines.engine import Engine
from heard.aws import client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from heard.assessment.external.failures import FailureReason


def select_engine(
    name: str,
    dynamodb: DynamoDBClient,
    cases_table: str,
    *,
    calls_per_day: int,
    converse_model: str,
    on_failure: Callable[[FailureReason], None],
) -> Engine:
    """The engine that the setting names.

    `accurate`, `quick`, or `comprehend` or `converse` on top of `accurate`.

    Those two make at most `calls_a_day` calls; `failed` is told why one had no scores. Raises
    BadRequest for another name.
    """
    if name not in {"comprehend", "converse"}:
        return embedded_engine(name)
    # Imported where they are switched on: everybody else's cold start does without them.
    from heard.assessment.external import bedrock, comprehend, failures  # noqa: PLC0415
    from heard.storage.engine_budget import Allowance, EngineBudget  # noqa: PLC0415

    fallback = embedded_engine(EMBEDDED_ENGINES[0])
    budget = Allowance(EngineBudget(dynamodb, cases_table), name, calls_per_day, clock.now)
    external: Engine
    if name == "comprehend":
        service = client(
            "comprehend",
            connect_seconds=failures.CONNECT_SECONDS,
            read_seconds=comprehend.READ_SECONDS,
            attempts=1,
        )
        external = comprehend.ComprehendEngine(service, budget, fallback, on_failure)
    else:
        service = client(
            "bedrock-runtime",
            connect_seconds=failures.CONNECT_SECONDS,
            read_seconds=bedrock.READ_SECONDS,
            attempts=1,
        )
        external = bedrock.ConverseEngine(
            service, budget, fallback, on_failure, model_id=converse_model
        )
    return EngineChain([lambda: external, lambda: fallback])
