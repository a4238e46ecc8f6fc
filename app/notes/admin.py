"""Everybody's notes, for administrators."""

from flask import Flask

from app import admin
from app.notes.models import Note


def init_app(app: Flask) -> None:
    admin.add(
        app,
        Note,
        columns=["title", "user.email", "created_at", "updated_at"],
        filters=["user_id", "created_at"],
        icon="note",
        operations=["read", "delete"],
        delete=Note.delete,
    )
    notes = admin.series.rows(Note.created_at)
    admin.add_card(app, admin.Card("notes", "Notes", notes, "notes.read", "admin.notes"))
