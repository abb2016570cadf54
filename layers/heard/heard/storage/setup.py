"""Businesses and their connections in the Setup table, and the secrets in SSM."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Self

from botocore.exceptions import BotoCoreError, ClientError

from heard.addresses import AddressLock, split_segment, with_token
from heard.aws import client
from heard.clock import format_time, parse_time
from heard.connectors import Connection
from heard.errors import BadRequest, ConflictError, Fault, NotFound
from heard.places import Place
from heard.storage.least_recently_used import LeastRecentlyUsed
from heard.storage.tables import attributes, condition_failed, error_code, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ssm import SSMClient

    from heard.storage.polls import Polls


MAX_PLACES_BYTES: Final = 40_000
"""How long the places of a business may be together: every review of it reads them."""

_CONNECTION_ID: Final = re.compile(r"con[A-Za-z0-9_-]{1,80}")
"""What an id of a connection looks like. Anybody may put anything else into a public address."""

SECRET_SECONDS: Final = 60
"""How long a process uses a secret that it has read. So a new one counts everywhere after that."""
STALE_SECONDS: Final = 3600
"""How long a process goes on with a secret while the Parameter Store does not answer."""
FAILED_READ_SECONDS: Final = 5
"""How long a process does not ask again for a secret that it could not read and does not know."""


@dataclass(frozen=True, slots=True)
class Business:
    """One brand or location. `id` is the tenant key of everything.

    `policy` is the document that triage follows, empty for the default policy. `policy_version` is
    its number among the published versions (`heard.storage.policies`), 0 when it was not published.
    `places` are the places that its reviews may be about.
    """

    id: str
    name: str
    policy: Mapping[str, Any] = field(default_factory=dict[str, Any])
    policy_version: int = 0
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class InboundSecret:
    """The secret that a platform signs with, and the one before it while that is still valid."""

    current: str
    previous: str | None = None
    previous_until: datetime | None = None

    def valid_secrets(self, now: datetime) -> tuple[str, ...]:
        """The secrets that are valid now, newest first."""
        if self.previous and self.previous_until and now < self.previous_until:
            return (self.current, self.previous)
        return (self.current,)

    def to_text(self) -> str:
        """The secret as text, which `from_text` reads."""
        until = format_time(self.previous_until) if self.previous_until else None
        return json.dumps(
            {"current": self.current, "previous": self.previous, "previous_until": until}
        )

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The secret that `to_text` wrote."""
        fields = json.loads(text)
        until = parse_time(fields["previous_until"]) if fields["previous_until"] else None
        return cls(fields["current"], fields["previous"], until)


@cache
def ssm() -> SSMClient:
    """The process's SSM client, made at first use.

    It gives up within 6 s, so that the door can still answer the platform.
    """
    return client("ssm", connect_seconds=1, read_seconds=2, attempts=2)


