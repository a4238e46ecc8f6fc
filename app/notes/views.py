"""Pages of notes. A note of somebody else is 404, like one that does not exist."""

import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    stream_with_context,
    url_for,
)
from flask_login import current_user
from sqlalchemy import bindparam
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.auth import quotas
from app.auth.access import confirmed_required, in_person, login_required
from app.core.database import db
from app.core.forms import search_term
from app.core.pagination import Counts, paginate
from app.core.time_limit import time_limit
from app.notes import export
from app.notes.forms import NoteForm
from app.notes.models import Note, listed

blueprint = Blueprint("notes", __name__, url_prefix="/notes", template_folder="templates")

# A search looks at the text of all notes of a user.
SEARCH_SECONDS = 2

# What the dashboard shows. Made once, since making a statement takes longer than running it.
OWN = listed(bindparam("user_id"))
RECENT = OWN.order_by(Note.updated_at.desc(), Note.id.desc()).limit(5)
COUNTS = Counts(count=OWN)


@blueprint.get("/")
@login_required
def index() -> Any:
    q = search_term()
    find = partial(paginate, listed(current_user.id, q), Note.updated_at, Note.id, descending=True)
    if q:
        with quotas.one_at_a_time("search"), time_limit(SEARCH_SECONDS):
            page = find()
    else:
        page = find()
    return render_template("notes/index.html", page=page, q=q)


@blueprint.get("/export.csv")
@login_required
@in_person
@quotas.one_at_a_time("export")
def export_csv() -> Response:
    quotas.EXPORTS.spend()
    return Response(
        stream_with_context(export.lines(current_user.id)),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=notes.csv"},
    )


@blueprint.get("/new")
@confirmed_required
def new() -> Any:
    form = NoteForm(formdata=None, submission=secrets.token_urlsafe(16))
    return render_template("notes/new.html", form=form)


@blueprint.post("/new")
@confirmed_required
def create() -> Any:
    form = NoteForm()
    if not form.validate():
        return render_template("notes/new.html", form=form), 422
    title, body = form.title.data, form.body.data or ""
    submission = Note.fingerprint(form.submission.data, title, body)
    note = Note.from_submission(current_user.id, submission)
    if note is None:
        try:
            quotas.limit_rows(Note.user_id, current_user.id)
            note = Note.write(current_user.id, title, body, submission)
            db.session.commit()
        except quotas.TooManyRowsError as refusal:
            form.form_errors = [refusal.description]
            return render_template("notes/new.html", form=form), 422
        except IntegrityError:  # the same form at the same moment, where writers run side by side
            db.session.rollback()
            note = Note.from_submission(current_user.id, submission) or abort(409)
    flash("Your note is saved.", "success")
    return redirect(url_for("notes.show", id=note.id), 303)


@blueprint.get("/<int:id>")
@login_required
def show(id: int) -> Any:
    return render_template("notes/show.html", note=_own(id))


@blueprint.get("/<int:id>/edit")
@confirmed_required
def edit(id: int) -> Any:
    note = _own(id)
    return render_template("notes/edit.html", form=NoteForm(formdata=None, obj=note), note=note)


@blueprint.post("/<int:id>/edit")
@confirmed_required
def update(id: int) -> Any:
    note = _own(id)
    form = NoteForm()
    if not form.validate():
        return render_template("notes/edit.html", form=form, note=note), 422
    body = note.body if form.body.data is None else form.body.data
    try:
        if note.edit(form.title.data, body, seen=form.version.data):
            db.session.commit()
            flash("Your note is saved.", "success")
            return redirect(url_for("notes.show", id=id), 303)
    except StaleDataError:  # edited at the same moment, where writers run side by side
        db.session.rollback()
        return update(id)
    # The typed text stays in the form; sent again, it is an answer to what is shown beside it.
    form.version.raw_data, form.version.data = None, note.version
    return render_template("notes/edit.html", form=form, note=note, conflict=True), 409


@blueprint.post("/<int:id>/delete")
@confirmed_required
def delete(id: int) -> Any:
    _own(id).delete()
    db.session.commit()
    flash("The note is deleted.", "success")
    return redirect(url_for("notes.index"), 303)


def card() -> Mapping[str, Any]:
    """What the dashboard shows."""
    user_id = current_user.id
    recent = db.session.execute(RECENT, {"user_id": user_id})
    return {"notes": recent.all(), **COUNTS(user_id=user_id)}


def _own(id: int) -> Note:
    return Note.of(current_user.id, id) or abort(404)
