"""Administration: a dashboard, and looking after users."""

from flask import Flask

from app.admin import views
from app.auth.access import is_admin
from app.core import nav


def init_app(app: Flask) -> None:
    app.register_blueprint(views.blueprint)
    nav.add(app, "main", "Admin", "admin.index", icon="shield", visible=is_admin, last=True)
    nav.add(app, "admin", "Overview", "admin.index", icon="activity")
    nav.add(app, "admin", "Users", "admin.users", icon="users")
