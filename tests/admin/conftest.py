"""What administrators change, and the trail it leaves."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth.models import User
from carafe.admin.actions.models import BulkAction
from carafe.audit import AuditEvent
from carafe.database import db
from carafe.testing.http import Browser, Forms


@pytest.fixture
def page(alice: User) -> str:
    """The page about Alice."""
    return f"/admin/users/{alice.id}"


@pytest.fixture
def sam(make_user: Callable[..., User]) -> User:
    return make_user("sam@example.com", name="Sam", role="staff")


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


@pytest.fixture
def forms_of() -> Callable[[Browser, str], set[str]]:
    """Where the forms of a page post to that change something in the administration."""

    def read(browser: Browser, path: str) -> set[str]:
        found = Forms(browser.get(path).text).forms
        targets = {form.action or path for form in found if form.method == "post"}
        return {target for target in targets if target.startswith("/admin/")}

    return read


@pytest.fixture
def older(app: Flask) -> Callable[..., None]:
    """`older(hours=25)`: what was done to many rows was done that much earlier."""

    def make(**units: float) -> None:
        with app.app_context():
            for run in db.session.scalars(select(BulkAction)):
                run.created_at -= timedelta(**units)
                run.ended_at = run.ended_at and run.ended_at - timedelta(**units)
            db.session.commit()

    return make


@pytest.fixture
def grant(app: Flask) -> Iterator[Callable[..., None]]:
    """Gives the staff permissions, as an app of one's own may."""
    staff = app.extensions["permissions"]["staff"]
    before = set(staff)
    yield staff.update
    staff.intersection_update(before)
