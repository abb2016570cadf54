"""A template language for short texts that a business writes: a strict part of Jinja.

Text; `{{ name }}`, `{{ product or topic or "your visit" }}` and `{{ topic|upper }}`; `{% if rating
>= 4 and not place %}`, `{% elif … %}`, `{% else %}`, `{% endif %}`. Conditions know `and`, `or`,
`not`, `==`, `!=`, `<`, `<=`, `>`, `>=`, names, texts in quotes and whole numbers. There are no
loops, calls, assignments, includes or attributes. So a template ends in time linear in its length
and shows only values that it gets. A template means the same to Jinja
(https://jinja.palletsprojects.com), with one difference: `<`, `<=`, `>` and `>=` compare whole
numbers only, and are false for anything else. Knows nothing of reviews.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NoReturn

from heard.errors import BadRequest

MAX_CHARACTERS: Final = 2_000
"""The longest template."""

MAX_TAGS: Final = 60
MAX_DEPTH: Final = 4
"""How deep conditions may be nested."""

_MAX_TOKENS: Final = 60
"""Names, constants and operators in one tag."""

FILTERS: Final[Mapping[str, Callable[[str], str]]] = {
    "capitalize": str.capitalize,
    "lower": str.lower,
    "upper": str.upper,
}
"""The filters, which follow a name behind `|`."""

type Value = str | int
"""The value of a name. An empty text is a name without a value."""

_TAGS: Final = re.compile(
    r"\{\{(?P<output>.*?)\}\}|\{%(?P<statement>.*?)%\}|(?P<stray>\{[{%#]|[}%#]\})", re.DOTALL
)
_TOKEN: Final = re.compile(
    r"""
    \s*
    (?:
        (?P<name>[A-Za-z_]\w*)
        | (?P<number>\d{1,6})(?!\w)
        | (?P<text>"[^"\\]*"|'[^'\\]*')
        | (?P<operator>[=!<>]=|[<>|])
    )
    """,
    re.VERBOSE,
)
_RESERVED: Final = frozenset(
    {"and", "or", "not", "if", "elif", "else", "endif", "in", "is", "true", "false", "none"}
)
_COMPARISONS: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "<": int.__lt__,
    "<=": int.__le__,
    ">": int.__gt__,
    ">=": int.__ge__,
}


@dataclass(frozen=True, slots=True)
class _Operand:
    """A name or a constant, and the filters that its value goes through."""

    name: str
    constant: Value
    filters: tuple[str, ...]

    def value(self, values: Mapping[str, Value]) -> Value:
        value = values.get(self.name, "") if self.name else self.constant
        for filter_name in self.filters:
            value = FILTERS[filter_name](str(value))
        return value


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One operand that must not be empty, or two that are compared. `negated` is a `not`."""

    left: _Operand
    operator: str
    right: _Operand | None
    negated: bool

    def holds(self, values: Mapping[str, Value]) -> bool:
        return self._compare(values) is not self.negated

    def _compare(self, values: Mapping[str, Value]) -> bool:
        left = self.left.value(values)
        if self.right is None:
            return bool(left)
        right = self.right.value(values)
        if self.operator in {"==", "!="}:
            return (left == right) is (self.operator == "==")
        return (
            isinstance(left, int)
            and isinstance(right, int)
            and _COMPARISONS[self.operator](left, right)
        )


type _Condition = tuple[tuple[_Comparison, ...], ...]
"""Alternatives, each of comparisons that must all hold."""


@dataclass(frozen=True, slots=True)
class _Conditional:
    """Branches; the first whose condition holds counts. An `else` has no condition (None)."""

    branches: tuple[tuple[_Condition | None, _Body], ...]


type _Output = tuple[_Operand, ...]
"""Operands; the first that is not empty is shown, else the last."""

