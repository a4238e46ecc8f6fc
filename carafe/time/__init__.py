"""Times: aware in Python, UTC in the database, in the reader's time zone on pages."""

from flask import Flask

from carafe.time import zones
from carafe.time.clock import freeze, now, unix_time
from carafe.time.columns import UTCDateTime
from carafe.time.formats import (
    format_date,
    format_datetime,
    format_datetime_with_zone,
    format_time,
    format_timespan,
)
from carafe.time.tags import date_tag, date_tags, exact_time_tag, time_tag
from carafe.time.zones import set_time_zone_source, use_time_zone, viewer_zone

__all__ = [
    "UTCDateTime",
    "date_tag",
    "date_tags",
    "exact_time_tag",
    "format_date",
    "format_datetime",
    "format_datetime_with_zone",
    "format_time",
    "format_timespan",
    "freeze",
    "now",
    "set_time_zone_source",
    "time_tag",
    "unix_time",
    "use_time_zone",
    "viewer_zone",
]


def init_app(app: Flask) -> None:
    zones.init_app(app)
    app.jinja_env.filters |= {
        "moment": format_datetime_with_zone,
        "time": time_tag,
        "exact_time": exact_time_tag,
        "date": date_tag,
        "timespan": format_timespan,
    }
