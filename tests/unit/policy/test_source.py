"""A policy as people write it.

YAML is read as they mean it. Surprising YAML is refused. Every message names the line and the fix.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from heard.errors import BadRequest
from heard.policy import complete_document, load_policy
from heard_cli.policy.check import check, check_content, print_schema, read_valid_policy
from heard_cli.policy.compile import YEARS_AHEAD, compile_policy
from heard_cli.policy.descriptions import hours_in_words, then_in_words, when_in_words
from heard_cli.policy.source import MAX_BYTES, MAX_DEPTH, read_source
from heard_cli.stack import CommandError
from tests.unit.policy.policies import CONDITION_VALUES, conditions, documents

TODAY = date(2026, 11, 22)
app = typer.Typer()
app.command()(check)
app.command("schema")(print_schema)


@settings(deadline=None, max_examples=40)
@given(documents())
def test_a_policy_written_as_yaml_or_json_is_read_as_the_same_document(
    document: dict[str, Any],
) -> None:
    for text in (
        yaml.safe_dump(document, allow_unicode=True),
        yaml.safe_dump(document, default_flow_style=True),
        json.dumps(document, indent=2),
    ):
        source = read_source(text.encode())
        assert (source.document, source.issues) == (document, ())


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("", {}),
        ("# nothing yet\n", {}),
        ("\ufeffname: Acme\n", {"name": "Acme"}),
        ("language: [no, on, yes, de]", {"language": ["no", "on", "yes", "de"]}),
        ("formality: {no: formal}", {"formality": {"no": "formal"}}),
        ("from: 22:00\nto: 07:00", {"from": "22:00", "to": "07:00"}),
        ("add: [2026-12-24]", {"add": ["2026-12-24"]}),
        ("a: true\nb: False\nc: 'true'\nd: ~", {"a": True, "b": False, "c": "true", "d": None}),
        (
            "a: 12\nb: -1.5\nc: 1e3\nd: '12'\ne: 1_000\nf: 0x1F",
            {"a": 12, "b": -1.5, "c": 1000.0, "d": "12", "e": "1_000", "f": "0x1F"},
        ),
        ("why: >-\n  two\n  lines\n", {"why": "two lines"}),
        ("a: .inf\nb: .nan\nc: =", {"a": ".inf", "b": ".nan", "c": "="}),
    ],
)
def test_yaml_values_are_read_as_the_author_of_a_policy_means_them(
    text: str, document: dict[str, Any]
) -> None:
    source = read_source(text.encode())
    assert (source.document, source.issues) == (document, ())


@pytest.mark.parametrize(
    ("text", "line", "message", "fix"),
    [
        ("name: a\nname: b", 2, '"name" is given twice, first in line 1', "Keep one of them."),
        ("a: &x [1]\nb: *x", 1, "&x is a YAML anchor", "Remove it"),
        ("b:\n  - *x", 2, "*x is a YAML alias", "Remove it and write the value here."),
        ("a:\n  <<: {b: 1}", 2, "is a YAML merge key", "Remove it and write"),
        ("a: !!python/object:os.system x", 1, "is a YAML tag", "Remove it"),
        ("name: a\n\trules: []", 2, "there is a tab here", "Indent with spaces"),
        ("why: ask: them", 1, "there is a colon in the wrong place", "quotes"),
        ("rules:\n  - id: a\n    when: {}\n   then: {}", 4, "indentation", "same column"),
        ("rules: [a, b", 1, "a comma or a closing bracket is missing", "Close the bracket"),
        ('name: "Acme\n', 2, "a quotation mark is not closed", "Close it"),
        ("name: @acme", 1, "@ cannot begin a value", "Put the text in quotes."),
        (
            "priority: 010",
            1,
            "010 starts with a zero",
            'Write 10 for the number, or "010" in quotes',
        ),
        ("limit: 1e999", 1, "is too large", "Give a smaller one."),
        (
            "name: a\n---\nname: b",
            2,
            "a second YAML document starts here",
            "Keep one policy per file",
        ),
        ("? [a]\n: b", 1, "is not a plain key", 'Write "name: value"'),
        ("a: " + "[" * (MAX_DEPTH + 2), 1, "is nested too deep", "check the brackets"),
        ("a: b\u200b\x07", 1, "there is an invisible character", "Type the line again"),
        ("- a\nb: c", 2, "indentation", "same column"),
    ],
)
def test_surprising_yaml_is_refused_with_its_line_and_a_fix(
    text: str, line: int, message: str, fix: str
) -> None:
    issue = read_source(text.encode()).issues[0]
    assert issue.line == line
    assert message in issue.message
    assert fix in issue.fix


def test_a_file_that_is_not_text_too_long_or_full_of_aliases_is_refused() -> None:
    (issue,) = read_source(b"name: a\nwhy: caf\xe9").issues
    assert (issue.line, issue.column, issue.fix) == (2, 9, "Save the file again as UTF-8.")
    assert "The limit is" in read_source(b"#" * (MAX_BYTES + 1)).issues[0].fix
    billion_laughs = "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
    )
    assert read_source(billion_laughs.encode()).issues[0].line == 1


POLICY = """\
name: Acme
rules:
  - id: R21-regulars
    when: {severity: [high], author_value_min: 70}
    then: {route: both, queue: vip}
