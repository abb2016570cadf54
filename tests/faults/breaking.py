"""Which requests are broken, and how: a pure function of a seed and the request's number.

So a round can be repeated: the same seed breaks the same requests in the same way. Which request
gets which number depends on the threads of the machine, as it does on AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Final


class FaultKind(StrEnum):
    """How one request of a function to an AWS service goes wrong."""

    DROP_REQUEST = "drop_request"
    """The connection closes, and the service never sees the request."""
    DROP_ANSWER = "drop_answer"
    """The service does it, and the connection closes before the answer."""
    THROTTLE = "throttle"
    """The service's own refusal of a caller who asks too much; nothing is done."""
    FAIL = "fail"
    """500 or 503; nothing is done."""
    DELAY = "delay"
    """The service does it, and the answer comes late, perhaps after the caller gave up."""
    KILL_BEFORE = "kill_before"
    """The function's process is killed, and the service never sees the request."""
    KILL_AFTER = "kill_after"
    """The service does it, and the function's process is killed before the answer."""


KILLS: Final = frozenset({FaultKind.KILL_BEFORE, FaultKind.KILL_AFTER})


@dataclass(frozen=True, slots=True)
class Rates:
    """How often each kind of fault happens, as shares of all requests."""

    shares: Mapping[FaultKind, float] = field(default_factory=dict[FaultKind, float])
    longest_delay_seconds: float = 1.0

    @classmethod
    def spread(
        cls, total: float, *, kills: float = 0.0, longest_delay_seconds: float = 1.0
    ) -> Rates:
        """A total share of broken requests, spread evenly, of which `kills` kill the function."""
        others = [kind for kind in FaultKind if kind not in KILLS]
        shares = {kind: (total - kills) / len(others) for kind in others}
        shares |= {kind: kills / len(KILLS) for kind in KILLS}
        return cls(shares, longest_delay_seconds)

    @classmethod
    def only(cls, kind: FaultKind, share: float = 1.0) -> Rates:
        """One kind of fault and no other."""
        return cls({kind: share})


NO_FAULTS: Final = Rates()


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one request. `fault` is None when it is left alone."""

    fault: FaultKind | None = None
    delay_seconds: float = 0.0
    variant: int = 0
    """Which of the service's several errors is used."""


def decide(seed: int, number: int, rates: Rates) -> Decision:
    """What happens to request `number` of a round with this seed."""
    random = Random(f"{seed}/{number}")
    dice, delay, variant = random.random(), random.random(), random.randrange(1 << 16)
    for kind, share in rates.shares.items():
        if dice < share:
            if kind is not FaultKind.DELAY:
                return Decision(kind, variant=variant)
            # Mostly short: many waits as long as a timeout would only make the round longer.
            return Decision(kind, rates.longest_delay_seconds * delay**3, variant)
        dice -= share
    return Decision()
