"""A policy's YAML text as a document, with the line and column of everything in it.

It owns how YAML is read. A policy is JSON that people can write, so features of YAML that surprise
people are refused: anchors, tags, merge keys, a key twice. Words mean what YAML 1.2 says: only
`true` and `false` are booleans (`no` is Norwegian), `22:00` and `2026-12-24` are texts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from heard.policy.schema_types import DocumentPath

MAX_BYTES: Final = 150_000
"""Maximum bytes of a policy's source: it is stored beside its document in one item."""

MAX_DEPTH: Final = 12

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS: Final = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)
_NUMBER: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?", re.ASCII)
_LEADING_ZERO: Final = re.compile(r"[-+]?0[0-9]+", re.ASCII)

_PARSER_MESSAGES: Final = (
    (
        r"found character '\\t'",
        "there is a tab here",
        "Indent with spaces: YAML does not allow tabs.",
    ),
    (r"found character '(.)'", "{0} cannot begin a value", "Put the text in quotes."),
    (
        "mapping values are not allowed",
        "there is a colon in the wrong place",
        "Put a text with a colon in quotes, or check the indentation.",
    ),
    (
        "could not find expected ':'",
        "a colon is missing",
        'Write "name: value", with a space after the colon.',
    ),
    (
        "expected <block end>, but found",
        "the indentation is wrong",
        "All keys of one mapping, and all dashes of one list, must start in the same column.",
    ),
    (
        "expected ',' or",
        "a comma or a closing bracket is missing",
        "Close the bracket, or put a comma between its values.",
    ),
    (
        "unexpected end of stream",
        "a quotation mark is not closed",
        "Close it on the line where the text ends.",
    ),
    (
        "unknown escape character",
        "a backslash means something else in double quotes",
        "Use single quotes, or write two backslashes.",
    ),
    (
        "special characters are not allowed",
        "there is an invisible character here",
        "Type the line again by hand; an invisible character was pasted.",
    ),
    (
        "expected the node content|expected the block|while parsing a block",
        "a value is missing or out of place",
        "Check this line and the one before it.",
    ),
)
"""PyYAML's messages, what they mean to the author of a policy, and how to fix it."""


@dataclass(frozen=True, slots=True)
class SyntaxIssue:
    """Why a text is not a document: where (counted from 1), what, and how to fix it."""

    line: int
    column: int
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class PolicySource:
    """A policy's text and its document, which is empty for an empty text.

    With any `issues` the document must not be used.
    """

    text: str
    document: Any
    issues: tuple[SyntaxIssue, ...] = ()
    positions: Mapping[DocumentPath, tuple[int, int]] = field(
        default_factory=dict[DocumentPath, tuple[int, int]], repr=False
    )

    def position(self, path: DocumentPath) -> tuple[int, int]:
        """The line and column, counted from 1, of the value at a path, or of its parent."""
        return next(
            (
                self.positions[path[:length]]
                for length in range(len(path), 0, -1)
                if path[:length] in self.positions
            ),
            (1, 1),
        )


