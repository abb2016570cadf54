"""`heard assess run`: assesses a file of reviews, one review per line.

Owns the format of a line and of its result. A line that cannot be read stops nothing: an error
names it and how to fix it, the other lines are assessed, and the exit code is 2.
"""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from heard.assessment import Assessment, History
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision
from heard_cli import show
from heard_cli.assess.parallel import (
    BATCH,
    AssessmentRequest,
    EmbeddedEngine,
    assess_all,
    shared_engine,
)

MAX_LINE_BYTES: Final = 1 << 20
"""The longest line. A longer one is no review, and must not fill the memory."""

MAX_ERRORS_SHOWN: Final = 20
"""How many unreadable lines get an error message of their own."""

PASSED_FIELDS: Final = (
    "id",
    "at",
    "channel",
    "platform",
    "rating",
    "has_text",
    "public_replies_left",
    "follow_up_open",
    "verified",
    "thread",
    "earlier_complaints",
    "author_value",
)
"""Fields of a line that are copied to its result: `heard policy diff --on` needs them."""


class EngineName(StrEnum):
    """The engines that can be chosen."""

    ACCURATE = "accurate"
    QUICK = "quick"


class ReviewLine(BaseModel):
    """The fields of a line. Other fields are ignored."""

    model_config = ConfigDict(extra="ignore")

    id: str | int
    text: str | None = None
    title: str | None = None
    rating: int | None = Field(None, ge=1, le=5)
    channel: Channel = Channel.REVIEW_SITE
    language: str | None = None
    earlier_complaints: int = Field(0, ge=0)

    def request(self) -> AssessmentRequest:
        """The review, as a connector would give it."""
        id, revision = str(self.id), number_revision(1)
        event = ReviewEvent(
            EventKind.CREATED,
            id,
            id,
            revision,
            Author(""),
            self.rating,
            self.title,
            self.text,
            self.language,
        )
        return AssessmentRequest(event.normalize(), self.channel, History(self.earlier_complaints))


class InvalidLine(ValueError):
    """A line is no review. The message says why and how to fix it, and quotes no customer."""


@dataclass
class ReviewReader:
    """Reads the lines of a file.

    `requests` gives the reviews. `pending` are the copied fields of reviews without a result yet,
    `errors` the messages about lines that cannot be read.
    """

    lines: Iterable[bytes]
    pending: deque[dict[str, Any]] = field(default_factory=deque[dict[str, Any]])
    errors: list[str] = field(default_factory=list[str])
    invalid_count: int = 0
    line_count: int = 0

    def requests(self) -> Iterator[AssessmentRequest]:
        """The reviews of the file, in order."""
        for line in self.lines:
            self.line_count += 1
            if not line.strip():
                continue
            try:
                fields = parse_object(line, first=self.line_count == 1)
                review = _parse_review(fields)
            except InvalidLine as error:
                self.invalid_count += 1
                if len(self.errors) < MAX_ERRORS_SHOWN:
                    self.errors.append(f"line {self.line_count}: {error}")
                continue
            request = review.request()
            merged = fields | {
                "rating": review.rating,
                "has_text": bool(request.event.text or request.event.title),
            }
            self.pending.append(
                {name: merged[name] for name in PASSED_FIELDS if merged.get(name) is not None}
            )
            yield request


def run(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE|-", help="Reviews, one JSON object per line; - is standard input."
        ),
    ],
    engine_name: Annotated[
        EngineName,
        typer.Option(
            "--engine", help="The engine that assesses the words; the other one is its fallback."
        ),
    ] = EngineName.ACCURATE,
    out: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help="Write the assessments to this file instead of standard output."
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(min=1, show_default="one per core", help="The number of processes."),
    ] = os.process_cpu_count() or 1,
) -> None:
    """Assess the reviews of a file, one JSON object per line, and write one assessment per line.

    A line has id, text, and if known title, rating (1-5), channel (review_site if absent) and
    language. An assessment has id, severity, needs_person, agenda, flags, language, confidence,
    evidence, scores, sentiment, topics and model.

    The evidence quotes the review, so the result is as private as the reviews are. `heard policy
    diff --on` reads it. Exit code 2 if lines could not be read; the other lines were assessed.
    """
    choice = EmbeddedEngine(engine_name.value)
    judge = shared_engine(choice)
    if not judge.model.startswith(choice.name):
        fallback = (
            "rules and ratings decide alone"
            if judge.model == "none"
            else f"{judge.model} is used instead"
        )
        show.note(f"The engine {choice.name} is not installed here: {fallback}.")
    with _open_files(file, out) as (lines, total, write):
        reader, written_count = ReviewReader(lines), 0
        with show.progress() as bar:
            bar_task = bar.add_task("Assessing", total=total)
            for assessment in assess_all(reader.requests(), choice, jobs):
                write(_result_line(reader.pending.popleft(), assessment))
                written_count += 1
                if written_count % BATCH == 0:
                    bar.update(bar_task, completed=reader.line_count - len(reader.pending))
    for message in reader.errors:
        show.note(message)
    if reader.invalid_count:
        more = f" ({MAX_ERRORS_SHOWN} are shown)" if reader.invalid_count > MAX_ERRORS_SHOWN else ""
        show.error(
            f"{show.count(reader.invalid_count, 'line')} could not be read{more}. "
            + ("The others were assessed." if written_count else "Nothing was assessed."),
            "Fix these lines and try again, or remove them.",
        )
        raise typer.Exit(2)
    if not reader.line_count:
        show.note("The file has no reviews.")


