"""What you may change about yourself: profile, password, sessions."""

from flask import Flask

from app.account import views
from app.auth.access import is_signed_in
from app.core import nav


def init_app(app: Flask) -> None:
    app.register_blueprint(views.blueprint)
    nav.add(app, "account", "Your account", "account.profile", icon="user", visible=is_signed_in)
    nav.add(app, "settings", "Profile", "account.profile", icon="user")
    nav.add(app, "settings", "Password", "account.password", icon="key")
    nav.add(app, "settings", "Devices", "account.sessions", icon="device")
