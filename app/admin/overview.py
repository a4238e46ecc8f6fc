"""This app's counts and cards on the admin overview."""

from collections.abc import Mapping

from flask import Flask
from sqlalchemy import bindparam, select

from app.auth.models import User
from carafe import admin
from carafe.auth import ACTIVE_USERS, Session
from carafe.mail import SENT_COUNTER
from carafe.time import now
from carafe.web import BoundedCounts

COUNTS = BoundedCounts(
    users=select(User.id),
    unconfirmed=select(User.id).where(User.confirmed_at.is_(None)),
    suspended=select(User.id).where(User.suspended_at.is_not(None)),
    sessions=select(Session.id).where(Session.expires_at > bindparam("now")),
)
CARDS = [
    admin.Card(
        "sign-ups",
        "Signups",
        admin.series.rows(User.created_at),
        "users.read",
        "admin.list",
        "New accounts per day.",
        values={"admin": "users"},
    ),
    admin.Card(
        "active-users",
        "Active users",
        admin.series.counter_series(ACTIVE_USERS),
        "users.read",
        text="Users active per day (UTC).",
        average=True,
    ),
    admin.Card(
        "mails",
        "Emails sent",
        admin.series.counter_series(SENT_COUNTER),
        "operations.read",
        text="Accepted by the mail server.",
    ),
    admin.Card(
        "errors",
        "Errors",
        admin.series.errors,
        "operations.read",
        "admin.exceptions",
        "Failed requests and jobs.",
        more_is_better=False,
        setting="RECORDER",
    ),
]


def counts() -> Mapping[str, str]:
    return COUNTS(now=now())


def init_app(app: Flask) -> None:
    users = {"admin": "users"}
    unconfirmed, suspended = users | {"state": "unconfirmed"}, users | {"state": "suspended"}
    admin.add_counts(app, counts, users=users, unconfirmed=unconfirmed, suspended=suspended)
    for card in CARDS:
        admin.add_card(app, card)
