"""What we conclude about a review.

Severity, sentiment, language, topics, agenda and flags, with reasons.

A pure function of what was said, what is known of the thread and an engine's weights: the same
input gives the same assessment, and `model` names the versions that made it.
"""

from heard.assessment.assess import RULES_VERSION, assess
from heard.assessment.engines.engine import Engine, Scores
from heard.assessment.model import Agenda, Assessment, Flag, History, Reason, Severity

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
    "assess",
]
