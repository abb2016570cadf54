"""Contacts in replies: which numbers, addresses and streets are found, and which are known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.replies.contacts import foreign_contacts
from heard.replies.private_numbers import has_identity_number


def codes(text: str, *own_contacts: str) -> set[str]:
    return set(foreign_contacts(text, own_contacts))


@pytest.mark.parametrize(
    "text",
    [
        "+49 30 901820",
        "0049 (0)30 901820",
        "(030) 90 18 20",
        "030/901820",
        "0171-2345678",
        "01 42 68 53 00",
        "555-010-4477",
        "(555) 010-4477",
        "612 345 678",
        "91 123 45 67",
        "347 1234567",
        "+48 600 123 456",
        "06-12345678",
        "+55 (11) 91234-5678",
        "020 7946 0958",
        "０３０ ９０１８２０",
        "call me: 5551234",
    ],
)
def test_a_telephone_number_is_found_in_every_usual_form(text: str) -> None:
    assert codes(f"Please ring {text}, thank you.") == {"telephone_number"}


@pytest.mark.parametrize(
    "text",
    [
        "on 17.03.2026 and 2026-03-17",
        "from 08.30-17.00 or 8:15 to 22:45",
        "£1,249.00 and 12 345,67 €",
        "€ 1.234.567,89",
        "1234567 EUR",
        "order 0123456789",
        "Bestellung 4471029385",
        "commande n° 0447102938",
        "pedido 612345678",
        "numer zamówienia 600 123 456",
        "room 214, table 7, 20 minutes, 3 stars, 100 %",
        "ISBN 9783161484100",
        "since 1998, in 2024 and 2025",
    ],
)
def test_other_numbers_are_no_telephone_numbers(text: str) -> None:
    assert codes(f"We checked it, {text}, thank you.") == set()


@pytest.mark.parametrize(
    "text",
    [
        "12 Elm Street",
        "Unit 4, 220B Old Mill Rd",
        "Lindenstraße 12a",
        "Lange Str. 5",
        "Am Hafenweg 14",
        "14 rue des Lilas",
        "3 bis, avenue Victor Hugo",
        "calle Mayor, 14",
        "Avda. de la Constitución nº 3",
        "via Roma 12",
        "Piazza San Marco, 4",
        "Rua das Flores, 33",
        "Kerkstraat 20",
        "ul. Marszałkowska 10",
        "aleja Jana Pawła II 7",
    ],
)
def test_a_street_with_its_number_is_found_in_every_language(text: str) -> None:
    assert "street_address" in codes(f"Herr Roe, {text}.")


@pytest.mark.parametrize(
    "text",
    [
        "The street was closed for 3 days",
        "Der Heimweg 20 Minuten, der Parkplatz 12",
        "la place de parking 12 est libre",
        "la via più breve, 300 metri",
        "por el camino de siempre, 5 minutos",
        "een weg van 3 km, parkeerplaats 12",
        "plac zabaw dla 12 dzieci",
        "We have 3 Michelin stars and 12 Belgian beers",
        "avenue Victor Hugo",
    ],
)
def test_streets_without_a_house_number_and_counts_are_allowed(text: str) -> None:
    assert codes(text) == set()


@pytest.mark.parametrize(
    ("text", "own_contacts"),
    [
        ("Write to help@hotel.example", "help@hotel.example"),
        ("Write to HELP@Hotel.Example.", "Help@hotel.example"),
        ("Write to ana@hotel.example", "https://hotel.example"),
        ("Write to ana@hotel.example", "www.hotel.example"),
        ("Write to ana@hotel.example", "@hotel.example"),
        ("Write to help AT hotel DOT example", "help@hotel.example"),
        ("Escriba a ana arroba hotel punto example", "@hotel.example"),
        ("Ring 030 1234567", "+49 30 1234567"),
        ("Ring +49 (0)30 1234567", "030/1234567, Lange Straße 5"),
        ("We are at Lange Straße 5.", "Hotel Sol, Lange Straße 5, 10115 Berlin"),
        ("Nous sommes au 14, rue des Lilas", "14 rue des Lilas, Paris"),
    ],
)
def test_the_business_may_show_its_own_contacts(text: str, own_contacts: str) -> None:
    assert codes(text)
    assert codes(text, own_contacts) == set()


@pytest.mark.parametrize(
    ("text", "own_contacts", "code"),
    [
        # With one mail address not the whole domain is the business's.
        ("Write to jane@mail.example", "acme@mail.example", "email_address"),
        ("Write to xhelp@hotel.example", "help@hotel.example", "email_address"),
        ("Write to jane (at) mail (dot) example", "help@hotel.example", "email_address"),
        ("Write to jane dot doe at mail dot example", "help@hotel.example", "email_address"),
        ("Ring 030 1234568", "+49 30 1234567", "telephone_number"),
        ("She is at Lange Straße 55.", "Lange Straße 5, 10115 Berlin", "street_address"),
    ],
)
def test_a_contact_that_only_resembles_an_own_one_is_found(
    text: str, own_contacts: str, code: str
) -> None:
    assert codes(text, own_contacts) == {code}


@pytest.mark.parametrize(
    "text",
    [
        "We met at the point of sale.",
        "See you at noon, at the bar dot or no dot.",
        "The lamp is at room 12, a red dot beside it.",
    ],
)
def test_words_about_a_place_are_no_mail_address(text: str) -> None:
    assert codes(text) == set()


def test_the_name_of_an_account_is_no_mail_address() -> None:
    assert codes("Thank you @ana@social.example and @ben.bsky.example!") == set()


@given(st.from_regex(r"[a-z]{1,12}\.[a-z]{1,12}@[a-z]{2,12}\.(com|example|co\.uk)", fullmatch=True))
def test_every_plain_mail_address_is_found_and_can_be_known(mail: str) -> None:
    text = f"Please ask {mail}, not us."
    assert codes(text) == {"email_address"}
    assert codes(text, mail) == set()


@given(
    st.sampled_from(["+49", "+1", "+351", "+48"]),
    st.lists(st.text("0123456789", min_size=3, max_size=3), min_size=2, max_size=3),
    st.sampled_from([" ", "-", ".", ""]),
)
def test_every_international_number_is_found_and_can_be_known(
    country: str, groups: list[str], blank: str
) -> None:
    number = f"{country}{blank}1{blank.join(groups)}"
    assert codes(f"Call {number} today") == {"telephone_number"}
    assert codes(f"Call {number} today", number) == set()


@pytest.mark.parametrize(
    "text",
    [
        "her passport no. C01X00T47",
        "SSN 219-09-9999",
        "seine Steuer-ID 65 929 970 489",
        "Personalausweisnummer: L01X00T471",
        "sa carte d'identité 880692310285",
        "su DNI 12345678Z",
        "NIE X1234567L",
        "codice fiscale RSSMRA80A01H501U",
        "o CPF dele é 529.982.247-25",
        "zijn BSN 111222333",
        "jej PESEL 44051401359",
    ],
)
def test_numbers_of_identity_documents_are_found(text: str) -> None:
    assert has_identity_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "You need no passport to stay 14 nights.",
        "Bring your passport, we are open from 8 to 22.",
        "Seat 12345678A and order AB1234567.",
        "We met on 12-03-2026.",
    ],
)
def test_a_document_without_its_number_is_allowed(text: str) -> None:
    assert not has_identity_number(text)
