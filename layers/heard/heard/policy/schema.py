"""Everything that a policy document may say, as one table of shapes with a word on each for whoever
edits it.

`schema.json` is this table as JSON Schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from heard.policy.conditions import LANGUAGE, WHEN
from heard.policy.hours import Quiet, Week, Zone
from heard.policy.model import Route
from heard.policy.schema_types import (
    DAY_SECONDS,
    Day,
    Duration,
    Either,
    Field,
    Number,
    OneOf,
    Path,
    Problem,
    Record,
    Several,
    Table,
    Text,
    Truth,
    Wait,
    Whole,
)
from heard.threads import PUBLIC_REPLY_CAP

LONGEST: Final = 400 * DAY_SECONDS
"""No SLA, escalation or giving up may wait longer than this, in seconds.

A Standard workflow ends after a year.
"""

LONGEST_DELAY: Final = 7 * DAY_SECONDS
"""No acknowledgement waits longer than this, in seconds, quiet hours apart: later it is none."""

MOST_ENTRIES: Final = 200

KINDS: Final = ("praise", "recovered", "thanks", "complaint", "private", "person")
"""Of acknowledgements.

Those of `heard.acknowledgements`, whose words would be dear to load with every policy.
"""

NAME: Final = Text(
    60, "[a-zA-Z0-9][a-zA-Z0-9_. -]*", "Use letters, digits, spaces, hyphens, dots and underscores."
)
_ID: Final = Text(
    60,
    "(R[0-9]{2}-)?[a-z0-9]+(-[a-z0-9]+)*",
    "Use small letters, digits and hyphens, after the playbook's rule that it serves if there is "
    'one: "R23-question", "late-at-night".',
)
REASON: Final = Text(
    40,
    "[a-z][a-z0-9_]*",
    'Say why in a code of small letters, for example "spam"; it goes into the log.',
)
VARIANT: Final = Text(
    40, "[a-z][a-z0-9-]*", "Use small letters, digits and hyphens, a letter first."
)
_WHY: Final = Field("Why, for people.", Text(500, lines=True))
_THEN: Final = Record(
    {
        "route": Field(
            "Acknowledge, follow_up (a person), both, or nothing.", OneOf(tuple(Route)), needed=True
        ),
        "reason": Field('For "nothing": why, as a code of small letters for the log.', REASON),
        "queue": Field("The queue of the follow-up.", Text()),
        "priority": Field("Greater comes first in its queue.", Whole(0, 1000)),
        "sla": Field(
            "By when a person's first answer is due, instead of what `sla` says.", Wait(LONGEST)
        ),
        "checklist": Field("Which of `checklists` the person is shown.", NAME),
        "variants": Field(
            "Which of the acknowledgements' variants may be sent, by name.",
            Several(VARIANT, most=20),
        ),
        "delay": Field(
            "How long the acknowledgement waits, instead of what `acknowledgements` says.",
            Duration(0, LONGEST_DELAY),
        ),
    }
)
_RULE: Final = Record(
    {
        "id": Field("Its name in decisions and in the log.", _ID, needed=True),
        "why": _WHY,
        "when": Field("Conditions that must all hold; {} always holds.", WHEN, needed=True),
        "then": Field("What happens.", _THEN, needed=True),
    }
)
_LADDER: Final = Record(
    {
        "id": Field("Its name in decisions and in the log.", _ID, needed=True),
        "why": _WHY,
        "when": Field("Conditions that must all hold; {} always holds.", WHEN, needed=True),
        "after": Field(
            "How long each level waits before the next is told.",
            Several(Duration(1, LONGEST), most=20),
            needed=True,
        ),
    }
)


@dataclass(frozen=True, slots=True)
class _SlaEntry:
    """`within` in words, or `seconds` and `clock`; the normal form has the latter."""

    def read(self, value: object, path: Path, found: list[Problem]) -> Any:
        before = len(found)
        entry = self._record().read(value, path, found)
        if len(found) > before:
            return entry
        exact = entry.keys() & {"seconds", "clock"}
        if "within" in entry and exact:
            found.append(
                Problem(
                    (*path, "within"),
                    "says by when a second time",
                    'Leave out "seconds" and "clock".',
                )
            )
        elif "within" in entry:
            entry |= entry.pop("within")
        elif len(exact) == 1:
            missing = "clock" if "seconds" in exact else "seconds"
            found.append(
                Problem(
                    (*path, missing),
                    "is missing",
                    'Say instead: within: "8 working hours", or "1 hour around the clock".',
                )
            )
        elif not exact:
            found.append(
                Problem(
                    (*path, "within"),
                    "is missing",
                    'Add it, for example "8 working hours" or "1 hour around the clock".',
                )
            )
        return entry

    def schema(self) -> dict[str, Any]:
        return self._record().schema() | {
            "oneOf": [{"required": ["within"]}, {"required": ["seconds", "clock"]}]
        }

    def _record(self) -> Record:
        wait = Wait(LONGEST)
        return Record(
            {
                "id": _LADDER.fields["id"],
                "why": _WHY,
                "when": _LADDER.fields["when"],
                "within": Field(
                    'By when a person\'s first answer is due (R07): "8 working hours", "1 hour '
                    'around the clock".',
                    wait,
                ),
                "seconds": Field("Instead of `within`: seconds.", Duration(1, LONGEST)),
                "clock": Field(
                    "Which time `seconds` counts: the calendar's hours, or always.",
                    wait.exact.fields["clock"].shape,
                ),
            }
        )


_HOLIDAYS: Final = Record(
    {
        "country": Field(
            "A country's public holidays (ISO 3166-1), for example DE.",
            Text(2, "[A-Z]{2}", 'Two capital letters: "DE".'),
        ),
        "subdivision": Field("Those of a part of it as well, for example BE.", Text(40)),
        "add": Field("Days on which nobody works beside them.", Several(Day(), most=400)),
        "remove": Field("Holidays on which you do work.", Several(Day(), most=400)),
    }
)
DOCUMENT: Final = Record(
    {
        "name": Field("The policy's name, for people.", Text()),
        "rules": Field(
            "What happens to which review: the first whose conditions hold decides.",
            Several(_RULE, most=MOST_ENTRIES),
        ),
        "playbook_rules": Field(
            "Whether the playbook's rules follow yours; true unless your last rule has no "
            "conditions.",
            Truth(),
        ),
        "sla": Field(
            "By when a person's first answer is due (R07); the first that holds, then the "
            "playbook's.",
            Several(_SlaEntry()),
        ),
        "escalation": Field(
            "Who waits how long after that (R08); the first that holds, then the playbook's.",
            Several(_LADDER),
        ),
        "calendar": Field(
            "When you work.",
            Record(
                {
                    "timezone": Field("Your IANA time zone, for example Europe/Berlin.", Zone()),
                    "hours": Field(
                        "Your hours by weekday; days that are absent are closed.", Week()
                    ),
                    "holidays": Field(
                        "Days on which nobody works: a list of dates, or a country's.",
                        Either(Several(Day(), least=0, most=5000), _HOLIDAYS),
                    ),
                }
            ),
        ),
        "quiet_hours": Field("When nothing automatic is sent, in your time zone.", Quiet()),
        "voice": Field(
            "How you sound.",
            Record(
                {
                    "name": Field("Who speaks, for example Team Acme.", Text(60)),
                    "signature": Field("How automatic answers end.", Text(60)),
                    "formality": Field(
                        "How customers are addressed, by language.",
                        Table(LANGUAGE, OneOf(("formal", "informal"))),
                    ),
                    "fallback_language": Field(
                        "Spoken where the review's language is not known, or has no words of ours.",
                        LANGUAGE,
                    ),
                }
            ),
        ),
        "acknowledgements": Field(
            "What automatic answers say.",
            Record(
                {
                    "delay": Field("How long they wait.", Duration(0, LONGEST_DELAY)),
                    "variants": Field(
                        "Your own wordings, which are compared by what happens next (R27).",
                        Several(
                            Record(
                                {
                                    "name": Field(
                                        "Its name in the log and in rules.", VARIANT, needed=True
                                    ),
                                    "kinds": Field(
                                        "For which kinds of acknowledgement.",
                                        Several(OneOf(KINDS), most=len(KINDS)),
                                        needed=True,
                                    ),
                                    "languages": Field(
                                        "The template in each language.",
                                        Table(LANGUAGE, Text(2000, lines=True)),
                                        needed=True,
                                    ),
                                }
                            ),
                            most=50,
                        ),
                    ),
                }
            ),
        ),
        "caps": Field(
            "Limits.",
            Record(
                {
                    "public_replies": Field(
                        "Public replies in one thread, never more than two (R04).",
                        Whole(0, PUBLIC_REPLY_CAP),
                    )
                }
            ),
        ),
        "remedies": Field(
            "What an agent may grant; above its limit a lead decides (R28).",
            Several(
                Record(
                    {
                        "name": Field("What it is, for example refund.", NAME, needed=True),
                        "limit": Field("Up to how much.", Number(0, 1_000_000), needed=True),
                        "currency": Field(
                            "Of which currency (ISO 4217).",
                            Text(3, "[A-Z]{3}", 'Three capital letters: "EUR".'),
                            needed=True,
                        ),
                    }
                ),
                most=50,
            ),
        ),
        "checklists": Field(
            "What to think of, by name; rules attach them to follow-ups (R25).",
            Table(NAME, Several(Text(300), most=30)),
        ),
        "queues": Field(
            "The queues there are; a rule that names another is refused.", Several(Text(), most=100)
        ),
        "give_up_after": Field(
            "How long a follow-up may stay open before it is closed as expired.",
            Duration(1, LONGEST),
        ),
    }
)
"""Everything that a policy document may say."""


def schema() -> dict[str, Any]:
    """The published JSON Schema (draft 2020-12) of a policy as it is written.

    Editors complete and check with it.

    It takes every document that loads; what only makes sense of several entries together,
    `problems` says.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:heard:policy",
        "title": "Heard policy",
        "description": "What happens to which review. Whatever is left out is the playbook's: an "
        "empty file is a good policy.",
    } | DOCUMENT.schema()
