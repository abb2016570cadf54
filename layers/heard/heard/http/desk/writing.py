"""What people write beside an answer: drafts and notes, and what they set for their own desk."""

from __future__ import annotations

from typing import Any

from heard import clock
from heard.clock import format_time
from heard.http.bodies import DraftBody, LaterBody, NoteBody, PreferencesBody
from heard.http.desk.routers import DeskRouter, Id
from heard.http.desk.shapes import (
    DraftGoneJson,
    DraftJson,
    LaterJson,
    LaterMarksJson,
    MentionedJson,
    NoteJson,
)
from heard.http.shape import success
from heard.steps import desk_settings, drafts, notes

router = DeskRouter()


@router.post(
    "/api/desk/follow-ups/<follow_up>/notes",
    operation_id="addNote",
    responses=success(NoteJson, "The note"),
)
def add_note(follow_up: Id, body: NoteBody) -> dict[str, Any]:
    """Write a note without an answer. The same `id` again is the same note."""
    note = notes.add_note(router.caller, follow_up, body.request, router.ports, clock.now())
    return note.to_json()


@router.delete(
    "/api/desk/follow-ups/<follow_up>/mention",
    operation_id="dismissMention",
    responses=success(MentionedJson, "Who is still mentioned"),
)
def dismiss_mention(follow_up: Id) -> dict[str, Any]:
    """Say that you have read why you are mentioned."""
    after = notes.dismiss_mention(router.caller, follow_up, router.ports, clock.now())
    return {"mentioned": list(after.mentioned)}


@router.put(
    "/api/desk/follow-ups/<follow_up>/draft",
    operation_id="saveDraft",
    responses=success(DraftJson, "The draft as it is kept"),
)
def save_draft(follow_up: Id, body: DraftBody) -> dict[str, Any]:
    """Keep what you have begun to write, in the place of what you kept before."""
    now = clock.now()
    draft = drafts.save_draft(router.caller, follow_up, body.draft(now), router.ports, now)
    return draft.to_json()


@router.delete(
    "/api/desk/follow-ups/<follow_up>/draft",
    operation_id="deleteDraft",
    responses=success(DraftGoneJson, "There is no draft any more"),
)
def delete_draft(follow_up: Id) -> dict[str, Any]:
    """Delete what you have begun to write."""
    drafts.delete_draft(router.caller, follow_up, router.ports)
    return {"my_draft": None}


@router.put(
    "/api/desk/follow-ups/<follow_up>/later",
    operation_id="putOffFollowUp",
    responses=success(LaterJson, "Until when it is put off"),
)
def put_off(follow_up: Id, body: LaterBody) -> dict[str, Any]:
    """Hide it from your own view until then. It is due as before."""
    caller, ports, now = router.caller, router.ports, clock.now()
    back_at = desk_settings.put_off(caller, follow_up, body.until, ports, now)
    return {"until": format_time(body.until), "back_at": format_time(back_at)}


@router.delete(
    "/api/desk/follow-ups/<follow_up>/later",
    operation_id="showFollowUpAgain",
    responses=success(LaterJson, "It is put off no more"),
)
def show_again(follow_up: Id) -> dict[str, Any]:
    """Show it in your own view again."""
    desk_settings.show_again(router.caller, follow_up, router.ports)
    return {"until": None, "back_at": None}


@router.get(
    "/api/desk/later",
    operation_id="listLater",
    responses=success(LaterMarksJson, "What is put off, the first to come back first"),
)
def list_later() -> dict[str, Any]:
    """What you put off, in the order in which it comes back."""
    marks = desk_settings.put_off_by(router.caller, router.ports, clock.now())
    return {
        "later": [
            {"follow_up": follow_up, "until": format_time(until)} for follow_up, until in marks
        ]
    }


@router.get(
    "/api/me/preferences",
    operation_id="getPreferences",
    responses=success(PreferencesBody, "The preferences as they are kept"),
)
def read_preferences() -> dict[str, Any]:
    """Your settings for the desk."""
    stored = desk_settings.preferences_of(router.caller, router.ports)
    return PreferencesBody.of(stored).model_dump()


@router.put(
    "/api/me/preferences",
    operation_id="savePreferences",
    responses=success(PreferencesBody, "The preferences as they are kept"),
)
def save_preferences(body: PreferencesBody) -> dict[str, Any]:
    """Keep your settings for the desk, in the place of those before."""
    desk_settings.save_preferences(router.caller, body.model_dump(exclude_none=True), router.ports)
    return body.model_dump()
