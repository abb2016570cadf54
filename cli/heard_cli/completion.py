"""What the shell completes: names of platforms, ids of businesses and connections.

The ids come from the stack that the options on the command line name, or without such options from
the local stack if it runs. A shell must not show an error while somebody types, so a stack that
cannot be reached completes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import typer
from botocore.exceptions import BotoCoreError, ClientError

from heard.connectors import platform_names
from heard.errors import HeardError
from heard_cli.local_state import InvalidLocalState, find_state
from heard_cli.stack import CommandError, Stack, StackOptions

type Completion = tuple[str, str]
"""A value, and the help that a shell may show beside it."""


def complete_platforms(incomplete: str) -> list[str]:
    """The platforms whose names begin like this."""
    return [name for name in platform_names() if name.startswith(incomplete)]


def complete_businesses(context: typer.Context, incomplete: str) -> list[str]:
    """The businesses whose ids begin like this."""
    with suppress(CommandError, HeardError, BotoCoreError, ClientError):
        return [
            business
            for business in _stack(context).setup.businesses()
            if business.startswith(incomplete)
        ]
    return []


def complete_connections(context: typer.Context, incomplete: str) -> list[Completion]:
    """The connections whose ids begin like this; those of `--business` if it is given."""
    with suppress(CommandError, HeardError, BotoCoreError, ClientError):
        return list(_connections(context, incomplete))
    return []


def _connections(context: typer.Context, incomplete: str) -> Iterator[Completion]:
    setup = _stack(context).setup
    business = context.params.get("business")
    for business_id in [str(business)] if business else setup.businesses():
        for connection in setup.connections(business_id):
            if connection.id.startswith(incomplete):
                yield connection.id, f"{connection.platform} of {connection.business}"


def _stack(context: typer.Context) -> Stack:
    options = {
        option.name: context.params[option.name]
        for option in fields(StackOptions)
        if context.params.get(option.name) not in {None, False}
    }
    if not options.keys() & {"local", "endpoint", "profile"}:
        # Most people type --local last, when the ids are typed already.
        with suppress(InvalidLocalState):
            state = find_state(Path.cwd())
            options["local"] = state is not None and state.running
    return Stack(StackOptions(**options))
