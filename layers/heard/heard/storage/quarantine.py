"""Genuine deliveries that could not be read.

They are kept in the Cases table, shown to the business, and replayed after a fix. Only a body that
is too long for an item is not kept whole.

What a delivery says (body, query, headers) is sealed under a key of its own and lies in an item of
its own. The key lies in the entry, which is what lists show. So a list reads small items and opens
nothing. A role that may only write can seal, and deleting the key makes the content unreadable at
once. Both items expire after `QUARANTINE_RETENTION`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from heard.clock import parse_time
from heard.errors import DamagedText
from heard.storage.tables import attributes, condition_failed, values
from heard.stored_fields import known_fields

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

QUARANTINE_RETENTION: Final = timedelta(days=30)
"""How long a delivery waits for a fix. DynamoDB deletes it within some days after that."""

EXPIRY_WARNING: Final = timedelta(days=7)
"""How long before its end an operator is told that a delivery will be lost."""

_ENTRY_FIELDS: Final = (
    "id",
    "business",
    "connection",
    "platform",
    "received_at",
    "why",
    "method",
)


@dataclass(frozen=True, slots=True)
class QuarantinedDelivery:
    """One delivery as it arrived. `why` says what could not be read, without quoting it."""

    id: str
    business: str
    connection: str
    platform: str
    received_at: str
    why: str
    method: str
    query: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """What a list says of a delivery, without what was sent.

    `size` is that of the kept body in bytes. `is_sealed` is False for a delivery of an earlier
    version, which was kept in plain and has no `expires_at`. `is_erased` says that its key was
    deleted: nobody can read it any more.
    """

    id: str
    business: str
    connection: str
    platform: str
    received_at: str
    why: str
    method: str
    size: int
    expires_at: datetime | None = None
    is_sealed: bool = True
    is_erased: bool = False

    def expires_soon(self, now: datetime) -> bool:
        """Whether less than `EXPIRY_WARNING` is left to read it again."""
        return (
            self.expires_at is not None
            and not self.is_erased
            and self.expires_at - now < EXPIRY_WARNING
        )


class Quarantine:
    """Reads and writes a business's quarantine."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def keep(self, delivery: QuarantinedDelivery) -> None:
        """Keep a delivery that has just come."""
        content, entry = _seal(delivery, parse_time(delivery.received_at) + QUARANTINE_RETENTION)
        # The content first: an entry never stands for something that is not there.
        for item in (content, entry):
            self._client.put_item(TableName=self._table, Item=attributes(item))

    def keep_again(self, delivery: QuarantinedDelivery, why: str, now: datetime) -> bool:
        """Note why a delivery still cannot be read. It expires when it would have.

        One that was kept in plain is sealed, and expires `QUARANTINE_RETENTION` from now. False if
        the delivery was removed meanwhile: it does not come back.
        """
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_entry_key(delivery),
                UpdateExpression="SET why = :why",
                ConditionExpression="attribute_exists(#key)",
                ExpressionAttributeNames={"#key": "key"},
                ExpressionAttributeValues=attributes({":why": why}),
            )
        except ClientError as error:
            if condition_failed(error):
                return self._seal_plain(replace(delivery, why=why), now)
            raise
        return True

    def of_business(self, business: str) -> list[QuarantineEntry]:
        """All deliveries in a business's quarantine, oldest first, without what was sent."""
        return list(self.entries(business))

    def entries(self, business: str) -> Iterator[QuarantineEntry]:
        """The deliveries in a business's quarantine, oldest first. A page of them is in memory."""
        names = (*_ENTRY_FIELDS, "size", "expires_at", "key", "body")
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ProjectionExpression=", ".join(f"#{name}" for name in names),
            ExpressionAttributeNames={f"#{name}": name for name in names},
            ExpressionAttributeValues=attributes({":pk": f"QUARANTINE#{business}"}),
        )
        for page in pages:
            yield from (_parse_entry(values(item)) for item in page["Items"])

    def open(self, entry: QuarantineEntry) -> QuarantinedDelivery | None:
        """A delivery with what was sent. None if it was erased or removed, or has expired.

        Raises DamagedText.
        """
        item = self._read(_entry_key(entry))
        facts = {name: item.get(name, "") for name in _ENTRY_FIELDS}
        if "body" in item:
            return QuarantinedDelivery(
                **facts,
                query=item.get("query", ""),
                body=item["body"],
                headers=item.get("headers", {}),
            )
        if "key" not in item:
            return None
        sealed = self._read(_content_key(entry)).get("sealed")
        return None if sealed is None else _open(facts, item["key"], sealed)

    def find(self, business: str, needles: Collection[str]) -> list[QuarantineEntry]:
        """The deliveries whose content mentions one of `needles`, however it is encoded.

        A needle is what names a person or a review, such as an author's id at the platform or an
        e-mail address. An erased delivery mentions nobody. For the limits see `heard.mentions`.
        Raises DamagedText, as nobody knows whom a damaged delivery mentions.
        """
        from heard.mentions import mentions  # noqa: PLC0415 - ingest does not search

        def is_match(delivery: QuarantinedDelivery) -> bool:
            texts = (delivery.query, *delivery.headers.values())
            parts = (*(text.encode("utf-8", "surrogatepass") for text in texts), delivery.body)
            return mentions(parts, needles)

        return [
            entry
            for entry in self.entries(business)
            if (delivery := self.open(entry)) and is_match(delivery)
        ]

    def remove(self, delivery: QuarantineEntry | QuarantinedDelivery) -> bool:
        """Delete a delivery: its key, then what was sent, then its entry.

        After the first step nobody can read it, and after a crash the entry is still there to
        remove it again. False if there was none: removing twice is no error.
        """
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_entry_key(delivery),
                UpdateExpression="REMOVE #key, #body, #query, #headers",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeNames={
                    f"#{name}": name for name in ("key", "body", "query", "headers")
                },
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        for key in (_content_key(delivery), _entry_key(delivery)):
            self._client.delete_item(TableName=self._table, Key=key)
        return True

    def _seal_plain(self, delivery: QuarantinedDelivery, now: datetime) -> bool:
        """Put a sealed delivery in the place of a plain one. False if there is no plain one."""
        content, entry = _seal(delivery, now + QUARANTINE_RETENTION)
        try:
            # Together, because two of these at once would leave the key of one with the content of
            # the other.
            self._client.transact_write_items(
                TransactItems=[
                    {"Put": {"TableName": self._table, "Item": attributes(content)}},
                    {
                        "Put": {
                            "TableName": self._table,
                            "Item": attributes(entry),
                            "ConditionExpression": "attribute_exists(#body)",
                            "ExpressionAttributeNames": {"#body": "body"},
                        }
                    },
                ]
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def _read(self, key: dict[str, Any]) -> dict[str, Any]:
        response = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return values(response.get("Item", {}))


def _entry_key(delivery: QuarantineEntry | QuarantinedDelivery) -> dict[str, Any]:
    return attributes(
        {
            "pk": f"QUARANTINE#{delivery.business}",
            "sk": f"{delivery.received_at}#{delivery.id}",
        }
    )


def _content_key(delivery: QuarantineEntry | QuarantinedDelivery) -> dict[str, Any]:
    return attributes({"pk": delivery.id, "sk": "CONTENT"})


def _seal(
    delivery: QuarantinedDelivery, expires_at: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The two items of a delivery: its content, and its entry with the key."""
    from heard.storage.sealing import new_key, seal  # noqa: PLC0415 - most webhooks seal nothing

    # One line of JSON, then the body as it came: in JSON it would be a third longer.
    head = json.dumps({"query": delivery.query, "headers": dict(delivery.headers)}).encode()
    key, expiry = new_key(), {"expires_at": int(expires_at.timestamp())}
    sealed = seal(
        key, _associated_data(delivery.business, delivery.id), head + b"\n" + delivery.body
    )
    content = {"pk": delivery.id, "sk": "CONTENT", "sealed": sealed} | expiry
    entry = {name: getattr(delivery, name) for name in _ENTRY_FIELDS} | expiry
    return content, entry | {
        "pk": f"QUARANTINE#{delivery.business}",
        "sk": f"{delivery.received_at}#{delivery.id}",
        "size": len(delivery.body),
        "key": key,
    }


def _open(facts: dict[str, str], key: bytes, sealed: bytes) -> QuarantinedDelivery:
    from heard.storage.sealing import open_sealed  # noqa: PLC0415 - as above

    plaintext = open_sealed(key, _associated_data(facts["business"], facts["id"]), sealed)
    if plaintext is None:
        raise DamagedText(
            f"The delivery {facts['id']} in quarantine does not open: it or its key was changed. "
            "Restore both from a backup, or delete it."
        )
    head, _, body = plaintext.partition(b"\n")
    stored = known_fields(QuarantinedDelivery, json.loads(head))
    return QuarantinedDelivery(**facts, body=body, **stored)


def _associated_data(business: str, delivery: str) -> str:
    return f"{business}/{delivery}/CONTENT"


def _parse_entry(item: Mapping[str, Any]) -> QuarantineEntry:
    is_plain = "body" in item
    return QuarantineEntry(
        **{name: item.get(name, "") for name in _ENTRY_FIELDS},
        size=len(item["body"]) if is_plain else int(item.get("size", 0)),
        expires_at=datetime.fromtimestamp(item["expires_at"], UTC)
        if "expires_at" in item
        else None,
        is_sealed=not is_plain,
        is_erased=not is_plain and "key" not in item,
    )
