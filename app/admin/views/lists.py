"""The page of a declared list."""

from typing import Any

from flask import redirect, render_template, request

from app.admin.actions.availability import allowed
from app.admin.blueprint import blueprint
from app.admin.imports.access import may_import
from app.admin.lists import listing, relations
from app.admin.lists.arguments import chips, query_of, unknown
from app.admin.lists.cells import render_rows
from app.admin.lists.saved_views import Look
from app.admin.model_admin import ModelAdmin
from app.admin.routing import operation_required
from app.core.urls import current_path


@blueprint.get("/<list:admin>/", endpoint="list", strict_slashes=False)
@operation_required("read")
def show_list(admin: ModelAdmin) -> Any:
    look = Look(admin.name)
    # One that says nothing would lead back to here.
    if look.start and look.start.query and not request.query_string:
        return redirect(f"{current_path()}?{look.start.query}", 303)
    kept = listing.list_arguments()
    unsure = []
    for one, text in relations.unresolved(admin.list, kept):
        meant = relations.candidates(one, text)
        if len(meant) == 1:
            found_one = query_of(kept | {one.name: str(meant[0][0])})
            return redirect(f"{current_path()}?{found_one}", 303)
        unsure.append((one, text, meant))
    view = look.shown(query_of(kept)) if kept else None
    chosen = kept.get("columns") or look.columns
    admin = admin.with_columns(chosen)
    acting = allowed(admin)
    page = listing.load_page(admin.list, request.args)
    return render_template(
        "admin/list.html",
        admin=admin,
        page=page,
        rows=list(render_rows(admin, page.rows, selectable=bool(acting))),
        kept=kept,
        acting=acting,
        look=look,
        importable=may_import(admin),
        view=view,
        chips=chips(admin, kept) if kept else [],
        unsure=unsure,
        hint=relations.placeholder,
        lost=unknown(admin, kept) if view else [],
        exported=kept | {"columns": chosen} if chosen else kept,
        **(admin.options.below[1]() if admin.options.below else {}),
    )
