"""What may stand where in a policy document: texts, numbers, lists, records, durations.

One table of shapes (in `document`) reads a document, says everything that is wrong with it, and is
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

type Path = tuple[str | int, ...]
"""Names and list positions from a document's root: `("rules", 2, "when", "severity", 0)`."""

DAY_SECONDS: Final = 86_400
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": DAY_SECONDS}
_DURATION: Final = re.compile(
    r"([0-9]{1,9}) ?(?:(working) )?(s|m|h|d|seconds?|minutes?|mins?|hours?|days?)(?: (around the "
    r"clock))?",
    re.ASCII | re.IGNORECASE,
)
_DATE: Final = re.compile("(?:19[7-9]|2[01][0-9])[0-9]-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOST_QUOTED: Final = 60
_YES: Final = {
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
    """One thing wrong with a policy: where in its document, what it is, and how to mend it.

    An `error` is refused, a `warning` is not.
    """

    path: Path
    message: str
    fix: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """`rules[2].when.mood: unknown. Use severity, …`."""
        return f"{shown(self.path)}: {self.message}. {self.fix}"


def shown(path: Path) -> str:
    """A path as people read it: `rules[2].when.severity[0]`; the root is `policy`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step[:40]}" for step in path)
    return text.removeprefix(".") or "policy"


def quoted(value: object) -> str:
    """A value of the document as a message shows it, cut when it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = type(value).__name__
    text = "".join(character if character.isprintable() else "\ufffd" for character in text)
    return text if len(text) <= _MOST_QUOTED else text[: _MOST_QUOTED - 1] + "…"


def nearest(given: object, known: Iterable[str]) -> str:
    """What somebody who wrote `given` may have meant, as a question; else all that is known."""
    names = {str(name).lower(): str(name) for name in known}
    close = difflib.get_close_matches(
        str(given)[:80].lower().strip().replace(" ", "_"), names, n=1, cutoff=0.65
    )
    return f'Did you mean "{names[close[0]]}"?' if close else f"Use {listed([*names.values()])}."


def listed(names: Sequence[str], most: int = 24) -> str:
    """`a, b or c`."""
    if len(names) > most:
        return ", ".join([*names[:most], "…"])
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


class Shape(Protocol):
    """One kind of value."""

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """The value in its normal form, which reads as itself.

        What is wrong is added to `found`; the result then means nothing.
        """
        ...

    def schema(self) -> dict[str, Any]:
        """The shape as JSON Schema (draft 2020-12)."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A text of 1 to `most` characters without control characters.

    Of the form `pattern`, which `form` describes. `lines` allows breaks.
    """

    most: int = 100
    pattern: str = ""
    form: str = ""
    lines: bool = False

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """The text as it is."""
        if not isinstance(value, str):
            fix = (
                f'Put it in quotes: "{quoted(value)}".'
                if isinstance(value, int | float)
                else (self.form or "Write some words.")
            )
            found.append(
                Problem(
                    path,
                    f"{quoted(value)} is not a text" if value is not None else "nothing is given",
                    fix,
                )
            )
        elif not 1 <= len(value) <= self.most:
            found.append(
                Problem(
                    path,
                    f"has {len(value)} characters",
                    f"Give a text of 1 to {self.most} characters.",
                )
            )
        elif any(
            unicodedata.category(sign) in {"Cc", "Cs"} and not (self.lines and sign == "\n")
            for sign in value
        ):
            found.append(
                Problem(
                    path,
                    "holds a control character",
                    "Write it again by hand; something invisible was pasted.",
                )
            )
        elif self.pattern and not re.fullmatch(self.pattern, value):
            found.append(Problem(path, f"{quoted(value)} cannot be used here", self.form))
        return value

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "minLength": 1, "maxLength": self.most} | (
            {"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}
        )


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `least` to `most`."""

    least: int
    most: int

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """The number."""
        if (
            not isinstance(value, int)
            or isinstance(value, bool)
            or not self.least <= value <= self.most
        ):
            found.append(
                Problem(
                    path,
                    f"{quoted(value)} does not fit",
                    f"Give a whole number from {self.least} to {self.most}.",
                )
            )
        return value

    def schema(self) -> dict[str, Any]:
        """An integer."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `least` to `most`."""

    least: float
    most: float

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """The number; a whole one as an integer, so that 1 and 1.0 are one policy."""
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not self.least <= value <= self.most
        ):
            found.append(
                Problem(
                    path,
                    f"{quoted(value)} does not fit",
                    f"Give a number from {self.least:g} to {self.most:g}.",
                )
            )
            return value
        return int(value) if int(value) == value else value

    def schema(self) -> dict[str, Any]:
        """A number."""
        return {"type": "number", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Truth:
    """True or false."""

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """The truth value."""
        if not isinstance(value, bool):
            meant = _YES.get(value.lower()) if isinstance(value, str) else None
            fix = (
                "Give true or false."
                if meant is None
                else f"Give true or false: here {json.dumps(meant)}, without quotes."
            )
            found.append(Problem(path, f"{quoted(value)} is not true or false", fix))
        return value

    def schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these words."""

    words: tuple[str, ...]

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """The word."""
        if not isinstance(value, str) or value not in self.words:
            found.append(
                Problem(
                    path,
                    f"{quoted(value)} is not one of {', '.join(self.words)}",
                    nearest(value, self.words),
                )
            )
        return value

    def schema(self) -> dict[str, Any]:
        """An enumeration."""
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Several:
    """A list of `least` to `most` values of one shape."""

    of: Shape
    least: int = 1
    most: int = 200

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """The list of normal forms."""
        if not isinstance(value, Sequence) or isinstance(value, str | bytes):
            single = isinstance(value, str | int | float) and not isinstance(value, bool)
            fix = f"Give a list: [{quoted(value)}]." if single else "Give a list."
            found.append(
                Problem(
                    path,
                    f"{quoted(value)} is not a list" if value is not None else "nothing is given",
                    fix[:100],
                )
            )
            return []
        values = cast("Sequence[object]", value)
        if not self.least <= len(values) <= self.most:
            found.append(
                Problem(
                    path, f"has {len(values)} entries", f"Give {self.least} to {self.most} entries."
                )
            )
            return []
        return [self.of.read(each, (*path, place), found) for place, each in enumerate(values)]

    def schema(self) -> dict[str, Any]:
        """An array."""
        return {
            "type": "array",
            "items": self.of.schema(),
            "minItems": self.least,
            "maxItems": self.most,
        }


@dataclass(frozen=True, slots=True)
class Field:
    """A name in a record.

    What it means (`about`, for editors), the shape of its value, and whether it may not be left
    out.
    """

    about: str
    shape: Shape
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """Names with a shape each."""

    fields: Mapping[str, Field]

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """The normal forms by name; what is absent stays absent."""
        if not isinstance(value, Mapping):
            said = (
                f"{quoted(value)} stands where names and values belong"
                if value is not None
                else "nothing is given"
            )
            found.append(
                Problem(
                    path,
                    said,
                    f"Give {listed(list(self.fields), most=4)} with a value each, or leave it out.",
                )
            )
            return {}
        read: dict[str, Any] = {}
        for name, given in cast("Mapping[Any, object]", value).items():
            known = self.fields.get(name) if isinstance(name, str) else None
            if known is None:
                found.append(Problem((*path, str(name)), "unknown", nearest(name, self.fields)))
            else:
                read[name] = known.shape.read(given, (*path, name), found)
        for name, known in self.fields.items():
            if known.needed and name not in read:
                found.append(
                    Problem(
                        (*path, name),
                        "is missing",
                        f"Add it: {known.about[0].lower()}{known.about[1:]}",
                    )
                )
        return read

    def schema(self) -> dict[str, Any]:
        """An object that takes no other names."""
        properties = {
            name: {"description": known.about} | known.shape.schema()
            for name, known in self.fields.items()
        }
        needed = [name for name, known in self.fields.items() if known.needed]
        return {"type": "object", "properties": properties, "additionalProperties": False} | (
            {"required": needed} if needed else {}
        )


@dataclass(frozen=True, slots=True)
class Table:
    """Names that the business chooses, with values of one shape."""

    names: Text
    of: Shape
    most: int = 100

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """The normal forms by name."""
        if (
            not isinstance(value, Mapping)
            or not 1 <= len(cast("Mapping[Any, object]", value)) <= self.most
        ):
            found.append(
                Problem(
                    path,
                    f"{quoted(cast('object', value))} does not fit",
                    f"Give 1 to {self.most} names with a value each, or leave it out.",
                )
            )
            return {}
        read: dict[str, Any] = {}
        for name, given in cast("Mapping[Any, object]", value).items():
            self.names.read(name, (*path, str(name)), found)
            read[str(name)] = self.of.read(given, (*path, str(name)), found)
        return read

    def schema(self) -> dict[str, Any]:
        """An object with names of one form."""
        return {
            "type": "object",
            "propertyNames": self.names.schema(),
            "additionalProperties": self.of.schema(),
            "minProperties": 1,
            "maxProperties": self.most,
        }


@dataclass(frozen=True, slots=True)
class Either:
    """A list or a record, told apart by what is given."""

    several: Several
    record: Shape

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """The normal form of whichever it is."""
        return (self.record if isinstance(value, Mapping) else self.several).read(
            cast("object", value), path, found
        )

    def schema(self) -> dict[str, Any]:
        """Any of both."""
        return {"anyOf": [self.several.schema(), self.record.schema()]}


@dataclass(frozen=True, slots=True)
class Duration:
    """Seconds from `least` to `most`, as a number or in words: `90`, `15m`, `2 hours`, `30d`."""

    least: int
    most: int

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """The seconds."""
        words = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
        if words and not words[2] and not words[4]:
            value = int(words[1]) * _UNITS[words[3][0].lower()]
        if not isinstance(value, int) or isinstance(value, bool):
            found.append(
                Problem(
                    path,
                    f"{quoted(value)} is not a duration",
                    'Give seconds, or for example "15m", "2 hours" or "30d".',
                )
            )
        elif not self.least <= value <= self.most:
            found.append(
                Problem(
                    path,
                    f"{quoted(value)} seconds do not fit",
                    f"Give {spoken(self.least)} to {spoken(self.most)}.",
                )
            )
        return value

    def schema(self) -> dict[str, Any]:
        """A number of seconds, or words."""
        words = r"^[0-9]{1,9} ?([sSmMhHdD]|[sS]econds?|[mM]in(ute)?s?|[hH]ours?|[dD]ays?)$"
        return {
            "anyOf": [
                {"type": "integer", "minimum": self.least, "maximum": self.most},
                {"type": "string", "pattern": words},
            ]
        }


@dataclass(frozen=True, slots=True)
class Wait:
    """By when something is due: a `Duration` of working time, or in words with its clock.

    `8 working hours`, `1 hour around the clock`.

    Without a clock it is working time (R07). The normal form is `{"seconds": 28800, "clock":
    "working"}`.
    """

    most: int
    exact: Record = field(init=False)

    def __post_init__(self) -> None:
        exact = {
            "seconds": Field("Seconds.", Whole(1, self.most), needed=True),
            "clock": Field(
                "Which time counts: the business's own hours, or always.",
                OneOf(("working", "always")),
                needed=True,
            ),
        }
        object.__setattr__(self, "exact", Record(exact))

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """Seconds and clock."""
        if isinstance(value, Mapping):
            return self.exact.read(cast("object", value), path, found)
        clock = "working"
        if isinstance(value, str) and (words := _DURATION.fullmatch(value.strip())):
            if words[2] and words[4]:
                found.append(
                    Problem(
                        path,
                        f"{quoted(value)} names two clocks",
                        'Say "1 working hour" or "1 hour around the clock".',
                    )
                )
            clock = "always" if words[4] else "working"
            if clock == "working" and words[3][0].lower() == "d":
                fix = 'Say it in hours: "8 working hours", or "24 hours around the clock".'
                found.append(Problem(path, "working days differ in length", fix))
            value = f"{words[1]}{words[3][0]}"
        return {"seconds": Duration(1, self.most).read(value, path, found), "clock": clock}

    def schema(self) -> dict[str, Any]:
        """Seconds of working time, words, or both exactly."""
        words = (
            r"^[0-9]{1,9} ?([sSmMhH]|([wW]orking )?([sS]econds?|[mM]in(ute)?s?|[hH]ours?)"
            r"|([sSmMhHdD]|[sS]econds?|[mM]in(ute)?s?|[hH]ours?|[dD]ays?) around the clock)$"
        )
        number = {"type": "integer", "minimum": 1, "maximum": self.most}
        examples = ["8 working hours", "30 working minutes", "1 hour around the clock"]
        return {
            "anyOf": [
                {"type": "string", "pattern": words, "examples": examples},
                number,
                self.exact.schema(),
            ]
        }


@dataclass(frozen=True, slots=True)
class Day:
    """A date: `2026-12-24`."""

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        """The date as ISO 8601 writes it."""
        try:
            if isinstance(value, str) and _DATE.fullmatch(value):
                return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
        found.append(
            Problem(
                path,
                f"{quoted(value)} is not a day from 1970 to 2199",
                'Give a date, for example "2026-12-24".',
            )
        )
        return value

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "pattern": f"^{_DATE.pattern}$"}


def spoken(seconds: int) -> str:
    """A duration in words: `8 hours`, `90 seconds`, `30 days`."""
    for unit, length in (("day", DAY_SECONDS), ("hour", 3600), ("minute", 60)):
        if seconds and seconds % length == 0 and (unit != "day" or seconds >= 2 * DAY_SECONDS):
            count = seconds // length
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return f"{seconds} second{'s' if seconds != 1 else ''}"
