"""Users with second factors, and what is stored about users."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from carafe.audit import AuditEvent
from carafe.database import Base, db
from carafe.testing.http import Browser
from carafe.testing.sessions import open_session
from carafe.testing.two_factor import AuthenticatorApp, Clock, enroll
from carafe.tests.site.models import User


class Owner(Browser):
    """The browser of a user who has an authenticator app, whose next code is to come."""

    totp: AuthenticatorApp
    codes: list[str]

    def __init__(self, app: Flask, user: User):
        super().__init__(open_session(app, user).client)
        self.totp, self.codes = enroll(app, user)


@pytest.fixture
def owner(app: Flask, alice: User, clock: Clock) -> Owner:
    """Alice's browser. She has an authenticator app, and recovery codes."""
    owner = Owner(app, alice)
    clock.step += 1
    return owner


@pytest.fixture
def count(app: Flask) -> Callable[[type[Base]], int]:
    """Counts the rows of a model."""

    def query(model: type[Base]) -> int:
        with app.app_context():
            return db.session.scalar(select(func.count()).select_from(model)) or 0

    return query


@pytest.fixture
def events(app: Flask) -> Callable[[str], list[tuple[object, ...]]]:
    """Reads subject, actor, address, and details of each event with a name, oldest first."""

    def query(action: str) -> list[tuple[object, ...]]:
        columns = AuditEvent.subject, AuditEvent.actor, AuditEvent.address, AuditEvent.details
        stmt = select(*columns).where(AuditEvent.action == action).order_by(AuditEvent.id)
        with app.app_context():
            return [tuple(row) for row in db.session.execute(stmt)]

    return query
