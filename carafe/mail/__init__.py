"""Email.

`send()` renders a folder with subject, text, and HTML, and queues it with the transaction.
"""

from flask import Flask

from carafe.mail import checks, demo, previews, transports, views
from carafe.mail.jobs import SENT_COUNTER
from carafe.mail.outbox import send, send_dummy
from carafe.mail.previews import preview

__all__ = [
    "SENT_COUNTER",
    "preview",
    "send",
    "send_dummy",
]


def init_app(app: Flask) -> None:
    transports.init_app(app)
    checks.init_app(app)
    previews.PREVIEWS.init_app(app)
    demo.init_app(app)
    if app.config["APP_ENV"] == "development":
        app.register_blueprint(views.blueprint)
        views.init_app(app)
        previews.init_app(app)
