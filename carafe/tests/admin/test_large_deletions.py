"""A user with many rows is deleted in small transactions: nobody else waits for it."""

from itertools import pairwise

import pytest
from sqlalchemy import event, func, insert, select

from carafe.admin.objects import deletion
from carafe.audit import AuditEvent, erasure, record
from carafe.database import batches, db
from carafe.jobs.worker import run_due
from carafe.tests.site.models import Thing, User
from carafe.time import now

THINGS = 25


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(deletion, "MAX_DEPENDENTS", 10)
    monkeypatch.setattr(batches, "BATCH_SIZE", 4)
    monkeypatch.setattr(erasure, "BATCH_SIZE", 4)


@pytest.fixture
def left(app):
    """Return the counts of things and of events that name Alice after each transaction."""
    counts = []
    named = select(func.count()).where(AuditEvent.actor == "alice@example.com")
    rows = select(func.count(Thing.id), named.scalar_subquery())

    def count(connection):
        counts.append(tuple(connection.execute(rows).one()))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "commit", count)
    yield counts
    event.remove(engine, "commit", count)


@pytest.fixture
def add_things(app):
    """Add things of a user past all forms."""

    def add(user, count=THINGS):
        row = {"user_id": user.id, "title": "Thing", "body": "", "version": 1, "created_at": now()}
        with app.app_context():
            db.session.execute(insert(Thing), [row] * count)
            db.session.commit()

    return add


@pytest.fixture
def much(app, alice, add_things):
    """Alice has many things, which the audit tells."""
    add_things(alice)
    with app.app_context():
        for id in range(THINGS):
            record("thing.created", f"thing:{id}", actor=alice.email)
        db.session.commit()


def steps(left):
    return [max(abs(before[n] - after[n]) for before, after in pairwise(left)) for n in range(2)]


def exists(app, user) -> bool:
    with app.app_context():
        return db.session.scalar(select(User.id).where(User.id == user.id)) is not None


def test_an_administrator_deletes_it_by_a_job(
    app, alice, bob, carol, sign_in, add_things, much, left
):
    add_things(bob, 1)
    hers, admin, page = sign_in(alice), sign_in(carol), f"/admin/users/{alice.id}"
    answer = admin.submit(f"{page}/delete")
    assert answer.status_code == 303
    assert "Deleting “alice@example.com” in the background." in admin.get(answer.location).text
    # From now on it is closed.
    assert hers.get("/dashboard").status_code == 303
    left.clear()
    run_due(app)
    assert not exists(app, alice)
    assert max(steps(left)) <= 4
    assert left[-1] == (1, 0)
    assert admin.get(page).status_code == 404
    with app.app_context():
        actor = select(AuditEvent.actor).where(AuditEvent.action == "user.deleted")
        assert db.session.scalar(actor) == carol.email


def test_so_does_the_command_line(app, alice, much, left):
    left.clear()
    ran = app.test_cli_runner().invoke(args=["user", "delete", alice.email, "--yes"])
    assert ran.output == "alice@example.com deleted.\n"
    assert not exists(app, alice)
    assert max(steps(left)) <= 4
    assert left[-1] == (0, 0)


def test_a_process_that_ends_halfway_leaves_it_closed_and_a_job_goes_on(
    app, alice, bob, much, visitor, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(User, "delete", lambda user, **options: 1 // 0)
        app.test_cli_runner().invoke(args=["user", "delete", alice.email, "--yes"])
    assert exists(app, alice)
    assert "suspended" in app.test_cli_runner().invoke(args=["user", "list"]).output
    assert "1 accounts" in app.test_cli_runner().invoke(args=["user", "purge"]).output
    assert not exists(app, alice)
    assert exists(app, bob)


def test_the_last_administrator_stays_with_all_things(app, carol, add_things, sign_in):
    add_things(carol)
    ran = app.test_cli_runner().invoke(args=["user", "delete", carol.email, "--yes"])
    assert "This is the last admin." in ran.output
    assert "in the background" not in sign_in(carol).get("/things/").text


def test_of_those_that_are_ticked_one_with_much_goes_by_a_job(
    app, alice, bob, carol, sign_in, much
):
    admin = sign_in(carol)
    query = {"action": "delete", "id": [alice.id, bob.id]}
    page = admin.get("/admin/users/run", query_string=query)
    admin.send(admin.form(page, "/admin/users/run"))
    assert not exists(app, bob)
    assert exists(app, alice)
    run_due(app)
    assert not exists(app, alice)
