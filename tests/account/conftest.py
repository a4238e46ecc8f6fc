"""What the tests of one's own account share."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from carafe.audit import AuditEvent
from carafe.database import db


@pytest.fixture
def trail(app: Flask) -> Callable[..., list[Any]]:
    """Subject, actor, address and details of each event of that name, oldest first."""

    def read(*actions: str) -> list[Any]:
        columns = AuditEvent.subject, AuditEvent.actor, AuditEvent.address, AuditEvent.details
        query = select(*columns).where(AuditEvent.action.in_(actions)).order_by(AuditEvent.id)
        with app.app_context():
            return [tuple(row) for row in db.session.execute(query)]

    return read
