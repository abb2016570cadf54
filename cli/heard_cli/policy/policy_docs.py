"""The reference in `docs/policy.md`, made from the tables that read and execute policies.

`make docs` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from heard.acknowledgements.wordings import FORMALITIES, LANGUAGES
from heard.assessment.vocabulary import TOPICS
from heard.policy import decisions
from heard.policy.document import playbook
from heard.policy.schema import json_schema
from heard.policy.schema_types import format_duration
from heard_cli.generated_part import markdown_table, update_file
from heard_cli.policy.descriptions import then_in_words, when_in_words, within_in_words

GUARDS: Final[Mapping[str, str]] = {
    decisions.SEVERE_GUARD: "A critical review that a rule would only acknowledge, or ignore, "
    "goes to a person.",
    decisions.ABUSE_GUARD: (
        "Abuse also goes to a person, who gives one calm reply; it never gets an automatic "
        "thank-you."
    ),
    decisions.QUESTION_GUARD: "A question also goes to a person.",
    decisions.UNJUDGED_GUARD: "A review that could not be assessed also goes to a person.",
    decisions.JOIN_GUARD: (
        "No automatic reply is sent while a person works on the thread; the review joins the open "
        "follow-up."
    ),
    decisions.REPLY_GUARD: (
        "Where no reply can be sent from here, none is tried: a review that a rule would "
        "acknowledge goes to a person."
    ),
    decisions.CAP_GUARD: (
        "When no public reply is left, no automatic reply is sent: praise and neutral reviews are "
        "closed (`cap_reached`), everything else goes to a person."
    ),
    decisions.AUTOMATIC_GUARD: (
        "An author gets one automatic reply in a thread and `caps.automatic_replies` over all "
        "threads, in 24 hours each. Beyond that, praise and neutral reviews are closed "
        "(`automatic_reply_cap`), everything else goes to a person."
    ),
    decisions.MACHINE_GUARD: (
        "What a machine seems to have written gets no automatic reply: praise and neutral words "
        "are closed (`machine`), everything else goes to a person. A machine writes within "
        "seconds of our reply, repeats itself, or repeats our words; whoever did is taken for one "
        "in the thread until a person replies there."
    ),
    decisions.THANKS_GUARD: (
        "A bare thank-you after our reply is closed (`thanks`), and opens no follow-up."
    ),
    decisions.OWN_WORDS_GUARD: (
        "Our own words that come back, such as a reaction that quotes them, are closed "
        "(`own_words`)."
    ),
    decisions.SPAM_GUARD: (
        "Spam is never thanked: a review that a rule would only acknowledge is ignored (`spam`)."
    ),
    decisions.HAND_OVER: (
        "An acknowledgement that cannot be sent (the platform has no replies, or no wording fits) "
        "becomes a follow-up."
    ),
}
"""What a decision names instead of a rule of the policy, and what that means."""

KINDS: Final[Mapping[str, str]] = {
    "praise": "praise with kind words",
    "recovered": "praise by an author who complained before (R18)",
    "thanks": (
        "a neutral or mildly positive review in public, and praise without words, or with words "
        "that are not certainly kind"
    ),
    "complaint": "a complaint in public",
    "private": "a private message without kind words",
    "person": (
        "everything except a recovery, when a person replies as well (`both`); only this kind may "
        "promise a person"
    ),
}
"""What each kind of acknowledgement answers."""

NAMES: Final[Mapping[str, str]] = {
    "about": (
        "what is known about the review (`topic`, else what is reviewed, else its stars) with "
        "the space and the words before it: `Thank you for your review{{ about }}.`"
    ),
    "topic": (
        "what kind words certainly praise, in the wording's language: only in `praise` and "
        "`recovered`"
    ),
    "subject": "the product or place that is reviewed, where the platform or you chose its name",
    "rating": "its stars, 1 to 5",
    "stage": "`onstage` or `offstage`",
    "language": "the wording's language",
    "business": "the sender's name: `voice.name`, else the business's name",
    "signature": "`voice.signature`",
}
"""The names that a wording may use."""

_OMITTED_NAMES: Final = frozenset({"id", "why", "when", "then", "seconds", "clock"})
"""Parts of entries that another section describes, or that only programs write."""


def values_of(condition: str, shape: Mapping[str, Any]) -> str:
    """The values that a condition takes, from its part of the JSON Schema."""
    words = TOPICS if condition == "topics" else shape.get("items", {}).get("enum", ())
    match shape["type"]:
        case "array":
            return (
                f"any of {', '.join(f'`{word}`' for word in words)}" if words else "any of a list"
            )
        case "boolean":
            return "`true`, `false`"
        case _:
            return f"{shape['minimum']:,} to {shape['maximum']:,}"


def sections() -> dict[str, str]:
    """Everything that is made from the code, by heading."""
    properties = json_schema()["properties"]
    rule = properties["rules"]["items"]["properties"]
    defaults = playbook()
    return {
        "Conditions (`when`)": markdown_table(
            ("name", "values", "holds if"),
            [
                (f"`{name}`", values_of(name, shape), shape["description"])
                for name, shape in rule["when"]["properties"].items()
            ],
        ),
        "Actions (`then`)": markdown_table(
            ("name", "says"),
            [(f"`{name}`", _describe(shape)) for name, shape in rule["then"]["properties"].items()],
        ),
        "All other policy settings": markdown_table(
            ("name", "says"),
            [(f"`{path}`", _describe(shape)) for path, shape in _schema_entries(properties)],
        ),
        "Safety rules that no policy can switch off": markdown_table(
            ("named in decisions", "what it does"),
            [(f"`{id}`", text) for id, text in GUARDS.items()],
        ),
        "Kinds of acknowledgements": markdown_table(
            ("kind", "answers"), [(f"`{kind}`", text) for kind, text in KINDS.items()]
        ),
        "Names in a wording": markdown_table(
            ("name", "is"), [(f"`{name}`", text) for name, text in NAMES.items()]
        )
        + (
            "\n"
            "\n"
            f"The playbook has three wordings of each kind in {', '.join(sorted(LANGUAGES))}; "
            f"`voice.formality` counts in {', '.join(sorted(FORMALITIES))}."
        ),
        "The playbook's rules": markdown_table(
            ("rule", "when", "then", "because"),
            [
                (
                    f"`{entry['id']}`",
                    when_in_words(entry["when"]),
                    then_in_words(entry["then"]),
                    entry["why"],
                )
                for entry in defaults["rules"]
            ],
        ),
        "The playbook's time limits": markdown_table(
            ("entry", "when", "a person answers within"),
            [
                (f"`{entry['id']}`", when_in_words(entry["when"]), within_in_words(entry))
                for entry in defaults["sla"]
            ],
        ),
        "The playbook's codes": markdown_table(
            ("list", "codes"),
            [
                (f"`{part}`", ", ".join(f"`{code}`" for code in defaults[part]))
                for part in ("causes", "fixes", "reasons")
            ],
        ),
        "The playbook's escalation": markdown_table(
            ("entry", "when", "escalates after"),
            [
                (
                    f"`{entry['id']}`",
                    when_in_words(entry["when"]),
                    ", ".join(map(format_duration, entry["after"])),
                )
                for entry in defaults["escalation"]
            ],
        ),
    }


def _describe(shape: Mapping[str, Any]) -> str:
    """What a name is for, and its values if there are only a few."""
    words = shape.get("enum") or shape.get("items", {}).get("enum")
    return shape["description"] + (f" {', '.join(f'`{word}`' for word in words)}" if words else "")


def _schema_entries(
    names: Mapping[str, Any], prefix: str = ""
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What the schema describes, by path. Weekdays are alike; the week describes them."""
    for name, shape in names.items():
        if name in _OMITTED_NAMES or "description" not in shape:
            continue
        yield prefix + name, shape
        inner = shape.get("items", shape)
        for shape_part in (inner, *inner.get("anyOf", ())):
            yield from _schema_entries(
                shape_part.get("properties", {}),
                f"{prefix}{name}{'[]' if 'items' in shape else ''}.",
            )


if __name__ == "__main__":
    update_file(sections)
