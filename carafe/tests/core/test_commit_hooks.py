"""Functions that run with a commit: of a session, of its savepoints, and of other threads."""

import contextlib
import threading

import pytest
from sqlalchemy import text

from carafe.database import before_commit, db, on_commit
from carafe.database.hooks import on_commit_all
from carafe.tests.site.models import User


@pytest.fixture
def calls(app):
    """What the hooks of a test said, in order; in an app context of its own."""
    with app.app_context():
        yield []
        db.session.rollback()


def names() -> set[str]:
    """Return the names of all users, as other connections see them."""
    with contextlib.closing(db.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute('SELECT name FROM "user"')
        return {name for (name,) in cursor.fetchall()}


def write(name: str) -> None:
    db.session.add(User(email=f"{name}@example.com", password_hash="", name=name))
    db.session.flush()


def test_it_runs_functions_in_order(calls):
    on_commit(lambda: calls.append("first after"))
    on_commit(lambda: calls.append("second after"))
    before_commit(lambda: calls.append("before"))
    assert calls == []
    db.session.commit()
    assert calls == ["before", "first after", "second after"]
    db.session.commit()
    assert len(calls) == 3


def test_it_runs_functions_after_others_can_see_what_was_written(calls):
    write("Ibis")
    before_commit(lambda: calls.append("Ibis" in names()))
    on_commit(lambda: calls.append("Ibis" in names()))
    db.session.commit()
    assert calls == [False, True]


def test_it_lets_others_write_while_a_function_runs(calls):
    write("Ibis")

    def write_elsewhere() -> None:
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE \"user\" SET name = 'Eel' WHERE name = 'Ibis'"))

    on_commit(write_elsewhere)
    db.session.commit()
    assert "Eel" in names()


def test_it_commits_what_a_function_writes_before_the_commit(calls):
    before_commit(lambda: write("Ibis"))
    db.session.commit()
    assert "Ibis" in names()


def test_it_runs_what_a_function_registers_before_the_commit(calls):
    def register() -> None:
        before_commit(lambda: calls.append("before"))
        on_commit(lambda: calls.append("after"))

    before_commit(register)
    db.session.commit()
    assert calls == ["before", "after"]


@pytest.mark.parametrize("end", ["rollback", "close"])
def test_it_drops_functions_with_their_transaction(end, calls):
    write("Ibis")
    before_commit(lambda: calls.append("before"))
    on_commit(lambda: calls.append("after"))
    getattr(db.session(), end)()
    db.session.commit()
    assert calls == []


def test_it_waits_for_the_transaction_around_a_savepoint(calls):
    with db.session.begin_nested():
        before_commit(lambda: calls.append("before"))
        on_commit(lambda: calls.append("after"))
    assert calls == []
    db.session.commit()
    assert calls == ["before", "after"]


def test_it_drops_functions_with_their_savepoint(calls):
    def register(name: str) -> None:
        before_commit(lambda: calls.append(f"before {name}"))
        on_commit(lambda: calls.append(f"after {name}"))
        on_commit_all(calls.extend, f"item of {name}")

    register("outside")
    with contextlib.suppress(LookupError), db.session.begin_nested():
        with db.session.begin_nested():
            register("inside")
        raise LookupError
    with db.session.begin_nested():
        register("kept")
        with contextlib.suppress(LookupError), db.session.begin_nested():
            raise LookupError
    db.session.commit()
    assert calls == [
        "before outside",
        "before kept",
        "after outside",
        "item of outside",
        "item of kept",
        "after kept",
    ]


def test_it_commits_nothing_when_a_function_fails_before(calls):
    write("Ibis")

    def fail() -> None:
        raise LookupError

    before_commit(fail)
    on_commit(lambda: calls.append("after"))
    for _ in range(2):
        with pytest.raises(LookupError):
            db.session.commit()
    assert "Ibis" not in names()
    db.session.rollback()
    db.session.commit()
    assert calls == []
    assert "Ibis" not in names()


def test_it_logs_what_fails_after_and_runs_the_others(calls, caplog):
    def fail() -> None:
        raise LookupError("Nowhere.")

    write("Ibis")
    on_commit(fail)
    on_commit(lambda: calls.append("other"))
    db.session.commit()
    assert calls == ["other"]
    assert "Ibis" in names()
    assert "LookupError: Nowhere." in caplog.text


def test_it_runs_nothing_when_the_commit_fails(calls):
    before_commit(lambda: db.session.execute(text("SELECT nonsense")))
    on_commit(lambda: calls.append("after"))
    with pytest.raises(Exception, match="nonsense"):
        db.session.commit()
    db.session.rollback()
    db.session.commit()
    assert calls == []


def test_it_runs_what_belongs_to_this_session_alone(app, calls):
    def work() -> None:
        with app.app_context():
            on_commit(lambda: calls.append("other thread"))
            db.session.rollback()
            on_commit(lambda: calls.append(threading.current_thread().name))
            db.session.commit()

    on_commit(lambda: calls.append("this thread"))
    thread = threading.Thread(target=work, name="other")
    thread.start()
    thread.join()
    assert calls == ["other"]
    db.session.commit()
    assert calls == ["other", "this thread"]


def test_it_calls_a_function_once_with_all_items(calls):
    for item in ("a", "b"):
        on_commit_all(calls.append, item)
    db.session.commit()
    assert calls == [["a", "b"]]
