"""Cards of the dashboard. A feature adds its own; the page draws what was added."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, current_app

Load = Callable[[], Mapping[str, Any]]


def add_card(app: Flask, template: str, load: Load) -> None:
    """Add a card: a template, and a function that loads what it shows to the signed-in user."""
    app.extensions["dashboard"].append((template, load))


def cards() -> list[tuple[str, Mapping[str, Any]]]:
    return [(template, load()) for template, load in current_app.extensions["dashboard"]]


def init_app(app: Flask) -> None:
    app.extensions["dashboard"] = []
