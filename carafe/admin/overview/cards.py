"""Cards of the overview, which features add: a count of the last days, its trend, and a chart.

admin.add_card(app, Card("notes", "Notes", rows(Note.created_at), permission="notes.read"))
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from flask import Flask, current_app, got_request_exception

from carafe.admin.overview.charts import Chart, bar_chart
from carafe.admin.overview.series import Periods, Series
from carafe.auth.identity import can
from carafe.database import db
from carafe.database.timeouts import statement_timeout
from carafe.registry import Registry
from carafe.time import format_date, now, viewer_zone

log = logging.getLogger(__name__)

CARD_TIMEOUT_SECONDS = 1.0


@dataclass(frozen=True)
class Card:
    """A card. `series` returns the counts of several periods, with one fast query.

    `endpoint` and its `values` link to a page with details. `average` displays the daily average
    instead of the sum, for counts that cannot be added up. `text` explains what is counted.
    Without `more_is_better`, such as for errors, an increase is red. With a `setting`, the card is
    added only if that is on.
    """

    name: str
    label: str
    series: Series
    permission: str
    endpoint: str = ""
    text: str = ""
    average: bool = False
    more_is_better: bool = True
    values: Mapping[str, str] = field(default_factory=dict)
    setting: str | None = None


CARDS = Registry[Card]("admin_cards", "card")


@dataclass(frozen=True)
class RenderedCard:
    """A card as it is displayed; without a chart it is not available."""

    card: Card
    number: str = ""
    # The difference to the previous period, "+4", its CSS class, and both periods in words.
    delta: str = ""
    tone: str = ""
    trend: str = ""
    days: list[tuple[str, int]] | None = None
    chart: Chart | None = None


def add_card(app: Flask, card: Card) -> None:
    """Add a card to the overview, for users with its permission."""
    if card.setting and not app.config[card.setting]:
        return
    CARDS.add(app, card, name=card.name)


def visible_cards(days: int) -> Iterator[RenderedCard]:
    """Yield the cards that the current user may see, for this many days up to today."""
    periods = _periods(days)
    for card in CARDS:
        if can(card.permission):
            yield _load_card(card, periods)


def _load_card(card: Card, periods: Periods) -> RenderedCard:
    """Return a card; if it fails, the other cards are still displayed."""
    try:
        with statement_timeout(CARD_TIMEOUT_SECONDS):
            previous, *counts = card.series(periods)
    except Exception as error:
        log.exception("overview card %s failed", card.name)
        db.session.rollback()
        # Recorded like an exception of the view.
        got_request_exception.send(current_app._get_current_object(), exception=error)  # type: ignore[attr-defined]
        return RenderedCard(card)
    return _render(card, previous, counts, [start for start, _ in periods[1:]])


def _render(card: Card, previous: int, counts: list[int], starts: list[datetime]) -> RenderedCard:
    names = [format_date(start) for start in starts]
    total, length = sum(counts), len(counts)
    chart = bar_chart(
        card.name,
        card.label,
        [(count,) for count in counts],
        kinds={"answered" if card.more_is_better else "failed": ""},
        titles=[f"{name}: {count:,}" for name, count in zip(names, counts, strict=True)],
        format_value=lambda value: f"{value:,.0f}",
    )
    table = list(zip(names, counts, strict=True))[::-1]
    difference = (total - previous) / (length if card.average else 1)
    delta = f"{'+' if difference > 0 else '−'}{_format(abs(difference))}" if difference else ""
    tone = "good" if (difference > 0) is card.more_is_better else "bad"
    number = _format(total / length if card.average else total)
    return RenderedCard(card, number, delta, tone, trend(total, previous, length), table, chart)


def _format(number: float) -> str:
    """Return a count, or a small average with one decimal: 0.1 is not nothing."""
    is_count = isinstance(number, int) or number >= 10 or number.is_integer()
    return f"{number:,.0f}" if is_count else f"{number:.1f}"


def trend(total: int, previous: int, days: int) -> str:
    """Return the change from the previous period of the same length, in words."""
    if not previous:
        return f"none in the previous {days} days"
    percent = round(100 * (total - previous) / previous)
    if not percent:
        return f"no change from the previous {days} days"
    return f"{abs(percent):,}% {'more' if percent > 0 else 'fewer'} than the previous {days} days"


def _periods(days: int) -> Periods:
    """Return the previous period, up to this time of day, and each day in the user's time zone."""
    zone = viewer_zone() or UTC
    current_time = now().astimezone(zone)

    def midnight(days_ago: int) -> datetime:
        # By the calendar, since a day has 23 or 25 hours when clocks change.
        return datetime.combine(current_time.date() - timedelta(days=days_ago), time(), zone)

    return [
        (midnight(2 * days - 1), current_time - timedelta(days=days)),
        *((midnight(ago), midnight(ago - 1)) for ago in range(days - 1, -1, -1)),
    ]
