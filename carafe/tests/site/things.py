"""Pages of things."""

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from carafe.auth import quotas
from carafe.auth.marks import confirmed_required, login_required
from carafe.database import contains, db
from carafe.tabular import csv_response
from carafe.tests.site.forms import ThingForm
from carafe.tests.site.models import Thing
from carafe.web.pagination import paginate
from carafe.web.search_terms import search_term

blueprint = Blueprint("things", __name__, url_prefix="/things")


@blueprint.get("/")
@login_required
@quotas.limit_searches
def index() -> ResponseReturnValue:
    query = Thing.mine(Thing.title, Thing.created_at, Thing.id)
    if q := search_term():
        query = query.where(contains(q, Thing.title, Thing.body))
    page = paginate(query, Thing.created_at, Thing.id, descending=True)
    return render_template("things.html", title="Things", page=page)


@blueprint.get("/export.csv")
@login_required
@quotas.limit_exports
def export_csv() -> Response:
    return csv_response("things.csv", Thing.mine(Thing.title, Thing.body), Thing.id)


@blueprint.get("/new")
@confirmed_required
def new() -> ResponseReturnValue:
    return render_template("form.html", title="New thing", form=ThingForm())


@blueprint.post("/new")
@confirmed_required
def create() -> ResponseReturnValue:
    form = ThingForm()
    if form.validate() and Thing.create_mine(form):
        return redirect(url_for("things.index"), 303)
    return render_template("form.html", title="New thing", form=form), 422


@blueprint.get("/<int:id>/edit")
@confirmed_required
def edit(id: int) -> ResponseReturnValue:
    form = ThingForm(obj=Thing.get_mine_or_404(id))
    return render_template("form.html", title="Edit thing", form=form)


@blueprint.post("/<int:id>/edit")
@confirmed_required
def update(id: int) -> ResponseReturnValue:
    thing = Thing.get_mine_or_404(id)
    form = ThingForm(obj=thing)
    if form.validate() and form.save(thing):
        return redirect(url_for("things.index"), 303)
    newer = thing if form.conflict else None
    return render_template(
        "form.html", title="Edit thing", form=form, newer=newer
    ), form.status_code


@blueprint.post("/<int:id>/delete")
@confirmed_required
def delete(id: int) -> ResponseReturnValue:
    Thing.get_mine_or_404(id).delete()
    db.session.commit()
    return redirect(url_for("things.index"), 303)
