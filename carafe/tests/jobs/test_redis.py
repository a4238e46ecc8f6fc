"""Workers that are told of jobs over Redis, and what happens when Redis forgets or is away."""

import logging
import os
import re
import sys

import pytest

from carafe.config import ConfigError
from carafe.database import db
from carafe.jobs.worker import run_due
from carafe.testing.apps import another_app
from carafe.testing.groups import require
from carafe.testing.waiting import until
from carafe.tests.jobs.conftest import enqueue
from carafe.tests.jobs.samples import note, ran

NOBODY = "redis://127.0.0.1:1/0"
with_redis = pytest.mark.skipif("REDIS_URL" not in os.environ, reason="runs with REDIS_URL")


@pytest.fixture
def redis(app):
    import redis

    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        yield client


def forget(redis):
    for key in redis.keys("jobs:*"):
        redis.delete(key)


@with_redis
def test_it_sends_a_message_when_the_transaction_is_committed(redis):
    forget(redis)
    note.enqueue("hello")
    assert redis.llen("jobs:tests") == 0
    db.session.commit()
    assert redis.llen("jobs:tests") == 1
    note.enqueue("never")
    db.session.rollback()
    assert redis.llen("jobs:tests") == 1


@with_redis
def test_it_takes_messages_out_of_redis(redis, work):
    enqueue(note, "hello")
    work()
    until(lambda: ran("hello") and not redis.llen("jobs:tests"))
    until(lambda: not redis.hlen("jobs:tests.msgs"))


@with_redis
def test_it_runs_what_redis_forgot(redis, work):
    for number in range(20):
        enqueue(note, str(number))
    forget(redis)
    work()
    until(lambda: ran() == 20)


@with_redis
def test_it_runs_a_job_once_though_told_twice(app, work):
    id = enqueue(note, "hello")
    app.extensions["jobs"].broker.send("tests", [id] * 5)
    work()
    until(lambda: ran("hello"))
    enqueue(note, "last")
    until(lambda: ran("last"))
    assert ran("hello") == 1


def test_it_keeps_jobs_while_redis_is_away_and_complains_once(app, caplog):
    require("redis")
    with another_app(app, REDIS_URL=NOBODY) as away, away.app_context():
        for text in "ab":
            enqueue(note, text)
        warnings = [r for r in caplog.records if r.levelno == logging.WARNING]
        assert ["Redis unavailable" in r.getMessage() for r in warnings] == [True]
        assert run_due(away) == 2


@pytest.mark.parametrize("url", ["http://localhost", "redis://localhost:x", "localhost:6379"])
def test_it_refuses_an_address_that_is_none(app, url):
    with (
        pytest.raises(ConfigError, match="Invalid REDIS_URL") as error,
        another_app(app, REDIS_URL=url),
    ):
        pass
    assert "redis://:password@host" in error.value.remedy


def test_it_says_which_package_is_missing(app, monkeypatch):
    monkeypatch.delitem(sys.modules, "carafe.jobs.distributed", raising=False)
    monkeypatch.setitem(sys.modules, "dramatiq", None)
    with pytest.raises(ConfigError) as error, another_app(app, REDIS_URL=NOBODY):
        pass
    assert "REDIS_URL" in error.value.problem
    assert re.fullmatch(r"Run bin/setup base .*redis\b.*", error.value.remedy)
