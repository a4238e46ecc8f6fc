"""What happens to an admin between the door and the write."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, update

from carafe.auth import access
from carafe.database import db
from carafe.database.transactions import takes_write_lock
from carafe.tests.site.models import User
from carafe.time import now


@pytest.mark.parametrize(
    "change",
    [
        update(User).where(User.name == "Carol").values(role="user"),
        update(User).where(User.name == "Carol").values(suspended_at=now()),
        delete(User).where(User.name == "Carol"),
    ],
    ids=["demoted", "suspended", "deleted"],
)
def test_it_is_too_late_for_one_who_is(change, app, carol, bob, sign_in, monkeypatch):
    def elsewhere():
        with app.app_context():
            db.session.execute(change)
            db.session.commit()

    def slow():
        with ThreadPoolExecutor() as other:
            other.submit(elsewhere).result()
        return takes_write_lock()

    browser = sign_in(carol)
    form = browser.fill(f"/admin/users/{bob.id}")
    monkeypatch.setattr(access, "takes_write_lock", slow)
    assert browser.send(form, {"name": "Mallory"}).status_code == 403
    with app.app_context():
        assert db.session.get_one(User, bob.id).name == "Bob"
