"""Carrying out migrations: at once or not at all, once only, with all that a table had."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click import ClickException
from flask_migrate import check, upgrade
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from carafe import __version__
from carafe.admin.lists.search import FullText
from carafe.config import ROOT
from carafe.database import db, read_transaction
from carafe.database.migrations import engine_version
from carafe.database.migrations.squashed import same_revision
from carafe.testing.database import empty_database
from carafe.tests.site import settings
from carafe.tests.site.models import User

PROCESSES = 3
ENVIRON = {"APP_ENV": "testing", "FLASK_APP": "carafe.tests.site.wsgi"}
SCRIPTS = Path(settings.Config.MIGRATIONS_FOLDER)


def test_it_leads_to_the_models_and_the_version_of_the_engine(chain):
    upgrade()
    assert chain.revision() == chain.head
    assert chain.differences() == []
    assert set(db.metadata.tables) <= chain.tables()
    assert engine_version() == __version__
    check()


def test_it_notices_what_a_migration_forgot(chain):
    upgrade()
    with db.engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_user_name_id"))
        connection.execute(text("ALTER TABLE token DROP COLUMN purpose"))
    assert len(chain.differences()) == 2


def test_it_changes_nothing_the_second_time(chain):
    upgrade()
    chain.insert_user("alice@example.com")
    upgrade()
    assert chain.revision() == chain.head
    assert db.session.query(User).count() == 1


def test_it_happens_once_when_several_processes_begin_at_the_same_time(database_url, tmp_path):
    command = [sys.executable, "-m", "flask", "db", "upgrade"]
    with empty_database(database_url, tmp_path) as url:
        environ = ENVIRON | {"INSTANCE_PATH": str(tmp_path), "DATABASE_URL": url}
        started = [
            subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True)
            for _ in range(PROCESSES)
        ]
        ended = [(process.communicate()[1], process.returncode) for process in started]
    assert [code for _, code in ended] == [0] * PROCESSES, ended


@pytest.fixture
def migrate(chain, tmp_path):
    """Adds a migration to a copy of ours, and upgrades to it."""
    scripts = tmp_path / "migrations"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))

    def run(body: str) -> None:
        (scripts / "versions" / "9999_next.py").write_text(
            "import sqlalchemy as sa\n"
            "from alembic import op\n"
            f"revision, down_revision = '9999', {chain.head!r}\n"
            f"def upgrade():\n{body}"
        )
        upgrade(directory=str(scripts))

    upgrade()
    chain.insert_user("alice@example.com")
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO token (token_hash, user_id, purpose, email, expires_at)"
                " SELECT :hash, id, 'confirm', email, created_at FROM \"user\""
            ),
            {"hash": b"x" * 32},
        )
    return run


REBUILD_USER = """
    with op.batch_alter_table("user") as batch:
        batch.alter_column("name", type_=sa.String(120))
        batch.add_column(sa.Column("motto", sa.String(50)))
"""


def enforced() -> bool:
    """Whether a row may refer to what is not there."""
    with db.engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            return True
        return connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_it_keeps_the_rows_that_refer_to_a_table_that_is_rebuilt(migrate, chain):
    migrate(REBUILD_USER)
    assert chain.revision() == "9999"
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM token")) == 1
        assert connection.scalar(text('SELECT motto FROM "user"')) is None
    assert enforced()
    # The foreign key leads to the new table.
    with db.engine.begin() as connection:
        connection.execute(text('DELETE FROM "user"'))
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM token")) == 0


def found(words: str) -> list[str]:
    search = FullText("name", User.name, User.email)
    with read_transaction():
        return list(db.session.scalars(select(User.name).where(search.condition(words))))


def test_it_keeps_the_search_of_a_table_that_is_rebuilt(migrate, chain):
    migrate(REBUILD_USER + '    op.execute("UPDATE \\"user\\" SET name = \'Walrus\'")\n')
    assert (found("walr"), found("alice")) == (["Walrus"], ["Walrus"])  # by the address
    chain.insert_user("bob@example.com")
    assert found("bob") == ["Alice"]
    with db.engine.begin() as connection:
        connection.execute(text('DELETE FROM "user"'))
    assert found("walr") == []


def drop_a_searched_column(migrate) -> None:
    migrate("""
    with op.batch_alter_table("user") as batch:
        batch.drop_index("ix_user_name_id")
        batch.drop_column("name")
""")
    # Triggers of PostgreSQL look at a row when there is one.
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE \"user\" SET role = 'admin'"))


def test_it_stops_where_a_searched_column_is_gone(migrate):
    with pytest.raises((SystemExit, DBAPIError)):
        drop_a_searched_column(migrate)


def test_it_continues_from_the_last_revision_before_migrations_were_squashed(chain):
    upgrade(revision=same_revision(chain.scripts))
    chain.insert_user("alice@example.com")
    chain.set_revision("0027")
    upgrade()
    assert chain.revision() == chain.head
    assert chain.differences() == []
    assert db.session.query(User).count() == 1


def test_it_refuses_earlier_revisions_from_before_migrations_were_squashed(chain):
    upgrade()
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE carafe_version"))
    for number in ("0001", "0003", "0026"):
        chain.set_revision(number)
        with pytest.raises(ClickException, match=f"at revision {number} .*/0027_engine_version.py"):
            upgrade()
        assert chain.revision() == number


def test_it_has_not_happened_when_it_fails_halfway(migrate, chain):
    with pytest.raises(ZeroDivisionError):
        migrate(REBUILD_USER + "    1 / 0\n")
    assert chain.revision() == chain.head
    assert chain.differences() == []
    assert enforced()
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM token")) == 1


def test_it_has_not_happened_when_rows_would_refer_to_nothing(migrate, chain):
    # Flask-Migrate ends the command at an error of SQLite's check; PostgreSQL refuses at once.
    with pytest.raises((SystemExit, IntegrityError)):
        migrate("    op.execute('UPDATE token SET user_id = 99')\n")
    assert chain.revision() == chain.head
    assert enforced()
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT user_id FROM token")) != 99


def test_it_is_written_as_sql_for_who_runs_it_by_hand(chain):
    result = chain.app.test_cli_runner().invoke(args=["db", "upgrade", "--sql"])
    assert result.exit_code == 0, result.output
    assert 'CREATE TABLE "user"' in result.stdout or "CREATE TABLE user" in result.stdout
    assert chain.tables() == set()
