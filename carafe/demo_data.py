"""`flask demo`: sample data to look around with. Each feature adds what it has to show."""

from collections.abc import Callable

import click
from flask import Flask
from flask.cli import with_appcontext

from carafe.cli import Command
from carafe.database import db
from carafe.registry import Registry

__all__ = [
    "DatabaseNotEmptyError",
    "add",
]


SAMPLES = Registry[Callable[[], None]]("samples", "set of sample data")


class DatabaseNotEmptyError(Exception):
    """There is data already; the text says so."""


def add(app: Flask, load: Callable[[], None]) -> None:
    """Have `flask demo` call `load`, which adds sample data in the current transaction."""
    SAMPLES.add(app, load)


@with_appcontext
def demo() -> None:
    """Load sample data into an empty database."""
    try:
        for load in SAMPLES:
            load()
    except DatabaseNotEmptyError as reason:
        click.echo(reason)
    db.session.commit()


def init_app(app: Flask) -> None:
    SAMPLES.init_app(app)
    app.cli.add_command(Command("demo", callback=demo, help=demo.__doc__))
