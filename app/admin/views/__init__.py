"""Pages of the administration, one module per noun. Each asks for a permission."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin", template_folder="../templates")

from app.admin.views import (  # noqa: E402  (they add their routes)
    columns,
    exceptions,
    exports,
    health,
    impersonation,
    imports,
    invitations,
    jobs,
    lists,
    messages,
    objects,
    overview,
    queries,
    requests,
    runs,
    saved_views,
    search,
    users,
)

__all__ = [
    "blueprint",
    "columns",
    "exceptions",
    "exports",
    "health",
    "impersonation",
    "imports",
    "invitations",
    "jobs",
    "lists",
    "messages",
    "objects",
    "overview",
    "queries",
    "requests",
    "runs",
    "saved_views",
    "search",
    "users",
]
