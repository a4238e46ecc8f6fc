"""The page of a list."""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

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
def show_list(admin: ModelAdmin) -> ResponseReturnValue:
    preferences = ViewPreferences(admin.name)
    # A view without arguments would redirect to this URL again.
    if preferences.default_view and preferences.default_view.query and not request.query_string:
        return redirect(f"{current_path()}?{preferences.default_view.query}", 303)
    arguments = listing.list_arguments()
    resolved, ambiguous = _resolve(admin, arguments)
    if resolved:
        return redirect(f"{current_path()}?{encode_query(arguments | resolved)}", 303)
    columns = arguments.get("columns") or preferences.columns
    return _page(admin.with_columns(columns), arguments, preferences, ambiguous, columns)


def _resolve(
    admin: ModelAdmin, arguments: dict[str, str]
) -> tuple[dict[str, str], list[Ambiguous]]:
    """Return the argument with the ID of the first unambiguous relation, and ambiguous ones."""
    ambiguous: list[Ambiguous] = []
    for relation, text in relations.unresolved(admin.list, arguments):
        candidates = relations.candidates(relation, text)
        if len(candidates) == 1:
            [(id, _)] = candidates
            return {relation.name: str(id)}, []
        ambiguous.append((relation, text, candidates))
    return {}, ambiguous


def _page(
    admin: ModelAdmin,
    arguments: dict[str, str],
    preferences: ViewPreferences,
    ambiguous: list[Ambiguous],
    columns: str,
) -> str:
    state = ListState.parse(admin.list, arguments)
    page = listing.load_page(state)
    actions = allowed(admin)
    view = preferences.active_view(encode_query(arguments)) if arguments else None
    footer = admin.options.footer
    return render_template(
        "admin/list.html",
        admin=admin,
        page=page,
        rows=render_rows(admin, page.rows, selectable=bool(actions)),
        arguments=arguments,
        actions=actions,
        preferences=preferences,
        importable=may_import(admin),
        view=view,
        chips=list(chips(state)),
        ambiguous=ambiguous,
        placeholder=relations.placeholder,
        related=relations.related_admin,
        ignored=state.ignored if view else [],
        exported=arguments | {"columns": columns} if columns else arguments,
        **(footer[1]() if footer else {}),
    )
