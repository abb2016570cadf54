"""What we conclude about a review: severity, sentiment, language, topics, agenda and flags, with reasons.

A pure function of what was said and what is known of the thread: the same input gives the same
assessment, and `model` names the version that made it.
"""

from heard.assessment.judgement import MODEL, assess
from heard.assessment.terms import Agenda, Assessment, Flag, History, Reason, Severity

__all__ = ["MODEL", "Agenda", "Assessment", "Flag", "History", "Reason", "Severity", "assess"]
