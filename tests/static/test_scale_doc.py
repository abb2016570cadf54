"""docs/scale.md shows what the simulation of hot keys counts, and what the template can take."""

from __future__ import annotations

from heard.messaging import BATCH_ENTRIES
from heard.storage.sweep_index import _OLD_SHARDS, SWEEP_SHARDS
from heard_cli.deploy import EXECUTIONS_NEEDED
from tests.benchmarks import prices, secret_reads
from tests.benchmarks.partition_heat import KEY_UNITS, REVIEWS, simulate, table
from tests.static.cloudformation import template
from tests.static.repository import ROOT

DOCUMENT = (ROOT / "docs" / "scale.md").read_text()
SCALES = template()["Mappings"]["Scales"]


def test_the_table_of_hot_keys_is_what_the_simulation_counts() -> None:
    assert "\n".join(table()) in DOCUMENT


def test_only_a_list_of_follow_ups_is_too_hot_at_ten_thousand_reviews_a_second() -> None:
    """And only if people of the largest business answer hundreds in each second."""
    hot = {index for index, heat in simulate(1_000).items() if heat.units > KEY_UNITS}

    assert hot == {"open_follow_ups"}
    assert simulate(1_000)["open_follow_ups"].units / 4 < KEY_UNITS, "they are only opened"


def test_the_sweep_and_the_reviews_are_not_too_hot_for_one_business_either() -> None:
    heat = simulate(1)

    assert max(heat["sweep"].units, heat["review"].units, heat["page"].units) <= KEY_UNITS / 2
    assert heat["by_day"].reviews > 1_600
    assert heat["sweep"].keys == 64
    assert heat["review"].keys == REVIEWS


def test_the_table_of_secrets_is_what_is_expected_of_the_processes() -> None:
    assert "\n".join(secret_reads.table()) in DOCUMENT


def test_few_connections_stay_far_below_the_quota_of_the_parameter_store() -> None:
    for load in secret_reads.LOADS:
        reads = secret_reads.reads_per_second(load, secret_reads.NOW_SECONDS)
        assert reads <= secret_reads.reads_per_second(load, secret_reads.BEFORE_SECONDS)
        if load.connections == 10:
            assert reads < prices.PARAMETER_READS_PER_SECOND / 20


def test_every_scale_fits_into_the_executions_that_it_asks_for() -> None:
    for name, scale in SCALES.items():
        readers = scale["Readers"] + (scale["Praise"] if name != "small" else 0)
        readers = readers * (1 + int(scale["Runs"])) + scale["Polls"]
        needed = readers + scale["Door"]
        # AWS keeps 100 executions of an account unreserved.
        assert needed + (100 if scale["Door"] else 0) <= EXECUTIONS_NEEDED[name], name
        assert min(scale["Readers"], scale["Praise"]) >= 2, "what AWS allows"
        assert max(scale["Readers"], scale["Praise"]) <= 1_000, "what AWS allows"


def test_the_largest_scale_lets_in_ten_thousand_reviews_a_second_and_processes_half() -> None:
    huge = SCALES["huge"]

    for name, reviews in (("large", 650), ("huge", 5_000)):
        readers, praise = SCALES[name]["Readers"], SCALES[name]["Praise"]
        for share in (0.6, 0.8):  # of reviews with three stars and more
            limits = (readers / (1 - share), praise / share)
            assert min(limits) * BATCH_ENTRIES / 2 >= reviews, "new ones, ten in a run of 2 s"
        alone = readers * int(SCALES[name]["Runs"]) / 0.65
        assert alone >= 2 * 0.2 * reviews, "answers, and as many that failed before"
    assert huge["Rate"] >= 1.8 * 10_000


def test_the_small_and_the_large_setting_are_those_of_the_template() -> None:
    small, huge = SCALES["small"], SCALES["huge"]
    queries = SWEEP_SHARDS + _OLD_SHARDS
    cents = round(queries / 2 * 30 * 24 * 12 * prices.READ_UNIT * 100)

    assert f"{queries} queries every 5 minutes ({SWEEP_SHARDS} shards" in DOCUMENT
    assert f", {cents} cents a month" in DOCUMENT
    most = min(huge["Readers"] / 0.4, huge["Praise"] / 0.8)  # 60 to 80 % have three stars and more
    assert f"processing {most * BATCH_ENTRIES / 2:,.0f}," in DOCUMENT
    for row in (
        f"| executions needed | {EXECUTIONS_NEEDED['small']:,} | {EXECUTIONS_NEEDED['huge']:,} |",
        f"| readers × runs at once | {small['Readers']:,} × {small['Runs']} "
        f"| ({huge['Readers']:,} + {huge['Praise']:,}) × {huge['Runs']} |",
        f"| polls at once | {small['Polls']} | {huge['Polls']} |",
        f"| reserved for the door | none | {huge['Door']:,} |",
        f"| API, calls/s and burst | {small['Rate']:,}, {small['Burst']:,} "
        f"| {huge['Rate']:,}, {huge['Burst']:,} |",
    ):
        assert row in DOCUMENT
