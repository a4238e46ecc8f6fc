"""The app, and one page more that says what it takes for granted about a request."""

from typing import Any

from flask import request

from carafe.tests.site.wsgi import app
from carafe.web.routing import public


@app.get("/echo")
@public
def echo() -> Any:
    return {
        "scheme": request.scheme,
        "client": request.remote_addr,
        "host": request.host,
        "root": request.script_root,
        "path": request.path,
    }
