"""Every error is in the documented tree, and has a status and a problem document."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel, Field, ValidationError, field_validator

from heard import errors
from heard.errors import ConflictError, Fault, HeardError, PlatformUnavailable, Tampered, problem
from heard.http.invalid_input import describe_invalid_input, requirement
from heard.http.responses import error_response


def all_subclasses(kind: type[HeardError]) -> Iterator[type[HeardError]]:
    for child in kind.__subclasses__():
        yield child
        yield from all_subclasses(child)


ERROR_TYPES = sorted(set(all_subclasses(HeardError)), key=lambda kind: kind.__name__)


def make_error(kind: type[HeardError]) -> HeardError:
    if issubclass(kind, ConflictError):
        return kind("already_closed", "It is closed.", rule="R04", empty=None)
    if issubclass(kind, PlatformUnavailable):
        return kind("The platform is down.", maybe_applied=True, retry_after=17)
    if issubclass(kind, Tampered):
        return kind("Outcome 3 is not ours.", sequence=3)
    return kind("What to do next.")


def test_the_documented_tree_has_exactly_the_errors_with_their_statuses() -> None:
    tree = dict(re.findall(r"[├└]── (\w+) +(?:(\d{3})|\()", errors.__doc__ or ""))
    statuses = {kind.__name__: str(kind.http_status) for kind in ERROR_TYPES}

    assert set(tree) == set(statuses)
    assert {name: status for name, status in tree.items() if status} == {
        name: statuses[name] for name, status in tree.items() if status
    }


def test_all_errors_are_defined_in_the_module_errors() -> None:
    module_errors = {
        name
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, HeardError) and kind is not HeardError
    }

    assert module_errors == {kind.__name__ for kind in ERROR_TYPES}


@pytest.mark.parametrize("kind", ERROR_TYPES)
def test_every_error_becomes_a_problem_response_with_its_status(kind: type[HeardError]) -> None:
    error = make_error(kind)
    response = error_response(error)
    document = json.loads(response["body"])

    assert response["statusCode"] == kind.http_status == document["status"]
    assert response["headers"]["content-type"] == "application/problem+json; charset=utf-8"
    assert response["headers"]["cache-control"] == "no-store"
    assert (document["type"], document["detail"]) == (f"urn:heard:{kind.code}", error.detail)
    assert ("retry-after" in response["headers"]) == kind.retryable == issubclass(kind, Fault)
    assert None not in document.values()


def test_every_error_has_a_code_of_its_own() -> None:
    assert len({kind.code for kind in ERROR_TYPES}) == len(ERROR_TYPES)


def test_a_problem_holds_the_reason_of_a_conflict_and_the_wait_of_a_platform() -> None:
    assert problem(make_error(ConflictError))["reason"] == "already_closed"
    assert error_response(make_error(PlatformUnavailable))["headers"]["retry-after"] == "17"


class Booking(BaseModel):
    """A body with a rule of its own."""

    nights: int = Field(1, ge=1)
    share: float = 0.0
    names: list[str] = []

    @field_validator("nights")
    @classmethod
    def check_nights(cls, nights: int) -> int:
        if nights > 30:
            raise ValueError("a month is the longest stay.")
        return nights


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"nights": 31}, "is not valid: a month is the longest stay"),
        ({"nights": 0}, "must be at least 1"),
        ({"nights": "x"}, "must be a whole number"),
        ({"share": "x"}, "must be a number"),
        ({"share": []}, "must be a number"),
        ({"names": "x"}, "must be a list"),
    ],
)
def test_a_mistake_has_our_words_and_never_the_librarys(
    fields: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError) as mistake:
        Booking.model_validate(fields)
    (error,) = mistake.value.errors()
    assert requirement(error) == words
    sentence = describe_invalid_input([{**error, "loc": ("body", *error["loc"])}])
    assert words in sentence
    assert not re.search("Value error|[Ii]nput should", sentence)
