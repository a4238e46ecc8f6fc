"""The landing page, and the dashboard to which other features add cards."""

from flask import Flask

from app.main import views
from carafe.auth import is_logged_in
from carafe.web import menus


def init_app(app: Flask) -> None:
    app.register_blueprint(views.blueprint)
    menus.add(app, "main", "Dashboard", "main.dashboard", icon="home", visible=is_logged_in)
    for page in ("privacy", "terms", "contact"):
        menus.add(app, "footer", page.capitalize(), f"main.{page}")
