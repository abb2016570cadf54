"""The webhook address as people enter it at a platform."""

from __future__ import annotations

from urllib.parse import quote

from heard.connectors import Connection, Connector
from heard.connectors.signatures import BasicAuth


def address_to_paste(connector: Connector, connection: Connection, secret: str | None) -> str:
    """The address of a connection, with user and password where only the address can hold them."""
    if secret is None or not isinstance(connector.scheme, BasicAuth):
        return connection.url
    user, _, password = secret.partition(":")
    scheme, _, rest = connection.url.partition("://")
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{rest}"
