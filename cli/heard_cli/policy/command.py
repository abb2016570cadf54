"""`heard policy`: what a business wants as rules, tried on past reviews, published, explained."""

from __future__ import annotations

import typer

from heard_cli.policy.check import check, print_schema
from heard_cli.policy.diff import diff
from heard_cli.policy.experiments import experiments
from heard_cli.policy.explain import explain
from heard_cli.policy.versions import list_versions, publish, rollback, show_version

app = typer.Typer(
    help="Policies: check, compare on past reviews, publish, roll back, explain.",
    no_args_is_help=True,
    add_completion=False,
)

app.command(epilog="Example: heard policy check acme.yaml")(check)
app.command("schema", epilog="Example: heard policy schema > policy.schema.json")(print_schema)
app.command(
    epilog="Example: heard policy diff published new.yaml --business acme --from 30d --html "
    "diff.html"
)(diff)
app.command(
    epilog='Example: heard policy publish acme.yaml --business acme --by "Ana" --note "calmer '
    'evenings"'
)(publish)
app.command("list", epilog="Example: heard policy list --business acme")(list_versions)
app.command("show", epilog="Example: heard policy show 3 --business acme > acme.yaml")(show_version)
app.command(epilog='Example: heard policy rollback --business acme --by "Ana"')(rollback)
app.command(epilog="Example: heard policy explain rev_aioxc5dmcsg4vronwat6ydz3 --business acme")(
    explain
)
app.command(epilog="Example: heard policy experiments --business acme --from 90d --days 14")(
    experiments
)
