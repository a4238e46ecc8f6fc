"""The header `Server-Timing`, with which browsers' developer tools show how long a page took.

Only for users who may know. To others, the database time could reveal whether an address has an
account.
"""

from collections.abc import Callable
from time import perf_counter

from flask import Flask, Response, request

from carafe.observability import queries


def set_visibility(app: Flask, may_see: Callable[[], bool]) -> None:
    """Have `may_see` decide whether this request's user gets it; in development, everyone does."""
    app.extensions["server_timing"] = may_see


def init_app(app: Flask) -> None:
    set_visibility(app, lambda: False)

    @app.after_request
    def add(response: Response) -> Response:
        if app.debug or app.extensions["server_timing"]():
            used = queries.usage()
            total = (perf_counter() - request.environ["STARTED"]) * 1000
            response.headers["Server-Timing"] = (
                f'db;dur={used.database / 1e6:.1f};desc="{used.queries} queries", '
                f"template;dur={used.template / 1e6:.1f}, total;dur={total:.1f}"
            )
        return response
