"""What you may change about yourself: profile, password, sessions; and take away: your data."""

from flask import Flask

from app.account import avatars, jobs, notices, own_data, personal_data, views
from app.audit import recorded
from app.auth import relying_party
from app.auth.identity import is_logged_in
from app.auth.models.user import User
from app.core import nav

__all__ = ["init_app", "jobs"]


def init_app(app: Flask) -> None:
    app.register_blueprint(views.blueprint)
    app.jinja_env.globals["avatar_url"] = avatars.url
    nav.add(app, "account", "Your account", "account.profile", icon="user", visible=is_logged_in)
    nav.add(app, "settings", "Profile", "account.profile", icon="user")
    nav.add(app, "settings", "E-mail", "account.email", icon="mail")
    nav.add(app, "settings", "Password", "account.password", icon="key")
    nav.add(app, "settings", "Second factors", "account.second_factors", icon="shield")
    if relying_party.INSTALLED:
        nav.add(app, "settings", "Passkeys", "account.passkeys", icon="passkey")
    if app.config["OAUTH_PROVIDERS"]:
        nav.add(app, "settings", "Connected accounts", "account.connections", icon="link")
    nav.add(app, "settings", "Devices", "account.sessions", icon="device")
    nav.add(app, "settings", "Activity", "account.activity", icon="activity")
    nav.add(app, "settings", "Your data", "account.export", icon="download")
    avatars.PICTURES.init_app(app, User.avatar)
    personal_data.init_app(app)
    own_data.init_app(app)
    recorded.connect(notices.tell)
    if app.config["APP_ENV"] == "development":
        from app.account import previews

        previews.init_app(app)
