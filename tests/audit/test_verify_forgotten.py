"""Who is gone is taken out of the trail, and the chain holds; nobody else does so unseen."""

import pytest
from sqlalchemy import select

from app.audit import AuditEvent, forget, record
from app.core.database import db

ANN = "ann@example.com"


@pytest.fixture
def gone(app):
    """Ann did things, and was forgotten."""
    with app.app_context():
        record("user.renamed", "user:1", actor=ANN, before="Ann", after="Anna")
        record("user.suspended", "user:1", actor="carol@example.com")
        record("thing.shared", "thing:1", actor="bob@example.com", with_whom=ANN)
        record("thing.done", "thing:2", actor="bob@example.com", weight=3)
        db.session.commit()
        forget("user:1", [(ANN, 0, None)])
        record("user.deleted", "user:1", actor="carol@example.com")
        db.session.commit()


@pytest.fixture
def rows(app, gone):
    with app.app_context():
        found = db.session.execute(select(AuditEvent.__table__).order_by("id")).mappings()
        return {row["id"]: row for row in found}


def test_it_holds(gone, verify):
    assert verify() == []


def test_it_can_no_longer_be_guessed_who_it_was(rows):
    assert [id for id, row in rows.items() if row["salt"] is None] == [1, 3]


def test_it_is_told_in_the_trail(rows):
    told = rows[5]
    assert (told["action"], told["subject"]) == ("audit.forgotten", "user:1")
    assert told["details"] == {"events": [[1, 1], [3, 3]]}


def test_what_named_nobody_is_still_compared(gone, past_the_app, verify):
    past_the_app("UPDATE audit_event SET actor = 'bob@example.com' WHERE id = 2")
    assert [line[:2] for line in verify()] == ["2:"]


def test_it_finds_a_change_that_looks_like_a_forgetting(gone, past_the_app, verify):
    past_the_app("UPDATE audit_event SET salt = NULL, details = '{}' WHERE id = 4")
    assert verify() == ["4: somebody was taken out of it, and no audit.forgotten says so"]


def test_it_finds_that_the_forgetting_was_changed_to_cover_one(gone, past_the_app, verify):
    past_the_app(
        "UPDATE audit_event SET salt = NULL, details = '{}' WHERE id = 4",
        "UPDATE audit_event SET details = '{\"events\": [[1, 4]]}' WHERE id = 5",
    )
    assert "5: actor, address, details or request were changed" in verify()
    past_the_app("UPDATE audit_event SET salt = NULL WHERE id = 5")
    assert "5: actor, address, details or request were changed" in verify()


def test_it_holds_when_two_in_one_event_go_one_after_the_other(app, gone, verify):
    with app.app_context():
        forget("user:2", [("bob@example.com", 0, None)])
        record("user.deleted", "user:2")
        db.session.commit()
    assert verify() == []


def test_it_forgets_what_was_noted_in_the_same_transaction(app, verify):
    with app.app_context():
        record("user.renamed", "user:1", actor=ANN, before="Ann", after="Anna")
        forget("user:1", [(ANN, 0, None)])
        db.session.commit()
        first = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).first()
        assert first
        assert (first.actor, first.details) == ("user:1", {})
    assert verify() == []


def test_it_names_many_in_pieces(app, monkeypatch, verify):
    monkeypatch.setattr("app.audit.privacy.AT_ONCE", 2)
    with app.app_context():
        for _ in range(5):
            record("login.failed", None, actor=ANN)
        forget("user:1", [(ANN, 0, None)])
        db.session.commit()
        told = select(AuditEvent.details).where(AuditEvent.action == "audit.forgotten")
        assert [row["events"] for row in db.session.scalars(told.order_by(AuditEvent.id))] == [
            [[1, 2]], [[3, 4]], [[5, 5]]
        ]  # fmt: skip
    assert verify() == []
