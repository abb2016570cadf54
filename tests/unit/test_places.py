"""Which of a business's places a review is about."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.errors import BadRequest
from heard.places import MAX_PATTERNS, MAX_PLACES, UNKNOWN_PLACE, Place, place_of, with_place

MITTE = Place("mitte", "Acme Mitte", subjects=("Acme Mitte*", "loc-17"))
MITTE_BAR = Place("mitte-bar", "The bar", subjects=("acme mitte *bar",))
AIRPORT = Place("airport", "Acme Airport", connections=("con_air",))
AIRPORT_LOUNGE = Place("lounge", "The lounge", connections=("con_air",), subjects=("*lounge*",))
PLACES = (AIRPORT, AIRPORT_LOUNGE, MITTE, MITTE_BAR)


@pytest.mark.parametrize(
    ("connection", "subject", "place"),
    [
        ("con_1", "Acme Mitte", "mitte"),
        ("con_1", "ACME  mitte, Café", "mitte"),
        ("con_1", "loc-17", "mitte"),
        ("con_1", "loc-170", UNKNOWN_PLACE),
        ("con_1", "Acme Mitte Cocktail Bar", "mitte-bar"),  # more letters of it fit
        ("con_1", "The lounge", UNKNOWN_PLACE),  # by another connection
        ("con_air", "The lounge", "lounge"),
        ("con_air", None, "airport"),
        ("con_air", "Anything", "airport"),
        ("con_air", "Acme Mitte", "mitte"),  # what the platform says is more exact
        ("con_1", None, UNKNOWN_PLACE),
        ("con_1", "", UNKNOWN_PLACE),
    ],
)
def test_the_most_exact_place_is_meant_in_whatever_order(
    connection: str, subject: str | None, place: str
) -> None:
    for order in permutations(PLACES):
        assert place_of(order, connection, subject) == place


def test_a_business_without_places_knows_none() -> None:
    assert place_of((), "con_1", "Acme Mitte") == UNKNOWN_PLACE


@pytest.mark.parametrize(
    ("pattern", "subject", "fits"),
    [
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*b*b*", "abab", True),
        ("*b*b*", "ab", False),
        ("a*b*c", "a-bc-b-c", True),
        ("a*b*c", "acb", False),
        ("straße*", "STRASSE 5", True),
        ("a.c", "abc", False),
        ("[ab]*", "a", False),
    ],
)
def test_a_star_is_any_text_and_nothing_else_is_special(
    pattern: str, subject: str, fits: bool
) -> None:
    place = Place("here", "Here", subjects=(pattern,))

    assert (place_of((place,), "con_1", subject) == "here") is fits


parts = st.lists(st.text("ab -", max_size=3), min_size=1, max_size=4)


@given(parts, st.lists(st.text("abc", max_size=3), min_size=3, max_size=3))
def test_whatever_stands_for_the_stars_fits(parts: list[str], fillings: list[str]) -> None:
    pattern = "*".join(parts)
    text = parts[0] + "".join(
        filling + part for filling, part in zip(fillings, parts[1:], strict=False)
    )
    place = Place("here", "Here", subjects=(pattern,))
    # Spaces at the ends and in a row do not count, so a filling must not lie between them.
    if " " not in pattern:
        assert place_of((place,), "con_1", text) == "here"


@given(st.text())
def test_whatever_a_platform_says_the_answer_is_a_code_of_the_list(subject: str) -> None:
    assert place_of(PLACES, "con_1", subject) in {UNKNOWN_PLACE, *(place.code for place in PLACES)}


def test_places_are_kept_by_code_and_one_is_changed_by_its_code() -> None:
    places = with_place(with_place((), MITTE), AIRPORT)
    changed = replace(MITTE, name="Acme, Mitte")

    assert [place.code for place in places] == ["airport", "mitte"]
    assert with_place(places, changed) == (AIRPORT, changed)
    assert Place.from_json(MITTE.to_json()) == MITTE


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (replace(MITTE, code="Mitte"), "small letters"),
        (replace(MITTE, code="-mitte"), "small letters"),
        (replace(MITTE, code="m" * 41), "small letters"),
        (replace(MITTE, code=""), "small letters"),
        (replace(MITTE, code=UNKNOWN_PLACE), "unknown"),
        (replace(MITTE, name=""), "name"),
        (replace(MITTE, name="two\nlines"), "one line"),
        (replace(MITTE, subjects=()), "connection or a subject"),
        (replace(MITTE, subjects=("*",)), "more than"),
        (replace(MITTE, subjects=("",)), "1 to"),
        (replace(MITTE, subjects=("x" * 201,)), "1 to"),
        (replace(MITTE, subjects=tuple(map(str, range(MAX_PATTERNS + 1)))), "subjects"),
        (Place("spree", "Spree", subjects=("ACME mitte*",)), "mitte already"),
        (Place("terminal", "Terminal", connections=("con_air",)), "airport already"),
        (
            Place("bar", "Bar", connections=("con_1", "con_air"), subjects=("*lounge*",)),
            "lounge already",
        ),
    ],
)
def test_a_place_that_is_not_valid_or_clashes_is_refused_with_the_fix(
    place: Place, message: str
) -> None:
    with pytest.raises(BadRequest, match=message):
        with_place((AIRPORT, AIRPORT_LOUNGE, replace(MITTE, code="mitte")), place)


def test_there_is_a_most_of_places() -> None:
    places = tuple(Place(f"p-{index}", "x", subjects=(str(index),)) for index in range(MAX_PLACES))

    assert len(with_place(places, replace(places[0], name="y"))) == MAX_PLACES
    with pytest.raises(BadRequest, match="Remove one"):
        with_place(places, MITTE)
