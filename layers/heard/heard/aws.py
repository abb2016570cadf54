"""AWS clients with short timeouts. Each is made when it is first needed, never at import."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from botocore.config import Config


def client(service: str, *, read_seconds: float = 5, connections: int = 10) -> Any:
    """A new client of a service, to be kept by the caller. Its settings are the environment's."""
    config = Config(
        connect_timeout=2, read_timeout=read_seconds, retries={"mode": "standard", "max_attempts": 4}, max_pool_connections=connections
    )
    return import_module("boto3").client(service, config=config)
