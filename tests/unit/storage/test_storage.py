"""Storage: what it promises to the steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard import cases
from heard.automatic_replies import AutomaticReply
from heard.cases import Change
from heard.clock import format_time, parse_time
from heard.commitments import CommitmentKind
from heard.connectors import ReplyTarget
from heard.errors import BadRequest, ConflictError, Contention, DamagedText, NotFound
from heard.outcomes import Fact, Kind
from heard.places import MAX_PLACES, Place
from heard.storage.case_store import CaseStore, LoadedCase
from heard.storage.least_recently_used import LeastRecentlyUsed
from heard.storage.replies import Reply
from heard.storage.setup import SECRET_SECONDS, Business, InboundSecret, Secrets, SetupStore
from heard.storage.tables import attributes, values
from heard.storage.vault import AuthorNote, AuthorRecord, Erased, Vault
from heard.threads import Purpose, Slot
from tests.unit.backend import (
    BUSINESS,
    BUSINESS_NAME,
    COMPLAINT,
    NOON,
    OTHER_BUSINESS,
    Backend,
    InterceptedClient,
    complaint,
    incoming_event,
    praise,
)

LATER = NOON + timedelta(minutes=1)

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.binary(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=8), anything, max_size=5))
def test_an_items_values_survive_dynamodb(item: dict[str, Any]) -> None:
    assert values(attributes(item)) == {
        name: value for name, value in item.items() if value is not None
    }


# The transaction


def load_case(backend: Backend, name: str = "r-1") -> LoadedCase:
    return backend.cases.case(backend.triage(backend.queue_message(praise(name)))["review"])


def fact(before: LoadedCase, kind: Kind = Kind.ESCALATED) -> Change:
    return Change(before.case, (Fact(kind),))


def test_of_two_changes_of_one_case_the_second_is_not_written_at_all(backend: Backend) -> None:
    before = load_case(backend)
    backend.cases.commit(before, fact(before), now=NOON)
    stored = backend.case_items()
    with pytest.raises(Contention):
        backend.cases.commit(before, fact(before, Kind.ANSWERED), now=NOON)

    assert backend.case_items() == stored
    backend.check_invariants()


def test_a_chain_cannot_fork_even_if_an_older_state_is_put_back(backend: Backend) -> None:
    before = load_case(backend)
    state = next(item for item in backend.stored_items() if item["sk"] == "STATE")
    backend.cases.commit(before, fact(before), now=NOON)
    backend.plain_dynamodb.put_item(TableName=backend.tables["CasesTable"], Item=attributes(state))
    with pytest.raises(Contention):
        backend.cases.commit(before, fact(before, Kind.ANSWERED), now=NOON)

    assert backend.kinds(before.case.review.id) == [Kind.ACCEPTED, Kind.ESCALATED]


def test_the_database_refuses_a_third_public_slot_by_itself(backend: Backend) -> None:
    before = load_case(backend)
    thread = replace(
        before.case.thread,
        slots=tuple(Slot(f"rep_{number}", Purpose.RESOLUTION, public=True) for number in range(2)),
    )
    full = backend.cases.commit(before, Change(replace(before.case, thread=thread)), now=NOON)
    third = replace(thread, slots=(*thread.slots, Slot("rep_3", Purpose.RESOLUTION, public=True)))
    stored = backend.case_items()
    with pytest.raises(Contention):
        backend.cases.commit(full, Change(replace(full.case, thread=third)), now=NOON)

    assert backend.case_items() == stored


def test_a_change_that_keeps_losing_gives_up_as_a_fault(backend: Backend) -> None:
    before = load_case(backend)
    others = backend.cases

    def rival(current: LoadedCase) -> Change:
        latest = others.case(before.case.review.id)
        others.commit(latest, fact(latest), now=NOON)
        return fact(current, Kind.ANSWERED)

    with pytest.raises(Contention):
        backend.cases.change(lambda: backend.cases.case(before.case.review.id), rival, now=NOON)

    assert Kind.ANSWERED not in backend.kinds(before.case.review.id)


def test_a_change_that_changes_nothing_writes_nothing(backend: Backend) -> None:
    before = load_case(backend)
    operations: list[str] = []
    intercepted = CaseStore(
        InterceptedClient(backend.plain_dynamodb, operations.append),
        backend.tables["CasesTable"],
        backend.tables["OutcomesTable"],
    )
    intercepted.commit(before, Change(before.case), now=NOON)

    assert operations == []


def test_a_fault_of_the_database_is_not_taken_for_a_lost_race(backend: Backend) -> None:
    from botocore.exceptions import ClientError

    before = load_case(backend)

    def throttled(_: str) -> None:
        raise ClientError(
            {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": ""}},
            "TransactWriteItems",
        )

    intercepted = CaseStore(
        InterceptedClient(backend.plain_dynamodb, throttled),
        backend.tables["CasesTable"],
        backend.tables["OutcomesTable"],
    )
    with pytest.raises(ClientError):
        intercepted.commit(before, fact(before), now=NOON)


def test_reading_what_was_never_stored_raises_not_found(backend: Backend) -> None:
    for read in (
        lambda: backend.cases.case("rev_neverwas"),
        lambda: backend.cases.follow_up("fup_neverwas"),
        lambda: backend.cases.case_of_follow_up("fup_neverwas"),
        lambda: backend.cases.reply("thr_neverwas", "rep_neverwas"),
    ):
        with pytest.raises(NotFound):
            read()
    assert backend.cases.find_review("rev_neverwas") is None
    assert backend.cases.find_review("nonsense") is None


def test_a_stored_reply_never_changes(backend: Backend) -> None:
    case = load_case(backend).case
    target = ReplyTarget("r-1", "r-1", {"to": "x"})
    first = Reply(
        "rep_1",
        case.thread.id,
        case.review.id,
        case.review.author,
        BUSINESS,
        "con-1",
        Purpose.RESOLUTION,
        True,
        "First.",
        target,
        at="2026",
    )
    backend.cases.put_reply(first)
    backend.cases.put_reply(replace(first, text="Second."))

    assert backend.cases.reply(case.thread.id, "rep_1") == first


def test_texts_are_stored_sealed_and_open_only_at_their_place(backend: Backend) -> None:
    event = complaint("r-1")
    case = backend.case(backend.triage(backend.queue_message(event))["review"])
    stored = next(item for item in backend.stored_items() if item["sk"].startswith("REVISION#"))

    assert COMPLAINT not in repr(backend.stored_items())
    assert "Zelda" not in repr(backend.stored_items())
    assert backend.cases.revision(case.review)[0] == event.normalize()
    with pytest.raises(DamagedText):
        backend.cases.vault.open(case.review.author, "elsewhere", stored)


def test_an_erased_author_can_write_again_and_what_was_said_before_stays_unreadable(
    backend: Backend,
) -> None:
    before = backend.case(backend.triage(backend.queue_message(complaint("r-1")))["review"])
    backend.cases.vault.erase(before.review.author, NOON)
    backend.cases.vault.erase(before.review.author, NOON)
    later = complaint("r-2", occurred_at=NOON + timedelta(hours=1))
    after = backend.case(backend.triage(backend.queue_message(later))["review"])

    assert before.review.author == after.review.author
    assert backend.cases.revision(after.review)[0].text == COMPLAINT
    with pytest.raises(Erased):
        backend.cases.revision(before.review)


def test_so_many_complaints_of_an_author_are_counted_and_no_more(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them stand in one item, which would grow too long to be written."""
    monkeypatch.setattr("heard.storage.vault.MAX_COMPLAINTS", 3)
    vault = backend.cases.vault
    vault.seal("aut_1", "place", {})
    assert [vault.count_complaint("aut_1", f"rev_{number}") for number in range(5)] == [True] * 5
    assert vault.author_record("aut_1").complaints == 3
    vault.erase("aut_1", NOON)
    assert not vault.count_complaint("aut_1", "rev_6")


