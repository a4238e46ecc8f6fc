"""One's own account, one module per noun."""

from flask import Blueprint

blueprint = Blueprint("account", __name__, url_prefix="/account", template_folder="../templates")

from app.account.views import password, profile, sessions  # noqa: E402  (they add their routes)

__all__ = ["blueprint", "password", "profile", "sessions"]
