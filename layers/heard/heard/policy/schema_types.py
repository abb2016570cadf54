"""The types of values in a policy document: texts, numbers, lists, records, durations.

A table of these types (`schema`) reads a document, finds everything that is wrong with it, and is
the published JSON Schema. Knows no word of a policy.
"""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, Protocol, cast

type DocumentPath = tuple[str | int, ...]
"""Names and list positions from a document's root: `("rules", 2, "when", "severity", 0)`."""

DAY_SECONDS: Final = 86_400
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": DAY_SECONDS}
_DURATION: Final = re.compile(
    r"([0-9]{1,9}) ?(?:(working) )?(s|m|h|d|seconds?|minutes?|mins?|hours?|days?)(?: (around the "
    r"clock))?",
    re.ASCII | re.IGNORECASE,
)
_DATE: Final = re.compile("(?:19[7-9]|2[01][0-9])[0-9]-[0-9]{2}-[0-9]{2}", re.ASCII)
_MAX_QUOTE: Final = 60
_BOOLEAN_WORDS: Final = {
    "yes": True,
    "y": True,
    "on": True,
    "true": True,
    "no": False,
    "n": False,
    "off": False,
    "false": False,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a policy: where in its document, what it is, and how to fix it.

    A policy with an `error` is refused, one with a `warning` is not.
    """

    path: DocumentPath
    message: str
    fix: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """`rules[2].when.mood: unknown. Use severity, …`."""
        return f"{format_path(self.path)}: {self.message}. {self.fix}"


def format_path(path: DocumentPath) -> str:
    """A path for people: `rules[2].when.severity[0]`. The root is `policy`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step[:40]}" for step in path)
    return text.removeprefix(".") or "policy"


