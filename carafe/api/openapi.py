"""The pages of the documentation, and the OpenAPI document that they show."""

from __future__ import annotations

from flask import Response, current_app, render_template

from carafe.api import bodies
from carafe.auth import pages
from carafe.database.aliases import JSONObject
from carafe.web.routing import public


def document() -> JSONObject:
    """Return the document, built when it is first asked for."""
    if "openapi" not in current_app.extensions:
        from carafe.api.document import build  # apispec, which startup doesn't need

        current_app.extensions["openapi"] = build()
    built: JSONObject = current_app.extensions["openapi"]
    return built


@public
def show_document() -> Response:
    content = bodies.encode(document())
    return bodies.json_response(content, etag=bodies.etag_of(content))


@public
def show_docs() -> str:
    tokens_path = pages.path("tokens") if pages.exists("tokens") else None
    return render_template("api/docs.html", tokens_path=tokens_path)
