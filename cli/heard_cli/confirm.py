"""A question before something that cannot be undone."""

from __future__ import annotations

import sys

import typer

from heard_cli.stack import CommandError


def confirm(question: str, refusal: str) -> None:
    """Ask a person to confirm. Raises CommandError with `refusal` if they do not.

    Without a person at a terminal nobody can answer, and the error names --yes.
    """
    try:
        confirmed = typer.confirm(question, err=True)
    except typer.Abort:
        if sys.stdin is not None and sys.stdin.isatty():
            raise
        raise CommandError(
            refusal, "Nobody can answer the question here: standard input has ended. Add --yes."
        ) from None
    if not confirmed:
        raise CommandError(refusal)
