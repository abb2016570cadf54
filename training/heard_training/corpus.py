"""The labelled texts that engines are trained and measured on.

Which there are, what they are labelled with, what may be done with them.

The sets are kept beside the repository and are no part of it. A table in their README says under
what terms each may be used; one that it does not name is only measured on. Two more kinds of label
are our own and in the repository: ratings of rows of these sets, which hold ids and no text, and
examples that were written for it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from heard.assessment import Agenda, Severity
from heard.assessment.language_codes import language_code
from heard.reviews import Channel

_ROOT: Final = Path(__file__).parents[2]
TRAINING: Final = _ROOT / "training"
"""Where our own labels and examples are."""

RATED_SET: Final = "severity_dev"
"""The set with two independent ratings of severity: to validate with, never to train on."""

_EXAMPLES: Final = "examples"
_PHRASES: Final = "phrases"
_SEVERITY_MARKS: Final = {
    "+": Severity.PRAISE,
    "-": Severity.MEDIUM,
    "=": Severity.HIGH,
    "!": Severity.CRITICAL,
    "~": Severity.MEDIUM,
}

_POLARITY: Final = {"negative": 1, "positive": 0}
_OFFENSIVE: Final = {
    "hate": True,
    "offensive": True,
    "neither": False,
    "OFFENSE": True,
    "OTHER": False,
    "OFF": True,
    "NOT": False,
}
_COMPLAINTS: Final = frozenset({"cfpb_1k", "reclameaqui_pt"})
"""Portals where nobody writes who has nothing to complain of."""

_CHANNELS: Final = {"twitter": Channel.SOCIAL, "social(DB)": Channel.SOCIAL, "cfpb": Channel.EMAIL}
_LANGUAGES: Final = {"moroccan_banks": "fr"}
"""What the set itself leaves undetermined."""

_BOILERPLATE: Final = re.compile(r"^.{0,60} customer review$")
"""Titles that a site writes, not the customer."""

_NON_LETTERS: Final = re.compile(r"\W+")


class Use(StrEnum):
    """What may be done with a set, as its README says."""

    SHIP = "ship"
    PERMISSIVE = "permissive"
    MEASURE = "measure"

    @property
    def trains(self) -> bool:
        """Whether weights that were trained on it may be given away."""
        return self is not Use.MEASURE


@dataclass(frozen=True, slots=True)
class Label:
    """What a person said of a text: severity with the rating and without it, and what follows."""

    severity: Severity
    text_severity: Severity
    needs_person: bool
    agenda: Agenda | None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text.

    `text` begins with the title where there is one. `polarity` stands in for "needs a person" where
    nobody said: 1 for one and two stars, negative sentiment and complaint portals, 0 for four and
    five stars and positive sentiment, None for what is between or unknown. `offensive` is None
    where it was not asked. `language` is ISO 639-1 where there is a code, None where the set does
    not know.
    """

    id: str
    source: str
    use: Use
    language: str | None
    channel: Channel
    text: str
    rating: int | None = None
    polarity: int | None = None
    offensive: bool | None = None
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class RatedRow:
    """A row of the validation set: what each of two people said of it.

    Each judged text and rating together.
    """

    row: Row
    ratings: tuple[Label, Label]


class CorpusMissing(Exception):
    """The folder is not there, or holds no labelled set."""


def folder(given: Path | None = None) -> Path:
    """Where the sets are: as given, else HEARD_DATA, else shared/data beside the clone.

    Raises Missing.
    """
    chosen = given or Path(os.environ.get("HEARD_DATA") or _ROOT.parent / "shared" / "data")
    if not any(chosen.glob("*.jsonl")):
        raise CorpusMissing(f"There are no labelled sets (*.jsonl) in {chosen}.")
    return chosen


def rows(data: Path, labels: Path = TRAINING / "labels") -> list[Row]:
    """Every labelled text of the sets in a folder, with our own ratings where there are, but none
    of the validation set's texts.
    """
    held_out = {_comparable_text(rated.row.text) for rated in validation(data)}
    ratings = dict(_read_labels(labels))
    uses = _read_uses(data)
    found: list[Row] = []
    for path in sorted(data.glob("*.jsonl")):
        if path.stem == RATED_SET:
            continue
        for fields in _read_objects(path):
            row = _row(path.stem, uses.get(_family(path.stem), Use.MEASURE), fields)
            if (
                row.text
                and _comparable_text(row.text) not in held_out
                and _comparable_text(str(fields.get("text") or "")) not in held_out
            ):
                found.append(replace(row, label=ratings.get(row.id)))
    return found


def examples(written: Path = TRAINING / "examples") -> list[Row]:
    """Our own examples. Their source is one, `examples`, since one kind of mind wrote them all."""
    found: list[Row] = []
    for path in sorted(written.glob("*.jsonl")):
        for number, fields in enumerate(_read_objects(path), 1):
            row = Row(
                id=f"{path.stem}-{number}",
                source=_EXAMPLES,
                use=Use.SHIP,
                language=language_code(fields.get("lang")),
                channel=Channel.REVIEW_SITE,
                text=_text(fields),
                rating=fields.get("rating"),
                label=_parse_label(fields),
            )
            found.append(row)
    return found


