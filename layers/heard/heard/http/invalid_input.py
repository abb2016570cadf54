"""What is wrong with a request, in words that say how to correct it.

pydantic finds the mistakes; its own texts are written for programmers. The commands use the same
words. A message repeats what was sent only if it is short and no free text: a reply's words belong
in no error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

_LONGEST_ECHO: Final = 40

_PATTERN_MEANINGS: Final[Mapping[str, str]] = {
    "^[A-Za-z0-9_-]{8,64}$": "must have 8 to 64 letters (a-z, A-Z), digits, '-' or '_'",
    "^([A-Z]{3})?$": "must be a currency code of three capital letters, such as EUR",
    "^fup_[a-z0-9]{8,40}$": "must be the id of a follow-up, which begins with fup_",
    "^rev_[a-z0-9]{8,40}$": "must be the id of a review, which begins with rev_",
}

_DATE_AND_TIME: Final = (
    "must be a date and time with its time zone, such as 2026-03-17T09:00:00Z or "
    "2026-03-17T10:00:00+01:00"
)
_WHOLE_NUMBER: Final = "must be a whole number"
_NUMBER: Final = "must be a number"
_TEXT: Final = "must be a text"
_OBJECT: Final = "must be a JSON object"
_TRUE_OR_FALSE: Final = "must be true or false"

_REQUIREMENTS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "missing": lambda _: "is missing",
    "extra_forbidden": lambda _: "is not a field of this request",
    "enum": lambda limits: f"must be {str(limits['expected']).replace("'", '')}",
    "string_pattern_mismatch": lambda limits: _PATTERN_MEANINGS.get(
        limits["pattern"], f"must match {limits['pattern']}"
    ),
    "string_type": lambda _: _TEXT,
    "string_too_short": lambda limits: f"must have at least {_characters(limits['min_length'])}",
    "string_too_long": lambda limits: f"must have at most {_characters(limits['max_length'])}",
    "less_than_equal": lambda limits: f"must be at most {limits['le']}",
    "greater_than_equal": lambda limits: f"must be at least {limits['ge']}",
    "greater_than": lambda limits: f"must be more than {limits['gt']}",
    "int_type": lambda _: _WHOLE_NUMBER,
    "int_parsing": lambda _: _WHOLE_NUMBER,
    "int_parsing_size": lambda _: f"{_WHOLE_NUMBER} with fewer digits",
    "int_from_float": lambda _: _WHOLE_NUMBER,
    "float_type": lambda _: _NUMBER,
    "float_parsing": lambda _: _NUMBER,
    "list_type": lambda _: "must be a list",
    "string_unicode": lambda _: "must be a text of whole characters",
    "bool_type": lambda _: _TRUE_OR_FALSE,
    "bool_parsing": lambda _: _TRUE_OR_FALSE,
    "decimal_type": lambda _: _NUMBER,
    "decimal_parsing": lambda _: _NUMBER,
    "finite_number": lambda _: _NUMBER,
    "decimal_max_digits": lambda limits: f"must have at most {limits['max_digits']} digits",
    "decimal_max_places": lambda limits: (
        f"must have at most {limits['decimal_places']} decimal places"
    ),
    "decimal_whole_digits": lambda limits: (
        f"must have at most {limits['whole_digits']} digits before the decimal point"
    ),
    "datetime_type": lambda _: _DATE_AND_TIME,
    "datetime_parsing": lambda _: _DATE_AND_TIME,
    "datetime_from_date_parsing": lambda _: _DATE_AND_TIME,
    "datetime_object_invalid": lambda _: _DATE_AND_TIME,
    "timezone_aware": lambda _: _DATE_AND_TIME,
    "model_type": lambda _: _OBJECT,
    "model_attributes_type": lambda _: _OBJECT,
    "dict_type": lambda _: _OBJECT,
}
"""What each of pydantic's error types asks for, given the limits in its context."""

_VALIDATOR_PREFIX: Final = "Value error, "
"""What pydantic puts before the words of a validator of ours."""

_WITHOUT_ECHO: Final = frozenset({"missing", "extra_forbidden"})


def describe_invalid_input(errors: Sequence[Mapping[str, Any]]) -> str:
    """One sentence for each of pydantic's errors, in their order."""
    return " ".join(_sentence(error) for error in errors)


def _sentence(error: Mapping[str, Any]) -> str:
    place = [str(part) for part in error["loc"]]
    kind = error["type"]
    if kind == "json_invalid":
        return f"The body is not JSON: there is a mistake at character {error['loc'][-1] + 1}."
    names = place[1:]
    # The number of a value in a list: `kind` twice in a query is such a list.
    if len(names) > 1 and names[-1].isdigit():
        names.pop()
    subject = f"`{'.'.join(names)}`" if names else "The body"
    has_echo = kind in _REQUIREMENTS and kind not in _WITHOUT_ECHO
    return f"{subject} {requirement(error)}{_echo(error.get('input')) if has_echo else ''}."


def requirement(error: Mapping[str, Any]) -> str:
    """What one of pydantic's errors asks for, in words that follow the name of the field."""
    words = _REQUIREMENTS.get(error["type"])
    if words is None:
        return f"is not valid: {error['msg'].removeprefix(_VALIDATOR_PREFIX).rstrip('.')}"
    return words(_limits_of(error))


def _limits_of(error: Mapping[str, Any]) -> Mapping[str, Any]:
    """The limits that were broken.

    Powertools drops the context of a text that is too long; there, pydantic's words have the limit.
    """
    if limits := error.get("ctx"):
        return limits
    digits = "".join(character for character in error["msg"] if character.isdigit())
    return {"max_length": int(digits)} if digits else {}


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count} characters"


def _echo(value: object) -> str:
    if isinstance(value, bool | int | float) or (
        isinstance(value, str) and 0 < len(value) <= _LONGEST_ECHO
    ):
        return f"; it is {value!r}"
    return ""
