"""The policy that is checked, and what of it is the business's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from heard.policy.conditions import Conditions, Facts
from heard.policy.coverage import find_reachable
from heard.policy.document import Policy, load_policy, playbook
from heard.policy.schema_types import DAY_SECONDS


@dataclass(frozen=True, slots=True)
class PolicyCheck:
    """A policy, its complete document, and in each list the ids of the business's own entries."""

    policy: Policy
    full_document: Mapping[str, Any]
    own_ids: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, full_document: Mapping[str, Any]) -> Self:
        """The check of a complete document. An entry of the playbook word for word is not own."""
        defaults = playbook()
        own_ids = {
            part: frozenset(
                entry["id"] for entry in full_document[part] if entry not in defaults[part]
            )
            for part in ("rules", "sla", "escalation")
        }
        return cls(load_policy(full_document), full_document, own_ids)

    def own_entries(self, part: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The business's own entries with their indexes in the complete document."""
        return (
            (index, entry)
            for index, entry in enumerate(self.full_document[part])
            if entry["id"] in self.own_ids[part]
        )

    def find_reachable(self, entry: Conditions, earlier: Sequence[Conditions]) -> Facts | None:
        """Facts that `entry` is the first to match, under this policy's cap and calendar.

        None if there are none. Raises SearchLimitReached.
        """
        calendar = self.policy.calendar
        always_open = calendar.week_seconds == 7 * DAY_SECONDS and not calendar.holidays
        return find_reachable(
            entry, earlier, max_public_replies=self.policy.public_replies, always_open=always_open
        )
