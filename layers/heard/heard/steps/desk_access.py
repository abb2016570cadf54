"""What every call of the desk about a follow-up begins with: may the caller, and is it as read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from heard.errors import ConflictError, DamagedState
from heard.follow_ups import Conflict, ConflictCode
from heard.people import ANSWERING, Role
from heard.storage.case_store import LoadedCase

if TYPE_CHECKING:
    from heard.steps.caller import Caller
    from heard.storage.case_store import CaseStore
    from heard.storage.follow_ups import StoredFollowUp


def find_follow_up(
    caller: Caller,
    follow_up_id: str,
    case_store: CaseStore,
    roles: tuple[Role, ...] = ANSWERING,
) -> StoredFollowUp:
    """A follow-up of a business where the caller holds one of the roles.

    Raises NotFound, Forbidden.
    """
    stored = case_store.stored_follow_up(follow_up_id)
    caller.require_role(stored.follow_up.business, *roles, missing="There is no such follow-up.")
    return stored


def read_case(
    follow_up_id: str, case_store: CaseStore, known: StoredFollowUp | None = None
) -> LoadedCase:
    """The case of a follow-up. Raises ConflictError when none of its reviews can be read.

    `known` is the follow-up as it was just read.
    """
    try:
        return case_store.case_of_follow_up(follow_up_id, known)
    except DamagedState as damage:
        raise ConflictError(ConflictCode.UNREADABLE.value, damage.detail) from damage


def load_from(
    known: StoredFollowUp | LoadedCase, follow_up_id: str, case_store: CaseStore
) -> Callable[[], LoadedCase]:
    """Load the case of a follow-up: from what this call has just read first, and then anew.

    Whoever came in between has changed a version. Then nothing is written, and it is loaded again.
    """
    first = [known]

    def load() -> LoadedCase:
        match first.pop() if first else None:
            case LoadedCase() as loaded:
                return loaded
            case stored:
                return read_case(follow_up_id, case_store, stored)

    return load


def or_raise[T](result: T | Conflict) -> T:
    """The result, unless it is a conflict. Raises ConflictError."""
    if isinstance(result, Conflict):
        raise ConflictError(result.code.value, result.detail)
    return result
