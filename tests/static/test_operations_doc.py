"""docs/operations.md says what the template, the functions and the command have: both ways."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import pytest

from heard.acknowledgements.rendering import MAX_CHARACTERS
from heard.automatic_replies import AUTHOR_CAP, THREAD_CAP
from heard.connectors.connector import Connector
from heard.connectors.http import HttpClient
from heard.connectors.mail import BODY_LIMIT
from heard.follow_ups import CLAIM_LEASE, INVITATION_WAIT, MAX_REVIEWS
from heard.messaging import BATCH_ENTRIES, retry_delay
from heard.places import MAX_PLACES
from heard.policy.check.size import MAX_DOCUMENT_BYTES
from heard.policy.schema import MAX_DELAY
from heard.polling import (
    MAX_FORWARD_PAGES,
    MAX_PAGES,
    MAX_REMEMBERED,
    MAX_REREADS,
    MAX_SUSPECTS,
)
from heard.reviews import TEXT_LIMIT_BYTES
from heard.steps.ingest import QUARANTINE_BYTES
from heard.steps.intake import HAND_BACK_AFTER, RUN_BYTES
from heard.steps.poll import POLL_SECONDS
from heard.steps.ports import SHARED_SECONDS, UNSURE_SECONDS
from heard.steps.sweep import CARRY_OUT_PAUSE
from heard.storage.quarantine import EXPIRY_WARNING, QUARANTINE_RETENTION
from heard.storage.setup import MAX_PLACES_BYTES
from heard.storage.sweep_index import SWEEP_FOLLOW_UP_AFTER, SWEEP_REVIEW_AFTER
from heard.threads import PUBLIC_REPLY_CAP
from heard_cli.deploy import CANNOT_UPDATE, EXECUTIONS_NEEDED
from heard_cli.doctor.command import CHECKS
from heard_cli.policy.source import MAX_BYTES
from tests.static.cloudformation import resources, template
from tests.static.repository import FUNCTIONS, HANDLERS, ROOT

OPERATIONS: Final = (ROOT / "docs" / "operations.md").read_text()
SCALES: Final[dict[str, dict[str, Any]]] = template()["Mappings"]["Scales"]
ALARMS: Final = resources("AWS::CloudWatch::Alarm")
TABLES: Final = resources("AWS::DynamoDB::Table")
ROUTE: Final = json.loads((FUNCTIONS / "route" / "workflow.asl.json").read_text())


def _section(title: str) -> str:
    """What is under a heading, up to the next one that is not below it."""
    level = title.split(" ", 1)[0]
    text = OPERATIONS.partition(f"\n{title}\n")[2]
    assert text, f"There is no section {title}."
    return re.split(rf"\n#{{1,{len(level)}}} ", text)[0]


def _rows(title: str) -> list[list[str]]:
    """The cells of the tables of a section, without their heads."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in _section(title).splitlines()
        if line.startswith("|")
    ]
    heads = {number - 1 for number, row in enumerate(rows) if set("".join(row)) <= set("- ")}
    return [
        row for number, row in enumerate(rows) if number not in heads and number - 1 not in heads
    ]


def _names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_no_two_sections_have_the_same_name() -> None:
    """Else a link leads to the first one only."""
    titles = re.findall(r"^#+ (.+)$", OPERATIONS, re.MULTILINE)

    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("path", ["template.yaml", "cli", "layers/heard/heard"])
def test_a_section_that_the_code_names_exists(path: str) -> None:
    """`docs/operations.md, Polling` in an alarm or a message, which may wrap there."""
    titles = set(re.findall(r"^#+ (.+)$", OPERATIONS, re.MULTILINE))
    place = ROOT / path
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    text = "\n".join(file.read_text() for file in files)
    text = re.sub(r'"\s*\n\s*f?"', "", text)
    named = {
        " ".join(name.split())
        for name in re.findall(r"docs/operations\.md,\s+([A-Z][\w\s-]*?)[).\";:]", text)
    }

    assert named
    assert named <= titles


# Alarms


def _count(alarm: dict[str, Any]) -> str:
    """How many an alarm counts, in the words of the document."""
    threshold = alarm["Threshold"]
    match alarm["ComparisonOperator"], alarm["MetricName"]:
        case "GreaterThanThreshold", "IteratorAge":
            return f"over {threshold // 60_000} minutes"
        case "GreaterThanThreshold", "ApproximateAgeOfOldestMessage":
            return f"over {threshold // 60} minutes"
        case "GreaterThanThreshold", _:
            return f"{threshold + 1} or more"
        case "GreaterThanOrEqualToThreshold", _:
            return f"{threshold} or more"
        case "LessThanThreshold", _ if threshold == 1:
            return "none"
        case comparison:
            raise AssertionError(f"The document has no words for {comparison}.")


