"""Time stamps for sealed days, from an authority that somebody names."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date
from typing import Annotated

import typer

from heard.connectors.http import HttpClient
from heard.timestamps import NONCE_BYTES, REQUEST_TYPE, Stamp, build_request, read_reply
from heard_cli import options, show
from heard_cli.ranges import whole_number
from heard_cli.seal import parse_day_option, read_seal
from heard_cli.stack import CommandError, Stack, on_stack

MAX_AUTHORITIES = 3


@on_stack
def timestamp(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    day: Annotated[
        date, typer.Option(parser=parse_day_option, metavar="DAY", help="The sealed day, in UTC.")
    ],
    url: Annotated[str, typer.Option(help="The authority's address (RFC 3161).")],
    number: Annotated[
        int,
        typer.Option(
            metavar="NUMBER",
            parser=whole_number(1, MAX_AUTHORITIES),
            help="The place of the stamp, if a day has stamps of several authorities.",
        ),
    ] = 1,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Have an authority outside stamp the seal of a day, and store its reply beside the seal.

    It is sent a hash and nothing else: neither the business nor the day. The reply is locked as the
    seal is. Check who signed it with openssl ts -verify.
    """
    stack.business(business)
    seal = read_seal(stack, business, day)
    note = seal.note.encode()
    stamp = _ask(
        url, hashlib.sha256(note).digest(), HttpClient(allow_loopback=stack.on_this_machine)
    )
    if not stack.seals.put_stamp(business, seal.day, number, stamp.content):
        raise CommandError(
            f"{day} has stamp {number} already.", "Give another --number for another authority."
        )
    if as_json:
        show.data({"day": seal.day, "made": stamp.made, "bytes": len(stamp.content)})
    else:
        show.line(f"{day} is stamped: {show.timestamp(stamp.made)}.", style="green")


def _ask(url: str, digest: bytes, http: HttpClient) -> Stamp:
    """The authority's stamp on a digest. Raises CommandError, BadRequest, PlatformUnavailable."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    request = build_request(digest, nonce)
    response = http("POST", url, headers={"Content-Type": REQUEST_TYPE}, body=request)
    if response.status != 200:
        raise CommandError(f"The authority answered with status {response.status}.")
    try:
        return read_reply(response.body, digest, nonce)
    except ValueError as error:
        raise CommandError(f"The authority gave no stamp: {error}.") from error
