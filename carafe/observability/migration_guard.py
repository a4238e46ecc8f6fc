"""In development, a page that replaces all others while migrations are pending.

It has a button that runs them. Nothing on it queries the user, because the table of sessions may be
missing.
"""

import logging
import traceback
from dataclasses import dataclass, field
from threading import Lock

from flask import Blueprint, Flask, current_app, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from werkzeug.exceptions import SecurityError, ServiceUnavailable

from carafe.database import db, migrations
from carafe.security.local_requests import is_at_this_machine, only_at_this_machine
from carafe.web.errors import handle_database_error, render_error, wants_json
from carafe.web.routing import public
from carafe.web.urls import return_path, safe_redirect_path, site_root

log = logging.getLogger(__name__)

blueprint = Blueprint("migrations", __name__)

# They report it in their own way, or are unaffected.
EXEMPT_ENDPOINTS = {
    "_debug_toolbar.static",
    "migrations.run",
    "observability.live",
    "observability.metrics",
    "observability.ready",
}


@dataclass
class MigrationState:
    """The migration files with which this process found the database up to date."""

    stamp: list[tuple[str, int]] | None = None
    # Alembic keeps its state in global variables.
    running: Lock = field(default_factory=Lock)


def require_migrated() -> ResponseReturnValue | None:
    """Show the page about pending migrations instead of any other, if there are any."""
    seen, stamp = current_app.extensions["migrations_seen"], migrations.files_fingerprint()
    if request.endpoint in EXEMPT_ENDPOINTS or seen.stamp == stamp:
        return None
    if isinstance(request.routing_exception, SecurityError):
        return None  # not for this host
    migrations.head_revision.cache_clear()
    try:
        if steps := migrations.pending_revisions():
            return _page(return_path() or "/", steps)
        if missing := migrations.missing_tables():
            return _page(return_path() or "/", missing=missing)
    except DBAPIError:
        return None  # the database is down, which the view will find out, too
    except Exception as error:
        return _page(return_path() or "/", problem=f"{type(error).__name__}: {error}")
    seen.stamp = stamp
    return None


def recheck(error: DBAPIError) -> ResponseReturnValue:
    """Check again after an error: the database may have been downgraded or replaced."""
    db.session.rollback()
    current_app.extensions["migrations_seen"].stamp = None
    return require_migrated() or handle_database_error(error)


@blueprint.post("/dev/migrations")
@public
def run() -> ResponseReturnValue:
    only_at_this_machine()
    back = safe_redirect_path(request.form.get("next")) or f"{site_root()}/"
    with current_app.extensions["migrations_seen"].running:
        # Including connections to a file that was deleted while they were open.
        db.engine.dispose()
        try:
            migrations.upgrade()
        except Exception as error:
            log.warning("migration failed: %s", error)
            return _page(back, _steps(), problem=traceback.format_exc())
    return redirect(back, 303)


def _steps() -> list[tuple[str, str]]:
    try:
        return migrations.pending_revisions()
    except Exception:
        return []


def _page(
    back: str,
    steps: list[tuple[str, str]] | None = None,
    problem: str | None = None,
    missing: list[str] | None = None,
) -> ResponseReturnValue:
    if wants_json():
        return render_error(ServiceUnavailable("Migrations are pending. Run: flask db upgrade"))
    # Not `render_template`, which looks up the user.
    template = current_app.jinja_env.get_template("observability/migrations.html")
    values: dict[str, object] = {
        "back": back,
        "steps": steps,
        "problem": problem,
        "missing": missing,
    }
    return template.render(may_run=is_at_this_machine(), **values), 503


def init_app(app: Flask) -> None:
    app.extensions["migrations_seen"] = MigrationState()
    app.register_blueprint(blueprint)
    app.before_request(require_migrated)
    for error in (OperationalError, ProgrammingError):
        app.register_error_handler(error, recheck)