def _window(alarm: dict[str, Any]) -> str:
    """In which time, in the words of the document."""
    period, periods = alarm["Period"], alarm["EvaluationPeriods"]
    needed = alarm.get("DatapointsToAlarm", periods)
    one, several = {
        60: ("a minute", "{} minutes"),
        300: ("5 minutes", "{} × 5 minutes"),
        900: ("15 minutes", "{} × 15 minutes"),
        86_400: ("a day", "{} days"),
    }[period]
    if periods == 1:
        return one
    return (
        several.format(periods) + " in a row"
        if needed == periods
        else f"{needed} of " + (several.format(periods))
    )


def _alarm_rows() -> dict[str, list[str]]:
    return {name: row for row in _rows("## Alarms") for name in _names(row[0])}


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_an_alarm_has_a_row_that_says_when_it_fires_and_what_to_do(name: str) -> None:
    _, what, when, do = _alarm_rows()[name]

    assert when == f"{_count(ALARMS[name])} in {_window(ALARMS[name])}"
    assert what
    assert do


def test_what_a_person_must_act_on_at_once_stands_first() -> None:
    rows = _rows("## Alarms")
    urgent = [row[0].startswith("**") for row in rows]

    assert urgent == sorted(urgent, reverse=True)
    assert [row[3].startswith("**at once**") for row in rows] == urgent


def test_the_graphs_of_the_dashboard_are_named() -> None:
    (dashboard,) = resources("AWS::CloudWatch::Dashboard").values()
    widgets = json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]
    text = " ".join(_section("## Alarms").partition("The dashboard has")[2].split())

    titles = [widget["properties"]["title"] for widget in widgets]
    assert re.findall(r"\*([^*]+)\*", text.partition(". ")[0]) == titles


# Metrics


def _source(service: str) -> str:
    return (FUNCTIONS / service / "app.py").read_text()


def _families(service: str) -> tuple[set[str], set[str]]:
    """The metrics of a function: whole names, and families as regular expressions."""
    source = _source(service)
    if "lambda_handler(app, logger, metrics)" in source:
        source += (ROOT / "layers/heard/heard/http/api.py").read_text()
    if service == "desk":
        source += (ROOT / "layers/heard/heard/http/desk/acting.py").read_text()
    literal, families = set[str](), set[str]()
    for is_family, name in re.findall(r'add_metric\(\s*(f?)"([^"]+)"', source):
        if not is_family:
            literal.add(name)
        elif name.startswith("{step}"):
            steps = "|".join(sorted(re.findall(r'case "(\w+)"', source)))
            families.add(f"({steps})" + re.sub(r"{.*?}", r".+", name.removeprefix("{step}")))
        else:
            families.add(re.sub(r"{.*?}", ".+", name))
    return literal, families


def _documented_metrics() -> dict[str, set[str]]:
    metrics: dict[str, set[str]] = {}
    services: list[str] = []
    for row in _rows("## Metrics"):
        services = _names(row[0]) or services
        for service in services:
            metrics.setdefault(service, set()).update(_names(row[1]))
    return metrics


@pytest.mark.parametrize("service", HANDLERS)
def test_the_metrics_of_a_function_are_those_of_the_table(service: str) -> None:
    literal, families = _families(service)
    documented = _documented_metrics().get(service, set())

    assert literal <= documented
    unknown = {
        name
        for name in documented - literal
        if not any(re.fullmatch(family, name) for family in families)
    }
    assert unknown == set()
    missing = {
        family for family in families if not any(re.fullmatch(family, name) for name in documented)
    }
    assert missing == set()


@pytest.mark.parametrize(
    ("service", "prefix", "names"),
    [
        ("sweep", "swept_", r'^        "(\w+)": (?:report|len)'),
        ("retention", "retention_", r'"(\w+)"(?=[,)])(?=.*\n    totals)'),
    ],
)
def test_every_count_of_a_run_is_in_the_table(service: str, prefix: str, names: str) -> None:
    counts = set(re.findall(names, _source(service), re.MULTILINE))

    assert counts
    assert {prefix + name for name in counts} == {
        name for name in _documented_metrics()[service] if name.startswith(prefix)
    }


def test_every_metric_of_an_alarm_is_in_the_table() -> None:
    for alarm in ALARMS.values():
        if alarm["Namespace"] == "Heard":
            (service,) = (
                dimension["Value"]
                for dimension in alarm["Dimensions"]
                if dimension["Name"] == "service"
            )
            assert alarm["MetricName"] in _documented_metrics()[service]


# What the template makes


def test_the_outputs_are_those_of_the_template() -> None:
    assert {name for row in _rows("### Outputs") for name in _names(row[0])} == set(
        template()["Outputs"]
    )


