"""Apps beside the one that all tests share, with routes and a database of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from carafe.database import db, sqlite
from carafe.testing.http import Browser
from carafe.testing.server import migrated_database
from carafe.testing.sessions import open_session
from carafe.tests.site.models import User
from carafe.time import now


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apps made after this wait for a tenth of a second."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_SECONDS", 0.1)


@pytest.fixture
def own_app(make_app: Callable[..., Flask], tmp_path: Path) -> Flask:
    """An app with a migrated SQLite database at `tmp_path/app.db`."""
    (tmp_path / "app.db").write_bytes(migrated_database())
    return make_app(PROPAGATE_EXCEPTIONS=False)


@pytest.fixture
def own_alice(own_app: Flask, password_hash: str) -> Browser:
    """Alice, logged in to that app."""
    with own_app.app_context():
        alice = User.register("alice@example.com", password_hash, name="Alice", confirmed_at=now())
        db.session.commit()
        return open_session(own_app, alice)
