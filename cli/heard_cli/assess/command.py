"""`heard assess`: what reviews mean, judged here and now, and how well that is judged."""

from __future__ import annotations

import typer

from heard_cli.assess.evaluate import evaluate
from heard_cli.assess.run import run

app = typer.Typer(help="Assessments: what reviews mean, and how well that is judged.", no_args_is_help=True, add_completion=False)

app.command(epilog="Example: heard assess run reviews.jsonl --engine quick --out assessed.jsonl")(run)
app.command(epilog="Example: heard assess evaluate --data ../shared/data --folds 5")(evaluate)
