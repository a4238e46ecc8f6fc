"""What every feature stands on: database, checks, menus, pagination, time, errors, forms, files.

Knows no feature by name.
"""

from flask import Blueprint, Flask

from app.core import (
    checks,
    database,
    errors,
    fulltext,
    live,
    mailed_links,
    migrations,
    nav,
    routing,
    samples,
    static_files,
    storage,
    templating,
    time,
    urls,
)
from app.core.checks import database as database_checks
from app.core.checks import icons as icon_checks
from app.core.checks import settings as settings_checks
from app.core.this_machine import keep_off_proxies
from app.core.version import __version__ as __version__


def init_app(app: Flask) -> None:
    keep_off_proxies()
    checks.init_app(app)
    database.init_app(app)  # first: it makes the folder that others write into
    routing.init_app(app)
    mailed_links.init_app(app)
    app.register_blueprint(Blueprint("core", __name__, template_folder="templates"))
    templating.init_app(app)
    urls.init_app(app)
    static_files.init_app(app)
    nav.init_app(app)
    live.init_app(app)
    time.init_app(app)
    migrations.init_app(app)
    fulltext.init_app(app)
    settings_checks.init_app(app)
    database_checks.init_app(app)
    icon_checks.init_app(app)
    errors.init_app(app)
    samples.init_app(app)
    storage.init_app(app)
