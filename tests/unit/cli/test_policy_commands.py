"""`heard policy`: publish and roll back, compare on past reviews, explain a decision."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from heard import clock
from heard.assessment.engines.chain import embedded_engine
from heard.connectors import Connection
from heard.outcomes import Fact, Kind, OutcomeSubject, chain_facts, initial_hash
from heard.policy import default_policy
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision, review_id
from heard.steps.ports import PlatformPorts, StorePorts
from heard.steps.triage import QueuedReview, triage
from heard.storage.outcome_log import append_writes
from heard_cli.policy.history import from_demo
from heard_cli.stack import Stack
from tests.unit.backend import NOON
from tests.unit.cli.conftest import HeardCommand

REGULARS = """\
# Regulars who are half happy get a person.
name: Acme
rules:
  - id: R21-regulars
    why: Half happy regulars get a person.
    when: {severity: [medium, low, praise], rating_min: 3}
    then: {route: follow_up, queue: vip, priority: 80}
"""
REVIEW_TEXT = "The lamb was raw & I was ill <b>all night</b>. Nobody answers."


@pytest.fixture
def regulars(tmp_path: Path) -> str:
    file = tmp_path / "regulars.yaml"
    file.write_text(REGULARS)
    return str(file)


def no_platform(*_: Any, **__: Any) -> Any:
    raise AssertionError("nothing here may call a platform")


def receive(stack: Stack, native: str, text: str, rating: int, revision: int = 1) -> str:
    """Take one review of acme to its decision; returns its id."""
    kind = EventKind.CREATED if revision == 1 else EventKind.EDITED
    event = ReviewEvent(
        kind,
        native,
        native,
        number_revision(revision),
        Author("u1", "Ana"),
        rating=rating,
        text=text,
    )
    message = QueuedReview(
        f"dlv_{native}_{revision}",
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
        embedded_engine("quick"),
    )
    return review_id("acme", "standard", native)


@pytest.fixture
def reviews(stack: Stack) -> list[str]:
    stack.setup.put_connection(
        Connection(
            "con_1",
            "acme",
            "standard",
            "https://api.example/hooks/con_1",
            has_credentials=True,
        ),
        clock.now(),
    )
    return [
        receive(stack, "r1", REVIEW_TEXT, 1),
        receive(stack, "r2", "Wonderful bread, lovely people, thank you!", 5),
    ]


def publish(heard: HeardCommand, file: str, by: str = "Ana", *words: str) -> str:
    return heard.run_ok("policy", "publish", file, "--business", "acme", "--by", by, *words).stdout


# Versions


def test_publishing_listing_showing_and_rolling_back(
    heard: HeardCommand, stack: Stack, regulars: str
) -> None:
    assert "version 2" in publish(heard, regulars, "Ana", "--note", "regulars first")
    assert heard.run_ok("policy", "show", "--business", "acme").stdout == REGULARS
    assert heard.run_ok("business", "show", "acme", "--json").json["policy"]["version"] == 2

    heard.run_ok("policy", "rollback", "--business", "acme", "--by", "Lee")

    entries = heard.run_ok("policy", "list", "--business", "acme", "--json").json
    assert [(entry["version"], entry["by"], entry["active"]) for entry in entries] == [
        (3, "Lee", True),
        (2, "Ana", False),
        (1, "Heard", False),
    ]
    assert [entry["note"] for entry in entries][:2] == ["back to version 1", "regulars first"]
    assert entries[0]["hash"] == entries[2]["hash"] == default_policy().hash
    assert heard.run_ok("policy", "show", "2", "--business", "acme").stdout == REGULARS
    assert (
        heard.run_ok(
            "policy", "show", entries[1]["hash"][:10], "--business", "acme", "--json"
        ).json["document"]["name"]
        == "Acme"
    )
    assert (
        "version 4"
        in heard.run_ok("policy", "rollback", "2", "--business", "acme", "--by", "Lee").stdout
    )
    assert heard.run_ok("policy", "show", "default").stdout.startswith("{")
    table = heard.run_ok("policy", "list", "--business", "acme").stdout
    assert "active" in table
    assert "regulars first" in table


def test_a_policy_with_errors_is_refused_with_line_and_fix_and_the_old_one_stays(
    heard: HeardCommand, stack: Stack, tmp_path: Path
) -> None:
    file = tmp_path / "bad.yaml"
    for text in (
        "rules:\n  - id: R01-x\n    when: {severity: [hihg]}\n    then: {route: follow_up}\n",
        "rules: [",
        "\tname: x",
        "- 1",
    ):
        file.write_text(text)
        result = heard("policy", "publish", str(file), "--business", "acme", "--by", "Ana")
        assert result.exit_code == 1
        assert re.search(r"bad\.yaml:\d+:\d+: error: ", result.stderr), result.stderr
    assert stack.business("acme").policy == {}
    assert "has published no policy" in heard.run_ok("policy", "list", "--business", "acme").stderr


def test_the_active_policy_is_not_published_again(
    heard: HeardCommand, stack: Stack, regulars: str, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.yaml"
    empty.write_text("")
    assert "already" in publish(heard, str(empty))
    publish(heard, regulars)
    assert "already" in publish(heard, regulars, "Lee")
    assert (
        "already"
        in heard.run_ok("policy", "rollback", "2", "--business", "acme", "--by", "Lee").stdout
    )
    assert len(heard.run_ok("policy", "list", "--business", "acme", "--json").json) == 2


@pytest.mark.parametrize(
    "words",
    [
        ("publish", "regulars.yaml", "--business", "nobody", "--by", "Ana"),
        ("publish", "regulars.yaml", "--business", "acme", "--by", "  "),
        ("rollback", "--business", "acme", "--by", "Ana"),
        ("rollback", "9", "--business", "acme", "--by", "Ana"),
        ("show", "abcdef", "--business", "acme"),
        ("show", "published"),
        ("diff", "default", "nothing.yaml", "--on", "demo"),
        ("diff", "default", "published", "--on", "demo"),
        ("diff", "default", "regulars.yaml"),
        ("diff", "default", "regulars.yaml", "--on", "nothing.jsonl"),
        ("diff", "default", "regulars.yaml", "--on", "demo", "--minutes", "sad=3"),
        ("explain", "rev_nothing", "--business", "acme"),
    ],
)
def test_wrong_arguments_are_reported_and_change_nothing(
    heard: HeardCommand,
    stack: Stack,
    regulars: str,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
) -> None:
    monkeypatch.chdir(Path(regulars).parent)
    result = heard("policy", *words)

    assert result.exit_code in {1, 2}
    assert result.stderr
    assert stack.business("acme").policy == {}


# Comparing on past reviews


@pytest.fixture
def past(tmp_path: Path) -> str:
    """Two assessed reviews and one without an assessment."""
    lines: list[dict[str, Any]] = [
        {
            "id": "a1",
            "severity": "low",
            "needs_person": False,
            "agenda": "praise",
            "flags": [],
            "language": "en",
            "confidence": 0.9,
            "scores": {},
            "model": "quick-1",
            "evidence": [{"code": "rating_4"}],
            "rating": 4,
            "text": REVIEW_TEXT,
            "channel": "review_site",
            "platform": "google_business",
            "at": "2026-03-17T12:00:00Z",
        },
        {
            "id": "a2",
            "severity": "critical",
            "needs_person": True,
            "agenda": "answer",
            "flags": ["safety"],
            "language": "de",
            "confidence": 0.99,
            "scores": {},
            "evidence": [],
            "rating": 1,
            "channel": "email",
            "at": "2026-03-18T12:00:00Z",
        },
        {"id": "r1", "text": "Wonderful bread and the friendliest people, thank you!", "rating": 5},
    ]
    file = tmp_path / "past.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(file)


def test_a_file_of_assessed_and_raw_reviews(
    heard: HeardCommand, stack: Stack, regulars: str, past: str
) -> None:
    output = heard.run_ok("policy", "diff", "default", regulars, "--on", past, "--json").json

    assert (output["reviews"], output["changed"], output["undated"]) == (3, 2, 1)
    assert output["gained_a_person"] == {"low": 1, "praise": 1}
    assert {(entry["before"], entry["after"]) for entry in output["rules"]} == {
        ("R03-heard", "R21-regulars"),
        ("R02-praise", "R21-regulars"),
    }
    assert output["extra_human_hours"] == round((5 + 3) / 60, 2)
    assert "assessed first" in " ".join(output["notes"])
    assert "text" not in output["examples"][0]
    counts = heard.run_ok(
        "policy",
        "diff",
        "default",
        regulars,
        "--on",
        past,
        "--json",
        "--minutes",
        "low=60,praise=0",
    ).json
    assert counts["extra_human_hours"] == 1.0
    table = heard.run_ok("policy", "diff", "default", regulars, "--on", past)
    assert "route: acknowledge → follow_up" in table.stdout
    assert REVIEW_TEXT not in table.stdout
    assert (
        "ill"
        in heard.run_ok("policy", "diff", "default", regulars, "--on", past, "--with-text").stdout
    )


def test_the_same_policy_changes_nothing(
    heard: HeardCommand, stack: Stack, regulars: str, past: str
) -> None:
    assert (
        "nothing changes" in heard.run_ok("policy", "diff", regulars, regulars, "--on", past).stdout
    )
    assert (
        heard.run_ok("policy", "diff", "default", "default", "--on", past, "--json").json["changed"]
        == 0
    )


@pytest.mark.parametrize(
    ("line", "output"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ('{"id": "x"}', "none of"),
        ('{"text": "no id"}', "`id`"),
        ('{"id": "x", "rating": 9}', "`rating`"),
        ('{"id": "x", "severity": "awful", "agenda": "answer"}', "`severity`"),
        ('{"id": "x", "text": "Secret words.", "channel": "pigeon"}', "`channel`"),
    ],
)
def test_lines_that_are_no_reviews_are_reported_by_number_and_the_others_are_compared(
    heard: HeardCommand, stack: Stack, regulars: str, past: str, line: str, output: str
) -> None:
    file = Path(past)
    file.write_text(line + "\n\n" + file.read_text())

    result = heard("policy", "diff", "default", regulars, "--on", past, "--json")

    assert result.exit_code == 2
    assert result.json["reviews"] == 3
    assert re.search(rf"line 1: .*{re.escape(output)}", result.stderr), result.stderr
    assert "Secret" not in result.stderr


def test_the_page_loads_nothing_and_shows_words_only_with_the_option(
    heard: HeardCommand, stack: Stack, regulars: str, past: str, tmp_path: Path
) -> None:
    page = tmp_path / "diff.html"

    heard.run_ok("policy", "diff", "default", regulars, "--on", past, "--html", str(page))
    plain = page.read_text()
    heard.run_ok(
        "policy", "diff", "default", regulars, "--on", past, "--html", str(page), "--with-text"
    )
    worded = page.read_text()

    assert not re.search(r"\b(src=|href=|url\(|@import|<script|<link)", worded)
    assert plain.count("<svg") == plain.count("role='img'") >= 3
    assert plain.count("<details>") >= 3
    assert "lamb" not in plain
    assert "raw &amp; I was ill &lt;b&gt;all night&lt;/b&gt;" in worded
    assert "<b>all night" not in worded


def test_stored_reviews_are_decided_as_they_were_assessed(
    heard: HeardCommand, stack: Stack, regulars: str, reviews: list[str]
) -> None:
    output = heard.run_ok(
        "policy", "diff", "published", regulars, "--business", "acme", "--from", "1h", "--json"
    ).json

    assert (output["reviews"], output["skipped"]) == (2, {})
    assert output["rerouted"] == 1
    assert output["examples"][0]["review"] == reviews[1]
    head = stack.cases.find_review(reviews[0])
    assert head
    stack.cases.vault.erase(head.author, NOON)
    assert heard.run_ok(
        "policy", "diff", "published", regulars, "--business", "acme", "--json"
    ).json["skipped"] == {"erased": 2}
    assert (
        heard.run_ok(
            "policy", "diff", "published", regulars, "--business", "acme", "--to", "1h", "--json"
        ).json["reviews"]
        == 0
    )


@pytest.mark.loopback
def test_the_demo_needs_no_stack_and_is_the_same_at_any_time(
    heard: HeardCommand, regulars: str
) -> None:
    def facts(at: datetime) -> list[tuple[object, ...]]:
        return [
            (review.id, review.at and (review.at.weekday(), review.at.time()), review.assessment)
            for review in from_demo(at, with_text=False).reviews
        ]

    noon = datetime(2026, 3, 17, 12, tzinfo=UTC)
    assert facts(noon) == facts(noon + timedelta(days=9, hours=7))

    output = heard.run_ok("policy", "diff", "default", regulars, "--on", "demo", "--json").json

    assert output["reviews"] > 100
    assert output["undated"] == 0
    assert output["lost_their_person"] == {}


# Explaining


def test_a_recomputed_decision_equals_the_logged_one(
    heard: HeardCommand, stack: Stack, reviews: list[str]
) -> None:
    output = heard.run_ok("policy", "explain", reviews[0], "--business", "acme", "--json").json

    assert (output["equal"], output["inputs_match"], output["differences"]) == (True, True, [])
    assert output["recomputed"]["fired"] == output["logged"]["rules"]
    assert output["today"]["differs"] is False
    result = heard.run_ok("policy", "explain", reviews[0], "--business", "acme").stdout
    assert "Proven" in result
    assert output["logged"]["rules"][0] in result
    assert "raw" not in result
    assert json.dumps(output).count("lamb") == 0


def test_it_names_the_version_that_held_at_the_time_of_the_decision(
    heard: HeardCommand, stack: Stack, reviews: list[str], regulars: str
) -> None:
    publish(heard, regulars)
    decided = receive(stack, "r3", REVIEW_TEXT, 1)
    heard.run_ok("policy", "rollback", "--business", "acme", "--by", "Lee")
    heard.run_ok("policy", "rollback", "2", "--business", "acme", "--by", "Lee")

    explain = ("policy", "explain", "--business", "acme")
    assert heard.run_ok(*explain, decided, "--json").json["policy"]["version"] == 2
    assert "version 2 by Ana" in heard.run_ok(*explain, decided).stdout
    assert "the default, the playbook's" in heard.run_ok(*explain, reviews[0]).stdout


def test_it_shows_what_todays_policy_would_decide_and_why(
    heard: HeardCommand, stack: Stack, reviews: list[str], regulars: str
) -> None:
    publish(heard, regulars)

    output = heard.run_ok("policy", "explain", reviews[1], "--business", "acme", "--json").json

    assert (output["equal"], output["policy"]["version"], output["today"]["differs"]) == (
        True,
        None,
        True,
    ), "it was decided before the first version, so the default decided"
    assert output["today"]["decision"]["queue"] == "vip"
    assert "R21-regulars, which decides today, is new." in output["today"]["causes"]
    result = heard.run_ok("policy", "explain", reviews[1], "--business", "acme").stdout
    assert "the route would be different: follow_up, queue vip" in result


def test_the_decisions_of_one_review_can_be_explained_one_by_one(
    heard: HeardCommand, stack: Stack, reviews: list[str]
) -> None:
    receive(stack, "r2", "It was mouldy inside. I found glass in it and was hurt.", 1, revision=2)

    last = heard.run_ok("policy", "explain", reviews[1], "--business", "acme", "--json").json
    first = heard.run_ok(
        "policy", "explain", reviews[1], "--business", "acme", "--outcome", "1", "--json"
    ).json

    assert (last["equal"], first["equal"], first["outcome"]) == (True, True, 1)
    assert last["logged"]["severity"] != first["logged"]["severity"]
    assert (
        heard("policy", "explain", reviews[1], "--business", "acme", "--outcome", "99").exit_code
        == 1
    )
    assert heard("policy", "explain", reviews[1], "--business", "elsewhere").exit_code == 1


def test_a_changed_assessment_is_found(
    heard: HeardCommand, stack: Stack, reviews: list[str]
) -> None:
    loaded = stack.cases.case(reviews[0])
    event, assessment, context = stack.cases.revision(loaded.case.review)
    assert assessment
    stack.cases.put_revision(
        replace(loaded.case),
        event,
        {**assessment, "severity": "low", "needs_person": False},
        context,
    )

    result = heard("policy", "explain", reviews[0], "--business", "acme", "--json")

    assert result.exit_code == 1
    assert (result.json["equal"], result.json["inputs_match"]) == (False, False)
    assert "audit verify" in result.stderr


# Experiments


def test_without_acknowledgements_there_is_nothing_to_compare(
    heard: HeardCommand, stack: Stack, reviews: list[str]
) -> None:
    assert (
        heard.run_ok("policy", "experiments", "--business", "acme", "--from", "2d", "--json").json[
            "groups"
        ]
        == []
    )
    assert (
        "Nothing was acknowledged"
        in heard.run_ok("policy", "experiments", "--business", "acme", "--from", "2d").stderr
    )


def logged(stack: Stack, review: str, day: datetime, *facts: Fact) -> None:
    """Write a review's chain, each fact a day after the one before."""
    subject = OutcomeSubject(review, "acme", "standard", "review_site", "praise")
    head = initial_hash(review)
    for number, fact in enumerate(facts):
        (link,) = chain_facts(
            subject,
            [fact],
            sequence=number,
            head=head,
            at=day + timedelta(days=number),
            actor="heard",
            delivery=None,
        )
        head = link.hash
        stack.dynamodb.transact_write_items(TransactItems=append_writes("OutcomesTable", [link]))


