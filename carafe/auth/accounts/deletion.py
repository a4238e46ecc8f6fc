"""Delete the current user's account, after a grace period."""

from datetime import datetime

from flask_login import current_user

from carafe.auth import deletion
from carafe.auth.permissions import ADMIN
from carafe.auth.sessions import log_out_user
from carafe.database import advisory_lock, db


def schedule_deletion() -> datetime:
    """Schedule the deletion of the current user's account, log them out, and return its time.

    Raise `LastAdminError`. An advisory lock comes before the lock of the user's row, so that one of
    the last two admins stays even if both leave at the same time.
    """
    advisory_lock(ADMIN)
    deletes_at = deletion.schedule(current_user.user)
    log_out_user()
    db.session.commit()
    return deletes_at
