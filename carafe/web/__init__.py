"""Pages: menus, routing, forms, pagination, errors, templates, static files, URLs."""

from flask import Blueprint, Flask

from carafe.web import (
    errors,
    mailed_links,
    menus,
    polling,
    routing,
    static_files,
    templating,
    urls,
)

# Templates of all packages. The app's own go first, so a file of the same name overrides one.
templates = Blueprint("carafe", __name__, template_folder="../templates")


def init_app(app: Flask) -> None:
    routing.init_app(app)
    mailed_links.init_app(app)
    app.register_blueprint(templates)
    templating.init_app(app)
    urls.init_app(app)
    static_files.init_app(app)
    menus.init_app(app)
    polling.init_app(app)
    errors.init_app(app)
