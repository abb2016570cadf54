"""The library's regular expressions, and whether one may take a time like the square of a text.

A pattern takes that long where two repeats without end can share one run of characters, before
something that may be missing: each length of the first is tried with each length of the second. A
search counts as a repeat too, because it tries every place of the text. So `\\s+x` is quick with
`match`, and takes minutes with `search` in a text of blanks.

Only runs of one character are looked at; `make bench` attacks every pattern with longer ones.
"""

from __future__ import annotations

import _sre
import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, reduce
from itertools import count
from operator import and_, or_
from re import _compiler  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]
from re import (
    _constants as codes,  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]
)
from re import (
    _parser as parser,  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]
)
from types import ModuleType
from typing import Any, Final

import heard

BOUND: Final = 2_000
"""Most repetitions that count as bounded."""

SEARCHES: Final = ("finditer", "findall", "search", "split", "sub", "subn")
_SAMPLE: Final = (*map(chr, range(1, 127)), *"\u00a0\u00adéжあ好กا한？“»\ufdfa😀\u0301\u2028")
_EVERY: Final = (1 << len(_SAMPLE)) - 1
_SIGNS_CACHE: Final[dict[tuple[str, str, int], int]] = {}
"""The signs of parts of patterns: the same parts come again and again."""


@dataclass(frozen=True, slots=True)
class LibraryPattern:
    """A pattern of the library, where it stands, and how it is used.

    `is_searched`: at any place of a text. `is_whole`: the whole text must match.
    """

    place: str
    pattern: re.Pattern[Any]
    is_searched: bool
    is_whole: bool


@cache
def library_patterns() -> tuple[LibraryPattern, ...]:
    """Every pattern that a module of the library holds or writes, without repetitions."""
    patterns: dict[tuple[Any, int], LibraryPattern] = {}
    for module in _modules():
        source = inspect.getsource(module)
        for name, pattern in (*_patterns_of_module(module), *_patterns_in_calls(source)):
            key = (pattern.pattern, pattern.flags)
            uses = _uses(name, source) if name else set(SEARCHES)
            is_searched, is_whole = not uses <= {"match", "fullmatch"}, "fullmatch" in uses
            if key in patterns:
                is_searched |= patterns[key].is_searched
                is_whole |= patterns[key].is_whole
            place = f"{module.__name__}.{name}"
            patterns[key] = LibraryPattern(place, pattern, is_searched, is_whole)
    return tuple(patterns.values())


def _modules() -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(heard.__path__, "heard."):
        yield importlib.import_module(info.name)


def _patterns_of_module(module: ModuleType) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """The patterns in a module's names, in the containers and classes there, and in its caches."""
    for name, value in vars(module).items():
        if name.startswith("__"):
            continue
        yield from ((name, pattern) for pattern in _patterns_in(value))
        if isinstance(value, type) and value.__module__ == module.__name__:
            for inner, part in list(vars(value).items()):
                yield from ((inner, pattern) for pattern in _patterns_in(part))
        if hasattr(value, "cache_info") and _makes_pattern(inspect.signature(value)):
            yield from ((name, pattern) for pattern in _patterns_in(value()))


def _makes_pattern(signature: inspect.Signature) -> bool:
    return not signature.parameters and "re.Pattern" in str(signature.return_annotation)


def _patterns_in(value: object, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Mapping) and depth < 3:
        yield from (p for part in value.values() for p in _patterns_in(part, depth + 1))
    elif isinstance(value, list | tuple | set | frozenset) and depth < 3:
        yield from (p for part in value for p in _patterns_in(part, depth + 1))


def _patterns_in_calls(source: str) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """The patterns that calls such as `re.sub(r"…", …)` hold."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name("re"), attr=name),
                args=[ast.Constant(value=pattern), *_],
            ) if name in SEARCHES:
                yield "", re.compile(pattern)
            case _:
                pass


def _uses(name: str, source: str) -> set[str]:
    """The methods of a pattern that a module calls; "" where it hands the pattern on."""
    uses = rf"(?<![\w.]){re.escape(name)}\b(?:\(.*?\))?(?:\[.*?\])?(?:\.(\w+))?"
    return set(re.findall(uses, source)[1:])


# The shape of a pattern. A set of signs is a number with a bit for each sign that is tried.


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a pattern: a character that may be repeated, or a condition.

    `takes` are the signs that it takes; None for a condition, which takes none. `is_endless` says
    that it may be repeated without end, `keeps` that it gives nothing back, and `is_optional` that
    it may be missing. At the start of a pattern, a condition never holds behind a sign of `stops`.
    `groups` are the optional groups around it: what a group lacks makes only that group fail.
    """

    takes: int | None
    is_endless: bool = False
    keeps: bool = False
    is_optional: bool = False
    stops: int = 0
    groups: frozenset[int] = frozenset()

    def may_fail(self, other: Piece) -> bool:
        """Whether what this piece took was in vain if the piece `other` behind it is missing."""
        return not other.is_optional and other.groups <= self.groups


type Way = tuple[Piece, ...]

_NOTHING: Final = Piece(0)


def slow_run(pattern: re.Pattern[Any], *, is_searched: bool, is_whole: bool = False) -> str | None:
    """A character whose repetition makes a pattern slow; None if there is none."""
    text = pattern.pattern
    shape = Shape()
    flags = pattern.flags & ~re.UNICODE if isinstance(text, bytes) else pattern.flags
    end = (_NOTHING,) if is_whole else ()
    for way in shape.ways(parser.parse(text, flags & ~re.DEBUG), pattern.flags):
        if slow := shape.slow_signs(way + end, is_searched=is_searched):
            return next(sign for bit, sign in enumerate(_SAMPLE) if slow >> bit & 1)
    return None


