"""The policies that businesses have published, in the Setup table.

Every version for ever, and the pointer to the one that triage follows.

A version is written once, under the next free number, in the same transaction that moves the
pointer; of two who publish at once one wins and the other is told. What a version says (rules,
wording) is `heard.policy`'s business.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from heard.clock import moment, stamp
from heard.errors import BadRequest, Conflict, NotFound
from heard.policy import complete, load_policy
from heard.policy.document import canonical
from heard.storage.tables import Item, attributes, condition_failed, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

LONGEST: Final = 350_000
"""Bytes that a version's document and source may have together: DynamoDB takes 400 KB an item."""

ADOPTED: Final = "what was followed before versions were kept"
PLAYBOOK: Final = "the playbook's, which was followed until then"


@dataclass(frozen=True, slots=True)
class Version:
    """One published policy. `hash` is what decisions name it by.

    `source` is the text as somebody wrote it, empty when there was none.

    `number` counts from 1 in its business. `document` is the complete policy that is executed.
    """

    number: int
    hash: str
    document: Mapping[str, Any]
    source: str
    at: datetime
    by: str
    note: str = ""


class Policies:
    """Reads and adds versions; nothing here changes or deletes one."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def versions(self, business: str) -> list[Version]:
        """All versions of a business, newest first."""
        pages = self._client.get_paginator("query").paginate(**self._query(business))
        return [_version(values(item)) for page in pages for item in page["Items"]]

    def version(self, business: str, number: int) -> Version | None:
        """The version with this number."""
        found = self._client.get_item(
            TableName=self._table, Key=attributes(_key(business, number)), ConsistentRead=True
        )
        return _version(values(found["Item"])) if "Item" in found else None

    def publish(
        self,
        business: str,
        document: Mapping[str, Any],
        *,
        source: str,
        by: str,
        note: str = "",
        now: datetime,
    ) -> Version | None:
        """Make a policy the one that the business follows from now on.

        None, and nothing is written, when it follows that already.

        What is stored is the complete document, so that a version means the same after the playbook
        has changed. What the business followed without ever publishing it (the playbook's, as a
        rule) becomes a version first, so that it can be gone back to. Raises BadRequest for a
        document that is no policy or too long to store, NotFound for an unknown business, Conflict
        (`published_meanwhile`) when somebody else published between the look and the write.
        """
        whole, hash = complete(document), load_policy(document).hash
        profile, newest = self._profile(business), self._newest(business)
        number = newest.number + 1 if newest else 1
        followed = _followed(json.loads(profile["policy"]), number, now)
        if followed.hash == hash:
            return None
        added = [] if "policy_version" in profile else [followed]
        version = Version(number + len(added), hash, whole, source, now, by, note)
        puts = [self._put(business, each) for each in (*added, version)]
        try:
            self._client.transact_write_items(
                TransactItems=[*puts, self._point(business, profile, version)]
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            raise self._overtaken(business) from error
        return version

    def _put(self, business: str, version: Version) -> TransactWriteItemTypeDef:
        document = _text(version.document)
        if (size := len((document + version.source).encode())) > LONGEST:
            raise BadRequest(
                f"policy: {size} bytes with its source are too many to store; at most {LONGEST}. "
                "Shorten its longest texts."
            )
        item = {
            "number": version.number,
            "hash": version.hash,
            "document": document,
            "source": version.source,
        }
        item |= {"at": stamp(version.at), "by": version.by, "note": version.note} | _key(
            business, version.number
        )
        return {
            "Put": {
                "TableName": self._table,
                "Item": attributes(item),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def _point(self, business: str, profile: Item, version: Version) -> TransactWriteItemTypeDef:
        """Moves the pointer, if it is where it was seen."""
        condition = "#policy = :seen AND attribute_not_exists(policy_version)"
        given: Item = {
            ":policy": _text(version.document),
            ":number": version.number,
            ":seen": profile["policy"],
        }
        if "policy_version" in profile:
            condition = "policy_version = :seen"
            given[":seen"] = profile["policy_version"]
        return {
            "Update": {
                "TableName": self._table,
                "Key": attributes(_profile(business)),
                "UpdateExpression": "SET #policy = :policy, policy_version = :number",
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {"#policy": "policy"},
                "ExpressionAttributeValues": attributes(given),
            }
        }

    def _profile(self, business: str) -> Item:
        found = self._client.get_item(
            TableName=self._table, Key=attributes(_profile(business)), ConsistentRead=True
        )
        if "Item" not in found:
            raise NotFound(f"There is no business {business}.")
        return values(found["Item"])

    def _newest(self, business: str) -> Version | None:
        found = self._client.query(**self._query(business), Limit=1)["Items"]
        return _version(values(found[0])) if found else None

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

    def _overtaken(self, business: str) -> Conflict:
        newest = self._newest(business)
        who = f"version {newest.number} by {newest.by}" if newest else "another policy"
        return Conflict(
            "published_meanwhile",
            f"Somebody else published {who} at the same moment; yours was not. Look at it, then "
            "publish again.",
        )


def _followed(document: Mapping[str, Any], number: int, now: datetime) -> Version:
    """What a business followed before it ever published, as the version that it would be."""
    try:
        whole, hash = complete(document), load_policy(document).hash
    except BadRequest:
        # An earlier release took it and this one does not; that must not keep a mended one out.
        whole, hash = (
            document,
            hashlib.sha256(canonical(document).encode("utf-8", "surrogatepass")).hexdigest(),
        )
    return Version(
        number,
        hash,
        whole,
        "",
        now,
        "unknown" if document else "Heard",
        ADOPTED if document else PLAYBOOK,
    )


def _text(document: Mapping[str, Any]) -> str:
    # Escaped, letters of most scripts would take up to three times the room that `LONGEST` counts.
    return json.dumps(dict(document), ensure_ascii=False, separators=(",", ":"))


def _version(item: Item) -> Version:
    fields = {name: item[name] for name in Version.__dataclass_fields__ if name in item}
    return replace(Version(**fields), document=json.loads(item["document"]), at=moment(item["at"]))


def _key(business: str, number: int) -> Item:
    return {"pk": f"BUSINESS#{business}", "sk": f"POLICY#{number:08d}"}


def _profile(business: str) -> Item:
    return {"pk": f"BUSINESS#{business}", "sk": "PROFILE"}
