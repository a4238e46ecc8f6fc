"""Messages to one user or to everyone."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.admin.forms import MessageForm
from app.auth.models import User
from carafe.admin import blueprint
from carafe.audit import record
from carafe.auth import effect, fresh_login_required, permission_required
from carafe.database import db
from carafe.notifications import Message, notify
from carafe.web import ConditionalRoutes, paginate

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
    sent = Message.send(form.title.data, form.body.data, form.submission_digest)
    return _done(sent, "The message is on everybody's pages.", url_for("admin.messages"))


@routes.post("/messages/<int:id>/delete")
@permission_required("messages.send")
@fresh_login_required
@effect("this message will be taken back")
def take_back_message(id: int) -> ResponseReturnValue:
    message = db.session.get(Message, id) or abort(404)
    message.withdraw()
    db.session.commit()
    flash("The message is taken back. Whoever has opened it keeps it.", "success")
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
    title, digest = form.title.data, form.submission_digest
    key = f"form:{digest}" if digest else None
    sent = notify(user.id, title, form.body.data, kind="message", key=key)
    if sent:
        record("message.sent", user.subject, title=title)
    return _done(
        sent, f"{user.display_name} has your message.", url_for("admin.row", admin="users", id=id)
    )


def _find(id: int) -> User:
    return db.session.get(User, id) or abort(404)


def _done(sent: bool, text: str, page: str) -> ResponseReturnValue:
    db.session.commit()
    if sent:
        flash(text, "success")
    else:
        flash("That was sent already.", "info")
    return redirect(page, 303)


def _page(form: MessageForm) -> str:
    sent = select(Message.title, Message.body, Message.created_at, Message.id)
    page = paginate(sent, Message.created_at, Message.id, descending=True)
    return render_template("admin/messages.html", form=form, page=page)


def _form(user: User, form: MessageForm) -> str:
    return render_template("admin/user_message.html", user=user, form=form)
