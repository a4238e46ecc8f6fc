"""Searches for a text anywhere in a column."""

import pytest

from carafe.database import contains, db
from carafe.tests.site.models import Thing


@pytest.fixture
def find(app, alice):
    """Store things, given as title and body; return the titles that a search finds."""

    def search(q: str, *things: tuple[str, str]) -> set[str]:
        with app.app_context():
            db.session.execute(db.delete(Thing))
            for title, body in things:
                Thing.create(alice.id, title, body)
            db.session.commit()
            query = db.select(Thing.title).where(contains(q, Thing.title, Thing.body))
            return set(db.session.scalars(query))

    return search


def test_it_finds_in_each_column(find):
    titles = find("roof", ("The roof", ""), ("Offers", "for the roof"), ("Cellar", "wet"))
    assert titles == {"Offers", "The roof"}


def test_it_ignores_case_beyond_ascii(find):
    for q in ("ärger", "Ärger", "ÄRGER"):
        things = ("Ärger", ""), ("Leise", "viel ÄRGER"), ("Arger", "")
        assert find(q, *things) == {"Leise", "Ärger"}, q


def test_it_takes_every_character_literally(find):
    for q in ("100%", "a_b", "a/b", "a\\b", "'", '"', "%", "_", "/", "\\"):
        things = (f"title x{q}x", ""), ("body", f"x{q}x"), ("plain", "100 axb ab")
        assert find(q, *things) == {f"title x{q}x", "body"}, q


def test_odd_searches_in_a_list_are_answered(app, alice, sign_in):
    browser = sign_in(alice)
    with app.app_context():
        Thing.create(alice.id, "roof")
        db.session.commit()
    for q in ("%00", "x" * 1000, "%25_" * 500, "%ED%A0%80", "%F0%9F%98%80" * 500):
        page = browser.get(f"/things/?q={q}")
        assert page.status_code == 200
        # NUL alone is no search at all.
        assert (">roof<" in page.text) == (q == "%00"), q
    assert ">roof<" in browser.get("/things/?q=%20roof%20").text
