"""Options and arguments that many commands share, each described once."""

from __future__ import annotations

from typing import Final

import typer

from heard_cli.completion import complete_businesses, complete_connections, complete_platforms
from heard_cli.ranges import whole_number

_FROM_HELP: Final = (
    "Start time, ISO 8601 (UTC if no time zone is given), or how long ago: 90m, 24h, 7d."
)

BUSINESS: Final = typer.Option(help="Id of the business.", autocompletion=complete_businesses)
PLATFORM: Final = typer.Option(help="Name of the platform.", autocompletion=complete_platforms)
PLATFORM_ARGUMENT: Final = typer.Argument(
    help="A platform that heard connect list --platforms shows.",
    autocompletion=complete_platforms,
)
CONNECTION_ARGUMENT: Final = typer.Argument(
    metavar="CONNECTION",
    help="The connection's id (con_…).",
    autocompletion=complete_connections,
)
FROM: Final = typer.Option("--from", help=_FROM_HELP)
TO: Final = typer.Option("--to", help="End time: the same formats, or now.")
JSON: Final = typer.Option("--json", help="JSON on stdout.")
YES: Final = typer.Option("--yes", help="Do not ask for confirmation.")
SECRET_FILE: Final = typer.Option(
    allow_dash=True, help="The secret from a file, or from - for stdin."
)
LIMIT: Final = typer.Option(
    metavar="NUMBER", parser=whole_number(1), help="How many to show at most."
)
