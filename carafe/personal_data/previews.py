"""Previews of the emails about exports, with sample data: see `/dev/previews`."""

from flask import Flask

from carafe.auth.previews import page_url, sample_user
from carafe.downloads.models import LIFETIME, Export
from carafe.mail.previews import preview
from carafe.time import now


def sample() -> dict[str, object]:
    return {
        "user": sample_user(),
        "export": Export(expires_at=now() + LIFETIME),
        "url": page_url("data_export"),
    }


def init_app(app: Flask) -> None:
    for mail in ("export_ready", "export_failed"):
        preview(app, f"personal_data/emails/{mail}", sample)
