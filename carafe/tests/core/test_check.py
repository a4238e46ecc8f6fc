"""What `flask check` finds in the database and its disk."""

import json

import pytest
from sqlalchemy import text

from carafe import __version__
from carafe.checks import database, disks
from carafe.config import ConfigError
from carafe.database import db, fulltext
from carafe.testing.apps import another_app
from carafe.testing.checks import findings
from carafe.testing.database import empty_file
from carafe.testing.groups import require
from carafe.web import templating


@pytest.mark.parametrize("make", [empty_file, str])
def test_it_finds_a_database_without_tables(make, app, tmp_path):
    result = findings(app, DATABASE_URL=f"sqlite:///{make(tmp_path / 'new.db')}")
    assert list(result) == ["core.migrations"]
    assert result["core.migrations"]["level"] == "error"
    assert result["core.migrations"]["remedy"].startswith("Run flask db upgrade")


def test_it_finds_a_database_at_another_revision(app, tmp_path):
    url = f"sqlite:///{empty_file(tmp_path / 'old.db')}"
    with another_app(app, DATABASE_URL=url) as made, made.app_context():
        db.session.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
        db.session.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
        db.session.commit()
    result = findings(app, DATABASE_URL=url)
    assert list(result) == ["core.migrations"]
    assert "revision 0001" in result["core.migrations"]["message"]


def test_it_finds_a_database_of_another_version_of_the_engine(own_app):
    with own_app.app_context():
        db.session.execute(text("UPDATE carafe_version SET version = '0.0.9'"))
        db.session.commit()
    result = own_app.test_cli_runner().invoke(args=["check", "--json"])
    [finding] = [row for row in json.loads(result.stdout) if row["id"] == "core.engine_version"]
    assert finding["level"] == "warning"
    assert f"version 0.0.9 of the engine, the code is {__version__}" in finding["message"]


def test_it_finds_a_library_that_can_corrupt_the_database(app, monkeypatch, tmp_path):
    monkeypatch.setattr(database, "MIN_SQLITE_VERSION", (99, 1, 2))
    result = findings(app, APP_ENV="testing", PUBLIC_URL="http://localhost")
    with app.app_context():
        assert list(result) == ["core.sqlite_version"] * (db.engine.dialect.name == "sqlite")
    if result:
        assert "99.1.2" in result["core.sqlite_version"]["message"]


def test_it_finds_a_database_without_write_ahead_log(app):
    result = findings(app, DATABASE_URL="sqlite:///:memory:")
    assert set(result) == {"core.migrations", "core.sqlite_journal"}
    assert "memory, not WAL" in result["core.sqlite_journal"]["message"]


@pytest.mark.parametrize(
    ("mount", "is_found"),
    [
        ("server:/export {} nfs4 rw 0 0", True),
        ("//server/share {} cifs rw 0 0", True),
        ("/dev/sda1 {} ext4 rw 0 0", False),
        ("server:/export {}/elsewhere nfs4 rw 0 0", False),
        ("server:/export {} nfs4 rw 0 0\n/dev/sda1 {} ext4 rw 0 0", False),
        ("/dev/sda1 {} ext4 rw 0 0\nserver:/export {} nfs rw 0 0", True),
    ],
)
def test_it_finds_a_network_disk(mount, is_found, app, monkeypatch, tmp_path):
    folder = tmp_path / "a state"
    mounts = tmp_path / "mounts"
    place = str(folder).replace(" ", "\\040")
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\n{mount.replace('{}', place)}\n")
    monkeypatch.setattr(disks, "MOUNTS", mounts)
    ids = list(findings(app, INSTANCE_PATH=str(folder / "carafe")))
    assert ids == ["core.network_disk"] * is_found


def test_it_finds_a_database_file_on_a_network_disk(app, monkeypatch, tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/export {tmp_path} nfs4 rw 0 0\n")
    monkeypatch.setattr(disks, "MOUNTS", mounts)
    is_found = findings(app, DATABASE_URL=f"sqlite:///{tmp_path}/app.db")
    assert "core.network_disk" in is_found


@pytest.mark.parametrize(
    ("url", "is_found"),
    [
        ("postgresql://u:p@db.invalid/x", True),
        ("postgresql://u:p@192.0.2.1/x?connect_timeout=1&sslmode=prefer", True),
        ("postgresql://u:p@db.invalid/x?sslmode=verify-full", False),
        ("postgresql://u:p@127.0.0.1:1/x", False),
        ("postgresql://u:p@localhost:1/x", False),
        ("postgresql:///x?host=/nowhere", False),
    ],
)
def test_it_finds_a_connection_that_need_not_be_encrypted(url, is_found, app):
    require("postgres")
    assert ("core.database_encryption" in findings(app, DATABASE_URL=url)) == is_found


def test_it_finds_a_table_that_no_migration_creates(own_app):
    with own_app.app_context():
        fulltext.drop(db.session.connection(), "user")
        db.session.execute(text("DROP TABLE saved_view"))
        db.session.commit()
    with own_app.app_context():
        result = own_app.test_cli_runner().invoke(args=["check", "--json"])
    [finding] = [row for row in json.loads(result.stdout) if row["id"] == "core.tables"]
    assert (finding["level"], result.exit_code) == ("error", 1)
    assert "saved_view, user_search" in finding["message"]
    assert "flask db migrate" in finding["remedy"]


@pytest.fixture
def fewer_icons(app, monkeypatch):
    """The sprite without the icons of notes and of users."""
    names = templating.icon_names(app) - {"file", "users", "plus"}
    monkeypatch.setattr(templating, "icon_names", lambda app: names)


def test_it_finds_icons_that_there_are_not(app, fewer_icons):
    result = findings(app, PUBLIC_URL="https://example.org")
    assert result["core.icons"]["message"] == "Unknown icons: file, plus, users."


def test_an_icon_that_there_is_not_stops_the_start_in_development(app, fewer_icons):
    with (
        pytest.raises(ConfigError, match="Unknown icon") as error,
        another_app(app, APP_ENV="development"),
    ):
        pass
    assert "icons.svg" in error.value.remedy
