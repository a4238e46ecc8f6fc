"""Where the time of a page goes, in development: `?_profile` at the end of its URL.

The request is made as always, with pyinstrument watching, and the browser gets a report instead of
the page. With `?_profile=submit` it gets the page, and the report once it has submitted its form.
"""

from collections import OrderedDict
from importlib.util import find_spec

from flask import Blueprint, Flask, abort, render_template
from flask.typing import ResponseReturnValue

from carafe.observability import plans
from carafe.observability.profiler.middleware import ProfilingMiddleware
from carafe.observability.profiler.report import Report
from carafe.security.local_requests import only_at_this_machine
from carafe.web.routing import public

blueprint = Blueprint("profiler", __name__, url_prefix="/dev/profiles")
blueprint.before_request(only_at_this_machine)

# Without it the app runs all the same, and the page says what to install.
IS_INSTALLED = find_spec("pyinstrument") is not None
# In memory, and gone when the server reloads.
REPORTS: OrderedDict[str, Report] = OrderedDict()


@blueprint.get("/")
@public
def index() -> ResponseReturnValue:
    return render_template(
        "observability/profiles.html", reports=REPORTS, is_installed=IS_INSTALLED
    )


@blueprint.get("/<id>")
@public
def show(id: str) -> ResponseReturnValue:
    report = REPORTS.get(id)
    if report is None:
        abort(
            404,
            "Only the last 20 profiles are kept, until the app restarts. Profile the page again.",
        )
    statements = [(statement, *_plan(statement.sql)) for statement in report.statements]
    return render_template("observability/profile.html", report=report, statements=statements)


def _plan(sql: str) -> tuple[plans.PlanReport | None, str]:
    """Return the plan of a statement, or why it has none."""
    try:
        return plans.build_report(sql), ""
    except Exception as error:  # such as a PRAGMA
        return None, str(error)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    middleware = ProfilingMiddleware(app.wsgi_app, IS_INSTALLED, REPORTS)
    app.extensions["profiler"] = middleware
    app.wsgi_app = middleware  # type: ignore[method-assign]
