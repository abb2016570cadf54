"""Reads phrases and wordings from text files: `<folder>/<meaning>/<language>.txt`, one a line.

A file is UTF-8 in composed form (NFC). Empty lines and lines that begin with `#` are skipped. Any
other line has no blank at its ends and no two blanks in a row, and stands once in its file. A line
that breaks a rule raises `ValueError` with the file and the line.

A file is read when it is first asked for. In the deployed layer the lines of all files of a folder
are in one file, `bundle.json`, because opening hundreds of small files would slow a cold start.
The layer's build (`layers/heard/bundle_phrases.py`) makes the bundle, and reads the files with this
module. This module knows no meaning, no language, and not what the phrases are for.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

BUNDLE: Final = "bundle.json"
"""The file that replaces all text files of a folder in the deployed layer."""

_SURPLUS_BLANK: Final = re.compile(r"^\s|\s$|\s\s|[\t\r\ufeff]")
"""A blank at either end, two in a row, or one that nobody sees."""


@dataclass(frozen=True, slots=True)
class PhraseFolder:
    """A folder of text files. A meaning has a file for each language that has phrases for it."""

    path: Path

    def phrases(self, meaning: str, language: str) -> tuple[str, ...]:
        """The phrases of a meaning in a language, in the order of the file.

        An empty tuple where there is no file.
        """
        lines = self.lines(meaning, language)
        for line in lines:
            if "," in line:
                raise self._error(meaning, language, line, "has a comma; write one phrase a line")
        return lines

    def entries(self, meaning: str, language: str) -> dict[str, str]:
        """The lines of a file in the form `key: text`, by key."""
        entries: dict[str, str] = {}
        for line in self.lines(meaning, language):
            key, colon, text = line.partition(": ")
            if not colon or not key or not text:
                raise self._error(meaning, language, line, "is not of the form `key: text`")
            if key in entries:
                raise self._error(meaning, language, line, f"gives `{key}` a second time")
            entries[key] = text
        return entries

    def lines(self, meaning: str, language: str) -> tuple[str, ...]:
        """The lines of a file without comments and empty lines, for example sentences."""
        bundle = _bundle(self.path)
        if bundle is not None:
            return tuple(bundle.get(f"{meaning}/{language}", ()))
        lines: dict[str, None] = {}
        for line in self._text(meaning, language).split("\n"):
            if not line or line.startswith("#"):
                continue
            if _SURPLUS_BLANK.search(line):
                raise self._error(meaning, language, line, "has a blank too many")
            if not unicodedata.is_normalized("NFC", line):
                raise self._error(meaning, language, line, "is not in composed form (NFC)")
            if line in lines:
                raise self._error(meaning, language, line, "stands twice in the file")
            lines[line] = None
        return tuple(lines)

    def _text(self, meaning: str, language: str) -> str:
        file = self.path / meaning / f"{language}.txt"
        try:
            return file.read_bytes().decode("utf-8")
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError as error:
            number = error.object.count(b"\n", 0, error.start) + 1
            raise ValueError(f"{file}, line {number}: it is not UTF-8.") from error

    def _error(self, meaning: str, language: str, line: str, problem: str) -> ValueError:
        """The error of a line; of a line that stands more than once, the last place is named."""
        lines = self._text(meaning, language).split("\n")
        places = [place for place, other in enumerate(lines, start=1) if other == line]
        number = places[-1] if places else "unknown"  # a bundle keeps no comments
        return ValueError(f"{self.path / meaning / language}.txt, line {number}: it {problem}.")


@cache
def _bundle(folder: Path) -> dict[str, list[str]] | None:
    """The lines of every file, by `<meaning>/<language>`; None where there is no bundle."""
    try:
        return json.loads((folder / BUNDLE).read_bytes())
    except FileNotFoundError:
        return None
