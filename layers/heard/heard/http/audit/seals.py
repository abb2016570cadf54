"""The seals of a business: the sealed days, one of them, a proof of an outcome, and the keys."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from heard import clock
from heard.errors import BadRequest
from heard.http.audit.routers import AuditedBusiness, AuditRouter
from heard.http.audit.shapes import SealJson, SealKeysJson, SealProofJson, SealsJson
from heard.http.shape import success
from heard.steps.audit_seals import MAX_DAYS, find_seal, list_keys, list_seals, prove_outcome

router = AuditRouter()
_DAY: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
type OutcomeId = Annotated[str, Path(pattern="^out_[a-z0-9]{8,40}_[0-9]{6,9}$")]
type BusinessId = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,80}$")]


@router.get(
    "/api/audit/seals", operation_id="listSeals", responses=success(SealsJson, "The sealed days")
)
def seals(
    business: AuditedBusiness,
    start: Annotated[str | None, Query(alias="from", pattern=_DAY)] = None,
    end: Annotated[str | None, Query(alias="to", pattern=_DAY)] = None,
) -> dict[str, Any]:
    """The sealed days of a business from one day to another (UTC), at most 31 a page.

    Without `from`, the last 31 days. `next` is the `from` of the next page.
    """
    last = _day("to", end) if end else clock.now().date()
    first = _day("from", start) if start else last - timedelta(days=MAX_DAYS - 1)
    return list_seals(router.caller, business, first, last, router.ports.seal_reading())


@router.get(
    "/api/audit/seals/<business>/<day>",
    operation_id="getSeal",
    responses=success(SealJson, "The seal"),
)
def seal(business: BusinessId, day: Annotated[str, Path(pattern=_DAY)]) -> dict[str, Any]:
    """The seal of a day: the signed note, the record, and the hash of each leaf."""
    reading = router.ports.seal_reading()
    return find_seal(router.caller, business, _day("day", day), reading).to_json()


@router.get(
    "/api/audit/outcomes/<outcome>/proof",
    operation_id="proveOutcome",
    responses=success(SealProofJson, "The proof"),
)
def proof(outcome: OutcomeId) -> dict[str, Any]:
    """What proves that an outcome was sealed: its leaf, its path to the root, the signed note.

    404 with the reason `not_sealed_yet` until the night after its day, and with `not_in_seal_yet`
    until the night after that where the seal of its day is without it.
    """
    return prove_outcome(router.caller, outcome, router.ports.seal_reading())


@router.get(
    "/api/audit/keys", operation_id="listSealKeys", responses=success(SealKeysJson, "The keys")
)
def keys(business: AuditedBusiness) -> dict[str, Any]:
    """The public keys that sign, or signed, the seals of a business."""
    reading = router.ports.seal_reading()
    return list_keys(router.caller, business, clock.now().date(), reading)


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(f"`{name}` must be a day, such as 2026-03-17.") from error
