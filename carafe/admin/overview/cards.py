"""Cards of the overview: a number of the last days, its trend, and a chart. Features add theirs.

admin.add_card(app, Card("notes", "Notes", rows(Note.created_at), permission="notes.read"))
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

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
    """What one says: `series` counts something in each of several periods, in one cheap query.

    `endpoint` is the page with more, and `values` are its arguments; `average` shows what a day has
    on average in place of the sum, for what cannot be added up; `text` says what is counted. With
    a `setting`, the card exists only where that is on.
    """

    name: str
    label: str
    series: Series
    permission: str
    endpoint: str = ""
    text: str = ""
    average: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
    setting: str | None = None


CARDS = Registry[Card]("admin_cards", "card")


@dataclass(frozen=True)
class RenderedCard:
    """A card as it stands on the page; without a chart it is not available."""

    card: Card
    number: int = 0
    trend: str = ""
    days: list[tuple[str, int]] | None = None
    chart: Chart | None = None


def add_card(app: Flask, card: Card) -> None:
    """Add a card to the overview, for those who have its permission."""
    if card.setting and not app.config[card.setting]:
        return
    CARDS.add(app, card, name=card.name)


def visible_cards(days: int) -> Iterator[RenderedCard]:
    """The cards that the one signed in may see, for so many days up to today."""
    periods = _periods(days)
    for card in CARDS:
        if can(card.permission):
            yield _load_card(card, periods)


def _load_card(card: Card, periods: Periods) -> RenderedCard:
    """One that fails does not take the others with it."""
    try:
        with statement_timeout(CARD_TIMEOUT_SECONDS):
            before, *counts = card.series(periods)
    except Exception as error:
        log.exception("the card %s is not available", card.name)
        db.session.rollback()
        # Recorded as if the page had failed.
        got_request_exception.send(current_app._get_current_object(), exception=error)  # type: ignore[attr-defined]
        return RenderedCard(card)
    return _show(card, before, counts, [start for start, _ in periods[1:]])


def _show(card: Card, before: int, counts: list[int], starts: list[datetime]) -> RenderedCard:
    names = [format_date(start) for start in starts]
    total, length = sum(counts), len(counts)
    chart = bar_chart(
        card.name,
        card.label,
        [(count,) for count in counts],
        kinds={"answered": ""},
        titles=[f"{name}: {count:,}" for name, count in zip(names, counts, strict=True)],
        format_value=lambda value: f"{value:,.0f}",
    )
    number = round(total / length) if card.average else total
    table = list(zip(names, counts, strict=True))[::-1]
    return RenderedCard(card, number, trend(total, before, length), table, chart)


def trend(total: int, before: int, days: int) -> str:
    """How many more or fewer than in as many days before, in words."""
    if not before:
        return f"none in the {days} days before"
    percent = round(100 * (total - before) / before)
    if not percent:
        return f"as many as in the {days} days before"
    return f"{abs(percent):,} % {'more' if percent > 0 else 'fewer'} than in the {days} days before"


def _periods(days: int) -> Periods:
    """As long a time before, up to this time of the day, and then each day of the reader's zone."""
    zone = viewer_zone() or UTC
    present = now().astimezone(zone)

    def midnight(ago: int) -> datetime:
        # By the calendar: where clocks change, a day has 23 hours or 25.
        return datetime.combine(present.date() - timedelta(days=ago), time(), zone)

    return [
        (midnight(2 * days - 1), present - timedelta(days=days)),
        *((midnight(ago), midnight(ago - 1)) for ago in range(days - 1, -1, -1)),
    ]
