"""What is recorded of requests and jobs, and what is not."""

import json
from collections import Counter

import pytest
from sqlalchemy import select, text

from carafe.database import db
from carafe.observability import recorder, requests, store
from carafe.observability.store import bucket_midpoint_us, bucket_of, merge_bucket
from carafe.testing.http import Browser
from carafe.testing.recording import recording_app, rows
from carafe.testing.waiting import until
from carafe.web.routing import public

SECRET = "Tr0ub4dor and his 3 friends"


@pytest.fixture
def app(app, alice, bob):
    with recording_app(app) as made:
        yield made


@pytest.fixture
def visitor(app):
    return Browser(app.test_client())


def test_it_counts_each_request_by_its_endpoint(app, visitor):
    for path in ("/auth/login", "/auth/login", "/nowhere", "/livez"):
        visitor.get(path)
    counted: Counter[tuple[int, str]] = Counter()
    for row in rows(app, store.request_count):
        counted[row.resolution, row.endpoint] += row.count
    for resolution in (60, 900, 21_600):
        assert counted[resolution, "auth.login"] == 2
        assert counted[resolution, ""] == 1
    assert len(counted) == 6


def test_it_does_not_count_the_toolbar(app):
    with recording_app(app, APP_ENV="development", LOG_LEVEL="CRITICAL") as made:
        visitor = Browser(made.test_client())
        assert visitor.get("/_debug_toolbar/static/js/toolbar.js").status_code == 200
        visitor.get("/auth/login")
        assert {row.endpoint for row in rows(made, store.request_count)} == {"auth.login"}


def test_it_adds_up_what_several_processes_write(app, alice, bob):
    with recording_app(app) as other:
        for target in (app, other, app):
            Browser(target.test_client()).get("/one-by-one")
            recorder.flush(target)
        assert sum(r.count for r in rows(app, store.request_count) if r.resolution == 60) == 3
        assert [row.requests for row in rows(app, store.repeated)] == [3]
        assert 18 in [row.count for row in rows(app, store.statement)]


def test_it_finds_what_is_repeated_in_one_request_and_its_place(app, visitor):
    answer = visitor.get("/one-by-one")
    [row] = rows(app, store.repeated)
    assert (row.endpoint, row.worst, row.requests) == ("one_by_one", 6, 1)
    assert row.call_site == "carafe/tests/site/faulty/views.py:4 one_by_one"
    assert row.request_id == answer.headers["X-Request-ID"]
    [statement] = [r for r in rows(app, store.statement) if r.fingerprint == row.fingerprint]
    assert statement.sql.startswith("SELECT")
    assert statement.count == 6
    assert statement.rows == 12


def test_it_finds_the_place_that_queues_jobs(app, visitor):
    visitor.get("/queue-all")
    places = {row.call_site for row in rows(app, store.repeated)}
    assert places == {"carafe/tests/site/faulty/views.py:11 queue_all"}


def test_it_takes_a_statement_for_the_same_with_any_number_of_values(app, visitor):
    for ids in (1, 5, 100):
        visitor.get(f"/many?ids={ids}")
    [row] = [row for row in rows(app, store.statement) if " IN (" in row.sql]
    assert row.count == 3
    assert json.loads(row.plan)


def test_it_keeps_the_plan_of_a_slow_statement(app, visitor):
    app.config["SLOW_QUERY_MS"] = 60_000
    visitor.get("/one-by-one")
    assert not any(row.plan for row in rows(app, store.statement))
    app.config["SLOW_QUERY_MS"] = 0
    visitor.get("/one-by-one")
    [row] = [row for row in rows(app, store.statement) if "email" in row.sql]
    assert json.loads(row.plan)


def test_it_keeps_no_value_of_a_statement(app, visitor, alice):
    visitor.submit("/auth/login", {"email": alice.email, "password": SECRET})
    visitor.get("/by-hand", query_string={"text": SECRET})
    statements = str(rows(app, store.statement))
    assert "carafe/auth/" in statements
    assert "'constant'" not in statements
    assert alice.email not in statements
    assert SECRET not in statements


@pytest.mark.parametrize("chain", ["", "&ring=1"])
def test_it_groups_exceptions_without_what_was_typed(app, visitor, chain):
    form = {"password": SECRET, "csrf_token": visitor.token()}
    for _ in range(2):
        assert visitor.post(f"/broken?text={SECRET}{chain}", form).status_code == 500
    [row] = rows(app, store.exception)
    assert (row.type, row.count, row.endpoint) == ("RuntimeError", 2, "broken")
    assert "in broken" in row.traceback
    assert ("LookupError" in row.traceback) is not bool(chain)
    assert SECRET not in str(row)
    assert sum(row.errors for row in rows(app, store.request_count) if row.resolution == 60) == 2


