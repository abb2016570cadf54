"""Automatic first replies.

They are honest and short, in the customer's language, and never the same twice in a row.
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
from heard.acknowledgements.variants import Variant, playbook_variants, rank_variants
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
from heard.replies.lint import ReplyContext, lint
from heard.reviews import Author, Channel, EventKind, ReviewEvent, Stage

# The word for `automatic` that a customer must be able to read in each acknowledgement.
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
LANGUAGE_FORMALITIES = [(language, "formal") for language in sorted(LANGUAGES)] + [
    (language, "informal") for language in sorted(FORMALITIES)
]


def review(**fields: Any) -> ReviewEvent:
    return ReviewEvent(
        EventKind.CREATED, "1", "1", "000000000001", Author("a", "Eve Adams"), **fields
    )


def make_assessment(
    severity: Severity = Severity.LOW,
    *topics: str,
    language: str | None = "en",
    flags: tuple[Flag, ...] = (),
    kind_words: bool | None = None,
) -> Assessment:
    """An assessment; praise has kind words for its topics unless `kind_words` is False."""
    is_kind = severity is Severity.PRAISE if kind_words is None else kind_words
    return Assessment(
        severity,
        Agenda.AUDIENCE,
        None,
        language,
        topics,
        flags,
        (),
        "test",
        kind_words=is_kind,
        praised_topics=topics if is_kind else (),
    )


def acknowledge(
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


@pytest.mark.parametrize(("language", "formality"), LANGUAGE_FORMALITIES)
def test_every_wording_says_that_it_is_automatic_names_the_detail_and_passes_the_template_check(
    language: str, formality: str
) -> None:
    for kind in KINDS:
        variants = playbook_variants(kind, language, formality)
        texts = set[str]()
        for variant in variants:
            assert check_template(variant.template, language, [kind]) == ()
            for detail_name, detail in DETAILS.items():
                acknowledgement = render(variant, detail)
                assert acknowledgement is not None
                topic = wordings(language).topics["delivery"]
                expected_text = {
                    "topic": topic,
                    "subject": "Blue Lamp",
                    "rating": "4",
                    "nothing": "Hotel Sol",
                }
                assert AUTOMATIC[language] in acknowledgement.text.casefold()
                assert "Hotel Sol" in acknowledgement.text
                assert expected_text[detail_name] in acknowledgement.text
                assert not any(
                    leftover in acknowledgement.text
                    for leftover in ("{", "}", "[", "|", "  ", " ,", " .", "\n")
                )
                texts.add(acknowledgement.text)
        assert len(texts) == 3 * len(DETAILS)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_wording_fits_the_smallest_reply_limit_with_a_long_business_name(
    language: str,
) -> None:
    wide_character = "店" if language in {"ja", "zh", "ko"} else "Ж"
    for kind in KINDS:
        for variant in playbook_variants(kind, language):
            assert render(
                variant,
                Detail(wide_character * 60, topic="delivery", subject="傘" * 40),
                limit=MAX_CHARACTERS,
                unit="weighted",
            )


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_only_the_wordings_of_the_kind_person_say_that_a_person_reads(language: str) -> None:
    for kind in KINDS:
        for variant in playbook_variants(kind, language):
            praise_problems = check_template(variant.template, language, ["praise"])
            assert any("a person reads" in problem for problem in praise_problems) == (
                kind == "person"
            )


def test_the_kind_follows_from_severity_flags_and_stage() -> None:
    public, private = Channel.REVIEW_SITE, Channel.EMAIL
    assert acknowledgement_kind(make_assessment(Severity.PRAISE), public) == "praise"
    assert (
        acknowledgement_kind(make_assessment(Severity.PRAISE, flags=(Flag.RECOVERED,)), private)
        == "recovered"
    )
    assert acknowledgement_kind(make_assessment(Severity.LOW), public) == "thanks"
    for flags in ((), (Flag.RECOVERED,)):
        wordless = make_assessment(Severity.PRAISE, flags=flags, kind_words=False)
        assert acknowledgement_kind(wordless, public) == "thanks"
        assert acknowledgement_kind(wordless, private) == "private"
    assert acknowledgement_kind(make_assessment(Severity.MEDIUM), public) == "complaint"
    few_stars = make_assessment(Severity.MEDIUM, kind_words=False)
    assert acknowledgement_kind(few_stars, public, has_words=False) == "thanks"
    assert acknowledgement_kind(make_assessment(Severity.MEDIUM), private) == "private"
    assert (
        acknowledgement_kind(make_assessment(Severity.HIGH), private, person_follows=True)
        == "person"
    )


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("severity", [Severity.PRAISE, Severity.LOW, Severity.MEDIUM])
@pytest.mark.parametrize("channel", [Channel.REVIEW_SITE, Channel.EMAIL])
def test_only_kind_words_are_thanked_for_their_topic(
    language: str, severity: Severity, channel: Channel
) -> None:
    topic = wordings(language).topics["food"]
    kind = make_assessment(severity, "food", language=language)
    neutral = make_assessment(severity, "food", language=language, kind_words=False)
    names_topic = severity is Severity.PRAISE
    for number in range(6):
        seed = f"rev_{number}"
        assert (topic in acknowledge(review(), kind, seed, channel=channel).text) is names_topic
        text = acknowledge(review(rating=5), neutral, seed, channel=channel).text
        assert topic not in text


events = st.builds(
    review,
    rating=st.none() | st.integers(-1, 9),
    subject=st.none()
    | st.text(max_size=80)
    | st.sampled_from(["Blue Lamp", "Café Zürich", "傘", "4111 1111 1111 1111"]),
    title=st.text(min_size=1, max_size=30),
    text=st.text(min_size=1, max_size=100),
)
assessments = st.builds(
    make_assessment,
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
def test_any_acknowledgement_is_short_automatic_passes_lint_and_repeats_no_text_of_the_customer(
    event: ReviewEvent,
    assessment: Assessment,
    business: str,
    channel: Channel,
    person_follows: bool,
    seed: str,
    unit: Any,
) -> None:
    limits: dict[str, Any] = {"limit": MAX_CHARACTERS, "unit": unit}
    options: dict[str, Any] = {"channel": channel, "person_follows": person_follows, **limits}
    acknowledgement = choose_acknowledgement(
        ReviewToAcknowledge(event, assessment, channel, business, person_follows),
        default_policy(),
        WordingPreferences(seed),
        **limits,
    )
    if acknowledgement is None:
        # The name of the business is the only possible reason: with a plain one there is always an
        # acknowledgement.
        acknowledgement = acknowledge(event, assessment, seed, **options)
    language = acknowledgement.variant.partition("-")[0]
    assert len(acknowledgement.text) <= MAX_CHARACTERS
    assert text_length(acknowledgement.text, unit) <= MAX_CHARACTERS
    assert AUTOMATIC[language] in acknowledgement.text.casefold()
    assert "{" not in acknowledgement.text
    assert "\n" not in acknowledgement.text
    assert not [
        finding
        for finding in lint(
            acknowledgement.text,
            ReplyContext(
                public=channel.stage is Stage.ONSTAGE,
                limit=MAX_CHARACTERS,
                names=(business,),
            ),
        )
        if finding.severity == "block"
    ]
    # The text and the name of the author change nothing.
    changed_words = replace(event, text="Others", title="words", author=Author("b", "Zoë"))
    assert acknowledge(changed_words, assessment, seed, **options) == acknowledge(
        event, assessment, seed, **options
    )


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
def test_a_subject_with_an_address_a_number_or_a_code_is_not_repeated(subject: str) -> None:
    assert subject not in acknowledge(review(subject=subject), make_assessment()).text


@pytest.mark.parametrize(
    "channel", [Channel.FORUM, Channel.SOCIAL, Channel.MESSAGING, Channel.EMAIL, Channel.PHONE]
)
def test_a_subject_is_repeated_only_on_a_channel_where_the_platform_writes_it(
    channel: Channel,
) -> None:
    assert (
        "Blue Lamp"
        not in acknowledge(review(subject="Blue Lamp"), make_assessment(), channel=channel).text
    )
    assert "Blue Lamp" in acknowledge(review(subject="Blue Lamp"), make_assessment()).text


def test_a_long_subject_is_shortened_after_a_word() -> None:
    assert (
        "“Ergonomic Office Chair with Lumbar…”"
        in acknowledge(
            review(subject="Ergonomic Office Chair with Lumbar Support in Grey"), make_assessment()
        ).text
    )


@pytest.mark.parametrize(
    ("language", "expected_language"),
    [("nb", "no"), ("de", "de"), ("sw", "fr"), ("xx", "fr"), (None, "fr")],
)
def test_it_is_in_the_language_of_the_review_or_else_in_the_fallback_language(
    language: str | None, expected_language: str
) -> None:
    policy = load_policy({"voice": {"fallback_language": "fr"}})
    assert acknowledge(
        review(), make_assessment(language=language), policy=policy
    ).variant.startswith(f"{expected_language}-")


def test_a_fallback_language_without_wordings_is_replaced_by_english() -> None:
    assert acknowledge(
        review(),
        make_assessment(language=None),
        policy=load_policy({"voice": {"fallback_language": "sw"}}),
    ).variant.startswith("en-")


def test_the_voice_sets_the_name_the_formality_and_the_signature() -> None:
    policy = load_policy(
        {"voice": {"name": "Team Sol", "signature": "— Sol", "formality": {"de": "informal"}}}
    )
    text = acknowledge(review(), make_assessment(language="de"), policy=policy).text
    assert "Team Sol" in text
    assert text.endswith("— Sol")
    assert "deine" in text.casefold()
    assert "deine" not in acknowledge(review(), make_assessment(language="de")).text.casefold()


WARM = {
    "name": "warm",
    "kinds": ["praise", "thanks"],
    "languages": {"en": "Warm thanks{{ about }}! (Automatic reply, {{ business }})"},
}
SHORT = {"name": "short", "kinds": ["praise"], "languages": {"en": "Thanks! (automatic)"}}


def test_own_variants_come_before_the_playbooks_and_the_variants_of_a_rule_before_others() -> None:
    policy = with_variants(WARM, SHORT)
    seeds = [f"rev_{number}" for number in range(40)]
    praise, thanks, complaint = (
        make_assessment(severity, "food")
        for severity in (Severity.PRAISE, Severity.LOW, Severity.MEDIUM)
    )
    assert {acknowledge(review(), praise, seed, policy).variant for seed in seeds} == {
        "en-praise-warm",
        "en-praise-short",
    }
    assert {
        acknowledge(review(), praise, seed, policy, preferred_names=("short",)).variant
        for seed in seeds
    } == {"en-praise-short"}
    assert (
        acknowledge(review(), praise, policy=with_variants(WARM)).text
        == "Warm thanks about the food! (Automatic reply, Hotel Sol)"
    )
    assert (
        acknowledge(review(), thanks, policy=policy).text
        == "Warm thanks! (Automatic reply, Hotel Sol)"
    )
    assert {
        acknowledge(review(text="Cold."), complaint, seed, policy).variant for seed in seeds
    } == {f"en-complaint-{number}" for number in (1, 2, 3)}
    # Instead of a variant to avoid comes another own variant, then one of the playbook.
    avoid = ("en-praise-short", "en-praise-warm")
    assert (
        acknowledge(
            review(), praise, "s", policy, preferred_names=("short",), avoid=avoid[:1]
        ).variant
        == "en-praise-warm"
    )
    assert acknowledge(
        review(), praise, "s", policy, preferred_names=("short",), avoid=avoid
    ).variant.startswith("en-praise-")
    assert (
        acknowledge(review(), praise, "s", policy, preferred_names=("short",), avoid=avoid).variant
        not in avoid
    )


def test_an_only_own_variant_is_followed_by_the_playbooks_fallback_and_not_repeated() -> None:
    swahili_variant = {
        "name": "karibu",
        "kinds": ["praise"],
        "languages": {"sw": "Asante{{ topic }}! (automatic)"},
    }
    policy = load_policy(
        {"acknowledgements": {"variants": [swahili_variant]}, "voice": {"fallback_language": "fr"}}
    )
    praise = make_assessment(Severity.PRAISE, "food", language="sw")
    assert acknowledge(review(), praise, policy=policy).text == "Asante! (automatic)"
    second = acknowledge(review(), praise, policy=policy, avoid=("sw-praise-karibu",))
    assert second.variant.startswith("fr-praise-")
    assert "la cuisine" in second.text


def test_an_own_variant_over_the_limit_is_replaced_by_one_that_fits() -> None:
    long_variant = {
        "name": "long",
        "kinds": ["thanks"],
        "languages": {"ja": "あ" * 200 + "（自動返信）"},
    }
    policy = with_variants(long_variant)
    assert (
        acknowledge(review(), make_assessment(language="ja"), policy=policy).variant
        == "ja-thanks-long"
    )
    assert (
        acknowledge(
            review(), make_assessment(language="ja"), policy=policy, limit=280, unit="weighted"
        ).variant
        != "ja-thanks-long"
    )
    assert (
        choose_acknowledgement(
            ReviewToAcknowledge(review(), make_assessment(), Channel.SOCIAL, "Sol"),
            default_policy(),
            WordingPreferences("s"),
            limit=20,
        )
        is None
    )


def test_a_detail_that_makes_the_text_too_long_is_left_out_and_nothing_is_cut() -> None:
    variant = Variant(
        "own",
        "thanks",
        "en",
        "{{ subject or 'All' }}{{ about }} " + "x" * 230 + " {{ business }} (automatic)",
    )
    acknowledgement = render(
        variant, Detail("Sol", topic="delivery", subject="Blue Lamp in the big room of the hotel")
    )
    assert acknowledgement is not None
    assert acknowledgement.text.startswith("All about the delivery xxx")
    branching_variant = Variant(
        "own",
        "thanks",
        "en",
        "{% if rating >= 4 %}Fine{% else %}Poor{% endif %}{{ about }} "
        + "x" * 250
        + " (automatic)",
    )
    shortened = render(branching_variant, Detail("Sol", topic="delivery", rating=5))
    assert shortened is not None
    assert shortened.text.startswith("Fine xxx")


def test_a_stored_template_that_no_longer_parses_is_not_rendered() -> None:
    assert (
        render(Variant("own", "thanks", "en", "{{ gone }} (automatic)"), DETAILS["topic"]) is None
    )


@given(
    st.lists(st.text(max_size=5), min_size=1, max_size=6, unique=True),
    st.text(max_size=10),
    st.lists(st.integers(0, 7), max_size=8),
)
def test_the_choice_of_a_variant_is_deterministic_and_avoids_given_variants(
    names: list[str], seed: str, avoided_numbers: list[int]
) -> None:
    variants = [Variant(name, "praise", "en", "x") for name in names]
    avoid = [variants[number % len(variants)].id for number in avoided_numbers]
    ranked = rank_variants((variants,), seed, avoid)
    assert ranked == rank_variants((variants[::-1],), seed, avoid)
    chosen = ranked[0]
    if set(avoid) >= {variant.id for variant in variants}:
        assert all(variant.id in avoid[: avoid.index(chosen.id) + 1] for variant in variants)
    else:
        assert chosen.id not in avoid
        # Without a variant that was not chosen, the choice is the same.
        rest = [variant for variant in variants if variant is chosen or variant.id in avoid]
        assert rank_variants((rest,), seed, avoid)[0] == chosen


def test_all_variants_are_chosen_about_equally_often() -> None:
    shares = Counter(
        acknowledge(review(), make_assessment(), f"rev_{number}").variant for number in range(1_500)
    )
    assert len(shares) == 3
    assert all(420 < share < 580 for share in shares.values())


@pytest.mark.parametrize("own_count", [0, 1, 2])
@pytest.mark.parametrize("language", ["en", "pl", "ja"])
def test_neither_an_author_nor_a_page_gets_the_same_text_twice_in_a_row(
    language: str, own_count: int
) -> None:
    texts = [f"{word} (自動 automatic automatyczna)" for word in ("Uno", "Due")][:own_count]
    policy = with_variants(
        *(
            {"name": f"own{number}", "kinds": [*KINDS], "languages": {language: text}}
            for number, text in enumerate(texts)
        )
    )
    generator = random.Random(own_count)
    authors, pages = dict[int, Acknowledgement](), dict[int, Acknowledgement]()
    for number in range(300):
        author, page = generator.randrange(4), generator.randrange(3)
        assessment = make_assessment(generator.choice(list(Severity)), language=language)
        last_acknowledgements = [
            by_key[key] for by_key, key in ((authors, author), (pages, page)) if key in by_key
        ]
        options: dict[str, Any] = {
            "channel": generator.choice([Channel.REVIEW_SITE, Channel.EMAIL]),
            "person_follows": generator.random() < 0.3,
        }
        acknowledgement = acknowledge(
            review(),
            assessment,
            f"rev_{number}",
            policy,
            avoid=[last.variant for last in last_acknowledgements],
            **options,
        )
        assert all(acknowledgement.text != last.text for last in last_acknowledgements)
        authors[author] = pages[page] = acknowledgement


@pytest.mark.parametrize(
    ("template", "language", "kinds", "message"),
    [
        ("Thank you!", "en", ["praise"], "automatic (R11)"),
        (
            "Thank you{% if rating == 5 %} (automatic reply){% endif %}",
            "en",
            ["praise"],
            "automatic (R11)",
        ),
        ("This is not an automatic reply.", "en", ["praise"], "automatic (R11)"),
        (
            "Danke! (automatic reply)",
            "de",
            ["praise"],
            "“Dies ist eine automatische Antwort.”",
        ),
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
def test_an_unsuitable_template_is_refused_with_its_reason(
    template: str, language: str, kinds: list[AcknowledgementKind], message: str
) -> None:
    problems = check_template(template, language, kinds)
    assert any(message in problem for problem in problems), problems
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
def test_a_suitable_template_passes_the_check(
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
def test_any_template_is_checked_without_exceptions_and_one_that_passes_always_fits_the_limit(
    template: str, language: str
) -> None:
    if check_template(template, language, ["thanks"]) == ():
        for detail in DETAILS.values():
            acknowledgement = render(Variant("own", "thanks", language, template), detail)
            assert acknowledgement is not None
            assert len(acknowledgement.text) <= MAX_CHARACTERS


def test_a_template_with_too_many_cases_to_check_is_refused() -> None:
    many_cases = "".join(
        f"{{% if subject == '{number}' or topic == '{number}' %}}x{{% endif %}}"
        for number in range(28)
    )
    assert check_template(f"{many_cases}{{{{ rating }}}} {{{{ stage }}}} (automatic)", "en") == (
        "It has too many cases to check them all. Write several variants with fewer cases each.",
    )
