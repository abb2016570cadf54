"""`heard local`: the whole application on this machine, with a demo business.

Simulated platforms stand for the real ones.
"""

from __future__ import annotations

import json
import signal
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from rich.console import Console
from rich.live import Live
from rich.panel import Panel

from heard_cli.ranges import whole_number

if TYPE_CHECKING:
    from pathlib import Path

    from heard_cli.local.demo import DemoProgress
    from heard_cli.local.demo_environment import DemoEnvironment
    from heard_cli.local_state import LocalState

app = typer.Typer(help="Run Heard on this machine.", no_args_is_help=True, add_completion=False)
screen = Console(stderr=True)

_EXAMPLE = (
    "Example: [bold]heard local up[/], then [bold]heard follow-ups list --business acme --local[/] "
    "in another terminal."
)


@app.command(epilog=_EXAMPLE)
def up(
    port: Annotated[
        int,
        typer.Option(
            metavar="NUMBER",
            parser=whole_number(0, 65_535),
            help="Port of the local stack on 127.0.0.1. If it is busy, another port is used.",
        ),
    ] = 4566,
    empty: Annotated[bool, typer.Option("--empty", help="Do not deliver the samples.")] = False,
) -> None:
    """Start everything, deliver the samples, show their outcomes, and run until Ctrl-C."""
    _start(port, stay=True, as_json=False, deliver=not empty, with_agent=False)


@app.command(epilog="Example: [bold]heard local demo --once --json[/]")
def demo(
    once: Annotated[
        bool,
        typer.Option(
            "--once", help="Stop when everything is done. Without it, the stack keeps running."
        ),
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON object as the last line of standard output."),
    ] = False,
    port: Annotated[
        int,
        typer.Option(
            metavar="NUMBER",
            parser=whole_number(0, 65_535),
            help="Port of the local stack on 127.0.0.1. If it is busy, another port is used.",
        ),
    ] = 4566,
) -> None:
    """Deliver the samples, let a scripted agent resolve the follow-ups, and check the outcomes.

    The exit code is 0 only if every check passes.
    """
    _start(port, stay=not once, as_json=as_json, deliver=True, with_agent=True)


def _start(port: int, *, stay: bool, as_json: bool, deliver: bool, with_agent: bool) -> None:
    # Imported when a command runs, so that `heard --help` does not wait for AWS's SDK.
    from heard_cli.local.demo import SampleRejected, run_demo  # noqa: PLC0415
    from heard_cli.local.demo_environment import DemoEnvironment  # noqa: PLC0415
    from heard_cli.local.stack import EmulatedStack, EmulatedStackError, project_root  # noqa: PLC0415
    from heard_simulator.server import SimulatedPlatforms  # noqa: PLC0415

    started_at = time.monotonic()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        # Set here because a shell that starts this in the background makes it ignore Ctrl-C.
        signal.signal(signal_number, signal.default_int_handler)
    try:
        with ExitStack() as exit_stack:
            root = project_root()
            with screen.status("starting the local stack and deploying template.yaml on it"):
                # The demo is a proof, so it also proves the grants of the template.
                stack = exit_stack.enter_context(
                    EmulatedStack(root, port=port, enforce_roles=with_agent)
                )
                platforms = exit_stack.enter_context(SimulatedPlatforms())
                environment = DemoEnvironment(stack, platforms)
                environment.create()
                flags = _publish_state(exit_stack, stack.state, root)
            seconds = time.monotonic() - started_at
            screen.print(f"[green]up[/] after {seconds:.0f} s: {stack.page_url}", soft_wrap=True)
            passed = True
            if deliver:
                with Live(console=screen, refresh_per_second=4, transient=not stay) as live:
                    result, progress = run_demo(
                        environment,
                        root / "events",
                        live.console.print,
                        lambda progress: live.update(progress.table()),
                        with_agent=with_agent,
                    )
                    live.update(progress.table(60))
                passed = result.passed
                if as_json:
                    print(  # noqa: T201
                        json.dumps(
                            result.to_json() | {"seconds": round(time.monotonic() - started_at, 1)}
                        )
                    )
                else:
                    screen.print(_summary_panel(result.to_json()))
            if stay:
                # Without a frame and unbroken, so that addresses can be copied.
                screen.print(_welcome_text(environment, flags), soft_wrap=True)
                with suppress(KeyboardInterrupt):
                    _print_outcomes(environment)
                screen.print("stopping")
    except (EmulatedStackError, SampleRejected) as error:
        screen.print(f"[red]{error}[/]")
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        screen.print("stopped")
        raise typer.Exit(130) from None
    if not passed:
        screen.print("[red]Not every check passed: see the numbers above.[/]")
        raise typer.Exit(1)


