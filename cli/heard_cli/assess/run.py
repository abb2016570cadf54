"""`heard assess run`: the assessments of a file of reviews, one a line.

Owns what a line may say and what is written for it. A line that cannot be read stops nothing: it is
named with what to mend, the rest is assessed, and the exit code is 2.
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
"""Bytes of a line; a longer one is no review, and must not fill memory."""

MAX_ERRORS_SHOWN: Final = 20
"""How many lines that cannot be read are told one by one."""

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
"""What a line says of a review's circumstances, and is written as it was read.

`heard policy diff --on` decides by it.
"""


class EngineName(StrEnum):
    """The engines that may be asked for."""

    ACCURATE = "accurate"
    QUICK = "quick"


class ReviewLine(BaseModel):
    """What a line must and may say; what else it says is none of our business."""

    model_config = ConfigDict(extra="ignore")

    id: str | int
    text: str | None = None
    title: str | None = None
    rating: int | None = Field(None, ge=1, le=5)
    channel: Channel = Channel.REVIEW_SITE
    language: str | None = None
    earlier_complaints: int = Field(0, ge=0)

    def request(self) -> AssessmentRequest:
        """The review, as a stack would have it after its connector."""
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
    """A line is no review.

    The message says what is wrong with it and how to mend it, and quotes no words of a customer.
    """


@dataclass
class ReviewReader:
    """A file being read.

    What is to be judged comes out of `asked`, what goes with it waits in `ahead`, what is wrong is
    in `faults`.
    """

    lines: Iterable[bytes]
    pending: deque[dict[str, Any]] = field(default_factory=deque[dict[str, Any]])
    errors: list[str] = field(default_factory=list[str])
    invalid_count: int = 0
    line_count: int = 0
    """Lines so far."""

    def requests(self) -> Iterator[AssessmentRequest]:
        """Each review of the file."""
        for line in self.lines:
            self.line_count += 1
            if not line.strip():
                continue
            try:
                fields = _parse_object(line, first=self.line_count == 1)
                review = _parse_review(fields)
            except InvalidLine as unfit:
                self.invalid_count += 1
                if len(self.errors) < MAX_ERRORS_SHOWN:
                    self.errors.append(f"line {self.line_count}: {unfit}")
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
            metavar="FILE|-", help="Reviews, one JSON object a line; - for standard input."
        ),
    ],
    engine_name: Annotated[
        EngineName,
        typer.Option("--engine", help="Which engine judges the words; the other is its fallback."),
    ] = EngineName.ACCURATE,
    out: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help="Write the assessments to this file, not to standard output."
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(min=1, show_default="one a core", help="How many processes judge at once."),
    ] = os.process_cpu_count() or 1,
) -> None:
    """Assess reviews: reads lines of id, text, and if known title, rating (1-5), channel, language.

    Writes one assessment a line.

    Each says id, severity, needs_person, agenda, flags, language, confidence, evidence, scores,
    sentiment, topics and model. The channel is review_site if not said. Words that led to an
    assessment stand in its evidence, so the result is as private as the reviews are. `heard policy
    diff --on` reads it. Exit code 2 if lines could not be read; the rest was assessed.
    """
    choice = EmbeddedEngine(engine_name.value)
    judge = shared_engine(choice)
    if not judge.model.startswith(choice.name):
        fallback = (
            "rules and ratings alone judge"
            if judge.model == "none"
            else f"{judge.model} judges instead"
        )
        show.note(f"The engine {choice.name} is not installed here: {fallback}.")
    with _open_files(file, out) as (lines, total, write):
        reader = ReviewReader(lines)
        with show.progress() as bar:
            task = bar.add_task("Assessing", total=total)
            for written, assessment in enumerate(assess_all(reader.requests(), choice, jobs), 1):
                write(_result_line(reader.pending.popleft(), assessment))
                if written % BATCH == 0:
                    bar.update(task, completed=reader.line_count - len(reader.pending))
    for fault in reader.errors:
        show.note(fault)
    if reader.invalid_count:
        more = f" ({MAX_ERRORS_SHOWN} are shown)" if reader.invalid_count > MAX_ERRORS_SHOWN else ""
        show.error(
            f"{reader.invalid_count} lines could not be read{more}; all else was assessed.",
            "Mend them and try again, or take them out.",
        )
        raise typer.Exit(2)
    if not reader.line_count:
        show.note("There are no reviews in it.")


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
    # Half of a character can stand in an id; as an escape it is JSON that says the same.
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _parse_object(line: bytes, *, first: bool) -> dict[str, Any]:
    if len(line) > MAX_LINE_BYTES:
        raise InvalidLine(
            f"it is longer than {MAX_LINE_BYTES:,} bytes. Give one review a line, and only its words."
        )
    try:
        text = line.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError as wrong:
        raise InvalidLine("it is not UTF-8. Save the file in that encoding.") from wrong
    try:
        fields: object = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise InvalidLine("it is not JSON. Write one JSON object a line.") from wrong
    if not isinstance(fields, dict):
        raise InvalidLine('it is no JSON object. Write one a line: {"id": "1", "text": "…"}.')
    return {str(name): value for name, value in fields.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _parse_review(fields: dict[str, Any]) -> ReviewLine:
    present = {name: value for name, value in fields.items() if value is not None}
    try:
        line = ReviewLine.model_validate(present)
    except ValidationError as unfit:
        raise InvalidLine(_error_message(unfit)) from unfit
    if not present.keys() & {"text", "title", "rating"}:
        raise InvalidLine(
            "it has neither `text` nor `title` nor `rating`. Give what the customer said."
        )
    return line


_FIXES: Final = {
    "id": "Give a text or a whole number that names the review.",
    "rating": "Give a whole number from 1 to 5, or leave it out where there is no rating.",
    "channel": f"Give one of {', '.join(Channel)}, or leave it out.",
    "earlier_complaints": "Give a whole number from 0 on, or leave it out.",
}


def _error_message(unfit: ValidationError) -> str:
    """What is wrong with which field, without its value: it may be a customer's words."""
    detail = unfit.errors(include_url=False, include_input=False)[0]
    name = str(detail["loc"][0])
    what = "is missing" if detail["type"] == "missing" else "is not right"
    return f"`{name}` {what}. {_FIXES.get(name, 'Give a text, or leave it out.')}"


@contextmanager
def _open_files(
    file: str, out: Path | None
) -> Generator[tuple[Iterable[bytes], int | None, Callable[[bytes], Any]]]:
    """The lines to read, how many they are if that can be known, and how to write one."""
    path = Path(file)
    if file != "-" and not path.is_file():
        raise typer.BadParameter(f"there is no file {file}.", param_hint="FILE")
    if out and file != "-" and out.exists() and out.samefile(path):
        raise typer.BadParameter("it is the file that is read; name another.", param_hint="--out")
    try:
        with (
            nullcontext(sys.stdin.buffer) if file == "-" else path.open("rb") as source,
            out.open("wb") if out else nullcontext(sys.stdout.buffer) as target,
        ):
            yield _lines(source), None if file == "-" else _count_lines(path), target.write
    except BrokenPipeError:
        raise
    except OSError as wrong:
        raise typer.BadParameter(
            f"{wrong.filename or file}: {wrong.strerror}.", param_hint="FILE or --out"
        ) from wrong


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """Lines; of one that is too long, only so much that it shows."""
    while line := source.readline(MAX_LINE_BYTES + 1):
        rest = line
        while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = source.readline(MAX_LINE_BYTES + 1)
        yield line


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
