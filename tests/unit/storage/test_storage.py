"""Storage: what it promises to the steps, whatever they ask of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard import cases
from heard.cases import Change
from heard.connectors import ReplyTarget
from heard.errors import Contention, NotFound
from heard.outcomes import Fact, Kind
from heard.storage.case_store import Loaded, Reply, Work
from heard.storage.setup import InboundSecret, Person, Secrets, Setup
from heard.storage.tables import attributes, values
from heard.storage.vault import Erased, Known, Vault
from heard.threads import Purpose, Slot
from tests.unit.backend import (
    BUSINESS,
    COMPLAINT,
    ELSEWHERE,
    NAME,
    NOON,
    House,
    Watched,
    complaint,
    praise,
)

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
def test_an_items_values_survive_dynamodbs_dialect(item: dict[str, Any]) -> None:
    assert values(attributes(item)) == {
        name: value for name, value in item.items() if value is not None
    }


# The transaction


def loaded(house: House, name: str = "r-1") -> Loaded:
    return house.work.case(house.triage(house.message(praise(name)))["review"])


def fact(before: Loaded, kind: Kind = Kind.ESCALATED) -> Change:
    return Change(before.case, (Fact(kind),))


def test_of_two_changes_of_one_case_the_second_is_not_written_at_all(house: House) -> None:
    before = loaded(house)
    house.work.commit(before, fact(before), now=NOON)
    stored = house.everything()
    with pytest.raises(Contention):
        house.work.commit(before, fact(before, Kind.ANSWERED), now=NOON)

    assert house.everything() == stored
    house.check()


def test_a_chain_cannot_fork_even_if_the_state_were_put_back(house: House) -> None:
    before = loaded(house)
    state = next(item for item in house.items() if item["sk"] == "STATE")
    house.work.commit(before, fact(before), now=NOON)
    house.raw.put_item(TableName=house.tables["WorkTable"], Item=attributes(state))
    with pytest.raises(Contention):
        house.work.commit(before, fact(before, Kind.ANSWERED), now=NOON)

    assert house.kinds(before.case.review.id) == [Kind.ACCEPTED, Kind.ESCALATED]


def test_the_database_refuses_a_third_public_slot_whatever_the_code_says(house: House) -> None:
    before = loaded(house)
    thread = replace(
        before.case.thread,
        slots=tuple(Slot(f"rep_{number}", Purpose.ANSWER, public=True) for number in range(2)),
    )
    full = house.work.commit(before, Change(replace(before.case, thread=thread)), now=NOON)
    third = replace(thread, slots=(*thread.slots, Slot("rep_3", Purpose.ANSWER, public=True)))
    stored = house.everything()
    with pytest.raises(Contention):
        house.work.commit(full, Change(replace(full.case, thread=third)), now=NOON)

    assert house.everything() == stored


def test_a_change_that_keeps_losing_gives_up_as_a_fault(house: House) -> None:
    before = loaded(house)
    others = house.work

    def rival(current: Loaded) -> Change:
        latest = others.case(before.case.review.id)
        others.commit(latest, fact(latest), now=NOON)
        return fact(current, Kind.ANSWERED)

    with pytest.raises(Contention):
        house.work.change(lambda: house.work.case(before.case.review.id), rival, now=NOON)

    assert Kind.ANSWERED not in house.kinds(before.case.review.id)


def test_a_change_that_changes_nothing_writes_nothing(house: House) -> None:
    before = loaded(house)
    written: list[str] = []
    watched = Work(
        Watched(house.raw, written.append), house.tables["WorkTable"], house.tables["OutcomesTable"]
    )
    watched.commit(before, Change(before.case), now=NOON)

    assert written == []


def test_a_fault_that_is_no_lost_race_is_not_taken_for_one(house: House) -> None:
    from botocore.exceptions import ClientError

    before = loaded(house)

    def throttled(_: str) -> None:
        raise ClientError(
            {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": ""}},
            "TransactWriteItems",
        )

    watched = Work(
        Watched(house.raw, throttled), house.tables["WorkTable"], house.tables["OutcomesTable"]
    )
    with pytest.raises(ClientError):
        watched.commit(before, fact(before), now=NOON)


def test_what_was_never_stored_is_not_found(house: House) -> None:
    for read in (
        lambda: house.work.case("rev_neverwas"),
        lambda: house.work.follow_up("fup_neverwas"),
        lambda: house.work.case_of_follow_up("fup_neverwas"),
        lambda: house.work.reply("thr_neverwas", "rep_neverwas"),
    ):
        with pytest.raises(NotFound):
            read()
    assert house.work.head("rev_neverwas") is None
    assert house.work.head("nonsense") is None


def test_a_reply_once_decided_stays_as_it_was(house: House) -> None:
    case = loaded(house).case
    target = ReplyTarget("r-1", "r-1", {"to": "x"})
    first = Reply(
        "rep_1",
        case.thread.id,
        case.review.id,
        case.review.author,
        BUSINESS,
        "con-1",
        Purpose.ANSWER,
        True,
        "First.",
        target,
        at="2026",
    )
    house.work.put_reply(first)
    house.work.put_reply(replace(first, text="Second."))

    assert house.work.reply(case.thread.id, "rep_1") == first


def test_text_is_nowhere_in_the_table_but_sealed_to_its_place(house: House) -> None:
    event = complaint("r-1")
    case = house.case(house.triage(house.message(event))["review"])
    stored = next(item for item in house.items() if item["sk"].startswith("REVISION#"))

    assert COMPLAINT not in repr(house.items())
    assert "Zelda" not in repr(house.items())
    assert house.work.revision(case.review)[0] == event.normal()
    with pytest.raises(Erased):
        house.work.vault.open(case.review.author, "elsewhere", stored["sealed"])


def test_an_erased_author_can_write_again_and_what_was_said_before_stays_unreadable(
    house: House,
) -> None:
    before = house.case(house.triage(house.message(complaint("r-1")))["review"])
    house.work.vault.erase(before.review.author)
    house.work.vault.erase(before.review.author)
    after = house.case(house.triage(house.message(complaint("r-2")))["review"])

    assert before.review.author == after.review.author
    assert house.work.revision(after.review)[0].text == COMPLAINT
    with pytest.raises(Erased):
        house.work.revision(before.review)


def test_a_complaint_counts_once_however_often_it_is_counted(house: House) -> None:
    vault = Vault(house.raw, house.tables["WorkTable"])
    for review in ("rev_1", "rev_1", "rev_2"):
        vault.count_complaint("aut_1", review)

    assert vault.known("aut_1", other_than="rev_1").complaints == 1
    assert vault.known("aut_1", other_than="rev_3").complaints == 2
    assert vault.known("aut_2") == Known()


# Setup and secrets


def test_a_businesss_connections_and_people_are_its_own(house: House) -> None:
    mine, others = house.connections["standard"], house.connect("standard", business=ELSEWHERE)

    assert house.setup.connections(BUSINESS) == [mine]
    assert house.setup.connections(ELSEWHERE) == [others]
    assert house.setup.connection(mine.id) == mine
    assert house.setup.person("sub-nobody") is None
    house.setup.put_person(Person("sub-ana", "Ana", (BUSINESS,)))
    assert house.setup.person("sub-ana") == Person("sub-ana", "Ana", (BUSINESS,))
    found = house.setup.business(BUSINESS)
    assert found is not None
    assert found.name == NAME


def test_a_connection_is_remembered_only_as_long_as_it_may_be(house: House) -> None:
    mine = house.connections["standard"]
    remembering, forgetful = Setup(house.raw, house.tables["SetupTable"], max_age=60), house.setup
    assert remembering.connection(mine.id) == forgetful.connection(mine.id) == mine
    house.setup.remove_connection(mine.id)
    house.setup.remove_connection(mine.id)

    assert forgetful.connection(mine.id) is None
    assert remembering.connection(mine.id) == mine


def test_secrets_are_read_once_rotate_and_go(house: House) -> None:
    secrets = Secrets(house.ssm, house.secrets_path + "/")
    until = NOON + timedelta(hours=1)
    secrets.put_inbound("con-x", InboundSecret("new", "old", until))
    stored = secrets.inbound("con-x")
    assert stored == InboundSecret("new", "old", until)
    assert stored.valid(NOON) == ("new", "old")
    assert stored.valid(until) == ("new",)
    secrets.put_inbound("con-x", InboundSecret("newer"))
    assert secrets.inbound("con-x") == stored
    assert secrets.inbound("con-x", fresh=True) == InboundSecret("newer")
    kind = house.ssm.get_parameter(Name=f"{house.secrets_path}/con-x/inbound")["Parameter"]["Type"]
    assert kind == "SecureString"
    secrets.remove("con-x")
    secrets.remove("con-x")

    assert secrets.inbound("con-x", fresh=True) is None
    assert secrets.credentials("con-none") == {}


def test_an_event_of_a_post_does_not_meet_a_topic_of_the_same_number(house: House) -> None:
    """A forum numbers its posts and its topics apart.

    A review and another review's thread may share a number, and an item.
    """
    post = house.triage(house.message(complaint("812", thread="900")))["review"]
    topic = house.triage(house.message(complaint("5", thread="812")))["review"]
    house.check()

    assert house.case(post).task != house.case(topic).task
    assert house.case(post).thread.id != house.case(topic).thread.id
    withdrawn = cases.withdraw(
        house.case(post), replace(complaint("812", thread="900"), revision="~"), "dlv-w", NOON
    )
    house.work.commit(house.work.case(post), withdrawn, now=NOON)
    house.check()
    assert house.case(topic).review.closed is None
