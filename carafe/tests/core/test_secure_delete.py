"""What was deleted is not left in the file."""

from carafe.database import db
from carafe.tests.site.models import User


def test_nothing_is_left_of_what_was_deleted(own_app, tmp_path):
    def in_file() -> bool:
        with own_app.app_context(), db.engine.connect() as connection:
            connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return b"nobody's business" in (tmp_path / "app.db").read_bytes()

    with own_app.app_context():
        user = User(email="a@example.com", password_hash="", name="nobody's business " * 5)
        db.session.add(user)
        db.session.commit()
        assert in_file()
        db.session.delete(user)
        db.session.commit()
    assert not in_file()


def test_nothing_is_left_in_the_search(own_app, tmp_path):
    def in_file() -> bool:
        with own_app.app_context(), db.engine.connect() as connection:
            connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return b"quagmire" in (tmp_path / "app.db").read_bytes().lower()

    with own_app.app_context():
        for number in range(50):
            db.session.add(User(email=f"{number}@example.com", password_hash="", name="x"))
            db.session.commit()
        user = User(email="a@example.com", password_hash="", name="Quagmire")
        db.session.add(user)
        db.session.commit()
        assert in_file()
        db.session.delete(user)
        db.session.commit()
    assert not in_file()
