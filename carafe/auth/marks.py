"""Decorators that say who may use a view. `access.enforce_policy` enforces them.

A view without one requires a logged-in user; `carafe.web.routing.public` opens one to visitors.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from carafe.web.routing import View, set_policy


def login_required(view: View) -> View:
    """Open a view to every logged-in user."""
    return set_policy(view)


def permission_required(
    permission: str, read_permission: str | None = None
) -> Callable[[View], View]:
    """Open a view to users whose role has a permission: 403 for everyone else.

    A view that changes something also needs the permission to see it: its responses show rows, or
    reveal whether they exist.
    """
    return partial(set_policy, permission=permission, read_permission=read_permission)


def confirmed_required(view: View) -> View:
    """Open a view to users with a confirmed address: others are redirected to confirm theirs."""
    return set_policy(view, confirmed=True)


def allow_without_two_factor(view: View) -> View:
    """Open a view to users who have yet to set up a required second factor."""
    return set_policy(view, allow_without_two_factor=True)


def no_impersonation(view: View) -> View:
    """Open a view only to the user, not to an admin who impersonates them.

    Public views and those that require a proof don't need it.
    """
    return set_policy(view, no_impersonation=True)


def fresh_login_required(view: View) -> View:
    """Open a view to users who recently proved their identity: others are asked to.

    A submitted form waits, and continues after the proof.
    """
    return set_policy(view, fresh_login=True)
