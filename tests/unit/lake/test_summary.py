"""What a summary counts, worked out by hand; how it adds up; and how large it is."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.lake import day_summary, touched_reviews, write_day
from heard.lake.columns import REVIEWS
from heard.lake.files import json_line, rows_key, summary_key
from heard.lake.summary import EDGES_S, MAX_BYTES, MEASURES, OTHER
from heard.outcomes import CLOSING_KINDS, Kind, Outcome
from tests.unit.lake.chains import DAY, Chain, Shelf, facts_of, stored, touched

CHANNELS = (
    "review_site",
    "social",
    "forum",
    "app_store",
    "messaging",
    "email",
    "phone",
    "survey",
)
SEVERITIES = ("critical", "high", "medium", "low", "praise")
TOPICS = ("app", "cleanliness", "delivery", "food", "payment", "price", "quality", "room", "staff")


def summary_of(*chains: Chain, day: str = DAY) -> dict[str, Any]:
    return day_summary(touched(chains, day), "acme", day)


def cube(summary: dict[str, Any], *by: str) -> dict[tuple[Any, ...], dict[str, int]]:
    """The cells of the finest cube that has these dimensions, added up over the others."""
    with_topics = "topic" in by
    candidates = [
        each
        for each in summary["cubes"]
        if set(by) <= set(each["by"]) and ("topic" in each["by"]) is with_topics
    ]
    found = candidates[0]
    cells: dict[tuple[Any, ...], Counter[str]] = {}
    for cell in found["cells"]:
        place = tuple(cell[found["by"].index(name)] for name in by)
        counts = dict(zip(MEASURES, cell[len(found["by"]) :], strict=True))
        cells.setdefault(place, Counter()).update(counts)
    return {place: {k: v for k, v in counts.items() if v} for place, counts in cells.items()}


def two_complaints_and_thanks() -> list[Chain]:
    first = Chain("rev_a").accept("09:00", topics=["delivery", "food"], rating=1)
    first.open("09:00", due_at="13:00")
    first.person("11:30", Kind.ANSWERED, waited_s=9000)
    second = Chain("rev_b", severity="medium", channel="email").accept("23:10", place="south")
    second.open("23:10", due_at="2026-03-03T12:00")
    thanks = Chain("rev_c", severity="praise").accept("09:59", rating=5, topics=[])
    thanks.acknowledge("10:00", variant="warm")
    return [first, second, thanks]


def test_what_happened_on_a_day() -> None:
    summary = summary_of(*two_complaints_and_thanks())

    assert {name: summary[name] for name in ("schema", "business", "day")} == {
        "schema": 1,
        "business": "acme",
        "day": DAY,
    }
    assert (summary["outcomes"], summary["reviews"], summary["late"]) == (7, 3, 0)
    assert summary["kinds"] == {
        "accepted": 3,
        "follow_up_opened": 2,
        "acknowledged": 1,
        "answered": 1,
    }
    assert summary["ratings"] == {"1": 1, "2": 1, "5": 1}
    assert summary["variants"] == {"warm": 1}
    assert summary["ignored"] == summary["levels"] == summary["promises"] == {}


def test_cells_say_what_happened_when_where_and_about_what() -> None:
    summary = summary_of(*two_complaints_and_thanks())

    assert cube(summary, "hour", "severity") == {
        (9, "high"): {"opened": 1},
        (11, "high"): {"answered": 1, "closed": 1},
        (23, "medium"): {"opened": 1},
        (9, "praise"): {"opened": 1},
        (10, "praise"): {"acknowledged": 1, "closed": 1},
    }
    assert cube(summary, "channel", "place") == {
        ("review_site", "north"): {"opened": 2, "answered": 1, "closed": 2, "acknowledged": 1},
        ("email", "south"): {"opened": 1},
    }
    # A review counts once for each of its topics, and not at all without one.
    assert cube(summary, "topic") == {
        ("delivery",): {"opened": 2, "answered": 1, "closed": 1},
        ("food",): {"opened": 1, "answered": 1, "closed": 1},
    }


def test_first_answers_with_their_waiting_times() -> None:
    answers = summary_of(*two_complaints_and_thanks())["first_answers"]

    assert list(answers) == ["high"]
    assert answers["high"]["in_time"] == 1
    assert answers["high"]["waited"]["sum_s"] == 9000
    # 9,000 seconds are in the fourth bucket: more than two hours, and at most four.
    assert answers["high"]["waited"]["buckets"] == [0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert EDGES_S[2] < 9000 <= EDGES_S[3]


def test_the_edges_of_buckets_belong_to_the_bucket_below() -> None:
    chains = [
        Chain(f"rev_{seconds}").accept("09:00").open("09:00", due_at="13:00")
        for seconds in (900, 901, 604_800, 604_801)
    ]
    for chain in chains:
        chain.person("11:00", Kind.ANSWERED, waited_s=int(chain.review.removeprefix("rev_")))

    buckets = summary_of(*chains)["first_answers"]["high"]["waited"]["buckets"]

    assert buckets == [1, 1, 0, 0, 0, 0, 0, 1, 1]


def test_a_second_answer_is_no_first_one() -> None:
    chain = Chain("rev_a").accept("09:00").open("09:00", due_at="13:00")
    chain.person("10:00", Kind.INVITED_PRIVATE)
    chain.person("2026-03-03T10:00", Kind.ANSWERED)

    first, second = (summary_of(chain, day=day) for day in (DAY, "2026-03-03"))

    assert first["first_answers"]["high"]["in_time"] == 1
    assert second["first_answers"] == {}
    assert cube(second, "severity") == {("high",): {"closed": 1}}


def test_a_late_answer_without_a_time_that_was_due() -> None:
    late = Chain("rev_a").accept("09:00").open("09:00", due_at="10:00")
    late.person("10:01", Kind.ANSWERED)
    nothing_due = Chain("rev_b").accept("09:00").person("10:01", Kind.ANSWERED)

    answers = summary_of(late, nothing_due)["first_answers"]["high"]

    assert (answers["in_time"], answers["late"], answers["nothing_due"]) == (0, 1, 1)


def test_promises_and_levels_of_the_day() -> None:
    chain = Chain("rev_a").accept("09:00").open("09:00", due_at="10:00")
    chain.add("10:00", Kind.ESCALATED, level=1, due_at=stored("11:00"), **chain.of_follow_up())
    chain.person("10:30", Kind.PROMISED, promised_for=stored("12:00"))
    chain.person("11:00", Kind.PROMISED, promised_for=stored("2026-03-03T12:00"))
    chain.person("2026-03-03T13:00", Kind.ANSWERED)

    first, second = (summary_of(chain, day=day) for day in (DAY, "2026-03-03"))

    assert first["levels"] == {"1": 1}
    assert first["promises"] == {"made": 2, "moved": 1}
    assert second["promises"] == {"late": 1}
    assert cube(first, "severity")["high",]["escalated"] == 1


def test_what_came_late_is_counted_on_the_day_of_its_seal() -> None:
    chain = Chain("rev_a").accept("23:59")
    shelf = Shelf(chain)

    write_day(shelf, "acme", "2026-03-03", chain.outcomes, shelf.earlier)

    (summary,) = (shelf[summary_key("acme", "2026-03-03")],)
    assert b'"late":1,' in summary
    assert b'"kinds":{"accepted":1}' in summary


def test_a_day_without_outcomes_has_a_summary() -> None:
    summary = summary_of()

    assert (summary["outcomes"], summary["reviews"], summary["kinds"]) == (0, 0, {})
    assert [each["cells"] for each in summary["cubes"]] == [[], [], []]


def test_reasons_that_are_too_many_to_name_are_added_up() -> None:
    chains = [
        Chain(f"rev_{number:03}", severity=None).add("09:00", Kind.IGNORED, reason=f"r-{number}")
        for number in range(60)
    ]
    ignored = summary_of(*chains, *[_ignored(number, "r-7") for number in range(5)])["ignored"]

    assert len(ignored) == 51
    assert (ignored["r-7"], ignored[OTHER]) == (6, 10)


def _ignored(number: int, reason: str) -> Chain:
    return Chain(f"rev_x{number}", severity=None).add("10:00", Kind.IGNORED, reason=reason)


def busy_day(reviews: int, places: int) -> list[Chain]:
    cells = itertools.cycle(itertools.product(range(24), CHANNELS, SEVERITIES))
    chains: list[Chain] = []
    for number, (hour, channel, severity) in zip(range(reviews), cells, strict=False):
        place = f"{number * 7 % places:03}-of-many-places-with-a-code-of-40"[:40]
        topics = sorted({TOPICS[number % 9], TOPICS[number // 9 % 9]})
        chain = Chain(f"rev_{number:06}", severity, channel)
        chain.accept(f"{hour:02}:00", place=place, topics=topics)
        chains.append(
            chain.add(f"{hour:02}:30", Kind.IGNORED, reason=f"reason-{number}-" + "x" * 25)
        )
    return chains


@pytest.mark.parametrize(("reviews", "places"), [(100, 3), (3_000, 3), (3_000, 500)])
def test_a_summary_is_never_larger_than_its_bound(reviews: int, places: int) -> None:
    summary = summary_of(*busy_day(reviews, places))

    assert len(json_line(summary)) <= MAX_BYTES
    for by in ("topic", "severity", "hour"):
        opened = sum(cell.get("opened", 0) for cell in cube(summary, by).values())
        assert opened == (2 * reviews - reviews // 9 if by == "topic" else reviews) or by == "topic"


def test_a_quiet_day_is_counted_in_full_detail_and_a_busy_one_in_less() -> None:
    quiet, busy = summary_of(*busy_day(50, 3)), summary_of(*busy_day(3_000, 500))

    assert quiet["cubes"][0]["by"] == ["hour", "channel", "severity", "place", "topic"]
    assert busy["cubes"][0]["by"] == ["channel", "severity", "topic"]
    assert all(len(each["by"]) < 4 for each in busy["cubes"])


def test_places_that_are_too_many_are_added_up_and_none_is_lost() -> None:
    places = cube(summary_of(*busy_day(3_000, 500)), "place")

    assert sum(cell["opened"] for cell in places.values()) == 3_000
    assert len(places) == 101
    assert (OTHER,) in places


# Any chains, also such as no review would have.

KINDS = st.sampled_from(list(Kind))
STEPS = st.lists(
    st.tuples(KINDS, st.integers(0, 40), st.sampled_from(SEVERITIES)), min_size=1, max_size=12
)
DAYS = [(date(2026, 3, 1) + timedelta(days=number)).isoformat() for number in range(25)]


@st.composite
def logs(draw: st.DrawFn) -> list[Chain]:
    chains: list[Chain] = []
    for number in range(draw(st.integers(1, 4))):
        chain, hours = Chain(f"rev_{number}"), 0
        for kind, later, severity in draw(STEPS):
            hours += later
            chain.severity = severity
            at = f"2026-03-{1 + hours // 24:02}T{hours % 24:02}:00"
            chain.add(at, kind, **_detail(kind, severity, later))
        chains.append(chain)
    return chains


def _detail(kind: Kind, severity: str, number: int) -> dict[str, Any]:
    """Some of what an outcome may say."""
    fields: dict[str, Any] = {
        "severity": severity,
        "rating": number % 6 or None,
        "topics": list(TOPICS[: number % 4]),
        "place": f"place-{number % 3}",
        "reason": f"reason-{number % 3}",
        "follow_up": "fup_1",
        "queue": "general",
        "due_at": f"2026-03-{1 + number % 20:02}T12:00:00.000Z",
        "level": number % 3,
        "by": "ana",
        "reply": "rpl_1" if number % 2 else None,
        "public": number % 3 == 0,
        "waited_s": number * 1000,
        "promised_for": f"2026-03-{1 + number % 25:02}T12:00:00.000Z",
        "variant": "warm" if number % 2 else None,
        "after": "answered",
    }
    kept = itertools.compress(fields, (number >> place & 1 for place in range(len(fields))))
    return fields if number % 4 else {name: fields[name] for name in kept}


@given(logs())
def test_sums_over_days_are_counts_of_outcomes(chains: list[Chain]) -> None:
    everything = [each for chain in chains for each in chain.outcomes]
    summaries = [summary_of(*chains, day=day) for day in DAYS]

    kinds: Counter[str] = Counter()
    measures: Counter[str] = Counter()
    answers = 0
    for summary in summaries:
        kinds.update(summary["kinds"])
        for cell in cube(summary, "severity").values():
            measures.update(cell)
        answers += sum(
            of_severity[name]
            for of_severity in summary["first_answers"].values()
            for name in ("in_time", "late", "nothing_due")
        )

    assert kinds == Counter(each.kind.value for each in everything)
    assert sum(summary["outcomes"] for summary in summaries) == len(everything)
    assert measures["opened"] == len(chains)
    assert measures["closed"] == _count(everything, *CLOSING_KINDS)
    assert measures["acknowledged"] == _count(everything, Kind.ACKNOWLEDGED)
    assert measures["reopened"] == _count(everything, Kind.REOPENED)
    assert measures["escalated"] == _count(everything, Kind.ESCALATED)
    assert measures["answered"] == answers <= len(chains)


def _count(outcomes: list[Outcome], *kinds: Kind) -> int:
    return sum(each.kind in kinds for each in outcomes)


@given(logs(), st.randoms(use_true_random=False))
def test_a_day_that_is_made_twice_is_equal_whatever_the_order(
    chains: list[Chain], random: Any
) -> None:
    for day in {each.at[:10] for chain in chains for each in chain.outcomes}:
        shelves = [Shelf(*chains), Shelf(*chains)]
        for number, shelf in enumerate(shelves):
            facts = facts_of(chains, day)
            if number:
                random.shuffle(facts)
            write_day(shelf, "acme", day, facts, shelf.earlier)

        assert dict(shelves[0]) == dict(shelves[1])
        assert len(shelves[0]) == 2


@given(logs())
def test_a_row_depends_on_the_chain_and_not_on_how_it_is_split_into_days(
    chains: list[Chain],
) -> None:
    """The last row of a review is the one that all its outcomes would give on one day."""
    for chain in chains:
        last = chain.outcomes[-1].at[:10]
        (split,) = touched([chain], last)

        assert split.chain == tuple(chain.outcomes)
        assert {each.sequence for each in split.outcomes_of_day} == split.today


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=300) | st.just("x" * 100_000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)
_KINDS_OF_VALUES = {
    "string": str,
    "int": int,
    "bigint": int,
    "boolean": bool,
    "array<string>": list,
}


@given(logs(), st.data())
def test_a_forged_outcome_spoils_no_row_and_no_summary(
    chains: list[Chain], data: st.DataObject
) -> None:
    """Whoever may write to the table may put anything there, and it is sealed as it is."""
    chain = data.draw(st.sampled_from(chains))
    number = data.draw(st.integers(0, len(chain.outcomes) - 1))
    forged = chain.outcomes[number]
    names = ("review", "sequence", "at", "platform", "channel", "severity", "actor", "detail")
    name, value = data.draw(st.sampled_from(names)), data.draw(JSON)
    detail = dict.fromkeys((*forged.detail, "variant", "level", "topics", "place", "due_at"), value)
    chain.outcomes[number] = replace(forged, **{name: detail if name == "detail" else value})
    day = forged.at[:10]
    facts = [each for each in chain.outcomes if str(each.at)[:10] in {day, str(value)[:10]}]
    shelf = Shelf(*chains)

    write_day(shelf, "acme", day, facts, shelf.earlier)

    assert len(shelf[summary_key("acme", day)]) <= MAX_BYTES
    for row in shelf.lines(rows_key("acme", day)):
        for column, kind in REVIEWS.items():
            assert row[column] is None or type(row[column]) is _KINDS_OF_VALUES[kind], column


@pytest.mark.parametrize("severity", [[], {}, False, 0])
def test_a_severity_that_is_empty_and_no_text_is_no_outcome_of_ours(severity: Any) -> None:
    chain = Chain("rev_a").accept("09:00").acknowledge("10:00")
    chain.outcomes[1] = replace(chain.outcomes[1], severity=severity)

    summary = day_summary(touched_reviews(DAY, chain.outcomes), "acme", DAY)

    assert summary["kinds"] == {"accepted": 1}


def test_a_time_that_does_not_exist_is_no_outcome_of_ours() -> None:
    chain = Chain("rev_a").accept("09:00").acknowledge("10:00")
    chain.outcomes[1] = replace(chain.outcomes[1], at="2026-03-32T10:00:00.000Z")

    summary = day_summary(touched_reviews(DAY, chain.outcomes), "acme", DAY)

    assert summary["kinds"] == {"accepted": 1}
