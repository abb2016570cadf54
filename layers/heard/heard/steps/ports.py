"""What the steps behind the review queue work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heard.connectors import Http
    from heard.storage.case_store import CaseStore
    from heard.storage.setup import Secrets, SetupStore


@dataclass(frozen=True, slots=True)
class StorePorts:
    """What is stored: the setup of the businesses, and the cases."""

    setup: SetupStore
    cases: CaseStore


@dataclass(frozen=True, slots=True)
class PlatformPorts:
    """What a step needs to talk to platforms: the businesses' credentials, and HTTP."""

    secrets: Secrets
    http: Http
