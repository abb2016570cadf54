"""What people do beside answering: drafts, notes, takeovers, and what they set for themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heard.clock import format_time, parse_time
from heard.connectors import HttpResponse
from heard.errors import ConflictError, Forbidden, NotFound
from heard.follow_ups import Action, ConflictCode, FollowUp, Status, TakeoverReason
from heard.later import hidden_until
from heard.notes import DRAFT_RETENTION, Draft
from heard.outcomes import Kind
from heard.reviews import EventKind
from heard.steps import desk, desk_settings, drafts, notes
from heard.steps.caller import Caller
from heard.steps.desk import ResolutionRequest, TakeoverRequest
from heard.steps.notes import NoteRequest
from heard.storage.keys import partition_key
from tests.unit.backend import OTHER_BUSINESS, Backend, complaint, review_event
from tests.unit.steps.test_damaged_states import put_attribute
from tests.unit.steps.test_restoring import Restore, lose

TEXT = "I found both payments and paid one of them back this morning; the bank needs two days."
CODES: dict[str, Any] = {"fix": "refunded", "root_cause": "double-charge"}


def accept_reply(method: str, _url: str, **_: Any) -> HttpResponse:
    return HttpResponse(201, {}, b"{}") if method == "POST" else HttpResponse(404, {}, b"")


class Team:
    """A business with two agents and a lead, and a follow-up that they share."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        backend.connect("standard", reply_url="https://shop.example/replies")
        backend.http = accept_reply
        self.ana, self.ben = backend.add_person("Ana"), backend.add_person("Ben")
        self.lee = backend.add_person("Lee", "lead")
        self.review = backend.deliver(complaint("r-1"))
        follow_up = backend.case(self.review).follow_up
        assert follow_up is not None
        self.id = follow_up.id

    @property
    def follow_up(self) -> FollowUp:
        return self.backend.cases.follow_up(self.id)

    def claim(self, by: Caller) -> dict[str, Any]:
        return desk.claim_and_describe(by, self.id, self.backend.desk, self.backend.clock())

    def take_over(self, by: Caller, fence: int) -> dict[str, Any]:
        request = TakeoverRequest(fence, TakeoverReason.ABSENT)
        return desk.take_over_and_describe(
            by, self.id, request, self.backend.desk, self.backend.clock()
        )

    def resolve(self, by: Caller, fence: int, **fields: Any) -> FollowUp:
        defaults: dict[str, Any] = {"id": "resolution-1", "action": Action.REPLY, "text": TEXT}
        request = ResolutionRequest(fence=fence, **{**defaults, **CODES, **fields})
        return desk.resolve(by, self.id, request, self.backend.desk, self.backend.clock()).follow_up

    def note(self, by: Caller, text: str, *mentions: Caller, id: str = "note-0001") -> None:
        subjects = tuple(person.person.subject for person in mentions)
        request = NoteRequest(id, text, subjects)
        notes.add_note(by, self.id, request, self.backend.desk, self.backend.clock())

    def save_draft(self, by: Caller, text: str, **fields: Any) -> None:
        now = self.backend.clock()
        draft = Draft(text, format_time(now), "reply", fields)
        drafts.save_draft(by, self.id, draft, self.backend.desk, now)

    def describe(self, by: Caller) -> dict[str, Any]:
        return desk.describe_follow_up(by, self.id, self.backend.desk, self.backend.clock())

    def edit(self, revision: int = 2) -> None:
        words = "You charged me three times by now. Where is my money?"
        event = review_event("r-1", words, 1, kind=EventKind.EDITED, revision=revision)
        self.backend.deliver(event)

    def items(self, prefix: str) -> list[dict[str, Any]]:
        return [item for item in self.backend.stored_items() if item["sk"].startswith(prefix)]


@pytest.fixture
def team(backend: Backend) -> Team:
    return Team(backend)


def reason_of(error: pytest.ExceptionInfo[ConflictError]) -> str:
    return error.value.reason


