"""The webhook address as people enter it at a platform."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from heard.addresses import token_digest, with_token
from heard.connectors import Connection, Connector
from heard.connectors.signatures import BasicAuth
from heard_cli.stack import CommandError, Stack


def with_address(stack: Stack, connection: Connection) -> Connection:
    """A connection with its whole address, which is a secret. Raises CommandError."""
    if connection.lock is None:
        return connection
    token = stack.secrets.token(connection.id)
    if token_digest(token) != connection.lock.digest:
        raise CommandError(
            "The stored address of this connection is not the one that opens its webhook.",
            "Give it a new address:",
            f"connect rotate {connection.id} --address",
        )
    return replace(connection, url=with_token(connection.url, token))


def address_to_paste(connector: Connector, connection: Connection, secret: str | None) -> str:
    """The address of a connection, with user and password where only the address can hold them."""
    if secret is None or not isinstance(connector.scheme, BasicAuth):
        return connection.url
    user, _, password = secret.partition(":")
    scheme, _, rest = connection.url.partition("://")
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{rest}"
