"""How a simulated platform can fail, and the faults that are injected."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from heard_simulator.contract import CallKind, Operation


class FaultMode(StrEnum):
    """How a call fails, as its caller sees it."""

    FAIL_BEFORE = "fail_before"
    """500, and nothing was done."""
    FAIL_AFTER = "fail_after"
    """Done, and yet 500."""
    DROP = "drop"
    """Done, and the connection closes without a response."""
    SLOW = "slow"
    """Waits `seconds` (2), then responds as usual."""
    RATE_LIMITED = "rate_limited"
    """429 with `Retry-After: seconds` (30), and nothing was done."""
    REJECT = "reject"
    """Refused for good, with the platform's own status and words."""
    DOWN = "down"
    """503 for every call, signing in and reading included."""


@dataclass(slots=True)
class InjectedFault:
    """One injected fault: the next `times` matching calls (None: all until reset) fail.

    `native_id` is a review's or a thread's id as the platform names it, or `*` for any.
    """

    platform: str
    mode: FaultMode
    native_id: str = "*"
    times: int | None = 1
    seconds: float | None = None
    call_kind: CallKind = CallKind.REPLY

    def matches(self, platform: str, operation: Operation) -> bool:
        """Whether this fault concerns that call and is not used up."""
        return (
            self.platform == platform
            and self.times != 0
            and self.call_kind in {CallKind.ALL, operation.call_kind}
            and (self.native_id == "*" or self.native_id in operation.native_ids)
        )


class FaultQueue:
    """The injected faults. The oldest one that matches a call is used first."""

    def __init__(self) -> None:
        self._faults: list[InjectedFault] = []

    def add(self, fault: InjectedFault) -> None:
        """Inject a fault."""
        self._faults.append(fault)

    def take(self, platform: str, operation: Operation) -> InjectedFault | None:
        """The fault for a call, which is then used once more; None if the call works."""
        fault = next((fault for fault in self._faults if fault.matches(platform, operation)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
        return fault

    def clear(self) -> None:
        """Remove all faults."""
        self._faults.clear()
