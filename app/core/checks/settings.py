"""Settings that the app does not start with."""

from functools import partial

from flask import Flask

from app.core import checks
from config import ConfigError

REFUSED = "core.settings"


def init_app(app: Flask) -> None:
    """An app that started has no such problem, but people may ask for the id."""
    add(app, None)


def add(app: Flask, error: ConfigError | None) -> None:
    """Add a check that finds this error; for an app that stands in for one that did not start."""
    checks.add(
        app,
        REFUSED,
        partial(str, error.wrong) if error else lambda: None,
        level="error",
        remedy=error.remedy if error else "Set what it names; config.py says what is accepted.",
        everywhere=True,
    )
