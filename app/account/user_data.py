"""The columns of a user and their picture, for the export of personal data."""

from collections.abc import Iterator
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.account import avatars
from app.auth.models import User
from carafe import personal_data
from carafe.database import db
from carafe.tabular import iter_dicts

Dicts = Iterator[dict[str, Any]]


def profile(user_id: int) -> Dicts:
    columns = (
        User.email, User.name, User.role, User.time_zone,
        User.created_at, User.confirmed_at, User.suspended_at, User.deletes_at, User.last_active_on,
    )  # fmt: skip
    return iter_dicts(select(*columns).where(User.id == user_id))


def picture(user_id: int) -> tuple[str, bytes] | None:
    name = db.session.scalar(select(User.avatar).where(User.id == user_id))
    content = avatars.PICTURES.get(name) if name else None
    return ("picture.webp", content) if content else None


def init_app(app: Flask) -> None:
    personal_data.add_section(app, "profile", profile)
    personal_data.add_file(app, picture)
