"""Previews of the emails about webhooks, with sample data: see `/dev/previews`."""

from flask import Flask

from carafe.auth.previews import page_url, sample_user
from carafe.mail.previews import preview
from carafe.webhooks.models import PauseReason
from carafe.webhooks.pauses import REASONS, RETENTION


def sample() -> dict[str, object]:
    return {
        "user": sample_user(),
        "host": "https://crm.example",
        "reason": REASONS[PauseReason.FAILING],
        "days": RETENTION.days,
        "url": page_url("webhooks"),
    }


def init_app(app: Flask) -> None:
    for mail in ("added", "paused"):
        preview(app, f"webhooks/emails/{mail}", sample)
