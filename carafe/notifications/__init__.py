"""Notifications: each user's list, and a bell with the number of unread ones.

`notify(user_id, "Your export is ready", url="/account/export")` tells one user, in the caller's
transaction; `Message.send` tells everyone.
"""

from functools import partial

from flask import Flask

from carafe.audit import add_descriptions
from carafe.auth.identity import is_logged_in
from carafe.auth.identity_query import add_identity_column
from carafe.notifications import (
    demo,
    jobs,  # noqa: F401  (it defines the jobs)
    security,
    unread,
    views,
)
from carafe.notifications.messages import (
    list_messages,
    send_message,
    send_message_to,
    withdraw_message,
)
from carafe.notifications.models import Message, Notification, notify
from carafe.notifications.models.notification import BODY_LENGTH, TITLE_LENGTH
from carafe.notifications.security import add_security_notice
from carafe.web import add_card, menus

__all__ = [
    "BODY_LENGTH",
    "TITLE_LENGTH",
    "Message",
    "Notification",
    "add_security_notice",
    "list_messages",
    "notify",
    "send_message",
    "send_message_to",
    "withdraw_message",
]


def init_app(app: Flask) -> None:
    add_descriptions(app, {"message.sent": "Message received"})
    security.init_app(app)
    if not app.config["NOTIFICATIONS"]:
        return
    app.register_blueprint(views.blueprint)
    demo.init_app(app)
    add_card(app, "notifications/_card.html", views.dashboard_card, at_side=True)
    add_identity_column(app, unread.NAME, unread.column)
    app.jinja_env.globals["unread_notifications"] = unread.unread_count
    menus.add_part(app, "header", "notifications/_bell.html", visible=is_logged_in)
    add = partial(
        menus.add, app, label="Notifications", endpoint="notifications.index", icon="bell"
    )
    add("account", visible=is_logged_in)
    add("settings", group="Account", at_end=True)
