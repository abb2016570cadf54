"""The tables that Athena reads are those that the library writes, and the documents say so."""

from __future__ import annotations

import re
from typing import Any

import pytest

from heard.lake.columns import DETAIL, NEVER_SAID, PARTITIONS, REVIEWS, TABLES
from heard_cli.report.athena import OUTPUTS
from heard_cli.report.queries import ANALYTICS
from tests.static.cloudformation import as_list, resources, statements, template
from tests.static.repository import ROOT
from tests.unit.test_outcome_fields import table_rows

DOCUMENT = (ROOT / "docs" / "lake.md").read_text()


def tables() -> dict[str, dict[str, Any]]:
    """The tables of the template by name."""
    inputs = [table["TableInput"] for table in resources("AWS::Glue::Table").values()]
    return {table["Name"]: table for table in inputs}


def test_the_template_has_the_tables_of_the_lake() -> None:
    assert tables().keys() == TABLES.keys()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_the_columns_that_are_written(name: str) -> None:
    columns = tables()[name]["StorageDescriptor"]["Columns"]

    assert {column["Name"]: column["Type"] for column in columns} == TABLES[name]
    assert [column["Name"] for column in columns] == list(TABLES[name])


@pytest.mark.parametrize("name", TABLES)
def test_where_the_files_of_a_day_lie_follows_from_the_query(name: str) -> None:
    table = tables()[name]
    parameters = table["Parameters"]

    assert [key["Name"] for key in table["PartitionKeys"]] == list(PARTITIONS)
    assert parameters["projection.enabled"] == "true"
    # A query that names no business fails, and does not read those of all.
    assert parameters["projection.business.type"] == "injected"
    assert parameters["projection.day.type"] == "date"
    assert parameters["projection.day.format"] == "yyyy-MM-dd"
    assert parameters["projection.day.range"].endswith(",NOW")
    template_of_place = parameters["storage.location.template"]["Fn::Sub"]
    assert (
        template_of_place == f"s3://${{LakeBucket}}/{name}/business=${{!business}}/day=${{!day}}/"
    )
    assert table["StorageDescriptor"]["Location"]["Fn::Sub"] == f"s3://${{LakeBucket}}/{name}/"


def test_a_query_is_bounded_and_its_results_are_encrypted_and_go_away() -> None:
    (group,) = resources("AWS::Athena::WorkGroup").values()
    configuration = group["WorkGroupConfiguration"]
    result = configuration["ResultConfiguration"]

    assert configuration["EnforceWorkGroupConfiguration"] is True
    assert 10_000_000 <= configuration["BytesScannedCutoffPerQuery"] <= 10 * 1024**3
    assert result["EncryptionConfiguration"]["EncryptionOption"] == "SSE_KMS"
    prefix = result["OutputLocation"]["Fn::Sub"].removeprefix("s3://${LakeBucket}/")
    rules = resources("AWS::S3::Bucket")["LakeBucket"]["LifecycleConfiguration"]["Rules"]
    (rule,) = [rule for rule in rules if rule.get("Prefix") == prefix]
    assert rule["ExpirationInDays"] <= 7
    # The files of days stay.
    assert not [rule for rule in rules if rule.get("Prefix") in {f"{name}/" for name in TABLES}]
    assert not [rule for rule in rules if "ExpirationInDays" in rule and "Prefix" not in rule]


def test_no_function_asks_athena_or_glue() -> None:
    holders = [
        (name, action)
        for name, statement in statements()
        for action in as_list(statement.get("Action", []))
        if action.startswith(("athena:", "glue:"))
    ]

    assert holders == []


def test_the_stack_says_where_the_command_finds_the_lake() -> None:
    assert {"LakeBucketName", *OUTPUTS} <= template()["Outputs"].keys()


def test_every_documented_field_of_an_outcome_is_a_field_of_the_table() -> None:
    documented = {field for _, always, sometimes in table_rows() for field in (*always, *sometimes)}

    assert set(DETAIL) == documented


def test_the_document_explains_every_column() -> None:
    section = DOCUMENT.partition("### The columns of `reviews`")[2].partition("### ")[0]
    rows = re.findall(r"^\| (`[^|]+) \| ([^|]+) \|$", section, re.MULTILINE)
    explained = [name for names, _ in rows for name in re.findall(r"`(\w+)`", names)]

    assert explained == list(REVIEWS)
    null = [name for names, text in rows if "always null" in text for name in names.split(", ")]
    assert {name.strip("`") for name in null} == NEVER_SAID


def test_the_document_lists_every_report() -> None:
    section = DOCUMENT.partition("## The reports")[2].partition("\n## ")[0]

    assert re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE) == sorted(
        path.stem for path in ANALYTICS.glob("*.sql")
    )
