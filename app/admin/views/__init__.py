"""Pages of the administration, one module per noun. Each asks for a permission."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin", template_folder="../templates")

from app.admin.views import audit, dashboard, invitations, users  # noqa: E402  (they add their routes)

__all__ = ["audit", "blueprint", "dashboard", "invitations", "users"]
