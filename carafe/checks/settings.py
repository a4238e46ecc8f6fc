"""Checks of settings: invalid ones, and variables that are nearly settings."""

from functools import partial

from flask import Flask, current_app

from carafe import checks
from carafe.config import ConfigError
from carafe.config.loading import environment
from carafe.config.names import almost_settings

INVALID_SETTINGS = "core.settings"


def init_app(app: Flask) -> None:
    """Add checks to an app that started. It has no such problem, but users may ask for the ID."""
    add(app, None)
    checks.add(
        app,
        "core.setting_names",
        misspelled,
        level="warning",
        remedy="Correct the name, or remove the variable; config.py lists all settings.",
        all_environments=True,
    )


def add(app: Flask, error: ConfigError | None) -> None:
    """Add a check that finds this error, for the substitute of an app that didn't start."""
    checks.add(
        app,
        INVALID_SETTINGS,
        partial(str, error.problem) if error else lambda: None,
        level="error",
        remedy=error.remedy if error else "Fix the setting. See config.py for accepted values.",
        all_environments=True,
    )


def misspelled() -> str | None:
    config_class = current_app.config["CONFIG_CLASS"]
    settings = {name: getattr(config_class, name) for name in dir(config_class)}
    try:
        variables = list(almost_settings(settings, environment()))
    except ConfigError:  # found by `core.settings`
        return None
    names = [f"{name} (did you mean {setting}?)" for name, setting in variables]
    return f"Unknown settings, ignored: {', '.join(names)}." if names else None
