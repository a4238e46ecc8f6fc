"""What the overview charts of the features above the administration."""

from flask import Flask

from app.admin.overview.cards import Card, add_card
from app.admin.overview.series import errors, figures, rows
from app.auth.models import User
from app.auth.models.user import ACTIVE_USERS
from app.mail.jobs import SENT

CARDS = [
    Card(
        "sign-ups",
        "Sign-ups",
        rows(User.created_at),
        "users.read",
        "admin.list",
        "Accounts there are, by when they were made.",
        values={"admin": "users"},
    ),
    Card(
        "active-users",
        "Active users",
        figures(ACTIVE_USERS),
        "users.read",
        text="Those who were here, by days of UTC.",
        average=True,
    ),
    Card("mails", "Mails", figures(SENT), "operations.read", text="Handed to the server."),
    Card(
        "errors",
        "Errors",
        errors,
        "operations.read",
        "admin.exceptions",
        "Requests and jobs that failed.",
    ),
]


def init_app(app: Flask) -> None:
    for card in CARDS:
        add_card(app, card)
