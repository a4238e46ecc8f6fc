"""`flask demo`: sample data to look around with. Each feature adds what it has to show."""

from collections.abc import Callable, Iterator
from functools import partial

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.core.commands import Command
from app.core.database import db


class NotEmptyError(Exception):
    """There is data already; the text says so."""


Load = Callable[[], Iterator[int]]
LoadMany = Callable[[int], Iterator[int]]


def add(app: Flask, label: str, load: Load) -> None:
    """Add sample data. `load` makes it in this transaction and yields its progress in percent."""
    app.extensions["samples"].append((label, load))


def add_many(app: Flask, name: str, load: LoadMany) -> None:
    """Add an option to load as many rows as one likes, to see how the app fares with them.

    `load` makes so many, beside those that are there; yields how many it made, after each commit.
    """
    app.extensions["many_samples"][name] = load
    text = f"Add so many sample {name}, whatever is there already; not in production."
    option = click.Option([f"--{name}"], type=click.IntRange(min=0), default=0, help=text)
    app.cli.commands["demo"].params.append(option)


@with_appcontext
def demo(**many: int) -> None:
    """Load sample data into an empty database."""
    wanted = {name: count for name, count in many.items() if count}
    if wanted and current_app.config["APP_ENV"] == "production":
        raise click.ClickException("Not in production, where it would be found among your own.")
    db.session.connection()  # a database that is away is reported before any progress
    try:
        for label, load in current_app.extensions["samples"]:
            _show(label, 100, load)
    except NotEmptyError as reason:
        click.echo(reason)
    db.session.commit()
    for name, count in wanted.items():
        _show(name, count, partial(current_app.extensions["many_samples"][name], count))


def _show(label: str, length: int, load: Load) -> None:
    with click.progressbar(length=length, label=f"Sample {label}") as bar:
        for done in load():
            bar.update(done - bar.pos)


def init_app(app: Flask) -> None:
    app.extensions["samples"] = []
    app.extensions["many_samples"] = {}
    app.cli.add_command(Command("demo", callback=demo, help=demo.__doc__))
