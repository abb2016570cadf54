"""What a business gives for a connection: settings, credentials and the signing secret, checked against what the platform asks for.

Everything that is wrong is told at once, with what the platform wants there, before anything is stored. Secrets come from a file or an
unseen prompt rather than the command line, which shells remember; nothing here prints one.
"""

from __future__ import annotations

import base64
import json
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import typer

from heard.clock import now
from heard.connectors import Capabilities
from heard.connectors.http import unusable
from heard.connectors.signatures import sign_standard
from heard.reviews import Channel

SECRET_OF_PLATFORM: Final = {"twilio_sms": "auth_token"}
"""Platforms that sign with a credential of the account, which Heard must be told; for all others Heard makes the secret."""

TO_BE_PASTED: Final = frozenset({"standard", "discourse"})
"""Platforms that must be given the signing secret. A feedback form signs its own pages, and nobody else needs to know."""


def somebody_there() -> bool:
    """Whether a person at a terminal can be asked."""
    return sys.stdin.isatty()


def pairs(given: Sequence[str], option: str) -> dict[str, str]:
    """`name=value` as typed. Raises BadParameter, which never quotes a value."""
    found: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter("write name=value, once for each.", param_hint=option)
        if name.strip() in found:
            raise typer.BadParameter(f"{name.strip()} is given twice.", param_hint=option)
        found[name.strip()] = value.strip()
    return found


def file_of_credentials(path: Path) -> dict[str, str]:
    """A JSON object of texts, from a file or (`-`) stdin. Raises BadParameter, which never quotes it."""
    try:
        document: object = json.loads(sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not JSON"
        raise typer.BadParameter(f"{path} cannot be read: {reason}.", param_hint="--credentials-file") from None
    entries = cast("dict[str, object]", document) if isinstance(document, dict) else None
    if entries is None or not all(isinstance(value, str) for value in entries.values()):
        raise typer.BadParameter(f'{path} must hold one JSON object of texts: {{"api_key": "…"}}.', param_hint="--credentials-file")
    return cast("dict[str, str]", entries)


def secret_from(secret: str | None, path: Path | None) -> str | None:
    """The signing secret as given; None when it was not. Raises BadParameter."""
    if secret is not None and path is not None:
        raise typer.BadParameter("give the secret or its file, not both.", param_hint="--secret")
    if path is not None:
        try:
            secret = (sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")).strip()
        except (OSError, ValueError):
            raise typer.BadParameter(f"{path} cannot be read.", param_hint="--secret-file") from None
    if secret is not None and not secret.strip():
        raise typer.BadParameter("the secret is empty.", param_hint="--secret")
    return secret.strip() if secret is not None else None


def settings_for(platform: Capabilities, given: Mapping[str, str], *, loopback: bool) -> dict[str, str]:
    """The settings, if the platform knows them all and none it needs is missing. Raises BadParameter."""
    known = {**platform.settings, **platform.optional_settings}
    wrong = _unknown(given, known)
    wrong += [f"{name} is missing: {platform.settings[name]}" for name in platform.settings if not given.get(name)]
    for name, value in given.items():
        if name == "channel" and name in known and value not in set(Channel):
            wrong.append(f"channel cannot be {value!r}: {known[name]}")
        if name in known and (name.endswith("_url") or name == "api_base") and (why := unusable(value, loopback=loopback)):
            wrong.append(f"{name}: {why}")
    _refuse(wrong, platform, "--setting")
    return {name: value for name, value in given.items() if value}


def credentials_for(platform: Capabilities, given: Mapping[str, str], settings: Mapping[str, str], *, receive_only: bool) -> dict[str, str]:
    """The credentials, asked for where a person can answer; empty if Heard shall receive only. Raises BadParameter."""
    wrong = _unknown(given, platform.credentials)
    if receive_only and given:
        wrong.append("either give credentials or say --receive-only")
    found = {name: value for name, value in given.items() if value}
    # Without an address to post replies to, our own schema has nothing to sign.
    idle = platform.platform == "standard" and not settings.get("reply_url")
    missing = [] if wrong or receive_only or (idle and not found) else [name for name in platform.credentials if name not in found]
    if missing and somebody_there():
        found |= {name: str(typer.prompt(f"{name} ({platform.credentials[name]})", hide_input=True, err=True)).strip() for name in missing}
        missing = []
    wrong += [f"{name} is missing: {platform.credentials[name]}" for name in missing]
    if missing and not found:
        wrong.append("without credentials Heard receives reviews but cannot answer them; if that is meant, say --receive-only")
    if platform.platform == "standard" and "secret" in found and not _standard(found["secret"]):
        wrong.append(f"secret: {platform.credentials['secret']}")
    _refuse(wrong, platform, "--credential")
    return {name: found[name] for name in platform.credentials if name in found}


def signing_secret(platform: Capabilities, given: str | None, credentials: Mapping[str, str]) -> str | None:
    """What deliveries are signed with: what was given, the account's own, or a new secret; None if they are not. Raises BadParameter."""
    if not platform.signed:
        if given:
            raise typer.BadParameter(f"{platform.title} signs nothing; its address is the secret.", param_hint="--secret")
        return None
    if name := SECRET_OF_PLATFORM.get(platform.platform):
        if secret := given or credentials.get(name):
            return secret
        told = f"{platform.title} signs with the account's own secret: give the credential {name}, or the same as --secret-file."
        raise typer.BadParameter(told, param_hint="--secret-file")
    if platform.platform == "standard":
        if given and not _standard(given):
            raise typer.BadParameter("a secret of Standard Webhooks is whsec_ and Base64 of 24 to 64 bytes.", param_hint="--secret")
        return given or "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    return given or secrets.token_urlsafe(32)


def _standard(secret: str) -> bool:
    if not secret.startswith("whsec_"):
        return False
    try:
        sign_standard(secret, "msg", now(), b"")
        return 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
    except ValueError:
        return False


def _unknown(given: Mapping[str, str], known: Mapping[str, Any]) -> list[str]:
    return [f"{name} is unknown here; known: {', '.join(known) or 'none'}" for name in given if name not in known]


def _refuse(wrong: Sequence[str], platform: Capabilities, option: str) -> None:
    if wrong:
        raise typer.BadParameter(f"{platform.title}: " + "; ".join(wrong) + ".", param_hint=option)
