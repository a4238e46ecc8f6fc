"""What happens while a password is being checked, without a transaction."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, update

from carafe.auth import passwords
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.tests.site.models import User
from carafe.time import now


@pytest.mark.parametrize(
    "change",
    [
        update(User).values(password_hash="$argon2id$another"),
        update(User).values(suspended_at=now()),
        delete(User),
    ],
    ids=["the password changes", "the user is suspended", "the user is deleted"],
)
def test_it_lets_nobody_in_when(change, app, alice, visitor, monkeypatch):
    verify = passwords.verify

    def elsewhere():
        with app.app_context():
            db.session.execute(change)
            db.session.commit()

    def slow(*arguments):
        right = verify(*arguments)
        with ThreadPoolExecutor() as other:
            other.submit(elsewhere).result()
        return right

    form = visitor.fill("/auth/login")
    monkeypatch.setattr(passwords, "verify", slow)
    answer = visitor.send(form, {"email": alice.email, "password": PASSWORD})
    assert answer.status_code in (303, 422)
    assert visitor.get("/members").location.startswith("/auth/login")
