"""The wordings of acknowledgements, by language, from the text files beside this file.

An acknowledgement thanks, says what the review is about and that it is automatic. It promises
nothing, admits nothing and judges nothing, and it does not say that a person has read the review
(R03, R11). `README.md` says what each folder holds and how its lines are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, get_args

from heard.text.phrase_files import PhraseFolder

type AcknowledgementKind = Literal[
    "praise", "recovered", "thanks", "complaint", "private", "person"
]
"""What is acknowledged.

`praise` answers kind words, `recovered` those of somebody who had complained (R18), `thanks` mild
words and a rating without words, `private` a message, and `person` any review that a person will
answer too.
"""

KINDS: Final[tuple[AcknowledgementKind, ...]] = get_args(AcknowledgementKind.__value__)

_CODES = "af ar cs da de el en es fi fr hi hu id it ja ko nl no pl pt ro ru sv tr uk zh"

LANGUAGES: Final = frozenset(_CODES.split())
"""Languages that the playbook has wordings in."""

FORMALITIES: Final = frozenset({"de", "es", "fr", "it", "nl", "pl", "pt"})
"""Languages in which the playbook's wordings differ by how customers are addressed."""

EXCLUSIONS: Final = ("promises", "admissions", "readers", "human")
"""What an automatic reply must not say.

A promise, an admission, that a person reads or acts, or that no machine wrote it.
"""

_FOLDER: Final = PhraseFolder(Path(__file__).parent)


@dataclass(frozen=True, slots=True)
class Wordings:
    """All words of one language.

    `topic`, `product` and `rating` are the texts in which a reply names a detail of the review.
    `product_reviewed` replaces `product` behind the word for "review". `topics` are the names of an
    assessment's topics; `room` has no name, because none suits a hotel, a train and a cinema.
    `templates` are three a kind, so that neither an author nor a page gets one twice in a row.
    `automatic` are phrases that say that a reply is automatic. `exclusions` are phrases that no
    reply may hold, by `EXCLUSIONS`.
    """

    topic: str
    product: str
    product_reviewed: str
    rating: str
    topics: dict[str, str]
    templates: dict[AcknowledgementKind, tuple[str, ...]]
    automatic: tuple[str, ...]
    exclusions: dict[str, tuple[str, ...]]


@cache
def wordings(language: str) -> Wordings:
    """The wordings of one of `LANGUAGES`."""
    # A line cannot begin or end with a blank, so `_` is the blank beside a detail.
    entries = _FOLDER.entries("detail", language)
    detail = {key: text.replace("_", " ") for key, text in entries.items()}
    return Wordings(
        topic=detail["topic"],
        product=detail["product"],
        product_reviewed=detail.get("product_reviewed", detail["product"]),
        rating=detail["rating"],
        topics=_FOLDER.entries("topic", language),
        templates={kind: _FOLDER.lines(kind, language) for kind in KINDS},
        automatic=_FOLDER.phrases("automatic", language),
        exclusions={code: _FOLDER.phrases(code, language) for code in EXCLUSIONS},
    )
