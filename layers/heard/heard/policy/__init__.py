"""The rules of a business as data, and what they say about an assessed review.

A policy is a JSON document that says what differs from the playbook's (`default.json`). Its version
is the hash of the complete document in canonical form, so that a past decision names exactly the
rules that made it. `decide` is pure.
"""

from heard.policy.decisions import decide, hand_over, policy_facts
from heard.policy.document import (
    Policy,
    Rule,
    complete_document,
    default_policy,
    load_policy,
)
from heard.policy.model import Context, Decision, NearMiss, NoAnswer, Route, ThreadState
from heard.policy.schema_types import Problem

__all__ = [
    "Context",
    "Decision",
    "NearMiss",
    "NoAnswer",
    "Policy",
    "Problem",
    "Route",
    "Rule",
    "ThreadState",
    "complete_document",
    "decide",
    "default_policy",
    "hand_over",
    "load_policy",
    "policy_facts",
]
