"""Flask-DebugToolbar, in development, under our content security policy.

Its one inline script gets the page's nonce; its inline styles only hide what its own script hides
anyway. The profiler panel is left out: it breaks concurrent requests on Python 3.12 and newer.
"""

import secrets
from functools import partial
from typing import Any

from flask import Flask, request
from flask_debugtoolbar import DebugToolbarExtension

from app.core.routing import public


class Toolbar(DebugToolbarExtension):
    def process_response(self, response: Any) -> Any:
        response = super().process_response(response)
        page = response.get_data(as_text=True) if response.is_sequence else ""
        if '<div id="flDebug"' in page:
            nonce = request.environ.setdefault("CSP_NONCE", secrets.token_urlsafe(16))
            before, toolbar = page.rsplit('<div id="flDebug"', 1)
            toolbar = toolbar.replace(
                '<script type="text/javascript">', f'<script nonce="{nonce}">'
            ).replace(' style="display:none;"', "")
            response.set_data(f'{before}<div id="flDebug"{toolbar}')
        return response


def init_app(app: Flask) -> None:
    app.config["DEBUG_TB_INTERCEPT_REDIRECTS"] = False
    app.config["DEBUG_TB_PANELS"] = [
        f"flask_debugtoolbar.panels.{name}"
        for name in (
            "versions.VersionDebugPanel",
            "timer.TimerDebugPanel",
            "headers.HeaderDebugPanel",
            "request_vars.RequestVarsDebugPanel",
            "config_vars.ConfigVarsDebugPanel",
            "template.TemplateDebugPanel",
            "sqlalchemy.SQLAlchemyDebugPanel",
            "logger.LoggingPanel",
            "route_list.RouteListDebugPanel",
        )
    ]
    Toolbar(app)
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(("_debug_toolbar.", "debugtoolbar.")):
            app.view_functions[endpoint] = public(partial(view))
