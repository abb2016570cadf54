"""`heard policy` proves only what is proven, hides customers' words, and always checks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from heard import clock
from heard.commitments import CommitmentKind
from heard.connectors import Connection
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision, review_id
from heard.steps.deciding import inputs_content
from heard.steps.ports import PlatformPorts, StorePorts
from heard.steps.triage import QueuedReview, triage
from heard.storage.keys import partition_key, revision_key
from heard.storage.setup import Business
from heard.storage.tables import attributes
from heard_cli.stack import Stack
from tests.unit.cli.conftest import HeardCommand

REVIEW_TEXT = "The lamb was raw and I was ill all night."


def no_platform(*_: Any, **__: Any) -> Any:
    raise AssertionError("nothing here may call a platform")


@pytest.fixture
def review(stack: Stack) -> str:
    stack.setup.put_connection(
        Connection(
            "con_1", "acme", "standard", "https://api.example/hooks/con_1", has_credentials=True
        ),
        clock.now(),
    )
    event = ReviewEvent(
        EventKind.CREATED, "r1", "r1", number_revision(1), Author("u1"), rating=1, text=REVIEW_TEXT
    )
    message = QueuedReview(
        "dlv_1",
        event,
        connection="con_1",
        business="acme",
        platform="standard",
        channel=Channel.REVIEW_SITE,
    )
    triage(
        message,
        StorePorts(stack.setup, stack.cases),
        PlatformPorts(stack.secrets, no_platform),
        datetime.now(UTC),
    )
    return review_id("acme", "standard", "r1")


def rewrite(
    stack: Stack,
    review: str,
    *,
    text: str | None = None,
    assessed: dict[str, Any] | None = None,
    logged: bool = False,
) -> None:
    """Change the stored inputs of a decision, and the commitment in the log with them."""
    head = stack.cases.find_review(review)
    assert head
    event, assessment, context = stack.cases.revision(head)
    assert assessment
    assert context
    changed = {**assessment, **(assessed or {})}
    place, sort = partition_key(review), revision_key(head.revision, head.commitment)
    content = {
        "event": replace(event, text=text or event.text).to_json(),
        "assessment": changed,
        "context": context,
    }
    sealed = stack.cases.vault.seal(head.author, f"{place}/{sort}", content)
    stack.dynamodb.put_item(
        TableName=stack.outputs["CasesTableName"],
        Item=attributes({"pk": place, "sk": sort, **sealed}),
    )
    if logged:
        table = stack.outputs["OutcomesTableName"]
        key: Any = {"review": {"S": review}, "sequence": {"N": "1"}}
        item = json.dumps(stack.dynamodb.get_item(TableName=table, Key=key).get("Item", {}))
        commitments = [
            stack.cases.vault.commitment(
                head.author, CommitmentKind.INPUTS, inputs_content(inputs, context)
            )
            for inputs in (assessment, changed)
        ]
        forged = item.replace(*commitments)
        stack.dynamodb.put_item(TableName=table, Item=json.loads(forged))


FORGED: dict[str, Any] = {"reasons": [{"code": "mild", "evidence": "forged"}]}


@pytest.mark.parametrize(
    ("changed", "output"),
    [
        ({"assessed": FORGED}, "do NOT match the commitments in the log"),
        ({"text": "All good, lovely!"}, "do NOT match the commitments in the log"),
        ({"assessed": FORGED, "logged": True}, "No proof is possible: the log itself was changed"),
    ],
)
def test_a_decision_is_not_proven_if_text_evidence_or_log_were_changed(
    heard: HeardCommand, stack: Stack, review: str, changed: dict[str, Any], output: str
) -> None:
    assert "Proven" in heard.run_ok("policy", "explain", review, "--business", "acme").stdout
    rewrite(stack, review, **changed)
    result = heard("policy", "explain", review, "--business", "acme")
    assert result.exit_code == 1
    assert output in result.stdout
    assert "Proven" not in result.stdout


def test_a_rollback_passes_the_same_check_as_publishing(
    heard: HeardCommand, stack: Stack, tmp_path: Path
) -> None:
    careless = {
        "rules": [
            {"id": "own-calm", "when": {"severity": ["critical"]}, "then": {"route": "acknowledge"}}
        ]
    }
    stack.setup.put_business(Business("acme", "Acme Bakery", careless))
    file = tmp_path / "ours.yaml"
    file.write_text("name: ours\n")
    heard.run_ok("policy", "publish", str(file), "--business", "acme", "--by", "Ana")

    result = heard("policy", "rollback", "1", "--business", "acme", "--by", "Ana")

    assert result.exit_code == 1
    assert "R01-severe" in result.stderr
    assert stack.business("acme").policy["name"] == "ours"


def test_evidence_in_a_customers_words_is_hidden_by_default(
    heard: HeardCommand, stack: Stack, tmp_path: Path
) -> None:
    lines, page = tmp_path / "r.jsonl", tmp_path / "o.html"
    fields = {
        "id": "r1",
        "severity": "praise",
        "agenda": "praise",
        "evidence": [REVIEW_TEXT, {"code": f"{REVIEW_TEXT} again"}, {"code": "rating_5"}],
    }
    lines.write_text(json.dumps(fields))
    ours = tmp_path / "ours.yaml"
    ours.write_text(
        "rules:\n  - id: own\n    when: {severity: [praise]}\n    then: {route: follow_up}\n"
    )
    result = heard.run_ok(
        "policy", "diff", "default", str(ours), "--on", str(lines), "--html", str(page), "--json"
    )
    assert "rating_5" in page.read_text()
    assert REVIEW_TEXT not in page.read_text() + result.stdout + result.stderr


def test_a_policy_in_a_script_of_long_letters_is_as_long_as_the_check_counts(
    heard: HeardCommand, stack: Stack, tmp_path: Path
) -> None:
    file = tmp_path / "long.yaml"
    steps = ", ".join(f'"{"щ" * 290}"' for _ in range(20))
    file.write_text(
        "checklists:\n" + "".join(f"  c{number}: [{steps}]\n" for number in range(12)),
        encoding="utf-8",
    )
    heard.run_ok("policy", "publish", str(file), "--business", "acme", "--by", "Ana")
    assert len(stack.business("acme").policy["checklists"]) == 12