# Takeover


def test_a_lead_takes_a_claim_over_and_the_log_says_who_from_whom_and_why(team: Team) -> None:
    fence = team.claim(team.ana)["fence"]
    details = team.take_over(team.lee, fence)
    team.backend.check_invariants()

    assert (details["fence"], details["claimed_by"]) == (fence + 1, "sub-lee")
    outcome = team.backend.outcome_log.of_review(team.review)[-1]
    assert (outcome.kind, outcome.actor) == (Kind.TAKEN_OVER, "sub-lee")
    assert {name: outcome.detail[name] for name in ("by", "claimed_by", "reason")} == {
        "by": "sub-lee",
        "claimed_by": "sub-ana",
        "reason": "absent",
    }
    assert team.resolve(team.lee, details["fence"]).status is Status.RESOLVING


def test_whoever_lost_the_claim_is_refused_and_keeps_the_draft(team: Team) -> None:
    fence = team.claim(team.ana)["fence"]
    team.save_draft(team.ana, TEXT)
    team.take_over(team.lee, fence)
    with pytest.raises(ConflictError) as resolving:
        team.resolve(team.ana, fence)
    with pytest.raises(ConflictError) as releasing:
        desk.release(team.ana, team.id, fence, team.backend.desk, team.backend.clock())
    with pytest.raises(ConflictError) as claiming:
        team.claim(team.ana)

    assert (reason_of(resolving), reason_of(releasing)) == ("claim_lost", "claim_lost")
    assert reason_of(claiming) == "claimed_by_other"
    assert team.describe(team.ana)["my_draft"]["text"] == TEXT
    team.save_draft(team.ana, f"{TEXT} And sorry.")
    assert team.describe(team.ana)["my_draft"]["text"].endswith("And sorry.")


def test_a_takeover_that_is_repeated_is_one(team: Team) -> None:
    fence = team.claim(team.ana)["fence"]
    first = team.take_over(team.lee, fence)
    team.backend.clock.advance(minutes=1)

    assert team.take_over(team.lee, fence)["fence"] == first["fence"]
    assert team.backend.kinds(team.review).count(Kind.TAKEN_OVER) == 1


def test_a_late_repetition_takes_nothing_from_whoever_claimed_since(team: Team) -> None:
    fence = team.claim(team.ana)["fence"]
    taken = team.take_over(team.lee, fence)["fence"]
    desk.release(team.lee, team.id, taken, team.backend.desk, team.backend.clock())
    team.claim(team.ben)
    with pytest.raises(ConflictError) as refused:
        team.take_over(team.lee, fence)

    assert reason_of(refused) == "claim_lost"
    assert team.follow_up.claimed_by == "sub-ben"


def test_nobody_but_a_lead_takes_over(team: Team) -> None:
    fence = team.claim(team.ana)["fence"]
    with pytest.raises(Forbidden):
        team.take_over(team.ben, fence)
    with pytest.raises(NotFound):
        team.take_over(team.backend.add_person("Eve", "lead", business=OTHER_BUSINESS), fence)
    assert team.follow_up.claimed_by == "sub-ana"


def test_there_is_nothing_to_take_over_where_nobody_has_a_claim(team: Team) -> None:
    with pytest.raises(ConflictError) as never_claimed:
        team.take_over(team.lee, 0)
    fence = team.claim(team.ana)["fence"]
    team.backend.clock.advance(minutes=16)
    with pytest.raises(ConflictError) as expired:
        team.take_over(team.lee, fence)
    team.backend.clock.advance(minutes=-16)
    team.resolve(team.ana, fence, action=Action.WALK_AWAY, reason="abuse", text=None)
    with pytest.raises(ConflictError) as awaiting:
        team.take_over(team.lee, fence)

    assert [reason_of(each) for each in (never_claimed, expired, awaiting)] == [
        "not_claimed",
        "not_claimed",
        "awaiting_approval",
    ]


