"""Every query of the app's declared lists uses an index, whatever is requested."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, text

from app.auth.models import User
from carafe.admin.model_admin import ModelAdmin
from carafe.database import db
from carafe.testing.database import empty_tables
from carafe.testing.list_plans import (
    filtered_without_index,
    sorted_and_filtered_without_index,
    sorted_without_index,
)
from carafe.time import now

ROWS = 3_000
# With this many rows, any index returns the first ones equally fast.
MANY = ROWS // 10


@pytest.fixture(scope="module")
def app_with_users(application: Flask) -> Flask:
    """Return an app with enough users for planners to use an index."""
    with application.app_context():
        empty_tables()
        db.session.execute(insert(User), [user_row(number) for number in range(ROWS)])
        db.session.commit()
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("ANALYZE"))
            db.session.commit()
    return application


def user_row(number: int) -> dict[str, Any]:
    """Return a user's columns.

    Most are confirmed, and neither suspended nor about to be deleted.
    """
    at = now() - timedelta(hours=ROWS - number)
    return {
        "email": f"user{number}@example.com",
        "name": f"Given{number % 80} Family{number % 90}",
        "password_hash": "",
        "role": "user" if number % 1000 else "staff",
        "created_at": at,
        "confirmed_at": at if number % 20 else None,
        "suspended_at": None if number % 200 else at,
        "deletes_at": None if number % 500 else now() + timedelta(days=1),
    }


def lists(app: Flask) -> list[ModelAdmin]:
    """Return the lists of the app's models; the engine's own are tested with it."""
    admins = app.extensions["admin"].values()
    return [admin for admin in admins if admin.model.__module__.startswith("app.")]


def test_every_query_uses_an_index(app_with_users):
    assert len(lists(app_with_users)) >= 1
    for admin in lists(app_with_users):
        slow = sorted_without_index(app_with_users, admin)
        slow += filtered_without_index(app_with_users, admin, MANY)
        slow += sorted_and_filtered_without_index(app_with_users, admin)
        assert not slow, "\n\n".join(slow)
