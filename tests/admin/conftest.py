"""What administrators change, and the trail it leaves."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit import AuditEvent
from app.auth.models import User
from app.core.database import db


@pytest.fixture
def page(alice: User) -> str:
    """The page about Alice."""
    return f"/admin/users/{alice.id}"


@pytest.fixture
def events(app: Flask) -> Callable[[str], list[Any]]:
    """Actor, subject and details of each event of that name, oldest first."""

    def read(action: str) -> list[Any]:
        with app.app_context():
            columns = AuditEvent.actor, AuditEvent.subject, AuditEvent.details
            found = select(*columns).where(AuditEvent.action == action).order_by(AuditEvent.id)
            return [tuple(row) for row in db.session.execute(found)]

    return read


@pytest.fixture
def reload(app: Flask) -> Callable[[User], User | None]:
    """The user as stored now."""

    def read(user: User) -> User | None:
        with app.app_context():
            return db.session.get(User, user.id)

    return read
