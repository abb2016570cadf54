"""Automatic first answers.

Which wording a review gets, what of the review it names, and what a wording may never say.

An acknowledgement thanks, carries a detail of the review in its language and says that it is
automatic; it promises and admits nothing (R03, R10, R11). Wordings are templates
(`heard.templates`), the playbook's as well as a business's own; which of them a review gets follows
from a hash, so that their effects can be compared (R27). Of what the customer wrote nothing is
repeated, only what it is about. Knows no platform and stores nothing: what an author or a page saw
last is an argument.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from heard.acknowledgement_wordings import (
    FORMALITIES,
    KINDS,
    LANGUAGES,
    AcknowledgementKind,
    Wordings,
    wordings,
)
from heard.acknowledgements.templates import Template, Value, parse
from heard.assessment import Assessment, Flag, Severity
from heard.assessment.phrases import Lexicon, considered, tokens
from heard.errors import BadRequest
from heard.replies.length import has_url
from heard.replies.lint import lint
from heard.reviews import Channel, ReviewEvent, Stage

if TYPE_CHECKING:
    from heard.policy import Policy
    from heard.replies.length import Unit

MAX_CHARACTERS: Final = 280
"""Characters that no acknowledgement exceeds: what the narrowest platform (X) takes."""

NAME_CHARACTERS: Final = 60
SUBJECT_CHARACTERS: Final = 40

NAMES: Final = frozenset(
    {"about", "business", "language", "rating", "signature", "stage", "subject", "topic"}
)
"""What a template may ask for. `business` and `signature` are the business's.

`topic` what the review is about and `subject` what is reviewed, a product or a place; `about` the
one of them that is known, or the stars, with the words that lead to it, to stand after "your
review" or "your message"; `rating` 1 to 5; `language` ISO 639-1; `stage` `onstage` or `offstage`.
"""

_DETAILS: Final = ("about", "subject", "topic")
_MAX_CASES: Final = 2_000
_INVISIBLE: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
_SIGNATURE: Final = "{% if signature %} {{ signature }}{% endif %}"
_FORMALITY_CHOICE: Final = re.compile(r"\[([^|\]]*)\|([^|\]]*)\]")
_ALIASES: Final = {"nb": "no", "nn": "no"}


@dataclass(frozen=True, slots=True)
class Variant:
    """One wording: a template for one kind in one language.

    The playbook's are named `1`, `2`, `3`.
    """

    name: str
    kind: AcknowledgementKind
    language: str
    template: str

    @property
    def id(self) -> str:
        """`en-praise-2`: what is logged and compared."""
        return f"{self.language}-{self.kind}-{self.name}"


@dataclass(frozen=True, slots=True)
class Detail:
    """What an acknowledgement can name; an empty text is not known.

    `topic` is the assessment's word, said in each variant's language.
    """

    business: str
    signature: str = ""
    topic: str = ""
    subject: str = ""
    rating: int | None = None
    stage: Stage = Stage.ONSTAGE


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """An automatic first answer.

    `variant` is the id of its wording, so that wordings can be compared (R27).
    """

    text: str
    variant: str


def choose_acknowledgement(
    event: ReviewEvent,
    assessment: Assessment,
    policy: Policy,
    business: str,
    seed: str,
    *,
    channel: Channel,
    person_follows: bool = False,
    preferred_names: Collection[str] = (),
    avoid: Sequence[str] = (),
    limit: int | None = None,
    unit: Unit = "characters",
) -> Acknowledgement | None:
    """The automatic first answer to a review.

    None when no wording fits, so that a person must answer.

    It speaks the review's language, else the policy's fallback. The same `seed`, for example the
    review's id, always gets the same wording, one of the business's own `named` if that can be, but
    for those in `avoid`: what its author and its page saw last, the more important first. As the
    playbook has three wordings for everything, neither of two is repeated. `person_follows` says
    that a person will read the review: set it only where a follow-up is really opened (the route
    `both`). `limit` is the platform's, in `unit`.
    """
    kind = acknowledgement_kind(assessment, channel, person_follows=person_follows)
    own = own_variants(policy)
    kind_variants = [variant for variant in own if variant.kind == kind]
    language = _choose_language(
        assessment.language,
        policy.voice.fallback_language,
        {variant.language for variant in kind_variants},
    )
    candidates = [variant for variant in kind_variants if variant.language == language]
    preferred = [variant for variant in candidates if variant.name in preferred_names]
    others = [variant for variant in candidates if variant.name not in preferred_names]
    # Where only the business has words in a language, the playbook's in the next one are better
    # than nothing, or the same again.
    playbook_language = (
        language
        if language in LANGUAGES
        else _choose_language(None, policy.voice.fallback_language, ())
    )
    pools = (
        preferred,
        others,
        playbook_variants(
            kind, playbook_language, policy.voice.formality.get(playbook_language, "formal")
        ),
    )
    detail = Detail(
        business=_one_line(policy.voice.name or business, NAME_CHARACTERS),
        signature=_one_line(policy.voice.signature or "", NAME_CHARACTERS),
        topic=next((topic for topic in assessment.topics if topic in wordings("en").topics), ""),
        subject=_subject(event, channel),
        rating=event.rating if event.rating is not None and 1 <= event.rating <= 5 else None,
        stage=channel.stage,
    )
    for variant in _rank(pools, seed, _with_same_template(own, avoid)):
        result = render(variant, detail, limit=limit, unit=unit)
        if result is not None:
            return result
    return None


def acknowledgement_kind(
    assessment: Assessment, channel: Channel, *, person_follows: bool = False
) -> AcknowledgementKind:
    """What kind of acknowledgement an assessed review gets."""
    if person_follows:
        return "person"
    if assessment.severity is Severity.PRAISE:
        return "recovered" if Flag.RECOVERED in assessment.flags else "praise"
    if channel.stage is Stage.OFFSTAGE:
        return "private"
    return "thanks" if assessment.severity is Severity.LOW else "complaint"


def own_variants(policy: Policy) -> tuple[Variant, ...]:
    """A business's own wordings: one for each name, kind and language."""
    return tuple(
        Variant(written.name, kind, language, template)
        for written in policy.acknowledgements.variants
        for kind in KINDS
        if kind in written.kinds
        for language, template in written.languages.items()
    )


