"""Mail: `send()` renders a folder of subject, text and HTML; it leaves after the transaction."""

from flask import Blueprint, Flask

from app.mail import checks, previews, transports, views
from app.mail.outbox import rehearse, send

__all__ = ["rehearse", "send"]


def init_app(app: Flask) -> None:
    app.register_blueprint(Blueprint("mail_templates", __name__, template_folder="templates"))
    transports.init_app(app)
    checks.init_app(app)
    previews.PREVIEWS.init_app(app)
    if app.config["APP_ENV"] == "development":
        app.register_blueprint(views.blueprint)
        views.init_app(app)
        previews.init_app(app)
