"""A business's rules as data, and what they say about an assessed review.

A policy is a JSON document (`default.json` is the playbook's); its version is the hash of its canonical
form, so that any past decision names exactly the rules that made it. `decide` is pure.
"""

from heard.policy.decisions import decide, hand_over
from heard.policy.document import Policy, Rule, Voice, default_policy, load_policy
from heard.policy.terms import Context, Decision, Route

__all__ = ["Context", "Decision", "Policy", "Route", "Rule", "Voice", "decide", "default_policy", "hand_over", "load_policy"]
