"""Impersonation: an admin sees the site as a user does, to help them.

The admin's own session stays, and records whom it impersonates. `identity_query` reads both with
each request, so that it ends immediately when it must. Nothing can be changed unless that was
requested at the start, and what only the user may do stays closed. Last seen, devices, and messages
don't change. The audit trail names both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import abort, request
from flask_login import current_user
from werkzeug.exceptions import Unauthorized

from carafe.audit import record
from carafe.auth import pages
from carafe.auth.models import Impersonation, Session, UserMixin
from carafe.auth.models.impersonation import MAX_DURATION
from carafe.auth.permissions import ADMIN, can_grant, permissions
from carafe.database import db
from carafe.database.aliases import AnyRow
from carafe.database.transactions import SAFE_METHODS
from carafe.security.refusals import refuse
from carafe.time import now
from carafe.web.routing import Policy, endpoint_label

PERMISSION = "users.impersonate"
WRITE_PERMISSION = "users.impersonate_write"
REASON_LENGTH = 200


@dataclass(slots=True)
class Impersonator:
    """The admin behind `current_user`, as its `impersonator`; None without impersonation."""

    id: int
    email: str
    may_write: bool
    ends_at: datetime

    @classmethod
    def from_row(cls, row: AnyRow) -> Impersonator:
        """Return the impersonator in a row of `identity_query`."""
        return cls(
            id=row.impersonator_id,
            email=row.impersonator_email,
            may_write=row.impersonator_may_write
            and WRITE_PERMISSION in permissions(row.impersonator_role),
            ends_at=row.impersonation_ends_at,
        )


def can_impersonate(role: str, target_role: str) -> bool:
    """Return whether a user with `role` can impersonate a user with `target_role`."""
    return PERMISSION in permissions(role) and target_role != ADMIN and can_grant(target_role, role)


def denial_reason(user: UserMixin) -> str | None:
    """Return why the current user can't impersonate this user, or None."""
    if current_user.impersonator:
        return "You're already viewing as another user. Stop that first."
    if user.id == current_user.id:
        return "You can't view as yourself."
    if user.suspended_at:
        return "You can't view as a suspended user."
    if user.role == ADMIN:
        return "You can't view as an admin."
    if not can_impersonate(current_user.role, user.role):
        return "This user has permissions you don't have."
    return None


def start(user: UserMixin, *, reason: str, may_write: bool, back: str) -> str:
    """Start impersonating the user in this session; return the session's new token.

    Copies of its cookie become invalid when it starts and when it ends, because they would gain
    different permissions.
    """
    session = _lock_session()
    if why := denial_reason(user):
        abort(403, why)
    if db.session.get(Impersonation, session.id):  # since this request's user was looked up
        abort(409, "You're already viewing as another user. Stop that first.")
    may_write = may_write and current_user.can(WRITE_PERMISSION)
    ends_at = now() + MAX_DURATION
    record("impersonation.started", user.subject, reason=reason, changes=may_write)
    db.session.add(
        Impersonation(
            session_id=session.id, user_id=user.id, actor=current_user.email,
            may_write=may_write, ends_at=ends_at, return_path=back,
        )
    )  # fmt: skip
    return session.rotate_token()


def stop(why: str) -> tuple[str, str | None]:
    """Stop the impersonation. Return the session's new token, and the page where it started."""
    session = _lock_session()
    impersonation = db.session.get(Impersonation, session.id)
    if impersonation is None:  # ended in the meantime
        return session.rotate_token(), None
    Impersonation.end_matching(Impersonation.session_id == session.id, why)
    db.session.delete(impersonation)
    return session.rotate_token(), impersonation.return_path


def _lock_session() -> Session:
    session = db.session.get(Session, current_user.session_id, with_for_update=True)
    if session is None:
        raise Unauthorized
    return session


def end_reason(row: AnyRow) -> str | None:
    """Return why an impersonation is over, or None; `row` is one of `identity_query`."""
    if row.impersonated_id is None:
        return "ended"
    if row.impersonation_ends_at <= now():
        return "time"
    if row.is_suspended:
        return "suspension"
    return None if can_impersonate(row.impersonator_role, row.role) else "role"


def check(rules: Policy, impersonator: Impersonator) -> bool:
    """Refuse a request that isn't allowed while impersonating.

    Return whether it is about to change something as the user.
    """
    if request.endpoint is None:
        return False
    if pages.is_requested("end_impersonation", "logout"):  # ending it is always allowed
        return False
    # An unconfirmed user is redirected there from everywhere.
    is_personal = pages.is_auth_page() and not pages.is_requested("confirm")
    if is_personal or rules.fresh_login or rules.no_impersonation:
        message = f"Only {current_user.display_name} can do this. You're viewing as them."
        refuse(403, "access.denied", "acting_as_somebody", message)
    if request.method in SAFE_METHODS:
        return False
    if not impersonator.may_write:
        abort(
            403,
            f"You're viewing as {current_user.display_name} (read-only). Nothing was changed.",
        )
    return True


def record_change() -> None:
    """Record who changes something as whom, in the transaction of the change."""
    details = {"endpoint": endpoint_label(request), "path": request.path[:200]}
    record("impersonation.change_made", f"user:{current_user.id}", **details)
