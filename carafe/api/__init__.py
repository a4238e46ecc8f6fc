"""The API: resources under `/api/v1`, with the rules of the pages."""

from __future__ import annotations

from flask import Flask

from carafe.api import account, administration, cli, openapi, problems, rate_limits, tokens
from carafe.api.blueprint import BLUEPRINTS, Blueprint, add_blueprint
from carafe.api.deprecation import Deprecation
from carafe.api.fields import Email, Field, Text, Truth
from carafe.api.registration import add
from carafe.api.resource import RESOURCES
from carafe.web import menus

__all__ = [
    "Blueprint",
    "Deprecation",
    "Email",
    "Field",
    "Text",
    "Truth",
    "add",
    "add_blueprint",
]


def init_app(app: Flask) -> None:
    RESOURCES.init_app(app)
    BLUEPRINTS.init_app(app)
    if not app.config["API"]:
        return
    problems.init_app(app)
    rate_limits.init_app(app)
    app.cli.add_command(cli.openapi)
    app.cli.add_command(cli.deprecated_calls)
    app.add_url_rule("/api/problems/", "api.problem_index", problems.show_all)
    app.add_url_rule("/api/problems/<id>", "api.problem", problems.show)
    app.add_url_rule("/api/openapi.json", "api.openapi", openapi.show_document)
    app.add_url_rule("/api/docs", "api.docs", openapi.show_docs)
    menus.add(app, "footer", "API", "api.docs")
    account.init_app(app)
    tokens.init_app(app)
    administration.init_app(app)
