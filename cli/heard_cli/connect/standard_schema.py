"""The request that `standard` takes: an example that works, and the meaning of each field.

Any system can send its reviews to Heard in this form, so its guide must show it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib import resources
from typing import Any, Final

from heard.clock import format_time

PLATFORM: Final = "standard"

EVENT_TYPES: Final[Mapping[str, str]] = {
    "review.created": "a new review",
    "review.edited": "the author changed it: send the whole new text",
    "review.withdrawn": "the author took it back: only data.id is needed",
    "review.replied": "the business answered at the source; data.id is the answer's own id, and "
    "data.thread_id is what it answers",
    "test": "a test: the response counts it as accepted, and it becomes no review",
}

FIELDS: Final[Mapping[str, str]] = {
    "type": "required: one of the types below",
    "timestamp": "when it happened, for example 2026-01-31T09:30:00Z",
    "data.id": "required: the review's own id, the same in all its events",
    "data.author": "id and name of the customer; the id must stay the same",
    "data.rating": "stars, 1 to 5",
    "data.score": "instead of rating: 0 to 10, the answer to a recommendation question (NPS)",
    "data.title": "the review's title",
    "data.text": "the review's words",
    "data.language": "its language, if you know it, for example en",
    "data.created_at": "when the customer wrote it",
    "data.updated_at": "when the customer changed it last",
    "data.revision": "the number of the version, instead of updated_at; send it in all events of a "
    "source or in none",
    "data.thread_id": "what several reviews have in common if they are one conversation",
    "data.subject": "what is reviewed: a product, a place",
    "data.link": "where people can see the review",
    "data.by_business": "true if the business itself wrote it",
    "data.metadata": "anything else of yours; it is not read",
}


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the body, as the library has it."""
    file = resources.files("heard.connectors").joinpath("standard.schema.json")
    return json.loads(file.read_text("utf-8"))


def to_json(now: datetime) -> dict[str, Any]:
    """The example and the meaning of each field, as JSON."""
    return {
        "example_request": json.loads(example_request(now)),
        "fields": dict(FIELDS),
        "types": dict(EVENT_TYPES),
        "json_schema": json_schema(),
    }


def example_request(now: datetime) -> str:
    """The JSON body of a new review, as the connector takes it."""
    written_at = format_time(now - timedelta(hours=1))
    body = {
        "type": "review.created",
        "timestamp": format_time(now),
        "data": {
            "id": "review-1001",
            "created_at": written_at,
            "rating": 2,
            "title": "Cold soup",
            "text": "The soup was cold and nobody came to our table for half an hour.",
            "language": "en",
            "author": {"id": "customer-77", "name": "Ana"},
        },
    }
    return json.dumps(body, indent=2)
