"""The example feature: a user's own notes."""

from flask import Flask

from app.account import personal_data
from app.auth.identity import is_logged_in
from app.core import nav, samples
from app.main.dashboard import add_card
from app.notes import admin, demo, models, views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.blueprint)
    nav.add(app, "main", "Notes", "notes.index", icon="file", visible=is_logged_in)
    add_card(app, "notes/_card.html", views.dashboard_card)
    samples.add(app, demo.load)
    personal_data.add(app, "notes", models.user_data)
    admin.init_app(app)
