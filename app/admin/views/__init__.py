"""Pages of the administration, one module per noun. Each asks for a permission."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin", template_folder="../templates")

from app.admin.views import (  # noqa: E402  (they add their routes)
    exceptions,
    health,
    impersonation,
    invitations,
    jobs,
    messages,
    overview,
    queries,
    requests,
    runs,
    search,
    users,
)

__all__ = [
    "blueprint",
    "exceptions",
    "health",
    "impersonation",
    "invitations",
    "jobs",
    "messages",
    "overview",
    "queries",
    "requests",
    "runs",
    "search",
    "users",
]
