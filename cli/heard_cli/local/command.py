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
    from heard_cli.local.demo import Stories

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
    quiet: Annotated[bool, typer.Option("--empty", help="Do not play the samples.")] = False,
) -> None:
    """Start everything, play the samples, show what becomes of them, and stay up until Ctrl-C."""
    _start(port, stay=True, as_json=False, play=not quiet, with_agent=False)


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
    from heard_cli.local.demo import Refused, Stories, run  # noqa: PLC0415
    from heard_cli.local.demo_environment import World  # noqa: PLC0415
    from heard_cli.local.stack import LocalStack, LocalStackError, project_root  # noqa: PLC0415
    from heard_simulator.server import Platforms  # noqa: PLC0415

    began = time.monotonic()
    for stop in (signal.SIGINT, signal.SIGTERM):
        # Said aloud, since a shell that starts this in the background has it ignore Ctrl-C.
        signal.signal(stop, signal.default_int_handler)
    try:
        with ExitStack() as running:
            root = project_root()
            with screen.status("starting the local stack and deploying template.yaml on it"):
                stack = running.enter_context(LocalStack(root, port=port))
                platforms = running.enter_context(Platforms())
                world = World(stack, platforms)
                world.furnish()
                stack.remember(platforms.base_url)
                running.callback(stack.forget)
            screen.print(f"[green]up[/] after {time.monotonic() - began:.0f} s: {stack.public_url}")
            good = True
            if play:
                with Live(console=screen, refresh_per_second=4, transient=not stay) as live:
                    result, stories = run(
                        world,
                        root / "events",
                        live.console.print,
                        lambda stories: live.update(stories.table()),
                        with_agent=with_agent,
                    )
                    live.update(stories.table(60))
                good = result.good
                if as_json:
                    print(  # noqa: T201
                        json.dumps(
                            result.to_json() | {"seconds": round(time.monotonic() - began, 1)}
                        )
                    )
                else:
                    screen.print(_summary(result.to_json()))
            if stay:
                screen.print(_invitation(world))
                with suppress(KeyboardInterrupt):
                    _follow(Stories(world, clock.now()))
                screen.print("stopping")
    except (LocalStackError, Refused) as error:
        screen.print(f"[red]{error}[/]")
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        screen.print("stopped")
        raise typer.Exit(130) from None
    if not good:
        screen.print("[red]Not every review is accounted for; the numbers above say which.[/]")
        raise typer.Exit(1)


def _follow(stories: Stories) -> None:
    """Show each outcome as it is appended, until somebody stops it."""
    while True:
        for outcome in stories.refresh():
            told = f"{outcome.at[11:19]}  {outcome.platform}  {outcome.severity or ''}  [bold]{outcome.kind.value.replace('_', ' ')}[/]"
            screen.print(f"{told}  {outcome.review}", highlight=False)
        time.sleep(1)


def _summary(result: dict[str, Any]) -> Panel:
    def shown(value: Any) -> str:
        return (
            ", ".join(f"{name} {count}" for name, count in cast("dict[str, int]", value).items())
            if isinstance(value, dict)
            else str(value)
        )

    lines = [
        f"[bold]{name.replace('_', ' ')}[/]: {shown(value)}"
        for name, value in result.items()
        if value != {}
    ]
    return Panel("\n".join(lines), title="what became of them", expand=False)


def _invitation(world: Any) -> Panel:
    from heard_cli.local.demo_environment import PASSWORD, PEOPLE  # noqa: PLC0415

    form = world.connections["feedback_form"].url
    people = "\n".join(
        f"  {email}  ({first}, {group})  {PASSWORD}" for email, (first, group) in PEOPLE.items()
    )
    text = f"""[bold]feedback form[/]  {form}
[bold]API[/]            {world.stack.public_url}/api/desk/follow-ups
[bold]AWS endpoint[/]   {world.stack.endpoint}
[bold]platforms[/]      {world.platforms.base_url}/_simulator/replies
[bold]people[/]
{people}

Try next, in another terminal:
  heard connect list --business acme --local
  heard audit list --business acme --local
  heard follow-ups list --business acme --local
New outcomes show here as they come. Ctrl-C stops everything."""
    return Panel(text, title="Heard is up", expand=False)
