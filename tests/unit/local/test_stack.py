"""What a local stack leaves on the disk, and what it removes."""

from __future__ import annotations

import socket
from pathlib import Path

from heard_cli.local.stack import free_port, remove_old_logs


def test_the_log_of_an_emulator_is_kept_only_as_long_as_its_port_is_in_use(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        running = tmp_path / f"emulator-{listener.getsockname()[1]}.log"
        stopped = tmp_path / f"emulator-{free_port()}.log"
        other = tmp_path / "notes.log"
        for log in (running, stopped, other):
            log.touch()
        remove_old_logs(tmp_path)
        assert (running.exists(), stopped.exists(), other.exists()) == (True, False, True)


def test_a_busy_port_is_replaced_by_a_free_one() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert free_port(port) not in {0, port}
