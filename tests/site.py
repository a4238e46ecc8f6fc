"""The app with a page of the tests' own, so that no test needs a feature that may be deleted."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, redirect, render_template_string, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

import app as package
from carafe.auth.marks import login_required
from carafe.database import db
from config import Config

# Where people get who log in: a page of the app.
HOME = Config.HOME_URL
MEMBERS_PAGE = """
{% extends "base.html" %}
{% from "carafe/forms.html" import csrf %}
{% set title = "Hello, " ~ current_user.display_name %}
{% block content %}
<p>{{ current_user.email }}</p>
{% if not current_user.confirmed_at %}
<a href="{{ url_for('auth.confirm') }}">not confirmed</a>
{% endif %}
<form method="post">{{ csrf() }}<input name="name" value="{{ current_user.name }}"></form>
{% endblock %}
"""

blueprint = Blueprint("members", __name__, url_prefix="/members")


@blueprint.get("")
@login_required
def show() -> ResponseReturnValue:
    return render_template_string(MEMBERS_PAGE)


@blueprint.post("")
@login_required
def rename() -> ResponseReturnValue:
    current_user.user.rename(request.form["name"])
    db.session.commit()
    return redirect("/members", 303)


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    app = package.create_app(config)
    app.register_blueprint(blueprint)
    return app