"""


@given(st.binary(max_size=80), st.integers(0, len(POLICY)), st.integers(0, 6))
def test_garbage_in_a_policy_file_gives_findings_and_never_an_exception(
    garbage: bytes, at: int, replaced_count: int
) -> None:
    for content in (
        garbage,
        POLICY[:at].encode() + garbage + POLICY[at + replaced_count :].encode(),
    ):
        result = check_content(content, TODAY)
        assert result.errors or result.document
        for finding in result.diagnostics:
            assert 1 <= finding.line <= content.count(b"\n") + content.count(b"\r") + 2
            assert finding.message
            assert finding.fix.endswith((".", "?"))


SYNTAX = r"""a rules when : - [ ] { } , ' " &x *x !!int << # | > ? 1 no ~ \ ... --- %YAML"""
BREAKS = ["\n", "\n  ", "\n    ", " ", ": ", "- ", "\t", "\u2028", "\x85", '"\\U99999999"']
yaml_fragments = st.sampled_from([*SYNTAX.split(), *BREAKS])


@given(st.lists(yaml_fragments, max_size=25).map("".join))
def test_broken_yaml_gives_findings_and_never_an_exception(text: str) -> None:
    result = check_content(text.encode(), TODAY)
    assert result.errors or result.document


def test_a_finding_names_the_line_and_column_of_the_problem() -> None:
    text = (
        POLICY
        + "  - id: R02-x\n    when: {severty: [low]}\n    then: {rout: both}\n"
        + "calender: {}\ngive_up_after: soon\n"
    )
    messages = [
        finding.as_line("acme.yaml") for finding in check_content(text.encode(), TODAY).diagnostics
    ]
    assert messages == [
        'acme.yaml:7:12: error: rules[1].when.severty: unknown. Did you mean "severity"?',
        "acme.yaml:8:5: error: rules[1].then.route: is missing. Add it: acknowledge, follow_up (a "
        "person), both, or nothing.",
        'acme.yaml:8:12: error: rules[1].then.rout: unknown. Did you mean "route"?',
        'acme.yaml:9:1: error: calender: unknown. Did you mean "calendar"?',
        'acme.yaml:10:1: error: give_up_after: "soon" is not a duration. Give seconds, or for '
        'example "15m", "2 hours" or "30d".',
    ]


@pytest.mark.parametrize(
    ("holidays", "line", "message"),
    [
        ("{country: UK, subdivision: ENG}", 2, None),
        ("{country: de}", 2, 'no holidays are known for the country "de". Did you mean "DE"?'),
        ("{country: Germany}", 2, "Give its ISO 3166-1 code"),
        (
            "{country: DE, subdivision: Bayernn}",
            2,
            'no holidays are known for the part of DE "Bayernn". Did you mean',
        ),
        ("{subdivision: BE}", 2, "needs a country. Add the country"),
        ("{country: DE, remove: [2027-05-02]}", 2, "2027-05-02 is not a holiday there"),
        ("{country: DE, lunch: 1}", 2, "calendar.holidays.lunch: unknown"),
        ("{country: DE, add: [soon]}", 2, '"soon" is not a day'),
        ("[2026-02-30]", 2, '"2026-02-30" is not a day'),
    ],
)
def test_unknown_holidays_are_reported_with_their_line(
    holidays: str, line: int, message: str | None
) -> None:
    diagnostics = check_content(f"calendar:\n  holidays: {holidays}\n".encode(), TODAY).diagnostics
    if message is None:
        assert diagnostics == ()
    else:
        lines = [finding.as_line("x") for finding in diagnostics if finding.line == line]
        assert any(message in text for text in lines), diagnostics


def test_a_countrys_holidays_become_dates_for_years_ahead() -> None:
    holidays = {
        "country": "DE",
        "subdivision": "BE",
        "add": ["2026-12-24"],
        "remove": ["2027-05-01"],
    }
    document = compile_policy(
        {"calendar": {"timezone": "Europe/Berlin", "holidays": holidays}}, TODAY
    )
    days = document["calendar"]["holidays"]
    assert {"2026-12-24", "2026-12-25", "2027-03-08", f"{2026 + YEARS_AHEAD}-10-03"} <= set(days), (
        "Women's Day is Berlin's own"
    )
    assert "2027-05-01" not in days
    assert days == sorted(days)
    assert document == complete_document(document)
    assert load_policy(document).calendar.hours == load_policy({}).calendar.hours
    with pytest.raises(
        BadRequest, match=r'calendar\.holidays\.country: no holidays are known for the country "XX"'
    ):
        compile_policy({"calendar": {"holidays": {"country": "XX"}}}, TODAY)


