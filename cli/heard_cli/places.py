"""`heard business places`: where a business serves its customers, as codes for reports."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from heard.errors import BadRequest
from heard.places import Place, with_place
from heard_cli import options, show
from heard_cli.completion import complete_businesses, complete_connections
from heard_cli.stack import CommandError, Stack, on_stack

app = typer.Typer(
    help="Places of a business: which shop, branch or hotel a review is about.",
    no_args_is_help=True,
    add_completion=False,
)

_BUSINESS: Final = typer.Argument(help="Id of the business.", autocompletion=complete_businesses)


@app.command(
    epilog='Example: heard business places add acme mitte --name "Acme Mitte" --subject '
    '"Acme Mitte*"'
)
@on_stack
def add(
    stack: Stack,
    business: Annotated[str, _BUSINESS],
    code: Annotated[
        str,
        typer.Argument(
            help="The place's code in the log: lower-case letters, digits and hyphens. It must "
            "name no person."
        ),
    ],
    name: Annotated[str, typer.Option(help="Its name, for people.")],
    connection: Annotated[
        list[str] | None,
        typer.Option(
            help="A connection whose reviews are about this place. Can be repeated.",
            autocompletion=complete_connections,
        ),
    ] = None,
    subject: Annotated[
        list[str] | None,
        typer.Option(
            help=(
                "What the platform says that reviews of this place are about; * is any text. Can "
                "be repeated."
            )
        ),
    ] = None,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Add a place, or change it: its connections and subjects are replaced.

    With both, a review must have one of each. Reviews that came before keep the place that they had
    in the log.
    """
    record = stack.business(business)
    connections = tuple(dict.fromkeys(connection or ()))
    own_connections = {own.id for own in stack.setup.connections(business)}
    for id in connections:
        if id not in own_connections:
            raise CommandError(
                f"{business} has no connection {id}.",
                "List its connections:",
                f"connect list --business {business}",
            )
    place = Place(code, name.strip(), connections, tuple(dict.fromkeys(subject or ())))
    try:
        places = with_place(record.places, place)
    except BadRequest as error:
        raise typer.BadParameter(error.detail) from error
    stack.setup.put_places(record, places)
    is_new = len(places) > len(record.places)
    if as_json:
        show.data(place.to_json())
    else:
        show.line(f"{'Added' if is_new else 'Changed'} {place.code}: {place.name}")


@app.command("list", epilog="Example: heard business places list acme")
@on_stack
def list_all(
    stack: Stack,
    business: Annotated[str, _BUSINESS],
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """List the places of a business."""
    places = stack.business(business).places
    if as_json:
        show.data([place.to_json() for place in places])
        return
    add_first = stack.options.command_line(f"business places add {business} CODE --name NAME")
    show.table(
        ("place", "name", "connections", "subjects"),
        [
            (
                place.code,
                place.name,
                ", ".join(place.connections) or "any",
                ", ".join(place.subjects) or "any",
            )
            for place in places
        ],
        empty=f"No places yet, so outcomes say unknown. Add one: {add_first}",
    )


@app.command(epilog="Example: heard business places remove acme mitte")
@on_stack
def remove(
    stack: Stack,
    business: Annotated[str, _BUSINESS],
    code: Annotated[str, typer.Argument(help="The place's code.")],
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Remove a place. Outcomes that name it stay as they are."""
    record = stack.business(business)
    remaining = tuple(place for place in record.places if place.code != code)
    if len(remaining) == len(record.places):
        raise CommandError(
            f"{business} has no place {code or repr(code)}.",
            "List its places:",
            f"business places list {business}",
        )
    stack.setup.put_places(record, remaining)
    if as_json:
        show.data({"business": business, "removed": code})
    else:
        show.line(f"Removed {code}.")