def test_a_complaint_counts_once_however_often_it_is_counted(backend: Backend) -> None:
    vault = Vault(backend.plain_dynamodb, backend.tables["CasesTable"])
    vault.seal("aut_1", "place", {})
    for review in ("rev_1", "rev_1", "rev_2"):
        assert vault.count_complaint("aut_1", review)

    assert vault.author_record("aut_1", other_than="rev_1").complaints == 1
    assert vault.author_record("aut_1", other_than="rev_3").complaints == 2
    assert not vault.count_complaint("aut_2", "rev_1")
    assert vault.author_record("aut_2") == AuthorRecord()


def test_a_new_key_brings_the_note_of_the_authors_first_review(backend: Backend) -> None:
    operations: list[str] = []
    client: Any = InterceptedClient(backend.plain_dynamodb, operations.append)
    vault = Vault(client, backend.tables["CasesTable"])
    reply = AutomaticReply("rev_1", "thr_1", "rep_1", "2026-03-17T12:00:00.000Z", frozenset({7}))
    note = AuthorNote("rev_1", (reply,), "en-praise-1")
    vault.commitment("aut_1", CommitmentKind.WORDS, COMPLAINT)
    assert vault.has_new_key("aut_1")
    assert vault.store_key("aut_1", note)
    assert operations == ["get_item", "update_item"]
    assert not vault.has_new_key("aut_1")
    assert vault.store_key("aut_1", AuthorNote("rev_2"))

    assert vault.author_record("aut_1") == AuthorRecord(1, None, "en-praise-1", True, (reply,), 1)
    assert vault.count_complaint("aut_1", "rev_1")
    assert vault.author_record("aut_1").complaints == 1


