"""How many queries a page makes: three at most, and no more for more rows."""

import pytest
from sqlalchemy import event

from app.core.database import db

MOST = 3


@pytest.fixture
def queries(app):
    """Counts the statements that a block sends to the database."""
    with app.app_context():
        engine = db.engine
    sent: list[str] = []

    def note(connection, cursor, statement, *rest):
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def pages_of(app) -> list[str]:
    """The addresses of all pages without arguments."""
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
    ]


def test_it_asks_at_most_three_for_each_page(app, alice, carol, person, sign_in, queries):
    people = [person(f"u{n}@example.com", name=f"N{n}") for n in range(25)]
    for _ in range(3):
        sign_in(alice)
    browser = sign_in(carol)
    for path in [*pages_of(app), f"/admin/users/{alice.id}", f"/admin/users/{people[0].id}"]:
        queries.clear()
        answer = browser.get(path)
        assert answer.status_code < 400, path
        assert len(queries) <= MOST, (path, queries)


def test_it_asks_nothing_for_visitors(app, visitor, queries):
    for path in ("/", "/auth/login", "/auth/register", "/auth/reset", "/livez", "/no-such-page"):
        visitor.get(path)
        assert queries == [], path
