"""The published policies of businesses, in the Setup table: every version, and which one holds.

A version is written once, under the next free number, in the transaction that also makes it the
policy that triage follows. Of two people who publish at once, one wins and the other gets a
conflict. What a policy means is the business of `heard.policy`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from heard.clock import format_time, parse_time
from heard.errors import BadRequest, ConflictError, NotFound
from heard.policy import complete_document, load_policy
from heard.policy.document import canonical
from heard.storage.tables import Item, attributes, condition_failed, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

MAX_BYTES: Final = 350_000
"""Largest document and source of a version together: an item of DynamoDB has at most 400 KB."""

MAX_PAGES: Final = 10
"""How much is read to find one version by its hash: some 10 MB."""

ADOPTED_NOTE: Final = "what was followed before versions were kept"
PLAYBOOK_NOTE: Final = "the playbook's, which was followed until then"


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One published policy.

    `number` counts from 1 in its business. Decisions name a policy by its `hash`. `document` is the
    complete policy, `source` the text as a person wrote it (empty when there is none).
    """

    number: int
    hash: str
    document: Mapping[str, Any]
    source: str
    at: datetime
    published_by: str
    note: str = ""


class Policies:
    """Reads and adds versions; nothing here changes or deletes one."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def versions(self, business: str) -> list[PolicyVersion]:
        """All versions of a business, newest first."""
        pages = self._client.get_paginator("query").paginate(**self._query(business))
        return [_parse_version(values(item)) for page in pages for item in page["Items"]]

    def version(self, business: str, number: int) -> PolicyVersion | None:
        """The version with this number."""
        response = self._client.get_item(
            TableName=self._table,
            Key=attributes(_version_key(business, number)),
            ConsistentRead=True,
        )
        return _parse_version(values(response["Item"])) if "Item" in response else None

    def with_hash(self, business: str, hash: str) -> PolicyVersion | None:
        """The newest version with this hash; None when none of those that are read has it.

        It reads at most `MAX_PAGES` pages of the newest versions, each of some megabyte.
        """
        query = self._query(business) | {
            "FilterExpression": "#hash = :hash",
            "ExpressionAttributeNames": {"#hash": "hash"},
        }
        query["ExpressionAttributeValues"] |= attributes({":hash": hash})
        pages = self._client.get_paginator("query").paginate(**query)
        for page in islice(pages, MAX_PAGES):
            for item in page["Items"]:
                return _parse_version(values(item))
        return None

    def publish(
        self,
        business: str,
        document: Mapping[str, Any],
        *,
        source: str,
        published_by: str,
        note: str = "",
        now: datetime,
    ) -> PolicyVersion | None:
        """Make a policy the one that the business follows; None when it follows that one already.

        The complete document is stored, so that a version means the same after the default policy
        has changed. A policy that the business follows but never published (usually the default
        one) becomes a version first, so that the business can go back to it.

        Raises BadRequest for a document that is no policy or is too long to store, NotFound for an
        unknown business, ConflictError (`published_meanwhile`) when another person published first.
        """
        complete, hash = complete_document(document), load_policy(document).hash
        profile, newest = self._profile(business), self._newest(business)
        number = newest.number + 1 if newest else 1
        previous = _unpublished_version(json.loads(profile["policy"]), number, now)
        if previous.hash == hash:
            return None
        missing_versions = [] if "policy_version" in profile else [previous]
        version = PolicyVersion(
            number + len(missing_versions), hash, complete, source, now, published_by, note
        )
        writes = [self._version_write(business, new) for new in (*missing_versions, version)]
        try:
            self._client.transact_write_items(
                TransactItems=[*writes, self._pointer_write(business, profile, version)]
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            raise self._published_meanwhile(business) from error
        return version

    def _version_write(self, business: str, version: PolicyVersion) -> TransactWriteItemTypeDef:
        document = _compact_json(version.document)
        if (size := len((document + version.source).encode())) > MAX_BYTES:
            raise BadRequest(
                f"policy: it has {size} bytes with its source; at most {MAX_BYTES} can be stored. "
                "Shorten its longest texts."
            )
        item = {
            "number": version.number,
            "hash": version.hash,
            "document": document,
            "source": version.source,
        }
        item |= {
            "at": format_time(version.at),
            "published_by": version.published_by,
            "note": version.note,
        } | _version_key(business, version.number)
        return {
            "Put": {
                "TableName": self._table,
                "Item": attributes(item),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def _pointer_write(
        self, business: str, profile: Item, version: PolicyVersion
    ) -> TransactWriteItemTypeDef:
        """Makes a version the business's policy, if that has not changed since it was read."""
        condition = "#policy = :seen AND attribute_not_exists(policy_version)"
        parameters: Item = {
            ":policy": _compact_json(version.document),
            ":number": version.number,
            ":seen": profile["policy"],
        }
        if "policy_version" in profile:
            condition = "policy_version = :seen"
            parameters[":seen"] = profile["policy_version"]
        return {
            "Update": {
                "TableName": self._table,
                "Key": attributes(_profile_key(business)),
                "UpdateExpression": "SET #policy = :policy, policy_version = :number",
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {"#policy": "policy"},
                "ExpressionAttributeValues": attributes(parameters),
            }
        }

    def _profile(self, business: str) -> Item:
        response = self._client.get_item(
            TableName=self._table, Key=attributes(_profile_key(business)), ConsistentRead=True
        )
        if "Item" not in response:
            raise NotFound(f"There is no business {business}.")
        return values(response["Item"])

    def _newest(self, business: str) -> PolicyVersion | None:
        items = self._client.query(**self._query(business), Limit=1)["Items"]
        return _parse_version(values(items[0])) if items else None

    def _query(self, business: str) -> Any:
        return {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
            "ExpressionAttributeValues": attributes(
                {":pk": f"BUSINESS#{business}", ":prefix": "POLICY#"}
            ),
            "ScanIndexForward": False,
            "ConsistentRead": True,
        }

    def _published_meanwhile(self, business: str) -> ConflictError:
        newest = self._newest(business)
        other_version = (
            f"version {newest.number} by {newest.published_by}" if newest else "another policy"
        )
        return ConflictError(
            "published_meanwhile",
            f"Another person published {other_version} at the same time, so yours was not "
            "published. Read theirs, then publish again.",
        )


