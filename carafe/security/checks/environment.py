"""Checks of the environment, what is switched on, and which checks are silenced."""

from flask import Flask, current_app

from carafe import checks
from carafe.security.checks.command import unknown_ids
from carafe.security.checks.files import dotenv


def init_app(app: Flask) -> None:
    checks.add(
        app,
        "security.environment",
        public_but_not_production,
        level="warning",
        remedy="Set APP_ENV=production wherever others can reach the app.",
        all_environments=True,
    )
    checks.add(
        app,
        "security.debug",
        debug,
        level="error",
        remedy="Unset FLASK_DEBUG, and keep DEBUG and TESTING as set in config.py.",
    )
    checks.add(
        app,
        "security.dotenv",
        dotenv_in_production,
        level="warning",
        remedy="Delete the file and set its values where the server gets its own.",
    )
    checks.add(
        app,
        "security.silenced",
        unknown_silenced,
        level="warning",
        remedy="Fix CHECK_SILENCE. See docs/checks.md for all IDs.",
        all_environments=True,
    )


def public_but_not_production() -> str | None:
    url, name = current_app.config["PUBLIC_URL"], current_app.config["APP_ENV"]
    if name == "production" or not url.startswith("https://"):
        return None
    return f"{url} looks public, but APP_ENV is {name}: anyone can learn the key and debug the app."


def debug() -> str | None:
    names = [name for name in ("DEBUG", "TESTING") if current_app.config[name]]
    return f"{' and '.join(names)} on: error pages show source code to anyone." if names else None


def dotenv_in_production() -> str | None:
    if file := dotenv():
        return (
            f"Commands read {file}, but the server doesn't in production, so their settings may "
            "differ."
        )
    return None


def unknown_silenced() -> str | None:
    problem = unknown_ids(current_app.config["CHECK_SILENCE"])
    return f"CHECK_SILENCE: {problem}" if problem else None
