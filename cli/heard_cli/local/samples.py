"""The samples under `events/`: what platforms send, in files for people and programs.

This module owns the file format: it reads and checks files and fills in times and lengths. Before
a sample is delivered, its simulated platform must have certain resources; the class in
`heard_simulator.platforms` derives them from the sample. `events/README.md` explains the format.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlencode

from heard.connectors import WebhookRequest
from heard_cli.input_files import UnreadableContent, parse_json
from heard_simulator.contract import Json, KnownResource, iso_millis
from heard_simulator.server import platform_classes


def _sample_folder() -> Path:
    package = Path(__file__).parents[1]
    packed = package / "events"
    return packed if packed.is_dir() else package.parents[1] / "events"


EVENTS: Final = _sample_folder()
"""The folder of samples: beside the code in a clone, inside it in an installed package."""

KINDS: Final = frozenset({"created", "edited", "withdrawn", "reply_seen", "test"})
SEVERITIES: Final = frozenset({"critical", "high", "medium", "low", "praise"})
ROUTES: Final = frozenset({"acknowledge", "follow_up", "both", "nothing"})

_SAMPLE_FIELDS: Final = frozenset(
    {
        "about",
        "platform",
        "method",
        "query",
        "headers",
        "body",
        "form",
        "multipart",
        "page",
        "resources",
        "expect",
        "times",
    }
)
_NAME_PATTERN: Final = re.compile(r"(\d\d)-[a-z0-9]+(?:-[a-z0-9]+)*\.json")
_PLACEHOLDER: Final = re.compile(r"\{\{(.*?)\}\}")
_TIME_PATTERN: Final = re.compile(r"(now|unix|millis)(?:([+-])(\d+)([smhd]))?")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_BODY_FORMATS: Final = ("body", "form", "multipart")
_BOUNDARY: Final = "heard-sample-boundary"


class InvalidSample(ValueError):
    """A sample file is not in the format.

    The message names the file and everything that is wrong with it.
    """

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__(f"{path}: " + "; ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the playbook asks of one review event: one of these severities and of these routes.

    `severity` is empty where there is nothing to assess (a withdrawal, our own reply, a ping, or
    words that are no review: `no_review` is the code of why).
    """

    kind: str
    severity: frozenset[str]
    route: frozenset[str]
    note: str = ""
    no_review: str | None = None


