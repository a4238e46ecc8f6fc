"""What admins can do, and its effects."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from carafe.admin.actions.models import BulkAction
from carafe.audit import AuditEvent
from carafe.auth.models import UserMixin
from carafe.database import db
from carafe.testing.http import Browser, Forms


@pytest.fixture
def events(app: Flask) -> Callable[[str], list[tuple[object, ...]]]:
    """Return the actor, subject, and details of each event with a name, oldest first."""

    def read(action: str) -> list[tuple[object, ...]]:
        with app.app_context():
            columns = AuditEvent.actor, AuditEvent.subject, AuditEvent.details
            query = select(*columns).where(AuditEvent.action == action).order_by(AuditEvent.id)
            return [tuple(row) for row in db.session.execute(query)]

    return read


@pytest.fixture
def reload(app: Flask) -> Callable[[UserMixin], UserMixin | None]:
    """Return a user as stored now, or None if they no longer exist."""

    def read(user: UserMixin) -> UserMixin | None:
        with app.app_context():
            return db.session.get(type(user), user.id)

    return read


@pytest.fixture
def forms_of() -> Callable[[Browser, str], set[str]]:
    """Return the paths that a page's forms post to that change something in the admin."""

    def read(browser: Browser, path: str) -> set[str]:
        forms = Forms(browser.get(path).text).forms
        targets = {form.action or path for form in forms if form.method == "post"}
        return {target for target in targets if target.startswith("/admin/")}

    return read


@pytest.fixture
def older(app: Flask) -> Callable[..., None]:
    """Let time pass for bulk actions: `older(hours=25)`."""

    def make(**units: float) -> None:
        with app.app_context():
            for run in db.session.scalars(select(BulkAction)):
                run.created_at -= timedelta(**units)
                run.ended_at = run.ended_at and run.ended_at - timedelta(**units)
            db.session.commit()

    return make


@pytest.fixture
def grant(app: Flask) -> Iterator[Callable[..., None]]:
    """Grant staff more permissions until the test ends."""
    staff = app.extensions["permissions"]["staff"]
    before = set(staff)
    yield staff.update
    staff.intersection_update(before)
