"""What is genuine is never dropped without a word, whatever one field of it says (R01).

Each sample that holds a review is changed in one place: a kind that nobody knows, or a field that
is missing. It must still give an event, or a problem, or be unreadable: the last two are kept in
quarantine. What may be ignored is listed with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import pytest

from heard.connectors import WebhookRequest, load
from heard.errors import Unparseable
from heard.reviews import EventKind
from heard_simulator.server import SimulatedPlatforms
from tests.unit.simulated import PLATFORMS, SAMPLES, SimulatedConnection, connect_to_simulator

pytestmark = pytest.mark.loopback

NOW: Final = datetime.now(UTC)
MISSING: Final = object()
UNKNOWN: Final = "unheard.of"

IGNORED: Final[Mapping[str, Mapping[str, str]]] = {
    "feedback_form": {"website": "only a program fills in the field that nobody sees"},
    "feefo": {"feedback": "an empty delivery is a test", "id": "an empty delivery is a test"},
    "intercom": {
        "data.item.conversation_parts.conversation_parts.*.body": "a part without words or files "
        "is no message"
    },
    "mastodon": {
        "object.mentions": "a status that does not mention the business is not for it",
        "object.mentions.*.acct": "it mentions somebody else",
    },
    "ses": {"Message": "a sentence of SES about a new topic"},
    "shopify": {"type": "metaobjects of other types are nobody's words"},
    "slack": {"event.message.edited": "without it, a link's preview changed and not the words"},
    "twilio_voice": {"RecordingUrl": "the call goes on; its end is reported too"},
    "yelp": {"data.id": "one address receives the events of all businesses of a partner"},
}
"""By platform and field: why a delivery may give nothing."""

type Path = tuple[str | int, ...]


def fields(value: Any, path: Path = ()) -> Iterator[Path]:
    """The way to each field of a document, but not to the entries of lists."""
    if isinstance(value, dict):
        for name, entry in value.items():
            yield (*path, name)
            yield from fields(entry, (*path, name))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from fields(entry, (*path, index))


def changed(document: Any, path: Path, value: object) -> Any:
    document = deepcopy(document)
    parent = document
    for step in path[:-1]:
        parent = parent[step]
    if value is MISSING:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return document


def reviews_of(platform: str, harness: SimulatedConnection) -> Iterator[tuple[WebhookRequest, Any]]:
    """The requests of a platform that hold a review, with their JSON or their form."""
    for sample in SAMPLES:
        if sample.platform != platform or sample.polled or sample.method != "POST":
            continue
        request = harness.request(sample, NOW)
        try:
            parsed = harness.connector.parse(request, harness.connection, NOW)
        except Unparseable:
            continue
        if {EventKind.CREATED, EventKind.EDITED} & {event.kind for event in parsed.events}:
            is_json = request.body.startswith(b"{")
            yield (
                request,
                json.loads(request.body)
                if is_json
                else dict(parse_qsl(request.body.decode(), keep_blank_values=True)),
            )


def vanishes(request: WebhookRequest, harness: SimulatedConnection) -> bool:
    try:
        parsed = harness.connector.parse(request, harness.connection, NOW)
    except Unparseable:
        return False
    return not parsed.problems and all(event.kind is EventKind.TEST for event in parsed.events)


@pytest.mark.parametrize("platform", [name for name in PLATFORMS if load(name).capabilities.pushes])
def test_one_changed_field_never_makes_a_review_vanish(platform: str) -> None:
    with SimulatedPlatforms() as simulator:
        harness = connect_to_simulator(platform, simulator)
        lost: set[str] = set()
        count = 0
        for request, document in reviews_of(platform, harness):
            is_json = request.body.startswith(b"{")
            for path in fields(document):
                for value in (UNKNOWN, MISSING):
                    other = changed(document, path, value)
                    body = json.dumps(other) if is_json else urlencode(other)
                    count += 1
                    if vanishes(replace(request, body=body.encode()), harness):
                        lost.add(".".join("*" if isinstance(s, int) else s for s in path))
    assert count, "no sample holds a review"
    assert lost <= IGNORED.get(platform, {}).keys()
