"""The template language: it renders as Jinja does, and has no other abilities."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.sandbox import ImmutableSandboxedEnvironment

from heard.acknowledgements.templates import FILTERS, MAX_CHARACTERS, parse
from heard.errors import BadRequest

NAMES = frozenset({"business", "rating", "topic"})
JINJA = ImmutableSandboxedEnvironment(autoescape=False, keep_trailing_newline=True)

texts = st.text(st.sampled_from("ab Ä.!“雨👍\n"), max_size=6)
constants = st.text(st.sampled_from("aB x"), max_size=2).map(lambda text: f'"{text}"')
filtered = st.lists(st.sampled_from(sorted(FILTERS)), max_size=2).map(
    lambda names: "".join(f"|{name}" for name in names)
)
words = st.tuples(st.sampled_from(["business", "topic"]) | constants, filtered).map("".join)
comparisons = (
    st.tuples(words, st.sampled_from(["==", "!="]), words).map(" ".join)
    | st.tuples(
        st.just("rating"),
        st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
        st.integers(0, 6).map(str),
    ).map(" ".join)
    | words
    | st.just("rating")
)
negated = st.tuples(st.sampled_from(["", "not ", "not not "]), comparisons).map("".join)
conditions = st.lists(
    st.lists(negated, min_size=1, max_size=2).map(" and ".join), min_size=1, max_size=2
).map(" or ".join)
expressions = (
    st.lists(words, min_size=1, max_size=3)
    .map(" or ".join)
    .map(lambda inner: "{{ " + inner + " }}")
)


def choices(bodies: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    branches = st.tuples(conditions, bodies)
    return st.tuples(branches, st.lists(branches, max_size=2), st.none() | bodies).map(
        lambda parts: (
            f"{{% if {parts[0][0]} %}}{parts[0][1]}"
            + "".join(f"{{%elif {condition}%}}{body}" for condition, body in parts[1])
            + ("" if parts[2] is None else f"{{% else %}}{parts[2]}")
            + "{% endif %}"
        )
    )


fragments = st.recursive(texts | expressions, choices, max_leaves=4)
templates = st.lists(fragments, max_size=4).map("".join)


@settings(max_examples=60)
@given(
    templates,
    st.sampled_from(["", "a", "Acme"]),
    st.sampled_from(["", "B", "the delivery", "{{ business }}"]),
    st.integers(1, 5),
)
def test_a_template_renders_as_jinja_does(
    template: str, business: str, topic: str, rating: int
) -> None:
    values = {"business": business, "topic": topic, "rating": rating}
    assert parse(template, NAMES).render(values) == JINJA.from_string(template).render(values)


@settings(max_examples=40)
@given(templates)
def test_a_missing_value_is_empty_and_false(template: str) -> None:
    said = parse(template, NAMES).render({})
    assert said == parse(template, NAMES).render({"business": "", "topic": "", "rating": ""})


@settings(max_examples=200)
@given(
    st.text(st.sampled_from("{}%#|\"'._[]()=<> ~+-*\\ifelsndortpc\n0 é"), max_size=60)
    | st.text(max_size=60)
)
def test_any_text_either_parses_or_is_refused_with_a_reason(text: str) -> None:
    with suppress(BadRequest):
        parse(text, NAMES).render({"topic": "x", "rating": 3})


@pytest.mark.parametrize(
    "escape",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ business.__init__ }}",
        "{{ business['x'] }}",
        "{{ business[0] }}",
        "{{ business() }}",
        "{{ business.format(topic) }}",
        "{{ '{0.__class__}'|format(business) }}",
        "{{ business|attr('__class__') }}",
        "{{ business|map('upper') }}",
        "{{ business|safe }}",
        "{{ topic|default('x') }}",
        "{{ 9**9**9 }}",
        "{{ 'a' * 999999999 }}",
        "{{ 9999999999999 }}",
        "{{ 1.5 }}",
        "{{ '%999999999d' % rating }}",
        "{{ topic ~ business }}",
        "{{ [business] }}",
        "{{ {'a': 1} }}",
        "{{ (topic) }}",
        "{{ 'x' if topic else 'y' }}",
        "{{ topic == business }}",
        "{{ topic is defined }}",
        "{{ 'a' in topic }}",
        "{{ true }}",
        r"{{ '\x41' }}",
        "{{ self }}",
        "{{ range }}",
        "{{ cycler }}",
        "{{ config }}",
        "{% for a in business %}{{ a }}{% endfor %}",
        "{% set topic = 1 %}",
        "{% include 'x' %}",
        "{% import 'os' as os %}",
        "{% macro a() %}{% endmacro %}",
        "{% call a() %}{% endcall %}",
        "{% raw %}{{ x }}{% endraw %}",
        "{% filter upper %}x{% endfilter %}",
        "{% block a %}{% endblock %}",
        "{% extends 'a' %}",
        "{% do 1 %}",
        "{%- if topic -%} a {%- endif -%}",
        "{# hidden #}",
        "{{",
        "}}",
        "{% if topic %}",
        "{% endif %}",
        "{% if %}a{% endif %}",
        "{{ }}",
        "{{ topic or }}",
        "{{ topic business }}",
        "{% if topic %}a{% else %}b{% elif business %}c{% endif %}",
        "{% if topic = 'a' %}b{% endif %}",
        "{% if topic %}" * 6 + "x" + "{% endif %}" * 6,
        "{{ topic }}" * 61,
        "{% if " + "not " * 70 + "topic %}a{% endif %}",
        "x" * (MAX_CHARACTERS + 1),
    ],
)
def test_attributes_calls_and_filters_are_refused(escape: str) -> None:
    with pytest.raises(BadRequest, match=r"[.?]$"):
        parse(escape, NAMES)


def test_the_refusal_of_a_misspelt_name_suggests_the_right_one() -> None:
    with pytest.raises(BadRequest, match=r"bussiness is not known\. Did you mean business\?"):
        parse("{{ bussiness }}", NAMES)


def test_a_value_is_never_parsed_as_a_template() -> None:
    assert (
        parse("{{ topic }}", NAMES).render({"topic": "{{ business }}{% if %}"})
        == "{{ business }}{% if %}"
    )
