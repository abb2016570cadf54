"""A simulation as one HTML page.

It loads nothing from a server. It can be read on a phone, in dark mode, on paper and with a screen
reader. Every plot is drawn here as SVG, with its figures in a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from html import escape
from pathlib import Path
from typing import Final

from heard.assessment import Severity
from heard.policy import Decision, Route
from heard.policy.simulation import WEEK_HOURS, DecisionChange, Simulation

ROUTES: Final = (Route.FOLLOW_UP, Route.BOTH, Route.ACKNOWLEDGE, Route.NOTHING)
"""The routes in the order from a person's work to none."""

ROUTE_WORDS: Final = {
    Route.FOLLOW_UP: "a person",
    Route.BOTH: "both",
    Route.ACKNOWLEDGE: "automatic",
    Route.NOTHING: "no answer",
}
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_STYLE_FILE: Final = Path(__file__).with_suffix(".css")
_MOST_RULES: Final = 15
_PLOT_WIDTH: Final = 460
"""Units across a plot: few, so that its texts can be read on a phone."""
_LABEL_HEIGHT: Final = 31
"""Units that a route's two lines of text need, however few reviews take it."""


@dataclass(frozen=True, slots=True)
class ReportMetadata:
    """What was compared: both policies by name and hash, the source of the reviews, and notes."""

    before: str
    before_hash: str
    after: str
    after_hash: str
    source: str
    notes: Sequence[str]
    made_at: datetime


def render_page(simulation: Simulation, metadata: ReportMetadata) -> str:
    """The whole page."""
    parts = [
        _head(simulation, metadata),
        _warning(simulation),
        _tiles(simulation),
        _figure(
            "Where reviews go",
            f"On the left the route of today ({escape(metadata.before)}), on the right the new one "
            f"({escape(metadata.after)}). "
            "Strong bands are reviews whose route changes.",
            _sankey(simulation),
            _routes_table(simulation),
        ),
        *_workload_sections(simulation),
        _rules(simulation),
        _severities(simulation),
        _examples(simulation),
        _foot(simulation, metadata),
    ]
    return _PAGE.format(
        title=escape(f"{metadata.before} → {metadata.after}"),
        style=_STYLE_FILE.read_text(encoding="utf-8"),
        body="\n".join(part for part in parts if part),
    )


# Words


def _head(simulation: Simulation, metadata: ReportMetadata) -> str:
    period = ""
    if simulation.first and simulation.last:
        period = f", {simulation.first:%d %b %Y} to {simulation.last:%d %b %Y}"
    verdict = (
        "nothing would change"
        if not simulation.changed
        else (
            f"{_format_count(simulation.changed, 'review')} of {simulation.reviews:,} would be "
            "treated differently"
        )
    )
    return (
        "<header><p class='kicker'>What the new policy would have "
        f"done</p><h1>{escape(metadata.before)} <span class='arrow'>→</span> "
        f"{escape(metadata.after)}</h1><p class='lead'>On "
        f"{_format_count(simulation.reviews, 'past review')} "
        f"({escape(metadata.source)}{period}) <strong>{verdict}</strong>.</p></header>"
    )


def _warning(simulation: Simulation) -> str:
    paragraphs: list[str] = []
    if lost := simulation.lost_person:
        paragraphs.append(
            f"<p class='warn'><strong>{_format_count(lost.total(), 'review')} that went to a "
            f"person before would no longer reach one</strong> ({_by_severity(lost)}). Look "
            "at the examples before you publish.</p>"
        )
    if gained := simulation.gained_person:
        paragraphs.append(
            f"<p class='note'>{_format_count(gained.total(), 'review')} that did not go to a "
            f"person before would now reach one ({_by_severity(gained)}).</p>"
        )
    return "".join(paragraphs)


def _tiles(simulation: Simulation) -> str:
    before, after, weeks = simulation.before, simulation.after, simulation.weeks
    share = 100 * simulation.rerouted / simulation.reviews if simulation.reviews else 0.0
    tiles = [
        ("change route", f"{simulation.rerouted:,}", f"{share:.1f} % of {simulation.reviews:,}")
    ]
    if weeks:
        hours = [round(load.minutes / 60 / weeks, 1) for load in (before, after)]
        tiles.append(
            (
                "human work a week",
                f"{hours[1]:,.1f} h",
                f"was {hours[0]:,.1f} h ({_format_signed(hours[1] - hours[0], 1)} h)",
            )
        )
    else:
        tiles.append(
            (
                "human work",
                f"{after.minutes / 60:,.1f} h",
                f"was {before.minutes / 60:,.1f} h ({_format_signed(simulation.extra_hours, 1)} h)",
            )
        )
    tiles.append(
        (
            "for a person",
            f"{after.follow_ups:,}",
            f"was {before.follow_ups:,} ({_format_signed(after.follow_ups - before.follow_ups)})",
        )
    )
    difference = after.acknowledgements - before.acknowledgements
    tiles.append(
        (
            "automatic answers",
            f"{after.acknowledgements:,}",
            f"was {before.acknowledgements:,} ({_format_signed(difference)})",
        )
    )
    tiles_html = "".join(
        f"<div><dt>{name}</dt><dd>{value}</dd><dd class='was'>{was}</dd></div>"
        for name, value, was in tiles
    )
    return f"<dl class='tiles'>{tiles_html}</dl>"


