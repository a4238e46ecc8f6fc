"""Admins import notes from CSV files."""

import pytest
from sqlalchemy import select

from app.notes.models import Note
from carafe.database import db
from carafe.testing.imports import Importer


@pytest.fixture
def importer(app, carol, sign_in):
    return Importer(app, sign_in(carol), "/admin/notes/")


def test_it_brings_in_what_the_file_says(app, alice, bob, importer, events):
    lines = (
        "title,body,user.email",
        f'"One, two","a\nb",{alice.email}',
        f"Three,,{bob.email.upper()}",
    )
    assert "2 of 2 rows are ready" in importer.check("\n".join(lines))
    importer.bring_in("all")
    with app.app_context():
        query = select(Note.title, Note.body, Note.user_id).order_by(Note.id)
        assert [*map(tuple, db.session.execute(query))] == [
            ("One, two", "a\nb", alice.id),
            ("Three", "", bob.id),
        ]
    details = {"file": "rows.csv", "created": 2, "changed": 0, "invalid": 0}
    assert [event[2] for event in events("notes.imported")] == [details]


BAD = [
    ("x" * 201, "alice@example.com", "title", "201 characters (limit 200)"),
    ("", "alice@example.com", "title", "Required"),
    ("a", "nobody@example.com", "user.email", "No match"),
    ("a", "nobody", "user.email", "@"),
]


def test_it_names_each_bad_row(alice, importer, stored):
    rows = "".join(f"{title},{email}\n" for title, email, *_ in BAD)
    page = importer.check(f"title,user.email\nGood,{alice.email}\n{rows}")
    assert "1 of 5 rows are ready" in page
    errors = importer.errors()
    for (number, column, _, reason), bad in zip(errors, BAD, strict=True):
        assert (number, column) == (str(BAD.index(bad) + 3), bad[2])
        assert bad[3] in reason
    importer.bring_in("good")
    assert stored() == [("Good", "", 1)]


def test_it_is_for_administrators(alice, sam, sign_in):
    for user in (alice, sam):
        assert sign_in(user).get("/admin/notes/imports/").status_code == 403