def _result_line(about: dict[str, Any], assessment: Assessment) -> bytes:
    """A line of the result."""
    fields = {
        "id": about.pop("id"),
        "severity": assessment.severity.value,
        "needs_person": assessment.needs_person,
        "agenda": assessment.agenda.value,
        "flags": [flag.value for flag in assessment.flags],
        "language": assessment.language,
        "confidence": assessment.confidence,
        "evidence": [
            {"code": reason.code, "words": reason.evidence} for reason in assessment.reasons
        ],
        "scores": dict(assessment.scores),
        "sentiment": assessment.sentiment,
        "topics": list(assessment.topics),
        "model": assessment.model,
        **about,
    }
    # An id can hold half of a surrogate pair. As an escape it is valid JSON.
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def parse_object(line: bytes, *, first: bool) -> dict[str, Any]:
    """The JSON object in a line. The `first` one may begin with a byte order mark.

    Raises InvalidLine.
    """
    if len(line) > MAX_LINE_BYTES:
        raise InvalidLine(
            f"it is longer than {MAX_LINE_BYTES:,} bytes. Give only one review per line."
        )
    try:
        text = line.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError as error:
        raise InvalidLine("it is not UTF-8. Save the file as UTF-8.") from error
    try:
        fields: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidLine("it is not JSON. Write one JSON object per line.") from error
    if not isinstance(fields, dict):
        raise InvalidLine(
            'it is not a JSON object. Write one per line, such as {"id": "1", "text": "…"}.'
        )
    return {str(name): value for name, value in fields.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _parse_review(fields: dict[str, Any]) -> ReviewLine:
    present = {name: value for name, value in fields.items() if value is not None}
    try:
        line = ReviewLine.model_validate(present)
    except ValidationError as error:
        raise InvalidLine(_error_message(error)) from error
    if not present.keys() & {"text", "title", "rating"}:
        raise InvalidLine(
            "it has no `text`, no `title` and no `rating`. Give at least one of them."
        )
    return line


_FIXES: Final = {
    "id": "Give a text or a whole number.",
    "rating": "Give a whole number from 1 to 5, or leave it out where there is no rating.",
    "channel": f"Give one of {', '.join(Channel)}, or leave it out.",
    "earlier_complaints": "Give a whole number of 0 or more, or leave it out.",
}


def _error_message(error: ValidationError) -> str:
    """What is wrong with which field. The value is left out: it may be a customer's words."""
    detail = error.errors(include_url=False, include_input=False)[0]
    name = str(detail["loc"][0])
    what = "is missing" if detail["type"] == "missing" else "has a wrong value"
    return f"`{name}` {what}. {_FIXES.get(name, 'Give a text, or leave it out.')}"


@contextmanager
def _open_files(
    file: str, out: Path | None
) -> Generator[tuple[Iterable[bytes], int | None, Callable[[bytes], Any]]]:
    """The lines to read, their number if it is known, and the function that writes a result."""
    path = Path(file)
    if file != "-" and not path.is_file():
        raise typer.BadParameter(f"there is no file {file}.", param_hint="FILE")
    if out and file != "-" and out.exists() and out.samefile(path):
        raise typer.BadParameter("this is the input file; name another one.", param_hint="--out")
    try:
        with (
            nullcontext(sys.stdin.buffer) if file == "-" else path.open("rb") as source,
            out.open("wb") if out else nullcontext(sys.stdout.buffer) as target,
        ):
            yield _lines(source), None if file == "-" else _count_lines(path), target.write
    except BrokenPipeError:
        raise
    except OSError as error:
        raise typer.BadParameter(
            f"{error.filename or file}: {error.strerror}.", param_hint="FILE or --out"
        ) from error


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """The lines. A line that is too long is cut just after the limit, so that it can be refused."""
    while line := source.readline(MAX_LINE_BYTES + 1):
        rest = line
        while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = source.readline(MAX_LINE_BYTES + 1)
        yield line


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
