"""`heard audit pack`."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from heard import clock
from heard.outcomes import Kind
from heard.seals.notes import vkey
from heard.steps.seal import seal_business
from heard.storage.seal_key import SealKey
from heard_cli.stack import Stack
from tests.unit.cli.conftest import HeardCommand
from tests.unit.packs.verifying import kinds_of, verify
from tests.unit.sealing import ORIGIN, TODAY, SealBench, at

BUSINESS = "acme"
PERIOD = ("audit", "pack", "--business", BUSINESS, "--from", "2026-03-15", "--to", "2026-03-16")


@pytest.fixture
def bench(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> SealBench:
    """Five outcomes of three reviews on two days, sealed."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 17, 12, tzinfo=UTC))
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
    buckets = {"SealBucketName": bench.seal_bucket, "LakeBucketName": bench.lake_bucket}
    monkeypatch.setattr(Stack, "outputs", {**stack.outputs, **buckets})
    bench.append("r-1", Kind.ACCEPTED, Kind.ACKNOWLEDGED, at=at(15), business=BUSINESS)
    bench.append("r-2", Kind.ACCEPTED, at=at(16, 9), business=BUSINESS)
    bench.append("r-3", Kind.ACCEPTED, Kind.ACKNOWLEDGED, at=at(16), business=BUSINESS)
    seal_business(BUSINESS, bench.ports(), TODAY)
    return bench


def test_it_writes_a_pack_that_proves_itself(
    bench: SealBench, heard: HeardCommand, tmp_path: Path
) -> None:
    result = heard.run_ok(*PERIOD, "-o", str(tmp_path / "acme.zip"), "--json").json

    content = (tmp_path / "acme.zip").read_bytes()
    key = vkey(f"{ORIGIN}/{BUSINESS}", SealKey(bench.kms, "key-1").public_key())
    code, check = verify(tmp_path, content, key)
    assert (code, kinds_of(check)) == (0, [])
    assert result == {
        "file": str(tmp_path / "acme.zip"),
        "sha256": hashlib.sha256(content).hexdigest(),
        "days": 2,
        "outcomes": 5,
        "reviews": 3,
        "missing": [],
    }


def test_it_says_what_is_in_the_pack_and_how_to_check_it(
    bench: SealBench, heard: HeardCommand, tmp_path: Path
) -> None:
    result = heard.run_ok(*PERIOD, "-o", str(tmp_path / "acme.zip"))

    assert "SHA-256" in result.stdout
    assert "verify.py" in result.stdout + result.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["acme.zip"]


def test_it_puts_nothing_over_a_file(bench: SealBench, heard: HeardCommand, tmp_path: Path) -> None:
    (tmp_path / "acme.zip").write_bytes(b"mine")

    result = heard(*PERIOD, "-o", str(tmp_path / "acme.zip"))

    assert (result.exit_code, "there already" in result.stderr) == (1, True)
    assert (tmp_path / "acme.zip").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("days", "why"),
    [
        (("--from", "2026-03-15", "--to", "2026-03-17"), "has no seal"),
        (("--from", "2026-03-16", "--to", "2026-03-15"), "in order"),
    ],
)
def test_a_period_that_cannot_be_packed_leaves_no_file(
    bench: SealBench, heard: HeardCommand, tmp_path: Path, days: tuple[str, ...], why: str
) -> None:
    result = heard(*PERIOD[:4], *days, "-o", str(tmp_path / "acme.zip"))

    assert result.exit_code == 1
    assert why in result.stderr
    assert list(tmp_path.iterdir()) == []
