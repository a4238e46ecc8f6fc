"""A folder of migrations that tests write, on an empty database."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import indent

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from carafe.config import ROOT
from carafe.database import db
from carafe.database.sqlite_file import files_of
from carafe.testing.apps import another_app, app_in
from carafe.testing.database import empty_database

TEMPLATE = """
import sqlalchemy as sa
from alembic import op
from carafe.database import fulltext
revision, down_revision = "{revision}", {down_revision!r}
def upgrade():
{up}
def downgrade():
{down}
"""


class Migrations:
    """Writes one migration after the other, and runs each at once."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.head: str | None = None

    def __call__(self, up: str, down: str = "pass") -> None:
        down_revision = self.head
        self.head = f"{int(down_revision or 0) + 1:04}"
        (self.folder / "versions" / f"{self.head}_test.py").write_text(
            TEMPLATE.format(
                revision=self.head,
                down_revision=down_revision,
                up=indent(up, "    "),
                down=indent(down, "    "),
            )
        )
        upgrade(directory=str(self.folder))

    def undo(self) -> None:
        downgrade(directory=str(self.folder))

    def discard(self) -> None:
        """Forget a migration that failed."""
        (self.folder / "versions" / f"{self.head}_test.py").unlink()
        self.head = f"{int(self.head or 0) - 1:04}"


@pytest.fixture
def database(app: Flask, database_url: str | None, tmp_path: Path) -> Iterator[Flask]:
    """An app on an empty database, within its context."""
    with (
        empty_database(database_url, tmp_path) as url,
        another_app(app, DATABASE_URL=url) as made,
        made.app_context(),
    ):
        yield made


@pytest.fixture(scope="module")
def sqlite_app(instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    url = f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'own.db'}"
    with app_in(str(instance), DATABASE_URL=url) as made:
        yield made


@pytest.fixture
def sqlite(sqlite_app: Flask) -> Iterator[Flask]:
    """An app on an empty SQLite database, within its context."""
    with sqlite_app.app_context():
        db.engine.dispose()
        for file in files_of(db.engine):
            file.unlink(missing_ok=True)
        yield sqlite_app


@pytest.fixture
def migrate(tmp_path: Path) -> Migrations:
    folder = tmp_path / "migrations"
    shutil.copytree(
        ROOT / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__", "versions")
    )
    (folder / "versions").mkdir()
    return Migrations(folder)


@pytest.fixture
def run() -> Callable[..., list[tuple[object, ...]]]:
    """Runs a statement in a separate transaction, and returns the rows."""

    def execute(statement: str, **values: object) -> list[tuple[object, ...]]:
        with db.engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    return execute