def quote(value: object) -> str:
    """A value of the document as a message shows it. A long one is cut."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = type(value).__name__
    text = "".join(character if character.isprintable() else "\ufffd" for character in text)
    return text if len(text) <= _MAX_QUOTE else text[: _MAX_QUOTE - 1] + "…"


def suggestion(name: object, known: Iterable[str]) -> str:
    """The known name that is most like `name`, as a question; all known names if none is."""
    names = {str(known_name).lower(): str(known_name) for known_name in known}
    close = difflib.get_close_matches(
        str(name)[:80].lower().strip().replace(" ", "_"), names, n=1, cutoff=0.65
    )
    return (
        f'Did you mean "{names[close[0]]}"?' if close else f"Use {join_with_or([*names.values()])}."
    )


def join_with_or(names: Sequence[str], limit: int = 24) -> str:
    """`a, b or c`, with at most `limit` names."""
    return join_names(names, "or", limit)


def join_names(names: Sequence[str], word: str, limit: int) -> str:
    """The names with commas, and `word` before the last. At most `limit`, and then an ellipsis."""
    if len(names) > limit:
        return ", ".join([*names[:limit], "…"])
    if len(names) > 1:
        return f"{', '.join(names[:-1])} {word} {names[-1]}"
    return "".join(names)


class SchemaType(Protocol):
    """A type of values."""

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """The value in its normal form, which `read` leaves as it is.

        What is wrong is added to `problems`; then the result has no meaning.
        """
        ...

    def schema(self) -> dict[str, Any]:
        """The type as JSON Schema (draft 2020-12)."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A text of 1 to `max_length` characters without control characters.

    It has the form `pattern`, if there is one; `fix` describes that form. `multiline` allows line
    breaks.
    """

    max_length: int = 100
    pattern: str = ""
    fix: str = ""
    multiline: bool = False

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """The text as it is."""
        if not isinstance(value, str):
            fix = (
                f'Put it in quotes: "{quote(value)}".'
                if isinstance(value, int | float)
                else (self.fix or "Write some text.")
            )
            problems.append(
                Problem(
                    path,
                    f"{quote(value)} is not a text" if value is not None else "nothing is given",
                    fix,
                )
            )
        elif not 1 <= len(value) <= self.max_length:
            problems.append(
                Problem(
                    path,
                    f"has {len(value)} characters",
                    f"Give a text of 1 to {self.max_length} characters.",
                )
            )
        elif any(
            unicodedata.category(sign) in {"Cc", "Cs"} and not (self.multiline and sign == "\n")
            for sign in value
        ):
            problems.append(
                Problem(
                    path,
                    "has a control character, which nobody sees",
                    "Type the text again; it was probably copied.",
                )
            )
        elif self.pattern and not re.fullmatch(self.pattern, value):
            problems.append(Problem(path, f"{quote(value)} cannot be used here", self.fix))
        return value

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "minLength": 1, "maxLength": self.max_length} | (
            {"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}
        )


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number from `minimum` to `maximum`."""

    minimum: int
    maximum: int

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """The number."""
        if (
            not isinstance(value, int)
            or isinstance(value, bool)
            or not self.minimum <= value <= self.maximum
        ):
            problems.append(
                Problem(
                    path,
                    f"{quote(value)} does not fit",
                    f"Give a whole number from {self.minimum} to {self.maximum}.",
                )
            )
        return value

    def schema(self) -> dict[str, Any]:
        """An integer."""
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `minimum` to `maximum`."""

    minimum: float
    maximum: float

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """The number. A whole one becomes an integer, so that 1 and 1.0 make the same policy."""
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not self.minimum <= value <= self.maximum
        ):
            problems.append(
                Problem(
                    path,
                    f"{quote(value)} does not fit",
                    f"Give a number from {self.minimum:g} to {self.maximum:g}.",
                )
            )
            return value
        return int(value) if int(value) == value else value

    def schema(self) -> dict[str, Any]:
        """A number."""
        return {"type": "number", "minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """The truth value."""
        if not isinstance(value, bool):
            boolean = _BOOLEAN_WORDS.get(value.lower()) if isinstance(value, str) else None
            fix = (
                "Give true or false."
                if boolean is None
                else f"Give true or false: here {json.dumps(boolean)}, without quotes."
            )
            problems.append(Problem(path, f"{quote(value)} is not true or false", fix))
        return value

    def schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these words."""

    values: tuple[str, ...]

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """The word."""
        if not isinstance(value, str) or value not in self.values:
            problems.append(
                Problem(
                    path,
                    f"{quote(value)} is not one of {', '.join(self.values)}",
                    suggestion(value, self.values),
                )
            )
        return value

    def schema(self) -> dict[str, Any]:
        """An enumeration."""
        return {"enum": list(self.values)}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of `min_items` to `max_items` values of one type."""

    item_type: SchemaType
    min_items: int = 1
    max_items: int = 200

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """The list of normal forms."""
        if not isinstance(value, Sequence) or isinstance(value, str | bytes):
            single = isinstance(value, str | int | float) and not isinstance(value, bool)
            fix = f"Give a list: [{quote(value)}]." if single else "Give a list."
            problems.append(
                Problem(
                    path,
                    f"{quote(value)} is not a list" if value is not None else "nothing is given",
                    fix[:100],
                )
            )
            return []
        values = cast("Sequence[object]", value)
        if not self.min_items <= len(values) <= self.max_items:
            problems.append(
                Problem(
                    path,
                    f"has {len(values)} entries",
                    f"Give {self.min_items} to {self.max_items} entries.",
                )
            )
            return []
        return [
            self.item_type.read(item, (*path, index), problems) for index, item in enumerate(values)
        ]

    def schema(self) -> dict[str, Any]:
        """An array."""
        return {
            "type": "array",
            "items": self.item_type.schema(),
            "minItems": self.min_items,
            "maxItems": self.max_items,
        }


@dataclass(frozen=True, slots=True)
class Field:
    """A name in a record: its description for people, its type, and whether it must be there."""

    description: str
    value_type: SchemaType
    required: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """Names, each with a type of its value."""

    fields: Mapping[str, Field]

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """The normal forms by name. A name that is absent stays absent."""
        if not isinstance(value, Mapping):
            message = (
                f"{quote(value)} is here instead of names and values"
                if value is not None
                else "nothing is given"
            )
            problems.append(
                Problem(
                    path,
                    message,
                    f"Give {join_with_or(list(self.fields), limit=4)} with a value each, or leave "
                    "it out.",
                )
            )
            return {}
        record: dict[str, Any] = {}
        for name, raw in cast("Mapping[Any, object]", value).items():
            spec = self.fields.get(name) if isinstance(name, str) else None
            if spec is None:
                problems.append(
                    Problem((*path, str(name)), "unknown", suggestion(name, self.fields))
                )
            else:
                record[name] = spec.value_type.read(raw, (*path, name), problems)
        for name, spec in self.fields.items():
            if spec.required and name not in record:
                problems.append(
                    Problem(
                        (*path, name),
                        "is missing",
                        f"Add it: {spec.description[0].lower()}{spec.description[1:]}",
                    )
                )
        return record

    def schema(self) -> dict[str, Any]:
        """An object without other names."""
        properties = {
            name: {"description": spec.description} | spec.value_type.schema()
            for name, spec in self.fields.items()
        }
        required = [name for name, spec in self.fields.items() if spec.required]
        return {"type": "object", "properties": properties, "additionalProperties": False} | (
            {"required": required} if required else {}
        )


@dataclass(frozen=True, slots=True)
class MapOf:
    """Names that the business chooses, with values of one type."""

    key_type: Text
    value_type: SchemaType
    max_items: int = 100

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """The normal forms by name."""
        if (
            not isinstance(value, Mapping)
            or not 1 <= len(cast("Mapping[Any, object]", value)) <= self.max_items
        ):
            problems.append(
                Problem(
                    path,
                    f"{quote(cast('object', value))} does not fit",
                    f"Give 1 to {self.max_items} names with a value each, or leave it out.",
                )
            )
            return {}
        entries: dict[str, Any] = {}
        for name, raw in cast("Mapping[Any, object]", value).items():
            self.key_type.read(name, (*path, str(name)), problems)
            entries[str(name)] = self.value_type.read(raw, (*path, str(name)), problems)
        return entries

    def schema(self) -> dict[str, Any]:
        """An object with names of one form."""
        return {
            "type": "object",
            "propertyNames": self.key_type.schema(),
            "additionalProperties": self.value_type.schema(),
            "minProperties": 1,
            "maxProperties": self.max_items,
        }


@dataclass(frozen=True, slots=True)
class ListOrRecord:
    """A list, or a record."""

    list_type: ListOf
    record_type: SchemaType

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """The normal form of the list or the record."""
        return (self.record_type if isinstance(value, Mapping) else self.list_type).read(
            cast("object", value), path, problems
        )

    def schema(self) -> dict[str, Any]:
        """One of the two."""
        return {"anyOf": [self.list_type.schema(), self.record_type.schema()]}


@dataclass(frozen=True, slots=True)
class Duration:
    """Seconds from `minimum` to `maximum`: `90`, `15m`, `2 hours` or `30d`."""

    minimum: int
    maximum: int

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """The seconds."""
        match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
        if match and not match[2] and not match[4]:
            value = int(match[1]) * _UNITS[match[3][0].lower()]
        if not isinstance(value, int) or isinstance(value, bool):
            problems.append(
                Problem(
                    path,
                    f"{quote(value)} is not a duration",
                    'Give seconds, or for example "15m", "2 hours" or "30d".',
                )
            )
        elif not self.minimum <= value <= self.maximum:
            problems.append(
                Problem(
                    path,
                    f"{quote(value)} seconds do not fit",
                    f"Give {format_duration(self.minimum)} to {format_duration(self.maximum)}.",
                )
            )
        return value

    def schema(self) -> dict[str, Any]:
        """A number of seconds, or words."""
        words = r"^[0-9]{1,9} ?([sSmMhHdD]|[sS]econds?|[mM]in(ute)?s?|[hH]ours?|[dD]ays?)$"
        return {
            "anyOf": [
                {"type": "integer", "minimum": self.minimum, "maximum": self.maximum},
                {"type": "string", "pattern": words},
            ]
        }


@dataclass(frozen=True, slots=True)
class DurationWithClock:
    """A time limit with its clock: `8 working hours`, `1 hour around the clock`.

    A `Duration` without a clock is working time (R07). The normal form is `{"seconds": 28800,
    "clock": "working"}`.
    """

    maximum: int
    exact_type: Record = field(init=False)

    def __post_init__(self) -> None:
        exact = {
            "seconds": Field("Seconds.", Integer(1, self.maximum), required=True),
            "clock": Field(
                "Which time counts: the business's own hours (working), or all time (always).",
                OneOf(("working", "always")),
                required=True,
            ),
        }
        object.__setattr__(self, "exact_type", Record(exact))

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """The seconds and the clock."""
        if isinstance(value, Mapping):
            return self.exact_type.read(cast("object", value), path, problems)
        clock = "working"
        if isinstance(value, str) and (match := _DURATION.fullmatch(value.strip())):
            if match[2] and match[4]:
                problems.append(
                    Problem(
                        path,
                        f"{quote(value)} names two clocks",
                        'Say "1 working hour" or "1 hour around the clock".',
                    )
                )
            clock = "always" if match[4] else "working"
            if clock == "working" and match[3][0].lower() == "d":
                fix = 'Say it in hours: "8 working hours", or "24 hours around the clock".'
                problems.append(Problem(path, "working days differ in length", fix))
            value = f"{match[1]}{match[3][0]}"
        return {"seconds": Duration(1, self.maximum).read(value, path, problems), "clock": clock}

    def schema(self) -> dict[str, Any]:
        """A number of seconds, words, or an object of seconds and clock."""
        words = (
            r"^[0-9]{1,9} ?([sSmMhH]|([wW]orking )?([sS]econds?|[mM]in(ute)?s?|[hH]ours?)"
            r"|([sSmMhHdD]|[sS]econds?|[mM]in(ute)?s?|[hH]ours?|[dD]ays?) around the clock)$"
        )
        number = {"type": "integer", "minimum": 1, "maximum": self.maximum}
        examples = ["8 working hours", "30 working minutes", "1 hour around the clock"]
        return {
            "anyOf": [
                {"type": "string", "pattern": words, "examples": examples},
                number,
                self.exact_type.schema(),
            ]
        }


@dataclass(frozen=True, slots=True)
class Date:
    """A date: `2026-12-24`."""

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        """The date in ISO 8601."""
        try:
            if isinstance(value, str) and _DATE.fullmatch(value):
                return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
        problems.append(
            Problem(
                path,
                f"{quote(value)} is not a day from 1970 to 2199",
                'Give a date, for example "2026-12-24".',
            )
        )
        return value

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "pattern": f"^{_DATE.pattern}$"}


def format_duration(seconds: int) -> str:
    """A duration in words: `8 hours`, `90 seconds`, `30 days`."""
    for unit, length in (("day", DAY_SECONDS), ("hour", 3600), ("minute", 60)):
        if seconds and seconds % length == 0 and (unit != "day" or seconds >= 2 * DAY_SECONDS):
            count = seconds // length
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return f"{seconds} second{'s' if seconds != 1 else ''}"
