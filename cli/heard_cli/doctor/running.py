"""Findings about what runs by itself and who is told: clocks, readers, alarms, logs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from heard_cli.doctor.findings import Finding, attention, broken, names, ok

_NOT_READING: Final = frozenset({"", "Disabled", "Disabling", "Deleting"})
"""The states of a reader that reads nothing, or will not in a moment."""
_START: Final = "heard stop --undo"
_ALARM_TABLE: Final = "docs/operations.md, Alarms"


@dataclass(frozen=True, slots=True)
class AlarmFacts:
    """One alarm of the stack by its logical id. `runs` counts what a silent alarm waits for."""

    name: str
    state: str
    tells: bool
    why: str = ""
    runs: int | None = None


@dataclass(frozen=True, slots=True)
class LogFacts:
    """One log group: for how many days it keeps lines (None: for ever), and its key."""

    name: str
    days: int | None
    encrypted: bool


def judge_alarms(expected: Collection[str], alarms: Sequence[AlarmFacts]) -> list[Finding]:
    """From the alarms of the template by logical id, and those that exist."""
    findings: list[Finding] = []
    if missing := set(expected) - {alarm.name for alarm in alarms}:
        findings.append(broken(f"These alarms are gone: {names(missing)}.", "make deploy"))
    if silent := [alarm.name for alarm in alarms if not alarm.tells]:
        findings.append(
            broken(
                f"These alarms tell nobody: {names(silent)}.",
                "aws cloudwatch enable-alarm-actions --alarm-names …",
            )
        )
    findings += [
        broken(f"{alarm.name} is on: {alarm.why or 'see its history'}", _ALARM_TABLE)
        for alarm in alarms
        if alarm.state == "ALARM"
    ]
    return findings or ok(f"{len(alarms)} alarms, none is on")


def judge_subscriptions(subscriptions: Mapping[str, bool]) -> list[Finding]:
    """From the receivers of the alarms, each with whether it is confirmed."""
    if not subscriptions:
        return [
            attention(
                "Nobody gets the alarms.",
                "make deploy REGION=… PARAMETERS=AlarmEmail=you@example.com",
            )
        ]
    if not any(subscriptions.values()):
        return [
            broken(
                "Nobody gets the alarms: no receiver is confirmed.",
                "Confirm the subscription in the e-mail from AWS; subscribe again if it is lost.",
            )
        ]
    pending = sum(not confirmed for confirmed in subscriptions.values())
    if pending:
        return [
            attention(f"{pending} receivers of alarms are not confirmed.", "Ask them to confirm.")
        ]
    return ok(f"{len(subscriptions)} confirmed")


def judge_clocks(rules: Mapping[str, str]) -> list[Finding]:
    """From the schedules by logical id, each with its state."""
    if stopped := [name for name, state in rules.items() if state != "ENABLED"]:
        return [broken(f"These schedules are off: {names(stopped)}.", _START)]
    return ok(f"{len(rules)} schedules are on")


def judge_readers(readers: Mapping[str, tuple[str, str]]) -> list[Finding]:
    """From the readers of queues and stream: state, and result of the last reading."""
    findings: list[Finding] = []
    if stopped := [name for name, (state, _) in readers.items() if state in _NOT_READING]:
        findings.append(broken(f"These readers are off: {names(stopped)}.", _START))
    findings += [
        broken(f"{name} cannot read: {result}", "Check the permissions and the key.")
        for name, (_, result) in readers.items()
        if result.startswith("PROBLEM")
    ]
    return findings or ok(f"{len(readers)} readers are on")


def judge_runs(alarms: Sequence[AlarmFacts], *, young: bool) -> list[Finding]:
    """From how often that happened of whose absence an alarm tells. `young`: just deployed."""
    absent = [alarm.name for alarm in alarms if alarm.runs == 0]
    if absent and young:
        return ok("nothing is expected yet: the stack is new")
    if absent:
        return [
            broken(
                f"No run was counted for {names(absent)}.",
                "See the schedules above, then the errors of the function in the logs.",
            )
        ]
    return ok("every clock ran lately")


def judge_logs(groups: Sequence[LogFacts], expected: Collection[str]) -> list[Finding]:
    """From the log groups with the names of the stack's, and the names that the stack made."""
    findings: list[Finding] = []
    existing = {group.name for group in groups}
    if missing := set(expected) - existing:
        findings.append(broken(f"These log groups are gone: {names(missing)}.", "make deploy"))
    for group in groups:
        if group.name not in expected:
            findings.append(
                attention(
                    f"{group.name} belongs to no resource of the stack.",
                    f"aws logs delete-log-group --log-group-name {group.name}",
                )
            )
            continue
        if group.days is None:
            findings.append(broken(f"{group.name} keeps lines for ever.", "make deploy"))
        if not group.encrypted:
            findings.append(broken(f"{group.name} is not encrypted with the key.", "make deploy"))
    days = {group.days for group in groups}
    return findings or ok(f"{len(groups)} groups, encrypted, {names(map(str, days))} days")
