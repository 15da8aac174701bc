"""Draw a summary by month as SVG: one panel where the columns have like sizes, one panel each where they have not."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

WIDTH = 800
LEFT, RIGHT, TOP, BOTTOM, GAP = 72, 24, 92, 46, 30
LEGEND_Y, LEGEND_LINE = 76, 19
PLOT_HEIGHT = 312  # of all panels together, while there are at most three
PANEL_HEIGHT = 104  # of each, where there are more
MOST_COLUMNS = 8
MOST_LETTERS = 40  # of a name in the legend
SMALLEST = 1e-300
LIKE_SIZES = 8.0  # columns whose ranges differ by no more than this share a panel
MARKED = 64  # months; with more of them the line goes without dots
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5195", "#555555")  # told apart by all
STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)  # months between two labels
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif"
INK, PALE_INK, GRID, AXIS = "#1f2933", "#5f6b76", "#e4e8ec", "#9aa5b1"
SPOKEN = {"mean": "Mean", "sum": "Sum", "min": "Minimum", "max": "Maximum", "count": "Number of values"}
UNITS = {0: "", 6: " M", 9: " G", 12: " T"}
LETTER = 6.6  # mean width of a letter at 12 px

Points = Mapping[int, float]  # months since year 0 → value


@dataclass(frozen=True, kw_only=True)
class Series:
    """One column: what is drawn, and the span between its smallest and largest value in each month."""

    name: str
    colour: str
    points: Points
    span: Mapping[int, tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Maps values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return where `value` lies."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Where some columns are drawn together."""

    series: Sequence[Series]
    top: float
    bottom: float
    banded: bool


def draw(path: Path, title: str, statistic: str, summary: Mapping[str, Any]) -> None:
    """Write the picture of a summary (as in summary.json) to `path`."""
    named = [(name, facts["months"]) for name, facts in summary["columns"].items() if facts["months"]]
    left_out = len(named) - MOST_COLUMNS
    series = [_series(name, months, statistic, place) for place, (name, months) in enumerate(named[:MOST_COLUMNS])]
    panels, keys, height = _panels(series, statistic)
    months = sorted({month for one in series for month in one.points})
    across = _across(months)
    span = _long_month(months[0])
    if months[-1] > months[0]:
        span += f" to {_long_month(months[-1])}"
    subtitle = f"{SPOKEN[statistic]} by month · {span} · {summary['rows']:,} rows"
    if left_out > 0:
        subtitle += f" · {left_out} more columns in summary.csv"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">',
        f"<title>{_text(title)}</title><desc>{_text(subtitle)}</desc>",
        f'<g role="img" font-family="{FONT}">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="32" font-size="18" font-weight="600" fill="{INK}">{_text(_short(title, 72))}</text>',
        f'<text x="{LEFT}" y="52" font-size="12" fill="{PALE_INK}">{_text(subtitle)}</text>',
        *_legend(panels, keys),
    ]
    for panel in panels:
        parts += _panel(panel, across, months, statistic)
    parts += _months(months, across, panels)
    path.write_text("\n".join([*parts, "</g>", "</svg>", ""]), encoding="utf-8")


def _series(name: str, months: Mapping[str, Mapping[str, float]], statistic: str, place: int) -> Series:
    numbered = {int(month[:4]) * 12 + int(month[5:]) - 1: values for month, values in sorted(months.items())}
    return Series(
        name=name,
        colour=COLOURS[place % len(COLOURS)],
        points={month: values[statistic] for month, values in numbered.items()},
        span={month: (values["min"], values["max"]) for month, values in numbered.items()},
    )


