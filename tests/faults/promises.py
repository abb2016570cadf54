"""The sixteen promises, and the table that a round prints.

`docs/reliability.md` says each of them in full, with the tests that prove it; a test compares the
two lists.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from rich.table import Table

PROMISES: Final = {
    1: "a webhook that got 2xx is never lost",
    2: "one review is one review: one acknowledgement, one follow-up",
    3: "events in any order end in the same state",
    4: "a forged, stale or altered request stores nothing",
    5: "the door answers fast",
    6: "no work for a person gets stuck",
    7: "an answer is applied once",
    8: "a poisonous message and a slow neighbour harm nobody else",
    9: "a business never sees another one's data",
    10: "each function may do what it must, and no more",
    11: "nobody can change the outcomes without being noticed",
    12: "a restored stack goes on working",
    13: "a review costs what the benchmarks say",
    14: "throttling and outages of AWS lose nothing",
    15: "an update does not break what is under way",
    16: "the template that ships is the one that is tested",
}


@dataclass
class Row:
    """What a round says of one promise.

    `tried` counts inputs. `lost`, `doubled` and `stuck` hold an id for each that broke the promise.
    `elsewhere` names the test that proves it, where a round tries nothing. `figure` is what was
    measured beside.
    """

    number: int
    tried: int = 0
    what: str = ""
    lost: list[str] = field(default_factory=list[str])
    doubled: list[str] = field(default_factory=list[str])
    stuck: list[str] = field(default_factory=list[str])
    figure: str = ""
    elsewhere: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether nothing broke the promise."""
        return not (self.lost or self.doubled or self.stuck)

    def to_json(self) -> dict[str, Any]:
        """The row with the ids of what broke the promise."""
        return {
            "promise": self.number,
            "text": PROMISES[self.number],
            "tried": self.tried,
            "what": self.what,
            "lost": sorted(self.lost),
            "doubled": sorted(self.doubled),
            "stuck": sorted(self.stuck),
            "figure": self.figure,
            "elsewhere": self.elsewhere,
        }


def render(rows: Iterable[Row]) -> Table:
    """The rows for a terminal."""
    table = Table(title="What was tried, and what was lost, doubled or stuck", title_justify="left")
    table.add_column("", justify="right")
    table.add_column("promise", ratio=3)
    table.add_column("tried", justify="right", no_wrap=True)
    for name in ("lost", "doubled", "stuck"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("of which, or proven where", ratio=2)
    for row in rows:
        counts = (
            ["-"] * 4
            if row.elsewhere
            else [
                f"{row.tried:,}",
                *(str(len(ids)) for ids in (row.lost, row.doubled, row.stuck)),
            ]
        )
        note = row.elsewhere or "; ".join(part for part in (row.what, row.figure) if part)
        style = "" if row.is_kept else "bold red"
        table.add_row(str(row.number), PROMISES[row.number], *counts, note, style=style)
    return table
