"""A policy as somebody wrote it.

YAML into a document, with the line and column of everything in it.

Owns how YAML is read. A policy is JSON that people can write, so what would surprise them is not
taken: no anchors, no tags, no merging, no name twice. Words mean what YAML 1.2 says: only `true`
and `false` are truth values (`no` is Norwegian), `22:00` and `2026-12-24` are texts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from heard.policy.schema_types import Path

LONGEST: Final = 150_000
"""Bytes that a policy's source may have: it is stored beside its document in one item."""

DEEPEST: Final = 12

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTHS: Final = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_WHOLE: Final = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)
_NUMBER: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?", re.ASCII)
_LEADING_ZERO: Final = re.compile(r"[-+]?0[0-9]+", re.ASCII)

_MEANT: Final = (
    (r"found character '\\t'", "a tab stands here", "Indent with spaces: YAML takes no tabs."),
    (r"found character '(.)'", "{0} cannot begin a value", "Put the text in quotes."),
    (
        "mapping values are not allowed",
        "a colon stands where no name can",
        "Put a text with a colon in quotes, or check the indentation.",
    ),
    (
        "could not find expected ':'",
        "a colon is missing",
        'Write "name: value", with a space after the colon.',
    ),
    (
        "expected <block end>, but found",
        "the indentation does not fit",
        "Begin all names of a record, and all dashes of a list, in one column.",
    ),
    (
        "expected ',' or",
        "a comma or a closing bracket is missing",
        "Close the bracket, or put a comma between its values.",
    ),
    (
        "unexpected end of stream",
        "a quotation mark is never closed",
        "Close it on the line where the text ends.",
    ),
    (
        "unknown escape character",
        "a backslash means something else in double quotes",
        "Use single quotes, or write two backslashes.",
    ),
    (
        "special characters are not allowed",
        "holds a character that nobody sees",
        "Write the line again by hand; something invisible was pasted.",
    ),
    (
        "expected the node content|expected the block|while parsing a block",
        "a value is missing or out of place",
        "Check this line and the one before it.",
    ),
)
"""What PyYAML says, what that means to somebody who writes a policy, and what to do."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text is not a document: where (counted from 1), what, and how to mend it."""

    line: int
    column: int
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class Source:
    """A policy's text, the document it holds (an empty one for an empty text), and why it cannot be
    used, if there are `faults`.
    """

    text: str
    document: Any
    faults: tuple[Fault, ...] = ()
    places: Mapping[Path, tuple[int, int]] = field(
        default_factory=dict[Path, tuple[int, int]], repr=False
    )

    def place(self, path: Path) -> tuple[int, int]:
        """The line and column, counted from 1, of what a path names, or of what it is missing from."""
        return next(
            (
                self.places[path[:length]]
                for length in range(len(path), 0, -1)
                if path[:length] in self.places
            ),
            (1, 1),
        )


