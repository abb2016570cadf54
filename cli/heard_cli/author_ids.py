"""The author whom a command is about, as people name them."""

from __future__ import annotations

from typing import Final

import typer

from heard.connectors.parsing import author_id_from_email
from heard.reviews import author_id
from heard_cli.platforms import check_platform
from heard_cli.stack import Stack

EMAIL: Final = typer.Option(
    "--email",
    help="AUTHOR is an e-mail address, as mailboxes and some shops identify customers.",
)


def resolve_author(stack: Stack, author: str, business: str, platform: str, *, email: bool) -> str:
    """Our id of an author. Raises CommandError, and BadParameter for an unknown platform."""
    stack.business(business)
    check_platform(platform, "--platform")
    if email and "@" not in author:
        raise typer.BadParameter(f"{author!r} is not an e-mail address.", param_hint="AUTHOR")
    return author_id(business, platform, author_id_from_email(author) if email else author)