def test_the_log_groups_are_named() -> None:
    logs = _section("## Logs, and the way of one review")

    for group in resources("AWS::Logs::LogGroup").values():
        name = group["LogGroupName"]["Fn::Sub"].replace("${AWS::StackName}", "{stack}")
        assert f"`{name}`" in logs


def _duration(seconds: int) -> str:
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds % length == 0:
            return f"{seconds // length} {unit}{'s' * (seconds != length)}"
    return f"{seconds} seconds"


def test_the_queues_are_those_of_the_template() -> None:
    rows = {_names(row[0])[0]: row[1:] for row in _rows("### Queues")}
    queues = resources("AWS::SQS::Queue")

    assert set(rows) == set(queues)
    for name, queue in queues.items():
        kept, hidden, received, then = rows[name]
        assert kept.split(",")[0] == _duration(queue["MessageRetentionPeriod"])
        if redrive := queue.get("RedrivePolicy"):
            assert hidden == _duration(queue["VisibilityTimeout"])
            assert received.startswith(f"{redrive['maxReceiveCount']} times")
            assert _names(then) == [redrive["deadLetterTargetArn"]["Fn::GetAtt"][0]]


def _all_readers(scale: str) -> int:
    """The readers of both queues. In `small` nothing comes to the praise queue."""
    readers, praise = SCALES[scale]["Readers"], SCALES[scale]["Praise"]
    return readers if scale == "small" else readers + praise


def test_the_scales_are_those_of_the_template() -> None:
    rows = {_names(row[0])[0]: row[1:] for row in _rows("## Executions at once")}

    assert set(rows) == set(SCALES)
    for name, scale in SCALES.items():
        runs, polls = int(scale["Runs"]), scale["Polls"]
        readers, words = _all_readers(name), f"{scale['Readers']:,}"
        if readers != scale["Readers"]:
            words = f"({words} + {scale['Praise']:,})"
        at_once, executions, door, quota = rows[name]
        assert at_once == f"{readers * runs:,}"
        assert executions == (
            f"{words} × (1 + {runs}) + {polls} polls = {readers * (1 + runs) + polls:,}"
        )
        assert door.startswith(f"{scale['Door']:,}, reserved" if scale["Door"] else "what is left")
        assert quota == f"{EXECUTIONS_NEEDED[name]:,}"


def test_the_parameter_names_the_runs_of_each_scale() -> None:
    (row,) = (row for row in _rows("### Parameters") if row[0] == "`Scale`")
    described = template()["Parameters"]["Scale"]["Description"]

    for name, scale in SCALES.items():
        runs = f"{_all_readers(name) * int(scale['Runs']):,}"
        assert f"{runs} (`{name}`)" in row[2]
        assert f"{runs} ({name})" in described


def test_a_table_that_is_restored_by_hand_gets_all_that_the_template_gives_it() -> None:
    """AWS restores items, indexes and encryption, and none of these."""
    section = _section("### A table that was deleted")
    commands = {
        "TimeToLiveSpecification": "update-time-to-live",
        "DeletionProtectionEnabled": "--deletion-protection-enabled",
        "PointInTimeRecoverySpecification": "PointInTimeRecoveryEnabled=true",
        "StreamSpecification": "StreamEnabled=true,StreamViewType=NEW_IMAGE",
        "ResourcePolicy": "put-resource-policy",
    }
    comes_back = {"BillingMode", "SSESpecification", "AttributeDefinitions", "KeySchema"}
    comes_back |= {"GlobalSecondaryIndexes", "WarmThroughput"}
    properties = {name for table in TABLES.values() for name in table} - comes_back

    assert properties == set(commands)
    assert [command for command in commands.values() if command not in section] == []
    expiring = [name for name, table in TABLES.items() if "TimeToLiveSpecification" in table]
    first, second = (name.removesuffix("Table") for name in expiring)
    assert f"Time to live is for the {first} and {second} tables." in section


# What the code has


def test_every_check_of_the_doctor_is_in_the_table() -> None:
    named = [name for row in _rows("## Check a stack") for name in row[0].split(", ")]

    assert sorted(named) == sorted(check.name for check in CHECKS)


def test_start_over_has_every_status_that_is_refused() -> None:
    named = {name for row in _rows("## Start over") for name in _names(row[0])}

    assert named - {"DELETING"} >= CANNOT_UPDATE
    assert {name for name in named if name.endswith(("_FAILED", "_COMPLETE"))} == CANNOT_UPDATE


