"""Somebody who can look after the others is always left."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.auth.models import User
from carafe.auth import deletion
from carafe.auth.permissions import LastAdminError
from carafe.database import db
from carafe.time import now

ADMINS = 20
REFUSED = "This is the last administrator."


@pytest.fixture
def left(app):
    """How many administrators can sign in."""

    def count() -> int:
        acting = User.role == "admin", User.suspended_at.is_(None), User.deletes_at.is_(None)
        with app.app_context():
            return db.session.scalar(select(func.count()).select_from(User).where(*acting)) or 0

    return count


def test_it_refuses_to_delete_its_own_account(carol, sign_in, left):
    answer = sign_in(carol).submit("/account/delete")
    assert answer.status_code == 409
    assert REFUSED in answer.text
    assert left() == 1


def test_it_lets_go_an_administrator_who_is_not_the_last(carol, make_user, sign_in, left):
    make_user("second@example.com", role="admin")
    assert sign_in(carol).submit("/account/delete").status_code == 303
    assert left() == 1


@pytest.mark.parametrize("state", ["suspended_at", "deletes_at"])
def test_one_who_cannot_act_does_not_count(state, carol, make_user, sign_in, left):
    make_user("second@example.com", role="admin", **{state: now()})
    assert sign_in(carol).submit("/account/delete").status_code == 409
    assert left() == 1


@pytest.mark.parametrize("command", [["demote"], ["suspend"], ["delete", "--yes"]])
def test_commands_refuse_in_one_line(command, app, carol, left):
    ran = app.test_cli_runner().invoke(args=["user", *command, carol.email])
    assert ran.exit_code == 1
    assert ran.output.startswith(f"Error: {REFUSED}")
    assert ran.output.count("\n") == 1
    assert left() == 1


def at_once(tasks):
    """Run them all at the same moment; what each answered."""
    barrier = Barrier(len(tasks))

    def run(task):
        barrier.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as threads:
        return list(threads.map(run, tasks))


@pytest.mark.parametrize(
    ("action", "fields"),
    [("", {"role": "user"}), ("/suspension", {}), ("/delete", {})],
    ids=["demote", "suspend", "delete"],
)
def test_of_administrators_who_turn_on_each_other_one_stays(
    action, fields, make_user, sign_in, left
):
    admins = [make_user(f"admin{n}@example.com", role="admin") for n in range(ADMINS)]
    tasks = []
    for number, admin in enumerate(admins):
        browser, page = sign_in(admin), f"/admin/users/{admins[number - 1].id}"
        form = browser.fill(page, page + action)
        tasks.append(partial(browser.send, form, fields))
    answers = at_once(tasks)
    assert left() >= 1
    # Who was deleted or suspended meanwhile is led to log in.
    done = [each for each in answers if each.status_code == 303 and "login" not in each.location]
    assert len(done) == ADMINS - left()
    assert {answer.status_code for answer in answers} <= {303, 403, 404, 409}


def test_of_administrators_who_all_leave_one_stays(make_user, sign_in, left):
    admins = [make_user(f"admin{n}@example.com", role="admin") for n in range(ADMINS)]
    tasks = []
    for admin in admins:
        browser = sign_in(admin)
        form = browser.fill("/account/delete")
        tasks.append(lambda browser=browser, form=form: browser.send(form).status_code)
    answers = at_once(tasks)
    assert sorted(answers) == [303] * (ADMINS - 1) + [409]
    assert left() == 1


@pytest.mark.parametrize(
    "stop",
    [lambda user: user.change_role("user"), User.suspend, User.delete, deletion.schedule],
    ids=["demoted", "suspended", "deleted", "scheduled for deletion"],
)
def test_of_administrators_who_are_all_stopped_at_once_one_stays(stop, app, make_user, left):
    admins = [make_user(f"admin{n}@example.com", role="admin").id for n in range(ADMINS)]

    def attempt(id):
        with app.test_request_context("/", method="POST"):
            try:
                stop(db.session.get_one(User, id))
            except LastAdminError:
                return False
            db.session.commit()
            return True

    done = at_once([partial(attempt, id) for id in admins])
    assert sorted(done) == [False] + [True] * (ADMINS - 1)
    assert left() == 1


def test_of_two_who_demote_each_other_one_comes_too_late(make_user, sign_in, left):
    one, other = (make_user(f"admin{n}@example.com", role="admin") for n in range(2))
    tasks = []
    for actor, victim in ((one, other), (other, one)):
        browser, page = sign_in(actor), f"/admin/users/{victim.id}"
        form = browser.fill(page)
        tasks.append(partial(browser.send, form, {"role": "user"}))
    statuses = sorted(answer.status_code for answer in at_once(tasks))
    assert statuses == [303, 403]
    assert left() == 1
