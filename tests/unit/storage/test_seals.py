"""The bucket of seals and the lake: a seal is put once, and its oldest version is the truth."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from heard.errors import Contention, Fault
from heard.seals.day import SealInput, seal_day
from heard.seals.notes import vkey
from heard.seals.seal import Seal, seal_key
from heard.storage.seal_key import SealKey
from heard.storage.seals import Seals, SealVersions
from tests.unit.backend import BUSINESS, Backend, FakeTime, InterceptedClient
from tests.unit.sealing import ORIGIN, TODAY, FakeKms, SealBench

DAY = "2026-03-16"


@pytest.fixture
def bench(backend: Backend) -> SealBench:
    return SealBench(backend)


def make_seal(day: str = DAY, business: str = BUSINESS, opened: int = 0) -> Seal:
    key = SealKey(FakeKms(), "key-1")
    origin = f"{ORIGIN}/{business}"
    public = vkey(origin, key.public_key())
    draft = seal_day(SealInput(business, day, origin, [], public, TODAY, opened))
    return draft.seal(key.sign(draft.note_text.encode()))


def raise_code(code: str) -> Any:
    raise ClientError({"Error": {"Code": code, "Message": code}}, "PutObject")


def put_over(bench: SealBench, key: str, body: bytes) -> None:
    bench.s3.put_object(Bucket=bench.seal_bucket, Key=key, Body=body)


def test_a_seal_is_read_as_it_was_put(bench: SealBench) -> None:
    seal = make_seal()

    assert bench.seals.put(seal) == seal
    assert bench.seals.read(BUSINESS, DAY) == seal
    assert bench.seals.read(BUSINESS, "2026-03-15") is None
    assert bench.seals.read("bus_b", DAY) is None
    assert list(bench.seals.versions(BUSINESS)) == [
        SealVersions(DAY, next(bench.seals.versions(BUSINESS)).oldest, 0, 0)
    ]


def test_whoever_comes_second_gets_the_seal_of_the_first(bench: SealBench) -> None:
    first, second = make_seal(opened=1), make_seal(opened=2)
    bench.seals.put(first)

    assert bench.seals.put(second) == first
    assert bench.seals.read(BUSINESS, DAY) == first
    assert next(bench.seals.versions(BUSINESS)).later == 0


def test_a_put_that_meets_another_one_is_tried_again(bench: SealBench) -> None:
    conflicts = 3

    def refuse(operation: str) -> None:
        nonlocal conflicts
        if operation == "put_object" and conflicts:
            conflicts -= 1
            raise_code("ConditionalRequestConflict")

    seals = Seals(InterceptedClient(bench.s3, refuse), bench.seal_bucket, FakeTime().waiting)

    assert seals.put(make_seal()) == make_seal()
    assert conflicts == 0


def test_a_put_gives_up_in_the_end(bench: SealBench) -> None:
    client = InterceptedClient(bench.s3, lambda _: raise_code("ConditionalRequestConflict"))

    with pytest.raises(Contention):
        Seals(client, bench.seal_bucket, FakeTime().waiting).put(make_seal())


def test_another_refusal_is_raised(bench: SealBench) -> None:
    client = InterceptedClient(bench.s3, lambda _: raise_code("AccessDenied"))

    with pytest.raises(ClientError, match="AccessDenied"):
        Seals(client, bench.seal_bucket).put(make_seal())


def test_a_second_version_changes_nothing_and_is_seen(bench: SealBench) -> None:
    seal = make_seal()
    bench.seals.put(seal)
    put_over(bench, seal_key(BUSINESS, DAY), make_seal(opened=7).to_bytes())
    put_over(bench, seal_key(BUSINESS, DAY), b"rubbish")

    (found,) = bench.seals.versions(BUSINESS)
    assert (found.later, found.markers, found.is_rewritten) == (2, 0, True)
    assert bench.seals.read(BUSINESS, DAY) == seal


def test_a_delete_marker_hides_nothing_and_is_seen(bench: SealBench) -> None:
    seal = make_seal()
    bench.seals.put(seal)
    bench.s3.delete_object(Bucket=bench.seal_bucket, Key=seal_key(BUSINESS, DAY))

    (found,) = bench.seals.versions(BUSINESS)
    assert (found.later, found.markers, found.is_rewritten) == (0, 1, True)
    assert bench.seals.read(BUSINESS, DAY) == seal
    assert [each.day for each in bench.seals.newest(BUSINESS, TODAY.date())] == [DAY]


def test_a_marker_alone_is_seen_and_is_no_seal(bench: SealBench) -> None:
    """When the lock is over, a version can be deleted."""
    bench.seals.put(make_seal())
    (found,) = bench.seals.versions(BUSINESS)
    place = {"Bucket": bench.seal_bucket, "Key": seal_key(BUSINESS, DAY)}
    bench.s3.delete_object(**place)
    bench.s3.delete_object(**place, VersionId=found.oldest)

    assert list(bench.seals.versions(BUSINESS)) == [SealVersions(DAY, None, 0, 1)]
    assert bench.seals.read(BUSINESS, DAY) is None


def test_what_is_no_seal_is_not_read_as_one(bench: SealBench) -> None:
    put_over(bench, seal_key(BUSINESS, DAY), b'{"format": 1}')

    with pytest.raises(Fault, match=DAY):
        bench.seals.read(BUSINESS, DAY)


def test_years_of_days_are_listed_page_by_page(
    bench: SealBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 gives 1,000 versions a page, and here 100: so these are ten years and more."""
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "100")
    days = [date(2025, 11, 1) + timedelta(days=number) for number in range(450)]
    for day in days:
        put_over(bench, seal_key(BUSINESS, day.isoformat()), b"x")
    # Two that a page separates from the day's first version.
    for day in (days[98], days[198]):
        put_over(bench, seal_key(BUSINESS, day.isoformat()), b"y")
    put_over(bench, seal_key(BUSINESS + "_2", "2026-03-16"), b"x")
    put_over(bench, f"{BUSINESS}/2026/03/16.1.tsr", b"x")
    calls: list[str] = []
    seals = Seals(InterceptedClient(bench.s3, calls.append), bench.seal_bucket)

    found = list(seals.versions(BUSINESS))
    assert [each.day for each in found] == [day.isoformat() for day in days]
    assert [each.day for each in found if each.is_rewritten] == [
        days[98].isoformat(),
        days[198].isoformat(),
    ]
    assert len(calls) == 5
    calls.clear()
    assert [each.day for each in seals.versions(BUSINESS, "2026-02-27", "2026-03-02")] == [
        "2026-02-27",
        "2026-02-28",
        "2026-03-01",
        "2026-03-02",
    ]
    assert seals.newest(BUSINESS, date(2027, 5, 1))[-1].day == days[-1].isoformat()
    assert len(calls) == 2, "of the year 2026, and of the newest year"
    calls.clear()
    assert seals.newest(BUSINESS, date(2040, 5, 1))[-1].day == days[-1].isoformat()
    assert seals.newest(BUSINESS, date(2025, 12, 1))[0].day == "2025-11-01"
    assert seals.newest("bus_new", date(2026, 5, 1)) == []
    assert calls == ["list_object_versions"] * (14 + 1 + 2)


