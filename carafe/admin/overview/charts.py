"""Charts of bars over time, as SVG: where each bar stands. The plane is 100 high, a step 1 wide."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import floor, log10

GAP = 0.2
# A single failure among thousands of requests is seen, too.
MIN_BAR_HEIGHT = 2.0


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    height: float
    # What it stands for, and by which class it is drawn.
    kind: str
    # What it says to who points at it.
    title: str
    width: float = 1 - GAP


@dataclass(frozen=True)
class Chart:
    id: str
    title: str
    # What it shows, in a sentence, for who does not see it.
    description: str
    # What the line at the top stands for.
    top: str
    steps: int
    bars: Sequence[Bar]
    # Labels of what is stacked, by kind.
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
    """A bar for each row, in which its values stand on each other, the first at the bottom.

    `kinds` are their names and labels, `titles` a text for each row; `say` puts a value in words.
    """
    values = list(rows)
    largest = max(map(sum, values), default=0)
    top = round_up_axis(largest)
    bars = []
    for step, (row, text) in enumerate(zip(values, titles, strict=True)):
        y = 100.0
        for value, kind in zip(row, kinds, strict=True):
            if value:
                height = min(y, max(MIN_BAR_HEIGHT, 100 * value / top))
                y -= height
                bars.append(Bar(step + GAP / 2, round(y, 2), round(height, 2), kind, text))
    description = (
        f"{len(values)} bars, the highest for {format_value(largest)}." if bars else "No bars."
    )
    return Chart(id, title, description, format_value(top), len(values), bars, kinds)


def round_up_axis(value: float) -> float:
    """The next of 1, 2, 5, 10, 20 … that is not less."""
    if value <= 1:
        return 1
    step = 10.0 ** floor(log10(value))
    return next(factor * step for factor in (1, 2, 5, 10) if factor * step >= value)


def format_duration(us: float) -> str:
    """Microseconds in words: "840 µs", "12 ms", "1.24 s"."""
    if us < 1000:
        return f"{us:.0f} µs"
    if us < 1_000_000:
        return f"{us / 1000:.1f} ms" if us < 10_000 else f"{us / 1000:.0f} ms"
    return f"{us / 1_000_000:.2f} s"
