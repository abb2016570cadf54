"""`heard local`.

The whole application on this machine, with a demo business and simulated platforms.
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

if TYPE_CHECKING:
    from heard_cli.local.demo import DemoProgress

app = typer.Typer(help="Run Heard on this machine.", no_args_is_help=True, add_completion=False)
screen = Console(stderr=True)

_EXAMPLE = "Example: [bold]heard local up[/], then [bold]heard follow-ups list --business acme --local[/] in another terminal."


@app.command(epilog=_EXAMPLE)
def up(
    port: Annotated[
        int,
        typer.Option(
            help="Port of the local stack on 127.0.0.1; another one is taken when it is busy."
        ),
    ] = 4566,
    empty: Annotated[bool, typer.Option("--empty", help="Do not play the samples.")] = False,
) -> None:
    """Start everything, play the samples, show what becomes of them, and stay up until Ctrl-C."""
    _start(port, stay=True, as_json=False, play=not empty, with_agent=False)


@app.command(epilog="Example: [bold]heard local demo --once --json[/]")
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Stop when everything is done, instead of staying up.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object last on standard output.")
    ] = False,
    port: Annotated[
        int,
        typer.Option(
            help="Port of the local stack on 127.0.0.1; another one is taken when it is busy."
        ),
    ] = 4566,
) -> None:
    """Play the samples, let a scripted agent answer, and check what came of it.

    Exit 0 only if all is well.
    """
    _start(port, stay=not once, as_json=as_json, play=True, with_agent=True)


def _start(port: int, *, stay: bool, as_json: bool, play: bool, with_agent: bool) -> None:
    # Imported when a command runs: `heard --help` must not wait for AWS's SDK.
    from heard import clock  # noqa: PLC0415
    from heard_cli.local.demo import DemoProgress, SampleRejected, run_demo  # noqa: PLC0415
    from heard_cli.local.demo_environment import DemoEnvironment  # noqa: PLC0415
    from heard_cli.local.stack import EmulatedStack, EmulatedStackError, project_root  # noqa: PLC0415
    from heard_simulator.server import SimulatedPlatforms  # noqa: PLC0415

    started_at = time.monotonic()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        # Said aloud, since a shell that starts this in the background has it ignore Ctrl-C.
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
                stack.write_state(platforms.base_url)
                exit_stack.callback(stack.remove_state)
            screen.print(
                f"[green]up[/] after {time.monotonic() - started_at:.0f} s: {stack.public_url}"
            )
            passed = True
            if play:
                with Live(console=screen, refresh_per_second=4, transient=not stay) as live:
                    result, progress = run_demo(
                        environment,
                        root / "events",
                        live.console.print,
                        lambda stories: live.update(stories.table()),
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
                screen.print(_welcome_panel(environment))
                with suppress(KeyboardInterrupt):
                    _print_outcomes(DemoProgress(environment, clock.now()))
                screen.print("stopping")
    except (EmulatedStackError, SampleRejected) as error:
        screen.print(f"[red]{error}[/]")
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        screen.print("stopped")
        raise typer.Exit(130) from None
    if not passed:
        screen.print("[red]Not every review is accounted for; the numbers above say which.[/]")
        raise typer.Exit(1)


def _print_outcomes(progress: DemoProgress) -> None:
    """Show each outcome as it is appended, until somebody stops it."""
    while True:
        for outcome in progress.refresh():
            line = f"{outcome.at[11:19]}  {outcome.platform}  {outcome.severity or ''}  [bold]{outcome.kind.value.replace('_', ' ')}[/]"
            screen.print(f"{line}  {outcome.review}", highlight=False)
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
    return Panel("\n".join(lines), title="what became of them", expand=False)


def _welcome_panel(environment: Any) -> Panel:
    from heard_cli.local.demo_environment import PASSWORD, PEOPLE  # noqa: PLC0415

    form_url = environment.connections["feedback_form"].url
    people = "\n".join(
        f"  {email}  ({first}, {group})  {PASSWORD}" for email, (first, group) in PEOPLE.items()
    )
    text = f"""[bold]feedback form[/]  {form_url}
[bold]API[/]            {environment.stack.public_url}/api/desk/follow-ups
[bold]AWS endpoint[/]   {environment.stack.endpoint}
[bold]platforms[/]      {environment.platforms.base_url}/_simulator/replies
[bold]people[/]
{people}

Try next, in another terminal:
  heard connect list --business acme --local
  heard audit list --business acme --local
  heard follow-ups list --business acme --local
New outcomes show here as they come. Ctrl-C stops everything."""
    return Panel(text, title="Heard is up", expand=False)
