"""Flask-DebugToolbar in development, for a browser on this machine.

The profiler panel is omitted, because it breaks concurrent requests on Python 3.12 and newer. So is
the library's query panel: its SELECT and EXPLAIN fail with SQLAlchemy 2, and run any statement
signed with `SECRET_KEY`, which in development everyone knows.
"""

from functools import partial

from flask import Flask, request, url_for
from flask_debugtoolbar import DebugToolbarExtension
from werkzeug import Response

from carafe.observability.profiler.middleware import PROFILED
from carafe.observability.toolbar.queries import QueriesPanel
from carafe.security import csp
from carafe.security.local_requests import is_at_this_machine
from carafe.web.routing import public

STATIC = "_debug_toolbar.static"
# The inline parts of its templates.
SCRIPT = "var DEBUG_TOOLBAR_STATIC_PATH = '{}'"
STYLES = ("display:none;", "display: none;", "width:20%")

LIBRARY = "flask_debugtoolbar.panels."
PANELS = [
    f"{LIBRARY}versions.VersionDebugPanel",
    f"{LIBRARY}timer.TimerDebugPanel",
    f"{LIBRARY}headers.HeaderDebugPanel",
    f"{LIBRARY}request_vars.RequestVarsDebugPanel",
    f"{LIBRARY}config_vars.ConfigVarsDebugPanel",
    f"{LIBRARY}template.TemplateDebugPanel",
    f"{QueriesPanel.__module__}.{QueriesPanel.__name__}",
    f"{LIBRARY}logger.LoggingPanel",
    f"{LIBRARY}route_list.RouteListDebugPanel",
]


class Toolbar(DebugToolbarExtension):
    def process_request(self) -> None:
        # Its panels show `SECRET_KEY`, and call `url_for`, which fails for an untrusted host.
        if is_at_this_machine() and PROFILED not in request.environ:
            super().process_request()

    def process_response(self, response: Response) -> Response:
        # A page with its own CSP may not run scripts, such as an email in its frame.
        has_policy = csp.HEADER in response.headers
        if response.mimetype != "text/html" or has_policy or not is_at_this_machine():
            return response
        script = SCRIPT.format(url_for(STATIC, filename=""))
        csp.allow("script-src", csp.hash_of(script))
        csp.allow("style-src-attr", "'unsafe-hashes'", *map(csp.hash_of, STYLES))
        # Hidden at first, then as the developer left it.
        if "fldt_seen" not in request.cookies:
            response.set_cookie("fldt_seen", "yes", samesite="Lax")
            response.set_cookie("fldt", "hide", samesite="Lax")
        return super().process_response(response)


def init_app(app: Flask) -> None:
    app.config["DEBUG_TB_INTERCEPT_REDIRECTS"] = False
    app.config["DEBUG_TB_PANELS"] = PANELS
    Toolbar(app)
    app.view_functions[STATIC] = public(partial(app.view_functions[STATIC]))
