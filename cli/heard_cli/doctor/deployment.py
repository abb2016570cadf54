"""Findings about what is deployed: its status, its version, its code, the account around it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from heard_cli.deploy import CANNOT_UPDATE, EXECUTIONS_NEEDED
from heard_cli.doctor.findings import Finding, attention, broken, names, ok

_DEPLOY: Final = "Deploy again: make deploy"
CLOCK_WARNING: Final = 30.0
"""Seconds by which a clock may be wrong before somebody should set it."""
CLOCK_LIMIT: Final = 300.0
"""AWS and most platforms refuse signatures that are more seconds away than this."""


@dataclass(frozen=True, slots=True)
class FunctionCode:
    """One version of a function: what it runs. `settings` are its environment variables."""

    version: str
    code: str
    layers: tuple[str, ...] = ()
    settings: Mapping[str, str] | None = None
    state: str = "Active"
    snapshot: str = ""


def judge_status(status: str, drift: str) -> list[Finding]:
    """From the status of the stack, and what CloudFormation knows of changes beside it."""
    if status in CANNOT_UPDATE or status.endswith("_FAILED"):
        return [broken(f"The stack is in {status}.", "docs/operations.md, Start over")]
    if status.endswith("_IN_PROGRESS"):
        return [attention(f"The stack is in {status}.", "Wait until that is over.")]
    if status == "UPDATE_ROLLBACK_COMPLETE":
        return [
            attention(
                "The last update failed and was rolled back.",
                "The first UPDATE_FAILED in the events of the stack says why.",
            )
        ]
    if drift == "DRIFTED":
        return [
            attention(
                "Somebody changed resources beside the template.",
                "See them under Drift in CloudFormation. The next update may undo or keep them.",
            )
        ]
    return ok(f"{status}, drift {drift.lower().replace('_', ' ') or 'not checked'}")


def judge_version(template: str, command: str) -> list[Finding]:
    """From the version in the stack's outputs and the version of this command."""
    if not template:
        return [attention("The stack is from a release without a version.", _DEPLOY)]
    if template != command:
        return [
            attention(
                f"The stack has version {template}, this command {command}.",
                "Use the command of the same release, or deploy this one: make deploy",
            )
        ]
    return ok(f"{template}, like this command")


def judge_executions(allowed: int, scale: str) -> list[Finding]:
    """From the concurrent executions that the account allows, and the stack's `Scale`."""
    needed = EXECUTIONS_NEEDED.get(scale, 0)
    if allowed < needed:
        return [
            broken(
                f"Scale={scale} needs {needed} concurrent executions, the account allows "
                f"{allowed}: webhooks are turned away.",
                "Ask for more under Service Quotas, or choose a smaller Scale.",
            )
        ]
    return ok(f"{allowed} allowed, Scale={scale} needs {needed}")


def judge_alias(function: str, live: FunctionCode, newest: FunctionCode) -> list[Finding]:
    """From what the alias of a function points at, and the newest code of the function."""
    findings: list[Finding] = []
    if live.code != newest.code:
        findings.append(
            broken(f"{function}: live is version {live.version}, with older code.", _DEPLOY)
        )
    elif set(live.layers) != set(newest.layers):
        findings.append(
            broken(f"{function}: live is version {live.version}, with older layers.", _DEPLOY)
        )
    elif live.settings != newest.settings:
        findings.append(
            attention(
                f"{function}: a parameter changed, and live has the value from before.",
                "It follows with the next change of code (docs/operations.md, Update).",
            )
        )
    if live.state == "Pending":
        findings.append(
            attention(f"{function}: version {live.version} is being made.", "Wait a minute.")
        )
    elif live.state not in {"Active", ""}:
        findings.append(
            attention(
                f"{function}: version {live.version} is {live.state}. Its first call fails.",
                "Call it once and wait a minute (docs/operations.md, Executions at once).",
            )
        )
    elif live.snapshot == "Off":
        findings.append(attention(f"{function}: version {live.version} has no snapshot.", _DEPLOY))
    return findings or ok(f"{function}: version {live.version}, newest code and layers")


def judge_layers(functions: Mapping[str, Sequence[str]], layers: Collection[str]) -> list[Finding]:
    """From the layer versions of each function, and those of the stack."""
    stale = [name for name, versions in functions.items() if not set(versions) <= set(layers)]
    if stale:
        return [broken(f"These run layers that are not the stack's: {names(stale)}.", _DEPLOY)]
    return ok(f"{len(functions)} functions on the stack's layers")


def judge_clock(seconds: float) -> list[Finding]:
    """From how far this machine's clock is from that of AWS (positive: ahead)."""
    direction = "ahead of" if seconds > 0 else "behind"
    what = f"This machine is {abs(seconds):.0f} s {direction} AWS."
    if abs(seconds) > CLOCK_LIMIT:
        return [broken(f"{what} Signed requests are refused.", "Set the clock, or start NTP.")]
    if abs(seconds) > CLOCK_WARNING:
        return [attention(what, "Set the clock, or start NTP.")]
    return ok(f"within {CLOCK_WARNING:.0f} s of AWS")