@pytest.mark.parametrize("erased_before", [False, True])
@pytest.mark.parametrize("meanwhile", ["another key", "an erasure"])
def test_nothing_is_noted_with_a_key_that_came_too_late(
    backend: Backend, meanwhile: str, *, erased_before: bool
) -> None:
    slow, fast = (Vault(backend.plain_dynamodb, backend.tables["CasesTable"]) for _ in range(2))
    if erased_before:
        fast.erase("aut_1", NOON)
    for vault in (slow, fast):
        vault.commitment("aut_1", CommitmentKind.WORDS, COMPLAINT)
    if meanwhile == "another key":
        assert fast.store_key("aut_1", AuthorNote("rev_2"))
    else:
        fast.erase("aut_1", NOON + timedelta(hours=1))
    before = fast.author_record("aut_1")

    assert not slow.store_key("aut_1", AuthorNote("rev_1", (), "en-praise-1"))

    assert fast.author_record("aut_1") == before


def test_an_authors_automatic_replies_are_noted_only_on_what_was_read(backend: Backend) -> None:
    vault = Vault(backend.plain_dynamodb, backend.tables["CasesTable"])
    vault.seal("aut_1", "place", {"text": COMPLAINT})
    words = frozenset({1, 2, 2**32 - 1})
    first = AutomaticReply("rev_1", "thr_1", "rep_1", "2026-03-17T12:00:00.000Z", words)
    second = replace(first, review="rev_2", words=frozenset())
    assert vault.record_automatic_replies("aut_1", (first,), "en-praise-1", version=0)
    assert not vault.record_automatic_replies("aut_1", (second,), "en-praise-2", version=0)
    record = vault.author_record("aut_1")
    assert (record.automatic_replies, record.last_variant) == ((first,), "en-praise-1")
    assert vault.record_automatic_replies(
        "aut_1", (first, second), "en-praise-2", version=record.replies_version
    )
    record = vault.author_record("aut_1")

    assert record.automatic_replies == (first, second)
    assert (record.replies_version, record.last_variant, record.has_key) == (2, "en-praise-2", True)
    vault.erase("aut_1", NOON)
    assert vault.author_record("aut_1") == AuthorRecord(erased_at=NOON)


