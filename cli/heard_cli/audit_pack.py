"""`heard audit pack`: a period of a business in a file that proves itself."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from heard.errors import BadRequest, NotFound
from heard.packs.writing import PackRequest, write_pack
from heard.steps.packing import StoredDays
from heard.storage.policies import Policies
from heard_cli import options, show
from heard_cli.seal import parse_day_option
from heard_cli.stack import CommandError, Stack, on_stack


@on_stack
def pack(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    first: Annotated[
        date,
        typer.Option(
            "--from", parser=parse_day_option, metavar="DAY", help="The first day, in UTC."
        ),
    ],
    last: Annotated[
        date,
        typer.Option(
            "--to", parser=parse_day_option, metavar="DAY", help="The last day, which is in it."
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", dir_okay=False, help="The zip file to write.")
    ],
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Write an auditor's pack: what was sealed on these days, with a program that checks it.

    Both days must be sealed. The same days make the same file, to the byte. Who gets it needs
    Python alone: python3 -I -S verify.py FILE.
    """
    stack.business(business)
    if output.exists():
        raise CommandError(f"{output} is there already.", "Write to another file, or remove it.")
    source = StoredDays(
        stack.seals,
        stack.lake,
        stack.log,
        stack.setup,
        Policies(stack.dynamodb, stack.outputs["SetupTableName"]),
        stack.people,
    )
    request = PackRequest(business, first.isoformat(), last.isoformat())
    # A file that is not whole must not look like a pack.
    part = output.with_name(f".{output.name}.part")
    try:
        with part.open("wb") as file:
            summary = write_pack(source, request, file)
        part.replace(output)
    except (BadRequest, NotFound) as error:
        raise CommandError(
            error.detail, "List the sealed days:", f"seal list --business {business}"
        ) from error
    finally:
        part.unlink(missing_ok=True)
    with output.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if as_json:
        show.data({"file": str(output), "sha256": digest, **asdict(summary)})
        return
    show.fields(
        {
            "file": str(output),
            "days": summary.days,
            "outcomes": summary.outcomes,
            "reviews": summary.reviews,
            "days without a seal or outcomes": " ".join(summary.missing) or None,
            "SHA-256": digest,
        }
    )
    show.note(f"Check it: python3 -I -S verify.py {output} --key KEY (the key: heard seal show).")
