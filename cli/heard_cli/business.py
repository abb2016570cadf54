"""`heard business`: whose reviews these are."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from heard import clock
from heard.policy import default_policy, load_policy
from heard.storage.setup import Business
from heard_cli import show
from heard_cli.stack import Stack, Stop, on_stack

app = typer.Typer(help="Businesses: whose reviews these are, and their policy.", no_args_is_help=True, add_completion=False)

_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@app.command(epilog='Example: heard business add acme --name "Acme Bakery"')
@on_stack
def add(
    stack: Stack,
    business: Annotated[str, typer.Argument(help="Its id: small letters, digits and hyphens. It cannot be changed later.")],
    name: Annotated[str, typer.Option(help="Its name, as customers know it.")],
    policy: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Its policy, a JSON file; the playbook's default without.")
    ] = None,
) -> None:
    """Add a business, or change its name or policy."""
    if not _ID.fullmatch(business):
        raise typer.BadParameter("use 1 to 63 small letters, digits and hyphens", param_hint="BUSINESS")
    if not name.strip():
        raise typer.BadParameter("customers must be able to read a name", param_hint="--name")
    rules = _policy(policy) if policy else None
    before = stack.setup.business(business)
    after = Business(business, name.strip(), rules if rules is not None else before.policy if before else {})
    stack.setup.put_business(after)
    renamed = 0
    if before and before.name != after.name:
        # Each connection carries the name, because the webhook door must not read a second item for a page's heading.
        for connection in stack.setup.connections(business):
            stack.setup.put_connection(replace(connection, business_name=after.name), clock.now())
            renamed += 1
    show.line(f"{'Changed' if before else 'Added'} {business}: {after.name}")
    if renamed:
        show.say(f"{renamed} connections carry the new name.")
    if not before:
        show.say(f"Next: heard connect list --platforms, then heard connect add PLATFORM --business {business}")


@app.command("show", epilog="Example: heard business show acme --json")
@on_stack
def show_one(
    stack: Stack,
    business: Annotated[str, typer.Argument(help="Its id.")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Show a business, which policy it follows and how many connections it has."""
    found = stack.business(business)
    rules = load_policy(found.policy) if found.policy else default_policy()
    connections = stack.setup.connections(business)
    if as_json:
        policy = {"name": rules.name, "hash": rules.hash, "own": bool(found.policy)}
        show.data({"id": found.id, "name": found.name, "policy": policy, "connections": len(connections)})
        return
    show.facts(
        {
            "business": found.id,
            "name": found.name,
            "policy": f"{rules.name} ({'its own' if found.policy else 'the default'}, {rules.hash[:12]})",
            "connections": ", ".join(sorted(connection.platform for connection in connections)),
        }
    )


def _policy(path: Path) -> dict[str, Any]:
    """A policy file's document, if it is a policy. Raises Stop, BadRequest."""
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Stop(f"{path} is not JSON: {error}", "Mend it and try again; nothing was changed.") from error
    load_policy(document)
    return document
