"""Finding a platform's connector by its name."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import TYPE_CHECKING, Any, Final

from heard.errors import NotFound

if TYPE_CHECKING:
    from heard.connectors.account import Connection
    from heard.connectors.connector import Connector

_PLATFORM_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_PLATFORMS: Final = "heard.connectors.platforms"


def load(platform: str) -> Connector:
    """The connector of a platform. Raises NotFound, which lists the known names."""
    module_name = f"{_PLATFORMS}.{platform}"
    try:
        if not _PLATFORM_NAME.fullmatch(platform):
            raise ModuleNotFoundError(name=module_name)
        module: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise
        names = ", ".join(platform_names())
        raise NotFound(f"There is no connector called {platform!r}. Known: {names}.") from error
    return module.CONNECTOR


def can_reply(connection: Connection) -> bool:
    """Whether a reply can be sent through a connection: if not, it only receives."""
    capabilities = load(connection.platform).capabilities
    has_credentials = connection.has_credentials or not capabilities.credentials
    return capabilities.replies != "none" and has_credentials


def platform_names() -> list[str]:
    """The names of all platforms that have a connector, without importing them."""
    package = importlib.import_module(_PLATFORMS)
    return sorted(module.name for module in pkgutil.iter_modules(package.__path__))
