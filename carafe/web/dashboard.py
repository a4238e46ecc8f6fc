"""Cards of the dashboard. A feature adds its own; the page draws what was added."""

from collections.abc import Callable, Mapping

from flask import Flask

from carafe.registry import Registry

Load = Callable[[], Mapping[str, object]]
CARDS = Registry[tuple[str, Load]]("dashboard", "card")


def add_card(app: Flask, template: str, load: Load) -> None:
    """Add a card: a template, and a function that loads what it shows to the signed-in user."""
    CARDS.add(app, (template, load))


def visible_cards() -> list[tuple[str, Mapping[str, object]]]:
    return [(template, load()) for template, load in CARDS]


def init_app(app: Flask) -> None:
    CARDS.init_app(app)
