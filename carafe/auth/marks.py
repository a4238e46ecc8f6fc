"""Marks of views: who may use them. `access.enforce_policy` enforces them.

A view without a mark needs a user who is logged in; `carafe.web.routing.public` opens one to
visitors.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from carafe.web.routing import View, set_policy


def login_required(view: View) -> View:
    """Declare a view as for everyone who is signed in."""
    return set_policy(view)


def permission_required(
    permission: str, read_permission: str | None = None
) -> Callable[[View], View]:
    """Declare a view as for those whose role has a permission: 403 for everyone else.

    A view that changes something also needs the permission to see it: its answers show rows, or
    tell whether there are some.
    """
    return partial(set_policy, permission=permission, read_permission=read_permission)


def confirmed_required(view: View) -> View:
    """Declare a view as for confirmed addresses: others are led to confirm theirs."""
    return set_policy(view, confirmed=True)


def allow_without_two_factor(view: View) -> View:
    """Declare a view as one for setting up a second factor, or needed on the way to it."""
    return set_policy(view, allow_without_two_factor=True)


def no_impersonation(view: View) -> View:
    """Declare a view as for the user alone, not for an administrator who acts as them.

    Views that are open to visitors and those that ask for a proof are, without saying so.
    """
    return set_policy(view, no_impersonation=True)


def fresh_login_required(view: View) -> View:
    """Declare a view as for those who proved lately who they are: others are asked to.

    A form that was sent waits, and continues after the proof.
    """
    return set_policy(view, fresh_login=True)