def phrases(written: Path = TRAINING / "phrases") -> list[Row]:
    """Our own phrases, a few words each, by what they say where they stand in a review
    (`training/README.md`).
    """
    found: list[Row] = []
    for path in sorted(written.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            severity = _SEVERITY_MARKS[line[0]]
            unhappy = severity is not Severity.PRAISE
            insult = line.startswith("~")
            label = Label(severity, severity, unhappy, Agenda.ABUSE if insult else None)
            polarity = None if insult else int(unhappy)
            for phrase in line[1:].split(","):
                id, text = f"{path.stem}-{len(found) + 1}", phrase.strip()
                found.append(
                    Row(
                        id,
                        _PHRASES,
                        Use.SHIP,
                        path.stem,
                        Channel.REVIEW_SITE,
                        text,
                        polarity=polarity,
                        label=label,
                    )
                )
    return found


def validation(data: Path) -> list[RatedRow]:
    """The rows that two people rated; an empty list where the folder has none."""
    path = data / f"{RATED_SET}.jsonl"
    if not path.exists():
        return []
    return [
        RatedRow(
            _row(fields["set"], Use.MEASURE, fields),
            (_parse_label(fields["a"]), _parse_label(fields["b"])),
        )
        for fields in _read_objects(path)
    ]


def sentences(data: Path) -> dict[str, list[str]]:
    """Sentences by language (ISO 639-1 where there is a code), of the set that says nothing but
    which language they are in.
    """
    by_language: dict[str, list[str]] = {}
    for path in sorted((data / "langid").glob("*.tsv")):
        code = language_code(path.stem.partition("_")[0])
        code = (
            "no" if code == "nb" else code
        )  # reviewers' Norwegian is not told apart by its spelling norm
        lines = path.read_text(encoding="utf-8").splitlines()[1:]
        if code:
            by_language[code] = [line.split("\t")[2] for line in lines if line.count("\t") >= 2]
    return by_language


def sources(rows: Iterable[Row]) -> list[str]:
    """The names of the sources, in order."""
    return sorted({row.source for row in rows})


def without(rows: Iterable[Row], source: str) -> Iterator[Row]:
    """The rows that may be trained on when a source is to be one that training never saw."""
    return (row for row in rows if row.source != source and row.use.trains)


def group_rows(rows: Iterable[Row], *names: str) -> Mapping[tuple[Any, ...], Sequence[Row]]:
    """Rows grouped by the named fields, in order of first appearance."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(getattr(row, name) for name in names), []).append(row)
    return groups


def _row(source: str, use: Use, fields: dict[str, Any]) -> Row:
    label = fields.get("label")
    rating = fields.get("rating")
    if source.startswith("ott_"):
        label = str(label).rpartition("|")[2]
    text = _text(fields)
    return Row(
        id=str(fields["id"]),
        source=source,
        use=use,
        language=_language(source, fields.get("lang"), text),
        channel=_CHANNELS.get(str(fields.get("platform")), Channel.REVIEW_SITE),
        text=text,
        rating=rating,
        polarity=1
        if source in _COMPLAINTS
        else _POLARITY.get(str(label))
        if rating is None
        else {1: 1, 2: 1, 4: 0, 5: 0}.get(rating),
        offensive=_OFFENSIVE.get(str(label)),
    )


def _text(fields: dict[str, Any]) -> str:
    title, text = str(fields.get("title") or "").strip(), str(fields.get("text") or "").strip()
    return text if not title or _BOILERPLATE.match(title) else f"{title}\n{text}".strip()


def _language(source: str, claim: str | None, text: str) -> str | None:
    if source in _LANGUAGES:
        return _LANGUAGES[source]
    code = language_code(claim)
    # Much of what is collected as Hindi is English, or Hindi in Latin letters.
    return (
        None
        if code == "hi" and not any("\u0900" <= letter <= "\u097f" for letter in text)
        else code
    )


def _parse_label(fields: dict[str, Any]) -> Label:
    severity, agenda = Severity(fields["severity"]), fields.get("agenda")
    return Label(
        severity=severity,
        text_severity=Severity(fields.get("text_severity") or severity),
        needs_person=bool(fields["needs_person"]),
        agenda=Agenda(agenda) if agenda in set(Agenda) else None,
        flags=tuple(fields.get("flags") or ()),
    )


def _read_labels(labels: Path) -> Iterator[tuple[str, Label]]:
    for path in sorted(labels.glob("*.jsonl")):
        for fields in _read_objects(path):
            yield str(fields["id"]), _parse_label(fields)


def _read_uses(data: Path) -> dict[str, Use]:
    """Uses by family, the part of a set's name before the first `_`.

    The README's table joins sets of one family in a row.
    """
    readme = data / "README.md"
    uses: dict[str, Use] = {}
    for line in readme.read_text(encoding="utf-8").splitlines() if readme.exists() else ():
        cells = [cell.strip(" *`") for cell in line.strip().strip("|").split("|")]
        use = next((cell for cell in cells[1:] if cell in set(Use)), None)
        if use:
            uses[_family(cells[0])] = Use(use)
    return uses


def _family(name: str) -> str:
    return re.split(r"[_,/. ]", name, maxsplit=1)[0]


def _comparable_text(text: str) -> str:
    return _NON_LETTERS.sub("", text.casefold())


def _read_objects(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except ValueError as wrong:
                    raise ValueError(f"{path}, line {number}: not JSON ({wrong})") from None
