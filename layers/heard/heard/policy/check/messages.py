"""Every message of a policy's check: what is wrong, and how to fix it."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from heard.policy.schema_types import DocumentPath, Problem


class _Message(NamedTuple):
    text: str
    fix: str
    severity: Literal["error", "warning"] = "error"


_MESSAGES: Final = {
    # The document as a whole
    "too_long": _Message(
        "is {size:,} bytes long when complete", "Shorten it to {limit:,}: fewer or shorter texts."
    ),
    # Conditions that contradict each other
    "rating_range": _Message(
        "no rating is at least {minimum} and at most {maximum}", "Swap them, or leave one out."
    ),
    "stage_of_channel": _Message(
        "what comes by {channels} is never {stages}",
        'It is {stage}: leave "stage" out, or say {stage}.',
    ),
    "severity_of_flag": _Message(
        "what is flagged {flags} is critical, never {severities}",
        'Leave "severity" out, or say critical.',
    ),
    "impossible": _Message(
        "its conditions can never hold together", "Change one of them, or leave the entry out."
    ),
    "unreachable": _Message(
        "is never reached: everything that it could match goes to {entries} first",
        "Move it up, make the entries above it narrower, or leave it out.",
    ),
    # Rules against the guards of the playbook
    "guarded": _Message(
        "{effect} {what}, which goes to a person whatever a policy says ({guard})",
        'Use the route "follow_up" or "both".',
    ),
    "partly_guarded": _Message(
        "{effect} {what}, which goes to a person whatever a policy says ({guard})",
        'Use the route "follow_up" or "both", or leave {word} out.',
        "warning",
    ),
    "answers_beside_person": _Message(
        "no automatic answer is sent while a person works on the thread ({guard})",
        'Use the route "follow_up".',
    ),
    "no_reply_left": _Message(
        "would answer in public where no public reply is left ({guard})",
        'Use the route "follow_up", or allow more public replies in caps.',
    ),
    # Rules that do not do what they seem to
    "unused_for_acknowledging": _Message(
        'has no effect: the route "{route}" acknowledges nothing',
        "Leave it out, or choose another route.",
        "warning",
    ),
    "unused_for_follow_up": _Message(
        'has no effect: the route "{route}" opens no follow-up',
        "Leave it out, or choose another route.",
        "warning",
    ),
    "complaint_acknowledged": _Message(
        "strong complaints can end here, with an automatic answer alone",
        'Add for example "severity: [low, praise]", or use the route "follow_up" or "both".',
        "warning",
    ),
    "complaint_ignored": _Message(
        "strong complaints can end here, without any answer (R01)",
        'Add for example "severity: [low, praise]", or use the route "follow_up" or "both".',
        "warning",
    ),
    "playbook_unused": _Message(
        "has no conditions, so none of the playbook's rules follows it",
        "Leave this rule out if you do not want that.",
        "warning",
    ),
    # Names
    "no_queue": _Message("there is no queue {name}", "{suggestion}"),
    "no_checklist": _Message("there is no checklist {name}", "{suggestion}"),
    "no_variant": _Message("there is no variant {name}", "{suggestion}"),
    "unused_checklist": _Message(
        "no rule attaches it", "Name it as the checklist of a rule, or leave it out.", "warning"
    ),
    "duplicate": _Message("{name} is there twice", "Give another name, or leave one out."),
    # Wordings
    "wording": _Message("{problem}", "{fix}"),
    "no_fallback_words": _Message(
        "we have no words in {language}, so automatic answers are in English",
        "Give variants in it, or choose a language that has words: {languages}.",
        "warning",
    ),
    "no_formality": _Message(
        "has no effect: our words in this language are the same for both",
        "Leave it out.",
        "warning",
    ),
    # Times
    "late_around_the_clock": _Message(
        "the follow-up is given up after {give_up_after}, before {limit} are over",
        "Give less time, more hours, or give up later.",
    ),
    "always_late": _Message(
        "no working hour can meet it: {limit} of working time last {wait}, and the follow-up is "
        "given up after {give_up_after}",
        "Give less time, more hours, or give up later.",
    ),
    "sometimes_late": _Message(
        "from {start} {limit} of working time last {wait}, and the follow-up is given up after "
        "{give_up_after}",
        "Give less time, more hours, or give up later.",
        "warning",
    ),
    "late_escalation": _Message(
        "comes after the follow-up was given up ({give_up_after})",
        "Escalate sooner, or give up later.",
        "warning",
    ),
    "closed_too_long": _Message(
        "nobody works from {first} to {last}: what comes in that time is given up before anyone "
        "could answer",
        "Take days out, or give up later.",
    ),
    "closed_long": _Message(
        "nobody works from {first} to {last}",
        "Take days out if somebody works on them.",
        "warning",
    ),
}


def problem(code: str, path: DocumentPath, **values: object) -> Problem:
    """The problem of this code at a place of the document, with values for its message."""
    message = _MESSAGES[code]
    return Problem(
        path,
        message.text.format(**values),
        message.fix.format(**values),
        message.severity,
    )
