"""Records what this release stores: `python -m tests.faults.record_release NAME`.

Run it at a release, and whenever the test of the stored shapes asks for it. The earlier files stay:
the code must read them as long as such data can exist.
"""

from __future__ import annotations

import sys

from moto import mock_aws

from heard_simulator.server import SimulatedPlatforms
from tests.faults.recorded_world import PREFIX, RELEASES, build, record
from tests.unit.backend import Backend, FakeClock, moto_client


def main(name: str) -> None:
    """Write `release/corpus-NAME.json`."""
    clock = FakeClock()
    with mock_aws(), SimulatedPlatforms(clock=clock) as platforms:
        backend = Backend(moto_client("dynamodb")).reset(platforms, clock)
        build(backend)
        recording = record(backend, name)
    RELEASES.mkdir(exist_ok=True)
    path = RELEASES / f"{PREFIX}{name}.json"
    recording.write(path)
    print(f"{path}: {sum(map(len, recording.tables.values()))} items")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