def test_a_stamp_is_put_once_beside_its_seal(bench: SealBench) -> None:
    bench.seals.put(make_seal())

    assert bench.seals.put_stamp(BUSINESS, DAY, 1, b"first")
    assert not bench.seals.put_stamp(BUSINESS, DAY, 1, b"second")
    assert bench.seals.put_stamp(BUSINESS, DAY, 2, b"of another authority")
    put_over(bench, f"{BUSINESS}/2026/03/16.1.tsr", b"third")
    assert bench.seals.stamps(BUSINESS, DAY, DAY) == {DAY: [b"first", b"of another authority"]}
    assert bench.seals.stamps(BUSINESS, "2026-03-01", "2026-03-15") == {}
    assert [each.day for each in bench.seals.versions(BUSINESS)] == [DAY]


def test_the_lake_puts_the_same_content_once(bench: SealBench) -> None:
    for content in (b"one", b"one", b"two"):
        bench.lake.put_once("a/b.gz", content)

    versions = bench.s3.list_object_versions(Bucket=bench.lake_bucket)["Versions"]
    assert len(versions) == 2
    assert bench.lake.get("a/b.gz") == b"two"
    assert bench.lake.get("a/c.gz") is None


def test_a_key_of_another_kind_signs_nothing() -> None:
    class Rsa(FakeKms):
        def get_public_key(self, *, KeyId: str) -> dict[str, Any]:  # noqa: N803
            return {"PublicKey": b"0" * 270}

        def sign(self, **_: Any) -> dict[str, Any]:
            return {"Signature": b"0" * 256}

    with pytest.raises(Fault, match="Ed25519"):
        SealKey(Rsa(), "key-1").public_key()
    with pytest.raises(Fault, match="Ed25519"):
        SealKey(Rsa(), "key-1").sign(b"note")
