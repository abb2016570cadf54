"""The labelled texts that engines are trained and measured on: sets, labels and terms of use.

The sets are beside the repository and not part of it. A table in their README gives the terms of
use. A set that it does not name is only measured on. Two kinds of labels are our own and in the
repository: ratings of rows of these sets, which have ids and no text, and examples that we wrote.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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

NEVER_TRAIN: Final = "never_train.txt"
"""The file of the hashes of texts that nothing may learn from."""

RATED_SET: Final = "severity_dev"
"""The set with two independent ratings of severity. It validates and never trains."""

SAMPLE: Final = 120
"""Texts of a source and class that have stars, sentiment or offence alone."""

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
_RATING_POLARITY: Final = {1: 1, 2: 1, 4: 0, 5: 0}
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
"""Portals where everybody who writes complains."""

_CHANNELS: Final = {"twitter": Channel.SOCIAL, "social(DB)": Channel.SOCIAL, "cfpb": Channel.EMAIL}
_LANGUAGES: Final = {"moroccan_banks": "fr"}
"""The languages of sets that do not say it."""

_BOILERPLATE: Final = re.compile(r"^.{0,60} customer review$")
"""Titles that the site writes and not the customer."""

_NON_LETTERS: Final = re.compile(r"\W+")


class Use(StrEnum):
    """What may be done with a set, by the README of the sets."""

    SHIP = "ship"
    PERMISSIVE = "permissive"
    MEASURE = "measure"

    @property
    def trains(self) -> bool:
        """Whether weights that learned from it may ship."""
        return self is not Use.MEASURE


@dataclass(frozen=True, slots=True)
class Label:
    """The label of a text: severity with the rating and without it, and more."""

    severity: Severity
    text_severity: Severity
    needs_person: bool
    agenda: Agenda | None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text.

    `text` begins with the title if there is one. `polarity` is used instead of "needs a person"
    where nobody labelled that: 1 for one and two stars, negative sentiment and complaint portals, 0
    for four and five stars and positive sentiment, None for what is between or unknown. `offensive`
    is None if it was not labelled. `language` is ISO 639-1 if there is a code, None if the set does
    not know it.
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
    """A row of the validation set with the labels of two people, who knew text and rating."""

    row: Row
    ratings: tuple[Label, Label]


class CorpusMissing(Exception):
    """The folder does not exist, or it has no labelled set."""


def folder(option: Path | None = None) -> Path:
    """The folder of the sets: `option`, else HEARD_DATA, else shared/data beside the clone.

    Raises CorpusMissing.
    """
    path = option or Path(os.environ.get("HEARD_DATA") or _ROOT.parent / "shared" / "data")
    if not any(path.glob("*.jsonl")):
        raise CorpusMissing(f"There are no labelled sets (*.jsonl) in {path}.")
    return path


def rows(data: Path, labels: Path = TRAINING / "labels") -> list[Row]:
    """Every labelled text of the sets in a folder, with our own ratings if there are any.

    Texts of the validation set are left out.
    """
    held_out = {_comparable_text(rated.row.text) for rated in validation(data)}
    ratings = dict(_read_labels(labels))
    uses = _read_uses(data)
    result: list[Row] = []
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
                result.append(replace(row, label=ratings.get(row.id)))
    return result


def examples(directory: Path = TRAINING / "examples") -> list[Row]:
    """Our own examples. They are one source, `examples`, because one kind of writer wrote them."""
    result: list[Row] = []
    for path in sorted(directory.glob("*.jsonl")):
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
            result.append(row)
    return result


def training_rows(option: Path | None, without: Collection[str] = ()) -> list[Row]:
    """The texts that `accurate` learns from: rated ones, our examples, and a sample of the others.

    The sample has at most `SAMPLE` texts of each source and class: more of them add time and
    nothing else. `without` are sources to leave out. Raises CorpusMissing.
    """
    data = folder(option)
    usable = [row for row in rows(data) if row.use.trains and row.source not in without]
    rated = [row for row in usable if row.label]
    others = sorted(
        (row for row in usable if not row.label),
        key=lambda row: hashlib.sha256(row.id.encode()).digest(),
    )
    sample = [
        row
        for group in (
            *group_rows(others, "source", "polarity").values(),
            *group_rows(others, "source", "offensive").values(),
        )
        if group[0].polarity is not None or group[0].offensive is not None
        for row in group[:SAMPLE]
    ]
    kept = [
        *rated,
        *dict.fromkeys(sample),
        *(row for row in examples() if row.source not in without),
    ]
    return refuse(kept, data)


def refuse(rows: Iterable[Row], data: Path) -> list[Row]:
    """The rows without those that nothing may learn from (`NEVER_TRAIN` in the folder `data`)."""
    path = data / NEVER_TRAIN
    hashes = set(path.read_text(encoding="ascii").split()) if path.exists() else set[str]()
    return [
        row
        for row in rows
        if hashes.isdisjoint(map(text_hash, (row.text, *row.text.split("\n", 1))))
    ]


def text_hash(text: str) -> str:
    """The hash by which a text is known: the SHA-1 of its words in small letters, 12 digits."""
    plain = " ".join(text.lower().split())
    return hashlib.sha1(plain.encode(), usedforsecurity=False).hexdigest()[:12]


def is_kept_back(row: Row) -> bool:
    """Whether a text is one of the tenth that calibrates and that nothing learns from."""
    return hashlib.sha256(f"back {row.id}".encode()).digest()[0] < 26


def fingerprint(rows: Iterable[Row]) -> str:
    """The SHA-256 of the texts that something learns from."""
    lines = sorted(f"{row.source} {row.id} {row.text}" for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def phrases(directory: Path = TRAINING / "phrases") -> list[Row]:
    """Our own phrases, a few words each, with the labels of their marks (`training/README.md`)."""
    result: list[Row] = []
    for path in sorted(directory.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            severity = _SEVERITY_MARKS[line[0]]
            unhappy = severity is not Severity.PRAISE
            insult = line.startswith("~")
            label = Label(severity, severity, unhappy, Agenda.ABUSE if insult else None)
            polarity = None if insult else int(unhappy)
            for phrase in line[1:].split(","):
                id, text = f"{path.stem}-{len(result) + 1}", phrase.strip()
                result.append(
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
    return result


def validation(data: Path) -> list[RatedRow]:
    """The rows that two people rated, an empty list if the folder has none."""
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
    """Sentences by language (ISO 639-1 if there is a code), from the set of languages."""
    by_language: dict[str, list[str]] = {}
    for path in sorted((data / "langid").glob("*.tsv")):
        code = language_code(path.stem.partition("_")[0])
        # Reviewers' Norwegian is one language, whatever its spelling norm.
        code = "no" if code == "nb" else code
        lines = path.read_text(encoding="utf-8").splitlines()[1:]
        if code:
            by_language[code] = [line.split("\t")[2] for line in lines if line.count("\t") >= 2]
    return by_language


def sources(rows: Iterable[Row]) -> list[str]:
    """The names of the sources, in order."""
    return sorted({row.source for row in rows})


def without(rows: Iterable[Row], source: str) -> Iterator[Row]:
    """The rows that may be trained on, without a source that training must not see."""
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
        polarity=_polarity(source, label, rating),
        offensive=_OFFENSIVE.get(str(label)),
    )


def _polarity(source: str, label: object, rating: int | None) -> int | None:
    if source in _COMPLAINTS:
        return 1
    if rating is None:
        return _POLARITY.get(str(label))
    return _RATING_POLARITY.get(rating)


def _text(fields: dict[str, Any]) -> str:
    title, text = str(fields.get("title") or "").strip(), str(fields.get("text") or "").strip()
    return text if not title or _BOILERPLATE.match(title) else f"{title}\n{text}".strip()


def _language(source: str, claim: str | None, text: str) -> str | None:
    if source in _LANGUAGES:
        return _LANGUAGES[source]
    code = language_code(claim)
    # Many texts in Hindi sets are English, or Hindi in Latin letters.
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
    """The uses by family, the part of a set's name before the first `_`.

    The README's table has one row for a family.
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
                except ValueError as error:
                    raise ValueError(f"{path}, line {number}: not JSON ({error})") from None
