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
        unavailable_reason="Already suspended",
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
        unavailable_reason="Not suspended",
        warning="They'll be able to log in again.",
        button=admin.Button("suspension/delete", "this user will be reinstated", "User reinstated"),
    ),
    admin.Action(
        "end-sessions",
        "Log out everywhere",
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
        "Require 2FA",
        two_factor.require,
        done="required to use 2FA",
        undo=("Stop requiring it", two_factor.stop_requiring),
        where=User.second_factor_required_at.is_(None),
        unavailable_reason="Already required",
        warning="Users without 2FA must set it up before continuing. We'll email them.",
        button=admin.Button(
            "second-factor-requirement",
            "this user will have to set up two-factor authentication",
            "Two-factor authentication required",
        ),
    ),
    admin.Action(
        "waive-second-factor",
        "Stop requiring 2FA",
        two_factor.stop_requiring,
        done="no longer required to use 2FA",
        where=User.second_factor_required_at.is_not(None),
        unavailable_reason="Not required",
        button=admin.Button(
            "second-factor-requirement/delete",
            "two-factor authentication will no longer be required",
            "Two-factor authentication no longer required",
        ),
    ),
    admin.Action(
        "remove-second-factors",
        "Turn off 2FA",
        two_factor.remove_all,
        where=two_factor.is_set_up(User),
        warning="Verify that they asked (not by email). Their password alone will be enough.",
        bulk=False,
        button=admin.Button(
            "second-factors/delete",
            "two-factor authentication will be turned off",
            "Two-factor authentication turned off",
        ),
    ),
]
