"""The search through global_search."""

from typing import Any

from flask import render_template

from carafe.admin import global_search
from carafe.admin.blueprint import blueprint
from carafe.auth.marks import permission_required
from carafe.web.forms import search_term


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
