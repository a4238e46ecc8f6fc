"""What the mails about accounts look like, with sample data: see `/dev/previews`."""

from functools import partial
from typing import Any

from flask import Flask

from carafe.auth.deletion import GRACE_PERIOD
from carafe.auth.models import UserMixin
from carafe.auth.models.invitation import INVITATION_LIFETIME
from carafe.auth.users import user_model
from carafe.mail.previews import RECIPIENT, preview
from carafe.time import now
from carafe.web.urls import public_url, site_root

RESET = "/auth/reset"
EXPIRED_TOKEN = "a-token-that-opens-nothing"  # noqa: S105
# What each is given beside the user.
MAILS: dict[str, dict[str, Any]] = {
    "account_connected": {"provider": "GitHub", "reset_url": RESET},
    "account_disconnected": {"provider": "GitHub", "reset_url": RESET},
    "codes_guessed": {"url": RESET},
    "confirm": {"url": f"/auth/confirm/{EXPIRED_TOKEN}"},
    "deletion_cancelled": {"reset_url": RESET},
    "deletion_requested": {"login_url": "/auth/login"},
    "email_change": {"url": f"/auth/email/{EXPIRED_TOKEN}"},
    "email_changed": {"url": f"/auth/email/undo/{EXPIRED_TOKEN}"},
    "email_restored": {"reset_url": RESET},
    "email_wanted": {"reset_url": RESET},
    "invitation": {"url": f"/auth/invitation/{EXPIRED_TOKEN}", "days": INVITATION_LIFETIME.days},
    "magic_link": {"url": f"/auth/magic-link/{EXPIRED_TOKEN}"},
    "new_device": {"device": "Firefox on Windows", "address": "192.0.2.7", "reset_url": RESET},
    "passkey_added": {"name": "Phone", "url": RESET},
    "passkey_copied": {"name": "Phone", "url": RESET},
    "passkey_removed": {"name": "Phone", "url": RESET},
    "password_changed": {"reset_url": RESET},
    "recovery_code_used": {"left": 2, "url": RESET},
    "recovery_codes_renewed": {"url": RESET},
    "registered": {"reset_url": RESET},
    "reset": {"url": f"/auth/reset/{EXPIRED_TOKEN}"},
    "second_factor_required": {"url": "/account/second-factors"},
    "second_factors_removed": {"url": RESET},
    "totp_added": {"url": RESET},
    "totp_removed": {"url": RESET},
}


def sample_user() -> UserMixin:
    """Return a user who is not in the database."""
    user = user_model()()
    user.email, user.time_zone = RECIPIENT, ""
    user.confirmed_at, user.deletes_at = now(), now() + GRACE_PERIOD
    if hasattr(user, "name"):  # a column of the app's
        user.name = "Alice"
    return user


def sample(mail: str) -> dict[str, Any]:
    values = {
        name: public_url(site_root() + value) if name.endswith("url") else value
        for name, value in MAILS[mail].items()
    }
    return {"user": sample_user(), "at": now()} | values


def init_app(app: Flask) -> None:
    for mail in MAILS:
        preview(app, f"auth/emails/{mail}", partial(sample, mail))
