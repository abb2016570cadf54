"""Which hosts can be on the public Internet, by their names and by their addresses.

Businesses choose some of the addresses that Heard calls. Other ranges lead into networks of ours,
to this machine, or to them by way of a translation. Sources: the IANA special-purpose registries
(RFC 6890), RFC 6052 (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo), and the URL standard of WHATWG (a
host whose last label is a number is an IPv4 address, in whatever notation).
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
"""All addresses of the IPv6 Internet. So what maps, embeds or translates IPv4 is none of them."""

_NO_HOSTS: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # protocol assignments, with Teredo and ORCHID
        "2002::/16",  # 6to4, which holds any IPv4 address
        "3fff::/20",  # documentation
    )
)
"""Ranges that no server of a platform is in, although some tables count them as global."""

_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


def is_public_host(host: str) -> bool:
    """Whether a host, as it stands in an address, can be on the Internet.

    A name may still resolve to an address that is not: the client asks again for each answer.
    """
    name = host.strip("[]").rstrip(".").lower()
    if _is_address(name):
        return is_public_address(name)
    if ":" in name or _NUMBER.fullmatch(name.rpartition(".")[2]):
        # Another notation of an address: decimal, octal, hexadecimal, short, or with a zone.
        return False
    return bool(name) and name != "localhost" and not name.endswith(".localhost")


def is_public_address(text: str) -> bool:
    """Whether an IP address is one of the Internet. False for any other text."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and (
        address.scope_id is not None or address not in _GLOBAL_UNICAST
    ):
        return False
    return (
        address.is_global
        and not address.is_multicast
        and not any(address in network for network in _NO_HOSTS)
    )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or by a loopback address."""
    name = host.strip("[]")
    return name == "localhost" or (_is_address(name) and ipaddress.ip_address(name).is_loopback)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
