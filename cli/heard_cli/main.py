"""The `heard` command: its parts, and the module of each.

A part is imported when it is used, so that `heard --help` and shell completion are fast. The
module of a part owns its commands.
"""

from __future__ import annotations

import importlib
from difflib import get_close_matches
from importlib.metadata import version
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

PARTS: Final = {
    "local": (
        "heard_cli.local.command",
        "Run the whole application on this machine and send a day of sample reviews through it.",
    ),
    "business": (
        "heard_cli.business",
        "Businesses: the brands or locations whose reviews are handled.",
    ),
    "assess": (
        "heard_cli.assess.command",
        "Assessments: how reviews are classified, and how accurate that is.",
    ),
    "policy": (
        "heard_cli.policy.command",
        "Policies: check, compare on past reviews, publish, roll back, explain a decision.",
    ),
    "people": ("heard_cli.people", "People who sign in: agents, leads, auditors, admins."),
    "connect": (
        "heard_cli.connect.command",
        (
            "Connections to review platforms: add, test, poll, rotate secrets, find out why "
            "nothing arrives."
        ),
    ),
    "reviews": (
        "heard_cli.reviews",
        "Reviews: read what customers wrote and what was answered.",
    ),
    "authors": (
        "heard_cli.authors",
        "Authors of reviews: show what is stored, set their value, erase their data.",
    ),
    "retention": (
        "heard_cli.retention",
        "Retention: for how long a business keeps what customers wrote.",
    ),
    "holds": ("heard_cli.holds", "Holds: what must be kept for now, whoever wants it deleted."),
    "follow-ups": ("heard_cli.follow_ups", "Follow-ups: reviews that wait for a person."),
    "audit": (
        "heard_cli.audit",
        "What happened to each review, and a check that nobody changed the log.",
    ),
    "seal": (
        "heard_cli.seal",
        "Seals: each day of a business, signed, where nobody can change it.",
    ),
    "report": (
        "heard_cli.report.command",
        "Reports: numbers for analysts, counted from the lake.",
    ),
    "lake": (
        "heard_cli.lake.command",
        "The lake: the files that reports read, day by day.",
    ),
    "replay": (
        "heard_cli.replay",
        "Send samples to a webhook address, or stored reviews to the queue again.",
    ),
    "redrive": (
        "heard_cli.redrive",
        "Send failed reviews (dead letters) to the queue again.",
    ),
    "resend-notices": (
        "heard_cli.resend_notices",
        "Publish the notices of past outcomes on the event bus again.",
    ),
    "doctor": (
        "heard_cli.doctor.command",
        "Check a deployed stack, and say what to do about what is wrong.",
    ),
    "restore": (
        "heard_cli.restore.command",
        "Bring back from a backup what was lost, and keep what came since.",
    ),
    "stop": (
        "heard_cli.stop",
        "Stop what the stack does by itself, before you delete it.",
    ),
}


class LazyGroup(TyperGroup):
    """Represents a part until it is used. The part's own module then reads the arguments."""

    def make_context(self, *arguments: Any, **extra: Any) -> Any:
        module: Any = importlib.import_module(PARTS[str(self.name)][0])
        command: Any = typer.main.get_command(module.app)
        return command.make_context(*arguments, **extra)


class HeardGroup(TyperGroup):
    """The command itself: refuses arguments that are not text, and explains failed output."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        for argument in args:
            if any("\ud800" <= character <= "\udfff" for character in argument):
                ctx.fail(f"The argument {argument!a} is not text in UTF-8.")
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in self.commands:
            similar = get_close_matches(name, self.commands, cutoff=0.7)
            suggestion = f" Did you mean {' or '.join(similar)}?" if similar else ""
            if not ctx.resilient_parsing:
                ctx.fail(f"No such command {name!r}.{suggestion}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            from heard_cli import show  # noqa: PLC0415

            place = error.filename or "The result"
            show.error(
                f"{place} cannot be read or written: {error.strerror or error}.",
                "Check the free space and the permissions, then try again.",
            )
            raise typer.Exit(1) from error


app = typer.Typer(
    name="heard",
    cls=HeardGroup,
    epilog="Try: heard local up · heard connect list --platforms · heard reviews list --business "
    "acme --local",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they may be secrets
)


def _print_version(requested: bool) -> None:
    if requested:
        typer.echo(f"heard {version('heard')}")
        raise typer.Exit


@app.callback()
def heard(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    """Every review gets an answer, never more than two in public, and anyone can check it
    afterwards.
    """


for _name, (_, _help) in PARTS.items():
    app.add_typer(typer.Typer(cls=LazyGroup), name=_name, help=_help)
