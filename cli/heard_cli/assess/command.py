"""`heard assess`: assess reviews of your own with the engines that Heard ships."""

from __future__ import annotations

import typer

from heard_cli.assess.evaluate import evaluate
from heard_cli.assess.run import run

app = typer.Typer(
    help="Assess reviews of your own: severity, topics, language, and whether a person is needed.",
    no_args_is_help=True,
    add_completion=False,
)

app.command(epilog="Example: heard assess run reviews.jsonl --engine quick --out assessed.jsonl")(
    run
)
app.command(
    epilog="Example: heard assess evaluate --labels rated.csv · heard assess evaluate "
    "--labels rated.jsonl --engine accurate --json"
)(evaluate)


@app.callback()
def assess() -> None:
    """Assess reviews of your own: severity, topics, language, and whether a person is needed."""
