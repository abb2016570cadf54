"""`heard connect`: a business's connections to review platforms. Each module owns its commands."""

from __future__ import annotations

from typing import Final

import typer

from heard_cli.connect.add import add
from heard_cli.connect.connections import list_connections, remove, show_one
from heard_cli.connect.deliveries import deliveries
from heard_cli.connect.guide import guide
from heard_cli.connect.poll import poll
from heard_cli.connect.quarantine import quarantine
from heard_cli.connect.rotate import rotate
from heard_cli.connect.test import run_test
from heard_cli.connect.verify import verify

app = typer.Typer(
    help="Connections to review platforms.", no_args_is_help=True, add_completion=False
)

_ADD: Final = (
    "Example: heard connect add discourse --business acme "
    "--setting base_url=https://forum.acme.example --setting api_username=acme "
    "--credentials-file discourse.json"
)
_VERIFY: Final = (
    "Example: heard connect verify --platform discourse --secret-file secret.txt "
    "--url https://…/hooks/con_… --headers headers.txt --body body.json"
)

app.command("add", epilog=_ADD)(add)
app.command("list", epilog="Example: heard connect list --business acme")(list_connections)
app.command("show", epilog="Example: heard connect show con_…")(show_one)
app.command("rotate", epilog="Example: heard connect rotate con_… --overlap 7d")(rotate)
app.command("remove", epilog="Example: heard connect remove con_… --yes")(remove)
app.command("test", epilog="Example: heard connect test con_… --full")(run_test)
app.command("verify", epilog=_VERIFY)(verify)
app.command("deliveries", epilog="Example: heard connect deliveries con_… --limit 50")(deliveries)
app.command("poll", epilog="Example: heard connect poll con_…")(poll)
app.command("guide", epilog="Example: heard connect guide trustpilot")(guide)
app.command("quarantine", epilog="Example: heard connect quarantine --business acme --replay-all")(
    quarantine
)
