"""Dates, times, and durations as text."""

from datetime import date, datetime, time, timedelta

from carafe.plurals import pluralize
from carafe.time.clock import now
from carafe.time.zones import get_zone

# As browsers abbreviate them in American English, since times.js rewrites times in the reader's
# time zone.
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
RELATIVE_PERIOD = timedelta(days=7)  # older times are shown as a date


def format_date(value: date) -> str:
    return f"{MONTHS[value.month - 1]} {value.day}, {value.year}"


def format_time(value: time | datetime) -> str:
    """Return a time of day as "10:50 PM"."""
    return f"{value.hour % 12 or 12}:{value.minute:02} {'AM' if value.hour < 12 else 'PM'}"


def format_datetime(value: datetime) -> str:
    # Costs a third of strftime, and lists show a time in every row.
    return f"{format_date(value)}, {format_time(value)}"


def format_datetime_with_zone(value: datetime, zone_name: str = "") -> str:
    """Return a time with its zone, for emails, whose reader may not be who made the request."""
    if zone := get_zone(zone_name):
        return f"{format_datetime(value.astimezone(zone))} ({zone_name})"
    return f"{format_datetime(value)} UTC"


def format_age(value: datetime) -> str:
    """Return how long ago a time was: "3 minutes ago"; "" in the future or after a week."""
    age = now() - value
    if not timedelta() <= age < RELATIVE_PERIOD:
        return ""
    minutes = age.seconds // 60
    if age.days:
        return "yesterday" if age.days == 1 else f"{age.days} days ago"
    if not minutes:
        return "just now"
    return (
        f"{pluralize(minutes, 'minute') if minutes < 60 else pluralize(minutes // 60, 'hour')} ago"
    )


def format_timespan(value: timedelta) -> str:
    """Return a duration in its largest whole unit: "14 days", "24 hours", "10 minutes"."""
    minutes = int(value.total_seconds()) // 60
    if minutes > 24 * 60 and minutes % (24 * 60) == 0:
        return pluralize(minutes // (24 * 60), "day")
    if minutes >= 60 and minutes % 60 == 0:
        return pluralize(minutes // 60, "hour")
    return pluralize(minutes, "minute")
