"""The app with additional pages for tests, so that no test needs a feature that may be deleted."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, redirect, render_template_string, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

import app as package
from carafe import webhooks
from carafe.auth import NAME_LENGTH, effect, fresh_login_required, login_required
from carafe.database import db
from carafe.web import Form, TextField, visible_cards
from config import Config

# Where users get after login: a page of the app.
HOME = Config.HOME_URL
# One that no feature's deletion takes away.
EVENT = "thing.happened"
MEMBERS_PAGE = """
{% extends "base.html" %}
{% from "carafe/forms.html" import csrf %}
{% block content %}
<p>Hello, {{ current_user.display_name }} ({{ current_user.email }})</p>
{% if not current_user.confirmed_at %}
<a href="{{ url_for('auth.confirm') }}">not confirmed</a>
{% endif %}
<form method="post">
{{ csrf() }}
<label for="name">Name</label>
<input id="name" class="form-control" name="name" value="{{ form.name.data }}">
</form>
{% endblock %}
"""

CARDS_PAGE = """
{% extends "base.html" %}
{% set title = "Cards" %}
{% block content %}
{% for template, card in cards %}{% include template %}{% endfor %}
{% endblock %}
"""

blueprint = Blueprint("members", __name__, url_prefix="/members")


class NameForm(Form):
    name = TextField("Name", length=NAME_LENGTH)


@blueprint.get("")
@login_required
def show() -> ResponseReturnValue:
    return render_template_string(
        MEMBERS_PAGE, title="Members", form=NameForm(data={"name": current_user.name})
    )


@blueprint.post("")
@login_required
def rename() -> ResponseReturnValue:
    form = NameForm()
    if not form.validate():
        return render_template_string(MEMBERS_PAGE, title="Members", form=form), 422
    current_user.user.rename(form.name.data)
    db.session.commit()
    return redirect(url_for("members.show"), 303)


@blueprint.get("/name")
@login_required
def name() -> ResponseReturnValue:
    return render_template_string(MEMBERS_PAGE, title="Name", form=NameForm(data={"name": ""}))


@blueprint.post("/name")
@fresh_login_required
@effect("your name will be changed")
def rename_after_proof() -> ResponseReturnValue:
    return rename()


@blueprint.get("/cards")
@login_required
def cards() -> ResponseReturnValue:
    """Show the cards of features, as the dashboard does."""
    return render_template_string(CARDS_PAGE, cards=visible_cards())


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    app = package.create_app(config)
    app.register_blueprint(blueprint)
    webhooks.add_event(app, EVENT, "Thing happened")
    return app
