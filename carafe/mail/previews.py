"""Previews of every email with sample data, in development."""

from collections.abc import Callable

from flask import Blueprint, Flask, Response, abort, render_template, url_for

from carafe.mail.message import Message
from carafe.mail.outbox import compose
from carafe.mail.views import html_frame, page
from carafe.registry import Registry
from carafe.security.local_requests import is_at_this_machine, only_at_this_machine
from carafe.web import menus
from carafe.web.routing import public

blueprint = Blueprint("previews", __name__, url_prefix="/dev/previews")
blueprint.before_request(only_at_this_machine)

RECIPIENT = "alice@example.com"

Sample = Callable[[], dict[str, object]]
# Templates, and their variables.
PREVIEWS = Registry[tuple[str, Sample]]("mail_previews", "email preview")


def preview(app: Flask, template: str, sample: Sample) -> None:
    """Show the email in the folder `template` at `/dev/previews`.

    `sample` returns the arguments of `send`, again for each preview. Previews exist only in
    development.
    """
    PREVIEWS.add(app, (template, sample), name=template.replace("/emails/", "."))


@blueprint.get("/", alias=True)
@blueprint.get("")
@public
def index() -> str:
    mails = [(name, _compose(name)) for name in sorted(PREVIEWS.by_name())]
    return render_template("mail/previews.html", mails=mails)


@blueprint.get("/<name>")
@public
def show(name: str) -> Response:
    html_url = url_for("previews.html", name=name)
    return page(_compose(name).to_bytes(), html_url, url_for("previews.index"), "Email previews")


@blueprint.get("/<name>/html")
@public
def html(name: str) -> Response:
    return html_frame(_compose(name).to_bytes())


def _compose(name: str) -> Message:
    if not (preview := PREVIEWS.get(name)):
        abort(404)
    template, sample = preview
    return compose(RECIPIENT, template, **sample())


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    is_local = is_at_this_machine
    menus.add(app, "footer", "Email previews", "previews.index", icon="mail", visible=is_local)