def _panels(series: Sequence[Series], statistic: str) -> tuple[list[Panel], list[tuple[Series, int, int]], int]:
    """Lay out the panels and the names of the columns; return them with the height of the picture."""
    sizes = [max(map(abs, one.points.values())) or SMALLEST for one in series]
    groups = [series] if max(sizes) <= LIKE_SIZES * min(sizes) else [[one] for one in series]
    keys = _keys(series) if len(groups) == 1 else []
    first = TOP + (keys[-1][2] - LEGEND_Y if keys else 0)
    height = PLOT_HEIGHT if len(groups) <= 3 else PANEL_HEIGHT * len(groups)
    each = (height - GAP * (len(groups) - 1)) / len(groups)
    panels = []
    for place, group in enumerate(groups):
        top = first + place * (each + GAP)
        banded = statistic == "mean" and len(group) == 1 and _worth_a_band(group[0])
        panels.append(Panel(series=group, top=top, bottom=top + each, banded=banded))
    keys = keys or [(panel.series[0], LEFT, round(panel.top - 10)) for panel in panels]
    return panels, keys, first + height + BOTTOM


def _worth_a_band(series: Series) -> bool:
    """Tell whether the band between minimum and maximum leaves the line of means readable."""
    reach = max(high for _, high in series.span.values()) - min(low for low, _ in series.span.values())
    drawn = max(series.points.values()) - min(series.points.values())
    return len(series.points) > 1 and 0 < reach <= 12 * drawn and any(high > low for low, high in series.span.values())


def _across(months: Sequence[int]) -> Scale:
    low, high = months[0], months[-1]
    margin = max((high - low) * 0.015, 0.5 if high == low else 0.0)
    return Scale(low=low - margin, high=high + margin, start=LEFT, end=WIDTH - RIGHT)


