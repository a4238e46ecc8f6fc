"""Time: aware in Python, UTC in the database, in the reader's zone on pages."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g
from markupsafe import Markup
from sqlalchemy import DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

__all__ = [
    "UTCDateTime",
    "date_tag",
    "exact_time_tag",
    "format_date",
    "format_datetime",
    "format_datetime_with_zone",
    "format_time",
    "now",
    "time_tag",
    "use_time_zone",
    "viewer_zone",
]


# As browsers abbreviate them in American English: times.js rewrites times in the reader's zone.
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
RELATIVE_PERIOD = timedelta(days=7)  # older times are shown as a date


def now() -> datetime:
    return datetime.now(UTC)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware `datetime`, stored in UTC. A naive one is refused: its zone would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("Naive datetimes can't be stored. Use carafe.time.now().")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # SQLite keeps no zone; PostgreSQL answers in the session's.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def format_date(value: date) -> str:
    return f"{MONTHS[value.month - 1]} {value.day}, {value.year}"


def format_datetime(value: datetime) -> str:
    # `f"{…}"` is a third of strftime's cost, and lists show one on every row.
    return f"{format_date(value)}, {format_time(value)}"


def format_time(value: time | datetime) -> str:
    """Return a time of day as "10:50 PM"."""
    return f"{value.hour % 12 or 12}:{value.minute:02} {'AM' if value.hour < 12 else 'PM'}"


def format_age(value: datetime) -> str:
    """Return how long ago a time is: "3 minutes ago"; "" if it's to come or over a week ago."""
    age = now() - value
    if not timedelta() <= age < RELATIVE_PERIOD:
        return ""
    minutes = age.seconds // 60
    if age.days:
        return "yesterday" if age.days == 1 else f"{age.days} days ago"
    if not minutes:
        return "just now"
    return f"{_count(minutes, 'minute') if minutes < 60 else _count(minutes // 60, 'hour')} ago"


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def get_zone(name: str) -> ZoneInfo | None:
    """The time zone of that name; None for "", and for one that this system does not know."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def viewer_zone() -> ZoneInfo | None:
    """The zone that the reader of this page chose; None where their browser knows it."""
    try:
        return g.reader_zone  # type: ignore[no-any-return]
    except AttributeError:  # the first time on this page
        name: Callable[[], str] | None = current_app.extensions["reader_zone"]
        g.reader_zone = get_zone(name()) if name else None
        return g.reader_zone  # type: ignore[no-any-return]


def use_time_zone(name: str) -> None:
    """From here on, that is the reader's zone: in a job, of whom it is for."""
    g.reader_zone = get_zone(name)


def set_time_zone_source(app: Flask, name: Callable[[], str]) -> None:
    """Show times in the zone whose name this function gives; "" leaves it to the browser."""
    app.extensions["reader_zone"] = name


def format_datetime_with_zone(value: datetime, zone_name: str = "") -> str:
    """A time in words, with its zone: for mails, whose reader is not who made the request."""
    if zone := get_zone(zone_name):
        return f"{format_datetime(value.astimezone(zone))} ({zone_name})"
    return f"{format_datetime(value)} UTC"


def format_timespan(value: timedelta) -> str:
    """Return a duration in its largest whole unit: "14 days", "24 hours", "10 minutes"."""
    minutes = int(value.total_seconds()) // 60
    if minutes > 24 * 60 and minutes % (24 * 60) == 0:
        return _count(minutes // (24 * 60), "day")
    if minutes >= 60 and minutes % 60 == 0:
        return _count(minutes // 60, "hour")
    return _count(minutes, "minute")


def time_tag(value: datetime) -> Markup:
    """Return a time as `<time>`: "3 minutes ago" within a week, else day and time of day."""
    return _relative_tag(value) or exact_time_tag(value)


def exact_time_tag(value: datetime) -> Markup:
    """Return day and time of day in the reader's zone as `<time>`, however recent."""
    utc = format_datetime_with_zone(value)
    if zone := viewer_zone():
        return _tag(value, format_datetime(value.astimezone(zone)), utc)
    return _tag(value, utc)


def date_tag(value: date) -> Markup:
    """Return the day as `<time>`: of a `datetime` in the reader's zone; a `date` is in none."""
    if not isinstance(value, datetime):
        machine = value.isoformat()
        return Markup(f'<time datetime="{machine}">{format_date(value)}</time>')  # noqa: S704  # nosec B704
    if relative := _relative_tag(value):
        return relative
    if zone := viewer_zone():
        return _tag(value, format_date(value.astimezone(zone)), format_datetime_with_zone(value))
    return _tag(value, format_date(value))


def _relative_tag(value: datetime) -> Markup | None:
    if not (age := format_age(value)):
        return None
    title = format_datetime_with_zone(value, zone.key if (zone := viewer_zone()) else "")
    return _tag(value, age, title, " data-relative")


def _tag(value: datetime, text: str, title: str = "", mark: str = "") -> Markup:
    # times.js rewrites those without a title, and titles in UTC. Not `Markup.format`, which is ten
    # times as slow: digits and names need no escaping.
    titled = f' title="{title}"' if title else ""
    machine = value.isoformat(timespec="seconds")
    return Markup(f'<time datetime="{machine}"{titled}{mark}>{text}</time>')  # noqa: S704  # nosec B704


def init_app(app: Flask) -> None:
    app.extensions["reader_zone"] = None
    app.jinja_env.filters |= {
        "moment": format_datetime_with_zone,
        "time": time_tag,
        "exact_time": exact_time_tag,
        "date": date_tag,
        "timespan": format_timespan,
    }
