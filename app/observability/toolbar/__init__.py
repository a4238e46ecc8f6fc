"""Flask-DebugToolbar, in development, under our content security policy.

Its one inline script becomes a file; of its inline styles, those that hide become a class, and
the others set the width of a column. The profiler panel is left out: it breaks concurrent
requests on Python 3.12 and newer.
"""

import re
from functools import partial
from typing import Any

from flask import Flask, Response, current_app, request, url_for
from flask_debugtoolbar import DebugToolbarExtension

from app.core.routing import public
from app.core.this_machine import is_at_this_machine
from app.observability.toolbar import queries

START = '<div id="flDebug"'
INLINE_SCRIPT = re.compile(r"<script type=\"text/javascript\">var \w+ = '([^']*)'</script>")
HIDDEN = re.compile(r' style="display: ?none;"')
# A script that fills the console with warnings about the toolbar's own code.
USELESS = re.compile(r'<script src="[^"]*jquery-migrate\.js"></script>')
SETUP = "js/setup.js"
# Out of the way until it is asked for, from then on as it was left. It asks for a query's rows by
# POST, though that changes nothing. There is no `fldt` where a page was left while it was loading.
SETUP_SCRIPT = """
var DEBUG_TOOLBAR_STATIC_PATH = "%s";
if (!localStorage.getItem("fldt")) {
  localStorage.setItem("fldt", "seen");
  document.cookie = "fldt=hide; path=/; SameSite=Lax";
}
document.addEventListener("DOMContentLoaded", () => {
  window.fldt?.$.ajaxPrefilter((options) => { options.type = "GET"; });
});
"""

# On both sides of our own panel.
BEFORE = (
    "versions.VersionDebugPanel",
    "timer.TimerDebugPanel",
    "headers.HeaderDebugPanel",
    "request_vars.RequestVarsDebugPanel",
    "config_vars.ConfigVarsDebugPanel",
    "template.TemplateDebugPanel",
)
BEHIND = ("logger.LoggingPanel", "route_list.RouteListDebugPanel")


class Toolbar(DebugToolbarExtension):
    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        # Its own, which it puts in the place of Flask's: that has other arguments in each version.
        vars(app).pop("dispatch_request", None)

    def process_request(self) -> None:
        # Its panels hold `SECRET_KEY`; and they call `url_for`, which a refused host has not got.
        if not is_at_this_machine():
            return
        super().process_request()
        if request.endpoint in current_app.view_functions:
            view = current_app.view_functions[request.endpoint]
            self.process_view(current_app, view, request.view_args or {})

    def process_response(self, response: Any) -> Any:
        policy = response.headers.get("Content-Security-Policy", "script-src 'self'")
        if "script-src 'self'" not in policy:
            return response  # what may not run scripts, such as a mail in its frame
        response = super().process_response(response)
        page = response.get_data(as_text=True) if response.is_sequence else ""
        if START in page:
            before, toolbar = page.rsplit(START, 1)
            toolbar = INLINE_SCRIPT.sub(rf'<script src="\1{SETUP}"></script>', toolbar)
            # Bootstrap hides a "collapse" in a way that the toolbar's script can undo.
            toolbar = queries.INLINE_STYLE.sub("", HIDDEN.sub(' class="collapse"', toolbar))
            toolbar = USELESS.sub("", toolbar)
            response.set_data(before + START + toolbar)
        return response

    def send_static_file(self, filename: str) -> Any:
        if filename == SETUP:
            script = SETUP_SCRIPT % url_for("_debug_toolbar.static", filename="")
            return Response(script, mimetype="text/javascript")
        return super().send_static_file(filename)


def init_app(app: Flask) -> None:
    app.config["DEBUG_TB_INTERCEPT_REDIRECTS"] = False
    app.config["DEBUG_TB_PANELS"] = [
        *(f"flask_debugtoolbar.panels.{name}" for name in BEFORE),
        f"{queries.__name__}.{queries.Queries.__name__}",
        *(f"flask_debugtoolbar.panels.{name}" for name in BEHIND),
    ]
    Toolbar(app)
    queries.init_app(app)
    files = "_debug_toolbar.static"
    app.view_functions[files] = public(partial(app.view_functions[files]))
