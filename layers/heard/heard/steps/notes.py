"""Notes without an answer: what agents write for each other. The customer never sees them (R15).

Their words are about a customer, so they are sealed with that author's key, and are in no outcome
and in no notice. Whoever is mentioned sees it in their list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from heard import follow_ups
from heard.clock import format_time
from heard.errors import ConflictError
from heard.follow_ups import ConflictCode, FollowUp, Status
from heard.notes import Note
from heard.people import ANSWERING
from heard.steps.desk_access import find_follow_up, read_case
from heard.storage.follow_ups import MAX_NOTES

if TYPE_CHECKING:
    from heard.steps.caller import Caller
    from heard.steps.desk import DeskPorts


@dataclass(frozen=True, slots=True)
class NoteRequest:
    """What an agent sends. `id` is their own: the same id again means the same note."""

    id: str
    text: str
    mentions: tuple[str, ...] = ()


def add_note(
    caller: Caller, follow_up_id: str, request: NoteRequest, desk: DeskPorts, now: datetime
) -> Note:
    """Store a note on a follow-up that is not closed, and mention people in its row of the list.

    Repeated, it is the same note, and nobody is mentioned again. Raises ConflictError when the note
    is refused, as it is when somebody is mentioned who cannot read it.
    """
    stored = find_follow_up(caller, follow_up_id, desk.cases)
    agent = caller.person.subject
    mentions = tuple(dict.fromkeys(person for person in request.mentions if person != agent))
    author = read_case(follow_up_id, desk.cases, stored).case.review.author
    note = Note(request.id, agent, request.text, format_time(now), mentions)

    def decide(follow_up: FollowUp) -> FollowUp:
        if follow_up.status is Status.CLOSED:
            # Retention may have deleted the notes of a closed one, and looks for no later ones.
            raise ConflictError(
                ConflictCode.CLOSED.value, f"It is closed ({follow_up.closing_kind})."
            )
        if desk.cases.count_notes(follow_up_id) >= MAX_NOTES:
            raise ConflictError(
                ConflictCode.TOO_MANY_NOTES.value,
                f"A follow-up has at most {MAX_NOTES} notes. Write it with the resolution.",
            )
        # Only for a new note: the same one again was stored before somebody left.
        _require_answering(mentions, follow_up.business, desk)
        return follow_ups.with_mentions(follow_up, mentions, agent)

    stored_note = desk.cases.add_note(stored, author, note, decide, now)
    if stored_note is None or not stored_note.says_the_same_as(note):
        raise ConflictError(
            ConflictCode.NOTE_DIFFERS.value,
            "This id belongs to a note of yours with another text or other mentions. Nothing was "
            "changed: send this one with an id of its own.",
        )
    return stored_note


def dismiss_mention(caller: Caller, follow_up_id: str, desk: DeskPorts, now: datetime) -> FollowUp:
    """Note that the caller has read why they were mentioned. Repeated, it changes nothing."""
    return desk.cases.update_follow_up(
        follow_up_id,
        lambda follow_up: follow_ups.without_mention(follow_up, caller.person.subject),
        now,
        known=find_follow_up(caller, follow_up_id, desk.cases),
    ).follow_up


def _require_answering(mentions: tuple[str, ...], business: str, desk: DeskPorts) -> None:
    """Raises ConflictError unless all of them may read follow-ups of the business.

    It does not say whether somebody exists who holds a role elsewhere.
    """
    for subject in mentions:
        person = desk.people.person(subject)
        if person is None or not person.holds(business, *ANSWERING):
            raise ConflictError(
                ConflictCode.CANNOT_MENTION.value,
                "`mentions` takes ids of people who are agent or lead in this business, and one of "
                "these is not. Nothing was changed: read who is (GET /api/desk/colleagues).",
            )
