"""The automatic first reply to a review: its kind, its language, its wording and its details.

An acknowledgement thanks, names a detail of the review in its language, and says that it is
automatic. It promises and admits nothing (R03, R10, R11). It repeats nothing that the customer
wrote, only what the review is about: a topic only where the review certainly praises it. It thanks
for kind words only where there are some and nothing else, else for the review. A hash decides which
wording a review gets, so that results can be compared (R27). Knows no platform and stores nothing:
the caller names the variants that the author and the page got last.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from heard.acknowledgements.rendering import (
    NAME_CHARACTERS,
    SUBJECT_CHARACTERS,
    Acknowledgement,
    Detail,
    render,
)
from heard.acknowledgements.settings import AcknowledgementSettings
from heard.acknowledgements.variants import (
    own_variants,
    playbook_variants,
    rank_variants,
    with_same_template,
)
from heard.acknowledgements.wordings import LANGUAGES, AcknowledgementKind, wordings
from heard.assessment import Assessment, Flag, Severity
from heard.replies.length import has_url
from heard.reviews import Channel, ReviewEvent, Stage
from heard.text.one_line import one_line

if TYPE_CHECKING:
    from heard.replies.length import Unit

_ALIASES: Final = {"nb": "no", "nn": "no"}
_NAMED_BY_BUSINESS: Final = frozenset({Channel.REVIEW_SITE, Channel.APP_STORE, Channel.SURVEY})
"""Channels where the platform or the business chose the words of a review's subject."""

_ADDRESS: Final = re.compile(r"[@/\\<>{}\[\]]|\bwww\.|\.[a-z]{2,6}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReviewToAcknowledge:
    """A review that is assessed, and who answers it.

    `business` is the name of the business. `person_follows` says that a person will read the
    review: set it only where a follow-up is really opened (the route `both`).
    """

    event: ReviewEvent
    assessment: Assessment
    channel: Channel
    business: str
    person_follows: bool = False


@dataclass(frozen=True, slots=True)
class WordingPreferences:
    """Which of the wordings that fit is chosen.

    The same `seed`, for example the review's id, always gets the same wording: one of the
    business's own `preferred_names` if it fits. `avoid` are the variants that the author and the
    page got last, the more important one first. The playbook has three wordings of everything, so
    that neither of two is repeated.
    """

    seed: str
    preferred_names: Collection[str] = ()
    avoid: Sequence[str] = ()


def choose_acknowledgement(
    review: ReviewToAcknowledge,
    policy: AcknowledgementSettings,
    preferences: WordingPreferences,
    *,
    limit: int | None = None,
    unit: Unit = "characters",
) -> Acknowledgement | None:
    """The automatic first reply to a review, or None if no wording fits and a person must answer.

    It is in the review's language, else in the policy's fallback. `limit` is the longest text that
    the platform takes, in `unit`.
    """
    assessment = review.assessment
    kind = acknowledgement_kind(
        assessment,
        review.channel,
        person_follows=review.person_follows,
        has_words=bool(review.event.title or review.event.text),
    )
    own = own_variants(policy)
    own_of_kind = [variant for variant in own if variant.kind == kind]
    fallback = policy.voice.fallback_language
    own_languages = {variant.language for variant in own_of_kind}
    language = _choose_language(assessment.language, fallback, own_languages)
    candidates = [variant for variant in own_of_kind if variant.language == language]
    names = preferences.preferred_names
    preferred = [variant for variant in candidates if variant.name in names]
    others = [variant for variant in candidates if variant.name not in names]
    # Where only the business has words in a language, the playbook's words in the next language
    # are better than no reply or the same words again.
    playbook_language = language if language in LANGUAGES else _choose_language(None, fallback, ())
    formality = policy.voice.formality.get(playbook_language, "formal")
    pools = (preferred, others, playbook_variants(kind, playbook_language, formality))
    avoid = with_same_template(own, preferences.avoid)
    detail = _detail_of(review, policy, kind)
    for variant in rank_variants(pools, preferences.seed, avoid):
        acknowledgement = render(variant, detail, limit=limit, unit=unit)
        if acknowledgement is not None:
            return acknowledgement
    return None


def acknowledgement_kind(
    assessment: Assessment,
    channel: Channel,
    *,
    person_follows: bool = False,
    has_words: bool = True,
) -> AcknowledgementKind:
    """The kind of acknowledgement that an assessed review gets.

    Praise without words, or with words that are not certainly kind, is thanked as any review is.
    """
    if person_follows:
        return "person"
    if assessment.severity is Severity.PRAISE and assessment.kind_words:
        return "recovered" if Flag.RECOVERED in assessment.flags else "praise"
    if channel.stage is Stage.OFFSTAGE:
        return "private"
    complains = assessment.severity.rank > Severity.LOW.rank
    # Few stars without words say that something displeased, and not what.
    return "complaint" if complains and has_words else "thanks"


def _choose_language(language: str | None, fallback: str, own: Collection[str]) -> str:
    """The first language with wordings: the review's, the business's fallback, then English."""
    preferences = [_ALIASES.get(code, code) for code in (language, fallback) if code]
    return next((code for code in preferences if code in LANGUAGES or code in own), "en")


def _detail_of(
    review: ReviewToAcknowledge, policy: AcknowledgementSettings, kind: AcknowledgementKind
) -> Detail:
    names, rating = wordings("en").topics, review.event.rating
    # "Your review about the price" sounds as if we had heard only one half of it.
    topics = review.assessment.praised_topics if kind in {"praise", "recovered"} else ()
    return Detail(
        business=one_line(policy.voice.name or review.business, NAME_CHARACTERS),
        signature=one_line(policy.voice.signature or "", NAME_CHARACTERS),
        topic=next((topic for topic in topics if topic in names), ""),
        subject=_subject(review.event, review.channel),
        rating=rating if rating is not None and 1 <= rating <= 5 else None,
        stage=review.channel.stage,
    )


def _subject(event: ReviewEvent, channel: Channel) -> str:
    """What is reviewed, if the business may name it, else "".

    The subject of a message or a forum topic is its author's, who could make us say anything to
    anyone. Web addresses, telephone numbers and codes are left out.
    """
    if event.subject is None or channel not in _NAMED_BY_BUSINESS:
        return ""
    subject = one_line(event.subject, SUBJECT_CHARACTERS)
    letters = sum(character.isalpha() for character in subject)
    digits = sum(character.isdigit() for character in subject)
    is_code = letters < 2 or digits > min(6, letters) or (digits and " " not in subject)
    return "" if is_code or _ADDRESS.search(subject) or has_url(subject) else subject
