"""Findings about who uses the stack: businesses, people, connections, sign-in, mail."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from heard.addresses import name_for_logs
from heard.connectors import Capabilities, Connection, SecretOrigin
from heard.people import Person, Role
from heard_cli.doctor.findings import Finding, attention, broken, names, ok

DEFAULT_KEY: Final = "alias/aws/ssm"
"""The key of secrets. No function may use another one."""
_SIGN_IN_FLOW: Final = "ALLOW_USER_PASSWORD_AUTH"


_ADVICE: Final = {
    "inbound": "heard connect rotate CONNECTION",
    "credentials": "Add the connection anew with its credentials: heard connect add",
    "address": "heard connect rotate CONNECTION --address",
}
"""What to do about a secret that is missing, by its name."""


@dataclass(frozen=True, slots=True)
class SecretFacts:
    """One stored parameter, without its value."""

    name: str
    kind: str
    key: str


def judge_people(
    businesses: Collection[str], people: Sequence[Person], wrongly_listed: Collection[str] = ()
) -> list[Finding]:
    """Whether each business has somebody who answers, and somebody who may set it up.

    `wrongly_listed` are those whose entries in the lists of the businesses are not their roles.
    """
    if not businesses:
        return [attention("There is no business yet.", 'heard business add ID --name "Its name"')]
    findings: list[Finding] = []
    answering = {
        business
        for person in people
        for business, roles in person.roles.items()
        if roles & {Role.AGENT, Role.LEAD}
    }
    if without_agent := set(businesses) - answering:
        findings.append(
            attention(
                f"Nobody answers the follow-ups of {names(without_agent)}.",
                "heard people add --business BUSINESS --role agent --email …",
            )
        )
    if wrongly_listed:
        findings.append(
            attention(
                f"The lists of the businesses have wrong entries for {len(wrongly_listed)} of the "
                "people, so notes may offer too few or too many people to mention.",
                "heard people migrate",
            )
        )
    leading = {
        business
        for person in people
        for business, roles in person.roles.items()
        if Role.LEAD in roles
    }
    if without_lead := (set(businesses) & answering) - leading:
        findings.append(
            attention(
                f"Nobody can approve what takes two people at {names(without_lead)}.",
                "heard people add --business BUSINESS --role lead --email …",
            )
        )
    return findings or ok(f"{len(people)} people for {len(businesses)} businesses")


def judge_policies(versions: Mapping[str, int]) -> list[Finding]:
    """From the number of the published policy of each business; 0 for none."""
    default = [business for business, version in versions.items() if not version]
    if default:
        return ok(f"the default policy holds at {names(default)}")
    return ok(f"{len(versions)} published")


def needed_secrets(connection: Connection, capabilities: Capabilities) -> set[str]:
    """The parameters without which a connection cannot receive, or cannot read and reply.

    Without `address` its webhook works, and nobody can see at which address.
    """
    needed: set[str] = set()
    if capabilities.pushes and capabilities.secret_origin in {
        SecretOrigin.GENERATED,
        SecretOrigin.INTERNAL,
        SecretOrigin.FROM_PLATFORM,
    }:
        needed.add("inbound")
    if connection.has_credentials:
        needed.add("credentials")
    if connection.lock:
        needed.add("address")
    return needed


def judge_secrets(
    needed: Mapping[str, tuple[str, Collection[str]]], stored: Sequence[SecretFacts]
) -> list[Finding]:
    """From what each connection needs (its platform, names of secrets), and what is stored.

    The names of `stored` end in `{connection}/{secret}`. The id of a connection of an earlier
    release is a secret, so a digest stands for it.
    """
    findings: list[Finding] = []
    by_place = {tuple(secret.name.rsplit("/", 2)[-2:]): secret for secret in stored}
    for connection, (platform, secrets) in needed.items():
        label = f"{platform} {name_for_logs(connection)}"
        for name in sorted(secrets):
            secret = by_place.get((connection, name))
            if secret is None:
                findings.append(broken(f"{label} has no {name}.", _ADVICE[name]))
            elif secret.kind != "SecureString":
                findings.append(
                    broken(f"The {name} of {label} is stored in plain.", "heard connect rotate")
                )
            elif secret.key not in {DEFAULT_KEY, ""}:
                findings.append(
                    broken(
                        f"No function can read the {name} of {label}: it has a key of its own.",
                        f"Store it again with {DEFAULT_KEY}.",
                    )
                )
    orphans = {place[0] for place in by_place} - needed.keys()
    if orphans:
        findings.append(
            attention(
                f"{len(orphans)} connections are gone, and their secrets are still stored.",
                "aws ssm delete-parameter, for each under /heard/{stack}/",
            )
        )
    return findings or ok(f"{len(needed)} connections have what they need")


def judge_client(client: Mapping[str, Any]) -> list[Finding]:
    """From the client of the user pool as Cognito describes it."""
    findings: list[Finding] = []
    if _SIGN_IN_FLOW not in client.get("ExplicitAuthFlows", ()):
        findings.append(broken("heard people sign-in is turned off.", "make deploy"))
    if not client.get("EnableTokenRevocation", True):
        findings.append(attention("Tokens cannot be revoked.", "make deploy"))
    addresses = [*client.get("CallbackURLs", ()), *client.get("LogoutURLs", ())]
    if unsafe := [address for address in addresses if not _is_safe(address)]:
        findings.append(
            broken(
                f"After signing in, people are sent to {names(unsafe)} in plain.",
                "Give https addresses only.",
            )
        )
    return findings or ok(f"sign-in works, {len(addresses)} addresses to return to")


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or parts.hostname in {"localhost", "127.0.0.1"}


def judge_mail(senders: Mapping[str, bool], *, in_sandbox: bool) -> list[Finding]:
    """From the addresses that replies by SES come from, each with whether it is verified."""
    if not senders:
        return ok("no connection replies by SES")
    findings: list[Finding] = []
    if in_sandbox:
        findings.append(
            broken(
                "SES is in the sandbox: it sends to verified addresses only.",
                "Ask for production access in the SES console.",
            )
        )
    if unverified := [sender for sender, verified in senders.items() if not verified]:
        findings.append(
            broken(f"SES does not send as {names(unverified)}.", "Verify the address or domain.")
        )
    return findings or ok(f"SES sends as {names(senders)}")