class Shape:
    """Reads the parse tree of a pattern as the ways through it, and judges one of these."""

    def __init__(self) -> None:
        self._groups = count()

    def slow_signs(self, way: Way, *, is_searched: bool) -> int:
        """The signs of which two repeats share a run, before something that may be missing."""
        shared, is_start = _EVERY if is_searched else 0, True
        for index, piece in enumerate(way):
            if piece.takes is None:
                shared &= ~piece.stops if is_start else _EVERY
                continue
            is_start &= piece.is_optional
            if not piece.is_optional:
                shared &= piece.takes
            if piece.is_endless:
                missing = 0
                for later in way[index + 1 :]:
                    if piece.may_fail(later):
                        missing |= _EVERY & ~(later.takes or 0)
                if slow := shared & piece.takes & missing:
                    return slow
                shared |= 0 if piece.keeps else piece.takes
        return 0

    def ways(self, tree: Any, flags: int, limit: int = 400) -> list[Way]:
        """The sequences of pieces that a pattern may be, one for each choice of branches."""
        ways: list[Way] = [()]
        for op, value in tree:
            ways = [way + end for way in ways for end in self._ways_of(op, value, flags)][:limit]
        return ways

    def _ways_of(self, op: Any, value: Any, flags: int) -> list[Way]:
        match str(op):
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                return [(Piece(_signs_of(op, value, flags)),)]
            case "BRANCH":
                return [way for branch in value[1] for way in self.ways(branch, flags)]
            case "SUBPATTERN":
                return self.ways(value[3], (flags | value[1]) & ~value[2])
            case "ATOMIC_GROUP":
                return [_possessive(way) for way in self.ways(value, flags)]
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeats(op, value, flags)
            case "AT":
                return [(Piece(None, stops=self._stops_of_place(value, flags)),)]
            case "ASSERT" | "ASSERT_NOT" if value[0] < 0:
                return [(self._condition_before(op, self.ways(value[1], flags)),)]
            case "ASSERT" | "ASSERT_NOT":
                # What is looked at may be missing; then the search goes on at the next place.
                lookaheads = [(*way, _NOTHING) for way in self.ways(value[1], flags)]
                return [(Piece(None),), *lookaheads]
            case _:  # a reference to a group
                return [(Piece(None),)]

    def _condition_before(self, op: Any, ways: list[Way]) -> Piece:
        """A condition on what stands before, which within a run is the run's own sign."""
        signs = [way[0].takes or 0 for way in ways if len(way) == 1]
        if str(op) == "ASSERT":
            stops = _EVERY & ~reduce(or_, signs, 0) if len(signs) == len(ways) else 0
            return Piece(None, stops=stops)
        return Piece(None, stops=reduce(or_, signs, 0))

    def _stops_of_place(self, value: Any, flags: int) -> int:
        match str(value):
            case "AT_BEGINNING_STRING":
                return _EVERY
            case "AT_BEGINNING":
                return _sign_set(lambda sign: not (flags & re.MULTILINE and sign == "\n"))
            case "AT_BOUNDARY":
                return _sign_set(lambda sign: sign.isalnum() or sign == "_")
            case _:
                return 0

    def _repeats(self, op: Any, value: Any, flags: int) -> list[Way]:
        least, most, inner = value
        keeps = str(op) == "POSSESSIVE_REPEAT"
        is_endless = most is codes.MAXREPEAT or most > BOUND
        ways: list[Way] = []
        for way in self.ways(inner, flags):
            if len(way) == 1 and way[0].takes is not None and not way[0].is_endless:
                ways.append((Piece(way[0].takes, is_endless, keeps, is_optional=least == 0),))
                continue
            around = frozenset({next(self._groups)}) if least == 0 else frozenset[int]()
            round_ = tuple(replace(piece, groups=piece.groups | around) for piece in way)
            round_ = _possessive(round_) if keeps else round_
            if is_endless:
                # Twice, because the end of one round may share its run with the next round.
                ways.append(round_ + round_)
                ways.append((Piece(_run_of(way), True, keeps, is_optional=least == 0),))
            else:
                ways.append(round_)
            if least == 0:
                ways.append(())
        return ways


def _signs_of(op: Any, value: Any, flags: int) -> int:
    """Which signs a part of a pattern takes, as the engine itself says."""
    key = (repr(op), repr(value), flags)
    if key not in _SIGNS_CACHE:
        state = parser.State()
        state.flags = flags
        code = _compiler._code(parser.SubPattern(state, [(op, value)]), flags | re.UNICODE)
        part: re.Pattern[str] = _sre.compile("", flags | re.UNICODE, code, 0, {}, ())
        _SIGNS_CACHE[key] = _sign_set(lambda sign: part.match(sign) is not None)
    return _SIGNS_CACHE[key]


def _sign_set(takes: Callable[[str], bool]) -> int:
    return sum(1 << bit for bit, sign in enumerate(_SAMPLE) if takes(sign))


def _run_of(way: Way) -> int:
    """The signs of which a run may be rounds of a group: each of its pieces takes them."""
    needed = [piece.takes for piece in way if piece.takes is not None and not piece.is_optional]
    any_of = [piece.takes for piece in way if piece.takes is not None]
    return reduce(and_, needed) if needed else reduce(or_, any_of, 0)


def _possessive(way: Way) -> Way:
    return tuple(replace(piece, keeps=True) for piece in way)
