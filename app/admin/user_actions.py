"""Actions on users: on many in their list, and with a button on the page of one."""

from app.auth.models import User
from carafe import admin
from carafe.auth import two_factor

ACTIONS = [
    admin.Action(
        "suspend",
        "Suspend",
        User.suspend,
        done="suspended",
        undo=("Reinstate", User.reinstate),
        where=User.suspended_at.is_(None),
        unavailable_reason="Suspended already.",
        warning="They'll be logged out everywhere and can't log back in.",
        button=admin.Button(
            "suspension",
            "this user will be suspended",
            "User suspended and logged out everywhere",
        ),
    ),
    admin.Action(
        "reinstate",
        "Reinstate",
        User.reinstate,
        done="reinstated",
        where=User.suspended_at.is_not(None),
        unavailable_reason="Not suspended.",
        warning="They'll be able to log in again.",
        button=admin.Button("suspension/delete", "this user will be reinstated", "User reinstated"),
    ),
    admin.Action(
        "end-sessions",
        "End sessions",
        User.log_out_everywhere,
        done="logged out everywhere",
        warning="They'll be logged out everywhere but can log back in.",
        button=admin.Button(
            "sessions/delete",
            "this user will be logged out everywhere",
            "User logged out everywhere",
        ),
    ),
    admin.Action(
        "require-second-factor",
        "Require second factor",
        two_factor.require,
        done="required to use 2FA",
        undo=("Waive it", two_factor.stop_requiring),
        where=User.second_factor_required_at.is_(None),
        unavailable_reason="Required already.",
        warning="Users without one can't do anything else until it's set up. They'll get an email.",
        button=admin.Button(
            "second-factor-requirement",
            "this user will have to set up a second factor",
            "Two-factor authentication required",
        ),
    ),
    admin.Action(
        "waive-second-factor",
        "Waive second factor",
        two_factor.stop_requiring,
        done="no longer required to use 2FA",
        where=User.second_factor_required_at.is_not(None),
        unavailable_reason="Not required.",
        button=admin.Button(
            "second-factor-requirement/delete",
            "this user will no longer need a second factor",
            "Two-factor authentication no longer required",
        ),
    ),
    admin.Action(
        "remove-second-factors",
        "Remove second factors",
        two_factor.remove_all,
        bulk=False,
        button=admin.Button(
            "second-factors/delete",
            "this user's second factors will be removed",
            "Two-factor authentication turned off",
        ),
    ),
]
