"""Commands whose errors are one line, without a traceback."""

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError


class Command(click.Command):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise click.ClickException(
                f"The database refused: {cause}. Is it there, and up to date? flask db upgrade"
            ) from None


class Group(Command, AppGroup):
    """A group of commands, such as `flask user …`."""
