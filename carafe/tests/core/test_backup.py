"""The recipe for backups in docs/deployment.md, followed to the letter."""

import os
import subprocess
from contextlib import closing

import pytest
from sqlalchemy import select

from carafe.config import ROOT
from carafe.database import db
from carafe.database.sqlite import sqlite_driver
from carafe.testing.server import migrated_database
from carafe.tests.site.models import User


@pytest.fixture
def recipe(tmp_path):
    """Runs the first or second block of the section, with other folders; what it prints."""
    section = (ROOT / "docs/deployment.md").read_text().split("## Backups")[1]
    blocks = [part.split("```")[0] for part in section.split("```sh\n")[1:3]]
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("systemctl", "chown"):  # there is neither the service nor its user
        (tools / name).write_text("#!/bin/sh\n")
        (tools / name).chmod(0o755)
    places = {
        "/var/lib/carafe": str(tmp_path / "state"),
        "/var/backups/carafe": str(tmp_path / "backups"),
        "/etc/carafe.env": str(tmp_path / "carafe.env"),
    }
    (tmp_path / "carafe.env").write_text("SECRET_KEY=x\n")

    def run(number, **replaced):
        script = blocks[number]
        for name, value in {**replaced, **places}.items():
            assert name in script or number == 1, name
            script = script.replace(name, value)
        environ = os.environ | {"PATH": f"{tools}:{os.environ['PATH']}"}
        done = subprocess.run(
            ["sh", "-e", "-c", script], env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@pytest.fixture
def state(make_app, tmp_path):
    """A running app with a user and a picture."""
    folder = tmp_path / "state"
    (folder / "avatars").mkdir(parents=True)
    (folder / "avatars" / "a.webp").write_bytes(b"a picture")
    (folder / "app.db").write_bytes(migrated_database())
    app = make_app(DATABASE_URL=f"sqlite:///{folder / 'app.db'}")
    with app.app_context():
        rename("Ann")
        yield folder


def rename(name):
    db.session.query(User).delete()
    db.session.add(User(email="ann@example.com", password_hash="", name=name))
    db.session.commit()


def test_it_can_be_repeated_and_brings_back_everything(state, recipe, tmp_path):
    first, second = recipe(0), recipe(0)
    assert first != second
    rename("Bob")
    (state / "avatars" / "a.webp").unlink()
    db.engine.dispose()
    recipe(1, **{"/var/backups/carafe/2026-01-31.aB3xYz": second})
    assert db.session.scalar(select(User.name)) == "Ann"
    db.session.rollback()
    assert (state / "avatars" / "a.webp").read_bytes() == b"a picture"
    with closing(sqlite_driver().connect(state / "app.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert (tmp_path / "backups").stat().st_mode & 0o077 == 0
