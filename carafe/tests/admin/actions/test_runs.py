"""Actions on many rows are jobs: each row once, whatever happens meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select, update

from carafe.admin.actions import preview, runner, selection
from carafe.admin.actions.jobs import purge_bulk_actions
from carafe.admin.actions.models import BATCH_SIZE, Batch, BulkAction
from carafe.database import db
from carafe.jobs import Job
from carafe.jobs.worker import run_due
from carafe.tests.site.models import User
from carafe.time import now

RUN = "/admin/users/run"
MANY = 25


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    """Let `MANY` rows be more than are done at once."""
    for module in (selection, preview):
        monkeypatch.setattr(module, "MAX_IMMEDIATE", 22)


@pytest.fixture
def crowd(app):
    """More users than are done at once; none has confirmed."""
    row = {"name": "", "password_hash": "", "role": "user", "time_zone": ""}
    rows = [row | {"email": f"u{n:03}@example.org", "created_at": now()} for n in range(MANY)]
    with app.app_context():
        db.session.execute(insert(User), rows)
        db.session.commit()


@pytest.fixture
def admin(carol, crowd, sign_in):
    return sign_in(carol)


@pytest.fixture
def form(admin):
    """Return the form that confirms an action on all users who match."""

    def ask(action="suspend", matching="state=unconfirmed"):
        query = {"action": action, "all": "y", "list": matching}
        return admin.form(admin.get(RUN, query_string=query), RUN)

    return ask


@pytest.fixture
def begin(admin, form):
    """Confirm it; return the path of the page about it."""
    return lambda *what: admin.send(form(*what)).location


@pytest.fixture
def suspended(app):
    def count():
        with app.app_context():
            query = select(func.count()).select_from(User).where(User.suspended_at.is_not(None))
            return db.session.scalar(query)

    return count


@pytest.fixture
def retry(app):
    """Try again what failed, now."""

    def run():
        with app.app_context():
            db.session.execute(update(Job).values(run_at=now()))
            db.session.commit()
        return run_due(app)

    return run


def test_it_waits_for_a_worker_and_is_told_when_it_is_done(
    app, carol, admin, begin, suspended, events
):
    path = begin()
    assert suspended() == 0
    page = admin.get(path).text
    assert f'hx-get="{path}/latest"' in page
    assert "Completed" not in page
    run_due(app)
    assert suspended() == MANY
    page = admin.get(f"{path}/latest").text
    assert "Completed" in page
    assert "hx-trigger=" not in page
    assert f"<dt>Suspended</dt><dd>{MANY}</dd>" in page
    assert {actor for actor, _, _ in events("user.suspended")} == {carol.email}


def test_it_says_that_it_is_a_job_and_whom_it_is_about(admin):
    page = admin.get(RUN, query_string={"action": "suspend", "all": "y"}).text
    assert f"Suspend up to {MANY + 1} users?" in page
    assert "It runs in the background" in page
    assert f"and {MANY + 1 - 20} more" in page
    assert "This is your own account" in page


def test_it_does_no_row_twice_after_a_crash(app, begin, suspended, retry, events, monkeypatch):
    begin()
    note = BulkAction.record_batch

    def crash(self, outcome):
        if self.batches_done == 1:
            raise RuntimeError("the power is cut")
        note(self, outcome)

    monkeypatch.setattr(BulkAction, "record_batch", crash)
    run_due(app)
    assert suspended() == BATCH_SIZE
    monkeypatch.undo()
    retry()
    assert suspended() == len(events("user.suspended")) == MANY
    assert [details["done"] for *_, details in events("bulk_action.finished")] == [MANY]


def test_it_stops_for_who_was_demoted_meanwhile(
    app, carol, make_user, admin, begin, suspended, sign_in
):
    path = begin()
    other = make_user("oscar@example.com", role="admin")
    app.test_cli_runner().invoke(args=["user", "demote", carol.email])
    run_due(app)
    assert suspended() == 0
    assert "no longer has permission" in sign_in(other).get(path).text


def test_it_stops_when_it_is_told_to(app, admin, begin, suspended, retry, monkeypatch):
    path = begin()
    note = BulkAction.record_batch

    def stop(self, outcome):
        note(self, outcome)
        self.end("Someone stopped it.")

    monkeypatch.setattr(BulkAction, "record_batch", stop)
    run_due(app)
    monkeypatch.undo()
    retry()
    assert suspended() == BATCH_SIZE
    assert "Someone stopped it." in admin.get(path).text
    admin.submit(path, action=f"{path}/reversal")
    assert suspended() == 0


def test_it_never_begins_where_it_was_stopped_before(app, admin, begin, suspended):
    path = begin()
    admin.submit(path, action=f"{path}/cancellation")
    run_due(app)
    assert suspended() == 0
    assert "Stopped by Carol" in admin.get(path).text


def test_it_says_that_it_was_interrupted(app, admin, begin):
    path = begin()
    with app.app_context():
        db.session.execute(update(Job).values(state="failed", finished_at=now()))
        db.session.commit()
    page = admin.get(path).text
    assert "Interrupted" in page
    assert "the job" in page


def test_it_undoes_many_by_a_job_as_well(app, admin, begin, suspended, events):
    path = begin()
    run_due(app)
    admin.submit(path, action=f"{path}/reversal")
    assert suspended() == MANY
    run_due(app)
    assert suspended() == 0
    assert len(events("user.reinstated")) == MANY


def test_it_undoes_few_of_many_by_a_job_as_well(app, admin, begin, suspended):
    """Those that were left out are looked through, too."""
    with app.app_context():
        few = User.email < "u002"
        db.session.execute(update(User).where(~few).values(suspended_at=now()))
        db.session.commit()
    path = begin("suspend", "q=u")
    run_due(app)
    assert suspended() == MANY
    admin.submit(path, action=f"{path}/reversal")
    assert suspended() == MANY
    run_due(app)
    assert suspended() == MANY - 2


def test_it_knows_the_days_of_who_began_it_when_it_goes_on(
    app, carol, begin, suspended, retry, monkeypatch
):
    """By then all rows are chosen. In UTC the day of these users has not begun."""
    local_time = datetime(2026, 3, 4, 5, tzinfo=ZoneInfo("Pacific/Kiritimati"))
    with app.app_context():
        crowd = User.email.startswith("u")
        db.session.execute(
            update(User).where(User.id == carol.id).values(time_zone=str(local_time.tzinfo))
        )
        db.session.execute(update(User).where(crowd).values(created_at=local_time.astimezone(UTC)))
        db.session.commit()
    begin("suspend", "created_at.from=2026-03-04&created_at.to=2026-03-04")
    do_next = runner.run_next_batch
    monkeypatch.setattr(runner, "run_next_batch", lambda run, by: 1 / 0)
    run_due(app)
    monkeypatch.setattr(runner, "run_next_batch", do_next)
    with app.app_context():
        run = db.session.scalars(select(BulkAction)).one()
        assert run.is_enumerated
        runner.resume(run.id)
    assert suspended() == MANY


def test_it_tells_which_failed_and_does_the_others(app, admin, begin, suspended, monkeypatch):
    def fail(self, *, keep=None):
        if self.email == "u007@example.org":
            raise ValueError(self.email)

    monkeypatch.setattr(User, "end_sessions", fail)
    path = begin("end-sessions")
    run_due(app)
    page = admin.get(path).text
    assert "<dt>Failed</dt><dd>1</dd>" in page
    assert "u007@example.org" in page
    assert f"<dt>Done</dt><dd>{MANY - 1}</dd>" in page


def test_it_asks_again_when_more_match_than_it_said(app, bob, admin, form, suspended):
    sent = form()
    with app.app_context():
        db.session.get_one(User, bob.id).confirmed_at = None
        db.session.commit()
    answer = admin.send(sent)
    assert answer.status_code == 409
    assert f"The selection has changed: {MANY + 1} users match now." in answer.text
    admin.send(admin.form(answer, RUN))
    run_due(app)
    assert suspended() == MANY + 1


def test_it_leaves_out_who_came_since(app, admin, form, make_user, suspended):
    sent = form()
    make_user("u999@example.org", confirmed_at=None)
    assert admin.send(sent).status_code == 303
    run_due(app)
    assert suspended() == MANY


def test_of_two_at_the_same_moment_one_begins_it(app, admin, browser, form):
    sent, other = form(), browser()
    admin.copy_cookies_to(other)
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda session_browser: session_browser.send(sent), (admin, other)))
    assert len({answer.location for answer in answers}) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(BulkAction)) == 1


def test_of_two_that_undo_at_the_same_moment_one_does(app, admin, browser, begin, events):
    path = begin()
    run_due(app)
    sent, other = admin.fill(path, f"{path}/reversal"), browser()
    admin.copy_cookies_to(other)
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda session_browser: session_browser.send(sent), (admin, other)))
    run_due(app)
    assert len({answer.location for answer in answers}) == 1
    assert len(events("user.reinstated")) == MANY


def test_it_is_forgotten_after_a_month(app, begin, older):
    begin()
    run_due(app)
    older(days=29)
    with app.app_context():
        assert purge_bulk_actions() == 0
    older(days=2)
    with app.app_context():
        assert purge_bulk_actions() == 1
        assert db.session.scalar(select(func.count()).select_from(Batch)) == 0
