"""What tests of seals share: a key, buckets on moto, and a log of outcomes that they fill."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from heard.cases import Review
from heard.outcomes import Fact, Kind, Outcome, OutcomeSubject, chain_facts, initial_hash
from heard.reviews import Channel, review_id
from heard.seals.notes import parse_note, parse_vkey
from heard.seals.seal import Seal
from heard.steps.seal import SealPorts
from heard.storage.heads import ChainHeads
from heard.storage.keys import partition_key
from heard.storage.lake import Lake
from heard.storage.outcome_log import append_writes
from heard.storage.seal_key import SealKey
from heard.storage.seals import Seals
from heard.storage.tables import attributes
from tests.unit.backend import BUSINESS, Backend, FakeTime, moto_client

ORIGIN: Final = "heard/111122223333/heard"
DER_PREFIX: Final = bytes.fromhex("302a300506032b6570032100")
TODAY: Final = datetime(2026, 3, 17, 0, 20, tzinfo=UTC)
"""When the days up to 16 March are sealed."""

_numbers = itertools.count(1)


class FakeKms:
    """KMS with one Ed25519 key. moto knows none."""

    def __init__(self, seed: int = 1) -> None:
        self._key = SigningKey(bytes([seed]) * 32)
        self.messages: list[bytes] = []

    def get_public_key(self, *, KeyId: str) -> dict[str, Any]:  # noqa: N803
        assert KeyId == "key-1"
        return {"PublicKey": DER_PREFIX + bytes(self._key.verify_key)}

    def sign(
        self,
        *,
        KeyId: str,  # noqa: N803
        Message: bytes,  # noqa: N803
        MessageType: str,  # noqa: N803
        SigningAlgorithm: str,  # noqa: N803
    ) -> dict[str, Any]:
        assert (KeyId, MessageType, SigningAlgorithm) == ("key-1", "RAW", "ED25519_SHA_512")
        self.messages.append(Message)
        return {"Signature": self._key.sign(Message).signature}


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature is good, by a library that is not ours."""
    try:
        VerifyKey(public_key).verify(message, signature)
    except BadSignatureError:
        return False
    return True


def is_signed(seal: Seal) -> bool:
    return parse_note(seal.note).is_signed_by(parse_vkey(seal.key), verify)


class SealBench:
    """A log, buckets and a key. `s3` may be replaced by a client that breaks calls."""

    def __init__(self, backend: Backend) -> None:
        number = next(_numbers)
        self.backend = backend
        self.s3: Any = moto_client("s3")
        self.kms: Any = FakeKms()
        self.first_day = date(2026, 3, 1)
        self.seal_bucket, self.lake_bucket = f"seals-{number}", f"lake-{number}"
        for bucket, locked in ((self.seal_bucket, True), (self.lake_bucket, False)):
            self.s3.create_bucket(
                Bucket=bucket,
                CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
                ObjectLockEnabledForBucket=locked,
            )
            self.s3.put_bucket_versioning(
                Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
            )

    @property
    def seals(self) -> Seals:
        return Seals(self.s3, self.seal_bucket, FakeTime().waiting)

    @property
    def lake(self) -> Lake:
        return Lake(self.s3, self.lake_bucket)

    def ports(self, **changes: Any) -> SealPorts:
        tables, client = self.backend.tables, self.backend.dynamodb
        given: dict[str, Any] = {
            "log": self.backend.outcome_log,
            "heads": ChainHeads(client, tables["CasesTable"]),
            "seals": self.seals,
            "lake": self.lake,
            "key": SealKey(self.kms, "key-1"),
            "origin": ORIGIN,
            "first_day": self.first_day,
        }
        return SealPorts(**(given | changes))

    def append(
        self,
        name: str,
        *kinds: Kind,
        at: datetime,
        business: str = BUSINESS,
        after: Outcome | None = None,
    ) -> list[Outcome]:
        """Outcomes of a review in log and state, as a transaction would write them."""
        made = outcomes_of(name, *kinds, at=at, business=business, after=after)
        self.store(made)
        self.move_head(made[-1])
        return made

    def store(self, outcomes: Iterable[Outcome]) -> None:
        """Append to the log alone."""
        for write in append_writes(self.backend.tables["OutcomesTable"], list(outcomes)):
            self.backend.plain_dynamodb.put_item(**write["Put"])  # pyright: ignore[reportTypedDictNotRequiredAccess]

    def move_head(self, last: Outcome) -> None:
        """Say in the review's state where its chain ends."""
        self.backend.plain_dynamodb.put_item(
            TableName=self.backend.tables["CasesTable"], Item=attributes(state_item(last))
        )

    def remove(self, outcome: Outcome) -> None:
        """Delete an outcome from the log, which no role may."""
        self.backend.plain_dynamodb.delete_item(
            TableName=self.backend.tables["OutcomesTable"],
            Key=attributes({"review": outcome.review, "sequence": outcome.sequence}),
        )

    def change(self, outcome: Outcome, **fields: Any) -> None:
        """Change attributes of a stored outcome, which no role may."""
        names = {f"#{name}": name for name in fields}
        self.backend.plain_dynamodb.update_item(
            TableName=self.backend.tables["OutcomesTable"],
            Key=attributes({"review": outcome.review, "sequence": outcome.sequence}),
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in fields),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=attributes(
                {f":{name}": value for name, value in fields.items()}
            ),
        )


def state_item(last: Outcome) -> dict[str, Any]:
    """The state of a review whose chain ends so."""
    review = Review(
        last.review,
        last.business,
        last.platform,
        f"con-{last.business}",
        Channel(last.channel),
        "thr_1",
        "aut_1",
        "native-1",
        "1",
        "",
        "dlv_1",
        touched_at=last.at,
        sequence=last.sequence,
        head=last.hash,
    )
    return {"pk": partition_key(last.review), "sk": "STATE", "review": review.to_json()}


def outcomes_of(
    name: str,
    *kinds: Kind,
    at: datetime,
    business: str = BUSINESS,
    after: Outcome | None = None,
    detail: Mapping[str, Any] | None = None,
) -> list[Outcome]:
    """A chain of a review, or how one goes on."""
    review = review_id(business, "standard", name)
    return list(
        chain_facts(
            OutcomeSubject(review, business, "standard", "survey", "medium"),
            [Fact(kind, detail or {}) for kind in kinds],
            sequence=after.sequence if after else 0,
            head=after.hash if after else initial_hash(review),
            at=at,
            actor="heard",
            delivery="dlv_1",
        )
    )


def at(day: int, hour: int = 12, second: int = 0) -> datetime:
    """A time of March 2026."""
    return datetime(2026, 3, day, hour, tzinfo=UTC) + timedelta(seconds=second)
