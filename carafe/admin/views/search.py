"""The search of the whole admin."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from carafe.admin import global_search
from carafe.admin.blueprint import blueprint
from carafe.auth.marks import permission_required
from carafe.web.search_terms import search_term


@blueprint.get("/search")
@permission_required("admin")
def search() -> ResponseReturnValue:
    """Return the results, of the list `in` if there is one.

    While a user types, palette.js and picker.js request this page and show its lists.
    """
    q = search_term()
    return render_template(
        "admin/search.html",
        q=q,
        groups=global_search.search_all(q, request.args.get("in", "")) if q else [],
        searchable_models=list(global_search.searchable_models()),
    )
