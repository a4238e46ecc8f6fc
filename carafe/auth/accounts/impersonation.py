"""Impersonate another user, in the current admin's session."""

from flask_login import current_user

from carafe.auth import impersonation
from carafe.auth.models import UserMixin
from carafe.auth.sessions import set_session_token
from carafe.database import db


def impersonate(user: UserMixin, *, reason: str, may_write: bool, return_path: str) -> None:
    """View the site as this user for up to half an hour, then return to `return_path`.

    Respond with 403 or 409 if that isn't allowed.
    """
    token = impersonation.start(user, reason=reason, may_write=may_write, back=return_path)
    db.session.commit()
    set_session_token(token, clear=True)


def end_impersonation() -> str | None:
    """End the impersonation. Return the path of the page where it began, if any."""
    if not current_user.impersonator:
        return None
    token, return_path = impersonation.stop("back")
    db.session.commit()
    set_session_token(token, clear=True)
    return return_path
