"""Pages of the administration, one module per noun. Each requires a permission."""

from carafe.admin.views import (
    columns,
    deletion,
    exceptions,
    exports,
    health,
    imports,
    jobs,
    lists,
    objects,
    overview,
    queries,
    requests,
    runs,
    saved_views,
    search,
)

__all__ = [
    "columns",
    "deletion",
    "exceptions",
    "exports",
    "health",
    "imports",
    "jobs",
    "lists",
    "objects",
    "overview",
    "queries",
    "requests",
    "runs",
    "saved_views",
    "search",
]
