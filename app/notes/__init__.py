"""The example feature: a user's own notes."""

from flask import Flask

from app.notes import admin, api, models, views
from app.notes.demo import load
from carafe import demo, personal_data
from carafe.auth import is_logged_in
from carafe.web import add_card, checklist, menus, palette


def init_app(app: Flask) -> None:
    app.register_blueprint(views.blueprint)
    menus.add(app, "main", "Notes", "notes.index", icon="file", visible=is_logged_in)
    menus.add(app, "palette", "New note", "notes.new", icon="plus", visible=is_logged_in)
    palette.add_search(app, "Notes", "notes.index", visible=is_logged_in)
    add_card(app, "notes/_card.html", views.dashboard_card)
    checklist.add(
        app,
        "Write your first note",
        "notes.new",
        views.has_notes,
        text="It shows up right here.",
        order=20,
    )
    demo.add(app, load)
    personal_data.add_section(app, "notes", models.user_data)
    admin.init_app(app)
    api.init_app(app)
