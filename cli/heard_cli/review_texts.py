"""What the authors of reviews wrote, in short, for lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from heard.reviews import Author, ReviewEvent
from heard.steps.desk_view import EXCERPT_CHARACTERS
from heard_cli.stack import Stack


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
DAMAGED: Final = "damaged"


def author_label(author: Author) -> str:
    """The author's name at the platform, or their id there if they have none."""
    return author.name or author.id


def summarize(event: ReviewEvent) -> ReviewText:
    """A revision in short."""
    words = event.first_words(EXCERPT_CHARACTERS) or ""
    return ReviewText(event.author, event.rating, event.language, words)


def read_review_texts(stack: Stack, reviews: Sequence[str]) -> dict[str, ReviewText]:
    """The last revision of each of these reviews in short, all read together."""
    texts = stack.cases.latest_texts(set(reviews))
    result: dict[str, ReviewText] = {}
    for review in dict.fromkeys(reviews):
        text = texts.get(review)
        if text is not None and text.event is not None:
            result[review] = summarize(text.event)
        elif text is not None:
            unavailable = ERASED if text.erased else DAMAGED if text.damaged else NOT_STORED
            result[review] = ReviewText(rating=text.review.rating, unavailable=unavailable)
        else:
            result[review] = ReviewText(unavailable=NOT_STORED)
    return result
