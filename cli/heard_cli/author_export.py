"""`heard authors export`: all that is stored of an author, to be handed to them.

It holds what GDPR Article 15 asks for: their words, what was concluded from them and why, what was
answered, who received what, and for how long it is kept.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final, cast

import typer

from heard import clock
from heard.clock import format_time
from heard.connectors import load
from heard.errors import NotFound
from heard.outcomes import Outcome
from heard.reviews import follow_up_id
from heard.steps.erasing import DataSubject
from heard_cli.reviews import has_revision, read_replies, reply_json, revision_json, state_json
from heard_cli.show import count
from heard_cli.stack import CommandError, Stack

_NO_NOTES: Final = "withheld: what the staff noted for themselves"
_FILE_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the archive, so that equal data makes equal bytes."""

WITH_NOTES: Final = typer.Option("--with-notes", help="Include what the staff noted.")
OUTPUT: Final = typer.Option("--output", "-o", metavar="FILE", help="The zip file to write.")


def export_author(
    stack: Stack, data_subject: DataSubject, platform: str, output: Path, *, with_notes: bool
) -> int:
    """Write the archive of an author. Returns how many reviews it holds.

    `with_notes` includes what the staff noted for themselves. Raises CommandError.
    """
    if output.exists():
        raise CommandError(
            f"{output} exists already.", "Name another file, or remove it. Nothing was written."
        )
    document = author_data(stack, data_subject, platform, with_notes=with_notes)
    files = {
        "person.json": json.dumps(document, ensure_ascii=False, indent=1),
        "person.html": render_author(document),
    }
    # Only the owner may read it: it holds personal data.
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _FILE_DATE), text, zipfile.ZIP_DEFLATED)
    return len(document["reviews"])


def author_data(
    stack: Stack, data_subject: DataSubject, platform: str, *, with_notes: bool
) -> dict[str, Any]:
    """All that is stored of an author, as JSON."""
    author, business = data_subject.author, data_subject.business
    record = stack.cases.vault.author_record(author)
    reviews = [
        _review_data(stack, review, with_notes=with_notes)
        for review in stack.cases.reviews_of_author(author)
    ]
    native_ids = [review["native_id"] for review in reviews if review.get("native_id")]
    title = load(platform).capabilities.title
    return {
        "author": author,
        "business": business,
        "platform": title,
        "made_at": format_time(clock.now()),
        "value_to_the_business": record.value,
        "complaints": record.complaints,
        "automatic_replies": [
            {"review": reply.review, "at": reply.at} for reply in record.automatic_replies
        ],
        "erased_at": format_time(record.erased_at) if record.erased_at else None,
        "reviews": reviews,
        "unread_requests": [
            {"id": entry.id, "received_at": entry.received_at, "why": entry.why}
            for entry in stack.quarantine.find(business, [*data_subject.names, *native_ids])
        ],
        "recipients": [
            business,
            *([f"{title} (our replies)"] if any(map(_was_answered, reviews)) else []),
            "Amazon Web Services (storage)",
        ],
        "kept": _kept(stack, business),
    }


def _was_answered(review: Mapping[str, Any]) -> bool:
    return any(reply["state"] != "not sent" for reply in review.get("replies", ()))


def _kept(stack: Stack, business: str) -> dict[str, str]:
    """For how long each kind of data is kept."""
    months = stack.retention.retentions.of_business(business).texts_months
    words = "until you ask us to erase them"
    if months is not None:
        words += (
            f", at most {count(months, 'month')} after the last thing that happened to a review"
        )
    if stack.holds.holds.in_force(business, clock.now()):
        words += "; longer while the law makes us keep them"
    return {
        "your words, our replies, notes": words,
        "what happened to each review (times, codes, no words)": "for ever: it is kept as a proof",
        "backups": "35 days",
    }


def _review_data(stack: Stack, review: str, *, with_notes: bool) -> dict[str, Any]:
    try:
        case = stack.cases.case(review).case
    except NotFound:
        return {"id": review, "not_stored": True}
    log = stack.log.of_review(review)
    revisions = stack.history.revisions([outcome for outcome in log if has_revision(outcome)])
    follow_ups = [
        follow_up_id(case.thread.id, number + 1) for number in range(case.thread.follow_up_count)
    ]
    replies = stack.cases.replies(case.thread.id, newest=None)
    notes = [
        note
        for follow_up in follow_ups
        for note in stack.cases.notes(follow_up, replies, limit=None)
    ]
    return {
        **state_json(case.review),
        "revisions": [revision_json(revision) for revision in revisions],
        "replies": [
            reply_json(reply, case.thread)
            for reply in read_replies(stack, case.review).replies
            if reply.review == review
        ],
        "notes": notes if with_notes else (_NO_NOTES if notes else []),
        "what_happened": [_outcome_data(outcome) for outcome in log],
    }


