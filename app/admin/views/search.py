"""The search through global_search."""

from typing import Any

from flask import render_template

from app.admin import global_search
from app.admin.blueprint import blueprint
from app.auth.marks import permission_required
from app.core.forms import search_term


@blueprint.get("/search")
@permission_required("admin")
def search() -> Any:
    """What is found. While one types, search.js asks for the same page, and shows it as a list."""
    q = search_term()
    return render_template(
        "admin/search.html",
        q=q,
        groups=global_search.search_all(q) if q else [],
        searched=list(global_search.searchable_models()),
    )
