"""`heard business`: the brands or locations whose reviews are handled."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Final

import typer

from heard import clock
from heard.policy import load_policy
from heard.storage.setup import Business
from heard_cli import options, places, show
from heard_cli.completion import complete_businesses
from heard_cli.stack import Stack, on_stack

app = typer.Typer(
    help="Businesses: the brands or locations whose reviews are handled.",
    no_args_is_help=True,
    add_completion=False,
)

app.add_typer(places.app, name="places")

_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@app.command(epilog='Example: heard business add acme --name "Acme Bakery"')
@on_stack
def add(
    stack: Stack,
    business: Annotated[
        str,
        typer.Argument(
            help="The new id: lower-case letters, digits and hyphens. It cannot be changed later."
        ),
    ],
    name: Annotated[str, typer.Option(help="The name that customers know.")],
) -> None:
    """Add a business, or change its name.

    A new business uses the default policy (the playbook) until it publishes its own.
    """
    if not _ID.fullmatch(business):
        raise typer.BadParameter(
            "use 1 to 63 lower-case letters, digits and hyphens.", param_hint="BUSINESS"
        )
    if not name.strip():
        raise typer.BadParameter("the name must not be empty.", param_hint="--name")
    before = stack.setup.business(business)
    after = Business(business, name.strip())
    stack.setup.put_business(after)
    update_count = 0
    if before and before.name != after.name:
        # Each connection repeats the name, so that the webhook reads one item, not two.
        for connection in stack.setup.connections(business):
            stack.setup.put_connection(replace(connection, business_name=after.name), clock.now())
            update_count += 1
    show.line(f"{'Changed' if before else 'Added'} {business}: {after.name}")
    if update_count:
        show.note(f"{show.count(update_count, 'connection')} updated with the new name.")
    if not before:
        next_command = stack.options.command_line(f"connect add PLATFORM --business {business}")
        show.note(f"Next: heard connect list --platforms, then {next_command}")


@app.command("list", epilog="Example: heard business list")
@on_stack
def list_all(stack: Stack, as_json: Annotated[bool, options.JSON] = False) -> None:
    """List all businesses."""
    records = [
        record
        for business in stack.setup.businesses()
        if (record := stack.setup.business(business)) is not None
    ]
    if as_json:
        show.data([{"id": record.id, "name": record.name} for record in records])
        return
    add_first = stack.options.command_line('business add BUSINESS --name "Its Name"')
    show.table(
        ("business", "name", "policy"),
        [(record.id, record.name, _policy_origin(record)) for record in records],
        empty=f"There are no businesses yet. Add one: {add_first}",
    )


@app.command("show", epilog="Example: heard business show acme --json")
@on_stack
def show_one(
    stack: Stack,
    business: Annotated[
        str,
        typer.Argument(help="Id of the business.", autocompletion=complete_businesses),
    ],
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Show a business, its active policy and its connections."""
    record = stack.business(business)
    current_policy = load_policy(record.policy)
    connections = stack.setup.connections(business)
    if as_json:
        policy = {
            "name": current_policy.name,
            "hash": current_policy.hash,
            "own": bool(record.policy),
            "version": record.policy_version or None,
        }
        show.data(
            {
                "id": record.id,
                "name": record.name,
                "policy": policy,
                "connections": len(connections),
                "places": [place.code for place in record.places],
            }
        )
        return
    show.fields(
        {
            "business": record.id,
            "name": record.name,
            "policy": (
                f"{current_policy.name} ({_policy_origin(record)}, {current_policy.hash[:12]})"
            ),
            "connections": ", ".join(sorted(connection.platform for connection in connections)),
            "places": ", ".join(place.code for place in record.places),
        }
    )


def _policy_origin(business: Business) -> str:
    if business.policy_version:
        return f"version {business.policy_version}"
    return "its own" if business.policy else "the default"
