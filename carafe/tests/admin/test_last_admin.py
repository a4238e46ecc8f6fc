"""Someone who can look after the others is always left."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import func, select

from carafe.auth import deletion
from carafe.auth.permissions import LastAdminError
from carafe.database import db
from carafe.tests.site.models import User
from carafe.time import now

ADMINS = 6
REFUSED = "This is the last admin."


@pytest.fixture
def left(app):
    """Return how many admins can log in."""

    def count() -> int:
        acting = User.role == "admin", User.suspended_at.is_(None), User.deletes_at.is_(None)
        with app.app_context():
            return db.session.scalar(select(func.count()).select_from(User).where(*acting)) or 0

    return count


@pytest.fixture
def attempt(app):
    """Try to stop an admin; return whether that was allowed."""

    def call(stop, id):
        with app.test_request_context("/", method="POST"):
            try:
                stop(db.session.get_one(User, id))
            except LastAdminError:
                return False
            db.session.commit()
            return True

    return call


STOP = {
    "demoted": lambda user: user.change_role("user"),
    "suspended": User.suspend,
    "deleted": User.delete,
    "scheduled for deletion": deletion.schedule,
}


def test_the_last_one_stays(carol, attempt, left):
    assert not any(attempt(stop, carol.id) for stop in STOP.values())
    assert left() == 1


def test_one_who_is_not_the_last_may_go(carol, make_user, attempt, left):
    make_user("second@example.com", role="admin")
    assert attempt(deletion.schedule, carol.id)
    assert left() == 1


@pytest.mark.parametrize("state", ["suspended_at", "deletes_at"])
def test_one_who_cannot_act_does_not_count(state, carol, make_user, attempt, left):
    make_user("second@example.com", role="admin", **{state: now()})
    assert not attempt(deletion.schedule, carol.id)
    assert left() == 1


@pytest.mark.parametrize("command", [["demote"], ["suspend"], ["delete", "--yes"]])
def test_commands_refuse_in_one_line(command, app, carol, left):
    ran = app.test_cli_runner().invoke(args=["user", *command, carol.email])
    assert ran.exit_code == 1
    assert ran.output.startswith(f"Error: {REFUSED}")
    assert ran.output.count("\n") == 1
    assert left() == 1


def at_once(tasks):
    """Run them all at the same moment; return their results."""
    barrier = Barrier(len(tasks))

    def run(task):
        barrier.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as threads:
        return list(threads.map(run, tasks))


def test_of_administrators_who_delete_each_other_one_stays(make_user, sign_in, left):
    admins = [make_user(f"admin{n}@example.com", role="admin") for n in range(ADMINS)]
    tasks = []
    for number, admin in enumerate(admins):
        browser, page = sign_in(admin), f"/admin/users/{admins[number - 1].id}"
        form = browser.fill(f"{page}/delete")
        tasks.append(partial(browser.send, form))
    answers = at_once(tasks)
    assert left() >= 1
    # Who was deleted meanwhile is led to log in.
    done = [
        response
        for response in answers
        if response.status_code == 303 and "login" not in response.location
    ]
    assert len(done) == ADMINS - left()
    assert {answer.status_code for answer in answers} <= {303, 403, 404, 409}


@pytest.mark.parametrize("stop", STOP.values(), ids=STOP)
def test_of_administrators_who_are_all_stopped_at_once_one_stays(stop, attempt, make_user, left):
    admins = [make_user(f"admin{n}@example.com", role="admin").id for n in range(ADMINS)]
    allowed = at_once([partial(attempt, stop, id) for id in admins])
    assert sorted(allowed) == [False] + [True] * (ADMINS - 1)
    assert left() == 1


def test_of_administrators_who_all_leave_one_stays(make_user, sign_in, left):
    tasks = []
    for number in range(ADMINS):
        browser = sign_in(make_user(f"admin{number}@example.com", role="admin"))
        tasks.append(partial(browser.send, browser.fill("/account/delete")))
    statuses = [answer.status_code for answer in at_once(tasks)]
    assert sorted(statuses) == [303] * (ADMINS - 1) + [409]
    assert left() == 1
