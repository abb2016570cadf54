"""The people of each business: one item for each person and business where they hold a role.

What a person may do is read from their own item (`people`). These items only list the people, so
that those of one business are read with one query. Each change of roles writes both in one
transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from heard.people import Colleague, Person, Role
from heard.storage.tables import Item, attributes, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

COLLEAGUE_PREFIX: Final = "COLLEAGUE#"
MAX_COLLEAGUES: Final = 1_000
"""How many people of a business are read: at most some 25 read units."""

type Entries = dict[tuple[str, str], Item]
"""The items of the lists, by their keys."""


@dataclass(frozen=True, slots=True)
class ColleagueList:
    """The people of a business. `complete` is False where there are more than were read."""

    people: tuple[Colleague, ...]
    complete: bool


def read_colleagues(client: DynamoDBClient, table: str, business: str) -> ColleagueList:
    """The people of a business, in no order, at most `MAX_COLLEAGUES`, with one query.

    Strongly consistent: somebody who was removed a moment ago is gone.
    """
    response = client.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues=attributes({":pk": f"{COLLEAGUE_PREFIX}{business}"}),
        ConsistentRead=True,
        Limit=MAX_COLLEAGUES,
    )
    people = tuple(
        Colleague(item["sk"], item["first_name"], frozenset(map(Role, item["roles"])))
        for item in map(values, response["Items"])
    )
    return ColleagueList(people, "LastEvaluatedKey" not in response)


def entries_of(people: Iterable[Person]) -> Entries:
    """The entries that these people should have."""
    return {
        (f"{COLLEAGUE_PREFIX}{business}", person.subject): {
            "first_name": person.first_name,
            "roles": sorted(role.value for role in roles),
        }
        for person in people
        for business, roles in sorted(person.roles.items())
    }


def entry_writes(
    table: str, before: Iterable[tuple[str, str]], after: Entries
) -> Iterator[TransactWriteItemTypeDef]:
    """The writes that replace the entries `before` (keys) by those `after`. Deletions go first."""
    for key in before:
        if key not in after:
            yield {"Delete": {"TableName": table, "Key": _attributes(key)}}
    for key, entry in after.items():
        yield {"Put": {"TableName": table, "Item": _attributes(key) | attributes(entry)}}


def _attributes(key: tuple[str, str]) -> dict[str, Any]:
    return attributes({"pk": key[0], "sk": key[1]})
