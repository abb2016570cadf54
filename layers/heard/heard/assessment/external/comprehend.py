"""Amazon Comprehend as a second opinion: sentiment in twelve languages, and insults in English.

Sentiment is not severity. Comprehend knows nothing of high or critical reviews, questions or spam:
the base engine judges these. Source: Amazon Comprehend API reference, DetectDominantLanguage,
DetectSentiment, DetectToxicContent (2017-11-27).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, Protocol

from heard.assessment.engines.engine import Engine, Scores
from heard.assessment.external.failures import (
    Budget,
    ExternalEngineError,
    FailureReason,
    call_service,
    excerpt,
    merge_cautiously,
    require_number,
    require_object,
    require_objects,
)
from heard.assessment.language import detect_language
from heard.text.words import matchable_text, tokens

VERSION: Final = "comprehend-1"
"""The version of how responses become scores. Amazon does not publish versions of its models."""

READ_SECONDS: Final = 2.0
"""The time limit of one call. There are at most three, one after the other."""

LANGUAGES: Final = frozenset(
    {"ar", "de", "en", "es", "fr", "hi", "it", "ja", "ko", "pt", "zh", "zh-TW"}
)
"""The languages in which it knows the sentiment."""

MAX_BYTES: Final = 5_000
"""DetectSentiment's limit for a text in UTF-8.

Of a longer text only the beginning and the end are judged.
"""

SEGMENT_BYTES: Final = 1_000
"""DetectToxicContent's limit for a segment. It takes up to ten segments."""

ABUSIVE_LABELS: Final = frozenset(
    {"HARASSMENT_OR_ABUSE", "HATE_SPEECH", "INSULT", "VIOLENCE_OR_THREAT"}
)
"""The kinds of toxic content that are aimed at somebody."""

_ROUNDING: Final = 0.01
"""The sum of the four confidences of a sentiment differs from 1 by at most this."""


class ComprehendClient(Protocol):
    """The part of boto3's client "comprehend" that is used."""

    # The names of the parameters are those of AWS.
    def detect_dominant_language(self, *, Text: str) -> Mapping[str, Any]:  # noqa: N803
        """The languages of a text of at least one character."""
        ...

    def detect_sentiment(self, *, Text: str, LanguageCode: str) -> Mapping[str, Any]:  # noqa: N803
        """The confidences of four sentiments."""
        ...

    def detect_toxic_content(
        self,
        *,
        TextSegments: list[dict[str, str]],  # noqa: N803
        LanguageCode: str,  # noqa: N803
    ) -> Mapping[str, Any]:
        """The confidences of each kind of toxic content, by segment. For English only."""
        ...


class ComprehendEngine:
    """Another engine's scores, made more careful by Comprehend.

    The base engine judges only if Comprehend gave scores. `on_failure` gets the reason of each
    failure and raises nothing.
    """

    def __init__(
        self,
        client: ComprehendClient,
        budget: Budget,
        base_engine: Engine,
        on_failure: Callable[[FailureReason], None],
    ) -> None:
        self._client = client
        self._budget = budget
        self._base_engine = base_engine
        self._on_failure = on_failure

    @property
    def model(self) -> str:
        """The base engine, and the version of Comprehend's part."""
        return f"{self._base_engine.model}+{VERSION}"

    def scores(self, text: str) -> Scores | None:
        """The scores of a text.

        None if Comprehend gives none within its limits, or the base engine has none. Raises
        nothing.
        """
        sample = excerpt(text, MAX_BYTES)
        if not sample.strip():
            return None
        try:
            own_scores = self._ask_scores(sample)
        except ExternalEngineError as error:
            self._on_failure(error.reason)
            return None
        base_scores = self._base_engine.scores(text)
        return merge_cautiously(own_scores, base_scores) if base_scores else None

    def _ask_scores(self, text: str) -> Scores:
        matchable = matchable_text(text)
        language = detect_language(matchable, tokens(matchable))
        if language is not None and language not in LANGUAGES:
            raise ExternalEngineError(FailureReason.LANGUAGE)
        if not self._budget.take(1 + (language is None) + (language in {None, "en"})):
            raise ExternalEngineError(FailureReason.BUDGET)
        language = language or self._ask_language(text)
        scores = _scores_of_sentiment(
            call_service(self._client.detect_sentiment, Text=text, LanguageCode=language)
        )
        return replace(scores, abuse=self._ask_abuse(text)) if language == "en" else scores

    def _ask_language(self, text: str) -> str:
        """The language of a text that Heard does not recognise."""
        languages = require_objects(
            call_service(self._client.detect_dominant_language, Text=text).get("Languages")
        )
        best = max(
            languages,
            key=lambda candidate: require_number(candidate.get("Score"), 0, 1),
            default=None,
        )
        code = best.get("LanguageCode") if best else None
        if not isinstance(code, str) or code not in LANGUAGES:
            raise ExternalEngineError(FailureReason.LANGUAGE)
        return code

    def _ask_abuse(self, text: str) -> float:
        """The confidence that an English text insults or threatens somebody.

        After a failure it is 0, and the sentiment still counts.
        """
        segments = [{"Text": segment} for segment in _segments(text)]
        try:
            results = require_objects(
                call_service(
                    self._client.detect_toxic_content, TextSegments=segments, LanguageCode="en"
                ).get("ResultList")
            )
            labels = [
                label for result in results for label in require_objects(result.get("Labels"))
            ]
            return max(
                (
                    require_number(label.get("Score"), 0, 1)
                    for label in labels
                    if label.get("Name") in ABUSIVE_LABELS
                ),
                default=0.0,
            )
        except ExternalEngineError as error:
            self._on_failure(error.reason)
            return 0.0


def _scores_of_sentiment(response: Mapping[str, object]) -> Scores:
    """The scores that follow from a sentiment.

    Negative or mixed is at least medium (playbook, severity), not positive is at least low.
    """
    confidences = require_object(response.get("SentimentScore"))
    positive, negative, mixed, neutral = (
        require_number(confidences.get(name), 0, 1)
        for name in ("Positive", "Negative", "Mixed", "Neutral")
    )
    if abs(positive + negative + mixed + neutral - 1) > _ROUNDING:
        raise ExternalEngineError(FailureReason.UNREADABLE)
    complaint = min(1.0, negative + mixed)
    return Scores(
        severity=(max(complaint, 1 - positive), complaint, 0.0, 0.0),
        needs_person=complaint,
        question=0.0,
        abuse=0.0,
        spam=1.0,  # of two scores the lower counts, so the base engine decides
        sentiment=positive - negative,
        model=VERSION,
    )


def _segments(text: str) -> list[str]:
    """A text cut between characters into segments of at most `SEGMENT_BYTES`.

    Segments of white space alone are left out.
    """
    segments: list[str] = []
    rest = text.encode()
    while rest:
        segment = rest[:SEGMENT_BYTES].decode("utf-8", "ignore")
        rest = rest[len(segment.encode()) :]
        segments.append(segment)
    return [segment for segment in segments if segment.strip()]