# Setup and secrets


def test_a_businesss_connections_are_its_own(backend: Backend) -> None:
    mine, others = (
        backend.connections["standard"],
        backend.connect("standard", business=OTHER_BUSINESS),
    )

    assert backend.setup_store.connections(BUSINESS) == [mine]
    assert backend.setup_store.connections(OTHER_BUSINESS) == [others]
    assert backend.setup_store.connection(mine.id) == mine
    business = backend.setup_store.business(BUSINESS)
    assert business is not None
    assert business.name == BUSINESS_NAME


def test_a_connection_is_cached_only_as_long_as_the_caller_allows(backend: Backend) -> None:
    mine = backend.connections["standard"]
    cached, uncached = (
        SetupStore(backend.plain_dynamodb, backend.tables["SetupTable"], max_age=60),
        backend.setup_store,
    )
    assert cached.connection(mine.id) == uncached.connection(mine.id) == mine
    backend.setup_store.remove_connection(mine.id)
    backend.setup_store.remove_connection(mine.id)

    assert uncached.connection(mine.id) is None
    assert cached.connection(mine.id) == mine


def test_secrets_are_remembered_by_their_connections_last_change_and_removed(
    backend: Backend,
) -> None:
    seconds = [0.0]
    secrets = Secrets(backend.ssm, backend.secrets_path + "/", clock=lambda: seconds[0])
    until, then, later = NOON + timedelta(hours=1), format_time(NOON), format_time(LATER)
    stored = InboundSecret("new", "old", until, NOON)
    secrets.put_inbound("con-x", stored)
    assert secrets.inbound("con-x", then) == stored
    assert stored.valid_secrets(NOON) == ("new", "old")
    assert stored.valid_secrets(until) == ("new",)
    secrets.put_inbound("con-x", InboundSecret("newer"))
    secrets.put_credentials("con-x", {"key": "1"})
    assert secrets.inbound("con-x", then) == stored
    assert secrets.credentials("con-x", then) == {"key": "1"}
    secrets.put_credentials("con-x", {"key": "2"})
    assert secrets.inbound("con-x") == InboundSecret("newer"), "without a change it is read"
    assert secrets.inbound("con-x", later) == InboundSecret("newer")
    assert secrets.credentials("con-x", then) == {"key": "1"}
    assert secrets.credentials("con-x", later) == {"key": "2"}
    kind = backend.ssm.get_parameter(Name=f"{backend.secrets_path}/con-x/inbound")["Parameter"][
        "Type"
    ]
    assert kind == "SecureString"
    secrets.remove("con-x")
    secrets.remove("con-x")
    assert secrets.inbound("con-x", later) == InboundSecret("newer")
    seconds[0] = SECRET_SECONDS

    assert secrets.inbound("con-x", later) is None
    assert secrets.credentials("con-none", later) == {}


def test_a_secret_of_an_earlier_release_is_read() -> None:
    text = '{"current": "new", "previous": "old", "previous_until": "2026-01-31T09:30:00.000Z"}'

    secret = InboundSecret.from_text(text)

    assert (secret.current, secret.previous, secret.changed_at) == ("new", "old", None)
    assert secret.previous_until == parse_time("2026-01-31T09:30:00.000Z")


def test_a_change_is_noted_only_of_a_connection_that_exists(backend: Backend) -> None:
    mine = backend.connections["standard"]
    backend.setup_store.note_change(mine.id, LATER)
    changed = backend.setup_store.connection(mine.id)
    assert changed == mine
    assert changed.changed_at == format_time(LATER)
    backend.setup_store.remove_connection(mine.id)

    with pytest.raises(NotFound):
        backend.setup_store.note_change(mine.id, LATER)
    assert backend.setup_store.connection(mine.id) is None


