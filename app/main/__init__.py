"""The landing page, and the dashboard that other features put their cards on."""

from flask import Flask

from app.auth.identity import is_logged_in
from app.core import nav
from app.main import dashboard, views


def init_app(app: Flask) -> None:
    dashboard.init_app(app)
    app.register_blueprint(views.blueprint)
    nav.add(app, "main", "Dashboard", "main.dashboard", icon="home", visible=is_logged_in)