def _foot(simulation: Simulation, metadata: ReportMetadata) -> str:
    minutes = ", ".join(
        f"{severity.value} {count}" for severity, count in simulation.minutes.items()
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in metadata.notes)
    undated = (
        (
            f"<li>{_format_count(simulation.undated, 'review')} without a time are counted in the "
            "totals but not in the hours.</li>"
        )
        if simulation.undated
        else ""
    )
    return (
        "<section><h2>How this was counted</h2><ul><li>Assumed minutes of a person's work "
        f"per follow-up: {minutes}.</li><li>Each review is decided afresh by both policies, "
        "with its assessment and thread state at that time; what another policy would have "
        "answered earlier in the same thread is not simulated.</li><li>Hours are those of "
        f"{escape(simulation.timezone)}. A follow-up that is due at 17:00 counts for the hour "
        f"that ends then.</li>{undated}{notes}</ul><p class='fine'>{escape(metadata.before)}: "
        f"<code>{metadata.before_hash[:16]}</code> · {escape(metadata.after)}: "
        f"<code>{metadata.after_hash[:16]}</code> · made {metadata.made_at:%Y-%m-%d %H:%M} "
        "UTC</p></section>"
    )


# Plots


def _sankey(simulation: Simulation) -> str:
    """Routes before on the left, after on the right; a band is as thick as it has reviews."""
    left, right, top, height, gap, bar = 98, _PLOT_WIDTH - 98, 4, 220, 6, 9
    routes = [route for route in ROUTES if any(route in pair for pair in simulation.routes)]
    scale = (height - gap * (len(routes) - 1)) / max(1, simulation.reviews)
    marks: list[str] = []
    tops: dict[tuple[int, Route], float] = {}
    bottom = 0.0
    for side in (0, 1):
        y = float(top)
        for route in routes:
            count = sum(number for pair, number in simulation.routes.items() if pair[side] is route)
            thickness = count * scale
            slot = max(thickness, _LABEL_HEIGHT)
            middle = y + slot / 2
            tops[side, route] = middle - thickness / 2
            x, anchor, at = (
                (left - bar, "end", left - bar - 7)
                if side == 0
                else (right, "start", right + bar + 7)
            )
            words = (
                f"<tspan class='strong'>{ROUTE_WORDS[route]}</tspan><tspan x='{at}' "
                f"dy='14'>{count:,}</tspan>"
            )
            bar_height = max(thickness, 1)
            marks.append(
                f"<rect class='r-{route.value}' x='{x}' y='{middle - bar_height / 2:.1f}' "
                f"width='{bar}' height='{bar_height:.1f}' rx='2'/>"
            )
            marks.append(
                f"<text x='{at}' y='{middle - 2:.1f}' text-anchor='{anchor}'>{words}</text>"
            )
            y += slot + gap
            bottom = max(bottom, y)
    bands: list[tuple[bool, str]] = []
    starts = dict(tops)
    for old in routes:
        for new in routes:
            if not (count := simulation.routes[old, new]):
                continue
            thickness, y0, y1 = count * scale, starts[0, old], starts[1, new]
            starts[0, old], starts[1, new] = y0 + thickness, y1 + thickness
            middle_x = (left + right) / 2
            path = (
                f"M{left},{y0:.1f} C{middle_x},{y0:.1f} {middle_x},{y1:.1f} {right},{y1:.1f} "
                f"L{right},{y1 + thickness:.1f} C{middle_x},{y1 + thickness:.1f} "
                f"{middle_x},{y0 + thickness:.1f} {left},{y0 + thickness:.1f} Z"
            )
            name = f"{ROUTE_WORDS[old]} → {ROUTE_WORDS[new]}: {count:,}"
            kind = "same" if old is new else "moves"
            # A thin line stays visible even if a few reviews are less than a pixel.
            bands.append(
                (
                    old is not new,
                    f"<path class='band {kind} r-{new.value}' "
                    f"d='{path}'><title>{name}</title></path>",
                )
            )
    bands_svg = "".join(band for _, band in sorted(bands, key=lambda band: band[0]))
    return _svg(
        f"Bands from {len(routes)} routes to {len(routes)} routes",
        bottom,
        bands_svg + "".join(marks),
    )


