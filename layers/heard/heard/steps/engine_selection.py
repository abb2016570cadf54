"""Which engine reads texts in this deployment: an embedded one, or an external one beside it."""

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
    """The engine with this name: `accurate`, `quick`, `comprehend` or `converse`.

    The last two are external. Their scores are combined with those of `accurate`, which judges
    alone when they give none. They make at most `calls_per_day` calls. `on_failure` is called with
    the reason when a call gave no scores. Raises BadRequest for another name.
    """
    if name not in {"comprehend", "converse"}:
        return embedded_engine(name)
    # Imported only where they are switched on, as an import costs cold start.
    from heard.assessment.external import bedrock, comprehend, failures  # noqa: PLC0415
    from heard.storage.engine_budget import Allowance, EngineBudget  # noqa: PLC0415

    base_engine = embedded_engine(EMBEDDED_ENGINES[0])
    budget = Allowance(EngineBudget(dynamodb, cases_table), name, calls_per_day, clock.now)
    external: Engine
    if name == "comprehend":
        service = client(
            "comprehend",
            connect_seconds=failures.CONNECT_SECONDS,
            read_seconds=comprehend.READ_SECONDS,
            attempts=1,
        )
        external = comprehend.ComprehendEngine(service, budget, base_engine, on_failure)
    else:
        service = client(
            "bedrock-runtime",
            connect_seconds=failures.CONNECT_SECONDS,
            read_seconds=bedrock.READ_SECONDS,
            attempts=1,
        )
        external = bedrock.ConverseEngine(
            service, budget, base_engine, on_failure, model_id=converse_model
        )
    return EngineChain([lambda: external, lambda: base_engine])
