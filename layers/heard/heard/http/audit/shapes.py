"""The shapes of what auditors read, for docs/openapi.json and the types of the page.

Like those of the desk (`heard.http.desk.shapes`) they describe and do not check.
"""

from __future__ import annotations

from typing import Any

from heard.assessment import Severity
from heard.follow_ups import Status
from heard.http.shape import Shape
from heard.outcomes import Kind
from heard.people import Role


class OutcomeJson(Shape):
    """One fact of the log. `hash` covers all of it but `id` and `hash`, and so `previous` too."""

    id: str
    review: str
    sequence: int
    kind: Kind
    at: str
    business: str
    platform: str
    channel: str
    severity: Severity | None
    actor: str
    delivery: str | None
    detail: dict[str, Any]
    previous: str
    hash: str


class OutcomesJson(Shape):
    """A page of a business's outcomes. `next` is the `after` of the next one."""

    outcomes: list[OutcomeJson]
    next: str | None


class ChainJson(Shape):
    """A part of a review's chain. `next` is the `after` of the next one."""

    review: str
    outcomes: list[OutcomeJson]
    next: str | None


class StoredEndJson(Shape):
    """The number and the hash of a chain's last outcome, as the review's state says them."""

    sequence: int
    head: str


class VerificationJson(Shape):
    """Whether a chain verifies. `verified` is null for a part of a long one.

    `state` is where the chain must end, for whoever verifies it without us. It is null where the
    review has no state.
    """

    review: str
    outcomes: int
    verified: bool | None
    head: str
    broken_at: int | None
    why: str | None
    state: StoredEndJson | None
    next: int | None


class PersonJson(Shape):
    """A person of a business: whose id the outcomes hold, and the roles that they hold there."""

    subject: str
    name: str
    roles: list[Role]


class PeopleJson(Shape):
    """The people of a business. `complete` is false where there are more."""

    people: list[PersonJson]
    complete: bool


class PolicyJson(Shape):
    """A policy by its hash. What was never published has its document alone."""

    hash: str
    business: str
    number: int | None
    at: str | None
    published_by: str | None
    note: str | None
    source: str | None
    document: dict[str, Any]


class UnownedReviewJson(Shape):
    """An open review that is in nobody's hands, and when it was last touched."""

    review: str
    platform: str
    severity: Severity | None
    touched_at: str


class UnownedJson(Shape):
    """Open reviews that are in nobody's hands. Not `complete` where more are stuck."""

    complete: bool
    reviews: list[UnownedReviewJson]


class LateFollowUpJson(Shape):
    """A follow-up whose time is over, with its first review."""

    follow_up: str
    review: str
    reviews_count: int
    platform: str
    severity: Severity
    status: Status
    due_at: str
    level: int
    claimed_by: str | None


class OverdueJson(Shape):
    """Follow-ups that are overdue, the longest first. Not `complete` where there are more."""

    complete: bool
    follow_ups: list[LateFollowUpJson]


class ClosingJson(Shape):
    """An outcome that closed a review."""

    sequence: int
    kind: Kind
    at: str


class ClosedTwiceJson(Shape):
    """A review that was closed twice, and not opened again between."""

    review: str
    platform: str
    first: ClosingJson
    second: ClosingJson


class SilentPlatformJson(Shape):
    """A connected platform that is silent.

    `last_at` is null where nothing came in the days of the log that were looked at.
    `longest_gap_s` is the longest time without anything in them before.
    """

    platform: str
    last_at: str | None
    arrivals: int
    longest_gap_s: int | None


class LogDaysJson(Shape):
    """How many days of the log were looked at, all of each. `complete` if none was left out."""

    complete: bool
    days: int
    first_day: str | None


class GapsJson(Shape):
    """What is not there. `closed_twice` and `silent` are of the days in `log`."""

    business: str
    as_of: str
    unowned: UnownedJson
    overdue: OverdueJson
    log: LogDaysJson
    closed_twice: list[ClosedTwiceJson]
    silent: list[SilentPlatformJson]


class SealedDayJson(Shape):
    """What the seal of a day says. `root` is base64, and `made` is when it was made.

    Of a day whose seal is hidden by delete markers only `day`, `rewritten` and `stamps` are there.
    `rewritten` is true where a second version or a delete marker lies over the seal.
    """

    day: str
    rewritten: bool
    stamps: int
    size: int = 0
    root: str = ""
    outcomes: int = 0
    late: int = 0
    open: int | None = None
    problems: int = 0
    made: str = ""


class SealsJson(Shape):
    """Sealed days of a business, in order. `next` is the `from` of the next page."""

    business: str
    seals: list[SealedDayJson]
    next: str | None


class FactsFileJson(Shape):
    """The file of a day's outcomes in the lake."""

    key: str
    sha256: str
    bytes: int
    lines: int


class SealJson(Shape):
    """The seal of a day, as it is stored. `leaves` are hashes of 32 bytes each, in base64."""

    format: int
    business: str
    day: str
    origin: str
    note: str
    record: dict[str, Any]
    frontier: list[str]
    first: int
    size: int
    leaves: str
    facts: FactsFileJson
    key: str


class SealProofJson(Shape):
    """That an outcome was sealed: its leaf, the path from it to the root, and the signed note.

    `leaf` and `path` are hashes in base64. `index` is the leaf's place among `size`.
    """

    outcome: str
    business: str
    day: str
    index: int
    size: int
    path: list[str]
    note: str
    leaf: str


class SealKeyJson(Shape):
    """A public key (`name+id+base64`), and whether it signs now."""

    key: str
    signs_now: bool


class SealKeysJson(Shape):
    """The keys that sign, or signed, the seals of a business. `origin` is their name."""

    business: str
    origin: str
    keys: list[SealKeyJson]
