"""What is left of someone whose account is deleted: that things happened, not who it was."""

import json

import pytest
from sqlalchemy import select

from carafe.audit import AuditEvent, record
from carafe.audit.jobs import forget
from carafe.auth import deletion
from carafe.auth.models import (
    Invitation,
    KnownDevice,
    LinkedAccount,
    Passkey,
    RecoveryCode,
    Session,
    Token,
    Totp,
)
from carafe.auth.signals import user_deleted
from carafe.database import Base, batches, db
from carafe.jobs import Job
from carafe.jobs.worker import run_due
from carafe.testing.accounts import PASSWORD
from carafe.testing.email_change import NEW_EMAIL
from carafe.tests.site.models import User
from carafe.time import now

ADDRESS = "203.0.113.7"


@pytest.fixture
def by_admin(carol, sign_in):
    def delete(user):
        assert sign_in(carol).submit(f"/admin/users/{user.id}/delete").status_code == 303

    return delete


@pytest.fixture
def by_owner(app, sign_in):
    def delete(user):
        sign_in(user).submit("/account/delete")
        with app.app_context():
            db.session.get_one(User, user.id).deletes_at = now()
            db.session.commit()
        assert app.test_cli_runner().invoke(args=["user", "purge"]).exit_code == 0

    return delete


@pytest.fixture
def trail(app):
    """Subject, actor, address and details of each event of that name, oldest first."""

    def read(action):
        columns = AuditEvent.subject, AuditEvent.actor, AuditEvent.address, AuditEvent.details
        query = select(*columns).where(AuditEvent.action == action).order_by(AuditEvent.id)
        with app.app_context():
            return [tuple(row) for row in db.session.execute(query)]

    return read


@pytest.fixture
def everything(app):
    """All that the tables hold, as text."""

    def dump():
        with app.app_context():
            rows = [
                [str(value) for value in row]
                for table in Base.metadata.sorted_tables
                for row in db.session.execute(select(table))
            ]
            return json.dumps(rows, ensure_ascii=False)

    return dump


@pytest.fixture(params=["by_admin", "by_owner"])
def delete(request):
    return request.getfixturevalue(request.param)


def test_it_keeps_nothing_that_names_them(
    alice, bob, browser, sign_in, change_email, request_email_change, delete, everything, trail
):
    opened = browser()
    form = opened.fill("/auth/login")
    fields = {"email": alice.email, "password": "wrong, but long enough"}
    for password in (fields["password"], PASSWORD):
        opened.send(
            form, fields | {"password": password}, environ_overrides={"REMOTE_ADDR": ADDRESS}
        )
    opened.submit("/members", {"name": "Alicia Adams"})
    browser().submit("/auth/reset", {"email": "not-yet@example.com"})
    change_email(opened, "not-yet@example.com")
    change_email(opened, NEW_EMAIL)
    request_email_change(opened, "never@example.com")
    assert "Alicia Adams" in everything()

    delete(alice.__class__(id=alice.id, email=NEW_EMAIL))
    left = everything()
    for trace in (alice.email, NEW_EMAIL, "not-yet@example.com", "never@", "Alice", "Alicia"):
        assert trace not in left, trace
    assert ADDRESS not in left
    assert bob.email in left
    assert trail("audit.erased") == [(alice.subject, "the app", None, {})]


def test_it_keeps_that_something_happened(alice, sign_in, by_owner, trail):
    sign_in(alice).submit("/members", {"name": "Alicia"})
    by_owner(alice)
    them = alice.subject
    assert trail("user.renamed") == [(them, them, None, {})]
    [(subject, *_, details)] = trail("user.deleted")
    assert (subject, details) == (them, {})


def test_it_keeps_what_administrators_did(alice, carol, sign_in, by_admin, trail):
    sign_in(carol).submit(f"/admin/users/{alice.id}", {"name": "Alicia"})
    by_admin(alice)
    [(subject, actor, address, details)] = trail("user.edited")
    assert (subject, actor, address, details) == (alice.subject, carol.email, "127.0.0.1", {})


def test_it_is_taken_out_of_events_about_others(app, alice, bob, by_admin):
    with app.app_context():
        record("thing.shared", bob.subject, actor=bob.email, address_of=alice.email)
        record("thing.shared", bob.subject, actor=bob.email, address_of=f"jo{alice.email}")
        record("thing.taken", "thing:1", actor=alice.email, weight=3)
        db.session.commit()
    by_admin(alice)
    with app.app_context():
        columns = AuditEvent.actor, AuditEvent.details
        query = select(*columns).where(AuditEvent.action.startswith("thing."))
        rows = [tuple(row) for row in db.session.execute(query.order_by(AuditEvent.id))]
    assert rows == [
        (bob.email, {}),
        (bob.email, {"address_of": f"jo{alice.email}"}),
        (alice.subject, {"weight": 3}),
    ]


def test_it_does_not_take_others_for_them(
    alice, bob, sign_in, change_email, make_user, by_admin, trail
):
    """Addresses change hands: what their next owner did stays theirs."""
    change_email(sign_in(alice))
    successor = make_user(alice.email)
    sign_in(successor).submit("/members", {"name": "Another"})
    by_admin(alice)
    [(subject, actor, *_)] = trail("user.renamed")
    assert (subject, actor) == (successor.subject, alice.email)


