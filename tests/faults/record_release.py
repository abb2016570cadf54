"""Records what this release stores: `python -m tests.faults.record_release`.

Run it when the test of the stored shapes asks for it. The earlier files stay: the code must read
them as long as such data can exist. `--replace` writes the newest one anew, if no release has
shipped with it.
"""

from __future__ import annotations

import sys

from moto import mock_aws

from heard_simulator.server import SimulatedPlatforms
from tests.faults.recording import PREFIX, RELEASES, build, number_of, record, recordings
from tests.unit.backend import Backend, FakeClock, moto_client


def main(*, replace: bool) -> None:
    """Write the next file under `release/`, or the newest one anew."""
    clock = FakeClock()
    with mock_aws(), SimulatedPlatforms(clock=clock) as platforms:
        backend = Backend(moto_client("dynamodb")).reset(platforms, clock)
        build(backend)
        recording = record(backend)
    newest = max(map(number_of, recordings()), default=0)
    path = RELEASES / f"{PREFIX}{newest if replace and newest else newest + 1}.json"
    recording.write(path)
    print(f"{path}: {sum(map(len, recording.tables.values()))} items")  # noqa: T201


if __name__ == "__main__":
    main(replace="--replace" in sys.argv[1:])
