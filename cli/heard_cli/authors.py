"""`heard authors`: what is stored about the authors of reviews, their value, and erasing them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from heard import clock
from heard.clock import format_time
from heard.connectors import load
from heard.connectors.parsing import author_id_from_email
from heard.reviews import author_id
from heard.steps import erasing
from heard.steps.erasing import DataSubject
from heard.storage.vault import AuthorRecord
from heard_cli import options, show
from heard_cli.author_export import OUTPUT, WITH_NOTES, export_author
from heard_cli.confirm import confirm
from heard_cli.erasure_letter import erasure_letter
from heard_cli.platforms import check_platform
from heard_cli.ranges import whole_number
from heard_cli.stack import Stack, on_stack

app = typer.Typer(
    help="Authors of reviews: show what is stored, set their value, erase their data.",
    no_args_is_help=True,
    add_completion=False,
)

_AUTHOR: Final = typer.Argument(
    help="The author's id at the platform (author.id of a review in the desk)."
)
_EMAIL: Final = typer.Option(
    "--email",
    help="AUTHOR is an e-mail address, as mailboxes and some shops identify customers.",
)
_ACTOR: Final = "operator"
"""Who acts in an outcome that this command writes."""


@app.command(
    "show", epilog="Example: heard authors show cus-77 --business acme --platform standard"
)
@on_stack
def show_one(
    stack: Stack,
    author: Annotated[str, _AUTHOR],
    business: Annotated[str, options.BUSINESS],
    platform: Annotated[str, options.PLATFORM],
    email: Annotated[bool, _EMAIL] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Show what is stored about an author.

    This is their value, their complaints, and the wording of the last acknowledgement sent to them.
    """
    id = _resolve_author(stack, author, business, platform, email=email)
    profile = stack.cases.vault.author_record(id)
    if as_json:
        names = ("complaints", "value", "last_variant", "has_key")
        replies = [
            {"reply": reply.reply, "review": reply.review, "at": reply.at}
            for reply in profile.automatic_replies
        ]
        show.data(
            {"author": id}
            | {name: getattr(profile, name) for name in names}
            | {
                "automatic_replies": replies,
                "reviews": stack.cases.reviews_of_author(id),
                "erased_at": format_time(profile.erased_at) if profile.erased_at else None,
            }
        )
        return
    texts = "encrypted with this author's own key" if profile.has_key else "no readable texts"
    show.fields(
        {
            "author": id,
            "value": profile.value,
            "complaints": profile.complaints,
            "last acknowledgement": profile.last_variant,
            "automatic replies": len(profile.automatic_replies),
            "reviews": len(stack.cases.reviews_of_author(id)),
            "texts": texts,
            "erased": show.timestamp(format_time(profile.erased_at)) if profile.erased_at else None,
        }
    )
    if profile == AuthorRecord():
        show.note(_nothing_stored(id))


