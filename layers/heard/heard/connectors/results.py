"""What the calls of a connector take and return: replies, pages of reviews, moderation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from heard.reviews import ReviewEvent


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """What a reply answers: the review's ids at the platform, and its event's `reply_to`."""

    native_id: str
    native_thread: str
    reply_to: Mapping[str, str]
    first_sent_at: datetime | None = None
    """When we first tried to send it, for platforms where replies are searched by time."""
    own_replies: tuple[str, ...] = ()
    """The texts of our own earlier public replies in the thread, where a platform shows one reply.

    Somebody else wrote any other text that the platform shows.
    """


@dataclass(frozen=True, slots=True)
class SentReply:
    """The platform took the reply and calls it `native_id`."""

    native_id: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """The platform will never take this request as it is.

    `reason` is a code, `detail` says what to do about it. `earlier_reply_gone` says that our reply
    that stood there was taken down to make room for this one, and could not be put back.
    """

    reason: str
    detail: str
    earlier_reply_gone: bool = False


class ReplyLookup(StrEnum):
    """What a platform says about a reply that we may have sent, if it does not show it."""

    ABSENT = "absent"
    CANNOT_TELL = "cannot_tell"


class ReviewGone(StrEnum):
    """A review that the platform no longer has."""

    GONE = "gone"


class ModerationStatus(StrEnum):
    """What became of a reply that a platform took."""

    PUBLISHED = "published"
    PENDING = "pending"
    REMOVED = "removed"
    """The platform decided not to show it, or took it down."""
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class ModerationResult:
    """The status of a reply at a platform that moderates.

    `reason` is the platform's own code, if it gives one.
    """

    status: ModerationStatus
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A page of a platform's latest reviews, newest first.

    `next_cursor` is the cursor of the page with older reviews, None on the last page. `problems`
    names the entries that are unreadable. In a list that runs `oldest_first`, the next page has
    newer reviews: it is read whatever this one holds, if not by this poll then by the next.
    """

    events: tuple[ReviewEvent, ...] = ()
    next_cursor: str | None = None
    problems: tuple[str, ...] = ()
    oldest_first: bool = False
