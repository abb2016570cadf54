"""An auditor's pack: what it costs to seal a day, to write its pack and to verify that."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nacl.signing import SigningKey

from heard.outcomes import Outcome, OutcomeSubject, chain_facts, initial_hash
from heard.packs import verify as program
from heard.packs.source import PackConnection, PackPerson, PackPolicy
from heard.packs.writing import PackRequest, write_pack
from heard.reviews import review_id
from heard.seals.day import SealInput, seal_day
from heard.seals.leaves import leaf_bytes
from heard.seals.notes import vkey
from heard.seals.seal import Seal
from tests.benchmarks.figures import BenchmarkReport, Section
from tests.benchmarks.test_audit_page import FACTS

OUTCOMES = int(os.environ.get("PACK_OUTCOMES", "100000"))
BUSINESS, ORIGIN = "bench", "heard/111122223333/bench/bench"
DAY = datetime(2026, 3, 16, tzinfo=UTC)
KEY = SigningKey(bytes(32))


def generate_outcomes() -> Iterator[Outcome]:
    """One day of reviews with two outcomes each, in order."""
    for number in range(OUTCOMES // 2):
        review = review_id(BUSINESS, "standard", f"review-{number}")
        policy = hashlib.sha256(b"{}").hexdigest()
        yield from chain_facts(
            OutcomeSubject(review, BUSINESS, "standard", "review_site", "praise"),
            [replace(FACTS[0], detail={**FACTS[0].detail, "policy": policy}), FACTS[1]],
            sequence=0,
            head=initial_hash(review),
            at=DAY + timedelta(days=number / (OUTCOMES // 2) * 0.99),
            actor="heard",
            delivery="dlv_" + "0" * 16 + ".0",
        )


@dataclass
class OneDay:
    """A `PackSource` of one sealed day in memory."""

    sealed: Seal
    content: bytes

    def seal(self, business: str, day: str) -> Seal | None:
        return self.sealed if day == self.sealed.day else None

    def facts(self, key: str) -> bytes | None:
        return self.content

    def stamps(self, business: str, first: str, last: str) -> dict[str, list[bytes]]:
        return {}

    def outcomes_before(self, review: str, sequence: int) -> Iterable[Outcome]:
        return ()

    def policies(self, business: str) -> Sequence[PackPolicy]:
        return [PackPolicy(hashlib.sha256(b"{}").hexdigest(), "{}", "")]

    def connections(self, business: str) -> Sequence[PackConnection]:
        return []

    def people(self, business: str) -> Sequence[PackPerson]:
        return []


def cpu_of(start: float) -> float:
    return time.process_time() - start


def test_a_pack_of_a_large_day(report: BenchmarkReport, tmp_path: Path) -> None:
    given = SealInput(
        business=BUSINESS,
        day=f"{DAY:%Y-%m-%d}",
        origin=ORIGIN,
        outcomes=iter(list(generate_outcomes())),
        key=vkey(ORIGIN, bytes(KEY.verify_key)),
        made=DAY + timedelta(days=1),
        open_reviews=0,
    )
    start = time.process_time()
    draft = seal_day(given)
    note = f"{OUTCOMES:,} outcomes in one day"
    add = report.add_figure
    add(Section.PACK, "CPU to seal the day", cpu_of(start), "s", note=note)
    sealed = draft.seal(KEY.sign(draft.note_text.encode()).signature)

    file = io.BytesIO()
    start = time.process_time()
    summary = write_pack(
        OneDay(sealed, draft.facts), PackRequest(BUSINESS, given.day, given.day), file
    )
    add(Section.PACK, "CPU to write the pack", cpu_of(start), "s")
    pack = tmp_path / "pack.zip"
    pack.write_bytes(file.getvalue())
    add(Section.PACK, "bytes of the pack for each outcome", pack.stat().st_size / OUTCOMES, "")
    lines = sum(len(leaf_bytes(each)) for each in generate_outcomes()) / OUTCOMES
    add(Section.PACK, "bytes of an outcome, as JSON", lines, "")
    assert (summary.outcomes, summary.reviews) == (OUTCOMES, OUTCOMES // 2)

    # The child says itself what it took: other children of this process count together.
    measured = (
        "import resource, runpy, sys; sys.argv = sys.argv[1:]\n"
        "try: runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "except SystemExit as end: assert end.code == 0, end.code\n"
        "use = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(use.ru_utime + use.ru_stime, use.ru_maxrss, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            measured,
            program.__file__,
            pack,
            "--key",
            given.key,
            "--json",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    cpu, peak = map(float, done.stderr.split())
    assert json.loads(done.stdout)["outcomes"] == OUTCOMES
    add(Section.PACK, "CPU of verify.py", cpu, "s")
    add(Section.PACK, "peak memory of verify.py", peak / 1_024, "MB")
