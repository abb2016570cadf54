"""Several businesses on one stack, their platforms, their people, and a listener on the bus."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Final

from heard.people import Role
from heard.storage.setup import Business
from heard_cli.local.demo_environment import ApiClient, DemoEnvironment
from heard_cli.local.stack import EmulatedStack
from heard_cli.local.subscriber import Subscriber
from heard_simulator.server import SimulatedPlatforms

PLATFORMS: Final = ("standard", "discourse", "twilio_sms", "google_business")
"""Signed or not, pushed or polled, public or private, able to say what they have or not."""
PUSHED: Final = PLATFORMS[:3]
"""What every business has. The simulated maps know one account, so one business alone polls it."""
QUICK_SLA: Final[dict[str, Any]] = {
    "sla": [{"id": "R07-quick", "when": {}, "seconds": 4, "clock": "always"}],
    "escalation": [{"id": "R08-quick", "when": {}, "after": [5, 86400]}],
}
"""The first business answers late, so that its follow-ups escalate in seconds."""


@dataclass(frozen=True)
class Shop:
    """One business with its connections and people."""

    business: str
    environment: DemoEnvironment
    agents: tuple[ApiClient, ...]
    lead: ApiClient
    subscriber: Subscriber


@dataclass(frozen=True)
class RoundSetup:
    """The businesses. `tag` is in every id of this round, so that rounds can share a stack."""

    stack: EmulatedStack
    platforms: SimulatedPlatforms
    tag: str
    shops: tuple[Shop, ...] = field(default_factory=tuple[Shop, ...])

    @property
    def businesses(self) -> frozenset[str]:
        return frozenset(shop.business for shop in self.shops)


@contextmanager
def set_up_round(
    stack: EmulatedStack, platforms: SimulatedPlatforms, *, shops: int
) -> Iterator[RoundSetup]:
    """Set up the businesses. Their listeners are removed at the end."""
    tag = secrets.token_hex(4)
    with ExitStack() as cleanup:
        members = tuple(
            _open_shop(stack, platforms, f"faults-{tag}-{number}", cleanup, is_quick=number == 0)
            for number in range(shops)
        )
        yield RoundSetup(stack, platforms, tag, members)


def _open_shop(
    stack: EmulatedStack,
    platforms: SimulatedPlatforms,
    business: str,
    cleanup: ExitStack,
    *,
    is_quick: bool,
) -> Shop:
    environment = DemoEnvironment(stack, platforms)
    default = json.loads(resources.files("heard.policy").joinpath("default.json").read_text())
    policy = default | (QUICK_SLA if is_quick else {})
    environment.operator.setup.put_business(Business(business, "Corner Shop", policy))
    for platform in PLATFORMS if is_quick else PUSHED:
        environment.connect(platform, business=business)

    def sign_in(name: str, role: Role) -> ApiClient:
        email = f"{name.lower()}-{business}@example.com"
        environment.create_person(email, name, role, business)
        return environment.sign_in(email)

    return Shop(
        business,
        environment,
        (sign_in("Ana", Role.AGENT), sign_in("Ben", Role.AGENT)),
        sign_in("Lee", Role.LEAD),
        cleanup.enter_context(Subscriber(stack, business)),
    )