def test_the_check_command_describes_a_good_policy_and_locates_the_errors_of_a_bad_one(
    tmp_path: Path,
) -> None:
    file = tmp_path / "acme.yaml"
    file.write_text(POLICY)
    good = CliRunner().invoke(app, ["check", str(file)])
    assert good.exit_code == 0
    for words in (
        "R21-regulars",
        "severity high",
        "acknowledge, and a person, queue vip",
        "R02-praise",
        "mon to fri 09:00-17:00 (UTC)",
    ):
        assert words in good.output

    file.write_text(POLICY.replace("both", "bth"))
    bad = CliRunner().invoke(app, ["check", str(file)])
    assert bad.exit_code == 1
    assert f"{file}:5:12: error: rules[0].then.route: " in bad.output
    result = CliRunner().invoke(app, ["check", str(file), "--json"])
    (finding,) = json.loads(result.stdout)["diagnostics"]
    assert (result.exit_code, finding["line"], finding["column"], finding["path"]) == (
        1,
        5,
        12,
        "rules[0].then.route",
    )


def test_only_a_policy_without_errors_can_be_published(tmp_path: Path) -> None:
    file = tmp_path / "acme.yaml"
    file.write_text(POLICY)
    assert read_valid_policy(file) == (POLICY, complete_document(yaml.safe_load(POLICY)))
    file.write_text(
        POLICY.replace("severity: [high]", "severity: [high], rating_min: 4, rating_max: 2")
    )
    with pytest.raises(CommandError) as error:
        read_valid_policy(file)
    assert (
        f"{file}:4:30: error: rules[0].when.rating_min: no rating is at least 4 and at most 2."
        in error.value.message
    )


def test_the_schema_command_prints_the_published_schema() -> None:
    published = (
        Path(str(load_policy.__code__.co_filename)).with_name("schema.json").read_text("utf-8")
    )
    assert CliRunner().invoke(app, ["schema"]).stdout == published


@settings(deadline=None)
@given(conditions(max_size=6))
def test_conditions_are_described_in_words_without_their_field_names(when: dict[str, Any]) -> None:
    description = when_in_words(when)
    assert description
    assert description.count(",") >= len(when) - 2
    assert not any(name in description for name in CONDITION_VALUES if "_" in name)


def test_conditions_actions_and_hours_are_described_in_words() -> None:
    assert when_in_words({}) == "always"
    assert (
        when_in_words({"rating_max": 4, "severity": ["low"], "rating_min": 2})
        == "severity low, 2 to 4 stars"
    )
    assert (
        when_in_words({"rating_max": 1, "working_hours": False})
        == "outside working hours, at most 1 star"
    )
    then = {
        "route": "both",
        "sla": {"seconds": 86_400, "clock": "working"},
        "priority": 5,
        "delay": 0,
        "variants": ["a", "b"],
    }
    assert (
        then_in_words(then)
        == "acknowledge, and a person within 24 working hours, priority 5, worded a or b, at once"
    )
    assert then_in_words({"route": "nothing", "reason": "spam"}) == "nothing (spam)"
    hours = {
        "mon": [["09:00", "12:00"], ["13:00", "17:00"]],
        "tue": [["09:00", "12:00"], ["13:00", "17:00"]],
        "sat": [["10:00", "14:00"]],
    }
    description = hours_in_words({"timezone": "Asia/Tokyo", "hours": hours})
    assert description == "mon to tue 09:00-12:00 and 13:00-17:00, sat 10:00-14:00 (Asia/Tokyo)"


@pytest.mark.parametrize(
    ("country", "missing"),
    [("AU", "ACT, NSW, NT"), ("DE", "BB, BE, BW"), ("UK", "ENG, NIR, SCT"), ("CH", "AG, AI")],
)
def test_a_country_whose_holidays_differ_by_subdivision_is_a_warning_that_names_them(
    country: str, missing: str
) -> None:
    content = f"calendar:\n  holidays: {{country: {country}}}\n".encode()
    result = check_content(content, TODAY)
    (finding,) = result.diagnostics
    assert (finding.line, finding.severity) == (2, "warning")
    assert f"holidays of {country} differ by subdivision" in finding.message
    assert missing in finding.fix
    assert result.document is not None


@pytest.mark.parametrize(
    "holidays",
    ["{country: AU, subdivision: NSW}", "{country: DE, subdivision: BE}", "{country: JP}"],
)
def test_a_subdivision_or_a_country_without_them_is_no_warning(holidays: str) -> None:
    content = f"calendar:\n  holidays: {holidays}\n".encode()
    assert check_content(content, TODAY).diagnostics == ()


def test_years_whose_holidays_are_not_known_are_a_warning_in_our_words() -> None:
    content = b"calendar:\n  holidays: {country: IN, subdivision: GA}\n"
    # Python's own warnings are errors in tests: one of the library's would end this one.
    (finding,) = check_content(content, TODAY).diagnostics
    assert finding.severity == "warning"
    assert "not all holidays of IN are known for 2036" in finding.message