def _publish_state(exit_stack: ExitStack, state: LocalState, root: Path) -> str:
    """Store where the stack is, until it stops.

    Returns the options with which another command finds it.
    """
    from heard_cli.local_state import find_state, remove_stale_states  # noqa: PLC0415

    remove_stale_states(root)
    state.write(root)
    exit_stack.callback(state.remove, root)
    default = find_state(root)
    if default is None or default.endpoint == state.endpoint:
        return "--local"
    flags = f"--endpoint {state.endpoint}"
    screen.print(
        f"[yellow]Another local stack runs at {default.endpoint}, and --local means that one.[/]\n"
        f"For this one, use instead: {flags}"
    )
    return flags


def _print_outcomes(environment: DemoEnvironment) -> None:
    """Print the new outcomes of every business, until Ctrl-C."""
    from heard import clock  # noqa: PLC0415
    from heard_cli.local.demo import DemoProgress  # noqa: PLC0415

    started_at = clock.now()
    by_business: dict[str, DemoProgress] = {}
    while True:
        for business in environment.operator.setup.businesses():
            progress = by_business.setdefault(
                business, DemoProgress(environment, started_at, business=business)
            )
            for outcome in progress.refresh():
                kind = outcome.kind.value.replace("_", " ")
                line = f"{outcome.at[11:19]}  {business}  {outcome.platform}"
                screen.print(
                    f"{line}  {outcome.severity or ''}  [bold]{kind}[/]  {outcome.review}",
                    highlight=False,
                )
        time.sleep(1)


def _summary_panel(result: dict[str, Any]) -> Panel:
    def format_value(value: Any) -> str:
        return (
            ", ".join(f"{name} {count}" for name, count in cast("dict[str, int]", value).items())
            if isinstance(value, dict)
            else str(value)
        )

    lines = [
        f"[bold]{name.replace('_', ' ')}[/]: {format_value(value)}"
        for name, value in result.items()
        if value != {}
    ]
    return Panel("\n".join(lines), title="outcomes", expand=False)


def _welcome_text(environment: DemoEnvironment, flags: str) -> str:
    from heard_cli.local.demo_environment import PASSWORD, PEOPLE  # noqa: PLC0415

    form_url = environment.connections["feedback_form"].url
    people = "\n".join(
        f"  {email}  ({first}, {role})  {PASSWORD}" for email, (first, role) in PEOPLE.items()
    )
    replies_url = f"{environment.platforms.base_url}/_simulator/replies"
    return f"""[bold green]Heard is up[/]
[bold]the desk[/]       {environment.stack.page_url}
                (sign in as Ana or Lee, see below; an auditor has no page yet)
[bold]feedback form[/]  {form_url}
[bold]API[/]            {environment.stack.public_url}/api/desk/follow-ups
[bold]AWS endpoint[/]   {environment.stack.endpoint}
[bold]posted replies[/] {replies_url}
                (JSON: each reply on a simulated platform, with the review that it answers)
[bold]people[/]
{people}

Try next, in another terminal:
  heard connect list --business acme {flags}
  heard reviews list --business acme {flags}
  heard follow-ups list --business acme {flags}
New outcomes of all businesses show here. Ctrl-C stops everything."""