def test_it_writes_an_exception_at_once(app, visitor):
    visitor.get("/auth/login")  # starts the thread, whose next turn is in seconds
    visitor.get("/broken?text=x")

    def recorded() -> list[str]:
        with app.app_context(), store.get_store().connect() as connection:
            return list(connection.scalars(select(store.exception.c.path)))

    until(recorded, seconds=recorder.FLUSH_SECONDS / 2)
    assert recorded() == ["GET /broken"]


def test_it_counts_an_error_that_goes_on_to_the_debugger(app, visitor):
    app.config["PROPAGATE_EXCEPTIONS"] = True
    with pytest.raises(RuntimeError):
        visitor.get("/broken?text=x")
    [(count, errors)] = {(row.count, row.errors) for row in rows(app, store.request_count)}
    assert (count, errors) == (1, 1)


def test_it_tells_where_the_time_of_a_slow_request_went(app, visitor):
    answer = visitor.get("/one-by-one")
    [row] = rows(app, store.slow_request)
    assert row.request_id == answer.headers["X-Request-ID"]
    assert row.queries >= 6  # a first connection asks some of its own
    assert 0 < row.database_us <= row.us


def test_it_records_a_job_as_it_does_a_request(app):
    def fail():
        with recorder.record("job:things.digest", "12"):
            db.session.execute(text("SELECT 1 AS job"))
            raise LookupError(SECRET)

    with app.app_context(), pytest.raises(LookupError):
        fail()
    assert {row.endpoint for row in rows(app, store.request_count)} == {"job:things.digest"}
    assert [(r.type, r.request_id) for r in rows(app, store.exception)] == [("LookupError", "12")]
    assert any(row.sql == "SELECT 1 AS job" for row in rows(app, store.statement))


def test_it_tells_a_job_from_the_request_that_runs_it(app, visitor):
    @app.get("/with-a-job")
    @public
    def with_a_job():
        with recorder.record("job:things.digest"):
            db.session.execute(text("SELECT 1 AS job"))
        db.session.execute(text("SELECT 1 AS page"))
        return "done"

    visitor.get("/with-a-job")
    by_text = {row.sql: row.endpoint for row in rows(app, store.statement)}
    assert by_text["SELECT 1 AS job"] == "job:things.digest"
    assert by_text["SELECT 1 AS page"] == "with_a_job"


def test_it_scales_a_sample_up(app, visitor, monkeypatch):
    app.extensions["recorder"].sample = 0.25
    visitor.get("/one-by-one")
    [row] = [row for row in rows(app, store.statement) if "email" in row.sql]
    assert row.count == 24
    assert row.max_us < row.total_us
    assert [row.requests for row in rows(app, store.repeated)] == [4]


def test_it_counts_what_is_not_in_the_sample(app, visitor, monkeypatch):
    monkeypatch.setattr(requests, "random", lambda: 1.0)
    visitor.get("/one-by-one")
    assert rows(app, store.request_count)
    assert not rows(app, store.statement)


def test_it_records_nothing_when_told_so(app, alice, bob):
    with recording_app(app, RECORDER_SAMPLE_RATE=0) as other:
        Browser(other.test_client()).get("/one-by-one")
        assert not rows(other, store.request_count)


@pytest.mark.parametrize("us", [0, 1, 900, 1_000_000, 90_000_000])
def test_it_knows_a_duration_to_within_a_tenth(us):
    assert bucket_midpoint_us(bucket_of(us)) == pytest.approx(us, rel=0.08, abs=1)
    assert bucket_midpoint_us(merge_bucket(bucket_of(us))) == pytest.approx(us, rel=0.25, abs=1)


def test_it_keeps_the_far_past_in_fewer_rows(app):
    with app.app_context(), app.extensions["recorder"] as observed:
        for us in range(1000, 1_000_000, 1000):
            observed.count("things.index", us, False)
    counts = Counter(row.resolution for row in rows(app, store.request_count))
    assert counts[60] > 2.5 * counts[21_600]
    assert {sum(r.count for r in rows(app, store.request_count) if r.resolution == step)
            for step in counts} == {999}  # fmt: skip
