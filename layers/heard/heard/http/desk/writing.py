"""What people write beside an answer: drafts and notes, and what they set for their own desk."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from heard import clock
from heard.clock import format_time
from heard.follow_ups import Action
from heard.http.bodies import DraftBody, LaterBody, NoteBody, PreferencesBody, TakeoverBody
from heard.http.desk.routers import DeskRouter, Id, Limit
from heard.notes import Draft
from heard.steps import desk, desk_settings, drafts, notes

router = DeskRouter()


class NoteShown(BaseModel):
    """A note without an answer, as in a follow-up's `notes`. `agent` and `mentions` are ids."""

    id: str
    agent: str
    at: str
    note: str
    mentions: list[str]


class DraftShown(BaseModel):
    """The caller's draft, as a follow-up's `my_draft` shows it. `at` is when it was saved."""

    text: str
    at: str
    action: Action | None
    fields: dict[str, Any]


class MentionedShown(BaseModel):
    """Who is still mentioned in a follow-up (ids)."""

    mentioned: list[str]


class LaterShown(BaseModel):
    """Until when a follow-up is put off, and when it comes back: earlier, if it is due then."""

    until: str | None
    back_at: str | None


class LaterMark(BaseModel):
    """A follow-up that the caller put off."""

    follow_up: str
    until: str


class LaterMarks(BaseModel):
    """What the caller put off, and has not come back by itself."""

    later: list[LaterMark]


class DraftGone(BaseModel):
    """The caller has no draft here."""

    my_draft: None = None


@router.post("/api/desk/follow-ups/<follow_up>/takeover")
def take_over(follow_up: Id, body: TakeoverBody, limit: Limit = 25) -> dict[str, Any]:
    """As a lead, take it from whoever claimed it, and read it as with a claim."""
    request = desk.TakeoverRequest(body.fence, body.reason, limit)
    details = desk.take_over_and_describe(
        router.caller, follow_up, request, router.ports, clock.now()
    )
    router.log_reviews(review["id"] for review in details["reviews"])
    return details


@router.post("/api/desk/follow-ups/<follow_up>/notes")
def add_note(follow_up: Id, body: NoteBody) -> NoteShown:
    """Write a note without an answer. The same `id` again is the same note."""
    note = notes.add_note(router.caller, follow_up, body.request, router.ports, clock.now())
    return NoteShown(**note.to_json())


@router.delete("/api/desk/follow-ups/<follow_up>/mention")
def dismiss_mention(follow_up: Id) -> MentionedShown:
    """Say that you have read why you are mentioned."""
    after = notes.dismiss_mention(router.caller, follow_up, router.ports, clock.now())
    return MentionedShown(mentioned=list(after.mentioned))


@router.put("/api/desk/follow-ups/<follow_up>/draft")
def save_draft(follow_up: Id, body: DraftBody) -> DraftShown:
    """Keep what you have begun to write, in the place of what you kept before."""
    now = clock.now()
    draft = Draft(body.text, format_time(now), body.action_code, body.filled_fields)
    saved = drafts.save_draft(router.caller, follow_up, draft, router.ports, now)
    return DraftShown(**saved.to_json())


@router.delete("/api/desk/follow-ups/<follow_up>/draft")
def delete_draft(follow_up: Id) -> DraftGone:
    """Delete what you have begun to write."""
    drafts.delete_draft(router.caller, follow_up, router.ports)
    return DraftGone()


@router.put("/api/desk/follow-ups/<follow_up>/later")
def put_off(follow_up: Id, body: LaterBody) -> LaterShown:
    """Hide it from your own view until then. It is due as before."""
    caller, ports, now = router.caller, router.ports, clock.now()
    back_at = desk_settings.put_off(caller, follow_up, body.until, ports, now)
    return LaterShown(until=format_time(body.until), back_at=format_time(back_at))


@router.delete("/api/desk/follow-ups/<follow_up>/later")
def put_off_no_more(follow_up: Id) -> LaterShown:
    """Show it in your own view again."""
    desk_settings.put_off_no_more(router.caller, follow_up, router.ports)
    return LaterShown(until=None, back_at=None)


@router.get("/api/desk/later")
def list_later() -> LaterMarks:
    """What you put off, in the order in which it comes back."""
    marks = desk_settings.put_off_by(router.caller, router.ports, clock.now())
    return LaterMarks(
        later=[
            LaterMark(follow_up=follow_up, until=format_time(until)) for follow_up, until in marks
        ]
    )


@router.get("/api/me/preferences")
def read_preferences() -> PreferencesBody:
    """Your settings for the desk."""
    return PreferencesBody.of(desk_settings.preferences_of(router.caller, router.ports))


@router.put("/api/me/preferences")
def save_preferences(body: PreferencesBody) -> PreferencesBody:
    """Keep your settings for the desk, in the place of those before."""
    desk_settings.save_preferences(router.caller, body.model_dump(exclude_none=True), router.ports)
    return body
