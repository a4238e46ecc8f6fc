"""What admins can do to other users."""

from __future__ import annotations

from typing import Protocol

from flask import abort
from flask_login import current_user

from carafe.auth.models import UserMixin
from carafe.auth.permissions import can_grant


class Actor(Protocol):
    """The admin who changes a user: a `User`, or the proxy for the current user."""

    id: int
    role: str


def change_denial_reason(user: UserMixin, by: Actor) -> str | None:
    """Return why `by`, who can change users, can't change this one, or None."""
    if user.id == by.id:
        # Changes to your own account have safeguards on its pages, such as the grace period.
        return "This is your own account. Change it in Settings, or ask another admin."
    if not can_grant(user.role, by.role):
        return "This user has permissions you don't have."
    return None


def ensure_can_grant(role: str) -> None:
    """Respond with 403 if the role has permissions that the current user lacks."""
    if not can_grant(role, current_user.role):
        abort(403, "You can't grant permissions you don't have.")
