"""Runs the program of a pack in this process."""

from __future__ import annotations

from pathlib import Path

from heard.packs import verify as program
from tests.unit.seals.days import VKEY


def verify(folder: Path, pack: bytes, key: str = VKEY) -> tuple[int, program.PackCheck]:
    """The exit code for a pack, and what was found."""
    path = folder / "pack.zip"
    path.write_bytes(pack)
    files = program.Files(path)
    check = program.PackCheck(files, [key])
    try:
        check.run()
    finally:
        if files.zip:
            files.zip.close()
    return (1 if check.faults() else 0), check


def kinds_of(check: program.PackCheck) -> list[tuple[str, str, str | None]]:
    """Kind, day and outcome of all that was found."""
    return [(each["kind"], each["day"], each["outcome"]) for each in check.findings]
