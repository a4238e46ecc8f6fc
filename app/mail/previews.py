"""Every mail with sample data, in development: what it looks like before anybody gets one."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, render_template, url_for

from app.core import nav
from app.core.routing import public
from app.core.this_machine import is_at_this_machine, only_at_this_machine
from app.mail.message import Message
from app.mail.outbox import compose
from app.mail.views import frame, page

blueprint = Blueprint("previews", __name__, url_prefix="/dev/previews")
blueprint.before_request(only_at_this_machine)

TO = "alice@example.com"

Sample = Callable[[], dict[str, Any]]


def preview(app: Flask, template: str, sample: Sample) -> None:
    """Show the mail in the folder `template` at `/dev/previews`.

    `sample` makes what `send` would be given, anew for each look. Does nothing outside of
    development, where there are no previews.
    """
    if "mail_previews" in app.extensions:
        app.extensions["mail_previews"][template.replace("/emails/", ".")] = template, sample


@blueprint.get("")
@public
def index() -> str:
    mails = [(name, _compose(name)) for name in sorted(current_app.extensions["mail_previews"])]
    return render_template("mail/previews.html", mails=mails)


@blueprint.get("/<name>")
@public
def show(name: str) -> Response:
    html_url = url_for("previews.html", name=name)
    return page(_compose(name).to_bytes(), html_url, url_for("previews.index"), "Mail previews")


@blueprint.get("/<name>/html")
@public
def html(name: str) -> Response:
    return frame(_compose(name).to_bytes())


def _compose(name: str) -> Message:
    if name not in (known := current_app.extensions["mail_previews"]):
        abort(404)
    template, sample = known[name]
    return compose(TO, template, **sample())


def init_app(app: Flask) -> None:
    app.extensions["mail_previews"] = {}
    app.register_blueprint(blueprint)
    here = is_at_this_machine
    nav.add(app, "footer", "Mail previews", "previews.index", icon="mail", visible=here)
