"""Everybody's notes, as administrators see them."""

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import select

from app.notes.models import Note
from carafe.database import db

PATH = "/admin/notes/"
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def notes(app, alice, bob):
    with app.app_context():
        for user in (alice, bob):
            for n in range(3):
                Note.create(user_id=user.id, title=f"={user.name} {n}")
        db.session.commit()


def test_it_shows_what_a_row_refers_to(notes, alice, carol, sign_in):
    page = sign_in(carol).get(PATH).text
    assert page.count(f">{alice.email}<") == 3
    assert "6 notes" in page


def test_its_page_says_once_whose_it_is(notes, app, alice, carol, sign_in):
    with app.app_context():
        number = db.session.scalars(select(Note.id).where(Note.user_id == alice.id)).first()
    page = sign_in(carol).get(f"{PATH}{number}").text
    assert page.count(f'<a href="/admin/users/{alice.id}">{alice.email}</a>') == 1
    assert f">{alice.id}</a>" not in page


def test_it_is_found_by_what_it_refers_to(notes, alice, bob, carol, sign_in):
    browser = sign_in(carol)
    assert bob.email not in browser.get(f"{PATH}?user_id={alice.id}").text
    for odd in ("x", "-1", "9" * 30, "٣", ""):
        assert browser.get(f"{PATH}?user_id={odd}").status_code == 200


def test_it_is_found_by_words_of_its_title(notes, alice, carol, sign_in):
    browser = sign_in(carol)
    assert ">1 note<" in browser.get(f"{PATH}?q=2+{alice.name[:3]}").text
    assert "Nothing found" in browser.get(f"{PATH}?q=%25").text


def test_it_is_told_from_other_days(notes, carol, sign_in):
    browser = sign_in(carol)
    assert "6 notes" in browser.get(f"{PATH}?created_at.from=2020-01-01").text
    assert "Nothing found" in browser.get(f"{PATH}?created_at.to=2020-01-01").text
    assert "6 notes" in browser.get(f"{PATH}?created_at.to=tomorrow").text


def test_it_is_for_those_with_its_permission(alice, carol, make_user, sign_in, visitor):
    for path in (PATH, f"{PATH}export.csv"):
        assert visitor.get(path).status_code == 303
        assert sign_in(alice).get(path).status_code == 403
        assert sign_in(carol).get(path).status_code == 200


def test_it_is_exported_as_it_is_filtered(notes, alice, carol, sign_in):
    browser = sign_in(carol)
    answer = browser.get(f"{PATH}export.csv?user_id={alice.id}")
    assert answer.mimetype == "text/csv"
    names, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert names == ["id", "title", "user.email", "created_at", "updated_at"]
    # No spreadsheet takes a title for a formula.
    assert [row[1] for row in rows] == [f"'={alice.name} {n}" for n in range(3)]
    assert "list.exported" in browser.get("/admin/audit/").text


def test_the_example_of_the_documentation_is_one():
    example = (ROOT / "docs/admin.md").read_text().split("```python\n")[2].split("```")[0]
    assert (ROOT / "app/notes/admin.py").read_text().endswith(example)


def test_it_is_found_by_the_address_of_what_it_refers_to(notes, alice, bob, carol, sign_in):
    browser = sign_in(carol)
    answer = browser.get(f"{PATH}?user_id={alice.email}")
    assert (answer.status_code, answer.location) == (303, f"{PATH}?user_id={alice.id}")
    page = browser.get(answer.location).text
    assert "3 notes" in page
    assert f"User: {alice.email}" in page
    assert f'name="user_id" value="{alice.id}"' in page


def test_it_asks_whom_a_name_means(notes, alice, bob, carol, make_user, sign_in):
    make_user("alina@example.com", name="Alina")
    browser = sign_in(carol)
    page = browser.get(f"{PATH}?user_id=ali").text
    assert "Which user?" in page
    assert f'href="?user_id={alice.id}">{alice.email}<' in page
    assert "0 notes" in page
    assert "There is no user “zoe”" in browser.get(f"{PATH}?user_id=zoe").text
    # One that is typed in full is meant, whoever else's begins with it.
    make_user("bob@example.com.au")
    assert browser.get(f"{PATH}?user_id={bob.email.upper()}").status_code == 303


def test_it_tells_no_name_to_whom_may_not_read_it(notes, alice, make_user, sign_in, app):
    granted = app.extensions["permissions"]["staff"]
    before = set(granted)
    granted.discard("users.read")
    granted.add("notes.read")
    try:
        browser = sign_in(make_user("sam@example.com", role="staff"))
        assert "There is no user" in browser.get(f"{PATH}?user_id={alice.email}").text
        assert f"User: {alice.id}" in browser.get(f"{PATH}?user_id={alice.id}").text
    finally:
        granted |= before
        granted &= before


def test_a_new_one_has_not_the_history_of_one_that_is_gone(write, alice, bob, carol, sign_in):
    [old] = write(alice, "Hers")
    browser = sign_in(carol)
    browser.submit(f"/admin/notes/{old}/delete")
    [new] = write(bob, "His")
    assert new > old
    assert "note.deleted" not in browser.get(f"/admin/notes/{new}").text


def test_it_can_show_what_its_rows_refer_to_alone(notes, alice, carol, sign_in):
    browser = sign_in(carol)
    for path in (PATH, f"{PATH}export.csv"):
        answer = browser.get(f"{path}?columns=user.email")
        assert answer.status_code == 200
        assert alice.email in answer.text
