"""The page of a declared list."""

from typing import Any

from flask import redirect, render_template, request

from carafe.admin.actions.availability import allowed
from carafe.admin.blueprint import blueprint
from carafe.admin.imports.access import may_import
from carafe.admin.lists import listing, relations
from carafe.admin.lists.cells import render_rows
from carafe.admin.lists.chips import chips
from carafe.admin.lists.filters import RelationFilter
from carafe.admin.lists.saved_views import ViewPreferences
from carafe.admin.lists.state import ListState, encode_query
from carafe.admin.model_admin import ModelAdmin
from carafe.admin.routing import operation_required
from carafe.web.urls import current_path

Ambiguous = tuple[RelationFilter, str, list[tuple[int, str]]]


@blueprint.get("/<list:admin>/", endpoint="list", strict_slashes=False)
@operation_required("read")
def show_list(admin: ModelAdmin) -> Any:
    look = ViewPreferences(admin.name)
    # One that says nothing would lead back to here.
    if look.start and look.start.query and not request.query_string:
        return redirect(f"{current_path()}?{look.start.query}", 303)
    kept = listing.list_arguments()
    resolved, ambiguous = _resolve(admin, kept)
    if resolved:
        return redirect(f"{current_path()}?{encode_query(kept | resolved)}", 303)
    columns = kept.get("columns") or look.columns
    return _page(admin.with_columns(columns), kept, look, ambiguous, columns)


def _resolve(admin: ModelAdmin, kept: dict[str, str]) -> tuple[dict[str, str], list[Ambiguous]]:
    """Return the argument with the ID of the first relation named clearly, and unclear ones."""
    ambiguous: list[Ambiguous] = []
    for relation, text in relations.unresolved(admin.list, kept):
        candidates = relations.candidates(relation, text)
        if len(candidates) == 1:
            [(id, _)] = candidates
            return {relation.name: str(id)}, []
        ambiguous.append((relation, text, candidates))
    return {}, ambiguous


def _page(
    admin: ModelAdmin,
    kept: dict[str, str],
    look: ViewPreferences,
    ambiguous: list[Ambiguous],
    columns: str,
) -> str:
    state = ListState.parse(admin.list, kept)
    page = listing.load_page(state)
    actions = allowed(admin)
    view = look.shown(encode_query(kept)) if kept else None
    footer = admin.options.below
    return render_template(
        "admin/list.html",
        admin=admin,
        page=page,
        rows=list(render_rows(admin, page.rows, selectable=bool(actions))),
        kept=kept,
        actions=actions,
        look=look,
        importable=may_import(admin),
        view=view,
        chips=list(chips(state)),
        ambiguous=ambiguous,
        placeholder=relations.placeholder,
        ignored=state.ignored if view else [],
        exported=kept | {"columns": columns} if columns else kept,
        **(footer[1]() if footer else {}),
    )
