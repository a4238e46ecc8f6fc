"""The rules of this folder, tried on features such as owners add: none is in the way of one."""

from decimal import Decimal

import pytest
from flask import abort
from sqlalchemy import select

from app.notes.models import Note
from carafe.auth.marks import login_required
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.testing.routes import routes
from carafe.testing.rows import THEIRS, plant
from carafe.testing.sample_model import Sample, Scratch
from carafe.web.routing import shared
from tests.security.test_routes import leak


@pytest.fixture
def made(app):
    with another_app(app) as other:
        with other.app_context():
            Scratch.metadata.create_all(db.engine)
        yield other
        with other.app_context():
            Scratch.metadata.drop_all(db.engine)


def test_a_row_of_any_model_can_be_planted(made, alice):
    with made.app_context():
        plant(alice.id, Scratch.metadata.sorted_tables)
        assert db.session.get_one(Sample, THEIRS).price == Decimal(1)


def page(model, *conditions):
    """A page about a row of a model, for those who are logged in."""

    def show(id):
        found = select(model.id).where(model.id == id, *conditions)
        return str(db.session.scalar(found) or abort(404))

    return show


@pytest.mark.parametrize(
    ("view", "says"),
    [
        (page(Sample), ""),
        (shared(page(Note)), None),
        (page(Note), "If it is for all, mark it @shared."),
        (page(Note, Note.user_id == 0), "shows its owner nothing"),
    ],
)
def test_a_page_that_all_share_is_told_from_one_that_shows_what_is_somebodys(
    view, says, made, alice, bob
):
    made.add_url_rule("/pages/<int:id>", "pages", login_required(view))
    browsers = {}
    for user in (alice, bob):
        browsers[user.name] = Browser(made.test_client())
        browsers[user.name].submit("/auth/login", {"email": user.email, "password": PASSWORD})
    theirs = browsers.pop("Alice")
    [route] = [r for r in routes(made, THEIRS) if (r.endpoint, r.method) == ("pages", "GET")]
    tables = [*db.metadata.sorted_tables, *Scratch.metadata.sorted_tables]
    tokens = lambda browser: {"csrf_token": browser.token()}  # noqa: E731
    fault = leak(made, route, alice, theirs, browsers, tokens, tables)
    if says:
        assert says in str(fault)
    else:
        assert fault == says
