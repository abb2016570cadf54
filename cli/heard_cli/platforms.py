"""Names of platforms as people type them."""

from __future__ import annotations

from difflib import get_close_matches

import typer

from heard.connectors import Connector, load, platform_names


def load_connector(platform: str, option: str) -> Connector:
    """The connector of a platform. Raises BadParameter, with the names that look alike."""
    check_platform(platform, option)
    return load(platform)


def check_platform(platform: str, option: str) -> None:
    """Raises BadParameter if there is no such platform, with the names that look alike."""
    names = platform_names()
    if platform in names:
        return
    similar = get_close_matches(platform.casefold().replace("-", "_"), names)
    suggestion = f" Did you mean {' or '.join(similar)}?" if similar else ""
    raise typer.BadParameter(
        f"there is no platform {platform!r}.{suggestion} "
        "All platforms: heard connect list --platforms",
        param_hint=option,
    )
