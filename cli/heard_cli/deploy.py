"""What `make deploy` does after the build: look first, then let SAM create or update the stack.

A stack is created without deletion protection and protected in a second step. Otherwise a creation
that fails could not be rolled back: the tables that it made would refuse to go.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from heard_cli import show

EXECUTIONS_NEEDED: Final = {"small": 10, "medium": 50, "large": 1000, "huge": 10_000}
"""The concurrent executions of Lambda that an account must allow for each `Scale`."""
DEFAULT_SCALE: Final = "small"
WITHOUT_SNAPSTART: Final = frozenset({"ap-southeast-6", "ap-east-2"})
"""Regions in which Lambda had no SnapStart in 2026: New Zealand and Taipei."""
_PROTECTION: Final = "DeletionProtection"
_NOT_YET: Final = frozenset({"", "REVIEW_IN_PROGRESS", "DELETE_COMPLETE"})
CANNOT_UPDATE: Final = frozenset(
    {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED", "UPDATE_ROLLBACK_FAILED"}
)
"""Statuses in which AWS updates nothing: docs/operations.md says for each what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is there before a deployment: the stack's status ("" for none), its parameters, and how
    many executions the account allows at once (None if these credentials may not read that).

    `leftovers` are names that a new stack would need and that something else has: log groups and
    state machines of an earlier stack.
    """

    status: str
    parameters: Mapping[str, str]
    executions: int | None
    region: str = ""
    leftovers: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether there is no stack of this name."""
        return self.status in _NOT_YET


def refusal(target: Target, parameters: Mapping[str, str]) -> str | None:
    """Why this deployment would fail, and what to do; None if nothing is known to be wrong."""
    if target.status in CANNOT_UPDATE:
        return (
            f"The stack is in {target.status}, where AWS updates nothing. See docs/operations.md, "
            "Start over."
        )
    if target.status.endswith("_IN_PROGRESS") and not target.is_new:
        return f"The stack is in {target.status}. Wait until that is over, and try again."
    if target.region in WITHOUT_SNAPSTART:
        return f"Lambda has no SnapStart in {target.region}, which the door and the desk need."
    if target.is_new and target.leftovers:
        return (
            f"An earlier stack left {', '.join(target.leftovers)}, and a new one could not be "
            "created. See docs/operations.md, Start over."
        )
    scale = {**target.parameters, **parameters}.get("Scale", DEFAULT_SCALE)
    needed = EXECUTIONS_NEEDED.get(scale, 0)
    if target.executions is not None and target.executions < needed:
        return (
            f"Scale={scale} needs an account that allows {needed} concurrent executions of Lambda; "
            f"this one allows {target.executions}. Choose a smaller scale, or ask for more under "
            "Service Quotas."
        )
    return None


def warnings(target: Target, parameters: Mapping[str, str]) -> list[str]:
    """What works, but not as a person may expect."""
    settings = {**target.parameters, **parameters}
    texts: list[str] = []
    if not settings.get("AlarmEmail"):
        texts.append("Nobody gets the alarms: AlarmEmail is empty. Add AlarmEmail=you@example.com.")
    if not target.is_new and settings.get(_PROTECTION) == "false":
        texts.append("Tables and user pool can be deleted. Add DeletionProtection=true.")
    if target.executions is None:
        texts.append("These credentials may not read how many executions Lambda allows at once.")
    return texts


def steps(target: Target, parameters: Mapping[str, str]) -> list[dict[str, str]]:
    """The parameters of each deployment that is to be made, in their order."""
    if not target.is_new:
        return [dict(parameters)]
    first = {**parameters, _PROTECTION: "false"}
    if parameters.get(_PROTECTION) == "false":
        return [first]
    return [first, {**parameters, _PROTECTION: "true"}]


def parse_parameters(text: str) -> dict[str, str]:
    """`Name=value` pairs as a shell or samconfig.toml has them. Raises ValueError."""
    pairs = [word.partition("=") for word in shlex.split(text)]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise ValueError(f"{wrong[0]!r} is not of the form Name=value.")
    return {name: value for name, _, value in pairs}


def read_target(session: boto3.Session, stack: str) -> Target:
    """What is there. Raises ClientError and BotoCoreError."""
    clients: Any = session
    region = session.region_name or ""
    limits = _unless_denied(lambda: clients.client("lambda").get_account_settings())
    executions = int(limits["AccountLimit"]["ConcurrentExecutions"]) if limits else None
    try:
        (described,) = clients.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        return Target("", {}, executions, region, tuple(read_leftovers(session, stack)))
    return Target(
        described["StackStatus"],
        {
            parameter["ParameterKey"]: parameter["ParameterValue"]
            for parameter in described.get("Parameters", [])
        },
        executions,
        region,
    )