class SetupStore:
    """Reads and writes the Setup table."""

    def __init__(self, client: DynamoDBClient, table: str, *, max_age: float = 0) -> None:
        self._client = client
        self._table = table
        self._max_age = max_age
        self._connection_cache = LeastRecentlyUsed[tuple[float, Connection]]()

    def connection(self, connection: str, *, fresh: bool = False) -> Connection | None:
        """The connection with this id; None when there is none (any more).

        Nothing is read for what no connection can be called. It is cached for `max_age` seconds.
        `fresh` reads past the cache, strongly consistent.
        """
        if not _CONNECTION_ID.fullmatch(connection):
            return None
        cached = self._connection_cache.get(connection)
        if cached and not fresh and monotonic() - cached[0] < self._max_age:
            return cached[1]
        response = self._client.get_item(
            TableName=self._table, Key=_key("CONNECTION", connection), ConsistentRead=fresh
        )
        if "Item" not in response:
            return None
        result = _parse_connection(values(response["Item"]))
        self._connection_cache.put(connection, (monotonic(), result))
        return result

    def connection_at(self, segment: str, now: datetime) -> Connection | None:
        """The connection whose address ends in this segment, with its whole address as `url`.

        None when there is none (any more): the same for a wrong token as for an unknown connection.
        Costs what `connection` costs, and nothing for what no address looks like.
        """
        parts = split_segment(segment)
        connection = self.connection(parts[0]) if parts else None
        if parts is None or connection is None:
            return None
        token, lock = parts[1], connection.lock
        if not (lock.opens(token, now) if lock else not token):
            return None
        return replace(connection, url=with_token(connection.url, token))

    def put_connection(
        self, connection: Connection, now: datetime, *, since: datetime | None = None
    ) -> None:
        """Store a connection, new or changed, and start its polls if its platform is polled.

        The first poll skips reviews from before `since` (without it: a day before `now`). A
        connection that is polled already goes on as it was.
        """
        item = asdict(connection) | {
            "settings": dict(connection.settings),
            "lock": connection.lock.to_json() if connection.lock else None,
            "changed_at": format_time(now),
        }
        keys = {
            "pk": f"CONNECTION#{connection.id}",
            "sk": "PROFILE",
            "kind": f"CONNECTION#{connection.platform}#{connection.id}",
        }
        self._client.put_item(TableName=self._table, Item=attributes(item | keys))
        # After the connection, as a poll reads it. If this run stops in between, storing the
        # connection again starts the polls.
        self._polls.start(connection, now, since)

    def remove_connection(self, connection: str) -> None:
        """Delete a connection: its webhook address answers 404, and it is not polled any more.

        Removing it twice is no error.
        """
        self._client.delete_item(TableName=self._table, Key=_key("CONNECTION", connection))
        self._polls.stop(connection)

    @cached_property
    def _polls(self) -> Polls:
        # Imported only where it is used: ingest reads connections too, and must start fast.
        from heard.storage.polls import Polls  # noqa: PLC0415

        return Polls(self._client, self._table)

    def connections(self, business: str) -> list[Connection]:
        """A business's connections by platform."""
        return [_parse_connection(item) for item in self._of_business(business, "CONNECTION#")]

    def business(self, business: str) -> Business | None:
        """The business with this id; None when there is none."""
        response = self._client.get_item(TableName=self._table, Key=_key("BUSINESS", business))
        if "Item" not in response:
            return None
        item = values(response["Item"])
        places: list[dict[str, Any]] = json.loads(item.get("places", "[]"))
        return Business(
            item["id"],
            item["name"],
            json.loads(item["policy"]),
            item.get("policy_version", 0),
            tuple(map(Place.from_json, places)),
        )

    def businesses(self) -> list[str]:
        """The ids of all businesses, sorted. Reads the whole table: for operators, who have few."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="begins_with(pk, :prefix) AND sk = :sk",
            ExpressionAttributeValues=attributes({":prefix": "BUSINESS#", ":sk": "PROFILE"}),
            ProjectionExpression="pk",
        )
        keys = [values(item)["pk"] for page in pages for item in page["Items"]]
        return sorted(key.removeprefix("BUSINESS#") for key in keys)

    def put_business(self, business: Business) -> None:
        """Store a business, new or changed. It keeps its policy unless `business` has one.

        It keeps its places: `put_places` changes them. A policy that is changed this way gets no
        version: see `heard.storage.policies`.
        """
        names = {"#id": "id", "#name": "name", "#policy": "policy"}
        parameters = {
            ":id": business.id,
            ":name": business.name,
            ":policy": json.dumps(dict(business.policy)),
        }
        update = "SET #id = :id, #name = :name, #policy = if_not_exists(#policy, :policy)"
        if business.policy:
            update = "SET #id = :id, #name = :name, #policy = :policy REMOVE policy_version"
        self._client.update_item(
            TableName=self._table,
            Key=_key("BUSINESS", business.id),
            UpdateExpression=update,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=attributes(parameters),
        )

    def put_places(self, business: Business, places: Sequence[Place]) -> None:
        """Give a business these places instead of those that it had when it was read.

        They lie in the item that triage reads for the policy, so that a place costs no read. Raises
        NotFound for an unknown business, BadRequest for places that are too long for that item, and
        ConflictError (`changed_meanwhile`) when somebody else changed them since.
        """
        text = _places_text(places)
        if len(text.encode()) > MAX_PLACES_BYTES:
            raise BadRequest(
                f"All places together may have {MAX_PLACES_BYTES} bytes. Use shorter names and "
                "subjects, or fewer places."
            )
        condition = "places = :before"
        if not business.places:
            condition = (
                "attribute_exists(pk) AND (attribute_not_exists(places) OR places = :before)"
            )
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key("BUSINESS", business.id),
                UpdateExpression="SET places = :places",
                ConditionExpression=condition,
                ExpressionAttributeValues=attributes(
                    {":places": text, ":before": _places_text(business.places)}
                ),
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            if self.business(business.id) is None:
                raise NotFound(f"There is no business {business.id}.") from error
            raise ConflictError(
                "changed_meanwhile",
                "Another person changed the places at the same time. Look at them, then try again.",
            ) from error

    def _of_business(self, business: str, kind: str) -> list[dict[str, Any]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="by_business",
            KeyConditionExpression="business = :business AND begins_with(kind, :kind)",
            ExpressionAttributeValues=attributes({":business": business, ":kind": kind}),
        )
        return [values(item) for page in pages for item in page["Items"]]


@dataclass(frozen=True, slots=True)
class _CachedSecret:
    """What a process has read of one parameter.

    `text` is None when there is none. `read_at` is None while no reading has succeeded. Before
    `next_read_at` it is not read.
    """

    text: str | None
    read_at: float | None
    next_read_at: float


class Secrets:
    """Secrets in SSM Parameter Store (SecureString).

    All connections of all businesses share its quota of calls. So a process reads each secret at
    most once in `max_age` seconds, however often it is asked for and whatever the answer was. If
    the store does not answer, it goes on for `stale_seconds` with what it has read. With a
    `max_age` of 0 it reads each time. `clock` counts seconds.
    """

    def __init__(
        self,
        client: SSMClient,
        path: str,
        *,
        max_age: float = SECRET_SECONDS,
        stale_seconds: float = STALE_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._client = client
        self._path = path.rstrip("/")
        self._max_age = max_age
        self._stale_seconds = stale_seconds
        self._clock = clock
        self._cache = LeastRecentlyUsed[_CachedSecret]()

    def inbound(self, connection: str) -> InboundSecret | None:
        """The secret that the platform signs with; None when the connection has none.

        Raises Fault when it cannot be read now and is not cached.
        """
        text = self._get(f"{connection}/inbound")
        return InboundSecret.from_text(text) if text else None

    def put_inbound(self, connection: str, secret: InboundSecret) -> None:
        """Store the secret that the platform signs with."""
        self._put(f"{connection}/inbound", secret.to_text())

    def token(self, connection: str) -> str:
        """The token in the address of a connection; empty for one of an earlier release.

        No function may read it: it is for operators, who give the address to a platform.
        """
        return self._get(f"{connection}/address") or ""

    def put_token(self, connection: str, token: str) -> None:
        """Store the token in the address of a connection."""
        self._put(f"{connection}/address", token)

    def credentials(self, connection: str) -> dict[str, str]:
        """The credentials for the platform's API; empty when the business gave none.

        Raises Fault when they cannot be read now and are not cached.
        """
        text = self._get(f"{connection}/credentials")
        return json.loads(text) if text else {}

    def put_credentials(self, connection: str, credentials: Mapping[str, str]) -> None:
        """Store the credentials for the platform's API."""
        self._put(f"{connection}/credentials", json.dumps(dict(credentials)))

    def remove(self, connection: str) -> None:
        """Delete a connection's secrets; deleting them twice is no error."""
        self._client.delete_parameters(
            Names=[
                f"{self._path}/{connection}/{name}"
                for name in ("inbound", "credentials", "address")
            ]
        )

    def _get(self, name: str) -> str | None:
        now, cached = self._clock(), self._cache.get(name)
        if cached is None or now >= cached.next_read_at:
            cached = self._read(name, cached, now)
            if self._max_age:
                self._cache.put(name, cached)
        if cached.read_at is None or now - cached.read_at > self._stale_seconds + self._max_age:
            raise Fault("The secrets of this connection cannot be read now.", retry_after=5)
        return cached.text

    def _read(self, name: str, cached: _CachedSecret | None, now: float) -> _CachedSecret:
        try:
            text = self._client.get_parameter(Name=f"{self._path}/{name}", WithDecryption=True)[
                "Parameter"
            ].get("Value")
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) and error_code(error) == "ParameterNotFound":
                return _CachedSecret(None, now, now + self._max_age)
            if not self._max_age:
                raise
            if cached is None or cached.read_at is None:
                return _CachedSecret(None, None, now + FAILED_READ_SECONDS)
            return replace(cached, next_read_at=now + self._max_age)
        return _CachedSecret(text, now, now + self._max_age)

    def _put(self, name: str, value: str) -> None:
        self._client.put_parameter(
            Name=f"{self._path}/{name}", Value=value, Type="SecureString", Overwrite=True
        )


def require_connection(setup: SetupStore, connection: str) -> Connection:
    """The connection with this id. Raises NotFound, whether or not it ever existed."""
    result = setup.connection(connection)
    if result is None:
        raise NotFound("There is nothing here.")
    return result


def _parse_connection(item: Mapping[str, Any]) -> Connection:
    fields = {name: item[name] for name in Connection.__dataclass_fields__ if name in item}
    return replace(
        Connection(**fields),
        settings=dict(item.get("settings", {})),
        lock=AddressLock.from_json(item["lock"]) if item.get("lock") else None,
    )


def _places_text(places: Sequence[Place]) -> str:
    return json.dumps(
        [place.to_json() for place in places], ensure_ascii=False, separators=(",", ":")
    )


def _key(kind: str, id: str) -> dict[str, Any]:
    return attributes({"pk": f"{kind}#{id}", "sk": "PROFILE"})
