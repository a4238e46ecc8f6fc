"""Times as `<time>` elements."""

from collections.abc import Sequence
from datetime import date, datetime

from markupsafe import Markup

from carafe.time.clock import now
from carafe.time.formats import (
    RELATIVE_PERIOD,
    format_age,
    format_date,
    format_datetime,
    format_datetime_with_zone,
)
from carafe.time.zones import viewer_zone


def time_tag(value: datetime) -> Markup:
    """Return a time as `<time>`: "3 minutes ago" within a week, then date and time of day."""
    return _relative_tag(value) or exact_time_tag(value)


def exact_time_tag(value: datetime) -> Markup:
    """Return date and time of day in the reader's time zone as `<time>`, even if recent."""
    utc = format_datetime_with_zone(value)
    if zone := viewer_zone():
        return _tag(value, format_datetime(value.astimezone(zone)), utc)
    return _tag(value, utc)


def date_tag(value: date) -> Markup:
    """Return a date as `<time>`. That of a `datetime` depends on the reader's time zone."""
    if not isinstance(value, datetime):
        machine = value.isoformat()
        return Markup(f'<time datetime="{machine}">{format_date(value)}</time>')  # noqa: S704  # nosec B704
    if relative := _relative_tag(value):
        return relative
    if zone := viewer_zone():
        return _tag(value, format_date(value.astimezone(zone)), format_datetime_with_zone(value))
    return _tag(value, format_date(value))


def date_tags(values: Sequence[datetime]) -> list[Markup]:
    """Return the `date_tag` of each time, for a column of a list."""
    zone, oldest = viewer_zone(), now() - RELATIVE_PERIOD
    return [
        date_tag(value) if zone or value > oldest else _tag(value, format_date(value))
        for value in values
    ]


def _relative_tag(value: datetime) -> Markup | None:
    if not (age := format_age(value)):
        return None
    title = format_datetime_with_zone(value, zone.key if (zone := viewer_zone()) else "")
    return _tag(value, age, title, " data-relative")


def _tag(value: datetime, text: str, title: str = "", mark: str = "") -> Markup:
    # times.js rewrites times without a title, and titles in UTC. Digits and names of zones need no
    # escaping, and `Markup.format` is ten times slower.
    titled = f' title="{title}"' if title else ""
    machine = value.isoformat(timespec="seconds")
    return Markup(f'<time datetime="{machine}"{titled}{mark}>{text}</time>')  # noqa: S704  # nosec B704
