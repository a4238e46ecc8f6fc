"""Everybody's notes, for administrators."""

from flask import Flask

from app import admin
from app.notes.models import Note

CARD = admin.Card(
    "notes",
    "Notes",
    admin.series.rows(Note.created_at),
    "notes.read",
    "admin.notes",
    "Notes there are, by when they were written.",
)


def init_app(app: Flask) -> None:
    admin.add_card(app, CARD)
    admin.add(
        app,
        Note,
        columns=["title", "user.email", "created_at", "updated_at"],
        filters=["user_id", "created_at"],
        icon="note",
        operations=["read", "delete"],
        delete=Note.delete,
    )
