"""`heard doctor`: the checks in their order, and how their findings are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from typing import Annotated, Final

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.text import Text

from heard.storage.tables import error_code
from heard_cli import options, show
from heard_cli.doctor import data, deployment, running, setup
from heard_cli.doctor.findings import Check, Finding, Grade, to_json
from heard_cli.doctor.reading import Reader
from heard_cli.stack import ACCESS_DENIED_CODES, Stack, on_stack

app = typer.Typer(help="Check a deployed stack, and say what to do about what is wrong.")

_NO_METRICS: Final = "the emulator counts nothing for CloudWatch"
_DROPPED: Final = "the emulator leaves this out of the template"
_POLICY: Final = "docs/operations.md, What the doctor may read"
_GONE: Final = re.compile("NotFound|NonExistent|DoesNotExist|NoSuch")
"""What the codes of AWS's errors say of a resource that does not exist."""
_ACTION: Final = re.compile(r"not authorized to perform: ([\w-]+:\w+)")
_COLOURS: Final = {
    Grade.OK: "green",
    Grade.ATTENTION: "yellow",
    Grade.BROKEN: "bold red",
    Grade.UNCHECKED: "dim",
}


def _aliases(reader: Reader) -> Iterator[Finding]:
    for function, live, newest in reader.aliases():
        yield from deployment.judge_alias(function, live, newest)


def _layers(reader: Reader) -> list[Finding]:
    functions = {
        function.name: reader.code(function.id).layers
        for function in reader.of_kind("Lambda::Function")
    }
    layers = [layer.id for layer in reader.of_kind("Lambda::LayerVersion")]
    return deployment.judge_layers(functions, layers)


def _mail(reader: Reader) -> list[Finding]:
    senders, in_sandbox = reader.senders()
    return setup.judge_mail(senders, in_sandbox=in_sandbox)


CHECKS: Final = (
    Check(
        "status",
        lambda reader: deployment.judge_status(
            reader.description["StackStatus"],
            reader.description.get("DriftInformation", {}).get("StackDriftStatus", ""),
        ),
    ),
    Check(
        "version",
        lambda reader: deployment.judge_version(
            reader.stack.outputs.get("Version", ""), version("heard")
        ),
    ),
    Check("clock", lambda reader: deployment.judge_clock(reader.seconds_ahead())),
    Check(
        "executions at once",
        lambda reader: deployment.judge_executions(
            reader.executions(), reader.parameters.get("Scale", "")
        ),
        needs_aws="this machine has no quota",
    ),
    Check("newest code", _aliases),
    Check("layers", _layers),
    Check("schedules", lambda reader: running.judge_clocks(reader.clocks())),
    Check("readers", lambda reader: running.judge_readers(reader.readers())),
    Check(
        "runs",
        lambda reader: running.judge_runs(reader.silent_alarms(), young=reader.is_young),
        needs_aws=_NO_METRICS,
    ),
    Check("dead letters", lambda reader: data.judge_dead_letters(reader.queues(dead=True))),
    Check("queues", lambda reader: data.judge_queues(reader.queues(dead=False))),
    Check(
        "alarms",
        lambda reader: running.judge_alarms(set(reader.alarm_names.values()), reader.alarms()),
        needs_aws=_NO_METRICS,
    ),
    Check(
        "alarm receivers",
        lambda reader: running.judge_subscriptions(reader.subscriptions()),
        needs_aws="the emulator sends no e-mail",
    ),
    Check("logs", lambda reader: running.judge_logs(*reader.logs()), needs_aws=_DROPPED),
    Check("recovery", lambda reader: data.judge_recovery(reader.tables()), needs_aws=_DROPPED),
    Check(
        "protection",
        lambda reader: data.judge_protection(
            reader.protected_tables(), pool_protected=reader.pool_is_protected()
        ),
        needs_aws="the local stack is a trial",
    ),
    Check("stream", lambda reader: data.judge_stream(*reader.stream())),
    Check(
        "append-only",
        lambda reader: data.judge_append_only(reader.outcomes_policy()),
        needs_aws="the emulator has no policies of tables",
    ),
    Check("key", lambda reader: data.judge_key(reader.key())),
    Check("sign-in", lambda reader: setup.judge_client(reader.pool_client())),
    Check(
        "people",
        lambda reader: setup.judge_people(
            [business.id for business in reader.businesses],
            reader.people(),
            reader.stack.people.wrongly_listed(),
        ),
    ),
    Check(
        "policies",
        lambda reader: setup.judge_policies(
            {business.id: business.policy_version for business in reader.businesses}
        ),
    ),
    Check(
        "secrets",
        lambda reader: setup.judge_secrets(reader.needed_secrets(), reader.stored_secrets()),
    ),
    Check("mail", _mail, needs_aws="the emulator sends no e-mail"),
)


@app.command(epilog="Example: heard doctor --local · heard doctor --stack heard --json")
@on_stack
def doctor(stack: Stack, as_json: Annotated[bool, options.JSON] = False) -> None:
    """Check a deployed stack: what is broken, what a person should read, and what to do next.

    It only reads, and no secret. Exit code 1 if something is broken. A check for which these
    credentials have no permission names the permission, and the others go on.
    """
    reader = Reader(stack)
    _ = stack.outputs  # no stack, or none of Heard: nothing can be checked
    rows: list[tuple[str, Finding]] = []
    with show.progress() as bar:
        for check in bar.track(CHECKS, description="Checking"):
            rows += [(check.name, finding) for finding in run_check(check, reader)]
    if as_json:
        show.data([to_json(name, finding) for name, finding in rows])
    else:
        _print(rows)
    if any(finding.grade is Grade.BROKEN for _, finding in rows):
        raise typer.Exit(1)


def run_check(check: Check, reader: Reader) -> Sequence[Finding]:
    """The findings of one check. What AWS refuses is a finding too, and ends only this one."""
    if check.needs_aws and reader.stack.on_this_machine:
        return [Finding(Grade.UNCHECKED, f"On AWS only: {check.needs_aws}.")]
    try:
        return list(check.examine(reader))
    except ClientError as error:
        if _GONE.search(error_code(error)):
            # A part of the stack that somebody deleted: it fails every time, and works never again.
            drift = f"aws cloudformation detect-stack-drift --stack-name {reader.stack.name}"
            return [Finding(Grade.BROKEN, f"Something of the stack is gone: {error}", drift)]
        if error_code(error) not in ACCESS_DENIED_CODES:
            return [Finding(Grade.UNCHECKED, f"{error}", "Try again.")]
        action = _ACTION.search(str(error))
        permission = action[1] if action else error.operation_name
        return [Finding(Grade.UNCHECKED, f"These credentials have no {permission}.", _POLICY)]
    except BotoCoreError as error:
        return [Finding(Grade.UNCHECKED, f"{error}", "Try again.")]


def _print(rows: Iterable[tuple[str, Finding]]) -> None:
    findings = list(rows)
    show.table(
        ("check", "", "found", "next"),
        [
            (
                name,
                Text(finding.grade.value, style=_COLOURS[finding.grade]),
                finding.what,
                finding.next_step,
            )
            for name, finding in findings
        ],
        empty="",
    )
    counts = {grade: sum(finding.grade is grade for _, finding in findings) for grade in Grade}
    show.line(", ".join(f"{count} {grade.value}" for grade, count in counts.items() if count))
