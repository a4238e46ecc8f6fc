"""Users, their roles, and the pages to sign up, confirm an email address, log in, and log out.

Views are closed by default: one that isn't marked `@public` requires a logged-in user.
"""

from flask import Flask
from sqlalchemy.orm import InstrumentedAttribute

from app.auth import views
from app.auth.demo import ADMIN, USER, load
from app.auth.models import User
from app.auth.roles import ROLES
from carafe import audit, auth, demo
from carafe.auth import current_user
from carafe.web import checklist


def init_app(app: Flask) -> None:
    auth.register(app, User, ROLES, demo_emails=(USER, ADMIN))
    auth.add_identity_column(app, "name", _name)
    app.register_blueprint(views.blueprint)
    views.init_app(app)
    auth.pages.register(
        app,
        confirm="auth.confirm",
        confirm_link="auth.confirm_token",
        email_change="auth.new_email",
        email_undo="auth.old_email",
        end_impersonation="auth.end_impersonation",
        interrupted_form="auth.interrupted",
        invitation="auth.invitation",
        login="auth.login",
        logout="auth.logout",
        magic_link="auth.use_magic_link",
        provider_callback="auth.return_from_provider",
        reauthenticate="auth.reauthenticate",
        reset="auth.reset",
        reset_link="auth.reset_token",
        second_factor="auth.second_factor",
    )
    audit.add_descriptions(app, {"user.renamed": "Name changed"})
    demo.add(app, load)
    checklist.add(
        app,
        "Confirm your email address",
        "auth.confirm",
        lambda: current_user.confirmed_at is not None,
        text="We sent you a link.",
        order=10,
    )


def _name() -> InstrumentedAttribute[str]:
    return User.name
