"""Reads a file of reviews that people rated: JSON lines or CSV.

A row that cannot be read is named by its line, with what is wrong and how to mend it. No message
quotes a customer.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from heard.assessment import Agenda, Severity
from heard.assessment.language_codes import language_code
from heard.reviews import Channel
from heard_cli import show
from heard_cli.assess.labelled_reviews import LabelledReview, ReviewLabel
from heard_cli.assess.run import InvalidLine, parse_object

OTHER_AGENDA: Final = "other"
"""What raters write where a review has none of Heard's agendas."""

_NEEDED: Final = ("text", "severity")
_COLUMNS: Final = (
    "id",
    "text",
    "title",
    "rating",
    "language",
    "lang",
    "channel",
    "platform",
    "severity",
    "needs_person",
    "agenda",
    "flags",
)
_SEPARATORS: Final = (",", ";", "\t")
_MAX_CELL: Final = 1 << 20
"""Characters of a cell. A longer one is no review."""

_FLAG: Final = re.compile(r"[a-z0-9_-]{1,40}")
_FLAG_SEPARATORS: Final = re.compile(r"[\s,;|]+")


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _flag_list(value: object) -> object:
    if isinstance(value, str):
        return [flag for flag in _FLAG_SEPARATORS.split(value.lower()) if flag]
    return value


def _known_agenda(value: str) -> str:
    if value not in {*Agenda, OTHER_AGENDA}:
        raise ValueError(value)
    return value


type _SeverityField = Annotated[Severity, BeforeValidator(_lower)]
type _AgendaField = Annotated[str, BeforeValidator(_known_agenda), BeforeValidator(_lower)]
type _FlagsField = Annotated[
    tuple[Annotated[str, Field(pattern=f"^{_FLAG.pattern}$")], ...], BeforeValidator(_flag_list)
]


class RaterFields(BaseModel):
    """What one of two raters says. Other fields are ignored."""

    model_config = ConfigDict(extra="ignore")

    severity: _SeverityField
    needs_person: bool | None = None
    agenda: _AgendaField | None = None
    flags: _FlagsField | None = None

    def label(self) -> ReviewLabel:
        """What the rater says."""
        return ReviewLabel(self.severity, self.needs_person, self.agenda, self.flags)


class LabelFields(BaseModel):
    """The fields of a row. Other fields are ignored.

    The label is in the row itself, or in `a` if there are two raters; then the second is `b`.
    """

    model_config = ConfigDict(extra="ignore")

    id: str | int | None = None
    text: str
    title: str | None = None
    rating: int | None = Field(None, ge=1, le=5)
    language: str | None = Field(None, validation_alias=AliasChoices("language", "lang"))
    channel: Annotated[Channel, BeforeValidator(_lower)] | None = None
    platform: str | None = None
    a: RaterFields | None = None
    b: RaterFields | None = None


@dataclass
class LabelFile:
    """The reviews of a file, and a message about each row that cannot be read."""

    reviews: list[LabelledReview] = field(default_factory=list[LabelledReview])
    errors: list[str] = field(default_factory=list[str])
    _lines_by_id: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, line: int, fields: dict[str, Any]) -> None:
        """Reads one row. Raises InvalidLine."""
        review = _parse_review(line, fields)
        first = self._lines_by_id.setdefault(review.id, line)
        if first != line:
            raise InvalidLine(f"`id` is that of line {first}, too. Give each review its own.")
        self.reviews.append(review)


def read_labels(content: bytes, name: str) -> LabelFile:
    """The rated reviews of a file, whose name or first sign says what it holds."""
    is_table = name.lower().endswith((".csv", ".tsv"))
    is_json = name.lower().endswith((".json", ".jsonl", ".ndjson"))
    if not is_table and not is_json:
        is_table = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in {b"{", b"["}
    return _read_table(content) if is_table else _read_json_lines(content)


def _read_json_lines(content: bytes) -> LabelFile:
    result = LabelFile()
    for line, words in enumerate(content.split(b"\n"), 1):
        if words.strip():
            try:
                fields = parse_object(words, first=line == 1)
                present = {name: value for name, value in fields.items() if value is not None}
                result.add(line, present)
            except InvalidLine as error:
                result.errors.append(f"line {line}: {error}")
    return result


