"""The example feature: a user's own notes."""

from flask import Flask

from app.account import personal_data
from app.auth.access import is_signed_in
from app.core import nav, samples
from app.main.dashboard import add_card
from app.notes import admin, own_data, views
from app.notes.demo import load


def init_app(app: Flask) -> None:
    app.register_blueprint(views.blueprint)
    nav.add(app, "main", "Notes", "notes.index", icon="file", visible=is_signed_in)
    add_card(app, "notes/_card.html", views.card)
    samples.add(app, load)
    personal_data.add(app, "notes", own_data.notes)
    admin.init_app(app)
