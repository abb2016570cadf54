"""Markup in a reply, which platforms show as it is written: HTML, BBCode, Markdown."""

from __future__ import annotations

import re
from typing import Final

_HTML_TAGS: Final = (
    "a|abbr|article|b|big|blockquote|body|br|button|center|code|div|em|embed|font|footer|form|"
    "h[1-6]|head|header|hr|html|i|iframe|img|input|ins|li|link|main|mark|meta|nav|object|ol|p|pre|"
    "q|s|script|section|small|span|strike|strong|style|sub|sup|svg|table|tbody|td|th|thead|title|"
    "tr|u|ul|video"
)
_MARKUP: Final = re.compile(
    rf"</?(?:{_HTML_TAGS})(?:\s[^<>]{{0,500}})?/?>"
    r"|<!--|<!doctype|<\?xml"
    r"|&(?:nbsp|amp|lt|gt|quot|apos|[a-z]{2,8}(?:acute|grave|circ|uml|tilde|cedil)?|#x?[0-9a-f]{2,6});"
    r"|\[/?(?:b|i|u|s|url|img|quote|code|color|size|center|list|email)(?:=[^\]\n]{0,200})?\]"
    r"|!?\[[^\]\n]{1,200}\]\((?:https?:|mailto:|www\.|/)[^)\s]{0,500}\)"
    r"|(?<![\w*])\*\*(?=[^\s*])[^*\n]{1,200}(?<=[^\s*])\*\*(?![\w*])"
    r"|(?<![\w_])__(?=[^\s_])[^_\n]{1,200}(?<=[^\s_])__(?![\w_])"
    r"|(?m:^#{1,6} \S)|```|(?m:^\|.{1,200}\|\s*$)",
    re.IGNORECASE,
)


def has_markup(text: str) -> bool:
    """Whether a text holds markup. Plain links, lists with dashes and smileys are none."""
    return _MARKUP.search(text) is not None
