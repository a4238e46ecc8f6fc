"""The command `flask demo`."""

import click
from flask import current_app
from flask.cli import with_appcontext

from carafe.cli import Command
from carafe.database import db
from carafe.demo.samples import DatabaseNotEmptyError, load_all, loaded_scenario, remove_all

QUESTION = "Remove the sample users, everything in their accounts, and all other sample data?"


@click.command(cls=Command)
@click.option("--remove", is_flag=True, help="Remove the sample data, and nothing else.")
@click.option("--yes", is_flag=True, help="Don't ask before removing it.")
@with_appcontext
def demo(remove: bool, yes: bool) -> None:
    """Load sample data into an empty database, or remove it."""
    if remove:
        _remove(yes)
    elif current_app.config["APP_ENV"] == "production":
        raise click.ClickException("Sample data isn't available in production.")
    else:
        try:
            load_all()
        except DatabaseNotEmptyError as reason:
            db.session.rollback()
            click.echo(reason)


def _remove(yes: bool) -> None:
    scenario = loaded_scenario()
    if scenario is None:
        click.echo("There is no sample data.")
        return
    if not yes:
        db.session.rollback()  # so that nobody waits for the answer
        click.confirm(QUESTION, abort=True)
    remove_all(scenario)
    click.echo("Sample data removed")
