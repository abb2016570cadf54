"""How long a reply is, in the unit that its platform counts in. Nothing is ever cut.

What is too long is said to be.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal, assert_never

type Unit = Literal["characters", "bytes", "graphemes", "utf16", "weighted"]
"""What a reply's length is counted in; `weighted` is X's own way."""

# X counts by weight (github.com/twitter/twitter-text, config/v3.json), in the composed form (NFC):
# a unit for each character in these ranges, two for any other, two for an emoji however many code
# points it has, and 23 for an address of any length.
_X_LIGHT: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_X_ADDRESS_WEIGHT: Final = 23
_X_LABEL_LIMIT: Final = 63

# What X takes for an address (twitter-text, src/regexp/extractUrl.js), but for its list of every
# top-level domain, which is long and changes: with a scheme any last part of letters will do,
# without one see `_weight_of_address`.
_LATIN: Final = "a-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_PATH: Final = rf"{_LATIN}\u0400-\u04ff!*';:=+,.$/%#\[\]\-\u2013_~@|&"
_X_ADDRESS: Final = re.compile(
    rf"""
    (?<![a-z0-9@\uff20$#\uff03])
    (?:
        (?P<scheme>https?://)(?P<host>(?:[^\W_](?:[\w-]*[^\W_])?\.)+(?:[a-z]{{2,24}}|xn--[a-z0-9-]+|[^\W\d_a-z]{{2,24}}))
        |
        (?<![{_LATIN}\-_./])(?P<bare>(?:[{_LATIN}](?:[{_LATIN}_-]*[{_LATIN}])?\.)+(?:(?P<sure>com|org|net|info|biz|[a-z]{{2}}|xn--[a-z0-9-]+)|[a-z]{{3,24}}))
    )
    (?![a-z0-9@+-])
    (?::[0-9]+)?
    (?:/(?:[{_PATH}]|\([{_PATH}]+\))*(?<=[{_LATIN}\u0400-\u04ff=_\#/+\-)]))?
    (?:\?[a-z0-9!?*'@();:&=+$/%\#\[\]\-_.,~|]*[a-z0-9\-_&=\#/])?
    """,
    re.IGNORECASE | re.VERBOSE,
)


def length(text: str, unit: Unit) -> int:
    """The length of `text` in `unit`.

    `bytes` are those of UTF-8, `graphemes` what a reader takes for one character (UAX #29).
    """
    match unit:
        case "characters":
            return len(text)
        case "bytes":
            return len(text.encode("utf-8", "replace"))
        case "utf16":
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        case "graphemes":
            return len(_graphemes(text))
        case "weighted":
            return _weight(unicodedata.normalize("NFC", text))
        case _:
            assert_never(unit)


def has_address(text: str) -> bool:
    """Whether X would find a Web address in a text, and show a short one of its own in its place."""
    return any(_labels_fit(found) for found in _X_ADDRESS.finditer(text))


def _graphemes(text: str) -> list[str]:
    # Imported here: few replies need it, and `ingest` none.
    from wcwidth import iter_graphemes  # noqa: PLC0415

    return list(iter_graphemes(text))


def _weight(text: str) -> int:
    weight, end = 0, 0
    for found in _X_ADDRESS.finditer(text):
        weight += _weight_of_words(text[end : found.start()]) + _weight_of_address(found)
        end = found.end()
    return weight + _weight_of_words(text[end:])


def _weight_of_address(found: re.Match[str]) -> int:
    if not _labels_fit(found):
        return _weight_of_words(found[0])
    if found["scheme"] or found["sure"]:
        return _X_ADDRESS_WEIGHT
    # Two sentences without a blank between them look like an address without a scheme. X knows by
    # its list of domains; here the longer reading counts, so that what is said to fit fits.
    return max(_X_ADDRESS_WEIGHT, _weight_of_words(found[0]))


def _labels_fit(found: re.Match[str]) -> bool:
    return all(
        _ascii_length(label) <= _X_LABEL_LIMIT
        for label in (found["host"] or found["bare"]).split(".")
    )


def _ascii_length(label: str) -> int:
    return len(label) if label.isascii() else len("xn--") + len(label.encode("punycode"))


def _weight_of_words(words: str) -> int:
    return sum(
        2 if _is_emoji(grapheme) else sum(_weight_of(each) for each in grapheme)
        for grapheme in _graphemes(words)
    )


def _weight_of(character: str) -> int:
    return 1 if any(first <= ord(character) <= last for first, last in _X_LIGHT) else 2


def _is_emoji(grapheme: str) -> bool:
    """Whether several code points are one emoji.

    They begin with a picture, or are a keycap or another sign asked to look like one.
    """
    if len(grapheme) == 1:
        return False
    base = ord(grapheme[0])
    return (
        0x203C <= base <= 0x2BFF
        or 0x1F000 <= base <= 0x1FAFF
        or "\ufe0f" in grapheme
        or "\u20e3" in grapheme
    )
