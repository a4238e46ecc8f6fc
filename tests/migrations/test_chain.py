"""The app's migrations: from nothing to the models, from each revision, and back."""

import pytest
from alembic.script import ScriptDirectory
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect, text

from carafe.config import ROOT
from carafe.database import db
from carafe.database.migrations.squashed import same_revision
from carafe.testing.migrations import revisions

SCRIPTS = ROOT / "migrations"
REVISIONS = revisions(SCRIPTS)


def test_it_has_one_head():
    scripts = ScriptDirectory(str(SCRIPTS))
    assert len(scripts.get_heads()) == len(scripts.get_bases()) == 1
    assert len(REVISIONS) == len(list(SCRIPTS.glob("versions/*.py")))


def test_it_leads_to_the_models(chain):
    upgrade()
    assert chain.revision() == chain.head
    assert chain.differences() == []
    assert set(db.metadata.tables) <= chain.tables()
    check()


def test_every_constraint_has_a_name(chain):
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


def test_it_goes_up_and_down_step_by_step(chain):
    seen = []
    for number in REVISIONS:
        upgrade(revision=number)
        assert chain.revision() == number
        seen.append(chain.tables())
    for number in REVISIONS[-2::-1]:
        downgrade(revision=number)
        seen.pop()
        assert (chain.revision(), chain.tables()) == (number, seen[-1])
    downgrade(revision="base")
    assert (chain.revision(), chain.tables()) == (None, set())
    upgrade()
    assert chain.differences() == []


@pytest.mark.parametrize("start", REVISIONS)
def test_it_goes_to_the_head_from_each_revision_and_keeps_what_is_there(start, chain):
    upgrade(revision=start)
    chain.insert_user("alice@example.com")
    upgrade()
    assert chain.differences() == []
    downgrade(revision=start)
    upgrade()
    with db.engine.connect() as connection:
        assert connection.scalar(text('SELECT email FROM "user"')) == "alice@example.com"


def test_it_continues_from_the_last_revision_before_migrations_were_squashed(chain):
    upgrade(revision=same_revision(chain.scripts))
    chain.insert_user("alice@example.com")
    chain.set_revision("0027")
    upgrade()
    assert chain.revision() == chain.head
    assert chain.differences() == []
