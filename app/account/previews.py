"""What the mails about one's data look like, with sample data: see `/dev/previews`."""

from typing import Any

from flask import Flask

from app.account.models import LIFETIME, Export
from app.auth.models.user import User
from app.core.time import now
from app.core.urls import path_of, public_url
from app.mail.previews import TO, preview


def sample() -> dict[str, Any]:
    return {
        "user": User(email=TO, name="Alice", time_zone=""),
        "export": Export(expires_at=now() + LIFETIME),
        "url": public_url(path_of("account.export")),
    }


def init_app(app: Flask) -> None:
    for mail in ("export_ready", "export_failed"):
        preview(app, f"account/emails/{mail}", sample)
