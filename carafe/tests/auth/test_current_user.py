"""The row of the current user: locked in a request that writes, and only read in another."""

import pytest
from sqlalchemy import event
from sqlalchemy.dialects import postgresql

from carafe.database import db
from carafe.testing.sessions import open_session
from carafe.tests.site.models import User


@pytest.fixture
def queries():
    """Collect the ORM queries for users, as PostgreSQL would get them."""
    texts = []

    def listen(state):
        if state.is_select:
            text = str(state.statement.compile(dialect=postgresql.dialect()))
            texts.extend([text] if 'FROM "user"' in text else [])

    event.listen(db.session, "do_orm_execute", listen)
    yield texts
    event.remove(db.session, "do_orm_execute", listen)


def test_a_page_that_reads_it_does_not_lock_it(app, alice, queries):
    browser = open_session(app, alice)
    queries.clear()
    assert browser.get("/account/avatar").status_code == 200
    assert queries
    assert not [text for text in queries if "FOR UPDATE" in text]


def test_a_form_locks_it(app, alice, queries):
    browser = open_session(app, alice)
    form = browser.fill("/members")
    queries.clear()
    assert browser.send(form, {"name": "Alicia"}).status_code == 303
    assert [text for text in queries if "FOR UPDATE" in text]


def test_a_form_leads_to_the_log_in_once_the_account_is_gone(app, alice, sign_in):
    browser = sign_in(alice)
    form = browser.fill("/members")
    with app.app_context():
        db.session.get_one(User, alice.id).delete()
        db.session.commit()
    answer = browser.send(form, {"name": "Gone"})
    assert (answer.status_code, answer.location[:11]) == (303, "/auth/login")