def test_a_process_forgets_what_it_used_longest_ago() -> None:
    memory = LeastRecentlyUsed[int](2)
    for key, value in (("a", 1), ("b", 2)):
        memory.put(key, value)
    assert memory.get("a") == 1
    memory.put("c", 3)

    assert (memory.get("a"), memory.get("b"), memory.get("c")) == (1, None, 3)


def test_an_event_of_a_post_does_not_meet_a_topic_of_the_same_number(backend: Backend) -> None:
    """A forum numbers its posts apart from its topics.

    So a review and the thread of another review may have the same number, and share an item.
    """
    post = backend.triage(backend.queue_message(complaint("812", thread="900")))["review"]
    topic = backend.triage(backend.queue_message(complaint("5", thread="812")))["review"]
    backend.check_invariants()

    assert backend.case(post).follow_up != backend.case(topic).follow_up
    assert backend.case(post).thread.id != backend.case(topic).thread.id
    withdrawn = cases.withdraw(
        backend.case(post),
        incoming_event(complaint("812", thread="900", revision="~"), "dlv-w"),
        NOON,
    )
    backend.cases.commit(backend.cases.case(post), withdrawn, now=NOON)
    backend.check_invariants()
    assert backend.case(topic).review.closing_kind is None


def test_the_sweep_finds_what_was_due_before_an_outage_of_months(backend: Backend) -> None:
    review = backend.deliver(complaint("r-1"))
    follow_up = backend.case(review).follow_up
    assert follow_up is not None
    stuck_items = backend.cases.stuck_items(NOON + timedelta(days=400))
    assert follow_up.id in [item.follow_up for item in stuck_items]


def test_within_three_hours_the_sweep_finds_what_the_first_release_left_in_its_daily_buckets(
    backend: Backend,
) -> None:
    for days in range(36):
        due = NOON - timedelta(days=days)
        backend.plain_dynamodb.put_item(
            TableName=backend.tables["CasesTable"],
            Item=attributes(
                {
                    "pk": f"fup_{days}",
                    "sk": "FOLLOW_UP",
                    "sweep_bucket": f"{due:%Y-%m-%d}#{days % 8}",
                    "sweep_at": format_time(due),
                }
            ),
        )
    follow_ups_of_sweeps = {
        item.follow_up
        for sweep in range(36)
        for item in backend.cases.stuck_items(NOON + timedelta(minutes=5 * sweep))
    }
    assert follow_ups_of_sweeps == {f"fup_{days}" for days in range(36)}


def test_of_two_people_who_change_the_places_at_once_one_gets_a_conflict(backend: Backend) -> None:
    setup = backend.setup_store
    mitte, airport = (Place(code, code, subjects=(code,)) for code in ("mitte", "airport"))
    without = setup.business(BUSINESS)
    assert without is not None
    setup.put_places(without, [mitte])
    with pytest.raises(ConflictError, match="at the same time"):
        setup.put_places(without, [airport])
    with_mitte = setup.business(BUSINESS)
    assert with_mitte is not None
    setup.put_places(with_mitte, [])
    setup.put_places(without, [airport])
    setup.put_business(Business(BUSINESS, "Another name", {"name": "ours"}))

    business = setup.business(BUSINESS)
    assert business is not None
    assert (business.name, business.places) == ("Another name", (airport,))
    with pytest.raises(NotFound):
        setup.put_places(Business("nobody", "Nobody"), [mitte])


def test_places_that_would_make_every_read_dear_are_refused(backend: Backend) -> None:
    business = backend.setup_store.business(BUSINESS)
    assert business is not None
    places = [Place(f"p-{index}", "x" * 100, subjects=("y" * 100,)) for index in range(MAX_PLACES)]
    with pytest.raises(BadRequest, match="40000 bytes"):
        backend.setup_store.put_places(business, places)