def _workload_sections(simulation: Simulation) -> Iterable[str]:
    weeks = simulation.weeks
    if not weeks or not (simulation.before.follow_ups or simulation.after.follow_ups):
        return ()
    old, new = (
        [minutes / weeks for minutes in load.arriving]
        for load in (simulation.before, simulation.after)
    )
    most = max([*old, *new, 1e-9])
    change = [b - a for a, b in zip(old, new, strict=True)]
    max_difference = max([abs(count) for count in change] or [0.0])

    def format_minutes(value: float) -> str:
        return f"{value:.1f} min"

    maps = "".join(
        f"<div><h3>{name}</h3>{_heat_map(name, values, scale, format_minutes)}</div>"
        for name, values, scale in (("Today", old, most), ("With the new policy", new, most))
    )
    difference_map = "<p>There is no difference in any hour.</p>"
    if max_difference > 0:
        heat_map = _heat_map(
            "Difference",
            change,
            max_difference,
            lambda value: f"{value:+.1f} min",
            both_ways=True,
        )
        key = (
            "<p class='key'><span class='swatch more'></span> more work "
            "<span class='swatch less'></span> less work</p>"
        )
        difference_map = f"<div><h3>Difference</h3>{heat_map}{key}</div>"
    due = [[count / weeks for count in load.due] for load in (simulation.before, simulation.after)]
    return (
        _figure(
            "When the work comes in",
            (
                "Minutes of human work per hour of an average week, by the time the reviews came "
                f"in ({escape(simulation.timezone)}). The strongest colour means {most:.0f} "
                f"minutes (in the difference: {max_difference:.0f})."
            ),
            f"<div class='maps'>{maps}{difference_map}</div>",
            _week_table(("today", "new", "difference"), (old, new, change), "minutes"),
        ),
        _figure(
            "When answers are due",
            "Follow-ups whose SLA ends in that hour of an average week "
            f"({escape(simulation.timezone)}).",
            _step_plot(due[0], due[1])
            + (
                "<p class='key'><span class='swatch old'></span> today <span class='swatch "
                "new'></span> new policy</p>"
            ),
            _week_table(("today", "new"), due, "follow-ups due"),
        ),
    )


def _heat_map(
    name: str,
    values: Sequence[float],
    most: float,
    format_value: Callable[[float], str],
    *,
    both_ways: bool = False,
) -> str:
    """Hours across, days down."""
    left, top, cell_width, cell_height = 36, 18, 17.4, 17
    cells: list[str] = []
    for hour, value in enumerate(values):
        day, clock = divmod(hour, 24)
        at = (
            f"x='{left + clock * cell_width:.1f}' y='{top + day * cell_height}' "
            f"width='{cell_width - 1.4:.1f}' height='{cell_height - 1.4:.1f}' rx='2'"
        )
        title = f"<title>{DAYS[day]} {clock:02d}:00 {format_value(value)}</title>"
        cells.append(f"<rect class='cell' {at}>{'' if value else title}</rect>")
        if value:
            kind = ("more" if value > 0 else "less") if both_ways else "heat"
            strength = 0.12 + 0.88 * abs(value) / (most or 1)
            cells.append(f"<rect class='{kind}' {at} fill-opacity='{strength:.2f}'>{title}</rect>")
    labels = [
        f"<text x='{left - 6}' y='{top + day * cell_height + 12}' text-anchor='end'>{name}</text>"
        for day, name in enumerate(DAYS)
    ]
    labels += [
        f"<text x='{left + clock * cell_width:.1f}' y='12'>{clock:02d}</text>"
        for clock in range(0, 24, 3)
    ]
    return _svg(
        f"{name}: a heat map of 7 days by 24 hours", top + 7 * cell_height, "".join(cells + labels)
    )


