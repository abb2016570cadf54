"""`heard policy check`: the errors of a policy with their lines, and what the policy does.

It owns how problems are shown, and the check that every policy passes before it is published
(`read_valid_policy`).
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
from heard.policy import Problem, complete_document, load_policy
from heard.policy.check import find_problems
from heard.policy.document import playbook
from heard.policy.schema import json_schema
from heard.policy.schema_types import format_duration, format_path, join_with_or
from heard_cli import options, show
from heard_cli.policy.compile import resolve_holidays
from heard_cli.policy.descriptions import (
    holidays_in_words,
    hours_in_words,
    then_in_words,
    when_in_words,
    within_in_words,
)
from heard_cli.policy.source import read_source
from heard_cli.stack import CommandError


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem of a file: where (counted from 1), what, and how to fix it.

    `path` names the place in the document.
    """

    line: int
    column: int
    severity: str
    message: str
    fix: str
    path: str = ""

    def as_line(self, file: str) -> str:
        """The format of compilers, with which editors find the place."""
        return f"{file}:{self.line}:{self.column}: {self.severity}: {self.message}. {self.fix}"


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """A policy's text, its problems, and the document to store (None with any error)."""

    text: str
    diagnostics: tuple[Diagnostic, ...]
    document: dict[str, Any] | None

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What must be fixed; the others are warnings."""
        return tuple(finding for finding in self.diagnostics if finding.severity == "error")


def check_content(content: bytes, today: date) -> DocumentCheck:
    """The policy in a file, with its problems.

    Total: any bytes give a policy or problems.
    """
    source = read_source(content)
    if source.issues:
        entries = [
            Diagnostic(issue.line, issue.column, "error", issue.message, issue.fix)
            for issue in source.issues
        ]
        return DocumentCheck(source.text, tuple(entries), None)
    document, holiday_problems = resolve_holidays(source.document, today)
    entries = (
        _to_diagnostic(problem, source.position(problem.path))
        for problem in (*holiday_problems, *find_problems(document))
    )
    diagnostics = sorted(entries, key=lambda entry: (entry.line, entry.column))
    has_errors = any(finding.severity == "error" for finding in diagnostics)
    return DocumentCheck(
        source.text, tuple(diagnostics), None if has_errors else complete_document(document)
    )


def read_valid_policy(file: Path) -> tuple[str, dict[str, Any]]:
    """A policy's text and the document to store.

    Raises CommandError with all errors; prints the warnings.
    """
    result = check_content(file.read_bytes(), _today())
    if result.document is None:
        error_lines = "\n".join(diagnostic.as_line(str(file)) for diagnostic in result.errors)
        raise CommandError(
            f"{file} is not a valid policy.\n{error_lines}",
            "Fix it and try again. Nothing was changed.",
        )
    for finding in result.diagnostics:
        show.note(finding.as_line(str(file)))
    return result.text, result.document


def check(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The policy, a YAML or JSON file.")
    ],
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Check a policy: list its errors with line and fix, and describe what it does.

    Exit code 1 if it cannot be published.
    """
    result = check_content(file.read_bytes(), _today())
    if as_json:
        show.data(
            {
                "file": str(file),
                "valid": result.document is not None,
                "hash": load_policy(result.document).hash if result.document else None,
                "diagnostics": [asdict(diagnostic) for diagnostic in result.diagnostics],
            }
        )
    else:
        for finding in result.diagnostics:
            show.line(finding.as_line(str(file)), _STYLES[finding.severity])
        if result.document:
            _print_document(result.document)
    if result.document is None:
        raise typer.Exit(1)


def print_schema() -> None:
    """Print the JSON Schema of a policy. Editors complete and check with it."""
    typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


_STYLES: Final = {"error": "red", "warning": "yellow"}


def _today() -> date:
    return clock.now().date()


def _to_diagnostic(problem: Problem, position: tuple[int, int]) -> Diagnostic:
    return Diagnostic(
        *position,
        problem.severity,
        f"{format_path(problem.path)}: {problem.message}",
        problem.fix,
        format_path(problem.path),
    )


def _print_document(document: Mapping[str, Any]) -> None:
    """Print what a complete document does, as tables."""
    defaults = playbook()
    policy = load_policy(document)
    show.table(
        ("", "rule", "when", "then"),
        [
            (
                "" if rule in defaults["rules"] else "custom",
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
                "" if sla in defaults["sla"] else "custom",
                sla["id"],
                when_in_words(sla["when"]),
                within_in_words(sla),
            )
            for sla in document["sla"]
        ],
        empty="",
    )
    show.table(
        ("", "escalation", "when", "escalates after"),
        [
            (
                "" if entry in defaults["escalation"] else "custom",
                entry["id"],
                when_in_words(entry["when"]),
                ", ".join(map(format_duration, entry["after"])),
            )
            for entry in document["escalation"]
        ],
        empty="",
    )
    show.fields(
        {
            "policy": policy.name,
            "hash": policy.hash,
            "hours": hours_in_words(document["calendar"]),
            "holidays": holidays_in_words(document["calendar"]["holidays"]),
            "quiet": join_with_or(
                [f"{quiet['from']} to {quiet['to']}" for quiet in document.get("quiet_hours", ())]
            )
            or "never",
            "public replies": str(policy.public_replies),
            "automatic replies": f"{policy.automatic_replies} to an author in 24 hours",
            "codes of a resolution": (
                f"{len(policy.codes.causes)} causes, {len(policy.codes.fixes)} fixes, "
                f"{len(policy.codes.reasons)} reasons"
            ),
            "a follow-up expires": f"after {format_duration(policy.give_up_after)}",
        }
    )
