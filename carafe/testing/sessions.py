"""Sessions opened without the login form."""

from flask import Flask, session

from carafe.auth import sessions
from carafe.auth.models import UserMixin
from carafe.auth.users import user_model
from carafe.database import db
from carafe.testing.http import Browser


def open_session(app: Flask, user: UserMixin) -> Browser:
    """Return a browser in which the user is logged in, as the login page would leave it."""
    browser = Browser(app.test_client())
    environ = browser.client.environ_base
    with app.test_request_context("/auth/login", method="POST", environ_base=environ):
        sessions.log_in_user(db.session.get_one(user_model(), user.id), remembered=False)
        db.session.commit()
        values = dict(session)
    with browser.client.session_transaction() as cookie:
        cookie.update(values)
    return browser
