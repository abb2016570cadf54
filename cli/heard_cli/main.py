"""The `heard` command: what it can do, and where each part is found.

A part is imported when it is used, so that `heard --help` and shell completion answer at once; its
own module owns its commands.
"""

from __future__ import annotations

import importlib
from typing import Any, Final

import typer
from typer.core import TyperGroup

PARTS: Final = {
    "local": (
        "heard_cli.local.command",
        "The whole application on this machine: start it, play a day of samples through it.",
    ),
    "business": ("heard_cli.business", "Businesses: whose reviews these are."),
    "assess": (
        "heard_cli.assess.command",
        "Assessments: what reviews mean, and how well that is judged.",
    ),
    "policy": (
        "heard_cli.policy.command",
        "Policies: check, try on past reviews, publish, go back, explain a decision.",
    ),
    "people": ("heard_cli.people", "People who sign in: agents, leads, auditors, admins."),
    "connect": (
        "heard_cli.connect.command",
        "Connections to review platforms: add, test, poll, rotate secrets, see why nothing "
        "arrives.",
    ),
    "authors": (
        "heard_cli.authors",
        "Those who wrote the reviews: what is known of them, what they are worth, forgetting them.",
    ),
    "follow-ups": ("heard_cli.follow_ups", "What waits for a person."),
    "audit": (
        "heard_cli.audit",
        "What happened to reviews, and whether anyone changed the record of it.",
    ),
    "replay": (
        "heard_cli.replay",
        "Send samples through the webhook door, or what is stored through the queue once more.",
    ),
    "redrive": (
        "heard_cli.redrive",
        "Send the reviews that nobody could process to the queue once more.",
    ),
}


class LazyGroup(TyperGroup):
    """Stands for a part until it is used; the part's own module then reads the arguments."""

    def make_context(self, *arguments: Any, **extra: Any) -> Any:
        module: Any = importlib.import_module(PARTS[str(self.name)][0])
        command: Any = typer.main.get_command(module.app)
        return command.make_context(*arguments, **extra)


app = typer.Typer(
    name="heard",
    help="Every review gets an answer, never more than two in public, and anyone can check it "
    "afterwards.",
    epilog="Try: heard local up · heard connect list --platforms · heard audit verify --business "
    "acme --local",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they may be secrets
)
for _name, (_, _help) in PARTS.items():
    app.add_typer(typer.Typer(cls=LazyGroup), name=_name, help=_help)
