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
_X_WEIGHT_1_RANGES: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_X_URL_WEIGHT: Final = 23
_X_LABEL_LIMIT: Final = 63

# What X takes for an address (twitter-text, src/regexp/extractUrl.js), but for its list of every
# top-level domain, which is long and changes: with a scheme any last part of letters will do,
# without one see `_weight_of_address`.
_LATIN: Final = "a-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_PATH: Final = rf"{_LATIN}\u0400-\u04ff!*';:=+,.$/%#\[\]\-\u2013_~@|&"
_X_URL: Final = re.compile(
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


def text_length(text: str, unit: Unit) -> int:
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


def has_url(text: str) -> bool:
    """Whether X would find a Web address in a text, and show a short one of its own in its place."""
    return any(_labels_fit(found) for found in _X_URL.finditer(text))


def _graphemes(text: str) -> list[str]:
    # Imported here: few replies need it, and `ingest` none.
    from wcwidth import iter_graphemes  # noqa: PLC0415

    return list(iter_graphemes(text))


def _weight(text: str) -> int:
    weight, end = 0, 0
    for match in _X_URL.finditer(text):
        weight += _text_weight(text[end : match.start()]) + _url_weight(match)
        end = match.end()
    return weight + _text_weight(text[end:])


def _url_weight(match: re.Match[str]) -> int:
    if not _labels_fit(match):
        return _text_weight(match[0])
    if match["scheme"] or match["sure"]:
        return _X_URL_WEIGHT
    # Two sentences without a blank between them look like an address without a scheme. X knows by
    # its list of domains; here the longer reading counts, so that what is said to fit fits.
    return max(_X_URL_WEIGHT, _text_weight(match[0]))


def _labels_fit(match: re.Match[str]) -> bool:
    return all(
        _ascii_length(label) <= _X_LABEL_LIMIT
        for label in (match["host"] or match["bare"]).split(".")
    )


def _ascii_length(label: str) -> int:
    return len(label) if label.isascii() else len("xn--") + len(label.encode("punycode"))


def _text_weight(words: str) -> int:
    return sum(
        2 if _is_emoji(grapheme) else sum(_character_weight(each) for each in grapheme)
        for grapheme in _graphemes(words)
    )


def _character_weight(character: str) -> int:
    return 1 if any(first <= ord(character) <= last for first, last in _X_WEIGHT_1_RANGES) else 2


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
