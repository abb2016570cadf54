"""What a customer said: reviews, revisions, authors, and the events that platforms send.

It owns the words that every other module uses, and the normal form of text. It knows no platform,
no policy and no storage.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

from heard.clock import format_time, parse_time
from heard.stored_fields import known_fields
from heard.text.one_line import one_line
from heard.text.unicode_form import in_form

TEXT_LIMIT_BYTES: Final = 120_000
"""Longest text that is kept, in bytes of its JSON form: it must fit a workflow's 256 KiB input."""

QUOTE_LIMIT_BYTES: Final = 40_000
"""Longest quotation that is kept with a review, in bytes of its JSON form."""

_ABSENT_PARTS: Final = frozenset({"null", "undefined"})
"""Words that stand for a missing part of a name. In lower case, because Null is a family name."""

_ABSENT_NAMES: Final = frozenset({"null", "undefined", "none", "n/a", "n.a", "nil", "#n/a"})
_NOT_A_NUMBER: Final = frozenset({"NaN", "nan"})
"""What a program writes for a number that is none. "Nan" is a name."""

_UNFILLED: Final = re.compile(
    r"\[object \w+\]|\{\{[^{}]*\}\}|\$\{[^{}]*\}|\{[a-z_.]+\}|<%[^%]*%>"
    r"|%(?:\(\w+\))?s(?!\w)|#(?:REF!|VALUE!|NAME\?)"
)
"""What a program shows where it could not fill in a name."""

_AROUND_A_NAME: Final = " \t\"'“”„«»<>()[],.;:-–—_/|"
"""Signs around the words that a program joins, which are no part of an absent name."""

_HTML_REFERENCE: Final = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
)

_UNSEEN: Final = re.compile(
    "[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\u3164\ufeff\uffa0]"
)
"""Signs that turn the direction of writing, and others that nobody sees.

Joiners stay: Persian names and emoji need them.
"""

_LINE_END: Final = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85]")
"""Every sign that ends a line: Word's own one (`\\v`) too, which mails are full of."""

_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]+")

_TITLE_ENDS: Final = frozenset(".!?…:;,-–—。．！？：；，、؟؛،۔।॥·")
"""Signs after which a title and its text need no dash between them."""

_CLOSING: Final = " \"'”’»)]」』）"
"""Signs that may stand behind the one that ends a title."""

FINAL_REVISION: Final = "~"
"""The revision of a withdrawal that is final: it sorts after every number and time."""


class Channel(StrEnum):
    """The kind of place where the customer spoke."""

    REVIEW_SITE = "review_site"
    SOCIAL = "social"
    FORUM = "forum"
    APP_STORE = "app_store"
    MESSAGING = "messaging"
    EMAIL = "email"
    PHONE = "phone"
    SURVEY = "survey"

    @property
    def stage(self) -> Stage:
        """Whether the public watches (R05)."""
        offstage = {Channel.MESSAGING, Channel.EMAIL, Channel.PHONE, Channel.SURVEY}
        return Stage.OFFSTAGE if self in offstage else Stage.ONSTAGE


class Stage(StrEnum):
    """Whether the public watches (R05)."""

    ONSTAGE = "onstage"
    OFFSTAGE = "offstage"


