"""`heard replay`: send files to a webhook address, or stored reviews to the queue again.

Every step after the webhook may run again. A step knows a review by the platform's ids, and a
revision by its text. So a repetition is logged as a duplicate, and nobody gets a second reply.

It owns the options. `replay_files` and `replay_period` do the work.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from heard import clock
from heard_cli import options
from heard_cli.completion import (
    complete_businesses,
    complete_connections,
    complete_platforms,
)
from heard_cli.connect.addresses import with_address
from heard_cli.connect.credentials import read_secret
from heard_cli.durations import parse_period
from heard_cli.platforms import check_platform
from heard_cli.replay_files import replay_files
from heard_cli.replay_mode import ReplayMode
from heard_cli.replay_period import ReplayPeriod, replay_period
from heard_cli.stack import Stack, on_stack, require_connection

app = typer.Typer(
    help="Send samples to a webhook address, or stored reviews to the queue again.",
    add_completion=False,
)

_EXAMPLES: Final = (
    "Example: heard replay events/standard/*.json --connection con_… · Example: heard replay "
    "--business acme --from 2d --to 1d --dry-run"
)


@app.command(epilog=_EXAMPLES)
@on_stack
def replay(
    stack: Stack,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE", help="Samples as in events/, or HTTP messages with their body."
        ),
    ] = None,
    connection_id: Annotated[
        str | None,
        typer.Option(
            "--connection",
            metavar="CONNECTION",
            help="With files: the connection (con_…) to send them to.",
            autocompletion=complete_connections,
        ),
    ] = None,
    secret: Annotated[
        str | None, typer.Option(help="With files: sign with this instead of the stored secret.")
    ] = None,
    secret_file: Annotated[Path | None, options.SECRET_FILE] = None,
    business: Annotated[
        str | None,
        typer.Option(
            help="Without files: id of the business whose stored reviews are sent.",
            autocompletion=complete_businesses,
        ),
    ] = None,
    since: Annotated[str | None, options.FROM] = None,
    until: Annotated[str, options.TO] = "now",
    platform: Annotated[
        str | None,
        typer.Option(
            help="Without files: only reviews of this platform.",
            autocompletion=complete_platforms,
        ),
    ] = None,
    quarantined: Annotated[
        bool,
        typer.Option(
            "--quarantined",
            help="Without files: also read the quarantined deliveries of the period again.",
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count; send nothing.")] = False,
    yes: Annotated[bool, options.YES] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Send files to a connection's webhook address, or the stored reviews of a period to the queue
    again.

    Files are signed with the connection's stored secret, and each HTTP response is shown. Stored
    reviews are those with an outcome in the period, each in its last processed revision. Every step
    after the queue can run again: work that was done already becomes an outcome "duplicate", and
    nobody gets a second reply. Unfinished work is done now.
    """
    mode = ReplayMode(dry_run=dry_run, yes=yes, as_json=as_json)
    if platform is not None:
        check_platform(platform, "--platform")
    if files:
        if connection_id is None:
            raise typer.BadParameter("give --connection with files.", param_hint="--connection")
        if business or since or quarantined or platform:
            raise typer.BadParameter(
                "give files, or --business and --from, not both.", param_hint="FILE"
            )
        replay_files(
            stack,
            files,
            with_address(stack, require_connection(stack, connection_id)),
            read_secret(secret, secret_file),
            mode,
        )
        return
    if business is None or since is None:
        raise typer.BadParameter(
            "give files and --connection, or --business and --from.", param_hint="FILE"
        )
    if connection_id or secret or secret_file:
        raise typer.BadParameter(
            "--connection, --secret and --secret-file need files.", param_hint="--connection"
        )
    stack.business(business)
    start, end = parse_period(since, until, clock.now())
    period = ReplayPeriod(business, start, end, platform, quarantined)
    replay_period(stack, period, mode)
