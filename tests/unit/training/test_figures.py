"""The page and the plot of an evaluation."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from heard.reviews import Channel
from heard_cli.assess import measures
from heard_cli.assess.predictions import Inputs, rating_baseline
from heard_training import figures, findings, reliability
from heard_training.corpus import Row, Use
from heard_training.findings import EvaluationReport, JudgedRow, SourceStatus

truths_and_scores = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=60)


@settings(max_examples=25)
@given(st.lists(truths_and_scores, min_size=1, max_size=3))
def test_the_plot_is_well_formed_and_inside_its_frame(
    engines: list[list[tuple[bool, float]]],
) -> None:
    parts = {
        f"<engine {n}>": measures.bins([t for t, _ in pairs], [p for _, p in pairs])
        for n, pairs in enumerate(engines)
    }
    image = ElementTree.fromstring(reliability.plot(parts, "a < b", "predicted", "observed"))
    left, top, width, height = map(float, image.attrib["viewBox"].split())
    texts = [
        "".join(element.itertext()) for element in image.iter("{http://www.w3.org/2000/svg}text")
    ]
    assert set(parts) <= set(texts)
    for line in image.iter("{http://www.w3.org/2000/svg}polyline"):
        for point in line.attrib["points"].split():
            x, y = map(float, point.split(","))
            assert left <= x <= width
            assert top <= y <= height


def test_replacing_the_figures_of_a_page_keeps_the_text_around_them() -> None:
    page = f"# Page\n\nbefore\n\n{figures.BEGIN}\nold\n{figures.END}\n\nafter\n"
    row = Row("1", "shop", Use.MEASURE, "en", Channel.REVIEW_SITE, "x", polarity=1)
    judged_rows = [JudgedRow(row, rating_baseline(1 + n % 5)) for n in range(findings.MIN_TEXTS)]
    report = EvaluationReport(
        models={"quick": "quick-1"},
        persons=findings.person_figures(
            "quick", judged_rows, lambda _, __: SourceStatus.UNSEEN, Inputs.TEXT
        ),
    )
    updated = figures.replace_figures(page, report, "plot.svg")
    assert updated.startswith("# Page\n\nbefore\n\n")
    assert updated.endswith(f"{figures.END}\n\nafter\n")
    assert "old" not in updated
    assert "| shop | en | quick | unseen | 20 | 100.0 % | - |" in updated
    assert figures.replace_figures(updated, report, "plot.svg") == updated
