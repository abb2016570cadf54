"""Days of outcomes and their seals, for the tests: signed with a key that everybody knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from heard.outcomes import Fact, Kind, Outcome, OutcomeSubject, chain_facts, initial_hash
from heard.seals.day import DraftSeal, Head, SealInput, seal_day
from heard.seals.facts import facts_lines
from heard.seals.notes import vkey
from heard.seals.seal import Seal

BUSINESS = "acme"
ORIGIN = "heard/111122223333/demo/acme"
KEY = SigningKey(bytes(range(32)))
OTHER_KEY = SigningKey(bytes(range(1, 33)))
VKEY = vkey(ORIGIN, bytes(KEY.verify_key))
OTHER_VKEY = vkey(ORIGIN, bytes(OTHER_KEY.verify_key))
FIRST_DAY = date(2026, 3, 16)


def verify_with_nacl(public_key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        VerifyKey(public_key).verify(message, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


@dataclass
class Diary:
    """A business's log and its seals, made day by day."""

    business: str = BUSINESS
    origin: str = ORIGIN
    key: SigningKey = KEY
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    heads: dict[str, Head] = field(default_factory=dict)
    drafts: list[DraftSeal] = field(default_factory=list)
    seals: list[Seal] = field(default_factory=list)

    def write(
        self, review: str, *facts: Fact, at: datetime, actor: str = "heard"
    ) -> tuple[Outcome, ...]:
        """Append facts to a review's chain."""
        sequence, head = self.heads.get(review, (0, initial_hash(review)))
        links = chain_facts(
            OutcomeSubject(review, self.business, "standard", "review_site", "high"),
            facts,
            sequence=sequence,
            head=head,
            at=at,
            actor=actor,
            delivery=None,
        )
        self.heads[review] = (links[-1].sequence, links[-1].hash)
        self.outcomes.setdefault(f"{at:%Y-%m-%d}", []).extend(links)
        return links

    def seal(self, day: date, *, late: Sequence[Outcome] = (), next_key: str | None = None) -> Seal:
        """Seal a day with all that was written, except those that come `late`."""
        previous = self.seals[-1] if self.seals else None
        before = (day - timedelta(days=1)).isoformat()
        draft = seal_day(
            SealInput(
                business=self.business,
                day=day.isoformat(),
                origin=self.origin,
                outcomes=[
                    each for each in self.outcomes.get(day.isoformat(), []) if each not in late
                ],
                key=vkey(self.origin, bytes(self.key.verify_key)),
                made=datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=24.4),
                open_reviews=3,
                previous=previous,
                day_before=self.outcomes.get(before, []) if previous else [],
                lines_before=facts_lines(self.drafts[-1].facts) if previous else None,
                heads=dict(self.heads),
                next_key=next_key,
            )
        )
        seal = draft.seal(self.key.sign(draft.note_text.encode()).signature)
        self.drafts.append(draft)
        self.seals.append(seal)
        return seal

    def lines(self) -> list[list[bytes]]:
        """The facts of each sealed day."""
        return [facts_lines(draft.facts) for draft in self.drafts]


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A time on the day behind `FIRST_DAY`."""
    start = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, hour, minute, tzinfo=UTC)
    return start + timedelta(days=day)


def accepted() -> Fact:
    return Fact(Kind.ACCEPTED, {"revision": "1", "rating": 2, "policy": "0" * 64})


def three_days() -> Diary:
    """Three sealed days: five, three and no outcomes."""
    diary = Diary()
    for number, review in enumerate(("rev_aaaa", "rev_bbbb", "rev_cccc")):
        diary.write(review, accepted(), at=at(0, 8, number))
    diary.write("rev_aaaa", Fact(Kind.FOLLOW_UP_OPENED, {"follow_up": "fup_1"}), at=at(0, 9))
    diary.write("rev_bbbb", Fact(Kind.IGNORED, {"reason": "spam"}), at=at(0, 10))
    diary.write("rev_aaaa", Fact(Kind.ESCALATED, {"level": 1}), at=at(1, 9))
    diary.write("rev_aaaa", Fact(Kind.ANSWERED, {"by": "usr_1"}), at=at(1, 10), actor="usr_1")
    diary.write("rev_cccc", Fact(Kind.IGNORED, {"reason": "thanks"}), at=at(1, 11))
    for day in range(3):
        diary.seal(FIRST_DAY + timedelta(days=day))
    return diary