def read_source(content: bytes) -> PolicySource:
    """A policy's file as a document. Total: any bytes give a document or issues."""
    if len(content) > MAX_BYTES:
        return _source_with_issue(
            "", 1, 1, f"is {len(content):,} bytes long", f"The limit is {MAX_BYTES:,} bytes."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as decode_error:
        valid_text = content[: decode_error.start].decode()
        return _source_with_issue(
            "",
            *_position_in_text(valid_text, len(valid_text)),
            "is not written in UTF-8",
            "Save the file again as UTF-8.",
        )
    reader = _YamlReader(text)
    try:
        document = reader.document()
    except yaml.reader.ReaderError as reader_error:
        return _source_with_issue(
            text,
            *_position_in_text(text, reader_error.position),
            *_explain_parser_error(reader_error.reason),
        )
    except yaml.MarkedYAMLError as yaml_error:
        mark = yaml_error.problem_mark or yaml_error.context_mark
        position = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return _source_with_issue(
            text, *position, *_explain_parser_error(f"{yaml_error.problem or yaml_error.context}")
        )
    except _StopReading as stop:
        return PolicySource(text, {}, (stop.issue,))
    except (yaml.YAMLError, ValueError, OverflowError):
        return _source_with_issue(
            text,
            reader.line,
            1,
            "cannot be read from here on",
            "Check this line and the one before it.",
        )
    return PolicySource(
        text, {} if document is None else document, tuple(reader.issues), reader.positions
    )


def _source_with_issue(text: str, line: int, column: int, message: str, fix: str) -> PolicySource:
    return PolicySource(text, {}, (SyntaxIssue(line, column, message, fix),))


def _position_in_text(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


def _explain_parser_error(parser_message: str) -> tuple[str, str]:
    for pattern, message, fix in _PARSER_MESSAGES:
        if match := re.search(pattern, parser_message):
            return message.format(*match.groups()), fix
    return parser_message, "Check this line and the one before it."


class _StopReading(Exception):
    """Reading cannot go on."""

    def __init__(self, issue: SyntaxIssue) -> None:
        super().__init__(issue.message)
        self.issue = issue


class _YamlReader:
    """Turns YAML's events into values, and remembers the place of each."""

    def __init__(self, text: str) -> None:
        self.issues: list[SyntaxIssue] = []
        self.positions: dict[DocumentPath, tuple[int, int]] = {}
        self.line = 1
        self._text = text

    def document(self) -> Any:
        """The one document of the text; None for an empty text."""
        events = self._events()
        value: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _StopReading(
                        _issue(
                            event,
                            "a second YAML document starts here",
                            'Keep one policy per file: remove the line "---".',
                        )
                    )
            elif isinstance(event, yaml.NodeEvent):
                value = self._read_value(event, events, ())
        return value

    def _events(self) -> Iterator[yaml.Event]:
        for event in yaml.parse(self._text, Loader=yaml.SafeLoader):
            self.line = _event_position(event)[0]
            yield event

    def _read_value(
        self, event: yaml.Event, events: Iterator[yaml.Event], path: DocumentPath
    ) -> Any:
        if isinstance(event, yaml.AliasEvent):
            self.issues.append(
                _issue(
                    event,
                    f"*{event.anchor} is a YAML alias, which is not allowed",
                    "Remove it and write the value here.",
                )
            )
            return None
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            self.issues.append(
                _issue(
                    event,
                    f"&{event.anchor} is a YAML anchor, which is not allowed",
                    "Remove it and write the value where it is needed.",
                )
            )
        tag: str | None = getattr(event, "tag", None)
        if tag is not None:
            self.issues.append(
                _issue(
                    event,
                    f"{tag} is a YAML tag, which is not allowed",
                    "Remove it; put texts in quotes if needed.",
                )
            )
        if len(path) > MAX_DEPTH:
            raise _StopReading(
                _issue(
                    event,
                    "is nested too deep",
                    "No policy is that deep: check the brackets and the indentation.",
                )
            )
        match event:
            case yaml.MappingStartEvent():
                return self._read_record(events, path)
            case yaml.SequenceStartEvent():
                return self._read_list(events, path)
            case yaml.ScalarEvent():
                return self._read_scalar(event)
            case _:
                raise _StopReading(
                    _issue(event, "cannot be read", "Check this line and the one before it.")
                )

    def _read_record(self, events: Iterator[yaml.Event], path: DocumentPath) -> dict[str, Any]:
        record: dict[str, Any] = {}
        for key in events:
            if isinstance(key, yaml.MappingEndEvent):
                break
            if not isinstance(key, yaml.ScalarEvent) or key.anchor or key.tag:
                raise _StopReading(
                    _issue(key, "is not a plain key", 'Write "name: value" with a plain name.')
                )
            name: str = key.value
            if name == "<<" and key.style is None:
                self.issues.append(
                    _issue(
                        key,
                        "is a YAML merge key, which is not allowed",
                        "Remove it and write the value here.",
                    )
                )
            elif name in record:
                first = self.positions[(*path, name)][0]
                self.issues.append(
                    _issue(
                        key,
                        f'"{name[:40]}" is given twice, first in line {first}',
                        "Keep one of them.",
                    )
                )
            self.positions.setdefault((*path, name), _event_position(key))
            record[name] = self._read_value(next(events), events, (*path, name))
        return record

    def _read_list(self, events: Iterator[yaml.Event], path: DocumentPath) -> list[Any]:
        values: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            item_path = (*path, len(values))
            self.positions[item_path] = _event_position(event)
            values.append(self._read_value(event, events, item_path))
        return values

    def _read_scalar(self, event: yaml.ScalarEvent) -> Any:
        word: str = event.value
        if event.style is not None:
            return word
        if word in _NULLS:
            return None
        if word in _BOOLEANS:
            return _BOOLEANS[word]
        if _LEADING_ZERO.fullmatch(word):
            fix = (
                f'Write {word.lstrip("+-0") or "0"} for the number, or "{word}" in quotes for the '
                "text."
            )
            self.issues.append(
                _issue(
                    event,
                    f"{word[:40]} starts with a zero, which some programs read as another number",
                    fix,
                )
            )
            return word
        if _INTEGER.fullmatch(word):
            return int(word)
        if _NUMBER.fullmatch(word):
            number = float(word)
            if math.isinf(number):
                self.issues.append(
                    _issue(event, f"{word[:40]} is too large", "Give a smaller one.")
                )
                return word
            return number
        return word


def _issue(event: yaml.Event, message: str, fix: str) -> SyntaxIssue:
    return SyntaxIssue(*_event_position(event), message, fix)


def _event_position(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