type _Body = tuple[str | _Output | _Conditional, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template: the names and the constants in it, and its body."""

    names: frozenset[str]
    constants: frozenset[Value]
    body: _Body

    def render(self, values: Mapping[str, Value]) -> str:
        """The text. A name without a value is empty and false.

        A value is shown as it is and never read as a template.
        """
        parts: list[str] = []
        _render(self.body, values, parts)
        return "".join(parts)


def _render(body: _Body, values: Mapping[str, Value], parts: list[str]) -> None:
    for part in body:
        if isinstance(part, str):
            parts.append(part)
        elif isinstance(part, _Conditional):
            for condition, inner in part.branches:
                if condition is None or any(
                    all(comparison.holds(values) for comparison in alternative)
                    for alternative in condition
                ):
                    _render(inner, values, parts)
                    break
        else:
            value: Value = ""
            for operand in part:
                if value := operand.value(values):
                    break
            parts.append(str(value))


@lru_cache(maxsize=512)
def parse(text: str, names: frozenset[str]) -> Template:
    """The template of a text that may use these names.

    Raises BadRequest, which says what is wrong and how to fix it.
    """
    if len(text) > MAX_CHARACTERS:
        raise BadRequest(f"It has {len(text)} characters; shorten it to {MAX_CHARACTERS}.")
    return _Parser(text, names).template()


class _Parser:
    def __init__(self, text: str, names: frozenset[str]) -> None:
        self._pieces = _pieces(text)
        self._at = 0
        self._allowed_names = names
        self._names: set[str] = set()
        self._constants: set[Value] = set()

    def template(self) -> Template:
        body, end = self._parse_body(0)
        if end:
            raise BadRequest(
                f"{{% {end} %}} has no {{% if … %}} before it. Add one, or remove the tag."
            )
        return Template(frozenset(self._names), frozenset(self._constants), body)

    def _parse_body(self, depth: int) -> tuple[_Body, str]:
        """The parts before the tag that ends this body, and that tag ("" at the text's end)."""
        if depth > MAX_DEPTH:
            raise BadRequest(
                f"Conditions are nested more than {MAX_DEPTH} deep. Write two variants instead."
            )
        parts: list[str | _Output | _Conditional] = []
        while self._at < len(self._pieces):
            kind, piece = self._pieces[self._at]
            self._at += 1
            if kind == "text":
                parts.append(piece)
            elif kind == "output":
                parts.append(self._parse_output(piece))
            elif re.fullmatch(r"(else|endif|elif\b.*)", piece, re.DOTALL):
                return tuple(parts), piece
            elif re.match(r"if\b", piece):
                parts.append(self._parse_conditional(piece, depth))
            else:
                raise BadRequest(
                    f"{{% {_shorten(piece)} %}} cannot be used: only if, elif, else and endif can. "
                    "Remove the tag."
                )
        return tuple(parts), ""

    def _parse_conditional(self, opening: str, depth: int) -> _Conditional:
        branches: list[tuple[_Condition | None, _Body]] = []
        tag = opening
        while tag != "endif":
            is_else = tag == "else"
            condition = None if is_else else self._parse_condition(re.sub(r"^(el)?if\b", "", tag))
            body, tag = self._parse_body(depth + 1)
            branches.append((condition, body))
            if not tag:
                raise BadRequest(
                    f"{{% {_shorten(opening)} %}} has no end. Add {{% endif %}} where it ends."
                )
            if is_else and tag != "endif":
                raise BadRequest(
                    f"{{% {_shorten(tag)} %}} stands after {{% else %}}. Move it before that, or "
                    "remove it."
                )
        return _Conditional(tuple(branches))

    def _parse_output(self, piece: str) -> _Output:
        tokens = _TagTokens(piece)
        operands = [self._parse_operand(tokens)]
        while tokens.take("or"):
            operands.append(self._parse_operand(tokens))
        if tokens.remaining:
            tokens.fail("only names, texts in quotes, filters and “or” can stand in {{ }}")
        return tuple(operands)

    def _parse_condition(self, piece: str) -> _Condition:
        tokens = _TagTokens(piece)
        alternatives: list[tuple[_Comparison, ...]] = []
        while True:
            alternative = [self._parse_comparison(tokens)]
            while tokens.take("and"):
                alternative.append(self._parse_comparison(tokens))
            alternatives.append(tuple(alternative))
            if not tokens.take("or"):
                break
        if tokens.remaining:
            tokens.fail("a condition compares names with and, or, not, ==, !=, <, <=, > and >=")
        return tuple(alternatives)

    def _parse_comparison(self, tokens: _TagTokens) -> _Comparison:
        negated = False
        while tokens.take("not"):
            negated = not negated
        left = self._parse_operand(tokens)
        operator = tokens.take("==", "!=", "<", "<=", ">", ">=")
        return _Comparison(
            left, operator, self._parse_operand(tokens) if operator else None, negated
        )

    def _parse_operand(self, tokens: _TagTokens) -> _Operand:
        kind, word = tokens.next()
        name, constant = "", ""
        if kind == "name" and word.lower() not in _RESERVED:
            if word not in self._allowed_names:
                raise BadRequest(
                    f"{_shorten(word)} is not known. {_suggestion(word, self._allowed_names)}"
                )
            name = word
            self._names.add(word)
        elif kind in {"number", "text"}:
            constant = int(word) if kind == "number" else word[1:-1]
            self._constants.add(constant)
        else:
            tokens.fail("a name or a text in quotes is missing")
        filters: list[str] = []
        while tokens.take("|"):
            _, name_of_filter = tokens.next()
            if name_of_filter not in FILTERS:
                raise BadRequest(
                    f"The filter {_shorten(name_of_filter)} is not known. "
                    f"{_suggestion(name_of_filter, FILTERS)}"
                )
            filters.append(name_of_filter)
        return _Operand(name, constant, tuple(filters))


class _TagTokens:
    """The tokens of one tag, read from left to right."""

    def __init__(self, piece: str) -> None:
        self._piece = piece
        self.remaining: list[tuple[str, str]] = []
        at = 0
        rest = piece.rstrip()
        while at < len(rest):
            match = _TOKEN.match(rest, at)
            if match is None:
                self.fail(f"“{rest[at:].strip()[:1]}” cannot be used here")
            self.remaining.append((match.lastgroup or "", match[match.lastgroup or 0]))
            at = match.end()
        if len(self.remaining) > _MAX_TOKENS:
            self.fail(f"it has more than {_MAX_TOKENS} names, texts and operators")

    def take(self, *words: str) -> str:
        """The next token if it is one of these, else ""."""
        if (
            self.remaining
            and self.remaining[0][0] in {"name", "operator"}
            and self.remaining[0][1] in words
        ):
            return self.remaining.pop(0)[1]
        return ""

    def next(self) -> tuple[str, str]:
        """The kind and the text of the next token."""
        if not self.remaining:
            self.fail("something is missing at the end")
        return self.remaining.pop(0)

    def fail(self, reason: str) -> NoReturn:
        raise BadRequest(
            f"“{_shorten(self._piece.strip())}” cannot be understood: {reason}. Write it again, or "
            "remove it."
        )


def _pieces(text: str) -> list[tuple[str, str]]:
    """The text and the tags in order, each with its kind."""
    pieces: list[tuple[str, str]] = []
    at = tags = 0
    for match in _TAGS.finditer(text):
        if match["stray"]:
            raise BadRequest(
                f"“{match['stray']}” has no counterpart. Write names as {{{{ name }}}}, conditions "
                "as "
                "{% if name %} … {% endif %}."
            )
        if match.start() > at:
            pieces.append(("text", text[at : match.start()]))
        kind = match.lastgroup or ""
        inner = match[kind].strip()
        if inner.startswith(("-", "+")) or inner.endswith(("-", "+")):
            raise BadRequest(
                f"“{_shorten(match[0])}” has a sign that trims blanks. Remove the sign: "
                "several blanks become one anyway."
            )
        pieces.append((kind, inner))
        tags += 1
        at = match.end()
    if tags > MAX_TAGS:
        raise BadRequest(
            f"It has {tags} tags; at most {MAX_TAGS} are allowed. Write several variants instead."
        )
    if at < len(text):
        pieces.append(("text", text[at:]))
    return pieces


def _shorten(piece: str) -> str:
    return piece if len(piece) <= 60 else piece[:59] + "…"


def _suggestion(word: str, choices: Collection[str]) -> str:
    matches = difflib.get_close_matches(word[:40].lower(), sorted(choices), n=1)
    return f"Did you mean {matches[0]}?" if matches else f"Use {', '.join(sorted(choices))}."
