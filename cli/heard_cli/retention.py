"""`heard retention`: for how long a business keeps what customers wrote."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from heard import clock
from heard.retention import MAX_MONTHS, Retention
from heard.steps.retention import RetentionPreview, preview_retention
from heard_cli import options, show
from heard_cli.confirm import confirm
from heard_cli.ranges import whole_number
from heard_cli.stack import Stack, on_stack

app = typer.Typer(
    help="Retention: for how long a business keeps what customers wrote.",
    no_args_is_help=True,
    add_completion=False,
)

_TEXTS_MONTHS: Final = typer.Option(
    metavar="MONTHS",
    parser=whole_number(1, MAX_MONTHS),
    help="Keep the texts of a closed review for so many months after its last touch.",
)


@app.command("show", epilog="Example: heard retention show --business acme")
@on_stack
def show_one(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Show for how long a business keeps texts, and which day was processed last."""
    stack.business(business)
    months = stack.retention.retentions.of_business(business).texts_months
    position = stack.cases.retention_position(business)
    if as_json:
        show.data(
            {
                "business": business,
                "texts_months": months,
                "deleted_until": position.isoformat() if position else None,
            }
        )
        return
    show.fields(
        {
            "texts": "kept until their author is erased"
            if months is None
            else f"deleted {show.count(months, 'month')} after the last touch of a review",
            "deleted until": position.isoformat() if position else None,
        }
    )


@app.command(epilog="Example: heard retention preview --business acme --texts-months 12")
@on_stack
def preview(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    texts_months: Annotated[int, _TEXTS_MONTHS],
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Count what the next run would delete. Nothing is changed.

    It reads the log of each day that was not processed yet.
    """
    stack.business(business)
    result = preview_retention(business, Retention(texts_months), stack.retention, clock.now())
    if as_json:
        show.data(_preview_json(result))
        return
    show.fields(
        {
            "last touched until": result.last_day.isoformat(),
            "texts deleted of": show.count(result.reviews, "review"),
            "forgotten": show.count(result.authors, "author"),
            "kept by a hold": show.count(result.kept, "review"),
            "kept, still open": show.count(result.open, "review"),
        }
    )


@app.command("set", epilog="Example: heard retention set --business acme --texts-months 24")
@on_stack
def set_one(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    texts_months: Annotated[int | None, _TEXTS_MONTHS] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep texts until their author is erased.")
    ] = False,
    yes: Annotated[bool, options.YES] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Set for how long a business keeps texts. The next run at night deletes what is older.

    What is deleted cannot be read again. Outcomes stay.
    """
    if keep == (texts_months is not None):
        raise typer.BadParameter(
            "give the months, or --keep to delete nothing.", param_hint="--texts-months"
        )
    stack.business(business)
    ports, retention = stack.retention, Retention(texts_months)
    if texts_months is not None:
        if not yes:
            result = preview_retention(business, retention, ports, clock.now())
            confirm(
                f"Delete texts at {business} {show.count(texts_months, 'month')} after the last "
                f"touch of a review? The next run deletes those of "
                f"{show.count(result.reviews, 'review')}.",
                "Nothing was changed.",
            )
        if ports.retentions.of_business(business) == Retention():
            # An author is forgotten when no review of theirs is listed. Older releases listed none.
            for _ in stack.cases.list_all_reviews():
                pass
    ports.retentions.put(business, retention)
    if as_json:
        show.data({"business": business, "texts_months": texts_months})
    elif texts_months is None:
        show.line(f"{business} keeps texts until their author is erased.")
    else:
        show.line(f"{business} keeps texts for {show.count(texts_months, 'month')}.")


def _preview_json(result: RetentionPreview) -> dict[str, Any]:
    return asdict(result) | {"last_day": result.last_day.isoformat()}
