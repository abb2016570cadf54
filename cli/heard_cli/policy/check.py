"""`heard policy check`: what is wrong with a policy, line by line, and what it does, in words.

Owns how problems are told, and the door that every policy goes through before it is published
(`checked`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from heard import clock
from heard.policy import Problem, complete, load_policy
from heard.policy.check import problems
from heard.policy.document import playbook
from heard.policy.schema import schema
from heard.policy.schema_types import listed, shown, spoken
from heard_cli import show
from heard_cli.policy.compile import with_holidays
from heard_cli.policy.source import read_source
from heard_cli.policy.words import (
    holidays_in_words,
    hours_in_words,
    then_in_words,
    when_in_words,
    within_in_words,
)
from heard_cli.stack import Stop


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a file: where (counted from 1), what, and how to mend it.

    `path` names the place in the document.
    """

    line: int
    column: int
    severity: str
    message: str
    fix: str
    path: str = ""

    def told(self, file: str) -> str:
        """As compilers say it, so that editors find the place."""
        return f"{file}:{self.line}:{self.column}: {self.severity}: {self.message}. {self.fix}"


@dataclass(frozen=True, slots=True)
class Examined:
    """A policy's text, what is wrong with it, and the document that would be stored.

    None with any error.
    """

    text: str
    findings: tuple[Finding, ...]
    document: dict[str, Any] | None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What must be mended; the rest are warnings."""
        return tuple(finding for finding in self.findings if finding.severity == "error")


def examined(content: bytes, today: date) -> Examined:
    """What a policy's file says and what is wrong with it. Total.

    Any bytes are some policy or findings.
    """
    source = read_source(content)
    if source.faults:
        told = [
            Finding(fault.line, fault.column, "error", fault.message, fault.fix)
            for fault in source.faults
        ]
        return Examined(source.text, tuple(told), None)
    document, found = with_holidays(source.document, today)
    told = (
        _finding(problem, source.place(problem.path)) for problem in (*found, *problems(document))
    )
    findings = sorted(told, key=lambda each: (each.line, each.column))
    wrong = any(finding.severity == "error" for finding in findings)
    return Examined(source.text, tuple(findings), None if wrong else complete(document))


def checked(file: Path) -> tuple[str, dict[str, Any]]:
    """A policy's text and the document to store.

    Raises Stop with everything that is wrong, and tells of what is only doubtful.
    """
    found = examined(file.read_bytes(), _today())
    if found.document is None:
        told = "\n".join(finding.told(str(file)) for finding in found.errors)
        raise Stop(
            f"{file} is no policy that could be followed.\n{told}",
            "Mend it and try again; nothing was changed.",
        )
    for finding in found.findings:
        show.say(finding.told(str(file)))
    return found.text, found.document


def check(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The policy, a YAML or JSON file.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Say what is wrong with a policy, with line and fix, and in words what it does.

    Exits 1 if it could not be published.
    """
    found = examined(file.read_bytes(), _today())
    if as_json:
        show.data(
            {
                "file": str(file),
                "good": found.document is not None,
                "hash": load_policy(found.document).hash if found.document else None,
                "findings": [asdict(finding) for finding in found.findings],
            }
        )
    else:
        for finding in found.findings:
            show.line(finding.told(str(file)), _STYLES[finding.severity])
        if found.document:
            _tell(found.document)
    if found.document is None:
        raise typer.Exit(1)


def print_schema() -> None:
    """Print the JSON Schema of a policy; editors complete and check with it."""
    typer.echo(json.dumps(schema(), indent=2, ensure_ascii=False))


_STYLES: Final = {"error": "red", "warning": "yellow"}


def _today() -> date:
    return clock.now().date()


def _finding(problem: Problem, place: tuple[int, int]) -> Finding:
    return Finding(
        *place,
        problem.severity,
        f"{shown(problem.path)}: {problem.message}",
        problem.fix,
        shown(problem.path),
    )


def _tell(document: Mapping[str, Any]) -> None:
    """What a complete document does, as tables."""
    others = playbook()
    policy = load_policy(document)
    show.table(
        ("", "rule", "when", "then"),
        [
            (
                "" if rule in others["rules"] else "own",
                rule["id"],
                when_in_words(rule["when"]),
                then_in_words(rule["then"]),
            )
            for rule in document["rules"]
        ],
        empty="",
    )
    show.table(
        ("", "time limit", "when", "a person answers within"),
        [
            (
                "" if sla in others["sla"] else "own",
                sla["id"],
                when_in_words(sla["when"]),
                within_in_words(sla),
            )
            for sla in document["sla"]
        ],
        empty="",
    )
    show.table(
        ("", "escalation", "when", "and then after"),
        [
            (
                "" if each in others["escalation"] else "own",
                each["id"],
                when_in_words(each["when"]),
                ", ".join(map(spoken, each["after"])),
            )
            for each in document["escalation"]
        ],
        empty="",
    )
    show.facts(
        {
            "policy": policy.name,
            "hash": policy.hash,
            "hours": hours_in_words(document["calendar"]),
            "holidays": holidays_in_words(document["calendar"]["holidays"]),
            "quiet": listed(
                [f"{quiet['from']} to {quiet['to']}" for quiet in document.get("quiet_hours", ())]
            )
            or "never",
            "public replies": str(policy.public_replies),
            "given up": f"after {spoken(policy.give_up_after)}",
        }
    )
