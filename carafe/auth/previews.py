"""Previews of emails about accounts, with sample data: see `/dev/previews`."""

from functools import partial

from flask import Flask, current_app

from carafe.auth import pages
from carafe.auth.deletion import GRACE_PERIOD
from carafe.auth.models import UserMixin
from carafe.auth.users import user_model
from carafe.mail.previews import RECIPIENT, preview
from carafe.time import now
from carafe.web.urls import public_url, site_root


def page_url(page: pages.Page, **values: str) -> str:
    """Return the URL of a page, or of the site if a setting switches the page off."""
    return pages.url(page, **values) if pages.exists(page) else public_url(f"{site_root()}/")


def second_factors_url() -> str:
    return public_url(current_app.config["TWO_FACTOR_URL"])


EXPIRED_TOKEN = "a-token-that-opens-nothing"  # noqa: S105
RESET = partial(page_url, "reset")
# The variables of each, besides the user.
MAILS: dict[str, dict[str, object]] = {
    "account_connected": {"provider": "GitHub", "reset_url": RESET},
    "account_disconnected": {"provider": "GitHub", "reset_url": RESET},
    "api_token_added": {"name": "Backup script", "url": RESET},
    "codes_guessed": {"url": RESET},
    "confirm": {"url": partial(page_url, "confirm_link", token=EXPIRED_TOKEN)},
    "deletion_canceled": {"reset_url": RESET},
    "deletion_requested": {"login_url": partial(page_url, "login")},
    "email_change": {"url": partial(page_url, "email_change", token=EXPIRED_TOKEN)},
    "email_changed": {"url": partial(page_url, "email_undo", token=EXPIRED_TOKEN)},
    "email_restored": {"reset_url": RESET},
    "email_wanted": {"reset_url": RESET},
    "invitation": {"url": partial(page_url, "invitation", token=EXPIRED_TOKEN)},
    "magic_link": {"url": partial(page_url, "magic_link", token=EXPIRED_TOKEN)},
    "new_device": {"device": "Firefox on Windows", "address": "192.0.2.7", "reset_url": RESET},
    "passkey_added": {"name": "Phone", "url": RESET},
    "passkey_copied": {"name": "Phone", "url": RESET},
    "passkey_removed": {"name": "Phone", "url": RESET},
    "password_changed": {"reset_url": RESET},
    "recovery_code_used": {"left": 2, "url": RESET},
    "recovery_codes_renewed": {"url": RESET},
    "registered": {"reset_url": RESET},
    "reset": {"url": partial(page_url, "reset_link", token=EXPIRED_TOKEN)},
    "second_factor_required": {"url": second_factors_url},
    "second_factors_removed": {"url": RESET},
    "totp_added": {"url": RESET},
    "totp_removed": {"url": RESET},
}


def sample_user() -> UserMixin:
    """Return a user who is not in the database."""
    user = user_model()()
    user.email, user.time_zone = RECIPIENT, ""
    user.confirmed_at, user.deletes_at = now(), now() + GRACE_PERIOD
    if hasattr(user, "name"):  # one of the app's columns
        user.name = "Alice"
    return user


def sample(mail: str) -> dict[str, object]:
    values = {name: value() if callable(value) else value for name, value in MAILS[mail].items()}
    return {"user": sample_user(), "at": now()} | values


def init_app(app: Flask) -> None:
    for mail in MAILS:
        preview(app, f"auth/emails/{mail}", partial(sample, mail))