def test_a_lead_who_has_claimed_it_takes_it_over_from_nobody(team: Team) -> None:
    fence = team.claim(team.lee)["fence"]

    assert team.take_over(team.lee, fence)["fence"] == fence
    assert Kind.TAKEN_OVER not in team.backend.kinds(team.review)


def test_what_nobody_can_read_is_taken_over_as_it_is_claimed(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    fence = team.claim(team.ana)["fence"]
    put_attribute(team.backend, partition_key(team.review), "STATE", "review", {"id": "?"})
    for _ in range(2):
        details = team.take_over(team.lee, fence)
        assert (details["fence"], details["claimed_by"]) == (fence + 1, "sub-lee")
    with pytest.raises(ConflictError) as refused:
        team.claim(team.ana)

    assert reason_of(refused) == "claimed_by_other"
    (line,) = [each for each in caplog.messages if "took" in each]
    assert "sub-lee" in line
    assert "sub-ana" in line
    desk.release(team.lee, team.id, fence + 1, team.backend.desk, team.backend.clock())
    with pytest.raises(ConflictError) as nobody:
        team.take_over(team.lee, fence + 1)
    assert reason_of(nobody) == "not_claimed"


# What was read


def test_what_was_edited_since_it_was_read_is_not_resolved_even_if_the_claim_was_renewed(
    team: Team,
) -> None:
    details = team.claim(team.ana)
    team.edit()
    # Whoever renews without looking would cover the edit.
    team.claim(team.ana)
    with pytest.raises(ConflictError) as changed:
        team.resolve(team.ana, details["fence"], seen_revision=details["revision"])
    seen = team.describe(team.ana)["revision"]

    assert reason_of(changed) == "changed"
    assert team.resolve(team.ana, details["fence"], seen_revision=seen).status is Status.RESOLVING


def test_what_joined_since_it_was_read_is_not_resolved_with_the_rest(team: Team) -> None:
    details = team.claim(team.ana)
    team.backend.deliver(complaint("r-2", thread="r-1"))
    with pytest.raises(ConflictError) as changed:
        team.resolve(team.ana, details["fence"], seen_revision=details["revision"])

    assert reason_of(changed) == "changed"
    # Without it, the claim says what is covered.
    assert team.resolve(team.ana, details["fence"]).status is Status.RESOLVING


def test_a_new_claim_is_a_new_revision(team: Team) -> None:
    before = team.describe(team.ana)["revision"]
    details = team.claim(team.ana)
    with pytest.raises(ConflictError) as changed:
        team.resolve(team.ana, details["fence"], seen_revision=before)

    assert reason_of(changed) == "changed"


def test_a_resolution_sent_again_needs_no_newer_revision(team: Team) -> None:
    details = team.claim(team.ana)
    team.resolve(team.ana, details["fence"], seen_revision=details["revision"])
    team.edit()

    again = team.resolve(team.ana, details["fence"], seen_revision=details["revision"])
    assert again.last_resolution_key == "sub-ana/resolution-1"
    assert team.backend.kinds(team.review).count(Kind.RESOLUTION_GIVEN) == 1


# Notes


def test_a_note_is_sealed_shown_to_colleagues_and_in_no_outcome(team: Team) -> None:
    before = team.backend.outcomes()
    team.note(team.ana, "Rang them, nobody answered.", team.ben)

    (note,) = team.describe(team.ben)["notes"]
    assert note == {
        "id": "note-0001",
        "agent": "sub-ana",
        "at": format_time(team.backend.clock()),
        "note": "Rang them, nobody answered.",
        "mentions": ["sub-ben"],
    }
    assert team.backend.outcomes() == before
    (item,) = team.items("NOTE#")
    assert item.keys() == {"pk", "sk", "author", "sealed"}
    assert "Rang" not in repr(team.backend.stored_items())


def test_a_note_sent_again_is_one_note_and_mentions_nobody_again(team: Team) -> None:
    team.note(team.ana, "Please look.", team.ben)
    assert team.follow_up.mentioned == ("sub-ben",)
    notes.dismiss_mention(team.ben, team.id, team.backend.desk, team.backend.clock())
    team.backend.clock.advance(minutes=5)
    team.note(team.ana, "Please look.", team.ben)

    assert len(team.items("NOTE#")) == 1
    assert team.follow_up.mentioned == ()


def test_the_last_note_that_fits_can_be_sent_again(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "MAX_NOTES", 1)
    for _ in range(2):
        team.note(team.ana, "Please look.")

    assert len(team.items("NOTE#")) == 1
    with pytest.raises(ConflictError) as refused:
        team.note(team.ana, "One more.", id="note-0002")
    assert reason_of(refused) == "too_many_notes"


@pytest.mark.parametrize(
    ("text", "mentioned"), [("Please do look.", "ben"), ("Please look.", "lee")]
)
def test_another_note_with_the_same_id_is_refused(team: Team, text: str, mentioned: str) -> None:
    team.note(team.ana, "Please look.", team.ben)
    with pytest.raises(ConflictError) as refused:
        team.note(team.ana, text, getattr(team, mentioned))

    assert reason_of(refused) == "note_differs"
    assert team.follow_up.mentioned == ("sub-ben",)
    team.note(team.ben, "My own note.")
    assert [note["agent"] for note in team.describe(team.ana)["notes"]] == ["sub-ana", "sub-ben"]


def test_a_note_sent_again_is_the_same_note_though_somebody_has_left_since(team: Team) -> None:
    team.note(team.ana, "Please look.", team.ben)
    team.backend.store_person("Ben", {})
    team.note(team.ana, "Please look.", team.ben)

    assert len(team.items("NOTE#")) == 1


@pytest.mark.parametrize("act", ["claim", "note", "dismiss", "take over"])
def test_a_mention_ends_when_the_person_does_something(team: Team, act: str) -> None:
    team.note(team.ana, "Please look.", team.ben, team.lee)
    match act:
        case "claim":
            team.claim(team.ben)
        case "note":
            team.note(team.ben, "Done.")
        case "dismiss":
            for _ in range(2):
                notes.dismiss_mention(team.ben, team.id, team.backend.desk, team.backend.clock())
        case _:
            team.note(team.ben, "Mine.", id="note-0002")
            team.take_over(team.lee, team.claim(team.ana)["fence"])

    assert team.follow_up.mentioned == (("sub-lee",) if act != "take over" else ())


def test_only_who_answers_in_the_business_can_be_mentioned(team: Team) -> None:
    ida = team.backend.add_person("Ida", "auditor")
    eve = team.backend.add_person("Eve", "agent", business=OTHER_BUSINESS)
    nobody = Caller(team.ana.person.__class__("sub-nobody", "Nobody"))
    messages: set[str] = set()
    for person in (ida, eve, nobody):
        with pytest.raises(ConflictError) as refused:
            team.note(team.ana, "Please look.", person)
        assert reason_of(refused) == "cannot_mention"
        messages.add(refused.value.detail)

    assert len(messages) == 1
    assert team.items("NOTE#") == []


def test_a_closed_follow_up_takes_no_note(team: Team) -> None:
    team.resolve(team.ana, team.claim(team.ana)["fence"])
    team.note(team.ben, "While it is being sent.")
    team.backend.run_workflows()
    with pytest.raises(ConflictError) as refused:
        team.note(team.ana, "Too late.")

    assert reason_of(refused) == ConflictCode.CLOSED.value


def test_the_newest_note_comes_last_with_those_of_resolutions_in_between(team: Team) -> None:
    team.note(team.ben, "First.", id="note-zzzz")
    team.backend.clock.advance(minutes=1)
    fence = team.claim(team.ana)["fence"]
    team.resolve(team.ana, fence, action=Action.INVITE_PRIVATE, note="Second.")
    team.backend.run_workflows()
    team.backend.clock.advance(minutes=1)
    team.note(team.ana, "Third.", id="note-aaaa")

    assert [note["note"] for note in team.describe(team.ana)["notes"]] == [
        "First.",
        "Second.",
        "Third.",
    ]


# Drafts


def test_a_draft_is_sealed_and_its_agents_own(team: Team) -> None:
    team.save_draft(team.ana, TEXT, fix="refunded")
    team.save_draft(team.ben, "Ben's own words.")

    draft = team.describe(team.ana)["my_draft"]
    assert (draft["text"], draft["action"], draft["fields"]) == (TEXT, "reply", {"fix": "refunded"})
    assert team.describe(team.ben)["my_draft"]["text"] == "Ben's own words."
    assert team.describe(team.lee)["my_draft"] is None
    for item in team.items("DRAFT#"):
        assert item.keys() == {"pk", "sk", "author", "sealed", "expires_at"}
        expires_at = team.backend.clock() + DRAFT_RETENTION
        assert item["expires_at"] == int(expires_at.timestamp())
    assert "payments" not in repr(team.backend.stored_items())


def test_the_last_draft_counts_and_deleting_it_twice_is_no_error(team: Team) -> None:
    team.save_draft(team.ana, "One.")
    team.save_draft(team.ana, "Two.")
    assert team.claim(team.ana)["my_draft"]["text"] == "Two."
    for _ in range(2):
        drafts.delete_draft(team.ana, team.id, team.backend.desk)

    assert team.claim(team.ana)["my_draft"] is None
    assert team.items("DRAFT#") == []


def test_drafts_are_gone_when_it_is_resolved_and_come_back_with_no_late_call(team: Team) -> None:
    team.save_draft(team.ana, TEXT)
    team.save_draft(team.ben, "Ben's own words.")
    team.resolve(team.ana, team.claim(team.ana)["fence"])
    assert team.items("DRAFT#") == []
    with pytest.raises(ConflictError) as late:
        team.save_draft(team.ana, TEXT)

    team.backend.run_workflows()
    with pytest.raises(ConflictError) as later:
        team.save_draft(team.ana, TEXT)

    assert (reason_of(late), reason_of(later)) == ("already_resolved", "already_closed")
    assert team.items("DRAFT#") == []


def test_a_resolution_that_waits_for_a_lead_takes_the_agents_own_draft_only(team: Team) -> None:
    team.save_draft(team.ana, TEXT)
    team.save_draft(team.ben, "Ben's own words.")
    fence = team.claim(team.ana)["fence"]
    team.resolve(team.ana, fence, action=Action.WALK_AWAY, reason="abuse", text=None)

    assert [item["sk"] for item in team.items("DRAFT#")] == ["DRAFT#sub-ben"]
    digest = team.describe(team.lee)["pending_resolution"]["digest"]
    ports, now = team.backend.desk, team.backend.clock()
    desk.approve(team.lee, team.id, ports, now, approved=True, digest=digest)
    assert team.items("DRAFT#") == []


@pytest.mark.parametrize("action", [Action.PROMISE, Action.INVITE_PRIVATE])
def test_a_late_repetition_of_an_answer_deletes_no_draft_that_was_written_since(
    team: Team, action: Action
) -> None:
    fields: dict[str, Any] = {"action": action}
    if action is Action.PROMISE:
        fields["promised_for"] = team.backend.clock() + timedelta(days=3)
    fence = team.claim(team.ana)["fence"]
    team.resolve(team.ana, fence, **fields)
    team.backend.run_workflows()
    team.save_draft(team.ana, "It is on its way.")
    team.resolve(team.ana, fence, **fields)

    assert team.describe(team.ana)["my_draft"]["text"] == "It is on its way."


def test_a_repetition_deletes_the_draft_that_the_first_try_left(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.save_draft(team.ana, TEXT)
    fence = team.claim(team.ana)["fence"]
    with monkeypatch.context() as lost:
        lost.setattr(desk, "_delete_drafts", lambda *_: None)
        team.resolve(team.ana, fence, action=Action.INVITE_PRIVATE)
    team.backend.run_workflows()
    assert team.describe(team.ana)["my_draft"]["text"] == TEXT
    team.resolve(team.ana, fence, action=Action.INVITE_PRIVATE)

    assert team.items("DRAFT#") == []


def test_a_draft_or_a_note_of_a_stranger_does_not_exist(team: Team) -> None:
    eve = team.backend.add_person("Eve", "lead", business=OTHER_BUSINESS)
    ida = team.backend.add_person("Ida", "auditor")
    until = team.backend.clock() + timedelta(minutes=5)
    for caller, error in ((eve, NotFound), (ida, Forbidden)):
        for step in (
            lambda caller=caller: team.save_draft(caller, TEXT),
            lambda caller=caller: drafts.delete_draft(caller, team.id, team.backend.desk),
            lambda caller=caller: team.note(caller, TEXT),
            lambda caller=caller: notes.dismiss_mention(
                caller, team.id, team.backend.desk, team.backend.clock()
            ),
            lambda caller=caller: desk_settings.put_off(
                caller, team.id, until, team.backend.desk, team.backend.clock()
            ),
            lambda caller=caller: desk_settings.show_again(caller, team.id, team.backend.desk),
        ):
            with pytest.raises(error):
                step()
    assert team.items("NOTE#") == team.items("DRAFT#") == []


# Later, and preferences


def test_later_hides_it_from_the_callers_view_alone_and_the_sla_keeps_running(team: Team) -> None:
    before = team.backend.case_items()
    due_at = parse_time(team.follow_up.due_at)
    until = team.backend.clock() + timedelta(minutes=10)

    def put_off(to: Any) -> Any:
        return desk_settings.put_off(team.ana, team.id, to, team.backend.desk, team.backend.clock())

    assert put_off(until) == until
    assert put_off(due_at) == due_at - timedelta(minutes=30)
    settings = team.backend.desk.settings
    assert settings.later("sub-ana") == {team.id: due_at}
    assert hidden_until(team.follow_up, due_at) == due_at - timedelta(minutes=30)
    assert settings.later("sub-ben") == {}
    assert team.backend.case_items() == before
    for _ in range(2):
        desk_settings.show_again(team.ana, team.id, team.backend.desk)
    assert settings.later("sub-ana") == {}


@pytest.mark.parametrize(
    ("until", "reason"), [(timedelta(0), "date_passed"), (timedelta(days=31), "date_too_late")]
)
def test_later_needs_a_time_to_come(team: Team, until: timedelta, reason: str) -> None:
    now = team.backend.clock()
    with pytest.raises(ConflictError) as refused:
        desk_settings.put_off(team.ana, team.id, now + until, team.backend.desk, now)

    assert reason_of(refused) == reason


def test_preferences_are_a_persons_own_and_the_last_ones_count(team: Team) -> None:
    settings = team.backend.desk.settings
    assert settings.preferences("sub-ana") == {}
    for language in ("de", "fr"):
        desk_settings.save_preferences(team.ana, {"language": language}, team.backend.desk)

    assert settings.preferences("sub-ana") == {"language": "fr"}
    assert settings.preferences("sub-ben") == {}


# After a restore


def test_a_note_comes_back_from_a_backup_and_a_draft_that_is_gone_does_not(team: Team) -> None:
    """A draft that is not there was sent or deleted."""
    team.note(team.ana, "Rang them.")
    team.save_draft(team.ana, TEXT)
    restore, before = Restore(team.backend), team.follow_up
    for item in [*team.items("NOTE#"), *team.items("DRAFT#")]:
        lose(team.backend, item, "CasesTable")
    restore.put_back()

    assert [note["note"] for note in team.describe(team.ben)["notes"]] == ["Rang them."]
    assert team.items("DRAFT#") == []
    assert team.follow_up == before
