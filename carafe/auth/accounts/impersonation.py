"""Acting as another user, in the current user's session."""

from flask_login import current_user

from carafe.auth import impersonation
from carafe.auth.models import UserMixin
from carafe.auth.sessions import set_session_token
from carafe.database import db


def impersonate(user: UserMixin, *, reason: str, may_write: bool, return_path: str) -> None:
    """Act as this user for half an hour at most, then or before that go back to `return_path`.

    Responds with 403 or 409 where that is not allowed.
    """
    token = impersonation.start(user, reason=reason, may_write=may_write, back=return_path)
    db.session.commit()
    set_session_token(token, clear=True)


def end_impersonation() -> str | None:
    """Act as oneself again. Return the path of the page where it began, if any."""
    if not current_user.impersonator:
        return None
    token, return_path = impersonation.stop("back")
    db.session.commit()
    set_session_token(token, clear=True)
    return return_path
