"""What auditors read of seals: the days, one of them, a proof of an outcome, and the keys."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from typing import Any

import pytest

from heard import clock
from heard.outcomes import Kind, Outcome
from heard.seals.leaves import leaf_bytes
from heard.seals.merkle import leaf_hash, root_from_path
from heard.seals.notes import parse_note, parse_vkey
from heard.seals.seal import Seal, seal_key
from heard.steps import audit_seals
from heard.steps.seal import seal_business
from tests.unit.backend import BUSINESS, Backend
from tests.unit.functions.conftest import ApiCall, ApiResponse
from tests.unit.sealing import ORIGIN, TODAY, FakeKms, SealBench, at, verify

DAY = "2026-03-16"


@pytest.fixture
def bench(seal_bench: SealBench, monkeypatch: pytest.MonkeyPatch) -> SealBench:
    monkeypatch.setattr(clock, "now", lambda: TODAY)
    seal_bench.backend.add_person("Ida", "auditor")
    return seal_bench


def get(call_api: ApiCall, path: str, **query: Any) -> ApiResponse:
    return call_api("audit", "GET", f"/api/audit/{path}", subject="sub-ida", query=query)


def seal_until(bench: SealBench, day: date, **changes: Any) -> None:
    seal_business(BUSINESS, bench.ports(**changes), TODAY + timedelta(days=7), until=day)


def check_proof(proof: dict[str, Any], outcome: Outcome) -> None:
    """The proof, as somebody else would check it, with nothing but the outcome and the key."""
    leaf = leaf_hash(leaf_bytes(outcome))
    path = [base64.b64decode(each) for each in proof["path"]]
    root = root_from_path(leaf, proof["index"], proof["size"], path)
    note = parse_note(proof["note"])
    assert base64.b64decode(proof["leaf"]) == leaf
    assert (note.checkpoint.size, note.checkpoint.root) == (proof["size"], root)
    (signature,) = note.signatures
    key = FakeKms().get_public_key(KeyId="key-1")["PublicKey"][12:]
    assert verify(key, note.text.encode(), signature.signature)


def test_each_sealed_outcome_has_a_proof(bench: SealBench, call_api: ApiCall) -> None:
    made = [
        outcome
        for day in (13, 15, 16)
        for number in range(day - 11)
        for outcome in bench.append(
            f"r-{day}-{number}", Kind.ACCEPTED, Kind.ACKNOWLEDGED, at=at(day, second=number)
        )
    ]
    seal_until(bench, date(2026, 3, 16))

    for outcome in made:
        proof = get(call_api, f"outcomes/{outcome.id}/proof").json
        assert (proof["outcome"], proof["business"]) == (outcome.id, BUSINESS)
        assert proof["day"] == outcome.at[:10]
        check_proof(proof, outcome)


def test_one_that_came_late_is_proven_by_the_next_day(bench: SealBench, call_api: ApiCall) -> None:
    bench.append("r-1", Kind.ACCEPTED, at=at(15))
    seal_until(bench, date(2026, 3, 15))
    (late,) = bench.append("r-2", Kind.ACCEPTED, at=at(15, 23))

    response = get(call_api, f"outcomes/{late.id}/proof")
    assert (response.status, response.json["reason"]) == (404, "not_in_seal_yet")

    seal_until(bench, date(2026, 3, 16))
    proof = get(call_api, f"outcomes/{late.id}/proof").json
    assert proof["day"] == DAY
    check_proof(proof, late)


def test_what_is_not_sealed_has_no_proof(bench: SealBench, call_api: ApiCall) -> None:
    (today,) = bench.append("r-1", Kind.ACCEPTED, at=at(17, 0))
    (sealed,) = bench.append("r-2", Kind.ACCEPTED, at=at(15))
    seal_until(bench, date(2026, 3, 16))

    response = get(call_api, f"outcomes/{today.id}/proof")
    assert (response.status, response.json["reason"]) == (404, "not_sealed_yet")
    response = get(call_api, "outcomes/out_neverwasanywhere_000001/proof")
    assert (response.status, "reason" in response.json) == (404, False)
    assert get(call_api, f"outcomes/{sealed.id[:-1]}2/proof").status == 404
    bench.change(sealed, severity="low")
    response = get(call_api, f"outcomes/{sealed.id}/proof")
    assert (response.status, response.json["reason"]) == (409, "not_as_sealed")


def test_the_list_pages_through_the_sealed_days(
    bench: SealBench, call_api: ApiCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_seals, "MAX_DAYS", 3)
    bench.append("r-1", Kind.ACCEPTED, at=at(12))
    seal_until(bench, date(2026, 3, 16))
    bench.s3.delete_object(Bucket=bench.seal_bucket, Key=seal_key(BUSINESS, "2026-03-13"))
    bench.seals.put_stamp(BUSINESS, "2026-03-14", 1, b"stamp")

    first = get(call_api, "seals", business=BUSINESS).json
    rest = get(call_api, "seals", business=BUSINESS, **{"from": first["next"]}).json

    rows = [*first["seals"], *rest["seals"]]
    assert (first["next"], rest["next"]) == ("2026-03-15", None)
    assert [row["day"] for row in rows] == [f"2026-03-{day}" for day in range(12, 17)]
    assert [row["rewritten"] for row in rows] == [False, True, False, False, False]
    assert [row["stamps"] for row in rows] == [0, 0, 1, 0, 0]
    assert [row["size"] for row in rows] == [2, 3, 4, 5, 6]
    assert [row["open"] for row in rows] == [1] * 5
    assert rows[0]["root"] == bench_seal(bench, "2026-03-12").note.splitlines()[2]
    days = {"from": "2026-03-13", "to": "2026-03-14"}
    page = get(call_api, "seals", business=BUSINESS, **days).json
    assert [row["day"] for row in page["seals"]] == ["2026-03-13", "2026-03-14"]
    assert get(call_api, "seals", business=BUSINESS, **{"from": "2026-02-30"}).status == 400


def bench_seal(bench: SealBench, day: str) -> Seal:
    seal = bench.seals.read(BUSINESS, day)
    assert seal is not None
    return seal


def test_a_seal_is_given_as_it_is_stored(
    bench: SealBench, call_api: ApiCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.append("r-1", Kind.ACCEPTED, Kind.ACKNOWLEDGED, at=at(16))
    seal_until(bench, date(2026, 3, 16))

    seal = get(call_api, f"seals/{BUSINESS}/{DAY}")
    assert Seal.from_json(seal.json) == bench_seal(bench, DAY)
    response = get(call_api, f"seals/{BUSINESS}/2026-03-15")
    assert (response.status, response.json["reason"]) == (404, "not_sealed_yet")
    assert get(call_api, f"seals/{BUSINESS}/2026-02-30").status == 400
    monkeypatch.setattr(audit_seals, "MAX_LEAVES", 2)
    assert get(call_api, f"seals/{BUSINESS}/{DAY}").status == 413


def test_the_keys_are_those_that_signed_and_the_one_that_signs(
    bench: SealBench, call_api: ApiCall
) -> None:
    keys = get(call_api, "keys", business=BUSINESS).json
    assert (keys["origin"], len(keys["keys"])) == (f"{ORIGIN}/{BUSINESS}", 1)
    bench.append("r-1", Kind.ACCEPTED, at=at(16))
    seal_until(bench, date(2026, 3, 16))
    bench.kms._key = FakeKms(2)._key

    keys = get(call_api, "keys", business=BUSINESS).json["keys"]

    assert [each["signs_now"] for each in keys] == [False, True]
    assert keys[0]["key"] == bench_seal(bench, DAY).key
    assert bytes(bench.kms._key.verify_key) == parse_vkey(keys[1]["key"]).public_key


def test_the_routes_write_nothing(backend: Backend, bench: SealBench, call_api: ApiCall) -> None:
    bench.append("r-1", Kind.ACCEPTED, at=at(16))
    seal_until(bench, date(2026, 3, 16))
    before = list(bench.seals.versions(BUSINESS))

    for path in (f"seals/{BUSINESS}/{DAY}", "seals", "keys"):
        query = {} if "/" in path else {"business": BUSINESS}
        assert get(call_api, path, **query).status == 200

    assert list(bench.seals.versions(BUSINESS)) == before
