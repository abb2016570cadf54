"""Markup and placeholders: what is left of a template, and what people really write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.replies.markup import has_markup
from heard.replies.placeholders import has_placeholder


@pytest.mark.parametrize(
    "text",
    [
        "<p>Hello</p>",
        "one<br>two",
        "one<BR/>two",
        '<a href="https://shop.example">here</a>',
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<!-- note -->",
        "Tom &amp; Ana",
        "a&nbsp;b",
        "it&#39;s",
        "[b]sorry[/b]",
        "[url=https://shop.example]here[/url]",
        "see [our terms](https://shop.example/terms)",
        "![photo](https://shop.example/p.png)",
        "we are **very sorry**",
        "we are __very sorry__",
        "## Dear guest",
        "```sorry```",
    ],
)
def test_markup_is_found(text: str) -> None:
    assert has_markup(text)


@pytest.mark.parametrize(
    "text",
    [
        "I <3 this, and 3 < 4 > 2",
        "less than <10 minutes, and >20 guests",
        "Tom & Ana; R&D",
        "It is *really* fixed now",
        "- first\n- second\n1. third",
        "https://shop.example/a_b__c?x=1&y=2",
        "the card **** **** **** 1234",
        "see [1] and (https://shop.example)",
        "We are no. #1, room #214",
        "snake_case and __init__py",
    ],
)
def test_plain_text_with_signs_is_no_markup(text: str) -> None:
    assert not has_markup(text)


@pytest.mark.parametrize(
    "text",
    [
        "Dear {{name}}",
        "Dear {{ customer.first_name }}",
        "Dear {name}",
        "Dear ${name}",
        "Dear %s",
        "Dear %(name)s",
        "Dear %NAME%",
        "Dear *|FNAME|*",
        "Dear $NAME",
        "Dear [Name]",
        "Dear [customer]",
        "Dear <name>",
        "Dear <<First Name>>",
        "[INSERT APOLOGY]",
        "we open on [date]",
        "we open on XX.XX.XXXX",
        "order XXXXX",
        "call xxx-xxx-xxxx",
        "Lorem ipsum dolor",
        "TODO: apologise",
        "Signed: ____________",
        "Dear null",
        "Hello undefined",
        "Thank you, undefined",
        "Hallo undefined",
        "Liebe/r null",
        "Sehr geehrter Herr null",
        "Bonjour null",
        "Chère Madame undefined",
        "Estimado undefined",
        "Gentile null",
        "Prezada undefined",
        "Beste null",
        "Szanowny Panie null",
        "Dear Mr. None",
        "Hi undefined undefined",
        "we send you NaN euros",
        "Hallo [Vorname]",
        "Liebe <Kundin>",
        "Bonjour [prénom]",
        "Hola [nombre]",
        "Ciao [cognome]",
        "Olá [apelido]",
        "Beste [voornaam]",
        "Dzień dobry [imię klienta]",
        "we close at (insert time)",
        "am (Datum einfügen) (bitte Datum eintragen)",
    ],
)
def test_a_placeholder_is_found(text: str) -> None:
    assert has_placeholder(f"{text}, we are sorry.")


@pytest.mark.parametrize(
    "text",
    [
        "you wrote that it was 'realy [sic] cold'",
        "[Update: it is mended.]",
        "the lift [the one at the back] works",
        "10 % discount, 100% cotton, 5%",
        "size XXL and 3XL",
        "love, Ana xx",
        "love, Ana xxx",
        "I <3 it",
        "$20 back",
        "#NoWaste and #1",
        "Monday (public holiday) closed",
        "please call (your name is enough)",
        "{",
        "None of us knew",
        "es kostete null Euro",
        "danke, null Problem",
        "Hallo, null Fehler darf es geben",
        "the form said undefined, which we mended",
        "thank you, none of it was your fault",
    ],
)
def test_what_people_write_is_no_placeholder(text: str) -> None:
    assert not has_placeholder(f"We are sorry, {text}.")


@given(st.from_regex(r"[a-z][a-z_.]{0,20}", fullmatch=True))
def test_a_name_in_curly_brackets_is_always_a_placeholder(name: str) -> None:
    assert has_placeholder(f"Dear {{{{{name}}}}}, thanks")
    assert has_placeholder(f"Dear {{{name}}}, thanks")
