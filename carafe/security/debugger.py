"""Werkzeug's debugger and console under `flask run`, only for a browser on this machine.

Werkzeug's own wrapper checks `Host`, which a tunnel rewrites, so `.flaskenv` switches it off.
"""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import click
from flask import Flask

from carafe.security.local_requests import is_from_this_machine


class Debugger:
    """WSGI middleware: the debugger for this machine, the plain app for everyone else."""

    def __init__(self, application: WSGIApplication):
        from werkzeug.debug import DebuggedApplication  # saves production 15 ms

        self.application = application
        self.debugged = DebuggedApplication(application, evalex=True)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_local = is_from_this_machine(environ)
        return (self.debugged if is_local else self.application)(environ, start_response)


def init_app(app: Flask) -> None:
    command = click.get_current_context(silent=True)
    if app.debug and command and command.info_name == "run":
        app.wsgi_app = Debugger(app.wsgi_app)  # type: ignore[method-assign]