def _step_plot(old: Sequence[float], new: Sequence[float]) -> str:
    """Two lines in steps over the 168 hours of a week."""
    left, top, height, width = 34, 12, 130, _PLOT_WIDTH - 40
    most = max([*old, *new, 1e-9])
    step = width / WEEK_HOURS

    def line(values: Sequence[float]) -> str:
        points: list[str] = []
        for hour, value in enumerate(values):
            y = top + height * (1 - value / most)
            points += [
                f"{left + hour * step:.1f},{y:.1f}",
                f"{left + (hour + 1) * step:.1f},{y:.1f}",
            ]
        return " ".join(points)

    marks = [
        (
            f"<line class='axis' x1='{left}' x2='{left + width}' y1='{top + height}' "
            f"y2='{top + height}'/>"
        )
    ]
    for day, name in enumerate(DAYS):
        x = left + day * 24 * step
        marks.append(
            f"<line class='grid' x1='{x:.1f}' x2='{x:.1f}' y1='{top}' y2='{top + height + 4}'/>"
        )
        marks.append(
            f"<text x='{x + 12 * step:.1f}' y='{top + height + 16}' "
            f"text-anchor='middle'>{name}</text>"
        )
    for value in (most, most / 2):
        y = top + height * (1 - value / most)
        marks.append(
            f"<line class='grid' x1='{left}' x2='{left + width}' y1='{y:.1f}' y2='{y:.1f}'/>"
        )
        marks.append(
            f"<text x='{left - 5}' y='{y + 4:.1f}' text-anchor='end'>{_format_short(value)}</text>"
        )
    base = top + height
    area = (
        f"<polygon class='due-old' points='{left},{base} {line(old)} {left + width:.1f},{base}'/>"
    )
    return _svg(
        "Lines of follow-ups due by hour of the week",
        base + 24,
        f"{''.join(marks)}{area}<polyline class='due-new' points='{line(new)}'/>",
    )


def _svg(name: str, height: float, content: str) -> str:
    label = f"{escape(name, quote=True)}; its figures are in the table below"
    return (
        f"<svg viewBox='0 0 {_PLOT_WIDTH} {height:.0f}' role='img' "
        f"aria-label='{label}'>{content}</svg>"
    )


# Tables


def _route_cell(count: int, *, quiet: bool) -> str:
    return f"<td{' class=quiet' if quiet or not count else ''}>{count:,}</td>"


