"""What a quarantined delivery says is sealed, expires, is found, and can be deleted."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from heard.clock import format_time
from heard.connectors import WebhookRequest, load
from heard.errors import DamagedText
from heard.steps.ingest import QUARANTINE_BYTES, ingest
from heard.storage.quarantine import (
    EXPIRY_WARNING,
    QUARANTINE_RETENTION,
    Quarantine,
    QuarantinedDelivery,
    QuarantineEntry,
)
from heard.storage.tables import attributes
from tests.unit.backend import BUSINESS, NOON, OTHER_BUSINESS, SECRET, Backend

WORDS = "zebra-umbrella-4711"
BODY = f'{{"text": "{WORDS}", "from": "ana@example.com"}}'.encode()


def delivery(id: str = "dlv_1", body: bytes = BODY, **fields: Any) -> QuarantinedDelivery:
    facts: dict[str, Any] = {
        "business": BUSINESS,
        "connection": "con-standard",
        "platform": "standard",
        "received_at": format_time(NOON),
        "why": "`type` is missing",
        "method": "POST",
        "query": "e=bea%40example.com",
        "headers": {"content-type": "application/json", "x-author": "cus-77"},
    } | fields
    return QuarantinedDelivery(id, body=body, **facts)


@pytest.fixture
def quarantine(backend: Backend) -> Quarantine:
    return Quarantine(backend.dynamodb, backend.tables["CasesTable"])


def keep_plain(backend: Backend, kept: QuarantinedDelivery) -> None:
    """Keep a delivery as the version before sealing did."""
    item = {name: getattr(kept, name) for name in kept.__dataclass_fields__}
    keys = {"pk": f"QUARANTINE#{kept.business}", "sk": f"{kept.received_at}#{kept.id}"}
    backend.dynamodb.put_item(
        TableName=backend.tables["CasesTable"],
        Item=attributes(item | keys | {"headers": dict(kept.headers)}),
    )


def stored(backend: Backend) -> list[dict[str, Any]]:
    """The items of the quarantine, as they lie in the table."""
    return [
        item
        for item in backend.stored_items("CasesTable")
        if str(item["pk"]).startswith(("QUARANTINE#", "dlv_"))
    ]


def only_entry(quarantine: Quarantine) -> QuarantineEntry:
    (entry,) = quarantine.of_business(BUSINESS)
    return entry


class WriteOnly:
    """A client that may do no more than the role of `ingest` may do in this table."""

    def __init__(self, client: Any) -> None:
        self.put_item = client.put_item


@pytest.mark.parametrize(
    "body", [BODY, b"", b"\n", b"\xff\x00\n{", b"x" * QUARANTINE_BYTES], ids=len
)
def test_a_delivery_is_opened_as_it_came(quarantine: Quarantine, body: bytes) -> None:
    kept = delivery(body=body, headers={"x-name": "J\u00f6rg \udc80"})
    quarantine.keep(kept)

    assert quarantine.open(only_entry(quarantine)) == kept


def test_nothing_of_what_was_sent_is_stored_in_plain(
    backend: Backend, quarantine: Quarantine
) -> None:
    quarantine.keep(delivery())

    assert len(stored(backend)) == 2
    for item in stored(backend):
        for value in item.values():
            content = value if isinstance(value, bytes) else str(value).encode()
            for word in (WORDS, "ana@", "bea", "cus-77"):
                assert word.encode() not in content


def test_a_list_says_everything_but_what_was_sent(quarantine: Quarantine) -> None:
    quarantine.keep(delivery())

    assert only_entry(quarantine) == QuarantineEntry(
        "dlv_1",
        BUSINESS,
        "con-standard",
        "standard",
        format_time(NOON),
        "`type` is missing",
        "POST",
        len(BODY),
        NOON + QUARANTINE_RETENTION,
    )


def test_sealing_needs_no_more_than_writing(backend: Backend, quarantine: Quarantine) -> None:
    client: Any = WriteOnly(backend.dynamodb)
    Quarantine(client, backend.tables["CasesTable"]).keep(delivery())

    assert quarantine.open(only_entry(quarantine)) == delivery()


def test_each_delivery_has_a_key_of_its_own(backend: Backend, quarantine: Quarantine) -> None:
    quarantine.keep(delivery("dlv_1"))
    quarantine.keep(delivery("dlv_2"))

    keys = [item["key"] for item in stored(backend) if "key" in item]
    assert [len(key) for key in keys] == [32, 32]
    assert keys[0] != keys[1]


def test_content_that_lies_at_another_place_is_not_opened(
    backend: Backend, quarantine: Quarantine
) -> None:
    quarantine.keep(delivery("dlv_1"))
    quarantine.keep(delivery("dlv_2", body=b"{"))
    table = backend.tables["CasesTable"]
    items = {str(item["pk"]): item for item in stored(backend) if item["sk"] == "CONTENT"}
    exchanged = items["dlv_1"] | {"pk": "dlv_2"}
    backend.dynamodb.put_item(TableName=table, Item=attributes(exchanged))

    first, second = quarantine.of_business(BUSINESS)
    assert quarantine.open(first) == delivery("dlv_1")
    with pytest.raises(DamagedText):
        quarantine.open(second)


def test_both_items_expire_30_days_after_the_delivery_came(
    backend: Backend, quarantine: Quarantine
) -> None:
    quarantine.keep(delivery())

    end = int((NOON + timedelta(days=30)).timestamp())
    assert [item["expires_at"] for item in stored(backend)] == [end, end]


def test_a_delivery_is_about_to_expire_in_its_last_seven_days(quarantine: Quarantine) -> None:
    quarantine.keep(delivery())
    entry = only_entry(quarantine)
    warning_from = NOON + QUARANTINE_RETENTION - EXPIRY_WARNING

    assert not entry.expires_soon(warning_from)
    assert entry.expires_soon(warning_from + timedelta(seconds=1))
    assert not replace(entry, is_erased=True).expires_soon(NOON + QUARANTINE_RETENTION)


@pytest.mark.parametrize("is_plain", [False, True])
def test_a_removed_delivery_is_gone_and_removing_it_again_is_no_error(
    backend: Backend, quarantine: Quarantine, is_plain: bool
) -> None:
    if is_plain:
        keep_plain(backend, delivery())
    else:
        quarantine.keep(delivery())
    entry = only_entry(quarantine)

    assert quarantine.remove(entry) is True
    assert quarantine.remove(entry) is False
    assert stored(backend) == []
    assert quarantine.open(entry) is None
    assert quarantine.keep_again(delivery(), "another reason", NOON) is False
    assert stored(backend) == []


@pytest.mark.parametrize("is_plain", [False, True])
def test_a_removal_that_is_interrupted_leaves_nothing_to_read_and_is_finished_later(
    backend: Backend, quarantine: Quarantine, is_plain: bool
) -> None:
    class Interrupted:
        def __init__(self, client: Any) -> None:
            self.update_item = client.update_item

        def delete_item(self, **_: Any) -> None:
            raise ClientError({"Error": {"Code": "InternalServerError"}}, "DeleteItem")

    if is_plain:
        keep_plain(backend, delivery())
    else:
        quarantine.keep(delivery())
    client: Any = Interrupted(backend.dynamodb)
    with pytest.raises(ClientError):
        Quarantine(client, backend.tables["CasesTable"]).remove(only_entry(quarantine))

    entry = only_entry(quarantine)
    assert (entry.is_erased, quarantine.open(entry)) == (True, None)
    assert quarantine.find(BUSINESS, ["ana@example.com"]) == []
    assert not any("key" in item or "body" in item for item in stored(backend))

    assert quarantine.remove(entry) is True
    assert stored(backend) == []


def test_a_delivery_whose_content_has_expired_first_is_erased_too(
    backend: Backend, quarantine: Quarantine
) -> None:
    quarantine.keep(delivery())
    backend.dynamodb.delete_item(
        TableName=backend.tables["CasesTable"], Key=attributes({"pk": "dlv_1", "sk": "CONTENT"})
    )

    assert quarantine.open(only_entry(quarantine)) is None


def test_why_it_still_cannot_be_read_is_noted_without_more_time(
    backend: Backend, quarantine: Quarantine
) -> None:
    quarantine.keep(delivery())
    later = NOON + timedelta(days=20)

    assert quarantine.keep_again(delivery(), "another reason", later) is True

    entry = only_entry(quarantine)
    assert (entry.why, entry.expires_at) == ("another reason", NOON + QUARANTINE_RETENTION)
    assert quarantine.open(entry) == delivery(why="another reason")


def test_a_delivery_of_an_earlier_version_can_be_read_and_is_sealed_when_it_is_kept_again(
    backend: Backend, quarantine: Quarantine
) -> None:
    keep_plain(backend, delivery())
    entry = only_entry(quarantine)
    assert (entry.is_sealed, entry.size, entry.expires_at) == (False, len(BODY), None)
    assert quarantine.open(entry) == delivery()
    assert quarantine.find(BUSINESS, ["ana@example.com"]) == [entry]
    later = NOON + timedelta(days=90)

    assert quarantine.keep_again(delivery(), "another reason", later) is True

    entry = only_entry(quarantine)
    assert (entry.is_sealed, entry.size) == (True, len(BODY))
    assert entry.expires_at == later + QUARANTINE_RETENTION
    assert quarantine.open(entry) == delivery(why="another reason")
    assert WORDS not in repr(stored(backend))


ENCODED = {
    "raw": b"I am ana@example.com",
    "json": b'{"email": "\\u0061na\\u0040example.com"}',
    "form": b"From=ana%40example.com&Body=Hm",
    "base64 part of a mail": b"Content-Transfer-Encoding: base64\r\n\r\n"
    + base64.encodebytes(b"Write to me, please: ana@example.com"),
    "quoted-printable part of a mail": b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Write to me: ana=40exam=\r\nple.com",
    "gzip": gzip.compress(b"I am ana@example.com"),
    "mail in json": json.dumps(
        {"content": base64.b64encode(b"From: Ana <ana@example.com>\r\n\r\nHm.").decode()}
    ).encode(),
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_a_person_is_found_in_a_body_of_every_encoding(
    quarantine: Quarantine, encoding: str
) -> None:
    quarantine.keep(delivery("dlv_1", ENCODED[encoding], query="", headers={}))
    quarantine.keep(delivery("dlv_2", b"Nobody is named here.", query="", headers={}))

    assert [entry.id for entry in quarantine.find(BUSINESS, ["cus-1", "Ana@Example.com"])] == [
        "dlv_1"
    ]


def test_a_person_is_found_in_the_query_and_in_a_header(quarantine: Quarantine) -> None:
    quarantine.keep(delivery(body=b"{"))

    for needle in ("bea@example.com", "cus-77"):
        assert [entry.id for entry in quarantine.find(BUSINESS, [needle])] == ["dlv_1"]
    assert quarantine.find(BUSINESS, ["cus-7"]) == []
    assert quarantine.find(BUSINESS, []) == []


def test_only_the_deliveries_of_this_business_are_found(quarantine: Quarantine) -> None:
    quarantine.keep(delivery("dlv_1", business=OTHER_BUSINESS))
    quarantine.keep(delivery("dlv_2"))

    assert [entry.id for entry in quarantine.find(BUSINESS, ["ana@example.com"])] == ["dlv_2"]


def test_a_delivery_that_ingest_could_not_read_is_sealed(
    backend: Backend, quarantine: Quarantine
) -> None:
    connection = backend.connect("standard")
    request = load("standard").sign(
        WebhookRequest("POST", {"content-type": "application/json"}, BODY),
        connection.url,
        SECRET,
        NOON,
    )
    result = ingest(request, connection.id, backend.ingest_ports, NOON)

    opened = quarantine.open(only_entry(quarantine))
    assert opened is not None
    assert (opened.id, opened.body) == (result.delivery, BODY)
    assert WORDS not in repr(stored(backend))
