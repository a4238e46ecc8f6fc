"""Migrations: Flask-Migrate's `flask db …`, which is loaded when somebody uses it.

Alembic takes 110 ms of each start and 12 MB of each worker, and no request needs it.
"""

import re
from functools import cache
from typing import Any

import click
from flask import Flask, current_app

from app.core.database import db
from config import ROOT

FOLDER = ROOT / "migrations"


class LateSettings:
    """Stands where Flask-Migrate looks for its settings, and puts them there when it does."""

    def __getattr__(self, name: str) -> Any:
        from flask_migrate import Migrate

        Migrate(current_app, db, directory=str(FOLDER), render_as_batch=True)
        return getattr(current_app.extensions["migrate"], name)


class LateCommands(click.Command):
    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        from flask_migrate.cli import db as commands

        context: click.Context = commands.make_context(*arguments, **options)
        return context


@cache
def head() -> str | None:
    """The revision that an up-to-date database has, from the files; None unless there is one."""
    names: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for file in FOLDER.glob("versions/*.py"):
        for name, value in re.findall(r"^((?:down_)?revision)\b(.*)$", file.read_text(), re.M):
            names[name].update(re.findall(r"""["'](\w+)["']""", value))
    heads = names["revision"] - names["down_revision"]
    return heads.pop() if len(heads) == 1 else None


def init_app(app: Flask) -> None:
    app.extensions["migrate"] = LateSettings()
    app.cli.add_command(LateCommands("db", help="Perform database migrations."))
