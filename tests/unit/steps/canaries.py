"""Words that an author says in every place that has words, and where they can still be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any, Final

from heard.clock import format_time
from heard.connectors import HttpResponse
from heard.errors import DamagedText
from heard.follow_ups import Action, FollowUp
from heard.notes import Draft
from heard.reviews import ReviewEvent, author_id, review_id
from heard.steps import desk, drafts, notes
from heard.steps.desk import ResolutionRequest
from heard.steps.notes import NoteRequest
from heard.storage.vault import Erased, Vault
from tests.unit.backend import BUSINESS, Backend, complaint

CANARIES: Final = tuple(f"canary{letter}ylang" for letter in "abcdefghij")
"""Words that no text of ours has. Each is said in another place."""

AUTHOR: Final = author_id(BUSINESS, "standard", "cus-1")
_numbers = count(1)


def accept_reply(method: str, _url: str, **_: Any) -> HttpResponse:
    return HttpResponse(201, {}, b"{}") if method == "POST" else HttpResponse(404, {}, b"")


def message_of(
    backend: Backend, event: ReviewEvent, received_at: datetime | None = None
) -> dict[str, Any]:
    at = received_at or backend.clock()
    return backend.queue_message(event) | {"received_at": format_time(at)}


def deliver(
    backend: Backend,
    event: ReviewEvent,
    received_at: datetime | None = None,
    business: str = BUSINESS,
) -> str:
    backend.run_route_workflow(message_of(backend, event, received_at))
    backend.run_workflows()
    return review_id(business, "standard", event.native_id)


def canary_complaint(native_id: str = "r-1", **fields: Any) -> ReviewEvent:
    """A complaint with a canary wherever an author can say something."""
    event = complaint(native_id)
    return replace(
        event,
        author=replace(event.author, name=CANARIES[0]),
        title=f"Never again {CANARIES[1]}",
        text=f"{event.text} {CANARIES[2]}",
        quoted=f"They said {CANARIES[3]}",
        below=f"Below that, I said {CANARIES[3]}",
        link=f"https://shop.example/{CANARIES[4]}",
        subject=f"Room of {CANARIES[4]}",
        reply_to={"address": CANARIES[5]},
        **fields,
    )


def resolve(backend: Backend, review: str, action: Action, **fields: Any) -> FollowUp:
    """Let an agent resolve the review's follow-up, with canaries in what they write."""
    caller = backend.add_person("Ana", "agent")
    follow_up = backend.case(review).follow_up
    assert follow_up is not None
    fence = desk.claim(caller, follow_up.id, backend.desk, backend.clock()).fence
    request = ResolutionRequest(
        id=f"resolution-{next(_numbers)}", action=action, fence=fence, **fields
    )
    return desk.resolve(caller, follow_up.id, request, backend.desk, backend.clock()).follow_up


def write_beside(backend: Backend, review: str, text: str) -> None:
    """Let an agent write a note without an answer and a draft, both with this text."""
    caller, now = backend.add_person("Ben", "agent"), backend.clock()
    follow_up = backend.case(review).follow_up
    assert follow_up is not None
    note = NoteRequest(f"note-{next(_numbers):04}", text)
    notes.add_note(caller, follow_up.id, note, backend.desk, now)
    drafts.save_draft(caller, follow_up.id, Draft(text, format_time(now)), backend.desk, now)


def readable_texts(backend: Backend) -> str:
    """All that is stored, with every sealed text that any stored key opens."""
    items = backend.stored_items("SetupTable") + backend.case_items()
    vault = Vault(backend.plain_dynamodb, backend.tables["CasesTable"])
    owners = [item["pk"] for item in items if item.get("sk") == "AUTHOR" and "key" in item]
    texts = [repr({name: item[name] for name in item if name != "sealed"}) for item in items]
    for item in items:
        for owner in owners if "sealed" in item else ():
            try:
                texts.append(repr(vault.open(owner, f"{item['pk']}/{item['sk']}", item)))
            except (Erased, DamagedText):
                continue
    quarantine = backend.ingest_ports.quarantine
    texts += [repr(quarantine.open(entry)) for entry in quarantine.of_business(BUSINESS)]
    return "\n".join(texts)


def queued_texts(backend: Backend) -> str:
    urls = (backend.queue_url, backend.poll_queue_url, backend.dead_letters_url)
    responses = [
        backend.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        for url in urls
    ]
    return repr(responses)
