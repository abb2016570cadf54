"""Published policies.

Every version stays, one of two who publish at once wins, and triage follows the newest.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from heard.errors import BadRequest, ConflictError, NotFound
from heard.policy import complete_document, default_policy, load_policy
from heard.steps.deciding import policy_of
from heard.storage.policies import Policies, PolicyVersion
from heard.storage.setup import Business
from tests.unit.backend import (
    BUSINESS,
    BUSINESS_NAME,
    NOON,
    Backend,
    InterceptedClient,
    SerializedClient,
)


def document(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "rules": [{"id": "R21-ours", "when": {"rating_min": 5}, "then": {"route": "both"}}],
    }


def policies(backend: Backend, client: Any = None) -> Policies:
    return Policies(client or backend.dynamodb, backend.tables["SetupTable"])


def publish(
    backend: Backend, name: str, by: str = "Ana", client: Any = None, **said: str
) -> PolicyVersion | None:
    made = policies(backend, client)
    return made.publish(
        BUSINESS,
        document(name),
        source=said.get("source", f"name: {name}\n"),
        published_by=by,
        note=said.get("note", ""),
        now=NOON,
    )


def test_what_is_published_is_followed_and_the_playbook_before_it_is_kept(backend: Backend) -> None:
    version = publish(backend, "first", note="calmer evenings")

    assert version is not None
    assert (version.number, version.published_by, version.note, version.source, version.at) == (
        2,
        "Ana",
        "calmer evenings",
        "name: first\n",
        NOON,
    )
    assert (
        policy_of(BUSINESS, backend.setup_store).hash
        == load_policy(document("first")).hash
        == version.hash
    )
    listed = policies(backend).versions(BUSINESS)
    assert [each.number for each in listed] == [2, 1]
    assert listed[0] == version == policies(backend).version(BUSINESS, 2)
    assert (listed[1].hash, listed[1].document) == (default_policy().hash, complete_document({}))
    assert (backend.setup_store.business(BUSINESS) or Business("", "")).policy_version == 2


def test_a_version_means_the_same_whatever_becomes_of_the_playbook(backend: Backend) -> None:
    version = publish(backend, "first")

    assert version is not None
    assert version.document == complete_document(document("first"))
    assert len(version.document["rules"]) > 1


def test_publishing_what_is_followed_already_writes_nothing(backend: Backend) -> None:
    assert policies(backend).publish(BUSINESS, {}, source="", published_by="Ana", now=NOON) is None
    assert policies(backend).versions(BUSINESS) == []

    publish(backend, "first")
    assert publish(backend, "first", by="Lee", note="again") is None
    assert [each.number for each in policies(backend).versions(BUSINESS)] == [2, 1]


def test_what_was_in_force_without_a_version_becomes_one(backend: Backend) -> None:
    backend.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, document("by hand")))

    publish(backend, "first")
    backend.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, document("by hand again")))
    publish(backend, "second")

    listed = policies(backend).versions(BUSINESS)
    assert [(each.number, each.document["name"]) for each in reversed(listed)] == [
        (1, "by hand"),
        (2, "first"),
        (3, "by hand again"),
        (4, "second"),
    ]


def test_a_policy_that_an_earlier_release_took_does_not_keep_a_mended_one_out(
    backend: Backend,
) -> None:
    backend.setup_store.put_business(
        Business(BUSINESS, BUSINESS_NAME, {"rules": "of another time"})
    )

    publish(backend, "mended")

    assert policy_of(BUSINESS, backend.setup_store).name == "mended"
    assert policies(backend).versions(BUSINESS)[1].document == {"rules": "of another time"}


def test_of_two_who_publish_at_once_one_wins_and_the_other_is_told(backend: Backend) -> None:
    publish(backend, "first")
    publish_meanwhile = iter(
        [lambda: publish(backend, "theirs", by="Lee", client=backend.plain_dynamodb)]
    )

    def before(operation: str) -> None:
        if operation == "transact_write_items":
            next(publish_meanwhile, lambda: None)()

    with pytest.raises(ConflictError, match="version 3 by Lee") as overtaken:
        publish(backend, "mine", by="Ana", client=InterceptedClient(backend.plain_dynamodb, before))

    assert overtaken.value.reason == "published_meanwhile"
    assert policy_of(BUSINESS, backend.setup_store).name == "theirs"
    assert [each.document["name"] for each in policies(backend).versions(BUSINESS)] == [
        "theirs",
        "first",
        "playbook",
    ]


def test_many_at_once_never_overwrite_a_version(backend: Backend) -> None:
    backend.dynamodb = SerializedClient(backend.plain_dynamodb)

    def attempt(number: int) -> str | None:
        try:
            version = publish(backend, f"policy {number}", by=f"person {number}")
        except ConflictError:
            return None
        return version.document["name"] if version else None

    with ThreadPoolExecutor(8) as pool:
        won = [name for name in pool.map(attempt, range(8)) if name]

    listed = policies(backend).versions(BUSINESS)
    assert sorted(each.document["name"] for each in listed) == sorted([*won, "playbook"])
    assert [each.number for each in listed] == list(range(len(listed), 0, -1))
    assert policy_of(BUSINESS, backend.setup_store).hash == listed[0].hash


@pytest.mark.parametrize(
    ("given", "source", "error"),
    [
        ({"rules": []}, "", BadRequest),
        (
            {"name": "long", "checklists": {f"c{number}": ["x" * 90] * 40 for number in range(90)}},
            "x" * 40_000,
            BadRequest,
        ),
    ],
)
def test_what_is_refused_leaves_the_old_one_in_force(
    backend: Backend, given: dict[str, Any], source: str, error: type[Exception]
) -> None:
    publish(backend, "first")

    with pytest.raises(error):
        policies(backend).publish(
            BUSINESS, given, source=source, published_by="Ana", now=NOON + timedelta(hours=1)
        )

    assert policy_of(BUSINESS, backend.setup_store).name == "first"
    assert len(policies(backend).versions(BUSINESS)) == 2


def test_only_a_business_that_is_there_can_publish(backend: Backend) -> None:
    with pytest.raises(NotFound):
        policies(backend).publish(
            "nobody", document("first"), source="", published_by="Ana", now=NOON
        )
    assert policies(backend).versions("nobody") == []


def test_a_business_that_is_renamed_keeps_its_policy(backend: Backend) -> None:
    publish(backend, "first")

    backend.setup_store.put_business(Business(BUSINESS, "Blue Door & Daughters"))

    found = backend.setup_store.business(BUSINESS)
    assert found is not None
    assert (found.name, found.policy["name"], found.policy_version) == (
        "Blue Door & Daughters",
        "first",
        2,
    )