def _read_table(content: bytes) -> LabelFile:
    result = LabelFile()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        result.errors.append(f"line {line}: it is not UTF-8. Save the file as UTF-8.")
        return result
    csv.field_size_limit(_MAX_CELL)
    header: list[str] | None = None
    try:
        for line, cells in _table_rows(text):
            if header is None:
                header = _header(cells)
                continue
            try:
                result.add(line, _table_fields(header, cells))
            except InvalidLine as error:
                result.errors.append(f"line {line}: {error}")
    except InvalidLine as error:
        result.errors.append(str(error))
    return result


def _table_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line where it begins, cells) of each row that is not empty. Raises InvalidLine."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(
        _SEPARATORS,
        key=lambda sign: sum(_column(cell) in _COLUMNS for cell in first.split(sign)),
    )
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = rows.line_num + 1
        try:
            cells = next(rows, None)
        except csv.Error as error:
            raise InvalidLine(
                f"line {line}: it is no CSV ({error}). Put a text between double quotes, and "
                "write each double quote in it twice."
            ) from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _column(cell: str) -> str:
    return cell.strip().strip('"').strip().lower()


def _header(cells: list[str]) -> list[str]:
    """The names of the columns. Raises InvalidLine."""
    names = [_column(cell) for cell in cells]
    for name in _NEEDED:
        if name not in names:
            raise InvalidLine(
                f"line 1: there is no column `{name}`. Name the columns in the first line: "
                "text and severity, and any of id, title, rating, language, channel, platform, "
                "needs_person, agenda, flags."
            )
    for name in _COLUMNS:
        if names.count(name) > 1:
            raise InvalidLine(f"line 1: the column `{name}` is there twice. Remove one of them.")
    return names


def _table_fields(header: list[str], cells: list[str]) -> dict[str, Any]:
    if len(cells) != len(header):
        raise InvalidLine(
            f"it has {show.count(len(cells), 'cell')}, and the first line has {len(header)}. "
            "Put a text that holds a separator between double quotes."
        )
    # An empty cell says nothing, but no flags at all is what a column of flags can say.
    return {
        name: cell
        for name, cell in zip(header, cells, strict=True)
        if cell.strip() or name == "flags"
    }


def _parse_review(line: int, fields: dict[str, Any]) -> LabelledReview:
    try:
        row = LabelFields.model_validate(fields)
        label = row.a or RaterFields.model_validate(fields)
    except ValidationError as error:
        raise InvalidLine(_error_message(error)) from error
    if not row.text.strip():
        raise InvalidLine("`text` is empty. Give the words of the review, or remove the row.")
    return LabelledReview(
        id=f"line {line}" if row.id is None else str(row.id),
        text=row.text,
        label=label.label(),
        second=row.b.label() if row.b else None,
        title=row.title,
        rating=row.rating,
        language=language_code(row.language),
        channel=row.channel,
        platform=row.platform,
    )


_FIXES: Final = {
    "id": "Give a text or a whole number, or leave it out.",
    "text": "Give the words of the review.",
    "rating": "Give a whole number from 1 to 5, or leave it out where there is no rating.",
    "channel": f"Give one of {', '.join(Channel)}, or leave it out.",
    "severity": f"Give one of {', '.join(Severity)}.",
    "needs_person": "Give true or false, or leave it out.",
    "agenda": f"Give one of {', '.join(Agenda)}, {OTHER_AGENDA}, or leave it out.",
    "flags": "Give codes such as safety or staff_rude, in CSV with blanks between them.",
    "a": "Give an object with `severity`, or leave it out.",
    "b": "Give an object with `severity`, or leave it out.",
}


def _error_message(error: ValidationError) -> str:
    """What is wrong with which field. The value is left out: it may be a customer's words."""
    detail = error.errors(include_url=False, include_input=False)[0]
    place = [str(part) for part in detail["loc"] if isinstance(part, str)]
    # After the name of a field come those of its types.
    place = place[:2] if place[0] in {"a", "b"} else place[:1]
    name = ".".join(place)
    what = "is missing" if detail["type"] == "missing" else "has a wrong value"
    return f"`{name}` {what}. {_FIXES.get(place[-1], 'Give a text, or leave it out.')}"
