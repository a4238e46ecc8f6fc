"""Apps beside the one that all tests share, with routes and a database of their own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade

from app.auth.models import User
from app.core.database import db
from app.core.time import now
from tests.apps import another_app
from tests.conftest import PASSWORD
from tests.http import Browser


@pytest.fixture
def make_app(app: Flask, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Makes an app on an empty SQLite database in `tmp_path`."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Flask:
            own = {"INSTANCE_PATH": str(tmp_path), "DATABASE_URL": None} | settings
            return stack.enter_context(another_app(app, **own))

        yield make


@pytest.fixture
def own(make_app: Callable[..., Flask]) -> Flask:
    """An app with a migrated SQLite database at `instance_path/app.db`."""
    made = make_app(PROPAGATE_EXCEPTIONS=False)
    with made.app_context():
        upgrade()
    return made


@pytest.fixture
def own_alice(own: Flask, password_hash: str) -> Browser:
    """Alice, signed in to that app."""
    with own.app_context():
        User.register("alice@example.com", password_hash, "Alice", confirmed_at=now())
        db.session.commit()
    browser = Browser(own.test_client())
    browser.submit("/auth/login", {"email": "alice@example.com", "password": PASSWORD})
    assert browser.get("/dashboard").status_code == 200
    return browser
