"""`heard stop`: stop what a stack does by itself, before it is deleted.

A follow-up's workflow waits for a person for up to 30 days, and AWS deletes no state machine while
it runs. The clocks and readers are stopped first, because they would start workflows again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer
from botocore.exceptions import ClientError

from heard.storage.tables import error_code
from heard_cli import options, show
from heard_cli.confirm import confirm
from heard_cli.stack import Stack, on_stack

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

app = typer.Typer(help="Stop what the stack does by itself, before you delete it.")

_RULE, _READER, _WORKFLOW = (
    "AWS::Events::Rule",
    "AWS::Lambda::EventSourceMapping",
    "AWS::StepFunctions::StateMachine",
)


@dataclass(frozen=True, slots=True)
class StopReport:
    """How much was stopped or started."""

    clocks: int
    readers: int
    workflows: int = 0


@app.command(epilog="Example: heard stop --yes")
@on_stack
def stop(
    stack: Stack,
    yes: Annotated[bool, options.YES] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Start clocks and readers again instead.")
    ] = False,
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """Stop clocks, readers and waiting workflows. Nothing stored is lost.

    Webhooks are still taken, and wait in their queues, but AWS keeps them for 4 days only. After
    --undo, the sweep starts the workflows of open follow-ups again.
    """
    if undo:
        report = switch(stack, on=True)
        if as_json:
            show.data({"clocks": report.clocks, "readers": report.readers})
        else:
            show.line(f"Started {report.clocks} clocks and {report.readers} readers.")
        return
    if not yes:
        confirm(
            "Stop the clocks, the readers and every waiting workflow of this stack?",
            "Nothing was stopped.",
        )
    report = stop_stack(stack)
    if as_json:
        show.data(
            {
                "clocks": report.clocks,
                "readers": report.readers,
                "workflows": report.workflows,
            }
        )
    else:
        show.line(
            f"Stopped {report.clocks} clocks, {report.readers} readers and {report.workflows} "
            "workflows. Delete the stack now: sam delete"
        )


def stop_stack(stack: Stack) -> StopReport:
    """Stop what runs by itself. It can be repeated."""
    report = switch(stack, on=False)
    machines = [name for kind, name in _resources(stack) if kind == _WORKFLOW]
    return replace(
        report, workflows=sum(stop_workflows(stack.workflows, machine) for machine in machines)
    )


def switch(stack: Stack, *, on: bool) -> StopReport:
    """Switch the clocks and readers on or off."""
    resources = list(_resources(stack))
    rules = [name for kind, name in resources if kind == _RULE]
    readers = [name for kind, name in resources if kind == _READER]
    for rule in rules:
        if on:
            stack.events.enable_rule(Name=rule)
        else:
            stack.events.disable_rule(Name=rule)
    for reader in readers:
        stack.functions.update_event_source_mapping(UUID=reader, Enabled=on)
    return StopReport(len(rules), len(readers))


def _resources(stack: Stack) -> Iterator[tuple[str, str]]:
    """Type and physical id of each resource of the stack."""
    pages = stack.cloudformation.get_paginator("list_stack_resources").paginate(
        StackName=stack.name
    )
    for page in pages:
        for resource in page["StackResourceSummaries"]:
            yield resource["ResourceType"], resource.get("PhysicalResourceId", "")


def stop_workflows(client: SFNClient, machine: str) -> int:
    """Stop every run of a state machine until none is left. Returns how many were stopped."""
    count = 0
    while running := _running(client, machine):
        for execution in running:
            client.stop_execution(
                executionArn=execution,
                error="Heard.Stopped",
                cause="The stack is to be deleted.",
            )
            count += 1
    return count


def _running(client: SFNClient, machine: str) -> list[str]:
    """The first runs that are not over; none for an express workflow, which AWS does not list."""
    try:
        page = client.list_executions(stateMachineArn=machine, statusFilter="RUNNING")
    except ClientError as error:
        if error_code(error) == "StateMachineTypeNotSupported":
            return []
        raise
    return [execution["executionArn"] for execution in page["executions"]]
