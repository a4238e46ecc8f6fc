"""Notes in the export of personal data."""

import json
import zipfile

from app.notes.models import user_data
from carafe import personal_data
from carafe.database import read_transaction
from carafe.testing.database import statements


def test_they_are_part_of_it(app, alice, bob, write):
    write(alice, "Roof", "Garden", body="two offers\n漢字")
    write(bob, "Bob's own")
    with app.app_context(), read_transaction():
        file = personal_data.build_archive(alice.id)
    with file, zipfile.ZipFile(file) as archive:
        rows = json.loads(archive.read("notes.json"))
        assert "notes.json" in archive.read("README.txt").decode()
    assert [(row["title"], row["body"]) for row in rows] == [
        ("Roof", "two offers\n漢字"), ("Garden", "two offers\n漢字"),
    ]  # fmt: skip
    assert set(rows[0]) == {"title", "body", "created_at", "updated_at"}


def test_they_are_read_by_and_by(app, alice, write):
    write(alice, *[f"Note {n}" for n in range(1200)])
    with statements(app) as queries, app.app_context():
        assert [row["title"] for row in user_data(alice.id)] == [f"Note {n}" for n in range(1200)]
    assert len(queries) == 1
