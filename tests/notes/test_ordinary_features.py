"""The rules of this folder, applied to typical features of owners, which they must allow."""

from decimal import Decimal

import pytest
from flask import abort
from sqlalchemy import select

from app.notes.models import Note
from carafe.auth.marks import login_required
from carafe.database import db
from carafe.testing.apps import another_app
from carafe.testing.routes import routes
from carafe.testing.rows import THEIRS, plant
from carafe.testing.sample_model import Sample, Scratch
from carafe.testing.sessions import open_session
from carafe.web.routing import shared
from tests.security.test_routes import leak


def page(model, *conditions):
    """Return a view of a row of a model, for logged-in users."""

    def show(id):
        query = select(model.id).where(model.id == id, *conditions)
        return str(db.session.scalar(query) or abort(404))

    return show


# Pages, and what a test of all routes reports about each: "" and None are nothing.
PAGES = {
    "sample": (page(Sample), ""),
    "shared": (shared(page(Note)), None),
    "unmarked": (page(Note), "If it is for all, mark it @shared."),
    "empty": (page(Note, Note.user_id == 0), "shows its owner nothing"),
}


@pytest.fixture(scope="module")
def made(application):
    with another_app(application) as other:
        for name, (view, _) in PAGES.items():
            other.add_url_rule(f"/pages/{name}/<int:id>", name, login_required(view))
        with other.app_context():
            Scratch.metadata.create_all(db.engine)
        yield other
        with other.app_context():
            Scratch.metadata.drop_all(db.engine)


def test_a_row_of_any_model_can_be_planted(made, alice):
    with made.app_context():
        plant(alice.id, Scratch.metadata.sorted_tables)
        assert db.session.get_one(Sample, THEIRS).price == Decimal(1)


def test_a_page_that_all_share_is_told_from_one_that_shows_what_is_somebodys(made, alice, bob):
    theirs, others = open_session(made, alice), {"Bob": open_session(made, bob)}
    tables = [*db.metadata.sorted_tables, *Scratch.metadata.sorted_tables]
    tokens = lambda browser: {"csrf_token": browser.token()}  # noqa: E731
    for route in routes(made, THEIRS):
        if route.endpoint in PAGES and route.method == "GET":
            _, expected = PAGES[route.endpoint]
            fault = leak(made, route, alice, theirs, others, tokens, tables)
            assert expected in str(fault) if expected else fault == expected, route.endpoint
