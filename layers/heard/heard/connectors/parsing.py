"""Reading untrusted JSON and forms.

What a platform sent is text and numbers of unknown shape until this module has read it.

Owns the difference between a body that is unreadable (`Unparseable`) and one field in it that is
(a problem). A problem costs that field only: a review with a broken rating is still a review (R01).
Problems name fields and positions, and never quote what a customer wrote. Knows no platform.

Written without pydantic: importing it would cost `ingest` more than its whole budget.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NoReturn, cast
from urllib.parse import parse_qsl, urlsplit

from heard import clock
from heard.connectors import HttpResponse, ParsedDelivery, ReplyTarget
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import Author, EventKind, ReviewEvent, normalize_text, number_revision

ID_LIMIT: Final = 200
"""Longest id of a platform that we accept, in characters: ids become keys."""

ONE_LINE_LIMIT: Final = 300
"""Longest name, subject or other text of one line that we keep, in characters."""

_KIND: Final = re.compile(r"[A-Za-z0-9_.:/-]{1,60}")
"""A kind of event that may be quoted in a problem: it is a code, and nobody's words."""

_LINK_LIMIT: Final = 2_000
_FORM_FIELD_LIMIT: Final = 1_000
_ENTRY_LIMIT: Final = 20_000
"""Entries of one delivery or page that are read: no platform sends a tenth of that at once."""

_EARLIEST_YEAR: Final = 1970
"""Revisions sort as text only while years have four digits. No review is older than the Web."""


def read_object(body: bytes) -> dict[str, object]:
    """The JSON object in a body. Raises Unparseable, and nothing else, for all other bytes.

    Stricter than `json.loads`: it refuses duplicate names, NaN, infinities and numbers that
    overflow, because two readers may disagree about their meaning.
    """
    document = read_json(body)
    if not isinstance(document, dict):
        raise Unparseable("The body is JSON, but not an object.")
    return cast("dict[str, object]", document)


def read_response(response: HttpResponse, title: str, *, maybe_applied: bool = False) -> Fields:
    """The JSON object of a platform's response. Raises PlatformUnavailable for any other body."""
    with unreadable_is_fault(title, maybe_applied=maybe_applied):
        return Fields(read_object(response.body), "the response")


@contextmanager
def unreadable_is_fault(title: str, *, maybe_applied: bool = False) -> Generator[None]:
    """Turn an Unparseable into a PlatformUnavailable: the caller tries again later.

    For the shape of a response as a whole. One bad entry in it is a problem of that entry only.
    """
    try:
        yield
    except Unparseable as error:
        raise PlatformUnavailable(
            f"{title} answered something unreadable: {error.detail.rstrip('.')}.",
            maybe_applied=maybe_applied,
        ) from error


