"""Charts as SVG: bars beside their budgets, from `docs/measured.json` and the cost's arithmetic."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from docs import cost
from docs.tools import ROOT

CHARTS: Final = ROOT / "docs/charts"
MEASURED: Final = ROOT / "docs/measured.json"
LEFT, WIDTH, STEP = 260, 420, 26


@dataclass(frozen=True, slots=True)
class Bar:
    """A value, and the budget that it has to keep, if there is one."""

    name: str
    value: float
    budget: float | None = None


def charts() -> Iterator[tuple[Path, str]]:
    """Yield each chart's path, and what it should show."""
    prices = cost.Prices()
    ways = [Bar(way.name, round(cost.together(way, prices))) for way in cost.ways()]
    yield CHARTS / "cost.svg", svg("USD for a million refreshes", [*ways[:-1], _goal(ways[-1])])
    for name, chart in _measured()["charts"].items():
        bars = [Bar(*each) for each in chart["bars"]]
        yield CHARTS / f"{name}.svg", svg(chart["title"], bars)


def svg(title: str, bars: Sequence[Bar]) -> str:
    """Return a chart of horizontal bars; a line across a bar is its budget."""
    most = max(max(bar.value, bar.budget or 0) for bar in bars)
    height = STEP * (len(bars) + 2)
    rows = "\n".join(_row(bar, number, WIDTH / most) for number, bar in enumerate(bars, start=1))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 80} {height}"'
        f' font-family="sans-serif" font-size="13" role="img">\n<title>{escape(title)}</title>\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n'
        f'<text x="8" y="18" font-weight="bold">{escape(title)}</text>\n{rows}\n</svg>\n'
    )


def _row(bar: Bar, number: int, scale: float) -> str:
    top, over = number * STEP + 6, bar.budget is not None and bar.value > bar.budget
    drawn = [
        f'<text x="{LEFT - 8}" y="{top + 13}" text-anchor="end">{escape(bar.name)}</text>',
        f'<rect x="{LEFT}" y="{top}" width="{bar.value * scale:.1f}" height="18"'
        f' fill="{"#b3541e" if over else "#2f6f9f"}"/>',
        f'<text x="{LEFT + bar.value * scale + 6:.1f}" y="{top + 13}">{bar.value:g}</text>',
    ]
    if bar.budget is not None:
        at = LEFT + bar.budget * scale
        drawn.append(f'<path d="M{at:.1f} {top - 3}v24" stroke="#111" stroke-width="2"/>')
    return "\n".join(drawn)


def _goal(bar: Bar) -> Bar:
    return Bar(bar.name, bar.value, 75)


def _measured() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(MEASURED.read_text())
    return read