@dataclass(frozen=True, slots=True)
class RenderedSample:
    """A sample at one instant.

    `request` is not signed yet; it is None where Heard polls the platform instead. `fields` is the
    JSON body, the form or the parts. `resources` are those that the simulated platform must have.
    """

    request: WebhookRequest | None
    fields: Json
    resources: tuple[KnownResource, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One request of a platform, or one review that appears there and is polled.

    `name` is `{platform}/{NN-name}`. `body_format` says how `fields` are sent: `body` (JSON),
    `form`, `multipart`, or empty where the platform sends nothing. `page`: the sample is a form
    whose page is fetched first, as by a browser. `expect` has one entry for each review event, in
    their order. `times` is how often the same request arrives.
    """

    name: str
    about: str
    platform: str
    body_format: str
    fields: Json
    expect: tuple[Expectation, ...] = ()
    method: str = "POST"
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    resources: tuple[Json, ...] | None = None
    page: bool = False
    times: int = 1

    @property
    def polled(self) -> bool:
        """Whether the platform sends nothing, so that Heard must poll."""
        return not self.body_format and self.method == "POST"

    def render(self, now: datetime) -> RenderedSample:
        """The sample with its times and lengths filled in, for delivery at `now`.

        The same `now` gives the same result.
        """
        fields = cast("Json", _expand(self.fields, now))
        if self.resources is None:
            platform_class = platform_classes().get(self.platform)
            resources = (
                tuple(platform_class.sample_resources(fields, now)) if platform_class else ()
            )
        else:
            resources = tuple(
                KnownResource(
                    str(entry["native_id"]), cast("Json | None", _expand(entry["resource"], now))
                )
                for entry in self.resources
            )
        return RenderedSample(
            None if self.polled else self._request(fields, now), fields, resources
        )

    def _request(self, fields: Json, now: datetime) -> WebhookRequest:
        headers = {name.lower(): str(_expand(value, now)) for name, value in self.headers.items()}
        query = urlencode({name: str(_expand(value, now)) for name, value in self.query.items()})
        match self.body_format:
            case "form":
                content_type, body = "application/x-www-form-urlencoded", urlencode(fields).encode()
            case "multipart":
                content_type, body = (
                    f"multipart/form-data; boundary={_BOUNDARY}",
                    _multipart_body(fields),
                )
            case "body":
                content_type, body = (
                    "application/json",
                    json.dumps(fields, ensure_ascii=False).encode(),
                )
            case _:
                content_type, body = "", b""
        return WebhookRequest(
            self.method,
            {**({"content-type": content_type} if content_type else {}), **headers},
            body,
            query,
        )


def _multipart_body(fields: Json) -> bytes:
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return ("".join(parts) + f"--{_BOUNDARY}--\r\n").encode()


def load_samples(folder: Path) -> list[Sample]:
    """Every sample under `folder`, in the order of delivery: by number, all platforms in turn.

    Raises InvalidSample for the first file that is not in the format, FileNotFoundError if there is
    no such folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder of samples at {folder}.")
    # By number first, so that a demo shows all platforms from its beginning. Within a platform the
    # numbers are the order.
    paths = sorted(
        folder.glob("*/[0-9]*.json"), key=lambda path: (path.name[:2], path.parent.name, path.name)
    )
    return [read_sample(path) for path in paths]


def read_sample(path: Path) -> Sample:
    """The sample in one file. Raises InvalidSample."""
    try:
        document = parse_json(path.read_bytes())
    except UnreadableContent as error:
        raise InvalidSample(path, [str(error)]) from error
    if not isinstance(document, dict):
        raise InvalidSample(path, ["the file must hold one JSON object"])
    sample = cast("Json", document)
    problems = list(_problems(path, sample))
    if problems:
        raise InvalidSample(path, problems)
    return build_sample(path.parent.name, path.stem, sample)


def build_sample(platform: str, name: str, document: Json) -> Sample:
    """The sample that a checked document describes."""
    body_format = next((name for name in _BODY_FORMATS if name in document), "")
    return Sample(
        name=f"{platform}/{name}",
        about=document.get("about", ""),
        platform=platform,
        body_format=body_format,
        fields=document[body_format] if body_format else {},
        expect=tuple(_read_expectation(entry) for entry in _as_list(document.get("expect", []))),
        method=document.get("method", "POST"),
        query=document.get("query", {}),
        headers=document.get("headers", {}),
        resources=tuple(document["resources"]) if "resources" in document else None,
        page=document.get("page", False),
        times=document.get("times", 1),
    )


def _as_list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _read_expectation(entry: Json) -> Expectation:
    return Expectation(
        entry.get("kind", "created"),
        frozenset(entry.get("severity", [])),
        frozenset(entry.get("route", [])),
        entry.get("note", ""),
        entry.get("no_review"),
    )


def _problems(path: Path, sample: Json) -> Iterator[str]:
    """Everything that is wrong with a file, so that its author can correct all of it at once."""
    if not _NAME_PATTERN.fullmatch(path.name):
        yield "the file must be called NN-name.json, in lower case and with hyphens"
    if unknown := sample.keys() - _SAMPLE_FIELDS:
        yield f"unknown fields: {', '.join(sorted(unknown))}"
    if not isinstance(sample.get("about"), str) or not sample["about"].strip():
        yield "'about' must be one sentence that says what the sample shows"
    if path.parent.name != sample.get("platform"):
        yield f"a sample of {sample.get('platform')} belongs in the folder {sample.get('platform')}"
    body_formats = [name for name in _BODY_FORMATS if name in sample]
    body_format = body_formats[0] if body_formats else ""
    if len(body_formats) > 1 or not isinstance(sample.get(body_format, {}), dict):
        yield "a sample has one of 'body', 'form' and 'multipart', and that is an object"
    if not body_formats and not sample.get("resources") and sample.get("method", "POST") == "POST":
        yield "a sample that sends nothing needs 'resources': what appears at the platform"
    headers = sample.get("headers", {})
    if not isinstance(headers, dict) or not all(
        isinstance(value, str) for value in cast("Json", headers).values()
    ):
        yield "'headers' must map names to texts"
    times = sample.get("times", 1)
    if not isinstance(times, int) or times < 1:
        yield "'times' must be a whole number of 1 or more"
    yield from _resource_problems(sample.get("resources", []))
    yield from _expect_problems(sample.get("expect"))
    yield from _directive_problems(sample.get(body_format))
    yield from _directive_problems(sample.get("resources"))


def _resource_problems(resources: Any) -> Iterator[str]:
    entries = cast("list[Any]", resources) if isinstance(resources, list) else [None]
    for entry in entries:
        if not isinstance(entry, dict) or cast("Json", entry).keys() != {"native_id", "resource"}:
            yield "'resources' must be a list of {native_id, resource}"


def _expect_problems(expect: Any) -> Iterator[str]:
    for entry in _as_list(expect):
        if not isinstance(entry, dict):
            yield "'expect' must be an object, or a list with one for each review event"
            continue
        expectation = cast("Json", entry)
        if unknown := expectation.keys() - {"kind", "severity", "route", "note", "no_review"}:
            yield f"unknown fields in 'expect': {', '.join(sorted(unknown))}"
        kind = expectation.get("kind", "created")
        if kind not in KINDS:
            yield f"'kind' must be one of {', '.join(sorted(KINDS))}"
        for name, allowed in (("severity", SEVERITIES), ("route", ROUTES)):
            values = _as_list(expectation.get(name, []))
            if invalid := [str(value) for value in values if value not in allowed]:
                yield f"{', '.join(invalid)} is not a {name}: use {', '.join(sorted(allowed))}"
            is_assessed = kind in {"created", "edited"} and "no_review" not in expectation
            if not values and is_assessed:
                yield f"'expect' needs a {name} for what was {kind}"


def _directive_problems(value: Any) -> Iterator[str]:
    for text in _texts(value):
        for directive in _PLACEHOLDER.findall(text):
            if not _TIME_PATTERN.fullmatch(directive):
                examples = "{{now}}, {{now-90m}}, {{unix+2d}}"
                yield f"{{{{{directive}}}}} is not a time: write for example {examples}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for entry in cast("Json", value).values():
            yield from _texts(entry)
    elif isinstance(value, list):
        for entry in cast("list[Any]", value):
            yield from _texts(entry)


def _expand(value: Any, now: datetime) -> Any:
    """The value with its times and its other placeholders filled in.

    `{{now-2h}}` is an ISO 8601 time, `{{unix}}` seconds and `{{millis}}` milliseconds since 1970.
    `{"repeat": text, "times": n}` is a long text, `{"number": text}` a number, `{"json": value}` a
    value as JSON text, `{"base64": value}` Base64 of a text or of a value's JSON.
    """
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda match: _expand_time(match[1], now), value)
    if isinstance(value, list):
        return [_expand(entry, now) for entry in cast("list[Any]", value)]
    if isinstance(value, dict):
        entries = cast("Json", value)
        expanded = {name: _expand(entry, now) for name, entry in entries.items()}
        match sorted(expanded):
            case ["repeat", "times"]:
                return str(expanded["repeat"]) * int(expanded["times"])
            case ["number"]:
                text = str(expanded["number"])
                return float(text) if "." in text else int(text)
            case ["json"]:
                return json.dumps(expanded["json"], ensure_ascii=False)
            case ["base64"]:
                content = expanded["base64"]
                return base64.b64encode(
                    (
                        content
                        if isinstance(content, str)
                        else json.dumps(content, ensure_ascii=False)
                    ).encode()
                ).decode()
            case _:
                return expanded
    return value


def _expand_time(directive: str, now: datetime) -> str:
    match = _TIME_PATTERN.fullmatch(directive)
    if match is None:
        raise ValueError(f"{directive!r} is not a time.")
    time_format, sign, number, unit = match.groups()
    try:
        shift = timedelta(**{_UNITS[unit]: int(number)}) if number else timedelta()
        at = now - shift if sign == "-" else now + shift
    except OverflowError:
        raise ValueError(f"{directive!r} is too far away.") from None
    match time_format:
        case "unix":
            return str(int(at.timestamp()))
        case "millis":
            return str(int(at.timestamp() * 1000))
        case _:
            return iso_millis(at)
