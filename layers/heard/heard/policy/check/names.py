"""Names that nothing has, and names that two things have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from heard.policy.check.messages import problem
from heard.policy.check.policy_check import PolicyCheck
from heard.policy.schema_types import DocumentPath, Problem, quote, suggestion

_PLAYBOOK_QUEUES: Final = frozenset({"default", "urgent"})


def check_names(check: PolicyCheck) -> Iterator[Problem]:
    """Queues, checklists and variants that do not exist, and names that are there twice."""
    policy = check.policy
    variants = [variant.name for variant in policy.acknowledgements.variants]
    queues = (*policy.queues, *sorted(_PLAYBOOK_QUEUES - {*policy.queues}))
    for index, rule in check.own_entries("rules"):
        then, at = rule["then"], ("rules", index, "then")
        queue = then.get("queue", "default")
        if policy.queues and queue not in queues:
            fix = suggestion(queue, queues)
            yield problem("no_queue", (*at, "queue"), name=quote(queue), suggestion=fix)
        checklist = then.get("checklist")
        if checklist is not None and checklist not in policy.checklists:
            fix = _suggestion(checklist, policy.checklists, "checklists")
            yield problem("no_checklist", (*at, "checklist"), name=quote(checklist), suggestion=fix)
        for variant_index, name in enumerate(then.get("variants", ())):
            if name not in variants:
                fix = _suggestion(name, variants, "acknowledgements.variants")
                path = (*at, "variants", variant_index)
                yield problem("no_variant", path, name=quote(name), suggestion=fix)
    used_checklists = {rule["then"].get("checklist") for rule in check.full_document["rules"]}
    for name in policy.checklists:
        if name not in used_checklists:
            yield problem("unused_checklist", ("checklists", name))
    yield from _duplicates(variants, ("acknowledgements", "variants"))
    remedies = [f"{remedy.name} in {remedy.currency}" for remedy in policy.remedies]
    yield from _duplicates(remedies, ("remedies",))
    for part in ("causes", "fixes", "reasons"):
        codes = check.full_document[part]
        for index, code in enumerate(codes):
            if code in codes[:index]:
                yield problem("duplicate", (part, index), name=quote(code))


def _suggestion(name: str, known: Collection[str], part: str) -> str:
    return suggestion(name, known) if known else f"Write it under {part}."


def _duplicates(names: Sequence[str], at: DocumentPath) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield problem("duplicate", (*at, index, "name"), name=quote(name))
