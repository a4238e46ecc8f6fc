"""The current user's notifications. Other users' are 404, as if they didn't exist."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from carafe.auth.marks import login_required
from carafe.database import db
from carafe.notifications import delivery, unread
from carafe.notifications.models import Notification
from carafe.web import polling
from carafe.web.forms import Form
from carafe.web.pagination import paginate
from carafe.web.routing import MAX_ID, background_request

blueprint = Blueprint("notifications", __name__, url_prefix="/account/notifications")

ICONS = {"security": "shield", "message": "mail", "export": "download"}


CARD_ROWS = 4


class ReadUpToForm(Form):
    newest = IntegerField(validators=[InputRequired(), NumberRange(0, MAX_ID)])


@blueprint.get("/")
@login_required
def index() -> ResponseReturnValue:
    return render_template("notifications/index.html", **_listed())


@blueprint.get("/latest")
@login_required
@background_request
def latest() -> ResponseReturnValue:
    """Return the current first page of the list."""
    return polling.render_fragment("notifications/_list.html", **_listed())


@blueprint.get("/unread")
@login_required
@background_request
def bell() -> ResponseReturnValue:
    """Return the current bell."""
    return polling.render_fragment("notifications/_bell.html", version=unread.unread_count())


@blueprint.post("/read")
@login_required
def read_all() -> ResponseReturnValue:
    form = ReadUpToForm()
    if not form.validate() or form.newest.data is None:
        abort(422)
    Notification.mark_all_read(current_user.id, form.newest.data)
    db.session.commit()
    flash("All marked as read", "success")
    return redirect(url_for("notifications.index"), 303)


@blueprint.post("/<int:id>/read")
@login_required
def read(id: int) -> ResponseReturnValue:
    """Mark one as read, and redirect to its link."""
    notification = _get_own(id)
    notification.mark_read()
    db.session.commit()
    return redirect(notification.url or url_for("notifications.index"), 303)


@blueprint.post("/<int:id>/delete")
@login_required
def delete(id: int) -> ResponseReturnValue:
    db.session.delete(_get_own(id))
    db.session.commit()
    flash("Notification deleted", "success")
    return redirect(url_for("notifications.index"), 303)


def _listed() -> dict[str, object]:
    if not current_user.impersonator:  # an impersonation doesn't change the user's data
        delivery.deliver(current_user.id)
    query = Notification.list_query(current_user.id)
    page = paginate(query, Notification.id, descending=True, path=url_for("notifications.index"))
    version = [(id, read_at is None) for *_, read_at, id in page.rows]
    return {"page": page, "version": version, "icons": ICONS}


def _get_own(id: int) -> Notification:
    return Notification.for_user(current_user.id, id) or abort(404)


def dashboard_card() -> dict[str, object]:
    newest = Notification.list_query(current_user.id).order_by(Notification.id.desc())
    return {"rows": db.session.execute(newest.limit(CARD_ROWS)).all(), "icons": ICONS}
