"""People in the Setup table, with the roles that they hold in each business.

A person is one item, so that a request reads its caller with one read. A change of roles is written
only if the person, and the admins that it relies on, are still as they were read. The lists of the
businesses (`colleagues`) change in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from heard.errors import Contention
from heard.people import (
    Person,
    Role,
    RoleChange,
    RoleConflict,
    RoleConflictCode,
    Roles,
)
from heard.storage.colleagues import (
    COLLEAGUE_PREFIX,
    ColleagueList,
    Entries,
    entries_of,
    entry_writes,
    read_colleagues,
)
from heard.storage.items import version_condition
from heard.storage.tables import Item, attributes, condition_failed, values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import (
        ConditionCheckTypeDef,
        PutTypeDef,
        TransactWriteItemTypeDef,
    )

MAX_ATTEMPTS: Final = 8
"""How often a change is decided again because another change came first."""
MAX_WRITES: Final = 100
"""How many writes DynamoDB takes in one transaction."""
_PERSON_PREFIX: Final = "PERSON#"


@dataclass(frozen=True, slots=True)
class UnmigratedPerson:
    """A person as stored before roles were held in a business. They hold no role now."""

    subject: str
    first_name: str
    businesses: tuple[str, ...]


class People:
    """Reads and changes people."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def person(self, subject: str) -> Person | None:
        """The person who signs in with this subject id; None when there is none.

        Strongly consistent: a role that was taken away a moment ago is gone.
        """
        item = self._get_item(subject)
        return _parse_person(item) if item else None

    def first_name(self, subject: str) -> str | None:
        """A person's first name; None when there is no such person. Eventually consistent."""
        response = self._client.get_item(
            TableName=self._table, Key=_key(subject), ProjectionExpression="first_name"
        )
        return values(response.get("Item", {})).get("first_name")

    def people(self) -> Iterator[Person]:
        """Everybody, in no order. Reads the whole table: for operators, who have few."""
        return map(_parse_person, self._scan(_PERSON_PREFIX))

    def unmigrated(self) -> list[UnmigratedPerson]:
        """Everybody who was stored before roles were held in a business. Reads the whole table."""
        return [
            UnmigratedPerson(item["subject"], item["first_name"], tuple(item["businesses"]))
            for item in self._scan(_PERSON_PREFIX)
            if "roles" not in item
        ]

    def colleagues(self, business: str) -> ColleagueList:
        """The people of a business, with one query. Strongly consistent."""
        return read_colleagues(self._client, self._table, business)

    def wrongly_listed(self) -> list[str]:
        """The people (subjects) whose entries in the lists are not what their roles say.

        An earlier release wrote no entries. Reads the whole table.
        """
        return sorted(self._differences())

    def repair_lists(self) -> int:
        """Correct the entries that are not what the roles say. Returns of how many people.

        If a person is changed at the same time, that change writes their entries. Reads the whole
        table.
        """
        differences = self._differences()
        for subject, (version, before, after) in differences.items():
            condition, parameters = version_condition({"version": version} if version else {})
            check: ConditionCheckTypeDef = {
                "TableName": self._table,
                "Key": _key(subject),
                "ConditionExpression": condition,
            }
            if parameters:
                check["ExpressionAttributeValues"] = attributes(parameters)
            writes = entry_writes(self._table, before, after)
            for batch in batched(writes, MAX_WRITES - 1, strict=False):
                try:
                    self._client.transact_write_items(
                        TransactItems=[{"ConditionCheck": check}, *batch]
                    )
                except ClientError as error:
                    if not condition_failed(error):
                        raise
        return len(differences)

    def _differences(self) -> dict[str, tuple[int, Entries, Entries]]:
        """People with wrong entries: their version, the entries that they have, the right ones."""
        versions: dict[str, int] = {}
        after: dict[str, Entries] = {}
        before: dict[str, Entries] = {}
        for item in self._scan(_PERSON_PREFIX, COLLEAGUE_PREFIX):
            if item["pk"].startswith(_PERSON_PREFIX):
                person = _parse_person(item)
                versions[person.subject] = item.get("version", 0)
                after[person.subject] = entries_of([person])
            else:
                key = (item.pop("pk"), item.pop("sk"))
                before.setdefault(key[1], {})[key] = item
        return {
            subject: (versions.get(subject, 0), before.get(subject, {}), after.get(subject, {}))
            for subject in after.keys() | before.keys()
            if before.get(subject, {}) != after.get(subject, {})
        }

    def migrate(self, subject: str, roles: Roles) -> None:
        """Give somebody who is stored without roles their first ones. Does nothing if they have.

        What the release before reads stays, so that its functions go on serving until they are
        replaced.
        """
        item = self._get_item(subject)
        if not item or "roles" in item:
            return
        update: TransactWriteItemTypeDef = {
            "Update": {
                "TableName": self._table,
                "Key": _key(subject),
                "UpdateExpression": "SET #roles = :roles, version = :version",
                "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(#roles)",
                "ExpressionAttributeNames": {"#roles": "roles"},
                "ExpressionAttributeValues": attributes(
                    {":roles": _roles_item(roles), ":version": 1}
                ),
            }
        }
        try:
            self._write([update], Person(subject, ""), Person(subject, item["first_name"], roles))
        except ClientError as error:
            if not condition_failed(error):
                raise

    def change(
        self,
        subject: str,
        decide: Callable[[Person | None, Iterable[Person]], RoleChange | RoleConflict],
    ) -> RoleChange | RoleConflict:
        """Change a person's roles, or store a new person. Returns what `decide` returned.

        `decide` gets the person (None when they are not stored) and all people, who are read only
        when it iterates over them. It is called again when another change came first. Raises
        Contention.
        """
        for _ in range(MAX_ATTEMPTS):
            item = self._get_item(subject)
            if item and "roles" not in item:
                # With a role written here, `migrate` would not carry over the others any more.
                return RoleConflict(
                    RoleConflictCode.NOT_MIGRATED,
                    f"The roles of {item['first_name']} are not carried over from the release "
                    "before yet.",
                )
            before = _parse_person(item) if item else None
            change = decide(before, self.people())
            if isinstance(change, RoleConflict):
                return change
            try:
                self._write(
                    [self._put(item, change.person), *self._checks(change.other_admins)],
                    before or Person(subject, ""),
                    change.person,
                )
            except ClientError as error:
                if not condition_failed(error):
                    raise
            else:
                return change
        raise Contention("Too many changes of people at once. Try again.")

    def _write(
        self, writes: Sequence[TransactWriteItemTypeDef], before: Person, after: Person
    ) -> None:
        """Write a person and all of their entries, also those that an earlier release left out.

        The entries of a person with roles in a hundred businesses do not fit into one transaction.
        `repair_lists` writes the rest.
        """
        entries = list(entry_writes(self._table, entries_of([before]), entries_of([after])))
        room = MAX_WRITES - len(writes)
        self._client.transact_write_items(TransactItems=[*writes, *entries[:room]])
        if len(entries) > room:
            self.repair_lists()

    def _put(self, item_before: Item, person: Person) -> TransactWriteItemTypeDef:
        item = {"pk": f"{_PERSON_PREFIX}{person.subject}", "sk": "PROFILE"}
        item["subject"] = person.subject
        item |= {"first_name": person.first_name, "roles": _roles_item(person.roles)}
        condition, parameters = version_condition(item_before)
        put: PutTypeDef = {
            "TableName": self._table,
            "Item": attributes({**item, "version": item_before.get("version", 0) + 1}),
            "ConditionExpression": condition,
        }
        if parameters:
            put["ExpressionAttributeValues"] = attributes(parameters)
        return {"Put": put}

    def _checks(self, admins: Mapping[str, str]) -> Iterator[TransactWriteItemTypeDef]:
        """Checks that each is still admin of the business: DynamoDB allows one for each person."""
        for subject in sorted(set(admins.values())):
            businesses = sorted(business for business, admin in admins.items() if admin == subject)
            names = {f"#business{number}": business for number, business in enumerate(businesses)}
            yield {
                "ConditionCheck": {
                    "TableName": self._table,
                    "Key": _key(subject),
                    "ConditionExpression": " AND ".join(
                        f"contains(#roles.{name}, :admin)" for name in names
                    ),
                    "ExpressionAttributeNames": {"#roles": "roles", **names},
                    "ExpressionAttributeValues": attributes({":admin": Role.ADMIN.value}),
                }
            }

    def _get_item(self, subject: str) -> Item:
        response = self._client.get_item(
            TableName=self._table, Key=_key(subject), ConsistentRead=True
        )
        return values(response.get("Item", {}))

    def _scan(self, *prefixes: str) -> Iterator[Item]:
        parameters = {f":prefix{number}": prefix for number, prefix in enumerate(prefixes)}
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression=" OR ".join(f"begins_with(pk, {name})" for name in parameters),
            ExpressionAttributeValues=attributes(parameters),
            ConsistentRead=True,
        )
        return (values(item) for page in pages for item in page["Items"])


def _parse_person(item: Item) -> Person:
    # Without `roles`: stored before roles were held in a business, and not migrated.
    stored_roles: Mapping[str, list[str]] = item.get("roles", {})
    roles = {
        business: frozenset(map(Role, roles_there))
        for business, roles_there in stored_roles.items()
        if roles_there
    }
    return Person(item["subject"], item["first_name"], roles)


def _roles_item(roles: Roles) -> dict[str, list[str]]:
    return {business: sorted(roles_there) for business, roles_there in sorted(roles.items())}


def _key(subject: str) -> dict[str, Any]:
    return attributes({"pk": f"{_PERSON_PREFIX}{subject}", "sk": "PROFILE"})
