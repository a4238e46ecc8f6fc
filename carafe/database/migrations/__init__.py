"""Migrations: Flask-Migrate's `flask db …`, loaded when it is used.

Alembic takes 110 ms of each start and 12 MB of each worker, and no request needs it.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask import Flask, current_app
from sqlalchemy import String, column, inspect, select, table

from carafe.database import Base, db, fulltext, read_transaction
from carafe.database.sqlite_file import is_missing

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

# The engine version that the database belongs to. It has no model: only engine migrations write it,
# so it remains when the app deletes rows.
VERSION_TABLE = "carafe_version"


class LazyMigrateConfig:
    """Placeholder for Flask-Migrate's settings, which adds them when they are accessed."""

    def __getattr__(self, name: str) -> Any:
        from flask_migrate import Migrate

        Migrate(current_app, db, directory=str(_folder()), render_as_batch=True)
        return getattr(current_app.extensions["migrate"], name)


class LazyMigrateCommand(click.Command):
    def make_context(self, *arguments: object, **options: object) -> click.Context:
        from flask_migrate.cli import db as commands

        context: click.Context = commands.make_context(*arguments, **options)
        return context


def refuse_twins(scripts: ScriptDirectory) -> None:
    """Raise `RuntimeError` if two files have the same number, as after a merge of branches."""
    loaded = {Path(script.path).name for script in scripts.walk_revisions()}
    for file in sorted(Path(scripts.dir).glob("versions/*.py")):
        if file.name not in loaded:
            raise RuntimeError(
                f"{file.name} has the revision of another file, as when two branches add one each. "
                "Give it the next number, in its name and as its revision, and the other's number "
                "as its down_revision."
            )


@cache
def head_revision() -> str | None:
    """Return the latest revision of the files, or None unless there is exactly one."""
    names: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for file in _folder().glob("versions/*.py"):
        for name, value in re.findall(r"^((?:down_)?revision)\b(.*)$", file.read_text(), re.M):
            names[name].update(re.findall(r"""["'](\w+)["']""", value))
    heads = names["revision"] - names["down_revision"]
    return heads.pop() if len(heads) == 1 else None


def files_fingerprint() -> list[tuple[str, int]]:
    """Return a fingerprint that changes when a migration is added, changed, or removed."""
    with os.scandir(_folder() / "versions") as files:
        return sorted((file.name, file.stat().st_mtime_ns) for file in files if file.is_file())


def pending_revisions() -> list[tuple[str, str]]:
    """Return number and title of each pending revision, the next one first.

    Raise the error in the files, or that the database has a revision that they don't.
    """
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_config())
    current: tuple[str, ...] = ()
    if not is_missing(db.engine):
        with read_transaction(), db.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_heads()
    steps = list(scripts.iterate_revisions(tuple(scripts.get_heads()), current or "base"))
    return [(step.revision, step.doc) for step in reversed(steps)]


def missing_tables() -> list[str]:
    """Return the tables that the code uses and no migration has created.

    Those of models, and those for full-text search.
    """
    packages = (f"{current_app.import_name}.", "carafe.")
    models = [mapper.class_ for mapper in Base.registry.mappers]
    tables = {model.__tablename__ for model in models if model.__module__.startswith(packages)}
    tables |= {f"{name}{fulltext.SUFFIX}" for name in fulltext.declared(current_app)}
    with read_transaction(), db.engine.connect() as connection:
        return sorted(tables - set(inspect(connection).get_table_names()))


def engine_version() -> str | None:
    """Return the engine version that the database belongs to, as written by its migrations.

    None if the table is missing, as before the first migration.
    """
    versions = table(VERSION_TABLE, column("version", String))
    with read_transaction():
        if not inspect(db.session.connection()).has_table(VERSION_TABLE):
            return None
        return db.session.scalar(select(versions.c.version))


def upgrade() -> None:
    """Upgrade the database. Raise the error of a migration, after which none has been applied."""
    from alembic import command

    command.upgrade(_config(), "head")


def _folder() -> Path:
    return Path(current_app.config["MIGRATIONS_FOLDER"])


def _config() -> Any:
    return current_app.extensions["migrate"].migrate.get_config(_folder())


def init_app(app: Flask) -> None:
    app.extensions["migrate"] = LazyMigrateConfig()
    app.cli.add_command(LazyMigrateCommand("db", help="Perform database migrations."))
