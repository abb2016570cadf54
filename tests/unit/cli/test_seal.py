"""`heard seal`, and what `heard audit` does with sealed days."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from heard import clock
from heard.outcomes import Kind, Outcome
from heard.seals.facts import compress_lines, facts_lines
from heard.seals.leaves import redaction_line
from heard.seals.merkle import leaf_hash
from heard.seals.seal import Seal, seal_key
from heard.steps.seal import seal_business
from heard_cli.stack import Stack
from tests.unit.cli.conftest import HeardCommand
from tests.unit.sealing import ORIGIN, TODAY, FakeKms, SealBench, at, outcomes_of

BUSINESS = "acme"
DAY = "2026-03-16"
VERIFY = ("audit", "verify", "--business", BUSINESS, "--from", "2026-03-13", "--sealed")


class FakeLambda:
    """The stack's function: it seals a day in each run, until it is done."""

    def __init__(self, bench: SealBench) -> None:
        self.events: list[dict[str, Any]] = []
        self.fails = False
        self._bench = bench

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert FunctionName == "seal-function"
        event = json.loads(Payload)
        self.events.append(event)
        if self.fails:
            content = json.dumps({"errorType": "Fault", "errorMessage": "no"}).encode()
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(content)}
        until = date.fromisoformat(event["until"]) if "until" in event else None
        times = iter([True])
        report = seal_business(
            event["business"],
            self._bench.ports(),
            clock.now(),
            until=until,
            keep_going=lambda: next(times, False),
        )
        result = {
            "business": report.business,
            "days": [{"day": day.day, "outcomes": day.outcomes} for day in report.days],
            "problems": report.problems,
            "is_complete": report.is_complete,
        }
        return {"Payload": io.BytesIO(json.dumps(result).encode())}


