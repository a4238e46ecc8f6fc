"""A database that a newer SQLite wrote, in the hands of an older one: that of the system."""

import re
import sqlite3

import pytest
from flask_migrate import upgrade
from sqlalchemy import text

from carafe.config import ROOT
from carafe.database import db, sqlite
from carafe.tests.site.models import User

FIND = "SELECT rowid FROM user_search WHERE user_search MATCH ?"


@pytest.fixture
def file(own_app, tmp_path):
    """A database in which the app deleted words for good."""
    with own_app.app_context():
        for name in ("Quagmire", "Walrus"):
            db.session.add(User(email=f"{name}@example.com", password_hash="", name=name))
            db.session.commit()
        db.session.execute(text("UPDATE \"user\" SET name = 'Otter' WHERE name = 'Quagmire'"))
        db.session.commit()
        db.engine.dispose()
    return tmp_path / "app.db"


def test_it_can_write_after_what_the_documentation_says(own_app, file):
    [repair] = re.findall(
        r'"(UPDATE user_search_config .*)"', (ROOT / "docs" / "deployment.md").read_text()
    )
    connection = sqlite3.connect(file)
    connection.executescript(repair)
    connection.execute("UPDATE user SET name = 'Heron' WHERE name = 'Otter'")
    connection.commit()
    ids = [connection.execute(FIND, [word]).fetchall() for word in ("heron", "otter", "walrus")]
    assert ids == [[(1,)], [], [(2,)]]
    connection.execute("INSERT INTO user_search(user_search) VALUES ('integrity-check')")
    connection.execute("DELETE FROM user WHERE name = 'Heron'")
    connection.commit()
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    # And the app goes on with it.
    with own_app.app_context():
        db.session.add(User(email="ibis@example.com", password_hash="", name="Ibis"))
        db.session.execute(text("UPDATE \"user\" SET name = 'Eel' WHERE name = 'Walrus'"))
        db.session.commit()
        assert db.session.scalars(text(FIND.replace("?", "'ibis OR eel'"))).all() == [2, 3]


def test_it_can_run_the_app_after_an_upgrade(own_app, file, make_app, monkeypatch):
    monkeypatch.setattr(sqlite, "sqlite_driver", lambda: sqlite3)
    older = make_app()
    with older.app_context():
        upgrade()
        db.session.execute(text("UPDATE \"user\" SET name = 'Heron' WHERE name = 'Otter'"))
        db.session.commit()
        assert db.session.scalars(text(FIND.replace("?", "'heron'"))).all() == [1]