def _ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most about `most` round values that hold `low` and `high` between them."""
    if high - low < SMALLEST:
        reach = abs(high) * 0.1 or 1.0
        low, high = low - reach, high + reach
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


def _panel(panel: Panel, across: Scale, months: Sequence[int], statistic: str) -> Iterator[str]:
    values = [value for one in panel.series for value in one.points.values()]
    if panel.banded:
        values += [value for one in panel.series for pair in one.span.values() for value in pair]
    low, high = min(values), max(values)
    if statistic in ("sum", "count") or 0 <= low <= 0.4 * high:
        low, high = min(low, 0.0), max(high, 0.0)
    ticks = _ticks(low, high, 6 if panel.bottom - panel.top > 200 else 4 if panel.bottom - panel.top > 110 else 3)
    up = Scale(low=ticks[0], high=ticks[-1], start=panel.bottom, end=panel.top)
    labels = _labels(ticks)
    for value, label in zip(ticks, labels, strict=True):
        y = up(value)
        zero = abs(value) < 1e-12 * max(map(abs, ticks))
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{AXIS if zero else GRID}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" font-size="11" text-anchor="end" fill="{PALE_INK}">{label}</text>'
    yield f'<line x1="{LEFT}" x2="{LEFT}" y1="{panel.top:.1f}" y2="{panel.bottom:.1f}" stroke="{AXIS}"/>'
    yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{panel.bottom:.1f}" y2="{panel.bottom:.1f}" stroke="{AXIS}"/>'
    for one in panel.series:
        if panel.banded:
            yield from _band(one, across, up)
        yield from _line(one, across, up, dots=len(months) <= MARKED)


def _runs(points: Points) -> Iterator[list[int]]:
    """Cut the months into stretches without a gap."""
    run: list[int] = []
    for month in sorted(points):
        if run and month != run[-1] + 1:
            yield run
            run = []
        run.append(month)
    if run:
        yield run


def _line(one: Series, across: Scale, up: Scale, *, dots: bool) -> Iterator[str]:
    for run in _runs(one.points):
        path = " ".join(f"{across(month):.1f},{up(one.points[month]):.1f}" for month in run)
        if len(run) > 1:
            yield (
                f'<polyline points="{path}" fill="none" stroke="{one.colour}" stroke-width="2"'
                ' stroke-linejoin="round" stroke-linecap="round"/>'
            )
        for month in run if dots or len(run) == 1 else ():
            told = f"{one.name}, {_long_month(month)}: {one.points[month]:.6g}"
            yield (
                f'<circle cx="{across(month):.1f}" cy="{up(one.points[month]):.1f}" r="2.8" fill="{one.colour}"'
                f' stroke="#ffffff" stroke-width="1"><title>{_text(told)}</title></circle>'
            )


def _band(one: Series, across: Scale, up: Scale) -> Iterator[str]:
    for run in _runs(one.points):
        over = [f"{across(month):.1f},{up(one.span[month][1]):.1f}" for month in run]
        under = [f"{across(month):.1f},{up(one.span[month][0]):.1f}" for month in reversed(run)]
        if len(run) > 1:
            yield f'<polygon points="{" ".join(over + under)}" fill="{one.colour}" fill-opacity="0.14"/>'


def _legend(panels: Sequence[Panel], keys: Sequence[tuple[Series, int, int]]) -> Iterator[str]:
    """Name the columns: above the one panel in as many lines as they need, or each above its own panel."""
    for one, x, y in keys:
        line = f'<line x1="{x}" x2="{x + 18}" y1="{y - 4}" y2="{y - 4}" stroke="{one.colour}"'
        yield f'{line} stroke-width="3" stroke-linecap="round"/>'
        yield f'<text x="{x + 25}" y="{y}" font-size="12" fill="{INK}">{_text(_short(one.name, MOST_LETTERS))}</text>'
    if any(panel.banded for panel in panels):
        x, y = WIDTH - RIGHT, keys[0][2]
        yield f'<text x="{x}" y="{y}" font-size="12" text-anchor="end" fill="{PALE_INK}">minimum to maximum</text>'
        yield f'<rect x="{x - 166}" y="{y - 10}" width="18" height="12" rx="2" fill="{PALE_INK}" fill-opacity="0.2"/>'


def _keys(series: Sequence[Series]) -> list[tuple[Series, int, int]]:
    """Lay out the legend of one panel, line by line."""
    keys = []
    x, y = LEFT, LEGEND_Y
    for one in series:
        width = 43 + int(LETTER * len(_short(one.name, MOST_LETTERS)))
        if x > LEFT and x + width > WIDTH - RIGHT:
            x, y = LEFT, y + LEGEND_LINE
        keys.append((one, x, y))
        x += width
    return keys


def _months(months: Sequence[int], across: Scale, panels: Sequence[Panel]) -> Iterator[str]:
    """Write the months below the lowest panel, and faint lines where years begin."""
    step = next((step for step in STEPS if (months[-1] - months[0]) / step <= 12), STEPS[-1])
    bottom = panels[-1].bottom
    marked = [month for month in range(months[0], months[-1] + 1) if month % step == 0] or [months[0]]
    year_told = None
    for month in marked:
        x = across(month)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{bottom:.1f}" y2="{bottom + 5:.1f}" stroke="{AXIS}"/>'
        for panel in panels if month % 12 == 0 and step < 60 else ():
            yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{panel.top:.1f}" y2="{panel.bottom:.1f}" stroke="{GRID}"/>'
        label = str(month // 12) if step >= 12 else MONTHS[month % 12]
        yield (
            f'<text x="{x:.1f}" y="{bottom + 19:.1f}" font-size="11" text-anchor="middle" fill="{PALE_INK}">'
            f"{label}</text>"
        )
        if step < 12 and month // 12 != year_told:
            year_told = month // 12
            yield (
                f'<text x="{x:.1f}" y="{bottom + 34:.1f}" font-size="11" font-weight="600" text-anchor="middle"'
                f' fill="{INK}">{year_told}</text>'
            )


def _labels(ticks: Sequence[float]) -> list[str]:
    """Write ticks with just as many digits as tell them apart, in millions and so on where they are large."""
    largest, step = max(map(abs, ticks)), ticks[1] - ticks[0]
    if largest >= 1e15 or step < 1e-6:
        return [f"{value:.4g}" for value in ticks]
    power = 3 * int(math.log10(largest) // 3) if largest >= 1e6 else 0
    scaled = [value / 10**power for value in ticks]
    fine = scaled[1] - scaled[0]
    digits = next((digits for digits in range(9) if abs(round(fine, digits) - fine) < fine * 1e-6), 9)
    return [f"{value + 0.0:,.{digits}f}{UNITS[power]}".replace("-", "−") for value in scaled]


def _long_month(month: int) -> str:
    return f"{MONTHS[month % 12]} {month // 12}"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _text(text: str) -> str:
    return escape("".join(letter if letter.isprintable() else " " for letter in text))
