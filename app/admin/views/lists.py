"""The pages of a declared model."""

from collections.abc import Sequence
from functools import partial, update_wrapper, wraps
from typing import Any

from flask import Flask, abort, redirect, render_template, request

from app.admin.actions.declaration import allowed
from app.admin.declaration import Admin
from app.admin.imports.access import may_import
from app.admin.lists import listing, relations
from app.admin.lists.arguments import chips, query_of, unknown
from app.admin.lists.export import FORMATS
from app.admin.lists.saved_views import Look
from app.admin.views import exports, imports, runs, saved_views
from app.admin.views.columns import columns, reset_columns, save_columns
from app.auth.access import permission_required
from app.core.urls import current_path


def register(app: Flask, admin: Admin) -> None:
    """Add the routes of a declaration."""
    add = partial(_add, app, admin)
    add("", "", index)
    add("export", "_export", exports.page)
    add("export/latest", "_latest_export", exports.latest)
    add("export/file", "_export_file", exports.file)
    add("export.csv", "_csv", exports.csv)
    add("export.xlsx", "_xlsx", exports.xlsx)
    for format in FORMATS:
        add(f"export.{format}", f"_make_{format}", exports.make, methods=["POST"], format=format)
    if admin.acting:
        add("run", "_run", runs.confirm)
        add("run", "_begin_run", runs.begin, methods=["POST"])
        add("runs/<int:id>", "_result", runs.show)
        add("runs/<int:id>/latest", "_latest_result", runs.latest)
        add("runs/<int:id>/cancellation", "_cancel_run", runs.cancel, methods=["POST"])
        add("runs/<int:id>/reversal", "_undo_run", runs.undo, methods=["POST"])
    add("columns", "_columns", columns)
    add("columns", "_save_columns", save_columns, methods=["POST"])
    add("columns/delete", "_reset_columns", reset_columns, methods=["POST"])
    for path, name, view, operation in saved_views.FORMS:
        add(f"views{path}", name, view, operation, methods=["POST"])
    add("views", "_views", saved_views.views)
    if admin.importing:
        _add_imports(app, admin)


def _add_imports(app: Flask, admin: Admin) -> None:
    get = partial(_add_import, app, admin)
    post = partial(get, methods=["POST"])
    get("imports/", "_imports", imports.index)
    post("imports/", "_upload", imports.upload)
    get("imports/<int:id>", "_import", imports.page)
    get("imports/<int:id>/latest", "_latest_import", imports.latest)
    get("imports/<int:id>/errors.csv", "_import_errors", imports.errors)
    post("imports/<int:id>/format", "_import_format", imports.save_format)
    post("imports/<int:id>/check", "_check_import", imports.check)
    post("imports/<int:id>/rows", "_import_rows", imports.bring_in)
    post("imports/<int:id>/undoing", "_undo_import", imports.undo)
    post("imports/<int:id>/delete", "_delete_import", imports.delete)


def _add_import(app: Flask, admin: Admin, path: str, name: str, view: Any, **options: Any) -> None:
    @wraps(view)
    def guarded(admin: Admin, **values: Any) -> Any:
        if not may_import(admin):
            abort(403)
        return view(admin, **values)

    _add(app, admin, path, name, guarded, "create", **options)


def _add(
    app: Flask, admin: Admin, path: str, name: str, view: Any, operation: str = "read",
    methods: Sequence[str] = ("GET",), **given: Any,
) -> None:  # fmt: skip
    # One function for each, since a view carries its policy.
    own = update_wrapper(partial(view, admin, **given), view)
    permission, read_permission = admin.permission(operation), admin.permission("read")
    guarded = permission_required(permission, read_permission)(own)
    rule, endpoint = f"/admin/{admin.name}/{path}", f"admin.{admin.name}{name}"
    app.add_url_rule(rule, endpoint, guarded, methods=methods)


def index(admin: Admin) -> Any:
    look = Look(admin.name)
    # One that says nothing would lead back to here.
    if look.start and look.start.query and not request.query_string:
        return redirect(f"{current_path()}?{look.start.query}", 303)
    kept = listing.kept()
    unsure = []
    for one, text in relations.unclear(admin, kept):
        meant = relations.meant(one, text)
        if len(meant) == 1:
            found_one = query_of(kept | {one.name: str(meant[0][0])})
            return redirect(f"{current_path()}?{found_one}", 303)
        unsure.append((one, text, meant))
    view = look.shown(query_of(kept)) if kept else None
    chosen = kept.get("columns") or look.columns
    admin = admin.showing(chosen)
    acting = allowed(admin)
    found = listing.read(admin, request.args, ticked=bool(acting))
    return render_template(
        "admin/list.html",
        admin=admin,
        found=found,
        kept=kept,
        acting=acting,
        look=look,
        importable=may_import(admin),
        view=view,
        chips=chips(admin, kept) if kept else [],
        unsure=unsure,
        hint=relations.hint,
        lost=unknown(admin, kept) if view else [],
        exported=kept | {"columns": chosen} if chosen else kept,
        **(admin.below[1]() if admin.below else {}),
    )
