"""Deleting the current user's account, with time to change their mind."""

from datetime import datetime

from flask_login import current_user

from carafe.auth import deletion
from carafe.auth.permissions import ADMIN
from carafe.auth.sessions import log_out_user
from carafe.database import advisory_lock, db


def schedule_deletion() -> datetime:
    """Have the current user's account deleted after the grace period, and log them out.

    Return when. Raises `LastAdminError`. Administrators take turns before the user's row is
    locked, so that of the last two who leave at once one stays.
    """
    advisory_lock(ADMIN)
    deletes_at = deletion.schedule(current_user.user)
    log_out_user()
    db.session.commit()
    return deletes_at
