"""What the author of a review wants (R05)."""

from __future__ import annotations

from typing import Final

from heard.assessment.analysis import TextAnalysis
from heard.assessment.model import Agenda, Severity
from heard.assessment.thresholds import MAX_QUESTION_WORDS, thresholds_of
from heard.reviews import Stage
from heard.text.words import END

MAX_COMPLAINT_RATING: Final = 2
"""With at most so many stars an author who asks something complains too: it is a complaint."""


def find_agenda(
    analysis: TextAnalysis, rating: int | None, severity: Severity, stage: Stage
) -> Agenda:
    """The agenda of a review that is no spam: see `spam`.

    A critical or concrete complaint is never abuse, whatever its tone.
    """
    if _is_abuse(analysis, severity):
        return Agenda.ABUSE
    if (
        analysis.asks_question
        and (rating is None or rating > MAX_COMPLAINT_RATING)
        and (severity.rank <= Severity.MEDIUM.rank or _is_short_question(analysis, severity))
        and not analysis.is_concrete
        and not _is_happy(analysis, rating)
    ):
        return Agenda.QUESTION
    if severity is Severity.PRAISE:
        return Agenda.PRAISE
    if severity is Severity.LOW and not _is_neutral(analysis, rating):
        return Agenda.PRAISE
    return _complaint_agenda(analysis, stage)


def _is_short_question(analysis: TextAnalysis, severity: Severity) -> bool:
    """Whether a text is so short that it asks and does nothing else, however it sounds."""
    words = sum(token.word != END for token in analysis.words)
    return severity is Severity.HIGH and words <= MAX_QUESTION_WORDS


def _is_abuse(analysis: TextAnalysis, severity: Severity) -> bool:
    if severity is Severity.CRITICAL or analysis.is_concrete or analysis.is_short_praise:
        return False
    if analysis.has("insult"):
        return True
    scores = analysis.scores
    if scores is None or severity is Severity.PRAISE:
        return False
    return scores.abuse >= thresholds_of(scores).abuse


def _is_neutral(analysis: TextAnalysis, rating: int | None) -> bool:
    return rating is None and (analysis.scores.sentiment if analysis.scores else 0.0) <= 0.0


def _is_happy(analysis: TextAnalysis, rating: int | None) -> bool:
    if rating is None or rating < 4:
        return False
    return analysis.scores is None or analysis.scores.sentiment > 0


def _complaint_agenda(analysis: TextAnalysis, stage: Stage) -> Agenda:
    """Whether a complaint speaks to the business or to its other customers.

    In private it speaks to the business. In public, phrases decide; a tie is for the audience.
    """
    if stage is Stage.OFFSTAGE or analysis.asks_question:
        return Agenda.ANSWER
    speaks_to_business = len(analysis.hits_of("request")) > len(analysis.hits_of("audience"))
    return Agenda.ANSWER if speaks_to_business else Agenda.AUDIENCE
