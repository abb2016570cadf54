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
from heard.clock import add_seconds, format_time, now, parse_time
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

EVERY_BUSINESS: Final = "*"
"""Under what the index `by_business` lists the businesses themselves. No business is called so."""

_CONNECTION_ID: Final = re.compile(r"con[A-Za-z0-9_-]{1,80}")
"""What an id of a connection looks like. Anybody may put anything else into a public address."""

REREAD_SECONDS: Final = 10
"""How often a process reads a connection past its cache because a request did not fit to it."""
SECRET_SECONDS: Final = 6 * 3600
"""How long a process uses a secret of a connection that did not change."""
SETTLING_SECONDS: Final = 300
"""How long after a change a process may read the secret from before: so long it does not trust
what it read for hours."""
RETRY_SECONDS: Final = 60
"""After how long a process reads again what may not have settled, or could not be read anew."""
STALE_SECONDS: Final = 3600
"""How long a process goes on with a secret that it should read again, and cannot."""
FAILED_READ_SECONDS: Final = 5
"""How long a process does not ask again for a secret that it could not read and does not know."""
MAX_SECRETS: Final = 4_000
"""How many secrets a process remembers: more than an account's Parameter Store has connections."""


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
    """The secret that a platform signs with, and the one before it while that is still valid.

    `changed_at` is when it was made, None for one of an earlier release. A connection that changed
    before that does not know it yet: whoever stored the secret stopped half-way.
    """

    current: str
    previous: str | None = None
    previous_until: datetime | None = None
    changed_at: datetime | None = field(default=None, compare=False)

    def valid_secrets(self, now: datetime) -> tuple[str, ...]:
        """The secrets that are valid now, newest first."""
        if self.previous and self.previous_until and now < self.previous_until:
            return (self.current, self.previous)
        return (self.current,)

    def to_text(self) -> str:
        """The secret as text, which `from_text` reads."""
        return json.dumps(
            {
                "current": self.current,
                "previous": self.previous,
                "previous_until": _format_optional(self.previous_until),
                "changed_at": _format_optional(self.changed_at),
            }
        )

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The secret that `to_text` wrote."""
        fields = json.loads(text)
        until, changed_at = (
            parse_time(fields[name]) if fields.get(name) else None
            for name in ("previous_until", "changed_at")
        )
        return cls(fields["current"], fields["previous"], until, changed_at)


@cache
def ssm() -> SSMClient:
    """The process's SSM client, made at first use.

    It gives up within 6 s, so that the door can still answer the platform.
    """
    return client("ssm", connect_seconds=1, read_seconds=2, attempts=2)


class SetupStore:
    """Reads and writes the Setup table. `clock` counts seconds."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        *,
        max_age: float = 0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._client = client
        self._table = table
        self._max_age = max_age
        self._clock = clock
        self._connection_cache = LeastRecentlyUsed[tuple[float, Connection]]()
        self._reread_at = LeastRecentlyUsed[float]()

    def connection(self, connection: str, *, fresh: bool = False) -> Connection | None:
        """The connection with this id; None when there is none (any more).

        Nothing is read for what no connection can be called. It is cached for `max_age` seconds.
        `fresh` reads past the cache, strongly consistent.
        """
        if not _CONNECTION_ID.fullmatch(connection):
            return None
        cached = self._connection_cache.get(connection)
        if cached and not fresh and self._clock() - cached[0] < self._max_age:
            return cached[1]
        response = self._client.get_item(
            TableName=self._table, Key=_key("CONNECTION", connection), ConsistentRead=fresh
        )
        if "Item" not in response:
            return None
        result = _parse_connection(values(response["Item"]))
        self._connection_cache.put(connection, (self._clock(), result))
        return result

    def changed_connection(self, connection: Connection) -> Connection | None:
        """This connection as it is now, if it changed since it was read; None if it did not.

        For a request that does not fit to what is known: somebody may have rotated a secret. Anyone
        can send such a request, so it is read (strongly consistent) at most once in
        `REREAD_SECONDS`, and between that not at all. Raises NotFound when it is gone.
        """
        reread_at, now = self._reread_at.get(connection.id), self._clock()
        if reread_at is not None and now - reread_at < REREAD_SECONDS:
            return None
        self._reread_at.put(connection.id, now)
        current = self.connection(connection.id, fresh=True)
        if current is None:
            raise NotFound("There is nothing here.")
        return current if current.changed_at != connection.changed_at else None

    def connection_at(self, segment: str, now: datetime) -> Connection | None:
        """The connection whose address ends in this segment, with its whole address as `url`.

        None when there is none (any more): the same for a wrong token as for an unknown connection.
        Costs what `connection` costs, and nothing for what no address looks like. A wrong token may
        be a new one: see `changed_connection`.
        """
        parts = split_segment(segment)
        connection = self.connection(parts[0]) if parts else None
        if parts is None or connection is None:
            return None
        token = parts[1]
        if not _opens(connection, token, now):
            try:
                connection = self.changed_connection(connection)
            except NotFound:
                return None
            if connection is None or not _opens(connection, token, now):
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

    def note_change(self, connection: str, now: datetime) -> None:
        """Note that a secret of this connection was stored: every process reads its secrets again.

        Call it after the secret is stored. Raises NotFound for an unknown connection.
        """
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key("CONNECTION", connection),
                UpdateExpression="SET changed_at = :now",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues=attributes({":now": format_time(now)}),
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            raise NotFound(f"There is no connection {connection}.") from error

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

    def listed_businesses(self) -> list[str]:
        """The ids of the businesses that functions find, sorted: those that are in the list.

        One query. A business that an earlier release stored is not in it: see `list_business`.
        """
        items = self._of_business(EVERY_BUSINESS, "BUSINESS#")
        return sorted(item["kind"].removeprefix("BUSINESS#") for item in items)

    def list_business(self, business: str) -> None:
        """Put a business into that list. Doing it twice is no error. Raises NotFound."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key("BUSINESS", business),
                UpdateExpression="SET business = :all, kind = :kind",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues=attributes(
                    {":all": EVERY_BUSINESS, ":kind": f"BUSINESS#{business}"}
                ),
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            raise NotFound(f"There is no business {business}.") from error

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
            ":all": EVERY_BUSINESS,
            ":kind": f"BUSINESS#{business.id}",
        }
        update = "SET #id = :id, #name = :name, business = :all, kind = :kind, "
        if business.policy:
            update += "#policy = :policy REMOVE policy_version"
        else:
            update += "#policy = if_not_exists(#policy, :policy)"
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

    `text` is None when there is none. `changed_at` is that of the connection it was read for. It is
    read again at `next_read_at`, and not used from `use_until` on, which is None while no reading
    has succeeded.
    """

    text: str | None
    changed_at: str
    next_read_at: float
    use_until: float | None


