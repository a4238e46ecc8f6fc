"""The reader's time zone."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g


def get_zone(name: str) -> ZoneInfo | None:
    """Return the time zone with that name; None for "" and for one this system doesn't have."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def viewer_zone() -> ZoneInfo | None:
    """Return the time zone that the reader of this page chose, or None if they chose none."""
    # Not through Flask's proxy: lists ask for each row.
    attributes: dict[str, Any] = vars(g._get_current_object())
    if "reader_zone" not in attributes:
        name: Callable[[], str] | None = current_app.extensions["reader_zone"]
        attributes["reader_zone"] = get_zone(name()) if name else None
    zone: ZoneInfo | None = attributes["reader_zone"]
    return zone


def use_time_zone(name: str) -> None:
    """Set the reader's time zone, such as in a job that works for a user."""
    g.reader_zone = get_zone(name)


def set_time_zone_source(app: Flask, name: Callable[[], str]) -> None:
    """Show times in the zone whose name this function returns; "" leaves it to the browser."""
    app.extensions["reader_zone"] = name


def init_app(app: Flask) -> None:
    app.extensions["reader_zone"] = None
