"""`flask demo`: sample data to look around with. Each feature adds what it has to show."""

from collections.abc import Callable

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.core.commands import Command
from app.core.database import db


class NotEmptyError(Exception):
    """There is data already; the text says so."""


def add(app: Flask, load: Callable[[], None]) -> None:
    """Have `flask demo` call `load`, which adds sample data in the current transaction."""
    app.extensions["samples"].append(load)


@with_appcontext
def demo() -> None:
    """Load sample data into an empty database."""
    try:
        for load in current_app.extensions["samples"]:
            load()
    except NotEmptyError as reason:
        click.echo(reason)
    db.session.commit()


def init_app(app: Flask) -> None:
    app.extensions["samples"] = []
    app.cli.add_command(Command("demo", callback=demo, help=demo.__doc__))