def read_json(body: bytes) -> object:
    """The JSON value in a body, by the rules of `read_object`. Raises Unparseable."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unparseable(f"The body is not UTF-8: byte {error.start} is out of place.") from None
    try:
        document: object = json.loads(
            text,
            parse_constant=_reject_constant,
            parse_float=_parse_finite,
            object_pairs_hook=_reject_duplicates,
        )
    except json.JSONDecodeError as error:
        raise Unparseable(f"The body is not JSON: {error.msg} at character {error.pos}.") from None
    except ValueError as error:
        # From our own hooks, or from CPython's limit of 4,300 digits. Neither message quotes the
        # number.
        raise Unparseable(
            f"The body is not JSON that two readers would agree on: {error}."
        ) from None
    except RecursionError:
        raise Unparseable("The body is nested too deeply.") from None
    return document


def read_form(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form-encoded body in their order, also blank ones. Raises Unparseable."""
    try:
        return parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=_FORM_FIELD_LIMIT
        )
    except UnicodeDecodeError as error:
        raise Unparseable(
            f"The body is not form-encoded: byte {error.start} should have been percent-encoded."
        ) from None
    except ValueError:
        raise Unparseable(f"The form has more than {_FORM_FIELD_LIMIT} fields.") from None


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _parse_finite(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise ValueError("a number is too large")
    return number


def _reject_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(unique := dict(pairs)) != len(pairs):
        raise ValueError("an object names one field twice")
    return unique


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one JSON object or form. `where` names it in problems.

    A review can do without most fields. Their accessors return None for a value that makes no
    sense, and add a problem. It cannot do without ids, lists, and the times and counts that order
    its revisions: their accessors raise Unparseable. An absent field and a null are the same.
    """

    values: Mapping[str, object]
    where: str = "the body"
    problems: list[str] = field(default_factory=list[str])

    def object(self, name: str) -> Fields:
        """The object in a field; without any fields if it is absent or is no object."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, dict):
            self._add_problem(name, "is not an object")
        values = cast("dict[str, object]", value) if isinstance(value, dict) else {}
        return Fields(values, f"{name} of {self.where}", self.problems)

    def required_object(self, name: str) -> Fields:
        """The object in a field that must be there."""
        if not isinstance(self.values.get(name), dict):
            raise self.field_error(
                name, "is missing" if self.values.get(name) is None else "is not an object"
            )
        return self.object(name)

    def entries(self, name: str) -> list[object]:
        """The list in a field that must be there, whatever its entries are. Raises Unparseable."""
        if self.values.get(name) is None:
            raise self.field_error(name, "is missing")
        return self.optional_entries(name)

    def optional_entries(self, name: str) -> list[object]:
        """The list in a field, empty if the field is absent. Raises Unparseable for no list."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, list):
            raise self.field_error(name, "is not a list")
        return cast("list[object]", value) if value else []

    def objects(self, name: str, limit: int | None = None) -> list[Fields]:
        """The objects of the list in a field, none if it is absent. Raises Unparseable for no list.

        An entry that is no object becomes a problem. With a `limit`, so many entries are read.
        """
        objects: list[Fields] = []
        for index, entry in enumerate(self.optional_entries(name)[:limit]):
            if isinstance(entry, dict):
                where = f"entry {index} of {name} of {self.where}"
                objects.append(Fields(cast("dict[str, object]", entry), where, self.problems))
            else:
                self._add_problem(name, f"has an entry {index} that is not an object")
        return objects

    def any_objects(self, name: str, limit: int | None = None) -> list[Fields]:
        """Like `objects`, for a list that a review can do without: no list becomes a problem."""
        if self.values.get(name) is None or isinstance(self.values[name], list):
            return self.objects(name, limit)
        self._add_problem(name, "is not a list")
        return []

    def required_objects(self, name: str) -> list[Fields]:
        """Like `objects`, for a list that must be there."""
        self.entries(name)
        return self.objects(name)

    def id(self, name: str) -> str:
        """An id that must be there: a whole number, or text without blanks and controls."""
        value = self.optional_id(name)
        if value is None:
            raise self.field_error(name, "is missing")
        return value

    def optional_id(self, name: str) -> str | None:
        """An id that may be absent. Raises Unparseable for one that is unusable."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self.field_error(name, "is not an id")
        if isinstance(value, int):
            return self._id_from_number(name, value)
        if value in {".", ".."}:
            raise self.field_error(name, "is not an id")
        if len(value) > ID_LIMIT:
            raise self.field_error(name, f"is longer than {ID_LIMIT} characters")
        if any(c.isspace() or unicodedata.category(c) in {"Cc", "Cs"} for c in value):
            raise self.field_error(name, "holds characters that no id has")
        return value

    def text(self, name: str) -> str | None:
        """A text that a person wrote, in normal form, of any length."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, str):
            self._add_problem(name, "is not text")
            return None
        return normalize_text(value)

    def one_line(self, name: str) -> str | None:
        """A name or another text of one line, cut at `ONE_LINE_LIMIT`."""
        text = self.text(name)
        return " ".join(text.split())[:ONE_LINE_LIMIT].strip() or None if text else None

    def link(self, name: str) -> str | None:
        """A Web address to show to people: http or https, else None.

        A `javascript:` address would run in their page.
        """
        text = self.text(name)
        if text is None:
            return None
        try:
            scheme = urlsplit(text).scheme
        except ValueError:
            scheme = ""
        if (
            scheme not in {"http", "https"}
            or len(text) > _LINK_LIMIT
            or any(c.isspace() or c in "<>\"'" for c in text)
        ):
            self._add_problem(name, "is not a Web address")
            return None
        return text

    def rating(self, name: str) -> int | None:
        """A rating of 1 to 5 as a whole number, also written `4.0` or `"4"`.

        It is never rounded or clamped.
        """
        return self.integer(name, 1, 5)

    def integer(self, name: str, minimum: int, maximum: int) -> int | None:
        """A whole number between two others (both included), also written `4.0` or `"4"`."""
        value = self.values.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        number = _parse_number(value)
        if number is None or number != int(number):
            self._add_problem(name, "is not a whole number")
            return None
        if not minimum <= number <= maximum:
            self._add_problem(name, f"must be {minimum} to {maximum}")
            return None
        return int(number)

    def count(self, name: str) -> int | None:
        """A count that orders revisions: absent, or a whole number from 0 on.

        Raises Unparseable for anything else.
        """
        problems_before = len(self.problems)
        number = self.integer(name, 0, 10**12 - 1)
        if len(self.problems) > problems_before:
            raise Unparseable(self.problems.pop())
        return number

    def time(self, name: str) -> datetime | None:
        """An ISO 8601 time. One without a zone is UTC. Raises Unparseable for anything else."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise self.field_error(name, "is not a time")
        try:
            instant = clock.parse_time(value)
        except (ValueError, OverflowError):
            raise self.field_error(name, "is not a time") from None
        if instant.year < _EARLIEST_YEAR:
            raise self.field_error(name, "is out of range")
        return instant

    def boolean(self, name: str) -> bool:
        """Whether a field is true or "true". Anything else is false."""
        return self.values.get(name) in (True, "true")

    def field_error(self, name: str, problem: str) -> Unparseable:
        """The error that says what is wrong with a field."""
        return Unparseable(f"{_field_path(name, self.where)} {problem}")

    def holds_code(self, name: str, codes: Collection[str]) -> bool:
        """Whether a field is one of these codes. Any other value, of any type, is not."""
        value = self.values.get(name)
        return isinstance(value, str) and value in codes

    def unknown_kind(self, name: str) -> Unparseable:
        """The error of a genuine delivery whose kind, in a field, Heard does not know.

        It may hold a customer's words, so it goes to quarantine. Only kinds that are documented
        and hold none are ignored (R01).
        """
        kind = self.values.get(name)
        if kind is None:
            return self.field_error(name, "is missing")
        shown = f" ({kind})" if isinstance(kind, str) and _KIND.fullmatch(kind) else ""
        return self.field_error(name, f"is a kind that Heard does not know{shown}")

    def _add_problem(self, name: str, problem: str) -> None:
        self.problems.append(f"{_field_path(name, self.where)} {problem}")

    def _id_from_number(self, name: str, value: int) -> str:
        if not 0 <= value < 10**40:
            raise self.field_error(name, "is not an id")
        return str(value)


def _field_path(name: str, where: str) -> str:
    """A field as developers write it.

    `items[0].id` for the field `id` of `entry 0 of items of the body`. Another root is named.
    """
    *steps, root = where.split(" of ")
    path = "".join(
        f"[{step.removeprefix('entry ')}]" if step.startswith("entry ") else f".{step}"
        for step in reversed(steps)
    )
    path = f"`{f'{path}.{name}'.lstrip('.')}`"
    return path if root == "the body" else f"{path} of {root}"


def _parse_number(value: object) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and len(value) <= 20 and value.strip().isascii():
        try:
            number = float(value)
        except ValueError:
            return None
        return number if math.isfinite(number) else None
    return None


def parse_each(
    entries: Iterable[object], name: str, parse_entry: Callable[[Fields], ReviewEvent | None]
) -> ParsedDelivery:
    """The events of a delivery's entries, in their order. For pushed deliveries.

    `parse_entry` gives an entry's event, or None if the entry is of no interest. An unreadable
    entry becomes a problem and costs nothing but itself. Raises Unparseable if there are entries
    and none is readable: such a delivery goes to quarantine.
    """
    parsed, readable_count = _parse_entries(entries, name, parse_entry)
    if parsed.problems and not readable_count:
        raise Unparseable("; ".join(parsed.problems[:5]) + ".")
    return parsed


def parse_page(
    entries: Iterable[object], name: str, parse_entry: Callable[[Fields], ReviewEvent | None]
) -> ParsedDelivery:
    """The events of a page's entries, like `parse_each`, but total. For what a poll reads.

    If no entry is readable, the page holds only problems. A fault would stop the poll at this page
    forever.
    """
    return _parse_entries(entries, name, parse_entry)[0]


def _parse_entries(
    entries: Iterable[object], name: str, parse_entry: Callable[[Fields], ReviewEvent | None]
) -> tuple[ParsedDelivery, int]:
    """What the entries hold, and how many of them are readable."""
    events: list[ReviewEvent] = []
    problems: list[str] = []
    readable_count = 0
    for index, entry in enumerate(entries):
        if index == _ENTRY_LIMIT:
            problems.append(f"{name} {index} and those behind it were not read")
            break
        if not isinstance(entry, dict):
            problems.append(f"{name} {index} is not an object")
            continue
        fields = Fields(cast("dict[str, object]", entry), f"{name} {index}", problems)
        try:
            event = parse_entry(fields)
        except Unparseable as error:
            problems.append(error.detail)
            continue
        readable_count += 1
        if event is not None:
            events.append(event)
    return ParsedDelivery(tuple(events), tuple(problems)), readable_count


def parse_one(fields: Fields, parse: Callable[[Fields], ReviewEvent | None]) -> ParsedDelivery:
    """The event of a delivery that is about one thing. Raises Unparseable."""
    event = parse(fields)
    return ParsedDelivery((event,) if event else (), tuple(fields.problems))


def test_event() -> ReviewEvent:
    """A platform's test button or ping: answered, never routed."""
    return ReviewEvent(EventKind.TEST, "test", "test", number_revision(0), Author("test"))


def anonymous_author(native_id: str) -> Author:
    """The author of a review whose platform does not say who wrote it.

    One for each review. An author's texts are encrypted under one key, and erasing one stranger
    must not erase another.
    """
    return Author(f"anonymous:{native_id}")


def author_id_from_email(address: str) -> str:
    """An author's id made of an e-mail address, without the address in it.

    Ids are kept longer than personal data may be.
    """
    return (
        "email:"
        + hashlib.sha256(address.strip().lower().encode("utf-8", "replace")).hexdigest()[:32]
    )


def same_text(text: str | None, other: str | None) -> bool:
    """Whether two texts are the same, except for white space and Unicode form.

    Platforms change both as they like.
    """
    return _normalized(text) == _normalized(other)


def written_by_others(existing_text: str | None, target: ReplyTarget) -> bool:
    """Whether the one reply that a platform shows is not one of our own earlier replies.

    Such a reply is never replaced.
    """
    return bool(_normalized(existing_text)) and not any(
        same_text(existing_text, text) for text in target.own_replies
    )


def _normalized(text: str | None) -> str:
    return " ".join((normalize_text(text) or "").split())
