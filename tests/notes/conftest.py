"""Notes to test with."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from app.auth.models import User
from app.notes.models import Note
from carafe.database import db
from carafe.time import now


@pytest.fixture
def write(app: Flask) -> Callable[..., list[int]]:
    """Insert a note for each title, without forms; return their IDs."""

    def make(owner: User, *titles: str, body: str = "", at: datetime | None = None) -> list[int]:
        time = at or now()
        rows = [
            {
                "user_id": owner.id,
                "title": title,
                "body": body,
                "version": 1,
                "created_at": time,
                "updated_at": time,
            }
            for title in titles
        ]
        with app.app_context():
            ids = db.session.scalars(
                insert(Note).returning(Note.id, sort_by_parameter_order=True), rows
            ).all()
            db.session.commit()
            return list(ids)

    return make


@pytest.fixture
def stored(app: Flask) -> Callable[[], list[Any]]:
    """Return title, body, and version of every note, oldest first."""

    def read() -> list[Any]:
        with app.app_context():
            statement = select(Note.title, Note.body, Note.version).order_by(Note.id)
            return [tuple(row) for row in db.session.execute(statement)]

    return read


@pytest.fixture
def create(app: Flask) -> Callable[..., None]:
    """Return a function that creates notes of a user, each in its own transaction."""

    def make(owner: User, *titles: str) -> None:
        with app.app_context():
            for title in titles:
                Note.create(user_id=owner.id, title=title)
                db.session.commit()

    return make
