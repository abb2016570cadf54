"""A pack of what is stored, from the log to the program that checks it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from heard.outcomes import Kind
from heard.packs.writing import PackRequest, PackSummary, write_pack
from heard.policy import default_policy
from heard.policy.document import canonical
from heard.seals.notes import vkey
from heard.steps.packing import StoredDays
from heard.steps.seal import seal_business
from heard.storage.policies import Policies
from heard.storage.seal_key import SealKey
from tests.unit.backend import BUSINESS, NOON, Backend
from tests.unit.packs.example import Files, unzip
from tests.unit.packs.verifying import kinds_of, verify
from tests.unit.sealing import ORIGIN, TODAY, SealBench, at, outcomes_of

FIRST, LAST = "2026-03-15", "2026-03-16"


@pytest.fixture
def bench(backend: Backend) -> SealBench:
    return SealBench(backend)


def stored_days(bench: SealBench) -> StoredDays:
    backend = bench.backend
    return StoredDays(
        bench.seals,
        bench.lake,
        backend.outcome_log,
        backend.setup_store,
        Policies(backend.dynamodb, backend.tables["SetupTable"]),
        backend.people,
    )


def pack_of(bench: SealBench) -> tuple[bytes, PackSummary]:
    file = io.BytesIO()
    summary = write_pack(stored_days(bench), PackRequest(BUSINESS, FIRST, LAST), file)
    return file.getvalue(), summary


def key_of(bench: SealBench) -> str:
    return vkey(f"{ORIGIN}/{BUSINESS}", SealKey(bench.kms, "key-1").public_key())


def rows_of(files: Files, name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(files[name].decode())))


def test_a_pack_of_sealed_days_is_proven(bench: SealBench, tmp_path: Path) -> None:
    opened = bench.append("a", Kind.ACCEPTED, at=at(13))
    bench.append("a", Kind.DUPLICATE, at=at(15), after=opened[-1])
    bench.append("b", Kind.ACCEPTED, Kind.IGNORED, at=at(15))
    bench.append("c", Kind.ACCEPTED, at=at(16))
    seal_business(BUSINESS, bench.ports(), TODAY)

    pack, summary = pack_of(bench)
    code, check = verify(tmp_path, pack, key_of(bench))

    assert summary == PackSummary(days=2, outcomes=4, reviews=3, missing=())
    assert (code, kinds_of(check)) == (0, [])
    assert len(unzip(pack)["before.jsonl"].splitlines()) == 1
    assert pack == pack_of(bench)[0]


def test_what_was_changed_in_the_lake_is_named(bench: SealBench, tmp_path: Path) -> None:
    bench.append("a", Kind.ACCEPTED, Kind.IGNORED, at=at(15))
    bench.append("b", Kind.ACCEPTED, at=at(16))
    seal_business(BUSINESS, bench.ports(), TODAY)
    first, second = (bench.seals.read(BUSINESS, day) for day in (FIRST, LAST))
    assert first is not None
    assert second is not None
    bench.lake.put(first.facts.key, bench.lake.get(second.facts.key) or b"")

    code, check = verify(tmp_path, pack_of(bench)[0], key_of(bench))

    assert code == 1
    assert kinds_of(check) == [("facts_differ", FIRST, None)]


def test_what_was_put_over_a_seal_does_not_get_into_a_pack(
    bench: SealBench, tmp_path: Path
) -> None:
    bench.append("a", Kind.ACCEPTED, at=at(15))
    seal_business(BUSINESS, bench.ports(), TODAY)
    before = pack_of(bench)[0]
    key = f"{BUSINESS}/2026/03/15.json"
    bench.s3.put_object(Bucket=bench.seal_bucket, Key=key, Body=b"{}")

    assert pack_of(bench)[0] == before


def test_a_pack_has_the_policies_that_decided(bench: SealBench, tmp_path: Path) -> None:
    policy = default_policy()
    made = outcomes_of("a", Kind.ACCEPTED, at=at(15), detail={"policy": policy.hash})
    bench.store(made)
    bench.move_head(made[-1])
    bench.append("b", Kind.ACCEPTED, at=at(16))
    seal_business(BUSINESS, bench.ports(), TODAY)

    pack, _ = pack_of(bench)

    assert f"policies/{policy.hash}.json" in unzip(pack)
    assert verify(tmp_path, pack, key_of(bench))[0] == 0


def test_published_policies_come_with_their_source(bench: SealBench) -> None:
    policies = Policies(bench.backend.dynamodb, bench.backend.tables["SetupTable"])
    version = policies.publish(
        BUSINESS, {"name": "Mine"}, source="mine", published_by="Ada", now=NOON
    )
    assert version is not None

    found = {each.hash: each for each in stored_days(bench).policies(BUSINESS)}

    assert found[version.hash].source == "mine"
    assert found[version.hash].document == canonical(version.document)
    assert default_policy().hash in found


def test_a_pack_tells_who_has_a_role_and_which_connections_there_are(bench: SealBench) -> None:
    bench.backend.add_person("Ada", "lead", "agent")
    bench.append("a", Kind.ACCEPTED, at=at(15))
    seal_business(BUSINESS, bench.ports(), TODAY)

    files = unzip(pack_of(bench)[0])

    (_, connection) = rows_of(files, "connections.csv")
    assert connection[1:] == ["standard", "review_site"]
    assert [row[1] for row in rows_of(files, "people.csv")] == ["roles", "agent lead"]
    assert b"Ada" not in files["people.csv"]
