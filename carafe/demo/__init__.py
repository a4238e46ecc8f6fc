"""`flask demo`: sample data to explore. Each feature adds its own."""

from flask import Flask

from carafe.demo import cli
from carafe.demo.samples import SAMPLES, DatabaseNotEmptyError, Stage, add
from carafe.demo.scenario import Person, Scenario

__all__ = [
    "DatabaseNotEmptyError",
    "Person",
    "Scenario",
    "Stage",
    "add",
]


def init_app(app: Flask) -> None:
    SAMPLES.init_app(app)
    app.cli.add_command(cli.demo)
