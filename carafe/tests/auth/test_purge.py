"""What scheduled jobs delete: accounts whose time has come, and what else is over."""

import pytest
from sqlalchemy import func, insert, select, update

from carafe.auth import deletion, jobs
from carafe.auth.models import Session, Token
from carafe.auth.signals import user_deleted
from carafe.database import batches, db
from carafe.jobs import Job
from carafe.jobs.worker import run_due
from carafe.notifications import Notification, notify
from carafe.personal_data.jobs import make_export
from carafe.testing.accounts import PASSWORD
from carafe.testing.database import statements
from carafe.tests.site.models import User
from carafe.time import now


@pytest.fixture
def leave(app):
    """Has the time of these accounts come."""

    def go(*users):
        with app.app_context():
            ids = [user.id for user in users]
            db.session.execute(update(User).where(User.id.in_(ids)).values(deletes_at=now()))
            db.session.commit()

    return go


@pytest.fixture
def run(app):
    """Runs a scheduled job, and what it queues."""

    def call(job):
        with app.app_context():
            job.enqueue()
            db.session.commit()
        return run_due(app)

    return call


@pytest.fixture
def count(app):
    def rows(model):
        with app.app_context():
            return db.session.scalar(select(func.count()).select_from(model))

    return rows


def test_accounts_go_when_their_time_has_come(app, alice, bob, leave, run):
    leave(alice)
    run(jobs.delete_accounts)
    with app.app_context():
        assert db.session.scalars(select(User.id)).all() == [bob.id]


def test_one_that_cannot_be_deleted_holds_up_no_other(app, alice, bob, erin, leave, run):
    def refuse(user, **_):
        if user.id == alice.id:
            raise OSError("the disk is full")

    leave(alice, bob, erin)
    with user_deleted.connected_to(refuse):
        run(jobs.delete_accounts)
    with app.app_context():
        assert db.session.scalars(select(User.id)).all() == [alice.id]
        db.session.execute(update(Job).values(run_at=now()))
        db.session.commit()
    run_due(app)  # as it is tried again
    with app.app_context():
        assert db.session.scalars(select(User.id)).all() == []


def test_nobody_comes_back_to_half_an_account(app, alice, leave, browser):
    def refuse(user, **_):
        raise OSError("the disk is full")

    leave(alice)
    with pytest.raises(OSError, match="full"), app.app_context(), user_deleted.connected_to(refuse):
        deletion.delete_due(alice.id)
    fields = {"email": alice.email, "password": PASSWORD}
    assert browser().submit("/auth/login", fields).status_code != 303
    with app.app_context():
        assert deletion.due_ids() == [alice.id]
        assert deletion.delete_due(alice.id)


def test_what_is_much_goes_by_and_by(app, alice, bob, leave, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_SIZE", 2)
    with app.app_context():
        for user in (alice, bob):
            for number in range(5):
                notify(user.id, f"Notification {number}")
        db.session.commit()
    leave(alice)
    with statements(app) as asked, app.app_context():
        deletion.delete_due(alice.id)
        assert set(db.session.scalars(select(Notification.user_id))) == {bob.id}
    assert len([text for text in asked if text.startswith("DELETE FROM notification")]) == 3


def test_jobs_for_an_account_go_with_it(app, alice, bob, leave):
    with app.app_context():
        for user in (alice, bob):
            make_export.with_options(subject=user.subject).enqueue(user.id)
        db.session.commit()
    leave(alice)
    with app.app_context():
        deletion.delete_due(alice.id)
        assert db.session.scalars(select(Job.subject)).all() == [bob.subject]


def test_what_is_over_goes(app, alice, sign_in, run, count):
    browser = sign_in(alice)
    with app.app_context():
        old = {"user_id": alice.id, "expires_at": now()}
        rows = [{**old, "token_hash": bytes([n]), "remembered": False} for n in range(3)]
        db.session.execute(insert(Session), rows)
        link = {"purpose": "reset", "email": alice.email, "token_hash": b"t"}
        db.session.execute(insert(Token), [old | link])
        db.session.commit()
    run(jobs.purge)
    assert (count(Session), count(Token)) == (1, 0)
    assert browser.get("/members").status_code == 200
