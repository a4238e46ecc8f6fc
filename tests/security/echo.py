"""The app, and one page more that says what it takes for granted about a request."""

from typing import Any

from flask import request

from carafe.web.routing import public
from wsgi import app


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
