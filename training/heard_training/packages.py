"""Packages that training and evaluation need and Heard does not."""

from __future__ import annotations

import importlib
from typing import Any


class PackageMissing(Exception):
    """A package is not installed. The message says which one, and how to install it."""


def import_package(module: str, package: str) -> Any:
    """The module of an untyped package. Raises PackageMissing."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise PackageMissing(
            f"{package} is not installed. Install it: pip install {package}"
        ) from error
