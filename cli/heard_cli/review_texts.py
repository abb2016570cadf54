"""What the authors of reviews wrote, in short, for lists."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from heard.errors import NotFound
from heard.reviews import Author, ReviewEvent
from heard.storage.vault import Erased
from heard_cli.stack import Stack

_WORKERS: Final = 16
_EXCERPT_CHARACTERS: Final = 100


@dataclass(frozen=True, slots=True)
class ReviewText:
    """The author and the first words of a review's last revision.

    `unavailable` says why they are missing: `erased`, or `not stored`.
    """

    author: Author | None = None
    rating: int | None = None
    language: str | None = None
    excerpt: str = ""
    unavailable: str | None = None

    @property
    def author_label(self) -> str:
        """The author as the platform names them."""
        return author_label(self.author) if self.author else f"({self.unavailable})"

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {
            "author": author_label(self.author) if self.author else None,
            "rating": self.rating,
            "language": self.language,
            "excerpt": self.excerpt or None,
            "erased": self.unavailable == ERASED,
        }


ERASED: Final = "erased"
NOT_STORED: Final = "not stored"


def author_label(author: Author) -> str:
    """The author's name at the platform, or their id there if they have none."""
    return author.name or author.id


def excerpt(event: ReviewEvent) -> str:
    """The first words of a review on one line; empty when it has none."""
    words = " ".join(f"{event.title or ''} {event.text or ''}".split())
    if len(words) <= _EXCERPT_CHARACTERS:
        return words
    return words[:_EXCERPT_CHARACTERS].rsplit(" ", 1)[0] + "…"


def summarize(event: ReviewEvent) -> ReviewText:
    """A revision in short."""
    return ReviewText(event.author, event.rating, event.language, excerpt(event))


def read_review_texts(stack: Stack, reviews: Sequence[str]) -> dict[str, ReviewText]:
    """The last revision of each of these reviews in short, several read at once."""
    ids, cases = list(dict.fromkeys(reviews)), stack.cases

    def read(review: str) -> ReviewText:
        state = cases.find_review(review)
        if state is None:
            return ReviewText(unavailable=NOT_STORED)
        try:
            return summarize(cases.revision(state).event)
        except Erased:
            return ReviewText(rating=state.rating, unavailable=ERASED)
        except NotFound:
            return ReviewText(rating=state.rating, unavailable=NOT_STORED)

    with ThreadPoolExecutor(_WORKERS) as pool:
        return dict(zip(ids, pool.map(read, ids), strict=True))
