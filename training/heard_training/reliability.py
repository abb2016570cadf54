"""A reliability plot as SVG: predicted probabilities, and how often they came true.

A perfectly calibrated engine is on the diagonal. A dot's area grows with its share of the texts.
Colours follow the reader's light or dark scheme, and the engines have different shapes too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from heard_cli.assess.measures import Bin, calibration_error

_SIDE: Final = 320
_LEFT: Final = 72
_TOP: Final = 40
_WIDTH: Final = 576
_HEIGHT: Final = 424
_SHAPES: Final = ("circle", "square", "diamond")

_STYLE: Final = """\
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .axis { stroke: #8b949e; fill: none; }
  .grid { stroke: #d8dee4; }
  .ideal { stroke: #8b949e; stroke-dasharray: 5 4; }
  .engine { fill: none; stroke-width: 2; }
  .mark { stroke: none; fill-opacity: .8; }
  .s0 { color: #0b57d0; } .s1 { color: #b3261e; } .s2 { color: #6b4ea0; }
  .engine { stroke: currentColor; } .mark { fill: currentColor; }
  .paper { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .paper { fill: #0d1117; } .grid { stroke: #2d333b; }
    .s0 { color: #7cacf8; } .s1 { color: #f2b8b5; } .s2 { color: #c9b6f0; }
  }"""


def plot(engines: Mapping[str, Sequence[Bin]], title: str, x_label: str, y_label: str) -> str:
    """The plot of up to three engines' bins, with a title and the names of its axes."""
    description = "; ".join(
        f"{name}: expected calibration error {_percent(calibration_error(parts))}"
        for name, parts in engines.items()
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'aria-labelledby="title about">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="about">{escape(description)}</desc>',
        f"<style>\n{_STYLE}\n</style>",
        f'<rect class="paper" width="{_WIDTH}" height="{_HEIGHT}"/>',
        f'<text class="title" x="{_LEFT}" y="24">{escape(title)}</text>',
        *_axes(x_label, y_label),
    ]
    for place, (name, parts) in enumerate(engines.items()):
        lines.extend(_engine(place, name, parts))
    return "\n".join([*lines, "</svg>", ""])


def _axes(x_label: str, y_label: str) -> list[str]:
    lines: list[str] = []
    for step in range(6):
        share = step / 5
        x, y = _point(share, share)
        lines += [
            f'<path class="grid" d="M{_LEFT} {y:.1f}h{_SIDE}M{x:.1f} {_TOP}v{_SIDE}"/>',
            f'<text x="{x:.1f}" y="{_TOP + _SIDE + 18}" text-anchor="middle">{step * 20} %</text>',
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{step * 20} %</text>',
        ]
    middle = _TOP + _SIDE / 2
    return [
        *lines,
        f'<path class="axis" d="M{_LEFT} {_TOP}v{_SIDE}h{_SIDE}"/>',
        f'<path class="ideal" d="M{_LEFT} {_TOP + _SIDE}l{_SIDE} {-_SIDE}"/>',
        f'<text x="{_LEFT + _SIDE / 2:.0f}" y="{_TOP + _SIDE + 42}" '
        f'text-anchor="middle">{escape(x_label)}</text>',
        f'<text transform="translate(16 {middle:.0f}) rotate(-90)" '
        f'text-anchor="middle">{escape(y_label)}</text>',
    ]


def _engine(place: int, name: str, parts: Sequence[Bin]) -> list[str]:
    total = sum(part.texts for part in parts)
    points = [_point(part.mean_probability, part.observed_rate) for part in parts]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    key = _LEFT + _SIDE + 24, _TOP + 16 + 48 * place
    marks = [
        _mark(place, x, y, 2.5 + 16 * (part.texts / total) ** 0.5)
        for part, (x, y) in zip(parts, points, strict=True)
    ]
    return [
        f'<g class="s{place}">',
        f'<polyline class="engine" points="{line}"/>',
        *marks,
        _mark(place, key[0], key[1] - 4, 5),
        f'<text x="{key[0] + 14}" y="{key[1]}">{escape(name)}</text>',
        f'<text x="{key[0] + 14}" y="{key[1] + 18}">ECE '
        f"{_percent(calibration_error(parts))}</text>",
        "</g>",
    ]


def _mark(place: int, x: float, y: float, size: float) -> str:
    match _SHAPES[place % len(_SHAPES)]:
        case "circle":
            return f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}"/>'
        case "square":
            side = size * 1.77  # the area is that of the circle
            return (
                f'<rect class="mark" x="{x - side / 2:.1f}" y="{y - side / 2:.1f}" '
                f'width="{side:.1f}" height="{side:.1f}"/>'
            )
        case _:
            half = size * 1.25
            return (
                f'<path class="mark" d="M{x:.1f} {y - half:.1f}l{half:.1f} {half:.1f}'
                f'l{-half:.1f} {half:.1f}l{-half:.1f} {-half:.1f}z"/>'
            )


def _point(x: float, y: float) -> tuple[float, float]:
    """Where a point of the unit square is on the paper."""
    return _LEFT + x * _SIDE, _TOP + (1 - y) * _SIDE


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
