"""Agents' drafts: one for each agent and follow-up, sealed like the words that it answers.

A draft is no record of anything: it has no outcome, it expires, and it is gone when the follow-up
is resolved. An erasure deletes all drafts of the author's follow-ups, whoever's key they are under.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from botocore.exceptions import ClientError

from heard.errors import Contention, DamagedText
from heard.notes import DRAFT_RETENTION, Draft
from heard.storage.items import CaseItems
from heard.storage.tables import attributes, condition_failed
from heard.storage.vault import Erased

DRAFT_PREFIX: Final = "DRAFT#"


class Drafts(CaseItems):
    """Reads and writes drafts."""

    def put_draft(
        self,
        follow_up_id: str,
        agent: str,
        author: str,
        draft: Draft,
        now: datetime,
        *,
        after_resolution: str | None = None,
    ) -> None:
        """Store an agent's draft in the place of the one before, sealed with the author's key.

        `after_resolution` is the key of the follow-up's last resolution, None before the first.
        Raises Contention when the author is being erased: then read the case again.
        """
        sk = f"{DRAFT_PREFIX}{agent}"
        try:
            sealed = self.vault.seal(author, f"{follow_up_id}/{sk}", draft.to_json())
        except Erased as error:
            raise Contention("The author's data is being erased. Try again.") from error
        item = {
            "pk": follow_up_id,
            "sk": sk,
            "author": author,
            "after_resolution": after_resolution,
            "expires_at": int((now + DRAFT_RETENTION).timestamp()),
            **sealed,
        }
        self._client.put_item(TableName=self._table, Item=attributes(item))
        if not self.vault.has_key(author):
            # The erasure may have looked for drafts before this one was there.
            self.remove_draft(follow_up_id, agent)

    def draft(self, follow_up_id: str, agent: str) -> Draft | None:
        """An agent's draft; None when there is none, or it cannot be read any more."""
        item = self._get_item(follow_up_id, f"{DRAFT_PREFIX}{agent}")
        try:
            place = f"{follow_up_id}/{item['sk']}"
            return Draft.from_json(self.vault.open(item["author"], place, item))
        except (Erased, DamagedText, KeyError, TypeError):
            return None

    def remove_draft(self, follow_up_id: str, agent: str) -> None:
        """Delete an agent's draft. Deleting what is not there is no error."""
        key = attributes({"pk": follow_up_id, "sk": f"{DRAFT_PREFIX}{agent}"})
        self._client.delete_item(TableName=self._table, Key=key)

    def remove_draft_before(self, follow_up_id: str, agent: str, resolution_key: str) -> None:
        """Delete an agent's draft, unless it was stored after this resolution."""
        key = attributes({"pk": follow_up_id, "sk": f"{DRAFT_PREFIX}{agent}"})
        try:
            self._client.delete_item(
                TableName=self._table,
                Key=key,
                ConditionExpression=(
                    "attribute_not_exists(after_resolution) OR after_resolution <> :key"
                ),
                ExpressionAttributeValues=attributes({":key": resolution_key}),
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def remove_drafts(self, follow_up_id: str, *, author: str | None = None) -> int:
        """Delete all drafts of a follow-up, or those under the key of an author. Returns how many.

        It reads first: mostly there is none, and to delete costs five times as much as to look.
        """
        count = 0
        for item in self._query_items(follow_up_id, DRAFT_PREFIX):
            if author is None or item["author"] == author:
                self.remove_draft(follow_up_id, item["sk"].removeprefix(DRAFT_PREFIX))
                count += 1
        return count
