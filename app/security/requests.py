"""Bounds of what a request may carry, beside Flask's own `MAX_CONTENT_LENGTH`."""

from flask import Flask, abort, current_app, request

from app.core.routing import policy

URLENCODED = "application/x-www-form-urlencoded"


def init_app(app: Flask) -> None:
    app.before_request(check_body)


def check_body() -> None:
    if larger := policy(request.endpoint).body:
        request.max_content_length = max(larger, current_app.config["MAX_CONTENT_LENGTH"])
    if request.content_length is None:
        # A body whose length is not announced would be cut off silently, and then believed.
        if "Transfer-Encoding" in request.headers:
            abort(411)
    elif request.mimetype == URLENCODED:
        # Bound the fields of an urlencoded form; Werkzeug does so for multipart alone.
        if request.content_length > current_app.config["MAX_FORM_MEMORY_SIZE"]:
            abort(413)
        if request.get_data().count(b"&") >= current_app.config["MAX_FORM_PARTS"]:
            abort(413)
