"""A business's rules as data, and what they say about an assessed review.

A policy is a JSON document that says what differs from the playbook's (`default.json`); its version
is the hash of the complete one in canonical form, so that any past decision names exactly the rules
that made it. `decide` is pure.
"""

from heard.policy.decisions import decide, hand_over, observe
from heard.policy.document import Policy, Rule, Voice, complete, default_policy, load_policy
from heard.policy.model import Context, Decision, Near, Route, ThreadState
from heard.policy.schema_types import Problem

__all__ = [
    "Context",
    "Decision",
    "Near",
    "Policy",
    "Problem",
    "Route",
    "Rule",
    "ThreadState",
    "Voice",
    "complete",
    "decide",
    "default_policy",
    "hand_over",
    "load_policy",
    "observe",
]