@pytest.mark.parametrize(
    "email", ["m\u00fcller@example.com", "a_b%c@example.com", "o'x@example.com"]
)
def test_it_finds_the_address_however_it_is_written(email, app, bob, make_user, by_admin):
    user = make_user(email)
    with app.app_context():
        record("thing.shared", bob.subject, actor=bob.email, address_of=email)
        record("thing.shared", bob.subject, actor=bob.email, address_of="a_bxc@example.com")
        db.session.commit()
    by_admin(user)
    with app.app_context():
        details = select(AuditEvent.details).where(AuditEvent.action == "thing.shared")
        values = list(db.session.scalars(details.order_by(AuditEvent.id)))
    assert values == [{}, {"address_of": "a_bxc@example.com"}]


def test_it_forgets_what_was_noted_in_the_same_transaction(app, alice):
    with app.app_context():
        record("user.renamed", alice.subject, actor=alice.email, before="Alice", after="Alicia")
        forget(alice.subject, [(alice.email, 0, None)])
        db.session.commit()
        [event] = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "user.renamed"))
        assert (event.actor, event.details) == (alice.subject, {})


def test_it_forgets_many_in_pieces(app, alice, monkeypatch):
    monkeypatch.setattr("carafe.audit.erasure.BATCH_SIZE", 2)
    with app.app_context():
        for _ in range(5):
            record("login.failed", None, actor=alice.email)
        forget(alice.subject, [(alice.email, 0, None)])
        db.session.commit()
        run_due(app)
        assert db.session.scalar(select(Job.id)) is None  # it held the address
        actors = select(AuditEvent.actor).where(AuditEvent.action == "login.failed")
        assert list(db.session.scalars(actors)) == [alice.subject] * 5


def test_it_takes_every_row_of_theirs_along(app, alice, bob, sign_in, by_admin):
    def rows_of(user):
        id, mark = user.id, user.email.encode()
        return [
            KnownDevice(user_id=id, fingerprint=mark),
            LinkedAccount(user_id=id, provider="acme", subject=user.email, label="x"),
            Passkey(user_id=id, credential_id=mark, public_key=b"k", sign_count=0, name="x"),
            Totp(user_id=id, secret=b"s", counter=0),
            RecoveryCode(user_id=id, code_hash=mark),
            Token(user_id=id, purpose="x", email="x", token_hash=mark, expires_at=now()),
        ]

    for user in (alice, bob):
        sign_in(user)
    with app.app_context():
        for user in (alice, bob):
            db.session.add_all(rows_of(user))
        db.session.commit()
    by_admin(alice)
    with app.app_context():
        for table in Base.metadata.sorted_tables:
            if "user_id" in table.c:
                owners = set(db.session.scalars(select(table.c.user_id)))
                assert alice.id not in owners, table.name
        assert db.session.scalar(select(Totp.user_id)) == bob.id


def test_it_is_announced_in_the_transaction(app, alice, by_admin):
    heard = []

    def hear(user):
        heard.append((user.id, db.session().in_transaction()))

    with user_deleted.connected_to(hear):
        by_admin(alice)
    assert heard == [(alice.id, True)]


def test_the_trail_is_append_only_otherwise(app, alice):
    with app.app_context():
        event = db.session.scalars(select(AuditEvent)).first()
        assert event
        event.actor = "someone else"
        with pytest.raises(TypeError, match="append-only"):
            db.session.commit()
        db.session.rollback()


def test_purging_deletes_what_is_over_in_small_transactions(app, alice, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_SIZE", 3)

    def session(number, lifetime):
        return Session(
            user_id=alice.id,
            token_hash=bytes([number]),
            remembered=False,
            expires_at=now() + lifetime,
        )

    with app.app_context():
        db.session.add_all(
            [
                *[session(n, -deletion.GRACE_PERIOD) for n in range(7)],
                session(7, deletion.GRACE_PERIOD),
                Token(
                    user_id=alice.id, purpose="reset", email=alice.email, token_hash=b"t",
                    expires_at=now(),
                ),
                Invitation(
                    email="i@example.com", role="user", inviter_id=alice.id, token_hash=b"i",
                    expires_at=now(),
                ),
            ]
        )  # fmt: skip
        db.session.commit()
    output = app.test_cli_runner().invoke(args=["user", "purge"]).output
    assert "0 accounts, 7 sessions, 1 links, 1 invitations" in output
    with app.app_context():
        assert list(db.session.scalars(select(Session.token_hash))) == [bytes([7])]


@pytest.mark.parametrize("later", [None, deletion.GRACE_PERIOD], ids=["stays", "left again"])
def test_purging_spares_who_came_back_meanwhile(later, app, alice):
    with app.app_context():
        user = db.session.get(User, alice.id)
        assert user
        user.deletes_at = now()
        db.session.commit()
        [due] = deletion.due_ids()
        db.session.rollback()
        with app.app_context():
            user = db.session.get(User, alice.id)
            assert user
            user.deletes_at = later and now() + later
            db.session.commit()
        assert not deletion.delete_due(due)
        assert db.session.get(User, alice.id)
