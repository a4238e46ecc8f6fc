"""Icons that pages have and the sprite has not: each would be an empty space."""

from flask import Flask, current_app

from app.core import checks
from app.core.templating import unknown_icons


def init_app(app: Flask) -> None:
    checks.add(
        app,
        "core.icons",
        missing,
        level="warning",
        remedy="Add them to app/core/static/icons.svg, or take others.",
        everywhere=True,
    )


def missing() -> str | None:
    names = unknown_icons(current_app._get_current_object())  # type: ignore[attr-defined]
    return f"There are no icons {', '.join(names)}." if names else None