@cache
def playbook_variants(
    kind: AcknowledgementKind, language: str, formality: str = "formal"
) -> tuple[Variant, ...]:
    """The playbook's wordings, three if it knows the language.

    `formality` (`formal`, `informal`) says how customers are addressed.
    """
    if language not in LANGUAGES:
        return ()
    choice = r"\2" if formality == "informal" else r"\1"
    return tuple(
        Variant(str(number), kind, language, _FORMALITY_CHOICE.sub(choice, text) + _SIGNATURE)
        for number, text in enumerate(wordings(language).templates[kind], start=1)
    )


def choose(variants: Sequence[Variant], seed: str, avoid: Sequence[str] = ()) -> Variant:
    """The variant that `seed` gets: always the same, and of all seeds each gets an equal share.

    Those whose id is in `avoid` are passed over; when all are, the one that stands last there is
    taken. A variant that is added or taken away moves no seed between the others. `variants` must
    not be empty.
    """
    return _rank((variants,), seed, avoid)[0]


def render(
    variant: Variant, detail: Detail, *, limit: int | None = None, unit: Unit = "characters"
) -> Acknowledgement | None:
    """What a variant says.

    Without the subject or any detail where it would be too long or our own lint holds it back (R10,
    R12).

    None if even that does not help: nothing is cut. The text has at most `LIMIT` characters, and
    `limit` of the platform's `unit`. Nor does a template say anything that was published when
    templates could say more.
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
    for text in dict.fromkeys(_render_text(template, values) for values in attempts):
        if len(text) <= MAX_CHARACTERS:
            findings = lint(text, public=detail.stage is Stage.ONSTAGE, limit=limit, unit=unit)
            if not any(finding.severity == "block" for finding in findings):
                return Acknowledgement(text, variant.id)
    return None


def check_template(text: str, language: str, kinds: Collection[str] = ()) -> tuple[str, ...]:
    """What is wrong with a business's own wording in `language` for these kinds.

    Each says how to mend it. Nothing if it is good. Total.

    It is tried with every name known and unknown, so that what only some reviews would get is found
    as well.
    """
    if hidden := sorted(
        {
            sign
            for sign in text
            if sign in _INVISIBLE
            or (unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\t")
        }
    ):
        return (
            f"It holds an invisible character (U+{ord(hidden[0]):04X}). Write it again by hand; "
            "something was pasted.",
        )
    try:
        cases = _possible_texts(parse(text, NAMES), language)
    except BadRequest as refused:
        return (refused.detail,)
    problems: dict[str, None] = {}
    for values, said in cases:
        problems |= dict.fromkeys(_text_problems(said, language, kinds))
        if len(said) > MAX_CHARACTERS and not any(values[name] for name in _DETAILS):
            problems[
                f"It can have more than {MAX_CHARACTERS} characters, even without the review's detail "
                "(R04). Shorten it."
            ] = None
        if "{" in said or "}" in said:
            problems[
                "It shows curly brackets. Write names as {{ name }}, or take the brackets out."
            ] = None
    return tuple(problems)


def _choose_language(language: str | None, fallback: str, own: Collection[str]) -> str:
    """The first of the review's language, the business's fallback and English that there are words
    in.
    """
    preferences = [_ALIASES.get(each, each) for each in (language, fallback) if each]
    return next((each for each in preferences if each in LANGUAGES or each in own), "en")


def _subject(event: ReviewEvent, channel: Channel) -> str:
    """What is reviewed, if it may be said in the business's name.

    Only where the platform or the business chose the words: the subject of a message or a topic is
    its author's, who could have us say anything to anyone. Addresses, telephone numbers and codes
    are left out.
    """
    if event.subject is None or channel not in {
        Channel.REVIEW_SITE,
        Channel.APP_STORE,
        Channel.SURVEY,
    }:
        return ""
    subject = _one_line(event.subject, SUBJECT_CHARACTERS)
    letters, digits = (
        sum(sign.isalpha() for sign in subject),
        sum(sign.isdigit() for sign in subject),
    )
    code = letters < 2 or digits > min(6, letters) or (digits and " " not in subject)
    if (
        code
        or re.search(r"[@/\\<>{}\[\]]|\bwww\.|\.[a-z]{2,6}\b", subject, re.IGNORECASE)
        or has_url(subject)
    ):
        return ""
    return subject


def _one_line(text: str, max_characters: int) -> str:
    """A text on one line without invisible characters, shortened to `most` with an ellipsis, where
    it can be after a word.
    """
    visible = "".join(
        " " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign
        for sign in text[: max_characters * 4]
        if sign not in _INVISIBLE
    )
    line = " ".join(visible.encode("utf-8", "ignore").decode().split())
    if len(line) <= max_characters:
        return line
    prefix = line[: max_characters - 1]
    words = prefix.rpartition(" ")[0]
    return (words if len(words) > max_characters // 2 else prefix.rstrip()) + "…"


def _with_same_template(own: Sequence[Variant], ids: Sequence[str]) -> list[str]:
    """The ids, each with those of a business's wordings that say the same.

    One template may serve several kinds.
    """
    templates = {variant.id: variant.template for variant in own}
    same = [
        [
            id,
            *(
                other
                for other, text in templates.items()
                if text == templates.get(id) and other != id
            ),
        ]
        for id in ids
    ]
    return [id for ids_alike in same for id in ids_alike]


def _rank(pools: Sequence[Sequence[Variant]], seed: str, avoid: Sequence[str]) -> list[Variant]:
    """All variants, best first: those not to be avoided, by pool and then by hash.

    Then those that matter least.
    """

    def sort_key(entry: tuple[int, Variant]) -> tuple[int, int, bytes]:
        pool, variant = entry
        urgency = len(avoid) - avoid.index(variant.id) if variant.id in avoid else 0
        return (
            urgency,
            pool,
            hashlib.sha256(f"{seed}\x1f{variant.id}".encode("utf-8", "surrogatepass")).digest(),
        )

    entries = [(number, variant) for number, pool in enumerate(pools) for variant in pool]
    return [variant for _, variant in sorted(entries, key=sort_key)]


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
        reviewed = words.product_reviewed if kind in {"thanks", "complaint"} else words.product
        return reviewed.format(product=detail.subject)
    # One star is not repeated to whoever gave it; and most languages have a plural for the others.
    return words.rating.format(rating=detail.rating) if detail.rating and detail.rating >= 2 else ""


def _render_text(template: Template, values: Mapping[str, Value]) -> str:
    """The text with single blanks and at most one empty line.

    What a name left empty leaves no hole.
    """
    lines = [" ".join(line.split()) for line in template.render(values).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _possible_texts(template: Template, language: str) -> list[tuple[dict[str, Value], str]]:
    """Every way a template can come out, with the values that it then has.

    Raises BadRequest when there are too many.
    """
    words = wordings(language) if language in LANGUAGES else None
    texts = [
        constant for constant in sorted(template.constants, key=str) if isinstance(constant, str)
    ]
    long = ("Acme " * NAME_CHARACTERS)[:NAME_CHARACTERS].strip()
    possible_values: dict[str, list[Value]] = {
        "about": [
            "",
            words.topic.format(topic=max(words.topics.values(), key=len)) if words else "",
        ],
        "business": [long],
        "language": [language],
        "rating": ["", 1, 2, 3, 4, 5],
        "signature": ["", long],
        "stage": [stage.value for stage in Stage],
        "subject": ["", ("Blue Lamp " * SUBJECT_CHARACTERS)[:SUBJECT_CHARACTERS].strip(), *texts],
        "topic": ["", *(sorted(words.topics.values(), key=len)[-1:] if words else []), *texts],
    }
    tested_values = {
        name: dict.fromkeys(values if name in template.names else values[:1])
        for name, values in possible_values.items()
    }
    count = 1
    for values in tested_values.values():
        count *= len(values)
    if count > _MAX_CASES:
        raise BadRequest(
            "It tells too many cases apart to try them all. Write several variants, each for fewer."
        )
    outcomes: dict[tuple[str, bool], dict[str, Value]] = {}
    for combination in itertools.product(*tested_values.values()):
        values = dict(zip(tested_values, combination, strict=True))
        # The same text needs no second look, unless it came about without the details that can be
        # left out.
        outcomes.setdefault(
            (_render_text(template, values), any(values[name] for name in _DETAILS)), values
        )
    return [(values, said) for (said, _), values in outcomes.items()]


_FORBIDDEN: Final = {
    "promises": (
        "It promises something ({words}), and nobody may keep it (R03).",
        "Say only that it was received.",
    ),
    "admissions": (
        "It says who is right or to blame ({words}), before anybody looked (R03).",
        "Say what was heard, not whose fault it is.",
    ),
    "readers": (
        "It says that a person reads or acts ({words}), and none may (R11).",
        "Take it out, or keep it for the kind person alone.",
    ),
    "human": (
        "It sounds as if a person wrote it ({words}), and none did (R11).",
        "Speak as the business, and say that it is automatic.",
    ),
}


def _text_problems(text: str, language: str, kinds: Collection[str]) -> Iterator[str]:
    """What is wrong with one way that a template came out."""
    matched_text = considered(text)
    words = tokens(matched_text)
    hits = _lexicon(language).find(matched_text, words)
    if not any(hit.code == "automatic" and not hit.negated for hit in hits):
        yield f"It does not always say that it is automatic (R11). Add for example {_example(language)}."
    for code, (problem, fix) in _FORBIDDEN.items():
        if code == "readers" and set(kinds) == {"person"}:
            continue
        if quote := next((hit.words for hit in hits if hit.code == code), None):
            yield f"{problem.format(words=f'“{quote}”')} {fix}"
    for finding in lint(text, public=True, limit=None):
        yield f"{finding.explanation} ({finding.rule})"


@cache
def _lexicon(language: str) -> Lexicon:
    """What to look for in a language.

    In one that we do not speak, only that it says in some language that it is automatic.
    """
    if language not in LANGUAGES:
        phrases = [phrase for code in sorted(LANGUAGES) for phrase in wordings(code).automatic]
        return Lexicon(language, {"automatic": phrases})
    words = wordings(language)
    return Lexicon(language, {"automatic": words.automatic, **words.exclusions})


def _example(language: str) -> str:
    words = wordings(language if language in LANGUAGES else "en")
    matches = (re.search(r"[(（][^()（）]+[)）]$", text) for text in words.templates["thanks"])
    return next(match[0] for match in matches if match)
