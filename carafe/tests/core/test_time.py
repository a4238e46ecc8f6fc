"""Times: aware in Python, UTC in the database."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from flask import render_template_string
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from carafe.database import db
from carafe.tests.site.models import User
from carafe.time import now, use_time_zone


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC),
        datetime(2026, 1, 1, 0, 15, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        datetime(2025, 12, 31, 20, 0, tzinfo=timezone(-timedelta(hours=9))),
        datetime(1, 1, 2, tzinfo=UTC),
    ],
)
def test_it_gives_back_the_same_instant_in_utc(value, app, make_user):
    make_user("a@example.com", created_at=value)
    with app.app_context():
        created_at = db.session.scalar(select(User.created_at))
        assert created_at == value
        assert created_at.tzinfo is UTC
        # Compared as instants, whatever zone the other is in.
        same = value.astimezone(timezone(timedelta(hours=-3)))
        assert db.session.scalar(select(User.id).where(User.created_at == same))
        assert not db.session.scalar(select(User.id).where(User.created_at < same))


def test_it_refuses_a_time_without_a_zone(app):
    naive = datetime(2026, 1, 1)
    with app.app_context():
        with pytest.raises(StatementError, match="naive"):
            db.session.scalar(select(User.id).where(User.created_at < naive))
        db.session.rollback()
        db.session.add(User(email="a@example.com", password_hash="x", created_at=naive))
        with pytest.raises(StatementError, match="naive"):
            db.session.commit()
        db.session.rollback()


def test_it_is_now_in_utc():
    assert now().utcoffset() == timedelta(0)
    assert abs(now() - datetime.now(timezone(timedelta(hours=2)))) < timedelta(minutes=1)


def test_it_writes_times_for_machines_and_for_people(app):
    value = datetime(2026, 9, 5, 7, 3, 9, 500, tzinfo=UTC)
    with app.test_request_context():
        page = render_template_string("{{ m|time }} {{ m|date }}", m=value)
    start = '<time datetime="2026-09-05T07:03:09+00:00">05 Sept 2026'
    assert page == f"{start}, 07:03 UTC</time> {start}</time>"


@pytest.mark.parametrize("zone", ["", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_a_date_is_in_no_zone(zone, app):
    with app.test_request_context():
        use_time_zone(zone)
        page = render_template_string("{{ day|date }}", day=date(2026, 11, 30))
    assert page == '<time datetime="2026-11-30">30 Nov 2026</time>'
