"""What stands in a review's text where a customer sent something without words.

It is a description in English and in square brackets, such as `[photo]` or `[location: Town Hall]`.
So an empty message says what it was, and a person reads it. Owns the form of such a description,
and the names of the kinds. Knows no platform and no judgement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_DETAIL_LIMIT: Final = 1_000
_NO_BRACKETS: Final = str.maketrans("[]", "()")
_DESCRIPTIONS: Final = re.compile(r"(?:\[[a-z][a-z ]*+(?:: [^\[\]\n]*+)?\]\s*+)++")
_MEDIA_KINDS: Final = {"image": "photo", "video": "video", "audio": "audio"}
_CONTACT_TYPES: Final = frozenset({"text/vcard", "text/x-vcard", "text/directory"})
_TYPE: Final = re.compile(r"([a-z]+)/[a-z0-9.+-]+", re.IGNORECASE)


def describe(kind: str, *details: str | None) -> str:
    """`[kind]`, or `[kind: detail, detail]` with what is known of it, on one line."""
    known = ", ".join(" ".join(detail.split()) for detail in details if detail and detail.strip())
    known = known.translate(_NO_BRACKETS)
    return f"[{kind}: {known[:_DETAIL_LIMIT]}]" if known else f"[{kind}]"


def describe_media(content_type: str | None, name: str | None = None) -> str:
    """The description of a file by its media type: photo, video, audio, contact or file."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    match = _TYPE.fullmatch(media_type)
    if media_type in _CONTACT_TYPES:
        return describe("contact", name)
    return describe(_MEDIA_KINDS.get(match[1], "file") if match else "file", name)


def is_wordless(text: str) -> bool:
    """Whether a text holds nothing but descriptions: names in them say nothing of the author."""
    return _DESCRIPTIONS.fullmatch(text.strip()) is not None


def text_or_description(text: str | None, descriptions: Iterable[str]) -> str | None:
    """The words of a message; without any, what it was. None if it was nothing at all.

    What holds more than its kind, such as a place, stands below the words.
    """
    described = tuple(dict.fromkeys(descriptions))
    if text:
        described = tuple(description for description in described if ": " in description)
    return "\n".join([*([text] if text else []), *described]) or None
