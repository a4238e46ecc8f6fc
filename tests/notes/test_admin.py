"""Everyone's notes, as admins see them."""

import csv
import io
from pathlib import Path

import pytest

PATH = "/admin/notes/"
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def notes(alice, bob, write):
    """Return the IDs of three notes of Alice, and of three of Bob."""
    return [write(user, *[f"{user.name} {n}" for n in range(3)]) for user in (alice, bob)]


def test_it_is_found_by_its_owner_title_and_day(notes, alice, bob, carol, sign_in):
    browser = sign_in(carol)
    page = browser.get(PATH).text
    assert "6 notes" in page
    assert page.count(f">{alice.email}<") == page.count(f">{bob.email}<") == 3
    assert bob.email not in browser.get(f"{PATH}?user_id={alice.id}").text
    assert ">1 note<" in browser.get(f"{PATH}?q=2+ali").text
    assert "6 notes" in browser.get(f"{PATH}?created_at.from=2020-01-01").text
    assert "Nothing found" in browser.get(f"{PATH}?created_at.to=2020-01-01").text
    assert ">Alice 1<" in browser.get("/admin/search?q=alice+1").text


def test_it_is_for_those_with_its_permission(notes, alice, carol, make_user, sign_in, visitor):
    staff = sign_in(make_user("sam@example.com", role="staff"))
    user, admin = sign_in(alice), sign_in(carol)
    for path in (PATH, f"{PATH}export.csv", f"{PATH}new", f"{PATH}{notes[0][0]}"):
        assert visitor.get(path).status_code == 303
        assert user.get(path).status_code == staff.get(path).status_code == 403
        assert admin.get(path).status_code == 200


def test_it_is_exported(notes, alice, carol, sign_in):
    answer = sign_in(carol).get(f"{PATH}export.csv?user_id={alice.id}")
    names, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert names == ["id", "title", "user.email", "created_at", "updated_at"]
    assert [row[1:3] for row in rows] == [[f"Alice {n}", alice.email] for n in range(3)]


def test_it_is_added_for_a_user_edited_and_deleted(alice, carol, sign_in, stored):
    browser = sign_in(carol)
    fields = {"user_id": alice.id, "title": "Roof", "body": "leaks"}
    answer = browser.submit(f"{PATH}new", fields)
    assert answer.status_code == 303, answer.text
    assert alice.email in browser.get(PATH).text
    assert browser.submit(answer.location, {"title": ""}).status_code == 422
    assert browser.submit(answer.location, {"title": "Wall"}).status_code == 303
    assert [row[:2] for row in stored()] == [("Wall", "leaks")]
    assert browser.submit(f"{answer.location}/delete").status_code == 303
    assert stored() == []


def test_the_example_of_the_documentation_is_one():
    example = (ROOT / "docs/admin.md").read_text().split("```python\n")[2].split("```")[0]
    assert (ROOT / "app/notes/admin.py").read_text().endswith(example)