@app.command(epilog="Example: heard authors value cus-77 80 --business acme --platform standard")
@on_stack
def value(
    stack: Stack,
    author: Annotated[str, _AUTHOR],
    business: Annotated[str, options.BUSINESS],
    platform: Annotated[str, options.PLATFORM],
    amount: Annotated[
        int | None,
        typer.Argument(
            metavar="VALUE",
            parser=whole_number(0, 100),
            help="The customer's value to the business, 0 to 100.",
        ),
    ] = None,
    clear: Annotated[bool, typer.Option("--none", help="Delete the stored value.")] = False,
    email: Annotated[bool, _EMAIL] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Set what a customer is worth to the business (R21).

    Policies can use the value from the author's next review on.
    """
    if clear == (amount is not None):
        raise typer.BadParameter(
            "give a number from 0 to 100, or --none to delete the stored value.", param_hint="VALUE"
        )
    id = _resolve_author(stack, author, business, platform, email=email)
    stack.cases.vault.put_value(id, amount)
    if as_json:
        show.data({"author": id, "value": amount})
    else:
        show.line(f"{id} has {'no value' if amount is None else f'the value {amount}'}.")


@app.command(epilog="Example: heard authors erase cus-77 --business acme --platform standard --yes")
@on_stack
def erase(
    stack: Stack,
    author: Annotated[str, _AUTHOR],
    business: Annotated[str, options.BUSINESS],
    platform: Annotated[str, options.PLATFORM],
    yes: Annotated[bool, options.YES] = False,
    email: Annotated[bool, _EMAIL] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Erase all that an author wrote, and print a report that can be handed to them.

    This cannot be undone. If it stops on the way, run it again.
    """
    id = _resolve_author(stack, author, business, platform, email=email)
    if not yes:
        confirm(
            f"Erase {author} ({id}) at {business}? Their texts can never be read again.",
            "Nothing was erased.",
        )
    data_subject = DataSubject(business, id, (author,))
    report = erasing.erase(data_subject, stack.erasure_ports, clock.now(), actor=_ACTOR)
    if as_json:
        show.data(report.to_json())
    else:
        show.line(erasure_letter(report, load(platform).capabilities.title))
    if report.is_empty:
        show.note(_nothing_stored(id))
    if report.pending:
        show.note(
            f"{show.count(len(report.pending), 'review')} may have been on the way just now. Run "
            "this command again in a minute."
        )


@app.command(
    epilog="Example: heard authors export cus-77 --business acme --platform standard -o cus-77.zip"
)
@on_stack
def export(
    stack: Stack,
    author: Annotated[str, _AUTHOR],
    business: Annotated[str, options.BUSINESS],
    platform: Annotated[str, options.PLATFORM],
    output: Annotated[Path, OUTPUT],
    email: Annotated[bool, _EMAIL] = False,
    with_notes: Annotated[bool, WITH_NOTES] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Write all that is stored of an author into a zip file for them (GDPR Article 15).

    It holds a page to read, and the same data as JSON.
    """
    id = _resolve_author(stack, author, business, platform, email=email)
    count = export_author(stack, id, business, platform, output, with_notes=with_notes)
    if as_json:
        show.data({"author": id, "file": str(output), "reviews": count})
    else:
        show.line(f"{show.count(count, 'review')} written to {output}.")
    if not count:
        show.note(_nothing_stored(id))


@app.command("erase-again", epilog="Example: heard authors erase-again --business acme")
@on_stack
def erase_again(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """After a restore of the Cases table: erase again everybody whose data came back with it."""
    stack.business(business)
    ports = stack.erasure_ports
    reports = erasing.erase_again(business, ports, clock.now(), actor=_ACTOR)
    if as_json:
        show.data([report.to_json() for report in reports])
        return
    rows = [(report.author, len(report.reviews), report.texts) for report in reports]
    show.table(
        ("author", "reviews", "texts"), rows, empty="Nobody's data came back: nothing to erase."
    )


@app.command(epilog="Example: heard authors backfill")
@on_stack
def backfill(stack: Stack, as_json: Annotated[bool, options.JSON] = False) -> None:
    """Once, after an update: list the reviews that older releases stored under their authors.

    Without it, an erasure deletes the key of those reviews, but not what the key sealed.
    """
    with show.progress() as bar:
        line = bar.add_task("Reading reviews", total=None)
        count = 0
        for _ in stack.cases.list_all_reviews():
            count += 1
            bar.advance(line)
    if as_json:
        show.data({"reviews": count})
    else:
        show.line(f"{show.count(count, 'review')} listed under their authors.")


def _nothing_stored(id: str) -> str:
    return (
        f"Nothing is stored for {id}. Check business, platform and author id. If AUTHOR is an "
        "e-mail address, add --email."
    )


def _resolve_author(stack: Stack, author: str, business: str, platform: str, *, email: bool) -> str:
    """Our id of an author. Raises CommandError, and BadParameter for an unknown platform."""
    stack.business(business)
    check_platform(platform, "--platform")
    if email and "@" not in author:
        raise typer.BadParameter(f"{author!r} is not an e-mail address.", param_hint="AUTHOR")
    return author_id(business, platform, author_id_from_email(author) if email else author)
