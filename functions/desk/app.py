"""/api/desk: agents list, claim and resolve follow-ups; leads approve what takes two people.

The routes are in `heard.http.desk`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from aws_lambda_powertools import Logger

from heard import settings
from heard.http.api import create_api, lambda_handler
from heard.http.desk import add_routes
from heard.http.desk.routers import DeskTools
from heard.messaging import Queue, Workflows, sqs, stepfunctions
from heard.stack_metrics import StackMetrics
from heard.steps.desk import DeskPorts
from heard.steps.desk_memory import DeskMemory
from heard.storage.case_store import CaseStore
from heard.storage.desk_settings import DeskSettings
from heard.storage.outcome_log import OutcomeLog
from heard.storage.people import People
from heard.storage.setup import SetupStore
from heard.storage.tables import dynamodb

logger, metrics = Logger(service="desk"), StackMetrics(service="desk")
app = create_api(logger)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    cases_table: str
    outcomes_table: str
    review_queue_url: str


@cache
def ports() -> DeskPorts:
    """What the desk needs, made at the first request."""
    config, db = settings.read(Settings), dynamodb()
    cases = CaseStore(db, config.cases_table, config.outcomes_table)
    people, setup = People(db, config.setup_table), SetupStore(db, config.setup_table)
    queue = Queue(sqs(), config.review_queue_url)
    desk_settings = DeskSettings(db, config.setup_table)
    log, memory = OutcomeLog(db, config.outcomes_table), DeskMemory(people, setup, cases)
    workflows = Workflows(stepfunctions())
    return DeskPorts(people, setup, cases, workflows, queue, desk_settings, log, memory)


add_routes(app, lambda: DeskTools(ports(), logger, metrics))
handler = lambda_handler(app, logger, metrics)