@pytest.fixture
def bench(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> SealBench:
    monkeypatch.setattr(clock, "now", lambda: TODAY)
    tables = {
        f"{name}Table": stack.outputs[f"{name}TableName"] for name in ("Outcomes", "Cases", "Setup")
    }
    backend = SimpleNamespace(
        tables=tables,
        dynamodb=stack.dynamodb,
        plain_dynamodb=stack.dynamodb,
        outcome_log=stack.log,
    )
    bench = SealBench(cast("Any", backend))
    outputs = {
        "SealBucketName": bench.seal_bucket,
        "LakeBucketName": bench.lake_bucket,
        "SealKeyId": "key-1",
        "SealOrigin": ORIGIN,
        "SealFunctionName": "seal-function",
    }
    monkeypatch.setattr(Stack, "outputs", {**stack.outputs, **outputs})
    return bench


@pytest.fixture
def function(bench: SealBench, monkeypatch: pytest.MonkeyPatch) -> FakeLambda:
    client = Stack._client
    fake = FakeLambda(bench)

    def client_of(stack: Stack, service: str) -> Any:
        return {"lambda": fake, "kms": bench.kms}.get(service) or client(stack, service)

    monkeypatch.setattr(Stack, "_client", client_of)
    return fake


@pytest.fixture
def sealed(bench: SealBench, function: FakeLambda, heard: HeardCommand) -> list[Outcome]:
    """Five outcomes of three reviews on two days, sealed."""
    made = bench.append("r-1", Kind.ACCEPTED, Kind.ACKNOWLEDGED, at=at(15), business=BUSINESS)
    made += bench.append("r-2", Kind.ACCEPTED, at=at(16, 9), business=BUSINESS)
    made += bench.append("r-3", Kind.ACCEPTED, Kind.ACKNOWLEDGED, at=at(16), business=BUSINESS)
    heard.run_ok("seal", "run", "--business", BUSINESS)
    return made


def seal_of(bench: SealBench, day: str = DAY) -> Seal:
    seal = bench.seals.read(BUSINESS, day)
    assert seal is not None
    return seal


def test_run_goes_on_until_every_day_is_sealed(
    bench: SealBench, function: FakeLambda, heard: HeardCommand
) -> None:
    bench.append("r-1", Kind.ACCEPTED, at=at(14), business=BUSINESS)

    result = heard.run_ok("seal", "run", "--json")

    assert [[each["day"] for each in report["days"]] for report in result.json] == [
        ["2026-03-14"],
        ["2026-03-15"],
        ["2026-03-16"],
    ]
    assert function.events == [{"business": BUSINESS}] * 3
    assert "2026-03-16" not in heard.run_ok("seal", "run").stdout


def test_run_can_end_at_a_day(bench: SealBench, function: FakeLambda, heard: HeardCommand) -> None:
    bench.append("r-1", Kind.ACCEPTED, at=at(14), business=BUSINESS)

    heard.run_ok("seal", "run", "--business", BUSINESS, "--day", "2026-03-14")

    assert [each.day for each in bench.seals.versions(BUSINESS)] == ["2026-03-14"]
    assert heard("seal", "run", "--business", BUSINESS, "--day", "the 14th").exit_code == 2
    assert "no business" in heard("seal", "run", "--business", "acm").stderr


def test_run_says_what_is_wrong(
    bench: SealBench, function: FakeLambda, heard: HeardCommand
) -> None:
    bench.store(outcomes_of("r-1", Kind.ACCEPTED, at=at(16), business=BUSINESS))
    result = heard("seal", "run", "--business", BUSINESS)
    assert (result.exit_code, "Tampering" in result.stderr) == (1, True)

    function.fails = True
    result = heard("seal", "run", "--business", BUSINESS)
    assert (result.exit_code, "(Fault)" in result.stderr) == (1, True)


def test_list_and_show_say_what_a_seal_says(
    bench: SealBench, sealed: list[Outcome], heard: HeardCommand
) -> None:
    rows = heard.run_ok("seal", "list", "--business", BUSINESS, "--from", "30d", "--json").json
    assert [(row["day"], row["outcomes"], row["open"], row["size"]) for row in rows] == [
        ("2026-03-15", 2, 0, 3),
        (DAY, 3, 1, 7),
    ]
    assert DAY in heard.run_ok("seal", "list", "--business", BUSINESS).stdout

    shown = heard.run_ok("seal", "show", "--business", BUSINESS, "--day", DAY)
    assert seal_of(bench).note.splitlines()[2] in shown.stdout
    shown = heard.run_ok("seal", "show", "--business", BUSINESS, "--day", DAY, "--json")
    assert Seal.from_json(shown.json) == seal_of(bench)
    result = heard("seal", "show", "--business", BUSINESS, "--day", "2026-03-14")
    assert (result.exit_code, "not sealed" in result.stderr) == (1, True)


def test_what_was_not_touched_verifies(
    bench: SealBench, sealed: list[Outcome], heard: HeardCommand
) -> None:
    result = heard.run_ok(*VERIFY, "--log-only", "--json").json

    assert result["verified"]
    assert (result["seals"]["days"], result["seals"]["findings"]) == (2, [])
    assert result["seals"]["outcomes"] == len(sealed)
    key = seal_of(bench).key
    assert "2 sealed days" in heard.run_ok(*VERIFY, "--log-only", "--key", key).stdout


def change_and_rehash(bench: SealBench, made: list[Outcome]) -> None:
    """A new chain with a new head: the chain alone verifies."""
    other = outcomes_of(
        "r-2", Kind.ACCEPTED, at=at(16, 9), business=BUSINESS, detail={"rating": 5}
    )[0]
    bench.change(made[2], detail=dict(other.detail), hash=other.hash)
    bench.move_head(other)


def remove_everywhere(bench: SealBench, made: list[Outcome]) -> None:
    for outcome in made[3:]:
        bench.remove(outcome)


def put_over_seal(bench: SealBench, _made: list[Outcome]) -> None:
    bench.s3.put_object(Bucket=bench.seal_bucket, Key=seal_key(BUSINESS, DAY), Body=b"{}")


def hide_seal(bench: SealBench, _made: list[Outcome]) -> None:
    bench.s3.delete_object(Bucket=bench.seal_bucket, Key=seal_key(BUSINESS, DAY))


def insert(bench: SealBench, _made: list[Outcome]) -> None:
    bench.append("r-9", Kind.ACCEPTED, at=at(15, 20), business=BUSINESS)


def insert_before_the_first_day(bench: SealBench, _made: list[Outcome]) -> None:
    bench.append("r-9", Kind.ACCEPTED, at=at(14, 20), business=BUSINESS)


def swap_facts(bench: SealBench, _made: list[Outcome]) -> None:
    content = bench.lake.get(seal_of(bench, "2026-03-15").facts.key)
    assert content is not None
    bench.lake.put(seal_of(bench).facts.key, content)


def roll_state_back(bench: SealBench, made: list[Outcome]) -> None:
    bench.move_head(made[3])


@pytest.mark.parametrize(
    ("tamper", "kind", "place"),
    [
        (change_and_rehash, "rehashed", 2),
        (remove_everywhere, "missing", 4),
        (put_over_seal, "rewritten", None),
        (hide_seal, "rewritten", None),
        (insert, "inserted", None),
        (insert_before_the_first_day, "inserted", None),
        (swap_facts, "facts_differ", None),
        (roll_state_back, "head_behind", 4),
    ],
)
def test_what_was_done_after_the_seal_is_named(
    bench: SealBench,
    sealed: list[Outcome],
    heard: HeardCommand,
    tamper: Callable[[SealBench, list[Outcome]], None],
    kind: str,
    place: int | None,
) -> None:
    tamper(bench, sealed)

    result = heard(*VERIFY, "--json")

    assert (result.exit_code, result.json["verified"]) == (1, False)
    findings = {(each["kind"], each["outcome"]) for each in result.json["seals"]["findings"]}
    if place is None:
        assert kind in {found for found, _ in findings}
    else:
        assert (kind, sealed[place].id) in findings
    assert heard(*VERIFY, "--log-only").exit_code == 1


def test_what_was_put_into_the_last_day_of_a_period_is_named(
    bench: SealBench, sealed: list[Outcome], heard: HeardCommand
) -> None:
    """The day behind is sealed, and would have it among its late ones."""
    insert(bench, sealed)

    result = heard(*VERIFY, "--to", "2026-03-15T23:00:00Z", "--log-only", "--json")

    kinds = {each["kind"] for each in result.json["seals"]["findings"]}
    assert (result.exit_code, kinds) == (1, {"inserted"})


def test_another_key_is_named(bench: SealBench, sealed: list[Outcome], heard: HeardCommand) -> None:
    bench.kms._key = FakeKms(2)._key

    result = heard(*VERIFY, "--log-only", "--json")

    kinds = {each["kind"] for each in result.json["seals"]["findings"]}
    assert (result.exit_code, kinds) == (1, {"wrong_key"})
    assert heard(*VERIFY, "--log-only", "--key", "rubbish").exit_code == 1


def test_a_line_that_was_taken_out_is_no_fault(
    bench: SealBench, sealed: list[Outcome], heard: HeardCommand
) -> None:
    seal = seal_of(bench)
    content = bench.lake.get(seal.facts.key)
    assert content is not None
    lines = facts_lines(content)
    lines[0] = redaction_line(leaf_hash(lines[0]))
    bench.lake.put(seal.facts.key, compress_lines(lines, BUSINESS, DAY)[0])

    result = heard.run_ok(*VERIFY, "--log-only", "--json").json

    assert [each["kind"] for each in result["seals"]["findings"]] == ["redacted"]


def test_verify_needs_sealed_days_of_a_business(
    bench: SealBench, function: FakeLambda, heard: HeardCommand
) -> None:
    result = heard(*VERIFY)
    assert (result.exit_code, "seal run" in result.stderr) == (1, True)
    assert heard("audit", "verify", "rev_3rfurk7m3qtqnvtreg46aknk", "--sealed").exit_code == 2


RESTORE = ("audit", "restore-from-lake", "--business", BUSINESS, "--day", DAY)


def test_what_is_missing_is_put_back_as_it_was_sealed(
    bench: SealBench, sealed: list[Outcome], stack: Stack, heard: HeardCommand
) -> None:
    for outcome in sealed[3:]:
        bench.remove(outcome)
    assert heard(*RESTORE, stdin="n\n").exit_code == 1
    assert stack.log.of_review(sealed[3].review) == ()

    result = heard.run_ok(*RESTORE, "--yes", "--json").json

    assert result["restored"] == [outcome.id for outcome in sealed[3:]]
    assert (result["present"], result["differing"]) == (1, [])
    assert list(stack.log.of_review(sealed[3].review)) == sealed[3:]
    assert heard.run_ok(*VERIFY, "--json").json["seals"]["findings"] == []
    assert heard.run_ok(*RESTORE, "--yes", "--json").json["restored"] == []


def test_nothing_is_put_over_what_the_log_has(
    bench: SealBench, sealed: list[Outcome], stack: Stack, heard: HeardCommand
) -> None:
    change_and_rehash(bench, sealed)
    (changed,) = stack.log.of_review(sealed[2].review)

    result = heard(*RESTORE, "--yes", "--json")

    assert (result.exit_code, result.json["differing"]) == (1, [changed.id])
    assert stack.log.of_review(changed.review) == (changed,)


def test_a_line_that_is_not_sealed_is_not_put_back(
    bench: SealBench, sealed: list[Outcome], stack: Stack, heard: HeardCommand
) -> None:
    bench.remove(sealed[2])
    forged = outcomes_of(
        "r-2", Kind.ACCEPTED, at=at(16, 9), business=BUSINESS, detail={"rating": 5}
    )
    seal = seal_of(bench)
    content = bench.lake.get(seal.facts.key)
    assert content is not None
    lines = facts_lines(content)
    lines[0] = json.dumps(
        forged[0].to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    bench.lake.put(seal.facts.key, compress_lines(lines, BUSINESS, DAY)[0])

    result = heard(*RESTORE, "--yes", "--json")

    assert (result.exit_code, result.json["unsealed"], result.json["restored"]) == (1, 1, [])
    assert stack.log.of_review(forged[0].review) == ()
