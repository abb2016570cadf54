"""What the shapes of responses are made of: see `desk.shapes` and `audit.shapes`."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """An object of a response. Without `defer_build` each would cost time at a cold start."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


def success(shape: type[BaseModel], description: str) -> dict[int, Any]:
    """The response of a route that succeeds, for its `responses`."""
    return {200: {"description": description, "content": {"application/json": {"model": shape}}}}