def test_a_variant_after_which_authors_edit_more_is_reported(
    heard: HeardCommand, stack: Stack
) -> None:
    day = clock.now() - timedelta(days=9)
    assessed_fields = {"severity": "praise", "agenda": "praise", "flags": list[str](), "rating": 4}
    for number in range(80):
        variant = f"en-praise-{number % 2 + 1}"
        edit = [Fact(Kind.REVISED, {"rating": 5})] if number % 2 and number % 10 != 1 else []
        logged(
            stack,
            f"rev_{number}",
            day,
            Fact(Kind.ACCEPTED, assessed_fields),
            Fact(Kind.ACKNOWLEDGED, {"variant": variant}),
            *edit,
        )

    output = heard.run_ok(
        "policy", "experiments", "--business", "acme", "--from", "10d", "--days", "5", "--json"
    ).json

    (group,) = output["groups"]
    assert (group["group"], group["differs"], output["waiting"]) == ("en-praise", True, 0)
    assert [group["variants"][f"en-praise-{number}"]["edited"]["value"] for number in (1, 2)] == [
        0,
        0.8,
    ]
    verdicts = {
        comparison["measure"]: comparison["conclusion"] for comparison in group["comparisons"]
    }
    assert verdicts == {
        "edited": "different",
        "rating_change": "different",
        "second_complaint": "no_difference",
        "withdrawn": "no_difference",
    }
    result = heard.run_ok(
        "policy", "experiments", "--business", "acme", "--from", "10d", "--days", "5"
    ).stdout
    assert "DIFFERENT: en-praise-2 against en-praise-1, edited +80.0 points" in result
    assert (
        "No difference between en-praise-2 and en-praise-1: second complaint, withdrawn." in result
    )
    assert (
        "less than 30 days old"
        in heard.run_ok("policy", "experiments", "--business", "acme", "--from", "10d").stderr
    )


def test_explain_says_that_an_author_had_enough_automatic_replies(
    heard: HeardCommand, stack: Stack, reviews: list[str]
) -> None:
    del reviews
    praises = ("The cakes are a dream!", "Perfect croissants, we love them.")
    receive(stack, "r3", praises[0], 5)
    review = receive(stack, "r4", praises[1], 5)
    explanation = heard.run_ok("policy", "explain", review, "--business", "acme").stdout

    assert "R04-automatic" in explanation
    assert "2 automatic replies to the author in 24 hours (0 in this thread)" in explanation
