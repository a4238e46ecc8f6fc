"""Pages for developers on their own machine: the documentation of this clone, at `/dev/docs`."""

from flask import Blueprint, Flask, abort, render_template
from flask.typing import ResponseReturnValue

from carafe.config import ROOT
from carafe.development.markdown import to_html
from carafe.security.local_requests import only_at_this_machine
from carafe.web.routing import public

blueprint = Blueprint("development", __name__, url_prefix="/dev")
blueprint.before_request(only_at_this_machine)


@blueprint.get("/docs/<name>")
@public
def docs(name: str) -> ResponseReturnValue:
    file = ROOT / "docs" / name
    if file.suffix != ".md" or file.parent != ROOT / "docs" or not file.is_file():
        abort(404)
    title, _, text = file.read_text().removeprefix("# ").partition("\n")
    return render_template("development/document.html", title=title, text=to_html(text), name=name)


def init_app(app: Flask) -> None:
    if app.config["APP_ENV"] == "development":
        app.register_blueprint(blueprint)
