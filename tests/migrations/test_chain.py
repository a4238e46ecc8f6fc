"""The app's migrations: from nothing to the models, from each revision, and back."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect, text

from carafe.config import ROOT
from carafe.database import db
from carafe.database.migrations.squashed import same_revision
from carafe.testing.apps import another_app
from carafe.testing.database import empty_database
from carafe.time import now

SCRIPTS = ROOT / "migrations"
REVISIONS = [
    script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions("base", "heads")
][::-1]


@pytest.fixture
def url(tmp_path):
    with empty_database(tmp_path) as address:
        yield address


@pytest.fixture
def empty(app, url):
    """An app on an empty database, within its context."""
    with another_app(app, DATABASE_URL=url) as made, made.app_context():
        yield made


def revision() -> str | None:
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def differences() -> Any:
    """What the models have and the database has not, or has otherwise.

    Tables without a model are left out: those of a feature that was deleted stay until someone
    writes a migration that drops them.
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
        return compare_metadata(context, db.metadata)


def test_it_has_one_head():
    scripts = ScriptDirectory(str(SCRIPTS))
    assert len(scripts.get_heads()) == len(scripts.get_bases()) == 1
    assert len(REVISIONS) == len(list(SCRIPTS.glob("versions/*.py")))


def test_it_leads_to_the_models(empty):
    upgrade()
    assert revision() == REVISIONS[-1]
    assert differences() == []
    assert set(db.metadata.tables) <= tables()
    check()


def test_every_constraint_has_a_name(empty):
    upgrade()
    inspector = inspect(db.engine)
    unnamed = {
        (table, kind)
        for table in inspector.get_table_names()
        for kind, items in (
            ("foreign key", inspector.get_foreign_keys(table)),
            ("unique", inspector.get_unique_constraints(table)),
            ("check", inspector.get_check_constraints(table)),
        )
        for item in items
        if not item["name"] and not table.endswith("_search")
    }
    assert unnamed == set()


def test_it_goes_up_and_down_step_by_step(empty):
    seen = []
    for number in REVISIONS:
        upgrade(revision=number)
        assert revision() == number
        seen.append(tables())
    for number in REVISIONS[-2::-1]:
        downgrade(revision=number)
        seen.pop()
        assert (revision(), tables()) == (number, seen[-1])
    downgrade(revision="base")
    assert (revision(), tables()) == (None, set())
    upgrade()
    assert differences() == []


@pytest.mark.parametrize("start", REVISIONS)
def test_it_goes_to_the_head_from_each_revision_and_keeps_what_is_there(start, empty):
    upgrade(revision=start)
    insert_user("alice@example.com")
    upgrade()
    assert differences() == []
    downgrade(revision=start)
    upgrade()
    with db.engine.connect() as connection:
        assert connection.scalar(text('SELECT email FROM "user"')) == "alice@example.com"


def insert_user(email: str) -> None:
    # Not through the model, which is the head's.
    with db.engine.begin() as connection:
        connection.execute(
            text(
                'INSERT INTO "user" (email, name, password_hash, role, created_at)'
                " VALUES (:email, 'Alice', 'x', 'user', :at)"
            ),
            {"email": email, "at": now().replace(tzinfo=None)},
        )


def set_revision(number: str) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :n"), {"n": number})


def test_it_continues_from_the_last_revision_before_migrations_were_squashed(empty):
    upgrade(revision=same_revision(ScriptDirectory(str(SCRIPTS))))
    insert_user("alice@example.com")
    set_revision("0027")
    upgrade()
    assert revision() == REVISIONS[-1]
    assert differences() == []
