"""What is wrong with a policy although it can be loaded.

Contradictions, entries that nothing reaches, names that do not exist, wordings that promise, and
times that nobody can meet. Only what the business wrote itself is checked. That its rules come
before the playbook's is no problem: that is what they are for.
"""

from __future__ import annotations

from heard.policy.check.names import check_names
from heard.policy.check.policy_check import PolicyCheck
from heard.policy.check.reachability import check_limits
from heard.policy.check.rules import check_rules
from heard.policy.check.size import MAX_DOCUMENT_BYTES, check_size
from heard.policy.check.times import check_times
from heard.policy.check.wordings import check_wordings
from heard.policy.document import read_document
from heard.policy.schema_types import Problem

__all__ = ["MAX_DOCUMENT_BYTES", "find_problems"]

_CHECKS = (check_size, check_rules, check_limits, check_names, check_wordings, check_times)


def find_problems(document: object) -> tuple[Problem, ...]:
    """Everything that is wrong with a document, errors first. Each says where, and how to fix it.

    A document with an error is refused, one with warnings is not. A document that cannot be loaded
    is not checked further. Total: it raises nothing for any value.
    """
    problems: list[Problem] = []
    full_document = read_document(document, problems)
    if not problems:
        check = PolicyCheck.of(full_document)
        problems = [problem for find in _CHECKS for problem in find(check)]
    return tuple(sorted(problems, key=lambda problem: problem.severity))
