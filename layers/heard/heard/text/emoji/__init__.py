"""What the emoji of a text mean, in the few groups that judging needs.

Each folder is a group and holds a line for each emoji. `README.md` says what each group is and
where the table comes from.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from heard.text.phrase_files import PhraseFolder

HAPPY: Final = ("joy", "love", "thanks")
"""Groups of emoji that praise."""

UNHAPPY: Final = ("anger", "sorrow", "wry")
"""Groups of emoji that no content customer uses alone. `wry` may be meant either way."""

ALARMING: Final = ("emergency", "sick", "law", "threat")
"""Groups of emoji that name an illness, an emergency, the police or a threat."""

GROUPS: Final = (*HAPPY, *UNHAPPY, *ALARMING)

_FOLDER: Final = PhraseFolder(Path(__file__).parent)
_LANGUAGE: Final = "en"
"""The language of the names behind the emoji."""


class Emoji(NamedTuple):
    """An emoji of the table, its group, and where it stands in the text (in characters)."""

    group: str
    sign: str
    start: int


def names(group: str) -> dict[str, str]:
    """The emoji of a group, without selectors of variants and skin tones, and their names."""
    return _FOLDER.entries(group, _LANGUAGE)


def find_emoji(text: str) -> list[Emoji]:
    """The emoji of a text that are in the table, in order.

    The text is legible (`heard.text.legible`): joined emoji stand side by side.
    """
    if text.isascii():
        return []
    groups, pattern = _table()
    return [
        Emoji(groups[match.group()], match.group(), match.start())
        for match in pattern.finditer(text)
    ]


@cache
def _table() -> tuple[dict[str, str], re.Pattern[str]]:
    groups = {sign: group for group in GROUPS for sign in names(group)}
    return groups, re.compile("[{}]".format("".join(groups)))
