"""`flask demo`: sample data to look around with. Each feature adds what it has to show."""

from collections.abc import Callable, Iterator

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.core.commands import Command
from app.core.database import db


class NotEmptyError(Exception):
    """There is data already; the text says so."""


Load = Callable[[], Iterator[int]]


def add(app: Flask, label: str, load: Load) -> None:
    """Add sample data. `load` makes it in this transaction and yields its progress in percent."""
    app.extensions["samples"].append((label, load))


@click.command("demo", cls=Command)
@with_appcontext
def command() -> None:
    """Load sample data into an empty database."""
    try:
        for label, load in current_app.extensions["samples"]:
            with click.progressbar(length=100, label=f"Sample {label}") as bar:
                for percent in load():
                    bar.update(percent - bar.pos)
    except NotEmptyError as reason:
        click.echo(reason)
    db.session.commit()


def init_app(app: Flask) -> None:
    app.extensions["samples"] = []
    app.cli.add_command(command)
