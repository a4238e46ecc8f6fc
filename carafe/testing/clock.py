"""Lets time pass: everything stored with a time becomes older."""

import sqlite3
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from carafe.auth.models import Invitation, Session, Token
from carafe.auth.users import user_model
from carafe.database import db


def later(app: Flask, **units: float) -> None:
    """`later(app, minutes=31)`: sessions, links and limits are that much older."""
    by = timedelta(**units)
    with app.app_context():
        for session in db.session.scalars(select(Session)):
            session.created_at -= by
            session.last_seen_at -= by
            session.authenticated_at -= by
            session.expires_at -= by
        for link in [*db.session.scalars(select(Token)), *db.session.scalars(select(Invitation))]:
            link.expires_at -= by
        model = user_model()
        for user in db.session.scalars(select(model).where(model.deletes_at.is_not(None))):
            user.deletes_at = user.deletes_at and user.deletes_at - by
        db.session.commit()
    change_limits(
        Path(app.instance_path), "UPDATE hit SET expires = expires - ?", by.total_seconds()
    )


def change_limits(instance: Path, statement: str, *values: float) -> None:
    """Change the counters of rate limits, if there are any."""
    with (
        suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(instance / "limits.db", isolation_level=None)) as limits,
    ):
        limits.execute("PRAGMA synchronous=OFF")
        limits.execute(statement, values)
