"""The app's chain of migrations, applied to an empty database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, text

from carafe.database import db
from carafe.testing.apps import another_app
from carafe.testing.database import empty_database
from carafe.time import now


def revisions(folder: Path | str) -> list[str]:
    """Return the revisions of a folder of migrations, oldest first."""
    scripts = ScriptDirectory(str(folder)).walk_revisions("base", "heads")
    return [script.revision for script in scripts][::-1]


class Chain:
    """The migrations, and the state of the database."""

    def __init__(self, app: Flask):
        self.app = app
        self.scripts = ScriptDirectory(app.config["MIGRATIONS_FOLDER"])
        self.head = self.scripts.get_current_head()

    def revision(self) -> str | None:
        with db.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def set_revision(self, number: str) -> None:
        """Pretend that the database is at a revision."""
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :n"), {"n": number})

    def tables(self) -> set[str]:
        return set(inspect(db.engine).get_table_names()) - {"alembic_version"}

    def differences(self) -> list[object]:
        """Return the differences between the models and the database.

        Tables without a model are ignored: those of a deleted feature remain until a migration
        drops them.
        """
        with db.engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={
                    "include_object": lambda item, name, kind, reflected, other: (
                        name in db.metadata.tables if kind == "table" else True
                    )
                },
            )
            return list(compare_metadata(context, db.metadata))

    def insert_user(self, email: str) -> None:
        """Insert a user at any revision, not with the model, which matches only the head."""
        with db.engine.begin() as connection:
            connection.execute(
                text(
                    'INSERT INTO "user" (email, name, password_hash, role, created_at)'
                    " VALUES (:email, 'Alice', 'x', 'user', :at)"
                ),
                {"email": email, "at": now().replace(tzinfo=None)},
            )


@pytest.fixture
def chain(app: Flask, database_url: str | None, tmp_path: Path) -> Iterator[Chain]:
    """Return the app's migrations, in the context of an app with an empty database."""
    with (
        empty_database(database_url, tmp_path) as url,
        another_app(app, DATABASE_URL=url) as made,
        made.app_context(),
    ):
        yield Chain(made)
