"""What every feature stands on: database, menus, pagination, time, errors, forms, static files.

Knows no feature by name.
"""

from flask import Blueprint, Flask

from app.core import (
    database,
    errors,
    migrations,
    nav,
    routing,
    samples,
    static_files,
    templating,
    time,
)


def init_app(app: Flask) -> None:
    routing.init_app(app)
    app.register_blueprint(Blueprint("core", __name__, template_folder="templates"))
    templating.init_app(app)
    static_files.init_app(app)
    nav.init_app(app)
    time.init_app(app)
    database.init_app(app)
    migrations.init_app(app)
    errors.init_app(app)
    samples.init_app(app)
