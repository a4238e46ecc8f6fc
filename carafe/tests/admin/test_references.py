"""A list of rows that belong to users: they are shown and found by whose they are."""

import csv
import io

import pytest
from sqlalchemy import insert, select

from carafe.database import db
from carafe.tests.site.models import Thing
from carafe.time import now

PATH = "/admin/things/"


@pytest.fixture
def things(app, alice, bob):
    """Three things of each, and their IDs by the owner's."""
    with app.app_context():
        rows = [
            {"user_id": user.id, "title": f"={user.name} {n}", "version": 1, "created_at": now()}
            for user in (alice, bob)
            for n in range(3)
        ]
        db.session.execute(insert(Thing), rows)
        db.session.commit()
        return {
            user.id: db.session.scalars(select(Thing.id).where(Thing.user_id == user.id)).all()
            for user in (alice, bob)
        }


def test_it_shows_what_a_row_refers_to(things, alice, carol, sign_in):
    page = sign_in(carol).get(PATH).text
    assert page.count(f">{alice.email}<") == 3
    assert "6 things" in page


def test_its_page_says_once_whose_it_is(things, alice, carol, sign_in):
    page = sign_in(carol).get(f"{PATH}{things[alice.id][0]}").text
    assert page.count(f'<a href="/admin/users/{alice.id}">{alice.email}</a>') == 1
    assert f">{alice.id}</a>" not in page


def test_it_is_found_by_what_it_refers_to(things, alice, bob, carol, sign_in):
    browser = sign_in(carol)
    assert bob.email not in browser.get(f"{PATH}?user_id={alice.id}").text
    for odd in ("x", "-1", "9" * 30, "٣", ""):
        assert browser.get(f"{PATH}?user_id={odd}").status_code == 200


def test_it_is_found_by_words_of_its_title(things, alice, carol, sign_in):
    browser = sign_in(carol)
    assert ">1 thing<" in browser.get(f"{PATH}?q=2+{alice.name[:3]}").text
    assert "Nothing found" in browser.get(f"{PATH}?q=%25").text


def test_it_is_told_from_other_days(things, carol, sign_in):
    browser = sign_in(carol)
    assert "6 things" in browser.get(f"{PATH}?created_at.from=2020-01-01").text
    assert "Nothing found" in browser.get(f"{PATH}?created_at.to=2020-01-01").text
    assert "6 things" in browser.get(f"{PATH}?created_at.to=tomorrow").text


def test_it_is_exported_as_it_is_filtered(things, alice, carol, sign_in, events):
    answer = sign_in(carol).get(f"{PATH}export.csv?user_id={alice.id}")
    assert answer.mimetype == "text/csv"
    names, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert names == ["id", "title", "user.email", "created_at"]
    # No spreadsheet takes a title for a formula.
    assert [row[1] for row in rows] == [f"'={alice.name} {n}" for n in range(3)]
    fields = {"user_id": str(alice.id)}
    details = {"list": "things", "format": "csv", "chosen": fields}
    assert events("list.exported") == [(carol.email, None, details)]


def test_it_is_found_by_the_address_of_what_it_refers_to(things, alice, carol, sign_in):
    browser = sign_in(carol)
    answer = browser.get(f"{PATH}?user_id={alice.email}")
    assert (answer.status_code, answer.location) == (303, f"{PATH}?user_id={alice.id}")
    page = browser.get(answer.location).text
    assert "3 things" in page
    assert f"Owner: {alice.email}" in page
    assert f'name="user_id" value="{alice.id}"' in page


def test_it_asks_whom_a_name_means(things, alice, bob, carol, make_user, sign_in):
    make_user("alina@example.com", name="Alina")
    browser = sign_in(carol)
    page = browser.get(f"{PATH}?user_id=ali").text
    assert "Several matches for" in page
    assert f'href="?user_id={alice.id}">{alice.email}<' in page
    assert "0 things" in page
    assert "No owner matches “zoe”" in browser.get(f"{PATH}?user_id=zoe").text
    # One that is typed in full is meant, no matter whose else begins with it.
    make_user("bob@example.com.au")
    assert browser.get(f"{PATH}?user_id={bob.email.upper()}").status_code == 303


def test_it_tells_no_name_to_whom_may_not_read_it(things, alice, sam, sign_in, app, monkeypatch):
    monkeypatch.setitem(app.extensions["permissions"], "staff", {"admin", "things.read"})
    browser = sign_in(sam)
    assert "No owner matches" in browser.get(f"{PATH}?user_id={alice.email}").text
    assert f"Owner: {alice.id}" in browser.get(f"{PATH}?user_id={alice.id}").text


def test_a_new_one_has_not_the_history_of_one_that_is_gone(things, app, bob, carol, sign_in):
    last = things[bob.id][-1]
    browser = sign_in(carol)
    browser.submit(f"{PATH}{last}/delete")
    assert "thing.deleted" in browser.get("/admin/audit/").text
    with app.app_context():
        new = Thing.create(bob.id, "New").id
        db.session.commit()
    assert new > last
    assert "thing.deleted" not in browser.get(f"{PATH}{new}").text


def test_it_can_show_what_its_rows_refer_to_alone(things, alice, carol, sign_in):
    browser = sign_in(carol)
    for path in (PATH, f"{PATH}export.csv"):
        answer = browser.get(f"{path}?columns=user.email")
        assert answer.status_code == 200
        assert alice.email in answer.text
