"""The processes in which the emulator runs functions, so that one can be killed in the middle.

Linux only: it reads `/proc`. Elsewhere nothing is found, and nothing is killed.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
KILLING_WORKS: Final = (_PROC / "net" / "tcp").exists()


def workers_of(emulator: int) -> dict[int, str]:
    """The function of each worker process of an emulator, by process id."""
    workers: dict[int, str] = {}
    for folder in _PROC.glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent != emulator:
                continue
            environment = (folder / "environ").read_bytes().split(b"\0")
        except (OSError, ValueError, IndexError):
            continue  # it ended meanwhile
        prefix = b"AWS_LAMBDA_FUNCTION_NAME="
        names = [entry.removeprefix(prefix) for entry in environment if entry.startswith(prefix)]
        if names:
            workers[int(folder.name)] = names[0].decode()
    return workers


def worker_of_connection(emulator: int, port: int) -> int | None:
    """The worker that holds the loopback connection from this local port."""
    inode = _inode_of_port(port)
    if inode is None:
        return None
    link = f"socket:[{inode}]"
    for worker in workers_of(emulator):
        try:
            if any(os.readlink(file) == link for file in (_PROC / str(worker) / "fd").iterdir()):
                return worker
        except OSError:
            continue
    return None


def _inode_of_port(port: int) -> str | None:
    local = f"0100007F:{port:04X}"
    for line in (_PROC / "net" / "tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1] == local:
            return fields[9]
    return None


def kill(process: int) -> bool:
    """Kill a process at once, as when its machine dies. False if it has ended already."""
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