def read_source(content: bytes) -> Source:
    """A policy's file as a document. Total: any bytes give a document or faults."""
    if len(content) > LONGEST:
        return _refused("", 1, 1, f"is {len(content):,} bytes long", f"Shorten it to {LONGEST:,}.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as unreadable:
        good = content[: unreadable.start].decode()
        return _refused(
            "", *_at(good, len(good)), "is not written in UTF-8", "Save the file again as UTF-8."
        )
    reader = _Reader(text)
    try:
        document = reader.document()
    except yaml.reader.ReaderError as strange:
        return _refused(text, *_at(text, strange.position), *_told(strange.reason))
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        where = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return _refused(text, *where, *_told(f"{broken.problem or broken.context}"))
    except _Stop as stop:
        return Source(text, {}, (stop.fault,))
    except (yaml.YAMLError, ValueError, OverflowError):
        return _refused(
            text,
            reader.line,
            1,
            "cannot be read from here on",
            "Check this line and the one before it.",
        )
    return Source(text, {} if document is None else document, tuple(reader.faults), reader.places)


def _refused(text: str, line: int, column: int, message: str, fix: str) -> Source:
    return Source(text, {}, (Fault(line, column, message, fix),))


def _at(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


def _told(said: str) -> tuple[str, str]:
    for pattern, message, fix in _MEANT:
        if found := re.search(pattern, said):
            return message.format(*found.groups()), fix
    return said, "Check this line and the one before it."


class _Stop(Exception):
    """Reading on makes no sense."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class _Reader:
    """Turns YAML's events into values, and remembers where each came from."""

    def __init__(self, text: str) -> None:
        self.faults: list[Fault] = []
        self.places: dict[Path, tuple[int, int]] = {}
        self.line = 1
        self._text = text

    def document(self) -> Any:
        """The one document of the text, None for an empty one."""
        events = self._events()
        value: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Stop(
                        _fault(
                            event,
                            "a second document begins here",
                            'Keep one policy in a file: take out the line "---".',
                        )
                    )
            elif isinstance(event, yaml.NodeEvent):
                value = self._value(event, events, ())
        return value

    def _events(self) -> Iterator[yaml.Event]:
        for event in yaml.parse(self._text, Loader=yaml.SafeLoader):
            self.line = _place(event)[0]
            yield event

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> Any:
        if isinstance(event, yaml.AliasEvent):
            self.faults.append(
                _fault(
                    event,
                    f"*{event.anchor} stands for something written elsewhere",
                    "Write it out here.",
                )
            )
            return None
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            self.faults.append(
                _fault(
                    event,
                    f"&{event.anchor} gives a value a name",
                    "Take it out; write the value out where it is needed.",
                )
            )
        tag: str | None = getattr(event, "tag", None)
        if tag is not None:
            self.faults.append(
                _fault(
                    event,
                    f"{tag} says of what type a value is",
                    "Take it out; put texts in quotes where needed.",
                )
            )
        if len(path) > DEEPEST:
            raise _Stop(
                _fault(
                    event,
                    "is nested too deep",
                    "No policy goes so deep: check the brackets and the indentation.",
                )
            )
        match event:
            case yaml.MappingStartEvent():
                return self._record(events, path)
            case yaml.SequenceStartEvent():
                return self._list(events, path)
            case yaml.ScalarEvent():
                return self._scalar(event)
            case _:
                raise _Stop(
                    _fault(event, "cannot be read", "Check this line and the one before it.")
                )

    def _record(self, events: Iterator[yaml.Event], path: Path) -> dict[str, Any]:
        record: dict[str, Any] = {}
        for key in events:
            if isinstance(key, yaml.MappingEndEvent):
                break
            if not isinstance(key, yaml.ScalarEvent) or key.anchor or key.tag:
                raise _Stop(_fault(key, "is no name", 'Write "name: value" with a plain name.'))
            name: str = key.value
            if name == "<<" and key.style is None:
                self.faults.append(
                    _fault(key, "merges in something written elsewhere", "Write it out here.")
                )
            elif name in record:
                first = self.places[(*path, name)][0]
                self.faults.append(
                    _fault(
                        key,
                        f'"{name[:40]}" is given twice, first in line {first}',
                        "Keep one of them.",
                    )
                )
            self.places.setdefault((*path, name), _place(key))
            record[name] = self._value(next(events), events, (*path, name))
        return record

    def _list(self, events: Iterator[yaml.Event], path: Path) -> list[Any]:
        values: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            here = (*path, len(values))
            self.places[here] = _place(event)
            values.append(self._value(event, events, here))
        return values

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        word: str = event.value
        if event.style is not None:
            return word
        if word in _NULLS:
            return None
        if word in _TRUTHS:
            return _TRUTHS[word]
        if _LEADING_ZERO.fullmatch(word):
            fix = f'Write {word.lstrip("+-0") or "0"} for the number, or "{word}" in quotes for the text.'
            self.faults.append(
                _fault(
                    event,
                    f"{word[:40]} begins with a zero, which some take for another number",
                    fix,
                )
            )
            return word
        if _WHOLE.fullmatch(word):
            return int(word)
        if _NUMBER.fullmatch(word):
            number = float(word)
            if math.isinf(number):
                self.faults.append(
                    _fault(event, f"{word[:40]} is too great a number", "Give a smaller one.")
                )
                return word
            return number
        return word


def _fault(event: yaml.Event, message: str, fix: str) -> Fault:
    return Fault(*_place(event), message, fix)


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
