"""Each role reaches the items that its function needs, by their partition keys.

That they are wide enough is proven by the unit tests (`tests.unit.roles`) and on the stack, which
both enforce them; that none is too wide, by `tests.stack.test_grants`.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from heard.reviews import REVIEW_ID, review_id
from heard.storage.keys import partition_key
from tests.static.cloudformation import as_list, mentions, resources, statements, walk
from tests.static.test_template import SAM_FUNCTION
from tests.unit.roles import TableGrant, grants

CASE = "?" * 24
PUBLIC = {
    "IngestFunction": {
        ("dynamodb:GetItem", "SetupTable", ("CONNECTION#*",)),
        ("dynamodb:PutItem", "CasesTable", ("DELIVERY#*", "QUARANTINE#*", "dlv_*")),
    },
    "FeedbackPageFunction": {
        ("dynamodb:GetItem", "SetupTable", ("CONNECTION#*",)),
        ("dynamodb:GetItem", "CasesTable", (CASE, "aut_*")),
        ("dynamodb:Query", "CasesTable", (CASE,)),
    },
}
"""What anybody can make run: no more than this."""

MAX_POLICY = 10_240
"""Characters of all inline policies of a role together (docs.aws.amazon.com/IAM, quotas)."""
LONGEST_ARN = 200


@pytest.mark.parametrize("table", ["SetupTable", "CasesTable"])
def test_no_role_reaches_all_items_of_a_table(table: str) -> None:
    """An index has keys of its own, which lead to nothing but the index."""
    unbounded = [
        (name, statement)
        for name, statement in statements()
        if mentions(statement.get("Resource"), table)
        and statement["Effect"] == "Allow"
        and "/index/" not in json.dumps(statement["Resource"])
        and not statement.get("Condition", {})
        .get("ForAllValues:StringLike", {})
        .get("dynamodb:LeadingKeys")
    ]

    assert unbounded == []


def test_a_pattern_for_keys_of_cases_matches_no_other_kind() -> None:
    """The key of a case is a bare digest. Another key may be as long, but has a # in it."""
    review = review_id("b", "standard", "r")
    assert len(partition_key(review)) == len(CASE)
    assert REVIEW_ID.fullmatch(review)
    for name, statement in statements():
        condition: dict[str, Any] = statement.get("Condition", {})
        keys = as_list(condition.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", []))
        if CASE in keys:
            others = condition["ForAllValues:StringNotLike"]["dynamodb:LeadingKeys"]
            assert others == "*#*", name
            assert not any("#" in key for key in keys), name


@pytest.mark.parametrize("function", PUBLIC)
def test_what_anybody_can_make_run_reaches_little(function: str) -> None:
    def named(grant: TableGrant) -> tuple[str, str, tuple[str, ...]]:
        return grant.action, grant.table, grant.keys

    assert set(map(named, grants()[function])) == PUBLIC[function]


@pytest.mark.parametrize("function", resources(SAM_FUNCTION))
def test_the_policies_of_a_role_are_as_short_as_aws_demands(function: str) -> None:
    policies = resources(SAM_FUNCTION)[function].get("Policies", [])
    references = sum(
        isinstance(node, dict) and bool(node.keys() & {"Ref", "Fn::GetAtt", "Fn::Sub"})
        for node in walk(policies)
    )
    length = len(json.dumps(policies, separators=(",", ":")))

    assert length + references * LONGEST_ARN < MAX_POLICY
