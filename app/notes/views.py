"""Pages to list, read, and write notes."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, func

from app.notes.forms import NoteForm
from app.notes.models import Note
from carafe.auth import confirmed_required, login_required, no_impersonation, quotas
from carafe.database import contains, db
from carafe.tabular import csv_response
from carafe.web import BoundedCounts, paginate, search_term

blueprint = Blueprint("notes", __name__, url_prefix="/notes", template_folder="templates")

# The columns of a list, with the beginning of the text.
ROW = Note.title, func.substr(Note.body, 1, 160), Note.updated_at, Note.id
# What the dashboard shows.
RECENT = Note.mine(*ROW).order_by(Note.updated_at.desc(), Note.id.desc()).limit(5)
COUNT = BoundedCounts(count=Note.mine(Note.id))


@blueprint.get("/")
@login_required
@quotas.limit_searches
def index() -> ResponseReturnValue:
    query = Note.mine(*ROW)
    if q := search_term():
        query = query.where(contains(q, Note.title, Note.body))
    page = paginate(query, Note.updated_at, Note.id, descending=True)
    return render_template("notes/index.html", page=page, q=q)


@blueprint.get("/export.csv")
@login_required
@no_impersonation
@quotas.limit_exports
def export_csv() -> Response:
    times = Note.created_at.label("created"), Note.updated_at.label("updated")
    return csv_response("notes.csv", Note.mine(Note.title, Note.body, *times), Note.id)


@blueprint.get("/new")
@confirmed_required
def new() -> ResponseReturnValue:
    return render_template("notes/new.html", form=NoteForm())


@blueprint.post("/new")
@confirmed_required
def create() -> ResponseReturnValue:
    form = NoteForm()
    if form.validate() and (note := Note.create_mine(form)):
        flash("Note created", "success")
        return redirect(url_for("notes.show", id=note.id), 303)
    return render_template("notes/new.html", form=form), 422


@blueprint.get("/<int:id>")
@login_required
def show(id: int) -> ResponseReturnValue:
    return render_template("notes/show.html", note=Note.get_mine_or_404(id))


@blueprint.get("/<int:id>/edit")
@confirmed_required
def edit(id: int) -> ResponseReturnValue:
    note = Note.get_mine_or_404(id)
    return render_template("notes/edit.html", form=NoteForm(obj=note), note=note)


@blueprint.post("/<int:id>/edit")
@confirmed_required
def update(id: int) -> ResponseReturnValue:
    note = Note.get_mine_or_404(id)
    form = NoteForm(obj=note)
    if form.validate() and form.save(note):
        flash("Note saved", "success")
        return redirect(url_for("notes.show", id=id), 303)
    return render_template("notes/edit.html", form=form, note=note), form.status_code


@blueprint.post("/<int:id>/delete")
@confirmed_required
def delete(id: int) -> ResponseReturnValue:
    Note.get_mine_or_404(id).delete()
    db.session.commit()
    flash("Note deleted", "success")
    return redirect(url_for("notes.index"), 303)


def dashboard_card() -> dict[str, object]:
    return {"notes": db.session.execute(RECENT).all(), **COUNT()}


def has_notes() -> ColumnElement[bool]:
    return Note.mine(Note.id).exists()