def _outcome_data(outcome: Outcome) -> dict[str, Any]:
    names = ("route", "rules", "reason", "queue", "due_at", "level", "severity")
    detail = {name: outcome.detail[name] for name in names if name in outcome.detail}
    return {"at": outcome.at, "what": outcome.kind.value, **detail}


def render_author(document: Mapping[str, Any]) -> str:
    """The data as one HTML page that loads nothing."""
    reviews = "".join(_render_review(review) for review in document["reviews"])
    facts = {
        "Business": document["business"],
        "Platform": document["platform"],
        "Our id of you": document["author"],
        "Made at": document["made_at"],
        "Your value to the business, 0 to 100": document["value_to_the_business"] or "not set",
        "Complaints": document["complaints"],
        "Who received data": ", ".join(document["recipients"]),
    }
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><title>Your data</title>'
        "<style>body{font:1rem/1.5 system-ui;max-width:46rem;margin:2rem auto;padding:0 1rem}"
        "th{text-align:start;padding-inline-end:1rem;vertical-align:top}"
        "blockquote{white-space:pre-wrap;border-inline-start:.2rem solid;padding-inline-start:1rem;"
        "margin:0}</style></head><body><main><h1>What is stored about you</h1>"
        f"{_render_table(facts)}<h2>How long it is kept</h2>{_render_table(document['kept'])}"
        f"{reviews or '<p>No reviews are stored.</p>'}{_render_unread(document)}"
        "</main></body></html>"
    )


def _render_unread(document: Mapping[str, Any]) -> str:
    if not document["unread_requests"]:
        return ""
    rows = {
        entry["id"]: f"{entry['received_at']}: {entry['why']}"
        for entry in document["unread_requests"]
    }
    return (
        "<h2>Requests that mention you and could not be read</h2>"
        "<p>They are in quarantine. Ask for them, and we show you what they hold about you.</p>"
        f"{_render_table(rows)}"
    )


def _render_review(review: Mapping[str, Any]) -> str:
    parts = [f"<h2>Review {escape(review['id'])}</h2>"]
    for revision in review.get("revisions", ()):
        parts.append(_render_revision(revision))
    for reply in review.get("replies", ()):
        audience = "in public" if reply["public"] else "in private"
        parts.append(
            f"<h3>Our reply {audience}, {escape(reply['at'])}, {escape(reply['state'])}</h3>"
            f'<blockquote dir="auto">{escape(reply["text"])}</blockquote>'
        )
    notes: Any = review.get("notes")
    if notes:
        text = notes if isinstance(notes, str) else json.dumps(notes, ensure_ascii=False)
        parts.append(f"<h3>Notes of the staff</h3><p dir=auto>{escape(text)}</p>")
    rows = {
        f"{outcome['at']} {outcome['what'].replace('_', ' ')}": _describe_outcome(outcome)
        for outcome in review.get("what_happened", ())
    }
    parts.append(f"<h3>What happened</h3>{_render_table(rows)}")
    return "".join(parts)


def _render_revision(revision: Mapping[str, Any]) -> str:
    event, assessment = revision["event"], revision["assessment"]
    if event is None:
        return f"<p>The words of {escape(revision['at'])} are not stored.</p>"
    texts = [event.get(name) for name in ("title", "text", "below", "quoted")]
    stars = f", {event['rating']} of 5 stars" if event.get("rating") else ""
    reasons: Sequence[Mapping[str, Any]] = assessment["reasons"] if assessment else ()
    conclusions = (
        {
            "Severity": assessment["severity"],
            "Language": assessment.get("language") or "unknown",
            "Topics": ", ".join(assessment.get("topics", ())) or "none",
            "Because of": "; ".join(
                f"{reason['code']} ({reason['evidence']})"
                if reason.get("evidence")
                else reason["code"]
                for reason in reasons
            ),
            "Route": revision["route"],
        }
        if assessment
        else {}
    )
    return (
        f"<h3>What you said, {escape(revision['at'])}{stars}</h3>"
        f'<blockquote dir="auto">{escape(chr(10).join(text for text in texts if text))}'
        f"</blockquote>{_render_table(conclusions)}"
    )


def _describe_outcome(outcome: Mapping[str, Any]) -> str:
    fields: list[str] = []
    for name, value in outcome.items():
        if name not in {"at", "what"}:
            codes = cast("list[str]", value) if isinstance(value, list) else [str(value)]
            fields.append(f"{name.replace('_', ' ')}: {', '.join(codes)}")
    return ", ".join(fields)


def _render_table(rows: Mapping[str, Any]) -> str:
    cells = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td dir="auto">{escape(str(value))}</td></tr>'
        for name, value in rows.items()
    )
    return f"<table>{cells}</table>" if cells else ""
