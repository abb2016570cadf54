"""What we conclude about a review: severity, sentiment, language, topics, agenda, flags, reasons.

A pure function of the review, of what is known of its author, and of an engine's weights. The same
input gives the same assessment, and `model` names the versions that made it.
"""

from heard.assessment.assessor import RULES_VERSION, asks_or_complains, assess
from heard.assessment.engines.engine import Engine, Scores
from heard.assessment.model import (
    Agenda,
    Assessment,
    Flag,
    History,
    Reason,
    Severity,
    is_complaint,
)

__all__ = [
    "RULES_VERSION",
    "Agenda",
    "Assessment",
    "Engine",
    "Flag",
    "History",
    "Reason",
    "Scores",
    "Severity",
    "asks_or_complains",
    "assess",
    "is_complaint",
]
