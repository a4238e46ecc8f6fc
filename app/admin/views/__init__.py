"""Pages of the administration, one module per noun. Each asks for a permission."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin", template_folder="../templates")

from app.admin.views import (  # noqa: E402  (they add their routes)
    dashboard,
    exceptions,
    health,
    impersonation,
    invitations,
    jobs,
    messages,
    queries,
    requests,
    runs,
    search,
    users,
)

__all__ = [
    "blueprint",
    "dashboard",
    "exceptions",
    "health",
    "impersonation",
    "invitations",
    "jobs",
    "messages",
    "queries",
    "requests",
    "runs",
    "search",
    "users",
]
