"""How long a reply is, in the unit that its platform counts in. Nothing is ever cut."""

from __future__ import annotations

import re
from typing import Final, Literal, assert_never

from heard.text.unicode_form import in_form

type Unit = Literal["characters", "bytes", "graphemes", "utf16", "weighted"]
"""The unit of a reply's length; `weighted` is X's own."""

# X counts by weight (github.com/twitter/twitter-text, config/v3.json), in the composed form (NFC):
# 1 for each character in these ranges, 2 for any other, 2 for an emoji however many code points it
# has, and 23 for a URL of any length.
_X_WEIGHT_1_RANGES: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_X_URL_WEIGHT: Final = 23
_X_LABEL_LIMIT: Final = 63

# What X takes for a URL (twitter-text, src/regexp/extractUrl.js), without its list of every
# top-level domain, which is long and changes: behind a scheme any last label of letters will do;
# without a scheme see `_url_weight`.
_LATIN: Final = "a-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_PATH: Final = rf"{_LATIN}\u0400-\u04ff!*';:=+,.$/%#\[\]\-\u2013_~@|&"
_X_URL: Final = re.compile(
    rf"""
    (?<![a-z0-9@\uff20$#\uff03])
    (?:
        (?P<scheme>https?://)
        (?P<host>
            (?:[^\W_](?:[\w-]*[^\W_])?\.)+
            (?:[a-z]{{2,24}}|xn--[a-z0-9-]+|[^\W\d_a-z]{{2,24}})
        )
        |
        (?<![{_LATIN}\-_./])
        (?P<bare>
            (?:[{_LATIN}](?:[{_LATIN}_-]*[{_LATIN}])?\.)+
            (?:(?P<known_domain>com|org|net|info|biz|[a-z]{{2}}|xn--[a-z0-9-]+)|[a-z]{{3,24}})
        )
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

    `bytes` are those of UTF-8. A grapheme is what a reader takes for one character (UAX #29).
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
            return _weight(in_form("NFC", text))
        case _:
            assert_never(unit)


def has_url(text: str) -> bool:
    """Whether X would find a URL in a text and replace it by a short one of its own."""
    return any(_labels_fit(match) for match in _X_URL.finditer(text))


def _graphemes(text: str) -> list[str]:
    # Imported here: few replies need it, and the function ingest needs none.
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
    if match["scheme"] or match["known_domain"]:
        return _X_URL_WEIGHT
    # Two sentences without a blank between them look like a URL without a scheme. X looks in its
    # list of domains. Here the longer length counts, so that no reply is too long for X.
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
        2 if _is_emoji(grapheme) else sum(map(_character_weight, grapheme))
        for grapheme in _graphemes(words)
    )


def _character_weight(character: str) -> int:
    return 1 if any(first <= ord(character) <= last for first, last in _X_WEIGHT_1_RANGES) else 2


def _is_emoji(grapheme: str) -> bool:
    """Whether several code points are one emoji.

    They begin with a picture, or they are a keycap or another character in the emoji style.
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
