"""Cards of the dashboard. Features add them, and the page shows them."""

from collections.abc import Callable, Mapping

from flask import Flask

from carafe.registry import Registry

Load = Callable[[], Mapping[str, object]]
CARDS = Registry[tuple[str, Load]]("dashboard", "card")
SIDE_CARDS = Registry[tuple[str, Load]]("dashboard_side", "card")


def add_card(app: Flask, template: str, load: Load, *, at_side: bool = False) -> None:
    """Add a card: a template, and a function that loads its variables for the current user.

    Cards `at_side` are in the narrow column, and below the others on phones.
    """
    (SIDE_CARDS if at_side else CARDS).add(app, (template, load))


def visible_cards(*, at_side: bool = False) -> list[tuple[str, Mapping[str, object]]]:
    return [(template, load()) for template, load in (SIDE_CARDS if at_side else CARDS)]


def init_app(app: Flask) -> None:
    CARDS.init_app(app)
    SIDE_CARDS.init_app(app)
