"""What the mails about accounts look like, with sample data: see `/dev/previews`."""

from functools import partial
from typing import Any

from flask import Flask

from app.auth.deletion import GRACE_PERIOD
from app.auth.models.invitation import INVITATION_LIFETIME
from app.auth.models.user import User
from app.core.time import now
from app.core.urls import public_url, site_root
from app.mail.previews import TO, preview

RESET = "/auth/reset"
SPENT = "a-token-that-opens-nothing"
# What each is given beside the user.
MAILS: dict[str, dict[str, Any]] = {
    "account_connected": {"provider": "GitHub", "reset_url": RESET},
    "account_disconnected": {"provider": "GitHub", "reset_url": RESET},
    "codes_guessed": {"url": RESET},
    "confirm": {"url": f"/auth/confirm/{SPENT}"},
    "deletion_cancelled": {"reset_url": RESET},
    "deletion_requested": {"login_url": "/auth/login"},
    "email_change": {"url": f"/auth/email/{SPENT}"},
    "email_changed": {"url": f"/auth/email/undo/{SPENT}"},
    "email_restored": {"reset_url": RESET},
    "email_wanted": {"reset_url": RESET},
    "invitation": {"url": f"/auth/invitation/{SPENT}", "days": INVITATION_LIFETIME.days},
    "magic_link": {"url": f"/auth/magic-link/{SPENT}"},
    "new_device": {"device": "Firefox on Windows", "address": "192.0.2.7", "reset_url": RESET},
    "passkey_added": {"name": "Phone", "url": RESET},
    "passkey_copied": {"name": "Phone", "url": RESET},
    "passkey_removed": {"name": "Phone", "url": RESET},
    "password_changed": {"reset_url": RESET},
    "recovery_code_used": {"left": 2, "url": RESET},
    "recovery_codes_renewed": {"url": RESET},
    "registered": {"reset_url": RESET},
    "reset": {"url": f"/auth/reset/{SPENT}"},
    "second_factor_required": {"url": "/account/second-factors"},
    "second_factors_removed": {"url": RESET},
    "totp_added": {"url": RESET},
    "totp_removed": {"url": RESET},
}


def sample(mail: str) -> dict[str, Any]:
    moment = now()
    alice = User(
        email=TO, name="Alice", time_zone="", confirmed_at=moment,
        deletes_at=moment + GRACE_PERIOD,
    )  # fmt: skip
    values = {
        name: public_url(site_root() + value) if name.endswith("url") else value
        for name, value in MAILS[mail].items()
    }
    return {"user": alice, "at": moment} | values


def init_app(app: Flask) -> None:
    for mail in MAILS:
        preview(app, f"auth/emails/{mail}", partial(sample, mail))
