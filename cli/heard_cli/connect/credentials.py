"""What a business gives for a connection.

Settings, credentials and the signing secret, checked against what the platform asks for.

Everything that is wrong is told at once, with what the platform wants there, before anything is
stored. Secrets come from a file or an unseen prompt rather than the command line, which shells
remember; nothing here prints one.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import typer

from heard.connectors import Capabilities, Connector, Secret
from heard.connectors.http import unusable
from heard.connectors.signatures import StandardWebhooks
from heard.reviews import Channel


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


def files_of_credentials(given: Sequence[str]) -> dict[str, str]:
    """`name=file` as typed, each file being one credential: a key in PEM, an account's JSON.

    Raises BadParameter.
    """
    found: dict[str, str] = {}
    for name, file in pairs(given, "--credential-file").items():
        try:
            found[name] = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            raise typer.BadParameter(
                f"the file of {name} cannot be read.", param_hint="--credential-file"
            ) from None
    return found


def file_of_credentials(path: Path) -> dict[str, str]:
    """A JSON object of texts, from a file or (`-`) stdin.

    An object in it (an account's key file) becomes its text.

    Raises BadParameter, which never quotes it.
    """
    try:
        document: object = json.loads(
            sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not JSON"
        raise typer.BadParameter(
            f"{path} cannot be read: {reason}.", param_hint="--credentials-file"
        ) from None
    entries = cast("dict[str, object]", document) if isinstance(document, dict) else None
    if entries is None or not all(isinstance(value, str | dict) for value in entries.values()):
        raise typer.BadParameter(
            f'{path} must hold one JSON object of texts: {{"api_key": "…"}}.',
            param_hint="--credentials-file",
        )
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in entries.items()
    }


def secret_from(secret: str | None, path: Path | None) -> str | None:
    """The signing secret as given; None when it was not. Raises BadParameter."""
    if secret is not None and path is not None:
        raise typer.BadParameter("give the secret or its file, not both.", param_hint="--secret")
    if path is not None:
        try:
            secret = (
                sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
            ).strip()
        except (OSError, ValueError):
            raise typer.BadParameter(
                f"{path} cannot be read.", param_hint="--secret-file"
            ) from None
    if secret is not None and not secret.strip():
        raise typer.BadParameter("the secret is empty.", param_hint="--secret")
    return secret.strip() if secret is not None else None


def settings_for(
    platform: Capabilities, given: Mapping[str, str], *, loopback: bool
) -> dict[str, str]:
    """The settings, if the platform knows them all and none it needs is missing.

    Raises BadParameter.
    """
    known = {**platform.settings, **platform.optional_settings}
    wrong = _unknown(given, known)
    wrong += [
        f"{name} is missing: {platform.settings[name]}"
        for name in platform.settings
        if not given.get(name)
    ]
    for name, value in given.items():
        if name == "channel" and name in known and value not in set(Channel):
            wrong.append(f"channel cannot be {value!r}: {known[name]}")
        if (
            name in known
            and name.endswith(("_url", "_base"))
            and (why := unusable(value, loopback=loopback))
        ):
            wrong.append(f"{name}: {why}")
    _refuse(wrong, platform, "--setting")
    return {name: value for name, value in given.items() if value}


def unknown_settings(platform: Capabilities, given: Mapping[str, str]) -> None:
    """Raises BadParameter for settings that the platform does not have."""
    _refuse(
        _unknown(given, {**platform.settings, **platform.optional_settings}), platform, "--setting"
    )


def credentials_for(
    platform: Capabilities,
    given: Mapping[str, str],
    settings: Mapping[str, str],
    *,
    receive_only: bool,
) -> dict[str, str]:
    """The credentials, asked for where a person can answer; empty if Heard shall receive only.

    Raises BadParameter.
    """
    known = {**platform.credentials, **platform.optional_credentials}
    wrong = _unknown(given, known)
    if receive_only and given:
        wrong.append("either give credentials or say --receive-only")
    if receive_only and not platform.pushes:
        wrong.append(
            "it sends nothing by itself: without credentials Heard cannot ask it for reviews"
        )
    found = {name: value for name, value in given.items() if value}
    # Without an address to post replies to, our own schema has nothing to sign.
    idle = platform.platform == "standard" and not settings.get("reply_url")
    missing = (
        []
        if wrong or receive_only or (idle and not found)
        else [name for name in platform.credentials if name not in found]
    )
    if missing and somebody_there():
        found |= {
            name: _typed(name, platform.credentials[name], "--credential-file NAME=FILE")
            for name in missing
        }
        missing = []
    wrong += [f"{name} is missing: {platform.credentials[name]}" for name in missing]
    if missing and not found and platform.pushes:
        wrong.append(
            "without credentials Heard receives reviews but cannot answer them; if that is meant, "
            "say --receive-only"
        )
    if (
        platform.platform == "standard"
        and "secret" in found
        and StandardWebhooks().unfit(found["secret"])
    ):
        wrong.append(f"secret: {platform.credentials['secret']}")
    _refuse(wrong, platform, "--credential")
    return {name: found[name] for name in known if name in found}


def signing_secret(
    connector: Connector, given: str | None, credentials: Mapping[str, str], *, later: bool = False
) -> str | None:
    """What deliveries are signed with: what was given, the account's own, or a new secret.

    None if they are not signed, or if the secret that the platform chooses can come later: because
    somebody says so, or because the platform is asked for its reviews as well, with these
    credentials. Raises BadParameter.
    """
    platform, scheme = connector.capabilities, connector.scheme
    if given and later:
        raise typer.BadParameter("the secret is there already.", param_hint="--secret-later")
    if later and platform.secret is not Secret.GIVEN:
        raise typer.BadParameter(
            f"{platform.title} does not choose the secret.", param_hint="--secret-later"
        )
    if given:
        _fit(connector, given)
    match platform.secret:
        case Secret.NONE:
            if given:
                signs = (
                    "does not sign with a secret"
                    if platform.signed
                    else "signs nothing; its address is the secret"
                )
                raise typer.BadParameter(f"{platform.title} {signs}.", param_hint="--secret")
            return None
        case Secret.CREDENTIAL:
            if secret := given or credentials.get(platform.secret_credential):
                return secret
            told = f"{platform.title} signs with the account's own secret: give the credential {platform.secret_credential}"
            raise typer.BadParameter(
                f"{told}, or the same as --secret-file.", param_hint="--secret-file"
            )
        case Secret.GIVEN:
            optional = platform.poll_seconds is not None and bool(
                credentials or not platform.credentials
            )
            if given is None and not later and somebody_there():
                given = _typed(
                    "signing secret", platform.secret_help, "--secret-file", optional=optional
                )
                _fit(connector, given)
            if not given and not later and not optional:
                told = f"{platform.title} chooses the secret: {platform.secret_help}"
                raise typer.BadParameter(
                    f"{told}. If it shows it only once it has the address: --secret-later.",
                    param_hint="--secret-file",
                )
            return given or None
        case Secret.MADE_HERE | Secret.KEPT_HERE:
            return given or (scheme.new_secret() if scheme else secrets.token_urlsafe(32))


def _fit(connector: Connector, secret: str) -> None:
    if secret and connector.scheme and (wrong := connector.scheme.unfit(secret)):
        raise typer.BadParameter(f"{connector.capabilities.title}: {wrong}.", param_hint="--secret")


def _typed(name: str, what: str, otherwise: str, *, optional: bool = False) -> str:
    """What somebody types unseen.

    Raises BadParameter for the first line of something that spans several.
    """
    told = f"{name} ({what})" + (", or nothing" if optional else "")
    typed = str(
        typer.prompt(
            told, hide_input=True, err=True, default="" if optional else None, show_default=False
        )
    ).strip()
    if typed == "{" or (typed.startswith("-----BEGIN") and "-----END" not in typed):
        raise typer.BadParameter(
            f"{name} spans several lines, which cannot be typed here: {otherwise}."
        )
    return typed


def _unknown(given: Mapping[str, str], known: Mapping[str, Any]) -> list[str]:
    return [
        f"{name} is unknown here; known: {', '.join(known) or 'none'}"
        for name in given
        if name not in known
    ]


def _refuse(wrong: Sequence[str], platform: Capabilities, option: str) -> None:
    if wrong:
        raise typer.BadParameter(f"{platform.title}: " + "; ".join(wrong) + ".", param_hint=option)
