"""Which engine judges in this deployment.

An embedded one, or one outside the stack on top of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from heard import clock
from heard.assessment.engines.chain import EMBEDDED, Chain, embedded
from heard.assessment.engines.engine import Engine
from heard.aws import client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from heard.assessment.external.failures import Failure


def judge(
    engine: str,
    dynamodb: DynamoDBClient,
    work_table: str,
    *,
    calls_a_day: int,
    converse_model: str,
    failed: Callable[[Failure], None],
) -> Engine:
    """The engine that the setting names.

    `accurate`, `quick`, or `comprehend` or `converse` on top of `accurate`.

    Those two make at most `calls_a_day` calls; `failed` is told why one had no scores. Raises
    BadRequest for another name.
    """
    if engine not in {"comprehend", "converse"}:
        return embedded(engine)
    # Imported where they are switched on: everybody else's cold start does without them.
    from heard.assessment.external import bedrock, comprehend, failures  # noqa: PLC0415
    from heard.storage.engine_budget import Allowance, EngineBudget  # noqa: PLC0415

    beneath = embedded(EMBEDDED[0])
    budget = Allowance(EngineBudget(dynamodb, work_table), engine, calls_a_day, clock.now)
    first: Engine
    if engine == "comprehend":
        reached = client(
            "comprehend",
            connect_seconds=failures.CONNECT_SECONDS,
            read_seconds=comprehend.READ_SECONDS,
            attempts=1,
        )
        first = comprehend.Comprehend(reached, budget, beneath, failed)
    else:
        reached = client(
            "bedrock-runtime",
            connect_seconds=failures.CONNECT_SECONDS,
            read_seconds=bedrock.READ_SECONDS,
            attempts=1,
        )
        first = bedrock.Converse(reached, budget, beneath, failed, model_id=converse_model)
    return Chain([lambda: first, lambda: beneath])
