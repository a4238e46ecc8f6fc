"""Pages for developers on their own machine: the documentation of this clone, at `/dev/docs`."""

from flask import Blueprint, Flask, abort, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from carafe.config import ROOT
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
    try:
        html = to_html(text)
    except ImportError:
        html = None  # the page says which packages to install
    return render_template("development/document.html", title=title, html=html, name=name)


def to_html(markdown: str) -> Markup:
    """Return Markdown as HTML. Raise ImportError without the packages of the group dev."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(markdown)
    for token in tokens:
        if token.type == "table_open":
            token.attrSet("class", "table")
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704  # nosec B704


def init_app(app: Flask) -> None:
    if app.config["APP_ENV"] == "development":
        app.register_blueprint(blueprint)