class EventKind(StrEnum):
    """What a platform's event says happened to a review."""

    CREATED = "created"
    EDITED = "edited"
    WITHDRAWN = "withdrawn"
    REPLY_SEEN = "reply_seen"
    """The business's own reply, ours or one written at the platform, came back to us."""
    TEST = "test"
    """The platform's test button or ping: accepted, and never queued."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a review, as the platform names them. `id` is stable on that platform."""

    id: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ReviewEvent:
    """One thing that a platform says happened to one review.

    `native_id` and `native_thread` are the platform's own ids. They are equal where every review is
    a thread of its own. Revisions sort as texts in the order of the author's edits (see
    `number_revision`, `time_revision`, `FINAL_REVISION`). `rating` is 1 to 5. `reply_to` holds what
    the connector needs to reply, such as a topic or a telephone number. A `partial` event names a
    review without its words: they must be fetched from the platform. `original_bytes` is the length
    of a text that was longer than `TEXT_LIMIT_BYTES` and was cut.

    `quoted` holds the words of others that the review quotes, and the earlier mails that it
    repeats. They are judged apart from `text`: see `heard.assessment.assess`. `below` holds what
    stands below the head of an earlier mail where no sign marks its lines: mostly that mail, but
    the author may have written into it. `unread` says that words came along which were not read,
    such as an attached document or a quotation that was cut, so that a person must. `no_review` is
    the code of why the words are no review although they arrived like one, such as
    `automatic_reply`. Triage stores them, answers nothing, and writes the code into the outcome
    `ignored`.
    """

    kind: EventKind
    native_id: str
    native_thread: str
    revision: str
    author: Author
    rating: int | None = None
    title: str | None = None
    text: str | None = None
    language: str | None = None
    occurred_at: datetime | None = None
    subject: str | None = None
    link: str | None = None
    reply_to: Mapping[str, str] = field(default_factory=dict[str, str])
    original_bytes: int | None = None
    partial: bool = False
    quoted: str | None = None
    below: str | None = None
    unread: bool = False
    no_review: str | None = None

    def without_words(self) -> Self:
        """This event with nothing of its author: no words, no name, no id.

        Only what is named here stays, so that a new field cannot be forgotten.
        """
        return type(self)(
            self.kind,
            self.native_id,
            self.native_thread,
            self.revision,
            Author(""),
            occurred_at=self.occurred_at,
        )

    def normalize(self) -> Self:
        """This event with texts and names in normal form; texts that are too long are cut."""
        text, original_bytes = truncate_text(normalize_text(self.text))
        title, bytes_title = truncate_text(normalize_text(self.title))
        quoted, bytes_quoted = truncate_text(normalize_text(self.quoted), QUOTE_LIMIT_BYTES)
        below, bytes_below = truncate_text(normalize_text(self.below), QUOTE_LIMIT_BYTES)
        is_cut = any(size is not None for size in (bytes_title, bytes_quoted, bytes_below))
        return replace(
            self,
            title=title,
            text=text,
            original_bytes=original_bytes,
            author=replace(self.author, name=normalize_name(self.author.name)),
            subject=normalize_name(self.subject),
            quoted=quoted,
            below=below,
            unread=self.unread or is_cut,
        )

    def first_words(self, max_characters: int) -> str | None:
        """The beginning of the title and the text, on one line; None without words.

        A dash parts them, as in every language, unless the title ends with a sign of its own.
        """
        title = one_line(self.title or "", max_characters)
        has_end = not title or not self.text or title.rstrip(_CLOSING)[-1:] in _TITLE_ENDS
        return (
            one_line(f"{title}{'' if has_end else ' –'} {self.text or ''}", max_characters) or None
        )

    @property
    def has_words(self) -> bool:
        """Whether there is a title or a text."""
        return bool(self.title or self.text)

    @property
    def content(self) -> str:
        """What the author said, as JSON: rating, title, text, and what stands beside it, if any.

        Two events with equal content say the same. A commitment to it stands in the outcome log, so
        the form may never change.
        """
        parts = [self.rating, self.title or "", self.text or ""]
        parts += [words for words in (self.quoted, self.below) if words]
        return json.dumps(parts, ensure_ascii=False)

    def to_json(self) -> dict[str, Any]:
        """A JSON object without absent fields; `from_json` is its inverse."""
        fields = asdict(self)
        fields["occurred_at"] = format_time(self.occurred_at) if self.occurred_at else None
        fields["reply_to"] = dict(self.reply_to) or None
        fields["author"] = {
            name: value for name, value in fields["author"].items() if value is not None
        }
        return {
            name: value
            for name, value in fields.items()
            if value is not None and value is not False
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """The event that `to_json` wrote."""
        values = known_fields(cls, fields)
        values["kind"] = EventKind(values["kind"])
        values["author"] = Author(**known_fields(Author, values["author"]))
        values["occurred_at"] = (
            parse_time(values["occurred_at"]) if values.get("occurred_at") else None
        )
        return cls(**values)


def normalize_text(text: str | None) -> str | None:
    r"""Text in normal form: NFC, `\n` line ends, no control characters, no broken surrogates.

    None if nothing remains. Every sign that ends a line becomes `\n`, so that no two words become
    one. NUL and other controls break consoles, CSV files and some platforms' APIs; tabs and line
    feeds stay.
    """
    if text is None:
        return None
    if text.isascii():
        return _CONTROL.sub("", _LINE_END.sub("\n", text)).strip() or None
    well_formed = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    printable = _CONTROL.sub("", _LINE_END.sub("\n", well_formed))
    return in_form("NFC", printable).strip() or None


def normalize_name(name: str | None) -> str | None:
    """A name that may be shown in public: of a person, or of what is reviewed. None if it is none.

    Signs that turn the direction of writing are removed: they would turn the text around the name
    too. The escapes of HTML are read, because no name has any. "null", "{{name}}" and the like are
    what programs write where they have no name.
    """
    # Names are short, and some are escaped twice: by a shop, and by its reviews.
    while name is not None and (known_name := _known_name(name)) != name:
        name = known_name
    return name


def _known_name(name: str) -> str | None:
    text = normalize_text(_UNFILLED.sub(" ", _UNSEEN.sub("", _unescape_name(name)))) or ""
    words = text.split()
    known_words = [
        word
        for word in words
        if word.strip(_AROUND_A_NAME) not in _ABSENT_PARTS and word.casefold() != "(none)"
    ]
    is_absent = all(_is_absent(word) for word in known_words)
    signs = "".join(known_words)
    if is_absent or not any(unicodedata.category(sign)[0] in "LNS" for sign in signs):
        return None
    known_name = " ".join(known_words)
    # "Quint, null" leaves a comma that joins nothing.
    return known_name if len(known_words) == len(words) else known_name.strip(" ,;|/")


def _unescape_name(name: str) -> str:
    if "&" not in name:
        return name
    # Imported here: hardly any name needs it.
    from html import unescape  # noqa: PLC0415

    return _HTML_REFERENCE.sub(lambda match: unescape(match.group()), name)


def _is_absent(word: str) -> bool:
    bare = word.strip(_AROUND_A_NAME)
    return not bare or bare.casefold() in _ABSENT_NAMES or bare in _NOT_A_NUMBER


def truncate_text(text: str | None, limit: int = TEXT_LIMIT_BYTES) -> tuple[str | None, int | None]:
    """Text that is at most `limit` bytes as JSON, and its byte length before if it was cut."""
    if text is None or len(text) * 6 <= limit or _json_bytes(text) <= limit:
        return text, None
    low, high = 0, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _json_bytes(text[:middle]) <= limit else (low, middle)
    return text[:low], len(text.encode())


def _json_bytes(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode())


def number_revision(number: int) -> str:
    """The revision of a platform that counts its edits."""
    return f"{number:012d}"


def time_revision(at: datetime) -> str:
    """The revision of a platform that only dates its edits."""
    return format_time(at)


def revision_time(revision: str) -> datetime | None:
    """When a revision was written, if it says so: the inverse of `time_revision`."""
    try:
        return parse_time(revision.rstrip(FINAL_REVISION))
    except ValueError:
        return None


def _id(prefix: str, *parts: str) -> str:
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return prefix + b32encode(digest[:15]).decode().lower()


REVIEW_ID: Final = re.compile("rev_[a-z2-7]{24}")
"""What every id of a review matches."""


def review_id(business: str, platform: str, native_id: str) -> str:
    """`rev_…`: one review, whichever of the business's connections brought it."""
    return _id("rev_", business, platform, native_id)


def thread_id(business: str, platform: str, native_thread: str) -> str:
    """`thr_…`: a review and all that was said under it, by both sides."""
    return _id("thr_", business, platform, native_thread)


def author_id(business: str, platform: str, native_author: str) -> str:
    """`aut_…`: an author, as this business knows them from this platform."""
    return _id("aut_", business, platform, native_author)


def erased_author_id(review: str) -> str:
    """`aut_…`: whoever wrote this review, where nothing may lead to the person.

    They were erased, or only an event that the platform denies has named them.
    """
    return _id("aut_", "erased", review)


def follow_up_id(thread: str, number: int) -> str:
    """`fup_…`: the n-th follow-up of a thread; derived, so that a retry opens the same one."""
    return _id("fup_", thread, str(number))


def acknowledgement_id(thread: str, review: str, revision: str) -> str:
    """`rep_…`: the acknowledgement of a revision of a review."""
    return reply_id(thread, f"{review}/{revision}", "acknowledgement")


def reply_id(thread: str, revision: str, purpose: str) -> str:
    """`rep_…`: one reply; derived, so that a retry means the same one."""
    return _id("rep_", thread, revision, purpose)
