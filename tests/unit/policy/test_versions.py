"""Published policies.

Every version is kept. If two people publish at once, one wins. Triage follows the newest version.
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
)


def document(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "rules": [{"id": "R21-ours", "when": {"rating_min": 5}, "then": {"route": "both"}}],
    }


def policies(backend: Backend, client: Any = None) -> Policies:
    return Policies(client or backend.dynamodb, backend.tables["SetupTable"])


def publish(
    backend: Backend, name: str, by: str = "Ana", client: Any = None, note: str = ""
) -> PolicyVersion | None:
    return policies(backend, client).publish(
        BUSINESS,
        document(name),
        source=f"name: {name}\n",
        published_by=by,
        note=note,
        now=NOON,
    )


def test_a_published_policy_takes_effect_and_the_playbook_before_it_stays_as_version_1(
    backend: Backend,
) -> None:
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
    versions = policies(backend).versions(BUSINESS)
    assert [version.number for version in versions] == [2, 1]
    assert versions[0] == version == policies(backend).version(BUSINESS, 2)
    assert (versions[1].hash, versions[1].document) == (
        default_policy().hash,
        complete_document({}),
    )
    assert (backend.setup_store.business(BUSINESS) or Business("", "")).policy_version == 2


def test_a_version_stores_the_complete_document_with_the_playbooks_rules(backend: Backend) -> None:
    version = publish(backend, "first")

    assert version is not None
    assert version.document == complete_document(document("first"))
    assert len(version.document["rules"]) > 1


def test_publishing_the_policy_in_force_writes_no_version(backend: Backend) -> None:
    assert policies(backend).publish(BUSINESS, {}, source="", published_by="Ana", now=NOON) is None
    assert policies(backend).versions(BUSINESS) == []

    publish(backend, "first")
    assert publish(backend, "first", by="Lee", note="again") is None
    assert [version.number for version in policies(backend).versions(BUSINESS)] == [2, 1]


def test_a_policy_in_force_without_a_version_is_stored_as_one_before_the_next(
    backend: Backend,
) -> None:
    backend.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, document("by hand")))

    publish(backend, "first")
    backend.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, document("by hand again")))
    publish(backend, "second")

    versions = policies(backend).versions(BUSINESS)
    assert [(version.number, version.document["name"]) for version in reversed(versions)] == [
        (1, "by hand"),
        (2, "first"),
        (3, "by hand again"),
        (4, "second"),
    ]


def test_a_stored_policy_that_no_longer_loads_does_not_block_a_corrected_one(
    backend: Backend,
) -> None:
    backend.setup_store.put_business(
        Business(BUSINESS, BUSINESS_NAME, {"rules": "of another time"})
    )

    publish(backend, "corrected")

    assert policy_of(BUSINESS, backend.setup_store).name == "corrected"
    assert policies(backend).versions(BUSINESS)[1].document == {"rules": "of another time"}


def test_if_two_people_publish_at_once_one_wins_and_the_other_gets_a_conflict(
    backend: Backend,
) -> None:
    publish(backend, "first")
    publish_meanwhile = iter(
        [lambda: publish(backend, "theirs", by="Lee", client=backend.plain_dynamodb)]
    )

    def before(operation: str) -> None:
        if operation == "transact_write_items":
            next(publish_meanwhile, lambda: None)()

    with pytest.raises(ConflictError, match="version 3 by Lee") as conflict:
        publish(backend, "mine", by="Ana", client=InterceptedClient(backend.plain_dynamodb, before))

    assert conflict.value.reason == "published_meanwhile"
    assert policy_of(BUSINESS, backend.setup_store).name == "theirs"
    assert [version.document["name"] for version in policies(backend).versions(BUSINESS)] == [
        "theirs",
        "first",
        "playbook",
    ]


def test_many_concurrent_publications_never_overwrite_a_version(backend: Backend) -> None:

    def attempt(number: int) -> str | None:
        try:
            version = publish(backend, f"policy {number}", by=f"person {number}")
        except ConflictError:
            return None
        return version.document["name"] if version else None

    with ThreadPoolExecutor(8) as pool:
        published_names = [name for name in pool.map(attempt, range(8)) if name]

    versions = policies(backend).versions(BUSINESS)
    assert sorted(version.document["name"] for version in versions) == sorted(
        [*published_names, "playbook"]
    )
    assert [version.number for version in versions] == list(range(len(versions), 0, -1))
    assert policy_of(BUSINESS, backend.setup_store).hash == versions[0].hash


@pytest.mark.parametrize(
    ("invalid_document", "source", "error"),
    [
        ({"rules": []}, "", BadRequest),
        (
            {"name": "long", "checklists": {f"c{number}": ["x" * 90] * 40 for number in range(90)}},
            "x" * 40_000,
            BadRequest,
        ),
    ],
)
def test_a_refused_policy_leaves_the_old_one_in_force(
    backend: Backend, invalid_document: dict[str, Any], source: str, error: type[Exception]
) -> None:
    publish(backend, "first")

    with pytest.raises(error):
        policies(backend).publish(
            BUSINESS,
            invalid_document,
            source=source,
            published_by="Ana",
            now=NOON + timedelta(hours=1),
        )

    assert policy_of(BUSINESS, backend.setup_store).name == "first"
    assert len(policies(backend).versions(BUSINESS)) == 2


def test_publishing_for_an_unknown_business_fails_and_writes_nothing(backend: Backend) -> None:
    with pytest.raises(NotFound):
        policies(backend).publish(
            "nobody", document("first"), source="", published_by="Ana", now=NOON
        )
    assert policies(backend).versions("nobody") == []


def test_a_business_that_is_renamed_keeps_its_policy(backend: Backend) -> None:
    publish(backend, "first")

    backend.setup_store.put_business(Business(BUSINESS, "Blue Door & Daughters"))

    business = backend.setup_store.business(BUSINESS)
    assert business is not None
    assert (business.name, business.policy["name"], business.policy_version) == (
        "Blue Door & Daughters",
        "first",
        2,
    )
