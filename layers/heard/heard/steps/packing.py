"""Reads what goes into an auditor's pack from where it is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heard.connectors import load
from heard.errors import BadRequest
from heard.packs.source import PackConnection, PackPerson, PackPolicy
from heard.policy import complete_document, default_policy, load_policy
from heard.policy.document import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from heard.outcomes import Outcome
    from heard.seals.seal import Seal
    from heard.storage.lake import Lake
    from heard.storage.outcome_log import OutcomeLog
    from heard.storage.people import People
    from heard.storage.policies import Policies
    from heard.storage.seals import Seals
    from heard.storage.setup import SetupStore


@dataclass(frozen=True, slots=True)
class StoredDays:
    """The `PackSource` of a stack."""

    seals: Seals
    lake: Lake
    log: OutcomeLog
    setup: SetupStore
    versions: Policies
    listed_people: People

    def seal(self, business: str, day: str) -> Seal | None:
        """The oldest version of a day's seal. Raises Fault where that is no seal."""
        return self.seals.read(business, day)

    def facts(self, key: str) -> bytes | None:
        """A facts file as it is now."""
        return self.lake.get(key)

    def stamps(self, business: str, first: str, last: str) -> dict[str, list[bytes]]:
        """What time-stamp authorities said of the notes of these days."""
        return self.seals.stamps(business, first, last)

    def outcomes_before(self, review: str, sequence: int) -> Iterable[Outcome]:
        """What the log has of a review before a number."""
        return self.log.read(review, count=sequence - 1)

    def policies(self, business: str) -> Sequence[PackPolicy]:
        """The published versions, the one that holds, and the playbook's."""
        by_hash = {
            version.hash: PackPolicy(version.hash, canonical(version.document), version.source)
            for version in self.versions.versions(business)
        }
        profile = self.setup.business(business)
        documents: list[Mapping[str, Any]] = [profile.policy if profile else {}, {}]
        for document in documents:
            if (policy := _policy_of(document)) is not None:
                by_hash.setdefault(policy.hash, policy)
        return list(by_hash.values())

    def connections(self, business: str) -> Sequence[PackConnection]:
        """The connections of now."""
        return [
            PackConnection(
                each.id,
                each.platform,
                each.settings.get("channel") or load(each.platform).capabilities.channel.value,
            )
            for each in self.setup.connections(business)
        ]

    def people(self, business: str) -> Sequence[PackPerson]:
        """Who has a role now."""
        return [
            PackPerson(each.subject, tuple(sorted(each.roles)))
            for each in self.listed_people.colleagues(business).people
        ]


def _policy_of(document: Mapping[str, Any]) -> PackPolicy | None:
    """A document that was never published. None if this release cannot read it."""
    try:
        policy = load_policy(document) if document else default_policy()
        return PackPolicy(policy.hash, canonical(complete_document(document)), "")
    except BadRequest:
        return None
