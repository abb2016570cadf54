"""Whether a review is spam: it offers its readers something, or is random keys, and no more (R05).

Spam gets no answer. So what a person must read is no spam, however much it advertises: praise, a
question or a complaint beside the offer, or few stars.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import Final

from heard.assessment.analysis import TextAnalysis, analyse
from heard.assessment.kind_words import praises_beside_offers
from heard.assessment.model import Severity
from heard.reviews import ReviewEvent

_MIN_ADVERTS: Final = 3
"""With this many different phrases of advertising, a text is an advert even without a link."""

_MIN_PRAISING_RATING: Final = 4
"""Fewest stars with which a text can be spam: with fewer, an author complains."""

_OFFERS: Final = ("spam", "promotion", "sales_question")
"""Codes of phrases that offer something. "Need a loan?" asks nothing that we could answer."""

_COMPLAINTS: Final = ("critical_", "failure_", "alarm", "mild")

_CLAUSE: Final = re.compile(r"[^,;:.!…\n\v()。！।،؛、，；：–—?？؟]+[?？؟]*")
_MAX_CLAUSES: Final = 50


def is_spam(
    event: ReviewEvent, analysis: TextAnalysis, rating: int | None, severity: Severity
) -> bool:
    """Whether nobody needs to read a review, because it only offers something or is random keys."""
    if is_part(event, analysis):
        return False
    if analysis.is_gibberish and rating is None and not analysis.is_concrete:
        return True
    if not offers_something(analysis, severity):
        return False
    if rating is not None and rating < _MIN_PRAISING_RATING:
        return False
    if not _advertises(analysis) and praises_beside_offers(analysis):
        return False
    return not _asks_or_complains_beside_offers(event, analysis)


def is_part(event: ReviewEvent, analysis: TextAnalysis) -> bool:
    """Whether a review's text is longer than what was stored of it, or than what rules read."""
    return analysis.is_cut or event.original_bytes is not None


def offers_something(analysis: TextAnalysis, severity: Severity) -> bool:
    """Whether the text offers its readers something, as no customer does.

    If the text says anything else too, only a person can tell whether it is spam. Critical reviews
    and complaints about an offer offer nothing.
    """
    if severity is Severity.CRITICAL:
        return False
    return _advertises(analysis) or (analysis.has("spam") and not analysis.is_concrete)


def _advertises(analysis: TextAnalysis) -> bool:
    adverts = len({hit.words.lower() for hit in analysis.hits_of("promotion")})
    return (analysis.links > 0 and adverts > 0) or adverts >= _MIN_ADVERTS


def _asks_or_complains_beside_offers(event: ReviewEvent, analysis: TextAnalysis) -> bool:
    """Whether a clause that offers nothing asks something or complains.

    Rules alone judge it: an engine takes many adverts for complaints.
    """
    for clause in islice(_CLAUSE.findall(analysis.text), _MAX_CLAUSES):
        clause_analysis = analyse(
            replace(event, title=None, text=clause, rating=None, language=analysis.language), None
        )
        if not clause_analysis.hits_of(_OFFERS) and (
            clause_analysis.asks_question or clause_analysis.hits_of(_COMPLAINTS)
        ):
            return True
    return False