HTTP: Final = HttpClient.__init__.__kwdefaults__ or {}
LIMITS: Final = {
    "body of a webhook": [
        f"{Connector.body_limit // 1024} KiB",
        f"{BODY_LIMIT / 1_000_000} MB for e-mail",
    ],
    "text of a review": [f"{TEXT_LIMIT_BYTES:,} bytes"],
    "a policy": [f"{MAX_BYTES:,} bytes as written", f"{MAX_DOCUMENT_BYTES:,} when complete"],
    "places of a business": [f"{MAX_PLACES}; {MAX_PLACES_BYTES:,} bytes"],
    "an acknowledgement": [f"{MAX_CHARACTERS} characters", f"{_duration(MAX_DELAY)}"],
    "the API, webhooks and desk together": [
        "{Rate:,} requests a second, bursts of {Burst:,}".format(**SCALES["large"]),
        "with `huge` {Rate:,} and {Burst:,}".format(**SCALES["huge"]),
    ],
    "a claim": [_duration(int(CLAIM_LEASE.total_seconds()))],
    "public replies in a thread": [str(PUBLIC_REPLY_CAP)],
    "automatic replies to an author in 24 hours": [
        f"{THREAD_CAP} in a thread, {AUTHOR_CAP} over all threads"
    ],
    "an invitation without a resolution": [_duration(int(INVITATION_WAIT.total_seconds()))],
    "reviews in a follow-up": [str(MAX_REVIEWS)],
    "an answer that cannot be carried out": [
        "`MaxReceiveCount` tries",
        f"{int(HAND_BACK_AFTER.total_seconds()) // 60} minutes",
    ],
    "one poll": [
        f"{MAX_PAGES} pages ({MAX_FORWARD_PAGES} of a list that runs oldest first)",
        f"{MAX_SUSPECTS + MAX_REREADS} re-readings, {POLL_SECONDS} s",
    ],
    "what is remembered of a connection": [f"{MAX_REMEMBERED:,} reviews"],
    "one call of a platform": [
        "{connect_seconds} s to connect, {read_seconds} s of silence, {total_seconds} s".format(
            **HTTP
        )
    ],
    "all calls of one step to its platform": [
        f"{SHARED_SECONDS} s; {UNSURE_SECONDS:.0f} s to reply"
    ],
    f"one run of the route workflow, for up to {BATCH_ENTRIES} messages and {RUN_BYTES:,} bytes": [
        f"{ROUTE['TimeoutSeconds']} s"
    ],
    "the whole of one reply step": [f"{template()['Globals']['Function']['Timeout']} s"],
    "runs at the same time": [
        f"{_all_readers(name):,} {'readers ' * (name == 'small')}of {scale['Runs']}"
        for name, scale in SCALES.items()
    ],
}
"""What each row says, from the constants. `huge` alone lets in more than the others."""
WITHOUT_A_CONSTANT: Final = {"a promise", "remedies to one follow-up", "a follow-up"}
"""What a policy sets, or another row."""


def _limits() -> dict[str, str]:
    return {row[0]: row[1] for row in _rows("## Limits and quotas")}


def test_every_limit_is_checked() -> None:
    assert set(_limits()) == {*LIMITS, *WITHOUT_A_CONSTANT}
    assert len({(scale["Rate"], scale["Burst"]) for scale in SCALES.values()}) == 2


@pytest.mark.parametrize("limit", sorted(LIMITS))
def test_a_limit_is_that_of_the_code(limit: str) -> None:
    text = _limits()[limit]

    assert [words for words in LIMITS[limit] if words not in text] == []


def test_the_sweep_waits_as_long_as_the_document_says() -> None:
    section = " ".join(_section("## The sweep").split())
    review = int(SWEEP_REVIEW_AFTER.total_seconds()) // 60
    follow_up = int(SWEEP_FOLLOW_UP_AFTER.total_seconds()) // 60
    pause = int(CARRY_OUT_PAUSE.total_seconds()) // 60

    assert f"nothing has changed for {review} minutes" in section
    assert f"due time passed {follow_up} minutes ago" in section
    assert (
        f"carried out {follow_up} minutes after they were given, nor tried for {pause}" in section
    )


def test_the_document_says_how_much_of_an_unreadable_delivery_is_kept() -> None:
    section = " ".join(_section("## Quarantine").split())

    assert f"of a body over {QUARANTINE_BYTES:,} bytes its beginning" in section
    assert f"expires* {QUARANTINE_RETENTION.days} days after it came" in section
    assert f"deleted within {EXPIRY_WARNING.days} days" in section


def test_the_document_says_when_a_review_is_tried_again() -> None:
    tries = int(template()["Parameters"]["MaxReceiveCount"]["Default"])
    delays = [retry_delay(number) for number in range(1, tries)]
    section = " ".join(_section("## Dead letters").split())

    assert f"attempts are {delays[0]}, {delays[1]}, {delays[2]} … seconds apart" in section
    assert f"later ones {delays[-1] // 60} minutes" in section
    assert 50 * 60 < sum(delays) < 80 * 60, "about an hour"