def read_leftovers(session: boto3.Session, stack: str) -> Iterator[str]:
    """Names of a new stack that are taken. What these credentials may not read is not there."""
    clients: Any = session
    logs, workflows = clients.client("logs"), clients.client("stepfunctions")
    group_names = {f"/heard/{stack}/functions"} | {
        f"/aws/vendedlogs/{service}/{stack}" for service in ("states", "apis")
    }
    for name in sorted(group_names):
        response = _unless_denied(partial(logs.describe_log_groups, logGroupNamePrefix=name))
        groups: list[dict[str, str]] = response["logGroups"] if response else []
        if any(group["logGroupName"] == name for group in groups):
            yield f"the log group {name}"
    response = _unless_denied(workflows.list_state_machines)
    machines: list[dict[str, str]] = response["stateMachines"] if response else []
    for machine in machines:
        if machine["name"] in {f"{stack}-route", f"{stack}-follow-up"}:
            yield f"the state machine {machine['name']}"


def _unless_denied(call: Callable[[], Any]) -> Any:
    """The response; None if these credentials may not ask. Raises every other ClientError."""
    try:
        return call()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "AccessDeniedException":
            raise
        return None


def _sam(template: str, *arguments: str) -> int:
    command = ["sam", "deploy", "--template-file", template, "--no-fail-on-empty-changeset"]
    command += ["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", *arguments]
    return subprocess.run(command, check=False).returncode


def run_steps(
    template: str,
    planned: Sequence[Mapping[str, str]],
    arguments: Sequence[str],
    *,
    confirm: bool,
) -> int:
    """Run SAM once for each step, and stop at the first that fails. Returns its exit status."""
    for number, parameters in enumerate(planned):
        if number:
            show.note("-> turning deletion protection on")
        ask = confirm and not number
        status = _sam(
            template,
            *arguments,
            "--confirm-changeset" if ask else "--no-confirm-changeset",
            *(
                [
                    "--parameter-overrides",
                    *(f"{name}={value}" for name, value in parameters.items()),
                ]
                if parameters
                else []
            ),
        )
        if status:
            return status
    return 0


def protect_in_answers(answers: Path) -> bool:
    """Turn protection on in SAM's file of answers. Returns whether it was off there."""
    text = answers.read_text()
    protected = re.sub(rf'({_PROTECTION}=(?:\\?")?)false', r"\1true", text)
    answers.write_text(protected)
    return protected != text


def _ask_first(template: str, answers: Path, profile: Sequence[str]) -> int:
    """The first deployment with questions: SAM asks, and writes the answers down."""
    config = ["--config-file", str(answers), *profile]
    status = _sam(template, *config, "--guided", "--parameter-overrides", f"{_PROTECTION}=false")
    if status or not protect_in_answers(answers):
        return status
    show.note("-> turning deletion protection on")
    return _sam(template, *config, "--no-confirm-changeset")


def _from_answers(answers: Path) -> dict[str, Any]:
    """The answers of the last time; empty if SAM has not asked yet."""
    if not answers.exists():
        answers.write_text("version = 0.1\n")
    written = tomllib.loads(answers.read_text()).get("default", {})
    return {
        **written.get("global", {}).get("parameters", {}),
        **written.get("deploy", {}).get("parameters", {}),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Look, warn or refuse, deploy. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="make deploy")
    parser.add_argument("--template", required=True)
    parser.add_argument("--answers", type=Path, required=True)
    parser.add_argument("--stack", default="heard")
    parser.add_argument("--region", default="")
    parser.add_argument("--profile", default="")
    parser.add_argument("--parameters", default="")
    parser.add_argument("--confirm", choices=["yes", "no"], default="yes")
    given = parser.parse_args(arguments)
    profile = ["--profile", given.profile] if given.profile else []
    stack, region, parameters = given.stack, given.region, given.parameters
    if parameters and not region:
        show.note(
            "Nothing was deployed: PARAMETERS goes with REGION only. Without it the answers in "
            f"{given.answers} count: change them there."
        )
        return 1
    if region:
        place = ["--region", region, "--stack-name", stack, "--resolve-s3", "--s3-prefix", stack]
    else:
        written = _from_answers(given.answers)
        if "stack_name" not in written:
            return _ask_first(given.template, given.answers, profile)
        stack, region = written["stack_name"], written.get("region", "")
        answered = written.get("parameter_overrides", "")
        parameters = answered if isinstance(answered, str) else " ".join(answered)
        place = ["--config-file", str(given.answers)]
    try:
        values = parse_parameters(parameters)
        session = boto3.Session(profile_name=given.profile or None, region_name=region or None)
        target = read_target(session, stack)
    except (ValueError, BotoCoreError, ClientError) as error:
        show.note(f"Nothing was deployed: {error}")
        return 1
    if reason := refusal(target, values):
        show.note(f"Nothing was deployed. {reason}")
        return 1
    for warning in warnings(target, values):
        show.note(f"Warning: {warning}")
    if target.is_new and not given.region:
        values.pop(_PROTECTION, None)  # SAM wrote it down at a first time that failed
    status = run_steps(
        given.template,
        steps(target, values),
        [*place, *profile],
        confirm=given.confirm == "yes",
    )
    if not status and target.is_new and not given.region:
        protect_in_answers(given.answers)
    if not status:
        show.note(
            f"Check it: heard doctor --stack {stack} --region {region or session.region_name}"
        )
    return status


if __name__ == "__main__":
    sys.exit(main())
