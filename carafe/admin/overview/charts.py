"""Bar charts over time as SVG, 100 units high, with one unit for each step."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import floor, log10

GAP = 0.2
# Keeps a single failure among thousands of requests visible.
MIN_BAR_HEIGHT = 2.0
# A count of 1 would otherwise fill the chart, which looks like a lot.
MIN_TOP = 4


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    height: float
    # The CSS class of the series.
    kind: str
    width: float = 1 - GAP


@dataclass(frozen=True)
class Chart:
    id: str
    title: str
    # A sentence for screen readers.
    description: str
    # The label of the line at the top.
    top: str
    steps: int
    bars: Sequence[Bar]
    # What each step stands for, which pointing at it displays.
    titles: Sequence[str]
    # Labels of the stacked series, by kind.
    legend: dict[str, str]


def bar_chart(
    id: str,
    title: str,
    rows: Iterable[Sequence[float]],
    *,
    kinds: dict[str, str],
    titles: Sequence[str],
    format_value: Callable[[float], str],
) -> Chart:
    """Return a chart with a stacked bar for each row, whose first value is at the bottom.

    `kinds` are the names and labels of the values, and `titles` the tooltips of the rows.
    """
    values = list(rows)
    largest = max(map(sum, values), default=0)
    top = round_up_axis(max(largest, MIN_TOP))
    bars = [bar for step, row in enumerate(values) for bar in _stack(step, row, kinds, top)]
    description = (
        f"{len(values)} bars; highest value: {format_value(largest)}." if bars else "No data."
    )
    return Chart(id, title, description, format_value(top), len(values), bars, titles, kinds)


def _stack(step: int, row: Sequence[float], kinds: Iterable[str], top: float) -> Iterator[Bar]:
    y = 100.0
    for value, kind in zip(row, kinds, strict=True):
        if value:
            height = min(y, max(MIN_BAR_HEIGHT, 100 * value / top))
            y -= height
            yield Bar(step + GAP / 2, round(y, 2), round(height, 2), kind)


def round_up_axis(value: float) -> float:
    """Return the smallest of 1, 2, 3, 4, 5, 6, 8, 10, 20, … that is not less than a value."""
    if value <= 1:
        return 1
    step = 10.0 ** floor(log10(value))
    return next(factor * step for factor in (1, 2, 3, 4, 5, 6, 8, 10) if factor * step >= value)


def format_duration(us: float) -> str:
    """Return microseconds in words: "840 µs", "12 ms", "1.24 s"."""
    if us < 1000:
        return f"{us:.0f} µs"
    if us < 1_000_000:
        return f"{us / 1000:.1f} ms" if us < 10_000 else f"{us / 1000:.0f} ms"
    return f"{us / 1_000_000:.2f} s"


def format_percent(rate: float) -> str:
    """Return a part of 1 in percent: "0%", "1.5%"."""
    return f"{100 * rate:.1f}".removesuffix(".0") + "%"
