"""Automatic first answers.

Honest, short, in the customer's language, and never the same twice in a row.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.acknowledgements.compose import (
    ReviewToAcknowledge,
    WordingPreferences,
    acknowledgement_kind,
    choose_acknowledgement,
)
from heard.acknowledgements.rendering import MAX_CHARACTERS, Acknowledgement, Detail, render
from heard.acknowledgements.template_check import check_template
from heard.acknowledgements.variants import Variant, choose_variant, playbook_variants
from heard.acknowledgements.wordings import (
    FORMALITIES,
    KINDS,
    LANGUAGES,
    AcknowledgementKind,
    wordings,
)
from heard.assessment import Agenda, Assessment, Flag, Severity
from heard.policy import Policy, default_policy, load_policy
from heard.replies.length import text_length
from heard.replies.lint import lint
from heard.reviews import Author, Channel, EventKind, ReviewEvent, Stage

# Written here once more: what a customer must be able to read in each answer.
AUTOMATIC = {
    "af": "outomaties",
    "ar": "آلي",
    "cs": "automatick",
    "da": "automatisk",
    "de": "automatisch",
    "el": "αυτόματη",
    "en": "automatic",
    "es": "automática",
    "fi": "automaatti",
    "fr": "automatique",
    "hi": "स्वचालित",
    "hu": "automatikus",
    "id": "otomatis",
    "it": "automatica",
    "ja": "自動",
    "ko": "자동",
    "nl": "automatisch",
    "no": "automatisk",
    "pl": "automatyczn",
    "pt": "automática",
    "ro": "automat",
    "ru": "автоматический",
    "sv": "automatisk",
    "tr": "otomatik",
    "uk": "автоматична",
    "zh": "自动",
}
DETAILS = {
    "topic": Detail("Hotel Sol", topic="delivery"),
    "subject": Detail("Hotel Sol", subject="Blue Lamp"),
    "rating": Detail("Hotel Sol", rating=4),
    "nothing": Detail("Hotel Sol"),
}
ADDRESSED = [(language, "formal") for language in sorted(LANGUAGES)] + [
    (language, "informal") for language in sorted(FORMALITIES)
]


def review(**fields: Any) -> ReviewEvent:
    return ReviewEvent(
        EventKind.CREATED, "1", "1", "000000000001", Author("a", "Eve Adams"), **fields
    )


def assessed(
    severity: Severity = Severity.LOW,
    *topics: str,
    language: str | None = "en",
    flags: tuple[Flag, ...] = (),
) -> Assessment:
    return Assessment(severity, Agenda.AUDIENCE, None, language, topics, flags, (), "test")


def said(
    event: ReviewEvent,
    assessment: Assessment,
    seed: str = "rev_1",
    policy: Policy | None = None,
    *,
    channel: Channel = Channel.REVIEW_SITE,
    person_follows: bool = False,
    preferred_names: Collection[str] = (),
    avoid: Sequence[str] = (),
    **limits: Any,
) -> Acknowledgement:
    acknowledgement = choose_acknowledgement(
        ReviewToAcknowledge(event, assessment, channel, "Hotel Sol", person_follows),
        policy or default_policy(),
        WordingPreferences(seed, preferred_names, avoid),
        **limits,
    )
    assert acknowledgement is not None
    return acknowledgement


def with_variants(*variants: dict[str, Any]) -> Policy:
    return load_policy({"acknowledgements": {"variants": [*variants]} if variants else {}})


@pytest.mark.parametrize(("language", "formality"), ADDRESSED)
def test_every_wording_is_automatic_names_what_was_heard_and_passes_what_businesses_must(
    language: str, formality: str
) -> None:
    for kind in KINDS:
        variants = playbook_variants(kind, language, formality)
        texts = set[str]()
        for variant in variants:
            assert check_template(variant.template, language, [kind]) == ()
            for carries, detail in DETAILS.items():
                answer = render(variant, detail)
                assert answer is not None
                topic = wordings(language).topics["delivery"]
                carried = {
                    "topic": topic,
                    "subject": "Blue Lamp",
                    "rating": "4",
                    "nothing": "Hotel Sol",
                }
                assert AUTOMATIC[language] in answer.text.casefold()
                assert "Hotel Sol" in answer.text
                assert carried[carries] in answer.text
                assert not any(
                    stray in answer.text for stray in ("{", "}", "[", "|", "  ", " ,", " .", "\n")
                )
                texts.add(answer.text)
        assert len(texts) == 3 * len(DETAILS)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_wording_fits_the_narrowest_platform_whatever_the_business_is_called(
    language: str,
) -> None:
    wide = "店" if language in {"ja", "zh", "ko"} else "Ж"
    for kind in KINDS:
        for variant in playbook_variants(kind, language):
            assert render(
                variant,
                Detail(wide * 60, topic="delivery", subject="傘" * 40),
                limit=MAX_CHARACTERS,
                unit="weighted",
            )


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_only_where_a_person_follows_does_it_say_that_one_reads(language: str) -> None:
    for kind in KINDS:
        for variant in playbook_variants(kind, language):
            of_praise = check_template(variant.template, language, ["praise"])
            assert any("a person reads" in problem for problem in of_praise) == (kind == "person")


def test_kinds_follow_from_what_was_said_and_where() -> None:
    public, private = Channel.REVIEW_SITE, Channel.EMAIL
    assert acknowledgement_kind(assessed(Severity.PRAISE), public) == "praise"
    assert (
        acknowledgement_kind(assessed(Severity.PRAISE, flags=(Flag.RECOVERED,)), private)
        == "recovered"
    )
    assert acknowledgement_kind(assessed(Severity.LOW), public) == "thanks"
    assert acknowledgement_kind(assessed(Severity.MEDIUM), public) == "complaint"
    assert acknowledgement_kind(assessed(Severity.MEDIUM), private) == "private"
    assert acknowledgement_kind(assessed(Severity.HIGH), private, person_follows=True) == "person"


events = st.builds(
    review,
    rating=st.none() | st.integers(-1, 9),
    subject=st.none()
    | st.text(max_size=80)
    | st.sampled_from(["Blue Lamp", "Café Zürich", "傘", "4111 1111 1111 1111"]),
    title=st.text(max_size=30),
    text=st.text(max_size=100),
)
assessments = st.builds(
    assessed,
    st.sampled_from(Severity),
    st.sampled_from(["delivery", "wait", "room", "unheard-of"]),
    language=st.none() | st.sampled_from([*sorted(LANGUAGES), "nb", "sw", "xx", ""]),
    flags=st.sampled_from([(), (Flag.RECOVERED,)]),
)


@settings(max_examples=300)
@given(
    events,
    assessments,
    st.text(st.characters(exclude_characters="{}"), max_size=90),
    st.sampled_from(Channel),
    st.booleans(),
    st.text(max_size=20),
    st.sampled_from(["characters", "weighted", "graphemes"]),
)
def test_whatever_comes_the_answer_is_short_automatic_clean_and_repeats_no_customer(
    event: ReviewEvent,
    assessment: Assessment,
    business: str,
    channel: Channel,
    person_follows: bool,
    seed: str,
    unit: Any,
) -> None:
    limits: dict[str, Any] = {"limit": MAX_CHARACTERS, "unit": unit}
    how: dict[str, Any] = {"channel": channel, "person_follows": person_follows, **limits}
    answer = choose_acknowledgement(
        ReviewToAcknowledge(event, assessment, channel, business, person_follows),
        default_policy(),
        WordingPreferences(seed),
        **limits,
    )
    if answer is None:
        # Only a business's own name can be at fault: with a plain one there is always something to
        # say.
        answer = said(event, assessment, seed, **how)
    language = answer.variant.partition("-")[0]
    assert len(answer.text) <= MAX_CHARACTERS
    assert text_length(answer.text, unit) <= MAX_CHARACTERS
    assert AUTOMATIC[language] in answer.text.casefold()
    assert "{" not in answer.text
    assert "\n" not in answer.text
    assert not [
        finding
        for finding in lint(
            answer.text, public=channel.stage is Stage.ONSTAGE, limit=MAX_CHARACTERS
        )
        if finding.severity == "block"
    ]
    # The author's words and name change nothing.
    other = replace(event, text="Others", title="words", author=Author("b", "Zoë"))
    assert said(other, assessment, seed, **how) == said(event, assessment, seed, **how)


@pytest.mark.parametrize(
    "subject",
    [
        "Win at www.spam.example",
        "mail a@b.example",
        "cheap-pills.com",
        "{business}",
        "Call 0900 123 456",
        "SKU4711",
        "5f2b9c1d",
        "<b>x</b>",
    ],
)
def test_a_subject_that_could_lead_somewhere_is_not_repeated_in_our_name(subject: str) -> None:
    assert subject not in said(review(subject=subject), assessed()).text


@pytest.mark.parametrize(
    "channel", [Channel.FORUM, Channel.SOCIAL, Channel.MESSAGING, Channel.EMAIL, Channel.PHONE]
)
def test_a_subject_that_its_author_wrote_is_not_repeated(channel: Channel) -> None:
    assert "Blue Lamp" not in said(review(subject="Blue Lamp"), assessed(), channel=channel).text
    assert "Blue Lamp" in said(review(subject="Blue Lamp"), assessed()).text


def test_a_long_subject_is_shortened_after_a_word() -> None:
    assert (
        "“Ergonomic Office Chair with Lumbar…”"
        in said(
            review(subject="Ergonomic Office Chair with Lumbar Support in Grey"), assessed()
        ).text
    )


@pytest.mark.parametrize(
    ("language", "spoken"), [("nb", "no"), ("de", "de"), ("sw", "fr"), ("xx", "fr"), (None, "fr")]
)
def test_it_speaks_the_reviews_language_or_the_businesss(language: str | None, spoken: str) -> None:
    policy = load_policy({"voice": {"fallback_language": "fr"}})
    assert said(review(), assessed(language=language), policy=policy).variant.startswith(
        f"{spoken}-"
    )


def test_a_fallback_that_we_do_not_speak_is_english() -> None:
    assert said(
        review(),
        assessed(language=None),
        policy=load_policy({"voice": {"fallback_language": "sw"}}),
    ).variant.startswith("en-")


def test_the_voice_names_addresses_and_signs() -> None:
    policy = load_policy(
        {"voice": {"name": "Team Sol", "signature": "— Sol", "formality": {"de": "informal"}}}
    )
    text = said(review(), assessed(language="de"), policy=policy).text
    assert "Team Sol" in text
    assert text.endswith("— Sol")
    assert "deine" in text.casefold()
    assert "deine" not in said(review(), assessed(language="de")).text.casefold()


WARM = {
    "name": "warm",
    "kinds": ["praise", "thanks"],
    "languages": {"en": "Warm thanks{{ about }}! (Automatic reply, {{ business }})"},
}
SHORT = {"name": "short", "kinds": ["praise"], "languages": {"en": "Thanks! (automatic)"}}


def test_a_business_speaks_in_its_own_words_where_it_has_some_and_in_those_a_rule_names() -> None:
    policy = with_variants(WARM, SHORT)
    seeds = [f"rev_{number}" for number in range(40)]
    praise, thanks, complaint = (
        assessed(severity, "food") for severity in (Severity.PRAISE, Severity.LOW, Severity.MEDIUM)
    )
    assert {said(review(), praise, seed, policy).variant for seed in seeds} == {
        "en-praise-warm",
        "en-praise-short",
    }
    assert {
        said(review(), praise, seed, policy, preferred_names=("short",)).variant for seed in seeds
    } == {"en-praise-short"}
    assert (
        said(review(), thanks, policy=policy).text
        == "Warm thanks about the food! (Automatic reply, Hotel Sol)"
    )
    assert {said(review(), complaint, seed, policy).variant for seed in seeds} == {
        f"en-complaint-{number}" for number in (1, 2, 3)
    }
    # What must not be repeated gives way to the other own words, then to the playbook's.
    avoid = ("en-praise-short", "en-praise-warm")
    assert (
        said(review(), praise, "s", policy, preferred_names=("short",), avoid=avoid[:1]).variant
        == "en-praise-warm"
    )
    assert said(
        review(), praise, "s", policy, preferred_names=("short",), avoid=avoid
    ).variant.startswith("en-praise-")
    assert (
        said(review(), praise, "s", policy, preferred_names=("short",), avoid=avoid).variant
        not in avoid
    )


def test_where_only_the_business_has_words_the_playbook_falls_back_before_it_repeats() -> None:
    swahili = {
        "name": "karibu",
        "kinds": ["praise"],
        "languages": {"sw": "Asante{{ topic }}! (automatic)"},
    }
    policy = load_policy(
        {"acknowledgements": {"variants": [swahili]}, "voice": {"fallback_language": "fr"}}
    )
    praise = assessed(Severity.PRAISE, "food", language="sw")
    assert said(review(), praise, policy=policy).text == "Asante! (automatic)"
    again = said(review(), praise, policy=policy, avoid=("sw-praise-karibu",))
    assert again.variant.startswith("fr-praise-")
    assert "la cuisine" in again.text


def test_own_words_that_do_not_fit_a_platform_give_way_to_those_that_do() -> None:
    long = {"name": "long", "kinds": ["thanks"], "languages": {"ja": "あ" * 200 + "（自動返信）"}}
    policy = with_variants(long)
    assert said(review(), assessed(language="ja"), policy=policy).variant == "ja-thanks-long"
    assert (
        said(review(), assessed(language="ja"), policy=policy, limit=280, unit="weighted").variant
        != "ja-thanks-long"
    )
    assert (
        choose_acknowledgement(
            ReviewToAcknowledge(review(), assessed(), Channel.SOCIAL, "Sol"),
            default_policy(),
            WordingPreferences("s"),
            limit=20,
        )
        is None
    )


def test_the_detail_is_left_out_where_it_would_be_too_long_and_nothing_is_cut() -> None:
    variant = Variant(
        "own",
        "thanks",
        "en",
        "{{ subject or 'All' }}{{ about }} " + "x" * 230 + " {{ business }} (automatic)",
    )
    answer = render(
        variant, Detail("Sol", topic="delivery", subject="Blue Lamp in the big room of the hotel")
    )
    assert answer is not None
    assert answer.text.startswith("All about the delivery xxx")
    branched = Variant(
        "own",
        "thanks",
        "en",
        "{% if rating >= 4 %}Fine{% else %}Poor{% endif %}{{ about }} "
        + "x" * 250
        + " (automatic)",
    )
    shorter = render(branched, Detail("Sol", topic="delivery", rating=5))
    assert shorter is not None
    assert shorter.text.startswith("Fine xxx")


def test_a_stored_template_that_cannot_be_read_any_more_gives_way() -> None:
    assert (
        render(Variant("own", "thanks", "en", "{{ gone }} (automatic)"), DETAILS["topic"]) is None
    )


@given(
    st.lists(st.text(max_size=5), min_size=1, max_size=6, unique=True),
    st.text(max_size=10),
    st.lists(st.integers(0, 7), max_size=8),
)
def test_choosing_is_the_same_every_time_and_passes_over_what_was_seen(
    names: list[str], seed: str, seen: list[int]
) -> None:
    variants = [Variant(name, "praise", "en", "x") for name in names]
    avoid = [variants[number % len(variants)].id for number in seen]
    chosen = choose_variant(variants, seed, avoid)
    assert chosen == choose_variant(variants[::-1], seed, avoid)
    if set(avoid) >= {variant.id for variant in variants}:
        assert all(variant.id in avoid[: avoid.index(chosen.id) + 1] for variant in variants)
    else:
        assert chosen.id not in avoid
        # Taking another one away moves nobody.
        rest = [variant for variant in variants if variant is chosen or variant.id in avoid]
        assert choose_variant(rest, seed, avoid) == chosen


def test_each_variant_gets_its_share() -> None:
    shares = Counter(said(review(), assessed(), f"rev_{number}").variant for number in range(1_500))
    assert len(shares) == 3
    assert all(420 < share < 580 for share in shares.values())


@pytest.mark.parametrize("own", [0, 1, 2])
@pytest.mark.parametrize("language", ["en", "pl", "ja"])
def test_no_author_and_no_page_sees_a_text_twice_in_a_row(language: str, own: int) -> None:
    texts = [f"{word} (自動 automatic automatyczna)" for word in ("Uno", "Due")][:own]
    policy = with_variants(
        *(
            {"name": f"own{number}", "kinds": [*KINDS], "languages": {language: text}}
            for number, text in enumerate(texts)
        )
    )
    chance = random.Random(own)
    authors, pages = dict[int, Acknowledgement](), dict[int, Acknowledgement]()
    for number in range(300):
        author, page = chance.randrange(4), chance.randrange(3)
        judged = assessed(chance.choice(list(Severity)), language=language)
        last = [seen[key] for seen, key in ((authors, author), (pages, page)) if key in seen]
        how: dict[str, Any] = {
            "channel": chance.choice([Channel.REVIEW_SITE, Channel.EMAIL]),
            "person_follows": chance.random() < 0.3,
        }
        answer = said(
            review(), judged, f"rev_{number}", policy, avoid=[each.variant for each in last], **how
        )
        assert all(answer.text != each.text for each in last)
        authors[author] = pages[page] = answer


@pytest.mark.parametrize(
    ("template", "language", "kinds", "complaint"),
    [
        ("Thank you!", "en", ["praise"], "automatic (R11)"),
        (
            "Thank you{% if rating == 5 %} (automatic reply){% endif %}",
            "en",
            ["praise"],
            "automatic (R11)",
        ),
        ("This is not an automatic reply.", "en", ["praise"], "automatic (R11)"),
        ("Danke! (automatic reply)", "de", ["praise"], "(Automatische Antwort)"),
        ("Asante sana!", "sw", ["praise"], "automatic (R11)"),
        ("We will call you. (Automatic reply)", "en", ["complaint"], "promises"),
        ("We'll fix it. (Automatic reply)", "en", ["complaint"], "promises"),
        (
            "Nous vous répondrons sous 24 heures. (Réponse automatique)",
            "fr",
            ["complaint"],
            "promises",
        ),
        ("Wir melden uns umgehend. (Automatische Antwort)", "de", ["complaint"], "promises"),
        ("ご連絡いたします。（自動返信）", "ja", ["complaint"], "promises"),
        (
            "{% if rating == 1 %}It was our fault.{% endif %} (Automatic reply)",
            "en",
            ["complaint"],
            "to blame",
        ),
        ("Lo sentimos, fue nuestro error. (Respuesta automática)", "es", ["complaint"], "to blame"),
        ("Someone is on it. (Automatic reply)", "en", ["complaint", "person"], "a person reads"),
        ("I am so happy! (Automatic reply)", "en", ["praise"], "as if a person wrote it"),
        ("Ich freue mich! (Automatische Antwort)", "de", ["praise"], "as if a person wrote it"),
        ("x" * 270 + " (Automatic reply)", "en", ["thanks"], "280 characters"),
        (
            "{{ business }} {{ business }} {{ business }} {{ business }} {{ business }} "
            "(Automatic reply)",
            "en",
            ["thanks"],
            "280 characters",
        ),
        ("A voucher if you change your review! (Automatic reply)", "en", ["thanks"], "reward"),
        (
            "You should have read the manual. (Automatic reply)",
            "en",
            ["thanks"],
            "blames the customer",
        ),
        ("{% if topic %}Thanks (automatic){% endif %}", "en", ["thanks"], "nothing to read"),
        ("{{ '{' }} (Automatic reply)", "en", ["thanks"], "curly"),
        ("Thanks \u202e(Automatic reply)", "en", ["thanks"], "U+202E"),
        ("{{ author }} (Automatic reply)", "en", ["thanks"], "author is not known"),
        ("{{ ''.__class__ }}", "en", ["thanks"], "cannot be understood"),
    ],
)
def test_a_wording_that_is_not_fit_is_refused_with_what_to_do(
    template: str, language: str, kinds: list[AcknowledgementKind], complaint: str
) -> None:
    problems = check_template(template, language, kinds)
    assert any(complaint in problem for problem in problems), problems
    assert all(problem.endswith((".", "?", ")")) for problem in problems)


@pytest.mark.parametrize(
    ("template", "language", "kinds"),
    [
        (
            "Thank you for {{ topic or subject or 'your visit' }}. (Automatic reply by {{ "
            "business }})",
            "en",
            ["praise", "thanks"],
        ),
        (
            "{% if rating >= 4 %}Lovely{% elif stage == 'offstage' %}Noted{% else %}Thanks{% "
            "endif %}! (automatic)",
            "en",
            ["thanks"],
        ),
        ("A person at {{ business }} will read your message. (Automatic reply)", "en", ["person"]),
        ("Asante sana! (Automatic reply)", "sw", ["praise"]),
        ("Danke{{ about }}!\n\n{{ signature }}\nAutomatische Antwort", "de", ["private"]),
    ],
)
def test_a_wording_that_is_fit_passes(
    template: str, language: str, kinds: list[AcknowledgementKind]
) -> None:
    assert check_template(template, language, kinds) == ()


@settings(max_examples=200)
@given(
    st.text(max_size=80)
    | st.lists(
        st.sampled_from(
            [
                "{{ topic }}",
                "{% if rating > 2 %}",
                "{% else %}",
                "{% endif %}",
                "automatic",
                "we will",
                "{{",
                "I",
                "\n",
            ]
        ),
        max_size=9,
    ).map(" ".join),
    st.sampled_from(["en", "ja", "ko", "sw", ""]),
)
def test_any_template_is_checked_without_exceptions_and_what_passes_is_always_fit(
    template: str, language: str
) -> None:
    if check_template(template, language, ["thanks"]) == ():
        for detail in DETAILS.values():
            answer = render(Variant("own", "thanks", language, template), detail)
            assert answer is not None
            assert len(answer.text) <= MAX_CHARACTERS


def test_telling_more_cases_apart_than_can_be_tried_is_refused() -> None:
    many = "".join(
        f"{{% if subject == '{number}' or topic == '{number}' %}}x{{% endif %}}"
        for number in range(28)
    )
    assert check_template(f"{many}{{{{ rating }}}} {{{{ stage }}}} (automatic)", "en") == (
        "It has too many cases to check them all. Write several variants with fewer cases each.",
    )
