"""Mail and the transaction it is sent in: it leaves when that is committed, or never."""

import pytest

from carafe.database import db
from carafe.database.lost_writes import UncommittedError
from carafe.tests.site.models import User


@pytest.fixture
def sent(app, mailbox):
    return lambda: len(mailbox.to("ann@example.com"))


def test_it_leaves_after_the_commit(app, post, sent):
    with app.app_context():
        post(commit=False)
        assert sent() == 0
        db.session.commit()
        assert sent() == 1


def test_it_never_leaves_after_a_rollback(app, post, sent):
    with app.app_context():
        post(commit=False)
        db.session.rollback()
        db.session.commit()
    assert sent() == 0


def test_it_is_an_error_that_nobody_commits(app, post, sent):
    with pytest.raises(UncommittedError, match="carafe/tests/mail/conftest"), app.app_context():
        post(commit=False)
    with app.app_context():
        db.session.commit()
    assert sent() == 0


def test_it_waits_where_nobody_can_read_it(app, post):
    with app.app_context():
        post(name="Ann of Green Gables", commit=False)
        [row] = db.session.execute(db.text("SELECT * FROM job")).all()
        assert "mail.deliver" in row
        assert "Green Gables" not in str(row)
        assert "ann@example.com" not in str(row)
        db.session.rollback()


def test_it_waits_for_the_transaction_around_a_savepoint(app, post, sent):
    with app.app_context():
        with db.session.begin_nested():
            post(commit=False)
        assert sent() == 0
        db.session.rollback()
        assert sent() == 0


def test_it_outlives_a_savepoint_that_fails(app, post, sent):
    with app.app_context():
        post(commit=False)
        savepoint = db.session.begin_nested()
        savepoint.rollback()
        db.session.commit()
    assert sent() == 1


def test_it_leaves_once(app, post, sent):
    with app.app_context():
        for _ in range(2):
            post(commit=False)
            db.session.commit()
        assert sent() == 2


def test_it_does_not_leave_when_the_request_fails(app, alice, sign_in, mailbox, monkeypatch):
    """The view has sent the email, and then something breaks before it commits."""
    from carafe.testing.accounts import PASSWORD

    change = User.change_password

    def broken(user, *arguments, **options):
        change(user, *arguments, **options)
        raise RuntimeError("as a bug would")

    browser = sign_in(alice)
    form = browser.fill("/account/password")
    monkeypatch.setattr(User, "change_password", broken)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    fields = {"current_password": PASSWORD, "password": "another one, quite as long"}
    assert browser.send(form, fields).status_code == 500
    assert mailbox.to(alice.email) == []
    sign_in(alice)  # and the password is the old one