class Secrets:
    """Secrets in SSM Parameter Store (SecureString).

    All connections of all businesses share its quota of calls, and each call costs. So a process
    remembers a secret for `max_age` seconds, together with the `changed_at` of its connection, and
    reads it again when the connection has another one: whoever stores a secret moves that after
    (`SetupStore.note_change`). A secret that is asked for without `changed_at` is always read.

    If the store does not answer, a process goes on with what it has read, for `STALE_SECONDS` from
    when it should have read it again. With a `max_age` of 0 it reads each time. `clock` counts
    seconds; `now` is compared with when a connection changed.
    """

    def __init__(
        self,
        client: SSMClient,
        path: str,
        *,
        max_age: float = SECRET_SECONDS,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], datetime] = now,
    ) -> None:
        self._client = client
        self._path = path.rstrip("/")
        self._max_age = max_age
        self._clock = clock
        self._now = now
        self._cache = LeastRecentlyUsed[_CachedSecret](MAX_SECRETS)

    def inbound(self, connection: str, changed_at: str | None = None) -> InboundSecret | None:
        """The secret that the platform signs with; None when the connection has none.

        Raises Fault when it cannot be read now and is not remembered.
        """
        text = self._get(f"{connection}/inbound", changed_at)
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

    def credentials(self, connection: str, changed_at: str | None = None) -> dict[str, str]:
        """The credentials for the platform's API; empty when the business gave none.

        Raises Fault when they cannot be read now and are not remembered.
        """
        text = self._get(f"{connection}/credentials", changed_at)
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

    def _get(self, name: str, changed_at: str | None = None) -> str | None:
        if changed_at is None or not self._max_age:
            return self._read(name)
        now, cached = self._clock(), self._cache.get(name)
        if cached is None or cached.changed_at != changed_at or now >= cached.next_read_at:
            cached = self._read_again(name, changed_at, cached, now)
            self._cache.put(name, cached)
        if cached.use_until is None or now >= cached.use_until:
            raise Fault(
                "The secrets of this connection cannot be read now.",
                retry_after=FAILED_READ_SECONDS,
            )
        return cached.text

    def _read_again(
        self, name: str, changed_at: str, cached: _CachedSecret | None, now: float
    ) -> _CachedSecret:
        try:
            text = self._read(name)
        except (BotoCoreError, ClientError):
            if cached is None or cached.use_until is None or now >= cached.use_until:
                return _CachedSecret(None, changed_at, now + FAILED_READ_SECONDS, None)
            use_until = min(cached.use_until, now + STALE_SECONDS)
            return replace(
                cached,
                changed_at=changed_at,
                next_read_at=now + RETRY_SECONDS,
                use_until=use_until,
            )
        seconds = RETRY_SECONDS if self._may_be_settling(changed_at) else self._max_age
        return _CachedSecret(text, changed_at, now + seconds, now + seconds + STALE_SECONDS)

    def _may_be_settling(self, changed_at: str) -> bool:
        """Whether a secret changed so lately that another process may still read the one before.

        AWS does not promise that a reading sees what was written just before.
        """
        return bool(changed_at) and self._now() < add_seconds(
            parse_time(changed_at), SETTLING_SECONDS
        )

    def _read(self, name: str) -> str | None:
        try:
            response = self._client.get_parameter(Name=f"{self._path}/{name}", WithDecryption=True)
        except ClientError as error:
            if error_code(error) == "ParameterNotFound":
                return None
            raise
        return response["Parameter"].get("Value")

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


def _opens(connection: Connection, token: str, now: datetime) -> bool:
    lock = connection.lock
    return lock.opens(token, now) if lock else not token


def _format_optional(time: datetime | None) -> str | None:
    return format_time(time) if time else None


def _places_text(places: Sequence[Place]) -> str:
    return json.dumps(
        [place.to_json() for place in places], ensure_ascii=False, separators=(",", ":")
    )


def _key(kind: str, id: str) -> dict[str, Any]:
    return attributes({"pk": f"{kind}#{id}", "sk": "PROFILE"})