def _routes_table(simulation: Simulation) -> str:
    head = "".join(f"<th scope='col'>{ROUTE_WORDS[route]}</th>" for route in ROUTES)
    rows = "".join(
        f"<tr><th scope='row'>{ROUTE_WORDS[old]}</th>"
        + "".join(_route_cell(simulation.routes[old, new], quiet=old is new) for new in ROUTES)
        + "</tr>"
        for old in ROUTES
    )
    return (
        "<table><thead><tr><th scope='col'>today ↓ / new "
        f"→</th>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _week_table(names: Sequence[str], series: Sequence[Sequence[float]], unit: str) -> str:
    """The hours of the week that have any work."""
    head = "".join(f"<th scope='col'>{name}, {unit}</th>" for name in names)
    rows = "".join(
        f"<tr><th scope='row'>{DAYS[hour // 24]} {hour % 24:02d}:00</th>"
        + "".join(f"<td>{values[hour]:.2f}</td>" for values in series)
        + "</tr>"
        for hour in range(WEEK_HOURS)
        if any(values[hour] for values in series)
    )
    return (
        "<table><thead><tr><th "
        f"scope='col'>hour</th>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _rules(simulation: Simulation) -> str:
    if not simulation.rules:
        return ""
    ranked = simulation.rules.most_common()
    max_count = ranked[0][1]
    rows = "".join(
        f"<tr><td><code>{escape(old)}</code></td><td>{_other_rule(old, new)}</td>"
        f"<td>{count:,}</td><td class='bar' aria-hidden='true'><span "
        f"style='width:{100 * count / max_count:.1f}%'></span></td></tr>"
        for (old, new), count in ranked[:_MOST_RULES]
    )
    rest_count = sum(count for _, count in ranked[_MOST_RULES:])
    rest_text = (
        (
            f"<p class='fine'>And {_format_count(rest_count, 'review')} by "
            f"{len(ranked) - _MOST_RULES} other pairs of rules.</p>"
        )
        if rest_count
        else ""
    )
    return (
        "<section><h2>Which rules make the difference</h2><p>Changed reviews by the rule "
        "that decided them before and after.</p><div class='scroll'><table "
        "class='rules'><thead><tr><th scope='col'>decided before by</th><th "
        "scope='col'>decided now by</th><th "
        f"scope='col'>reviews</th><td></td></tr></thead><tbody>{rows}</tbody></table></div>{rest_text}</section>"
    )


def _other_rule(old: str, new: str) -> str:
    return "<span class='quiet'>unchanged</span>" if old == new else f"<code>{escape(new)}</code>"


def _severities(simulation: Simulation) -> str:
    changes = [
        (severity, old, new) for severity, old, new in simulation.by_severity if old is not new
    ]
    if not changes:
        return ""
    changes.sort(key=lambda key: (-key[0].rank, -simulation.by_severity[key]))
    rows = "".join(
        f"<tr><td>{_severity(severity)}</td><td>{ROUTE_WORDS[old]}</td><td>{ROUTE_WORDS[new]}</td>"
        f"<td>{simulation.by_severity[severity, old, new]:,}</td></tr>"
        for severity, old, new in changes
    )
    head = "".join(
        f"<th scope='col'>{name}</th>" for name in ("severity", "went to", "would go to", "reviews")
    )
    return (
        "<section><h2>Changed routes by severity</h2><div class='scroll'><table><thead><tr>"
        f"{head}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _examples(simulation: Simulation) -> str:
    if not simulation.kinds:
        return ""
    kinds = "".join(
        (
            f"<h3>{escape(_describe_kind(kind))} <span "
            f"class='quiet'>{_format_count(count, 'review')}</span></h3>"
        )
        + "".join(_example(change, simulation.zone) for change in simulation.examples[kind])
        for kind, count in simulation.ranked_kinds
    )
    return (
        "<section><h2>Examples of each change</h2><p>Chosen at random, but the same in every "
        f"run.</p>{kinds}</section>"
    )


def _example(change: DecisionChange, zone: tzinfo) -> str:
    review, assessment, context = change.review, change.review.assessment, change.review.context
    stars = f" · {'★' * context.rating}{'☆' * (5 - context.rating)}" if context.rating else ""
    codes = [
        *(flag.value for flag in assessment.flags),
        *dict.fromkeys(reason.code for reason in assessment.reasons),
    ]
    time_text = f" · {review.at.astimezone(zone):%a %d %b %Y %H:%M}" if review.at else ""
    quotation = (
        f"<blockquote dir='auto'>{escape(_shorten(review.text))}</blockquote>"
        if review.text
        else ""
    )
    language = escape(assessment.language or "language unknown")
    codes_html = "".join(f"<code>{escape(code)}</code> " for code in dict.fromkeys(codes))
    return (
        f"<article><p><code class='id'>{escape(review.id)}</code> {_severity(assessment.severity)} "
        f"<span class='quiet'>{escape(context.platform or context.channel.value)}{stars} · "
        f"{language}{time_text}</span></p>"
        f"{quotation}<p class='codes'>{codes_html}</p>"
        f"<p>{_describe_decision(change.before, zone)}<br><span class='arrow'>→</span> "
        f"{_describe_decision(change.after, zone)}</p></article>"
    )


def _describe_decision(decision: Decision, zone: tzinfo) -> str:
    """A decision in words."""
    text = ROUTE_WORDS[decision.route]
    if decision.reason:
        text += f" ({escape(decision.reason)})"
    if decision.route.follows_up:
        text += f", queue {escape(decision.queue)}, priority {decision.priority}"
        if decision.due_at:
            text += f", due {decision.due_at.astimezone(zone):%a %d %b %H:%M}"
        if decision.checklist:
            text += f", checklist {escape(decision.checklist)}"
    if decision.variants:
        text += f", wording {escape(', '.join(decision.variants))}"
    return f"{text} <code>{escape(decision.fired[0])}</code>"


def _figure(title: str, caption: str, content: str, table: str) -> str:
    return (
        f"<section><figure><figcaption><h2>{title}</h2><p>{caption}</p></figcaption>{content}"
        "<details><summary>As a table</summary><div "
        f"class='scroll'>{table}</div></details></figure></section>"
    )


# Parts of a page


def _describe_kind(kind: str) -> str:
    for route, words in ROUTE_WORDS.items():
        kind = kind.replace(f" {route.value} ", f" {words} ") if kind.startswith("route:") else kind
        kind = (
            kind.removesuffix(route.value) + words
            if kind.startswith("route:") and kind.endswith(f"→ {route.value}")
            else kind
        )
    return kind.removeprefix("route: ")


def _severity(severity: Severity) -> str:
    return f"<span class='severity s-{severity.value}'>{severity.value}</span>"


def _by_severity(counts: dict[Severity, int]) -> str:
    return ", ".join(
        f"{counts[severity]:,} {severity.value}"
        for severity in sorted(counts, key=lambda severity: -severity.rank)
    )


def _format_count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _format_signed(number: float, digits: int = 0) -> str:
    return "±0" if round(number, digits) == 0 else f"{number:+,.{digits}f}"


def _format_short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def _shorten(text: str, max_length: int = 400) -> str:
    return text if len(text) <= max_length else text[: max_length - 1] + "…"


_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""
