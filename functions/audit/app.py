"""/api/audit: the outcomes of a review or of a business, and what auditors need around them.

The routes are in `heard.http.audit`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from aws_lambda_powertools import Logger

from heard import settings
from heard.http.api import create_api, lambda_handler
from heard.http.audit import add_routes
from heard.http.audit.routers import AuditPorts
from heard.stack_metrics import StackMetrics
from heard.steps.audit_seals import SealReading
from heard.storage.case_store import CaseStore
from heard.storage.lake import s3
from heard.storage.outcome_log import OutcomeLog
from heard.storage.people import People
from heard.storage.policies import Policies
from heard.storage.seal_key import SealKey, kms
from heard.storage.seals import Seals
from heard.storage.setup import SetupStore
from heard.storage.tables import dynamodb

logger, metrics = Logger(service="audit"), StackMetrics(service="audit")
app = create_api(logger)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    setup_table: str
    cases_table: str
    outcomes_table: str
    seal_bucket: str
    seal_key_id: str
    origin: str


@cache
def ports() -> AuditPorts:
    """What the API reads, made at the first request."""
    config, db = settings.read(Settings), dynamodb()
    return AuditPorts(
        People(db, config.setup_table),
        SetupStore(db, config.setup_table),
        Policies(db, config.setup_table),
        CaseStore(db, config.cases_table),
        OutcomeLog(db, config.outcomes_table),
        seal_reading,
    )


@cache
def seal_reading() -> SealReading:
    """What the routes of seals read, made at the first of their requests."""
    config = settings.read(Settings)
    seals, key = Seals(s3(), config.seal_bucket), SealKey(kms(), config.seal_key_id)
    return SealReading(ports().log, seals, key, config.origin)


add_routes(app, ports)
handler = lambda_handler(app, logger, metrics)
