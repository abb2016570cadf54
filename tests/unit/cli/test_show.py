"""Tables in windows of any width: what people copy stays in one piece."""

from __future__ import annotations

import pytest
from rich.console import Console

from heard_cli import show

REVIEW = "rev_v2kg6rqmv7ym2fw6rj24exyz"
AT = "2026-11-29 08:40:50Z"
COLUMNS = ("at", "review", "severity", "author", "words")
ROW = (AT, REVIEW, "critical", "Ana Bell of the bakery", "The bread was stale. " * 9)


@pytest.fixture(params=[20, 60, 80, 100, 120, 200])
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """The width of the window."""
    columns: int = request.param
    monkeypatch.setattr(show, "_out", lambda: Console(width=columns, highlight=False))
    return columns


def test_a_row_of_one_line_leaves_columns_out_and_never_cuts_an_id(
    width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    show.table(COLUMNS, [ROW], empty="", drop_order=("author", "severity", "at"))

    output = capsys.readouterr()
    row = next(line for line in output.out.splitlines() if "rev_" in line)
    assert REVIEW in row.split()
    assert "The bread" in row
    header = output.out.split("─")[0]
    assert (AT in row) is ("at" in header.split())
    for column in ("author", "severity", "at"):
        assert (column in header.split()) is (column not in output.err)
    assert ("author" in header) is (width >= 120)
    if width >= 60:
        assert all(len(line) <= width for line in output.out.splitlines())


def test_a_table_that_folds_words_does_not_fold_an_id_or_a_time(
    width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    show.table(COLUMNS, [ROW], empty="")

    output = capsys.readouterr().out
    assert REVIEW in output.split()
    assert AT in output
    assert width < 120 or all(len(line) <= width for line in output.splitlines())


def test_a_table_without_rows_is_a_note(capsys: pytest.CaptureFixture[str]) -> None:
    show.table(COLUMNS, [], empty="Nothing here.", drop_order=("at",))

    assert capsys.readouterr() == ("", "Nothing here.\n")
