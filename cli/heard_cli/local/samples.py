"""The samples under `events/`: what platforms send, as files that people can read and programs can play.

Owns the file format: reading, checking, filling in times and lengths, and telling what the simulated
platforms must know before a sample is played. Knows the platforms' documented shapes, not the
connectors. `events/README.md` explains the format to whoever adds a sample.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

type Json = dict[str, Any]

FORMS: Final = frozenset({"twilio_sms", "feedback_form"})
"""The platforms whose requests are HTML forms; the others send JSON."""

PLATFORMS: Final = frozenset({"trustpilot", "discourse", "standard"}) | FORMS

KINDS: Final = frozenset({"created", "edited", "withdrawn", "reply_seen", "test"})
SEVERITIES: Final = frozenset({"critical", "high", "medium", "low", "praise"})
ROUTES: Final = frozenset({"acknowledge", "follow_up", "both", "nothing"})

_FIELDS: Final = frozenset({"about", "platform", "headers", "body", "form", "knows", "expect", "times"})
_NAME: Final = re.compile(r"(\d\d)-[a-z0-9]+(?:-[a-z0-9]+)*\.json")
_PLACEHOLDER: Final = re.compile(r"\{\{(.*?)\}\}")
_TIME: Final = re.compile(r"now(?:([+-])(\d+)([smhd]))?")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_OPT_OUT: Final = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
"""Twilio's default opt-out words (twilio.com/docs/messaging/tutorials/advanced-opt-out)."""


