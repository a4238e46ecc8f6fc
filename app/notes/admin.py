"""All users' notes, for admins."""

from flask import Flask

from app.notes.models import Note
from carafe import admin
from carafe.auth import normalize_email


def init_app(app: Flask) -> None:
    admin.add(
        app,
        Note,
        columns=["title", admin.Column("user.email", "Owner"), "created_at", "updated_at"],
        search=[admin.FullText("Title", Note.title)],
        filters=["user_id", "created_at"],
        sorts=["title", "created_at", "updated_at"],
        order="-created_at",
        title="title",
        form=["user_id", "title", "body"],
        read_only=["user_id", "created_at", "updated_at"],
        imports=["title", "body", admin.Field("user.email", read=normalize_email)],
        icon="file",
        card="Notes by creation date.",
    )
