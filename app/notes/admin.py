"""All users' notes, for administrators."""

from flask import Flask

from app.notes.forms import NoteForm
from app.notes.models import Note
from carafe import admin
from carafe.auth import normalize_email

CARD = admin.Card(
    "notes",
    "Notes",
    admin.series.rows(Note.created_at),
    "notes.read",
    "admin.list",
    "Notes there are, by when they were written.",
    values={"admin": "notes"},
)


def create(form: NoteForm, submission: str) -> Note:
    return Note.create_once(submission, **form.data)


def save(note: Note, form: NoteForm) -> None:
    note.edit(form.title.data, form.body.data)


def init_app(app: Flask) -> None:
    admin.add_card(app, CARD)
    admin.add(
        app,
        Note,
        columns=["title", "user.email", "created_at", "updated_at"],
        search=[admin.FullText("Title", Note.title)],
        filters=["user_id", "created_at"],
        title="title",
        form=["user_id", "title", "body"],
        read_only=["user_id", "created_at", "updated_at"],
        create=create,
        save=save,
        delete=Note.delete,
        imports=["title", "body", admin.Field("user.email", read=normalize_email)],
        icon="file",
    )
