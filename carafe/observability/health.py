"""The sections of the health page. A feature adds its own.

Unlike `/readyz`, which tells whether this instance can serve, and `flask check`, which tells
whether it is set up well, this is for people who want to see how close something is to its limits.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import Flask
from werkzeug.exceptions import HTTPException

from carafe.checks import collapse_whitespace, root_cause
from carafe.database import db
from carafe.plurals import pluralize
from carafe.registry import Registry

log = logging.getLogger(__name__)

OK, WARNING, CRITICAL = "ok", "warning", "bad"


@dataclass(frozen=True)
class HealthRow:
    """A line: what it is about, its state, and what to do if that isn't OK."""

    label: str
    text: str
    state: str = OK
    remedy: str = ""


Rows = Callable[[], Iterable[HealthRow]]
# Titles of sections, and functions that return some of their rows.
PARTS = Registry[tuple[str, Rows]]("health", "section")


def add(app: Flask, title: str, rows: Rows) -> None:
    """Add a section to the page, or rows to an existing one.

    `rows` returns them when someone looks. Whatever it raises becomes a row, because the page must
    work while a database is down.
    """
    PARTS.add(app, (title, rows))


def sections() -> dict[str, list[HealthRow]]:
    """Return the current state of everything."""
    sections: dict[str, list[HealthRow]] = {}
    for title, rows in PARTS:
        sections.setdefault(title, []).extend(_run_section(rows))
    return sections


def _run_section(rows: Rows) -> list[HealthRow]:
    try:
        return list(rows())
    except Exception as error:
        log.debug("%s", rows, exc_info=True)
        db.session.rollback()
        message = error.description if isinstance(error, HTTPException) else root_cause(error)
        text = f"Can't check this: {collapse_whitespace(message or '')[:200]}"
        return [HealthRow(rows.__name__.strip("_").replace("_", " ").capitalize(), text, CRITICAL)]


def format_size(bytes: int) -> str:
    """Return a size in words: "340 KiB", "1.2 GiB"."""
    amount = float(bytes)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return (
                f"{amount:.0f} {unit}"
                if unit == "bytes" or amount >= 10
                else f"{amount:.1f} {unit}"
            )
        amount /= 1024
    return f"{amount:.1f} TiB"


def format_age(seconds: float) -> str:
    """Return a duration or age in words: "40 seconds", "3 minutes", "2 days"."""
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length or (seconds >= length and unit != "day"):
            amount = round(seconds / length)
            return pluralize(amount, unit)
    return pluralize(max(0, round(seconds)), "second")


def init_app(app: Flask) -> None:
    PARTS.init_app(app)
