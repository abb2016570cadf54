"""Where the local stacks of a clone are: one file for each stack that `heard local up` started.

`--local` means the oldest local stack that still runs. So a second stack does not take `--local`
away from the first, and the second is found when the first has stopped.
"""

from __future__ import annotations

import json
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self, cast
from urllib.parse import urlsplit

_FOLDER: Final = ".heard"
_CONNECT_SECONDS: Final = 1


def local_api_url(endpoint: str, api_id: str) -> str:
    """The address of the HTTP API on a local stack, without a slash at its end.

    The emulator also answers at `http://{api_id}.execute-api.localhost:{port}`. Many HTTP clients
    cannot resolve that name, so this is the address in the path, which the emulator takes too.
    """
    return f"{endpoint.rstrip('/')}/_aws/execute-api/{api_id}"


class InvalidLocalState(ValueError):
    """A state file cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class LocalState:
    """One running local stack. `started_at` is an ISO 8601 time in UTC."""

    endpoint: str
    stack: str
    region: str
    started_at: str

    @property
    def running(self) -> bool:
        """Whether something listens at the endpoint."""
        parts = urlsplit(self.endpoint)
        try:
            address = (parts.hostname or "", parts.port or 80)
            with socket.create_connection(address, timeout=_CONNECT_SECONDS):
                return True
        except (OSError, ValueError):
            return False

    def write(self, root: Path) -> None:
        """Store this stack below the project's folder."""
        path = _state_file(root, self.endpoint)
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")

    def remove(self, root: Path) -> None:
        """Remove this stack's file. No error if it is gone."""
        _state_file(root, self.endpoint).unlink(missing_ok=True)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The stack in one file. Raises InvalidLocalState."""
        try:
            document: object = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise InvalidLocalState(
                f"{path} is not a valid state file of a local stack."
            ) from error
        fields = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
        values = {name: fields.get(name) for name in cls.__dataclass_fields__}
        if not all(isinstance(value, str) for value in values.values()):
            raise InvalidLocalState(f"{path} is not a valid state file of a local stack.")
        return cls(**cast("dict[str, str]", values))


def stored_states(root: Path) -> list[LocalState]:
    """The local stacks of a project's folder, oldest first.

    An unreadable file does not hide the others. Raises InvalidLocalState if there is nothing else.
    """
    states: list[LocalState] = []
    unreadable: InvalidLocalState | None = None
    for path in sorted((root / _FOLDER).glob("local-*.json")):
        try:
            states.append(LocalState.read(path))
        except InvalidLocalState as error:
            unreadable = error
    if unreadable and not states:
        raise unreadable
    return sorted(states, key=lambda state: (state.started_at, state.endpoint))


def find_state(start: Path) -> LocalState | None:
    """The stack that `--local` means in this folder; None when there is none.

    It is the oldest one that runs. When none of several runs, it is the newest, so that an error
    names that one. Raises InvalidLocalState.
    """
    for folder in (start, *start.parents):
        if states := stored_states(folder):
            if len(states) == 1:
                return states[0]
            return next((state for state in states if state.running), states[-1])
    return None


def remove_stale_states(root: Path) -> None:
    """Remove the files of stacks that stopped without removing them, and unreadable ones."""
    for path in (root / _FOLDER).glob("local-*.json"):
        try:
            stale = not LocalState.read(path).running
        except InvalidLocalState:
            stale = True
        if stale:
            path.unlink(missing_ok=True)


def _state_file(root: Path, endpoint: str) -> Path:
    return root / _FOLDER / f"local-{urlsplit(endpoint).port}.json"
