"""Messages to one user or to everyone."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.admin.forms import MessageForm
from app.auth.models import User
from carafe import notifications
from carafe.admin import blueprint
from carafe.auth import effect, fresh_login_required, permission_required
from carafe.database import db
from carafe.web import ConditionalRoutes

routes = ConditionalRoutes(blueprint, "NOTIFICATIONS")


@routes.get("/messages/")
@permission_required("messages.send")
def messages() -> ResponseReturnValue:
    return _page(MessageForm())


@routes.post("/messages/")
@permission_required("messages.send")
@fresh_login_required
@effect("this message will be sent to all users")
def send_message() -> ResponseReturnValue:
    form = MessageForm()
    if not form.validate():
        return _page(form), 422
    is_new = notifications.send_message(form.title.data, form.body.data, form.submission_digest)
    _flash_sent(is_new, "Message sent to all users")
    return redirect(url_for("admin.messages"), 303)


@routes.post("/messages/<int:id>/delete")
@permission_required("messages.send")
@fresh_login_required
@effect("this message will be withdrawn")
def take_back_message(id: int) -> ResponseReturnValue:
    notifications.withdraw_message(id)
    flash("Message withdrawn. Users who opened it still have it.", "success")
    return redirect(url_for("admin.messages"), 303)


@routes.get("/users/<int:id>/messages")
@permission_required("messages.send", "users.read")
def user_messages(id: int) -> ResponseReturnValue:
    return _form(_find(id), MessageForm())


@routes.post("/users/<int:id>/messages")
@permission_required("messages.send", "users.read")
@fresh_login_required
@effect("this message will be sent to this user")
def send_user_message(id: int) -> ResponseReturnValue:
    user, form = _find(id), MessageForm()
    if not form.validate():
        return _form(user, form), 422
    title, body = form.title.data, form.body.data
    is_new = notifications.send_message_to(user, title, body, form.submission_digest)
    _flash_sent(is_new, f"Message sent to {user.display_name}")
    return redirect(url_for("admin.row", admin="users", id=id), 303)


def _find(id: int) -> User:
    return db.session.get(User, id) or abort(404)


def _flash_sent(is_new: bool, text: str) -> None:
    if is_new:
        flash(text, "success")
    else:
        flash("This message has already been sent.", "info")


def _page(form: MessageForm) -> str:
    page = notifications.list_messages()
    return render_template("admin/messages.html", form=form, page=page)


def _form(user: User, form: MessageForm) -> str:
    return render_template("admin/user_message.html", user=user, form=form)
