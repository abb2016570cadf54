"""Everything that a policy document may say: one table of types, with a description of each part.

`schema.json` is this table as JSON Schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from heard.acknowledgements.wordings import KINDS
from heard.policy.conditions import CONDITIONS_TYPE, LANGUAGE
from heard.policy.hours import QuietHoursList, TimeZone, WeekHours
from heard.policy.model import Route
from heard.policy.schema_types import (
    DAY_SECONDS,
    Boolean,
    Date,
    DocumentPath,
    Duration,
    DurationWithClock,
    Field,
    Integer,
    ListOf,
    ListOrRecord,
    MapOf,
    Number,
    OneOf,
    Problem,
    Record,
    Text,
)
from heard.threads import PUBLIC_REPLY_CAP

MAX_WAIT: Final = 400 * DAY_SECONDS
"""The longest SLA, escalation or time to give up, in seconds.

A Standard workflow ends after a year.
"""

MAX_DELAY: Final = 7 * DAY_SECONDS
"""The longest wait of an acknowledgement, in seconds, without quiet hours."""

MAX_ENTRIES: Final = 200

MAX_AUTOMATIC_REPLIES: Final = 10
"""The highest cap of automatic replies to one author in 24 hours."""

NAME: Final = Text(
    60, "[a-zA-Z0-9][a-zA-Z0-9_. -]*", "Use letters, digits, spaces, hyphens, dots and underscores."
)
_ID: Final = Text(
    60,
    "(R[0-9]{2}-)?[a-z0-9]+(-[a-z0-9]+)*",
    "Use small letters, digits and hyphens, behind the playbook's rule that it serves if there is "
    'one: "R23-question", "late-at-night".',
)
REASON: Final = Text(
    40,
    "[a-z][a-z0-9_]*",
    'Say why in a code of small letters, for example "spam". It goes into the log.',
)
VARIANT: Final = Text(
    40, "[a-z][a-z0-9-]*", "Use small letters, digits and hyphens, with a letter first."
)
_CODES: Final = ListOf(
    Text(
        40,
        "[a-z0-9][a-z0-9-]{1,39}",
        'Use 2 to 40 small letters, digits and hyphens: "late-delivery". It goes into the log.',
    ),
    max_items=100,
)
_WHY: Final = Field("Why, for people.", Text(500, multiline=True))
_THEN: Final = Record(
    {
        "route": Field(
            "Acknowledge, follow_up (a person), both, or nothing.",
            OneOf(tuple(Route)),
            required=True,
        ),
        "reason": Field('For "nothing": why, as a code of small letters for the log.', REASON),
        "queue": Field("The queue of the follow-up.", Text()),
        "priority": Field("Greater comes first in its queue.", Integer(0, 1000)),
        "sla": Field(
            "By when a person's first answer is due, instead of what `sla` says.",
            DurationWithClock(MAX_WAIT),
        ),
        "checklist": Field("Which of `checklists` the person sees.", NAME),
        "variants": Field(
            "Which of the acknowledgements' variants may be sent, by name.",
            ListOf(VARIANT, max_items=20),
        ),
        "delay": Field(
            "How long the acknowledgement waits, instead of what `acknowledgements` says.",
            Duration(0, MAX_DELAY),
        ),
    }
)
_RULE: Final = Record(
    {
        "id": Field("Its name in decisions and in the log.", _ID, required=True),
        "why": _WHY,
        "when": Field(
            "Conditions that must all hold; {} always holds.", CONDITIONS_TYPE, required=True
        ),
        "then": Field("What happens.", _THEN, required=True),
    }
)
_LADDER: Final = Record(
    {
        "id": Field("Its name in decisions and in the log.", _ID, required=True),
        "why": _WHY,
        "when": Field(
            "Conditions that must all hold; {} always holds.", CONDITIONS_TYPE, required=True
        ),
        "after": Field(
            "How long each level waits before the next one.",
            ListOf(Duration(1, MAX_WAIT), max_items=20),
            required=True,
        ),
    }
)


@dataclass(frozen=True, slots=True)
class _SlaEntry:
    """An SLA: `within` in words, or `seconds` and `clock`, which is the normal form."""

    def read(self, value: object, path: DocumentPath, problems: list[Problem]) -> Any:
        before = len(problems)
        entry = self._record().read(value, path, problems)
        if len(problems) > before:
            return entry
        exact = entry.keys() & {"seconds", "clock"}
        if "within" in entry and exact:
            problems.append(
                Problem(
                    (*path, "within"),
                    "sets the time limit a second time",
                    'Leave out "seconds" and "clock".',
                )
            )
        elif "within" in entry:
            entry |= entry.pop("within")
        elif len(exact) == 1:
            missing = "clock" if "seconds" in exact else "seconds"
            problems.append(
                Problem(
                    (*path, missing),
                    "is missing",
                    'Say instead: within: "8 working hours", or "1 hour around the clock".',
                )
            )
        elif not exact:
            problems.append(
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
        wait = DurationWithClock(MAX_WAIT)
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
                "seconds": Field("Instead of `within`: seconds.", Duration(1, MAX_WAIT)),
                "clock": Field(
                    "Which time `seconds` counts: the calendar's hours (working), or all time "
                    "(always).",
                    wait.exact_type.fields["clock"].value_type,
                ),
            }
        )


_HOLIDAYS: Final = Record(
    {
        "country": Field(
            "A country's public holidays (ISO 3166-1), for example DE.",
            Text(2, "[A-Z]{2}", 'Two capital letters: "DE".'),
        ),
        "subdivision": Field(
            "A part of the country, whose holidays count too, for example BE.", Text(40)
        ),
        "add": Field("More days on which nobody works.", ListOf(Date(), max_items=400)),
        "remove": Field("Holidays on which you do work.", ListOf(Date(), max_items=400)),
    }
)
DOCUMENT: Final = Record(
    {
        "name": Field("The policy's name, for people.", Text()),
        "rules": Field(
            "What happens to which review: the first whose conditions hold decides.",
            ListOf(_RULE, max_items=MAX_ENTRIES),
        ),
        "playbook_rules": Field(
            "Whether the playbook's rules follow yours; true unless your last rule has no "
            "conditions.",
            Boolean(),
        ),
        "sla": Field(
            "By when a person's first answer is due (R07); the first that holds, then the "
            "playbook's.",
            ListOf(_SlaEntry()),
        ),
        "escalation": Field(
            "How long each level waits after that (R08); the first that holds, then the "
            "playbook's.",
            ListOf(_LADDER),
        ),
        "calendar": Field(
            "When you work.",
            Record(
                {
                    "timezone": Field(
                        "Your IANA time zone, for example Europe/Berlin.", TimeZone()
                    ),
                    "hours": Field(
                        "Your hours by weekday; days that are absent are closed.", WeekHours()
                    ),
                    "holidays": Field(
                        "Days on which nobody works: a list of dates, or a country's.",
                        ListOrRecord(ListOf(Date(), min_items=0, max_items=5000), _HOLIDAYS),
                    ),
                }
            ),
        ),
        "quiet_hours": Field(
            "When no automatic answer is sent, in your time zone.", QuietHoursList()
        ),
        "voice": Field(
            "How you sound.",
            Record(
                {
                    "name": Field("Who answers, for example Team Acme.", Text(60)),
                    "signature": Field("How automatic answers end.", Text(60)),
                    "formality": Field(
                        "How customers are addressed, by language.",
                        MapOf(LANGUAGE, OneOf(("formal", "informal"))),
                    ),
                    "fallback_language": Field(
                        "The language of answers where the review's is unknown, or has no words of "
                        "ours.",
                        LANGUAGE,
                    ),
                }
            ),
        ),
        "acknowledgements": Field(
            "What automatic answers say.",
            Record(
                {
                    "delay": Field("How long they wait.", Duration(0, MAX_DELAY)),
                    "variants": Field(
                        "Your own wordings, which are compared by what happens next (R27).",
                        ListOf(
                            Record(
                                {
                                    "name": Field(
                                        "Its name in the log and in rules.", VARIANT, required=True
                                    ),
                                    "kinds": Field(
                                        "For which kinds of acknowledgement.",
                                        ListOf(OneOf(KINDS), max_items=len(KINDS)),
                                        required=True,
                                    ),
                                    "languages": Field(
                                        "The template in each language.",
                                        MapOf(LANGUAGE, Text(2000, multiline=True)),
                                        required=True,
                                    ),
                                }
                            ),
                            max_items=50,
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
                        Integer(0, PUBLIC_REPLY_CAP),
                    ),
                    "automatic_replies": Field(
                        "Automatic replies to one author in 24 hours, over all threads; 2 if you "
                        "say nothing. In one thread there is never more than one (R04).",
                        Integer(1, MAX_AUTOMATIC_REPLIES),
                    ),
                }
            ),
        ),
        "remedies": Field(
            "What an agent may grant; above the limit a lead decides (R28).",
            ListOf(
                Record(
                    {
                        "name": Field("The remedy, for example refund.", NAME, required=True),
                        "limit": Field("The highest amount.", Number(0, 1_000_000), required=True),
                        "currency": Field(
                            "The currency (ISO 4217).",
                            Text(3, "[A-Z]{3}", 'Three capital letters: "EUR".'),
                            required=True,
                        ),
                    }
                ),
                max_items=50,
            ),
        ),
        "causes": Field(
            "The root causes that an agent may name, instead of the playbook's, and `other`.",
            _CODES,
        ),
        "fixes": Field("The same for how a problem was solved.", _CODES),
        "reasons": Field("The same for why nobody says more, or why somebody has to wait.", _CODES),
        "checklists": Field(
            "Checklists by name; rules attach them to follow-ups (R25).",
            MapOf(NAME, ListOf(Text(300), max_items=30)),
        ),
        "queues": Field(
            "The queues there are; a rule that names another is refused.",
            ListOf(Text(), max_items=100),
        ),
        "contacts": Field(
            "The business's own telephone numbers, mail addresses and streets. Replies may show "
            "them; all others are held back (R06).",
            ListOf(Text(200), max_items=50),
        ),
        "give_up_after": Field(
            "How long a follow-up may stay open before it is closed as expired.",
            Duration(1, MAX_WAIT),
        ),
    }
)
"""Everything that a policy document may say."""


def json_schema() -> dict[str, Any]:
    """The published JSON Schema (draft 2020-12) of a policy, with which editors complete and check.

    It accepts every document that can be loaded. What depends on several entries together, only
    `find_problems` checks.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:heard:policy",
        "title": "Heard policy",
        "description": "What happens to which review. Whatever is left out is the playbook's: an "
        "empty file is a good policy.",
    } | DOCUMENT.schema()