class InvalidSample(ValueError):
    """A sample file is not in the format; the message names the file and everything that is wrong with it."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__(f"{path}: " + "; ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the playbook asks for one review event of a sample: any of these severities and any of these routes.

    `severity` is empty where there is nothing to judge (a withdrawal, our own reply, a ping).
    """

    kind: str
    severity: frozenset[str]
    route: frozenset[str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A resource that the simulated platform must have (None: must not have) when the sample arrives."""

    native_id: str
    resource: Json | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A sample at one instant: `fields` is the JSON body or the form, `headers` are those that are not signed."""

    fields: Json
    headers: Mapping[str, str]
    knows: tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One request that a platform makes, with what to expect of it.

    `name` is `{platform}/{NN-name}`. `expect` has one entry for each review event in the request, in its
    order. `times` is how often the same request arrives.
    """

    name: str
    about: str
    platform: str
    headers: Mapping[str, str]
    fields: Json
    knows: tuple[Json, ...] | None
    expect: tuple[Expectation, ...]
    times: int

    @property
    def is_form(self) -> bool:
        """Whether the platform sends it as a form instead of JSON."""
        return self.platform in FORMS

    def render(self, now: datetime) -> Delivery:
        """The sample with its times and lengths filled in, as if it were sent at `now`; the same `now` gives the same."""
        fields = cast("Json", _filled(self.fields, now))
        if self.knows is None:
            known = tuple(_derived(self.platform, fields, now))
        else:
            known = tuple(Known(str(entry["native_id"]), cast("Json | None", _filled(entry["resource"], now))) for entry in self.knows)
        return Delivery(fields, dict(self.headers), known)


def load_samples(folder: Path) -> list[Sample]:
    """Every sample under `folder`, in playing order: by number, platforms side by side.

    Raises InvalidSample for the first file that is not in the format, FileNotFoundError without the folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder of samples at {folder}.")
    # By number first, so that a demo shows all platforms from the start; within a platform the numbers keep the order.
    paths = sorted(folder.glob("*/*.json"), key=lambda path: (path.name[:2], path.parent.name, path.name))
    return [_read(path) for path in paths]


def _read(path: Path) -> Sample:
    try:
        document: object = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as broken:
        raise InvalidSample(path, [f"not JSON in UTF-8: {broken}"]) from broken
    if not isinstance(document, dict):
        raise InvalidSample(path, ["the file must hold one JSON object"])
    sample = cast("Json", document)
    problems = list(_problems(path, sample))
    if problems:
        raise InvalidSample(path, problems)
    platform = str(sample["platform"])
    return Sample(
        name=f"{platform}/{path.stem}",
        about=sample["about"],
        platform=platform,
        headers=sample.get("headers", {}),
        fields=sample["form" if platform in FORMS else "body"],
        knows=tuple(sample["knows"]) if "knows" in sample else None,
        expect=tuple(_expectation(entry) for entry in _listed(sample["expect"])),
        times=sample.get("times", 1),
    )


def _listed(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _expectation(entry: Json) -> Expectation:
    return Expectation(
        entry.get("kind", "created"), frozenset(entry.get("severity", [])), frozenset(entry.get("route", [])), entry.get("note", "")
    )


def _problems(path: Path, sample: Json) -> Iterator[str]:
    """Everything that is wrong with a file, so that whoever wrote it mends it in one go."""
    if not _NAME.fullmatch(path.name):
        yield "the file must be called NN-name.json, in lower case and with hyphens"
    if unknown := sample.keys() - _FIELDS:
        yield f"unknown fields: {', '.join(sorted(unknown))}"
    if not isinstance(sample.get("about"), str) or not sample["about"].strip():
        yield "'about' must say in one sentence what the sample shows"
    platform = sample.get("platform")
    if platform not in PLATFORMS:
        yield f"'platform' must be one of {', '.join(sorted(PLATFORMS))}"
    elif path.parent.name != platform:
        yield f"a sample of {platform} belongs in the folder {platform}"
    wanted, other = ("form", "body") if platform in FORMS else ("body", "form")
    if other in sample or not isinstance(sample.get(wanted), dict):
        yield f"{platform} sends a {wanted}: exactly that, as an object"
    headers = sample.get("headers", {})
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in cast("Json", headers).values()):
        yield "'headers' must map names to texts"
    times = sample.get("times", 1)
    if not isinstance(times, int) or times < 1:
        yield "'times' must be a number from 1"
    yield from _knows_problems(sample.get("knows", []))
    yield from _expect_problems(sample.get("expect"))
    yield from _directive_problems(sample.get(wanted))
    yield from _directive_problems(sample.get("knows"))


def _knows_problems(knows: Any) -> Iterator[str]:
    entries = cast("list[Any]", knows) if isinstance(knows, list) else [None]
    for entry in entries:
        if not isinstance(entry, dict) or cast("Json", entry).keys() != {"native_id", "resource"}:
            yield "'knows' must be a list of {native_id, resource}"


def _expect_problems(expect: Any) -> Iterator[str]:
    for entry in _listed(expect):
        if not isinstance(entry, dict):
            yield "'expect' must be an object, or a list with one for each review event"
            continue
        found = cast("Json", entry)
        if unknown := found.keys() - {"kind", "severity", "route", "note"}:
            yield f"unknown fields in 'expect': {', '.join(sorted(unknown))}"
        kind = found.get("kind", "created")
        if kind not in KINDS:
            yield f"'kind' must be one of {', '.join(sorted(KINDS))}"
        for name, allowed in (("severity", SEVERITIES), ("route", ROUTES)):
            values = _listed(found.get(name, []))
            if unfit := [str(value) for value in values if value not in allowed]:
                yield f"{', '.join(unfit)} is no {name}: use {', '.join(sorted(allowed))}"
            if not values and kind in {"created", "edited"}:
                yield f"'expect' needs a {name} for what was {kind}"


def _directive_problems(value: Any) -> Iterator[str]:
    for text in _texts(value):
        for directive in _PLACEHOLDER.findall(text):
            if not _TIME.fullmatch(directive):
                yield f"{{{{{directive}}}}} is no time: write {{{{now}}}}, {{{{now-90m}}}}, {{{{now+2d}}}}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for entry in cast("Json", value).values():
            yield from _texts(entry)
    elif isinstance(value, list):
        for entry in cast("list[Any]", value):
            yield from _texts(entry)


def _filled(value: Any, now: datetime) -> Any:
    """The value with `{{now-2h}}` replaced by that instant and `{"repeat": text, "times": n}` by the long text."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: _instant(found[1], now), value)
    if isinstance(value, list):
        return [_filled(entry, now) for entry in cast("list[Any]", value)]
    if isinstance(value, dict):
        entries = cast("Json", value)
        if entries.keys() == {"repeat", "times"}:
            return str(entries["repeat"]) * int(entries["times"])
        return {name: _filled(entry, now) for name, entry in entries.items()}
    return value


def _instant(directive: str, now: datetime) -> str:
    found = _TIME.fullmatch(directive)
    if found is None:
        raise ValueError(f"{directive!r} is no time.")
    sign, number, unit = found.groups()
    shift = timedelta(**{_UNITS[unit]: int(number)}) if number else timedelta()
    at = now - shift if sign == "-" else now + shift
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _derived(platform: str, fields: Json, now: datetime) -> Iterator[Known]:
    """What a platform has when it sends this: the same thing, in the shape of its API instead of its webhook."""
    match platform:
        case "trustpilot":
            for event in fields.get("events", []):
                yield _trustpilot_review(event)
        case "discourse" if "post" in fields:
            post: Json = fields["post"]
            names = ("id", "post_number", "reply_to_post_number", "username", "name", "user_id", "raw", "created_at", "updated_at")
            shown = {name: post[name] for name in (*names, "version", "deleted_at") if name in post}
            yield Known(str(post["topic_id"]), {"title": post.get("topic_title", ""), "posts": [shown]})
        case "twilio_sms" if "MessageSid" in fields:
            received = {"from": fields["From"], "to": fields["To"], "body": fields.get("Body", ""), "date_sent": _instant("now", now)}
            yield Known(fields["MessageSid"], received)
            if received["body"].strip().upper() in _OPT_OUT:
                yield Known(fields["From"], {"opted_out": True})
        case _:
            return


def _trustpilot_review(event: Json) -> Known:
    data: Json = event["eventData"]
    if event["eventName"] == "service-review-deleted":
        return Known(data["id"], None)
    consumer: Json = data.get("consumer", {})
    kept = {name: data[name] for name in ("stars", "title", "text", "language", "createdAt", "isVerified", "referenceId") if name in data}
    # Only the name of the author's name differs between the webhook and the API.
    shown = {"updatedAt": data.get("updatedAt"), "consumer": {"id": consumer.get("id"), "displayName": consumer.get("name")}}
    return Known(data["id"], {**kept, **shown})