def _unpublished_version(document: Mapping[str, Any], number: int, now: datetime) -> PolicyVersion:
    """The policy of a business that never published one, as a version."""
    try:
        complete, hash = complete_document(document), load_policy(document).hash
    except BadRequest:
        # This release cannot read it. That must not stop a corrected one from being published.
        complete, hash = (
            document,
            hashlib.sha256(canonical(document).encode("utf-8", "surrogatepass")).hexdigest(),
        )
    return PolicyVersion(
        number,
        hash,
        complete,
        "",
        now,
        "unknown" if document else "Heard",
        ADOPTED_NOTE if document else PLAYBOOK_NOTE,
    )


def _compact_json(document: Mapping[str, Any]) -> str:
    # Escaped letters of most scripts would take up to three times as many bytes.
    return json.dumps(dict(document), ensure_ascii=False, separators=(",", ":"))


def _parse_version(item: Item) -> PolicyVersion:
    fields = {name: item[name] for name in PolicyVersion.__dataclass_fields__ if name in item}
    return replace(
        PolicyVersion(**fields), document=json.loads(item["document"]), at=parse_time(item["at"])
    )


def _version_key(business: str, number: int) -> Item:
    return {"pk": f"BUSINESS#{business}", "sk": f"POLICY#{number:08d}"}


def _profile_key(business: str) -> Item:
    return {"pk": f"BUSINESS#{business}", "sk": "PROFILE"}
