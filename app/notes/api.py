"""The notes API."""

from flask import Flask

from app.notes.models import Note
from carafe import api


def init_app(app: Flask) -> None:
    api.add(
        app,
        Note,
        fields=["title", "body"],
        read_only=["created_at", "updated_at"],
        filters=["title", "created_at", "updated_at"],
        sort=["updated_at"],
        order="-updated_at",
        search=["title", "body"],
        owner="user_id",
    )
