"""The page about health."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from carafe.database import db
from carafe.jobs import Job
from carafe.jobs.models import WorkerRecord
from carafe.observability import health
from carafe.observability.health import HealthRow
from carafe.time import now


@pytest.fixture
def rows(carols):
    """What the page says: the badge and the text of each row, by its label."""

    def read():
        page = carols.get("/admin/health/").text
        items = re.findall(
            r"<li>.*?<strong>(.*?)</strong>(.*?)<span class=\"badge.*?>(.*?)</span>", page, re.S
        )
        return {
            label: (state, " ".join(re.sub("<[^>]+>", " ", message).split()))
            for label, message, state in items
        }

    return read


@pytest.fixture
def add(app):
    def insert(*entities):
        with app.app_context():
            db.session.add_all(entities)
            db.session.commit()

    return insert


def job(**fields):
    return Job(
        **{"name": "mail.deliver", "queue": "mail", "priority": 1, "arguments": [], "run_at": now()}
        | fields
    )


def worker(**fields):
    return WorkerRecord(**{"id": "machine:1:abc", "queues": "mail", "threads": 4} | fields)


def test_it_names_the_database(rows, app):
    with app.app_context():
        name = {"sqlite": "SQLite 3.", "postgresql": "PostgreSQL 1"}[db.engine.dialect.name]
    table = rows()
    assert name in table["Version"][1]
    assert table["Migrations"][0] == "OK"
    assert table["Free space"][1].endswith("GiB.")


def test_it_sees_a_database_that_is_behind(rows, app):
    def set_revision(new_revision):
        with app.app_context(), db.engine.begin() as connection:
            revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
            connection.execute(
                text("UPDATE alembic_version SET version_num = :r"), {"r": new_revision}
            )
            return revision

    revision = set_revision("0001")
    try:
        state, message = rows()["Migrations"]
    finally:
        set_revision(revision)
    assert state == "Critical"
    assert "0001" in message
    assert "flask db upgrade" in message


def test_it_misses_the_workers(rows, add):
    assert rows()["Workers"][0] == "Critical"
    add(
        worker(seen_at=now() - timedelta(minutes=5)),
        worker(id="old", seen_at=now() - timedelta(hours=2)),
    )
    table = rows()
    assert table["Workers"][0] == "Critical"
    state, message = table["Missing workers"]
    assert state == "Warning"
    assert message.startswith("1 worker disappeared")


def test_it_sees_workers_that_are_alive(rows, add):
    add(worker())
    table = rows()
    assert table["machine:1:abc"][0] == "OK"
    assert "Workers" not in table


def test_it_tells_how_many_jobs_wait_and_for_how_long(rows, add):
    assert rows()["Queue mail"] == ("OK", "Empty.")
    add(job(), job(run_at=now() - timedelta(minutes=5)), job(run_at=now() + timedelta(hours=1)))
    state, message = rows()["Queue mail"]
    assert state == "Warning"
    assert message.startswith("2 waiting, the oldest for 5 minutes.")


def test_it_tells_of_mails_that_failed(rows, add):
    add(job(state="failed", finished_at=now()), job(state="succeeded", finished_at=now()))
    state, message = rows()["Queue mail"]
    assert state == "Warning"
    assert "1 failed job." in message


def test_it_tells_of_queues_that_nobody_takes_from(rows, add):
    assert "Unknown queue" not in rows()
    add(job(queue="letters"), job(queue="zebras"))
    state, message = rows()["Unknown queue"]
    assert state == "Warning"
    assert "letters, zebras" in message


def test_it_does_not_count_for_ever(rows, add, monkeypatch):
    monkeypatch.setattr("carafe.jobs.health.MAX_COUNTED_WAITING", 3)
    add(*[job() for _ in range(5)])
    assert rows()["Queue mail"][1].startswith("3+ wait")


def test_a_part_that_fails_is_a_row(rows, app, monkeypatch):
    def spare_key():
        raise RuntimeError("the <cupboard> is locked")

    monkeypatch.setitem(app.extensions, "health", dict(app.extensions["health"]))
    health.add(app, "Keys", spare_key)
    state, message = rows()["Spare key"]
    assert state == "Critical"
    assert "the &lt;cupboard&gt; is locked" in message


def test_a_feature_can_add_its_own(rows, app, monkeypatch):
    monkeypatch.setitem(app.extensions, "health", dict(app.extensions["health"]))
    health.add(app, "Tea", lambda: [HealthRow("Kettle", "Cold.", "warning", "Put it on.")])
    assert rows()["Kettle"] == ("Warning", "Cold. Put it on.")
