"""What a run that works for several businesses had to leave out, so that the others go on."""

from __future__ import annotations

from dataclasses import dataclass

from botocore.exceptions import ClientError

from heard.storage.tables import error_code


@dataclass(frozen=True, slots=True)
class SkippedItem:
    """Something that failed: its key, and a code that says why. Neither holds anybody's words."""

    key: str
    why: str


def failure_code(error: Exception) -> str:
    """A code for a failure: AWS's own if it has one, else the name of the exception's class.

    Never its text, which may quote what could not be read.
    """
    if isinstance(error, ClientError):
        return error_code(error)
    return type(error).__name__
