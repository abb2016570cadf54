"""Every error has its place in the tree, its status, and its problem document."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator

import pytest

from heard import errors
from heard.errors import ConflictError, Fault, HeardError, PlatformUnavailable, Tampered, problem
from heard.http.responses import error_response


def below(kind: type[HeardError]) -> Iterator[type[HeardError]]:
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


EVERY = sorted(set(below(HeardError)), key=lambda kind: kind.__name__)


def made(kind: type[HeardError]) -> HeardError:
    if issubclass(kind, ConflictError):
        return kind("already_closed", "It is closed.", rule="R04", empty=None)
    if issubclass(kind, PlatformUnavailable):
        return kind("The platform is down.", maybe_applied=True, retry_after=17)
    if issubclass(kind, Tampered):
        return kind("Outcome 3 is not ours.", sequence=3)
    return kind("What to do next.")


def test_every_error_is_drawn_in_the_tree_with_its_status_and_nothing_else_is() -> None:
    drawn = dict(re.findall(r"[├└]── (\w+) +(?:(\d{3})|\()", errors.__doc__ or ""))
    statuses = {kind.__name__: str(kind.http_status) for kind in EVERY}

    assert set(drawn) == set(statuses)
    assert {name: status for name, status in drawn.items() if status} == {
        name: statuses[name] for name, status in drawn.items() if status
    }


def test_all_errors_live_in_the_tree() -> None:
    defined = {
        name
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, HeardError) and kind is not HeardError
    }

    assert defined == {kind.__name__ for kind in EVERY}


@pytest.mark.parametrize("kind", EVERY)
def test_every_error_leaves_as_a_problem_of_its_status(kind: type[HeardError]) -> None:
    error = made(kind)
    answer = error_response(error)
    document = json.loads(answer["body"])

    assert answer["statusCode"] == kind.http_status == document["status"]
    assert answer["headers"]["content-type"] == "application/problem+json; charset=utf-8"
    assert answer["headers"]["cache-control"] == "no-store"
    assert (document["type"], document["detail"]) == (f"urn:heard:{kind.code}", error.detail)
    assert ("retry-after" in answer["headers"]) == kind.retryable == issubclass(kind, Fault)
    assert None not in document.values()


def test_codes_tell_errors_apart() -> None:
    assert len({kind.code for kind in EVERY}) == len(EVERY)


def test_a_conflict_says_its_reason_and_a_platform_how_long_to_wait() -> None:
    assert problem(made(ConflictError))["reason"] == "already_closed"
    assert error_response(made(PlatformUnavailable))["headers"]["retry-after"] == "17"
