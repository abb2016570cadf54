"""The words of one Slack message: its text, its blocks, and the messages that it forwards.

Slack keeps a message's words in `text`, in its markup. Some clients and apps send them only as
`blocks`. A forwarded message is an attachment with `is_share`. The previews of links are
attachments too, and nobody's words. Quoted lines (`&gt;` at their beginning) are others' words.

Slack escapes only `&`, `<` and `>`. Other references to characters come from programs that escape
texts before they hand them to Slack.

Sources: docs.slack.dev/messaging/formatting-message-text,
…/reference/block-kit/blocks/rich-text-block, …/messaging/message-attachments, and examples of
forwarded messages in public code. Knows no connection and no event.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final, cast

from heard.connectors.markup import unescape_html
from heard.connectors.parsing import Fields
from heard.connectors.quotations import SplitText, split_lines
from heard.reviews import normalize_text
from heard.text.wordless import describe_media, text_or_description

_MARKUP: Final = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_DEPTH_LIMIT: Final = 20
_LINE_ELEMENTS: Final = frozenset(
    {"rich_text_section", "rich_text_preformatted", "rich_text_quote", "rich_text_list"}
)
_TEXT_FIELDS: Final = ("text", "title", "pretext", "alt_text", "description", "hint", "label")
_LIST_FIELDS: Final = ("elements", "fields", "blocks")


def read_words(message: Fields, own_teams: Collection[str]) -> SplitText:
    """What the author of a message says, and what they quote.

    A forwarded message is the author's, because they want it read. One that the business itself
    wrote (`own_teams` are its workspaces) is quoted. A message without any words says what files
    it has.
    """
    own, quoted = split_lines(plain_text(message.text("text")))
    if own is None and quoted is None:
        own, quoted = _block_words(message.any_objects("blocks"))
    own_parts, quoted_parts = [own], [quoted]
    others: list[str | None] = []
    for attachment in message.any_objects("attachments"):
        words = _attachment_words(attachment)
        if not attachment.boolean("is_share"):
            if not any(attachment.values.get(name) for name in ("from_url", "is_msg_unfurl")):
                others.append(words)
        elif _is_by_business(attachment, own_teams):
            quoted_parts.append(words)
        else:
            own_parts.append(words)
    if not any(own_parts) and not any(quoted_parts):
        own_parts = others
    files = [
        describe_media(file.text("mimetype"), file.one_line("title") or file.one_line("name"))
        for file in message.any_objects("files")
    ]
    text = _join(own_parts)
    return SplitText(text or text_or_description(None, files), _join(quoted_parts))


def plain_text(text: str | None) -> str | None:
    """Slack's markup as plain text.

    Mentions show the name and links their label. Escaped characters are as typed.
    """
    return unescape_html(_MARKUP.sub(_replace_markup, text)) if text is not None else None


def _replace_markup(match: re.Match[str]) -> str:
    target, label = match[1], match[2] or ""
    match target[:1]:
        case "@" | "#":
            return target[0] + (label or target[1:]).lstrip("@#")
        case "!":
            return label or "@" + target[1:].partition("^")[0]
        case _:
            return (
                label if label and label in target else f"{label} ({target})" if label else target
            )


def _join(parts: list[str | None]) -> str | None:
    return "\n\n".join(part for part in parts if part) or None


def _is_by_business(attachment: Fields, own_teams: Collection[str]) -> bool:
    return any(
        attachment.holds_code(name, own_teams) for name in ("author_team_id", "author_team", "team")
    )


def _attachment_words(attachment: Fields) -> str | None:
    parts = [plain_text(attachment.text(name)) for name in ("pretext", "title", "text")]
    for field in attachment.any_objects("fields"):
        parts += [plain_text(field.text("title")), plain_text(field.text("value"))]
    if not any(parts):
        blocks = [
            block
            for entry in attachment.any_objects("message_blocks")
            for block in entry.object("message").any_objects("blocks")
        ]
        own, quoted = _block_words(blocks or attachment.any_objects("blocks"))
        parts = [own, quoted]
    if not any(parts):
        parts = [plain_text(attachment.text("fallback"))]
    files = [describe_media(file.text("mimetype")) for file in attachment.any_objects("files")]
    return text_or_description("\n".join(part for part in parts if part), files)


def _block_words(blocks: list[Fields]) -> SplitText:
    """The words of blocks, and those of their quotes."""
    own: list[str] = []
    quoted: list[str] = []
    for block in blocks:
        _add_words(block, own, quoted, 0)
        own.append("\n")
    return SplitText(normalize_text("".join(own)), normalize_text("".join(quoted)))


def _add_words(element: Fields, own: list[str], quoted: list[str], depth: int) -> None:
    kind = str(element.values.get("type"))
    lines = quoted if kind == "rich_text_quote" else own
    lines += _leaf_words(element, kind)
    if depth < _DEPTH_LIMIT:
        for name in _LIST_FIELDS:
            for child in element.any_objects(name):
                _add_words(child, lines, quoted, depth + 1)
    if kind in _LINE_ELEMENTS:
        lines.append("\n")


def _leaf_words(element: Fields, kind: str) -> Iterator[str]:
    """The words that an element itself holds. In rich text they are plain, elsewhere markup."""
    match kind:
        case "text":
            yield str(element.values.get("text") or "")
        case "link":
            label, url = element.text("text"), element.text("url") or ""
            yield f"{label} ({url})" if label and label not in url else url
        case "emoji":
            yield f":{element.one_line('name') or ''}:"
        case "user" | "channel" | "usergroup" | "broadcast":
            name = element.one_line(f"{kind}_id") or element.one_line("range") or kind
            yield f"#{name}" if kind == "channel" else f"@{name}"
        case _:
            for name in _TEXT_FIELDS:
                value = element.values.get(name)
                if isinstance(value, dict):
                    value = cast("dict[str, object]", value).get("text")
                if isinstance(value, str) and value.strip():
                    yield f"{plain_text(value)}\n"
