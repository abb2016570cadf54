"""Settings, credentials and the signing secret of a connection, checked before they are stored.

All problems are reported together, each with what the platform needs. Secrets come from a file or a
hidden prompt, because shells remember the command line. Nothing here prints a secret.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import typer

from heard.connectors import Capabilities, Connector, SecretOrigin
from heard.connectors.http import address_problem
from heard.connectors.signatures import StandardWebhooks
from heard.reviews import Channel
from heard_cli.input_files import read_json, read_text

SHELL_HISTORY: Final = "It stays in your shell's history"


def is_interactive() -> bool:
    """Whether a person at a terminal can be asked."""
    return sys.stdin.isatty()


def parse_pairs(options: Sequence[str], option: str) -> dict[str, str]:
    """`name=value` as typed. Raises BadParameter, which never shows a value."""
    values: dict[str, str] = {}
    for pair in options:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(
                "write name=value; repeat the option for each.", param_hint=option
            )
        if name.strip() in values:
            raise typer.BadParameter(f"{name.strip()} is set twice.", param_hint=option)
        values[name.strip()] = value.strip()
    return values


def read_credential_files(options: Sequence[str]) -> dict[str, str]:
    """`name=file` as typed. Each file is one credential: a key in PEM, an account's JSON.

    Raises BadParameter.
    """
    values: dict[str, str] = {}
    for name, file in parse_pairs(options, "--credential-file").items():
        values[name] = read_text(Path(file), "--credential-file").strip()
    return values


def read_credentials_file(path: Path) -> dict[str, str]:
    """A JSON object whose values are strings, from a file or (`-`) stdin.

    A value that is an object (an account's key file) becomes its JSON text. Raises BadParameter,
    which never shows a value.
    """
    document = read_json(path, "--credentials-file")
    entries = cast("dict[str, object]", document) if isinstance(document, dict) else None
    if entries is None or not all(isinstance(value, str | dict) for value in entries.values()):
        raise typer.BadParameter(
            f'{path} must contain one JSON object whose values are strings: {{"api_key": "…"}}.',
            param_hint="--credentials-file",
        )
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in entries.items()
    }


def read_secret(secret: str | None, path: Path | None) -> str | None:
    """The signing secret from either option; None without both. Raises BadParameter."""
    if secret is not None and path is not None:
        raise typer.BadParameter("give --secret or --secret-file, not both.", param_hint="--secret")
    if path is not None:
        secret = read_text(path, "--secret-file").strip()
    if secret is not None and not secret.strip():
        raise typer.BadParameter("the secret is empty.", param_hint="--secret")
    return secret.strip() if secret is not None else None


def check_settings(
    capabilities: Capabilities, values: Mapping[str, str], *, loopback: bool
) -> dict[str, str]:
    """The settings. Raises BadParameter if one is unknown, wrong or missing."""
    descriptions = {**capabilities.settings, **capabilities.optional_settings}
    problems = _unknown_names(values, descriptions)
    problems += [
        f"{name} is missing: {capabilities.settings[name]}"
        for name in capabilities.settings
        if not values.get(name)
    ]
    for name, value in values.items():
        if name == "channel" and name in descriptions and value not in set(Channel):
            problems.append(f"channel cannot be {value!r}: {descriptions[name]}")
        if (
            name in descriptions
            and name.endswith(("_url", "_base"))
            and (problem := address_problem(value, allow_loopback=loopback))
        ):
            problems.append(f"{name}: {problem}")
    _raise_problems(problems, capabilities, "--setting")
    return {name: value for name, value in values.items() if value}


def check_setting_names(capabilities: Capabilities, values: Mapping[str, str]) -> None:
    """Raises BadParameter for a setting that the platform does not have."""
    _raise_problems(
        _unknown_names(values, {**capabilities.settings, **capabilities.optional_settings}),
        capabilities,
        "--setting",
    )


def collect_credentials(
    capabilities: Capabilities,
    inputs: Mapping[str, str],
    settings: Mapping[str, str],
    *,
    receive_only: bool,
) -> dict[str, str]:
    """The credentials; missing ones are asked for at a terminal. Empty for receiving only.

    Raises BadParameter.
    """
    descriptions = {**capabilities.credentials, **capabilities.optional_credentials}
    problems = _unknown_names(inputs, descriptions)
    if receive_only and inputs:
        problems.append("give credentials or --receive-only, not both")
    if receive_only and not capabilities.pushes:
        problems.append("it has no webhooks: without credentials Heard cannot poll it")
    values = {name: value for name, value in inputs.items() if value}
    # Without an address for replies, our own schema has nothing to sign.
    reply_impossible = capabilities.platform == "standard" and not settings.get("reply_url")
    missing = (
        []
        if problems or receive_only or (reply_impossible and not values)
        else [name for name in capabilities.credentials if name not in values]
    )
    if missing and is_interactive():
        values |= {
            name: _prompt_secret(
                name, capabilities.credentials[name], "--credential-file NAME=FILE"
            )
            for name in missing
        }
        missing = []
    problems += [f"{name} is missing: {capabilities.credentials[name]}" for name in missing]
    if missing and not values and capabilities.pushes:
        problems.append(
            "without credentials Heard receives reviews but cannot reply; if you want that, "
            "add --receive-only"
        )
    if (
        capabilities.platform == "standard"
        and "secret" in values
        and StandardWebhooks().secret_problem(values["secret"])
    ):
        problems.append(f"secret: {capabilities.credentials['secret']}")
    _raise_problems(problems, capabilities, "--credential")
    return {name: values[name] for name in descriptions if name in values}


def choose_signing_secret(
    connector: Connector,
    secret_input: str | None,
    credentials: Mapping[str, str],
    *,
    secret_later: bool = False,
) -> str | None:
    """The secret that signs requests: the given one, the account's own, or a new one.

    None if requests are not signed, or if the platform creates the secret and it can come later:
    with `secret_later`, or because the platform is polled as well, with these credentials. Raises
    BadParameter.
    """
    capabilities, scheme = connector.capabilities, connector.scheme
    if secret_input and secret_later:
        raise typer.BadParameter(
            "give a secret or --secret-later, not both.", param_hint="--secret-later"
        )
    if secret_later and capabilities.secret_origin is not SecretOrigin.FROM_PLATFORM:
        raise typer.BadParameter(
            f"{capabilities.title} does not create the secret itself.", param_hint="--secret-later"
        )
    if secret_input:
        _check_secret(connector, secret_input)
    match capabilities.secret_origin:
        case SecretOrigin.NONE:
            if secret_input:
                reason = (
                    "does not sign with a secret"
                    if capabilities.signed
                    else "does not sign; the secret address is the only protection"
                )
                raise typer.BadParameter(f"{capabilities.title} {reason}.", param_hint="--secret")
            return None
        case SecretOrigin.CREDENTIAL:
            if secret := secret_input or credentials.get(capabilities.secret_credential):
                return secret
            message = (
                f"{capabilities.title} signs with the account's secret: give the credential "
                f"{capabilities.secret_credential}"
            )
            raise typer.BadParameter(
                f"{message}, or give the same value with --secret-file.", param_hint="--secret-file"
            )
        case SecretOrigin.FROM_PLATFORM:
            optional = capabilities.poll_seconds is not None and bool(
                credentials or not capabilities.credentials
            )
            if secret_input is None and not secret_later and is_interactive():
                secret_input = _prompt_secret(
                    "signing secret", capabilities.secret_help, "--secret-file", optional=optional
                )
                _check_secret(connector, secret_input)
            if not secret_input and not secret_later and not optional:
                message = (
                    f"{capabilities.title} creates the secret itself: {capabilities.secret_help}"
                )
                raise typer.BadParameter(
                    (
                        f"{message}. If the platform shows the secret only after you enter the "
                        "address, add --secret-later."
                    ),
                    param_hint="--secret-file",
                )
            return secret_input or None
        case SecretOrigin.GENERATED | SecretOrigin.INTERNAL:
            return secret_input or (scheme.new_secret() if scheme else secrets.token_urlsafe(32))


def _check_secret(connector: Connector, secret: str) -> None:
    if secret and connector.scheme and (problem := connector.scheme.secret_problem(secret)):
        raise typer.BadParameter(
            f"{connector.capabilities.title}: {problem}.", param_hint="--secret"
        )


def _prompt_secret(name: str, description: str, alternative: str, *, optional: bool = False) -> str:
    """A secret that a person types, hidden.

    Raises BadParameter for the first line of a secret that has several lines.
    """
    question = f"{name} ({description})" + ("; leave empty to skip" if optional else "")
    value = str(
        typer.prompt(
            question,
            hide_input=True,
            err=True,
            default="" if optional else None,
            show_default=False,
        )
    ).strip()
    if value == "{" or (value.startswith("-----BEGIN") and "-----END" not in value):
        raise typer.BadParameter(
            f"{name} has several lines and cannot be typed here; use {alternative}."
        )
    return value


def _unknown_names(values: Mapping[str, str], known_names: Mapping[str, Any]) -> list[str]:
    return [
        f"{name} is not a known name; known names: {', '.join(known_names) or 'none'}"
        for name in values
        if name not in known_names
    ]


def _raise_problems(problems: Sequence[str], capabilities: Capabilities, option: str) -> None:
    if problems:
        text = "; ".join(problem.rstrip(".") for problem in problems)
        raise typer.BadParameter(f"{capabilities.title}: {text}.", param_hint=option)
