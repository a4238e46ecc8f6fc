"""The trail is kept for as long as the setting says."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from carafe.audit import AuditEvent, jobs
from carafe.audit.models import append
from carafe.database import batches, db
from carafe.time import now


@pytest.fixture
def remaining_ages(app, monkeypatch):
    """What is left of events of these ages after a purge with this setting."""

    def purge(setting):
        monkeypatch.setitem(app.config, "AUDIT_RETENTION_DAYS", setting)
        monkeypatch.setattr(batches, "BATCH_SIZE", 2)
        with app.app_context():
            ages = [{"action": f"{days}", "at": now() - timedelta(days=days)} for days in AGES]
            append(ages)
            db.session.commit()
            count = jobs.purge()
            actions = db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id))
            left = [int(days) for days in actions if days.isdecimal()]
        assert count == len(AGES) - len(left)
        return left

    return purge


AGES = [5000, 900, 731, 729, 31, 29, 0]


def test_it_deletes_what_is_older(remaining_ages):
    assert remaining_ages(30) == [29, 0]


def test_it_keeps_two_years_by_default(app, remaining_ages):
    assert remaining_ages(app.config["AUDIT_RETENTION_DAYS"]) == [729, 31, 29, 0]


def test_it_keeps_everything_where_that_is_wanted(remaining_ages):
    assert remaining_ages(0) == AGES


def test_it_says_so_in_the_trail(app, remaining_ages):
    assert remaining_ages(30) == [29, 0]
    with app.app_context():
        query = select(AuditEvent.details).where(AuditEvent.action == "audit.purged")
        [details] = db.session.scalars(query)
        assert details["before"] < (now() - timedelta(days=29)).isoformat()
        assert jobs.purge() == 0
        assert len(db.session.scalars(query).all()) == 1
