"""What we conclude about a review: severity, sentiment, language, topics, agenda and flags, with reasons.

A pure function of what was said, what is known of the thread and an engine's weights: the same input gives the same
assessment, and `model` names the versions that made it.
"""

from heard.assessment.engine import Engine, Scores
from heard.assessment.judgement import RULES, assess
from heard.assessment.terms import Agenda, Assessment, Flag, History, Reason, Severity

__all__ = ["RULES", "Agenda", "Assessment", "Engine", "Flag", "History", "Reason", "Scores", "Severity", "assess"]
