"""The rules of then: the policy that an outcome names by its hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from heard.clock import format_time
from heard.errors import BadRequest, NotFound
from heard.people import AUDITING
from heard.policy import complete_document, load_policy
from heard.steps.caller import NO_SUCH_BUSINESS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heard.steps.caller import Caller
    from heard.storage.policies import Policies
    from heard.storage.setup import SetupStore

_NO_POLICY: Final = (
    "No version of this business's policy has this hash. It was not published: it may be the "
    "default policy of another release."
)


def find_policy(
    caller: Caller, business: str, hash: str, policies: Policies, setup: SetupStore
) -> dict[str, Any]:
    """The policy with a hash: a published version, or what the business follows unpublished.

    Of the latter only the document is known. Raises NotFound, Forbidden.
    """
    caller.require_role(business, *AUDITING, missing=NO_SUCH_BUSINESS)
    if version := policies.with_hash(business, hash):
        return {
            "hash": version.hash,
            "business": business,
            "number": version.number,
            "at": format_time(version.at),
            "published_by": version.published_by,
            "note": version.note,
            "source": version.source,
            "document": dict(version.document),
        }
    stored = setup.business(business)
    own: Mapping[str, Any] = stored.policy if stored else {}
    try:
        followed = load_policy(own).hash
    except BadRequest as error:
        # Another release wrote it.
        raise NotFound(_NO_POLICY) from error
    if followed != hash:
        raise NotFound(_NO_POLICY)
    unpublished = dict.fromkeys(("number", "at", "published_by", "note", "source"))
    document = complete_document(own)
    return {"hash": hash, "business": business, **unpublished, "document": document}
