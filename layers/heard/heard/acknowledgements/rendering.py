"""What a variant says of one review: the values of its template, and the text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from heard.acknowledgements.templates import Template, Value, parse
from heard.acknowledgements.wordings import LANGUAGES, AcknowledgementKind, Wordings, wordings
from heard.errors import BadRequest
from heard.replies.lint import ReplyContext, lint
from heard.reviews import Stage

if TYPE_CHECKING:
    from heard.acknowledgements.variants import Variant
    from heard.replies.length import Unit

MAX_CHARACTERS: Final = 280
"""The longest acknowledgement: what the platform with the lowest limit (X) takes."""

NAME_CHARACTERS: Final = 60
"""The longest name of a business, and the longest signature."""

SUBJECT_CHARACTERS: Final = 40

NAMES: Final = frozenset(
    {"about", "business", "language", "rating", "signature", "stage", "subject", "topic"}
)
"""The names that a template may use.

`business` and `signature` are the business's. `topic` is what the review praises, `subject` what
is reviewed, a product or a place. `about` is the one of them that is known, or the stars, in words
that follow "your review" or "your message". `rating` is 1 to 5, `language` ISO 639-1, `stage`
`onstage` or `offstage`.
"""


@dataclass(frozen=True, slots=True)
class Detail:
    """What an acknowledgement can name of a review. An empty text means that it is not known.

    `topic` is the assessment's code. Each variant says it in its own language.
    """

    business: str
    signature: str = ""
    topic: str = ""
    subject: str = ""
    rating: int | None = None
    stage: Stage = Stage.ONSTAGE


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """An automatic first reply, and the id of its variant, by which results are compared (R27)."""

    text: str
    variant: str


def render(
    variant: Variant, detail: Detail, *, limit: int | None = None, unit: Unit = "characters"
) -> Acknowledgement | None:
    """What a variant says of a review.

    The text has at most `MAX_CHARACTERS`, and at most `limit` of the platform's `unit`. If it is
    too long or the lint blocks it (R10, R12), the subject is left out, and then every detail. None
    if that does not help: nothing is cut. None also for a template that is no longer allowed.
    """
    try:
        template = parse(variant.template, NAMES)
    except BadRequest:
        return None
    bare = _template_values(variant, replace(detail, subject="", topic="")) | {"about": ""}
    attempts = (
        _template_values(variant, detail),
        _template_values(variant, replace(detail, subject="")),
        bare,
    )
    for text in dict.fromkeys(render_text(template, values) for values in attempts):
        if len(text) <= MAX_CHARACTERS:
            findings = lint(
                text,
                ReplyContext(
                    public=detail.stage is Stage.ONSTAGE,
                    limit=limit,
                    unit=unit,
                    names=(detail.business, detail.signature),
                    own_contacts=(variant.template,),
                ),
            )
            if not any(finding.severity == "block" for finding in findings):
                return Acknowledgement(text, variant.id)
    return None


def render_text(template: Template, values: Mapping[str, Value]) -> str:
    """The text of a template with these values, with single blanks and at most one empty line.

    A blank that holds a line together, as French sets it, stays one.
    """
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in template.render(values).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _template_values(variant: Variant, detail: Detail) -> dict[str, Value]:
    words = wordings(variant.language) if variant.language in LANGUAGES else None
    return {
        "about": _about_text(words, variant.kind, detail) if words else "",
        "business": detail.business,
        "language": variant.language,
        "rating": detail.rating or "",
        "signature": detail.signature,
        "stage": detail.stage.value,
        "subject": detail.subject,
        "topic": words.topics.get(detail.topic, "") if words else "",
    }


def _about_text(words: Wordings, kind: AcknowledgementKind, detail: Detail) -> str:
    if topic := words.topics.get(detail.topic):
        return words.topic.format(topic=topic)
    if detail.subject:
        product = words.product_reviewed if kind in {"thanks", "complaint"} else words.product
        return product.format(product=detail.subject)
    # An author who gave one star does not want to read it again. For the other numbers most
    # languages have one plural.
    return words.rating.format(rating=detail.rating) if detail.rating and detail.rating >= 2 else ""
