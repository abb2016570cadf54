"""AWS clients with short timeouts. A client is made at first use, never at import."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from botocore.config import Config


def client(
    service: str,
    *,
    connect_seconds: float = 2,
    read_seconds: float = 5,
    attempts: int = 4,
    connections: int = 10,
) -> Any:
    """A new client of a service, with the region and credentials of the environment."""
    config = Config(
        connect_timeout=connect_seconds,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=connections,
    )
    return import_module("boto3").client(service, config=config)
