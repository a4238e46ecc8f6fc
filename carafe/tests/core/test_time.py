"""Times: aware in Python, UTC in the database."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from flask import render_template_string
from sqlalchemy import select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from carafe.database import db
from carafe.tests.site.models import User
from carafe.time import UTCDateTime, date_tag, exact_time_tag, now, time_tag, use_time_zone


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


@pytest.mark.parametrize(
    ("stored", "instant"),
    [
        ("2026-11-30 10:11:12.123456", datetime(2026, 11, 30, 10, 11, 12, 123456, tzinfo=UTC)),
        ("2026-11-30 10:11:12", datetime(2026, 11, 30, 10, 11, 12, tzinfo=UTC)),
        ("2026-11-30 10:11:12.1+0200", datetime(2026, 11, 30, 8, 11, 12, 100000, tzinfo=UTC)),
        ("2026-11-30T10:11:12Z", datetime(2026, 11, 30, 10, 11, 12, tzinfo=UTC)),
        ("2026-11-30", datetime(2026, 11, 30, tzinfo=UTC)),
    ],
)
def test_it_reads_what_other_programs_store_in_sqlite(stored, instant):
    read = UTCDateTime().result_processor(sqlite.dialect(), None)
    value = read(stored)
    assert value == instant
    assert value.tzinfo is UTC


def test_it_refuses_a_time_without_a_zone(app):
    naive = datetime(2026, 1, 1)
    with app.app_context():
        with pytest.raises(StatementError, match="Naive"):
            db.session.scalar(select(User.id).where(User.created_at < naive))
        db.session.rollback()
        db.session.add(User(email="a@example.com", password_hash="x", created_at=naive))
        with pytest.raises(StatementError, match="Naive"):
            db.session.commit()
        db.session.rollback()


def test_it_is_now_in_utc():
    assert now().utcoffset() == timedelta(0)
    assert abs(now() - datetime.now(timezone(timedelta(hours=2)))) < timedelta(minutes=1)


def test_it_writes_times_for_machines_and_for_people(app):
    value = datetime(2026, 9, 5, 7, 3, 9, 500, tzinfo=UTC)
    with app.test_request_context():
        page = render_template_string("{{ m|time }} {{ m|date }}", m=value)
    start = '<time datetime="2026-09-05T07:03:09+00:00">Sep 5, 2026'
    assert page == f"{start}, 7:03 AM UTC</time> {start}</time>"


AGES = {
    timedelta(seconds=30): "just now",
    timedelta(minutes=1, seconds=30): "1 minute ago",
    timedelta(minutes=59, seconds=30): "59 minutes ago",
    timedelta(hours=23, minutes=30): "23 hours ago",
    timedelta(hours=25): "yesterday",
    timedelta(days=6, hours=23): "6 days ago",
}


def test_it_tells_how_long_ago_a_recent_time_is(app):
    with app.test_request_context():
        use_time_zone("Asia/Tokyo")
        for age, text in AGES.items():
            for tag in (time_tag(now() - age), date_tag(now() - age)):
                assert f'(Asia/Tokyo)" data-relative>{text}</time>' in tag
            assert "ago" not in exact_time_tag(now() - age)
        for age in (timedelta(days=7), -timedelta(minutes=1)):
            assert "data-relative" not in time_tag(now() - age)


@pytest.mark.parametrize("zone", ["", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_a_date_is_in_no_zone(zone, app):
    with app.test_request_context():
        use_time_zone(zone)
        page = render_template_string("{{ day|date }}", day=date(2026, 11, 30))
    assert page == '<time datetime="2026-11-30">Nov 30, 2026</time>'
