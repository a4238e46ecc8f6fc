"""Commands whose errors are one line, without a traceback."""

import click
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException


class Command(click.Command):
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise click.ClickException(
                f"Database error: {cause}. If it's missing or outdated, run: flask db upgrade"
            ) from None
        except HTTPException as refusal:  # models refuse in the same way for all callers
            raise click.ClickException(refusal.description or refusal.name) from None


class Group(Command, AppGroup):
    """A group of commands, such as `flask user …`."""
