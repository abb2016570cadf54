"""`python -m heard_training evaluate`: how often the engines are right, measured again."""

from __future__ import annotations

import typer

from heard_training.evaluate import evaluate

app = typer.Typer(
    help="Train and evaluate the engines that Heard ships.",
    no_args_is_help=True,
    add_completion=False,
)
app.command(epilog="Example: python -m heard_training evaluate --data FOLDER --folds 5")(evaluate)


@app.callback()
def training() -> None:
    """Train and evaluate the engines that Heard ships."""


if __name__ == "__main__":
    app()
