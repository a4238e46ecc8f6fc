"""Two edits of one thing at the same moment, where writers run side by side: on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import pytest
from sqlalchemy import select, text

from carafe.database import db
from carafe.tests.site.models import Thing

PATIENCE_SECONDS = 30
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")


@pytest.fixture
def engine(app):
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("on SQLite the second begins when the first has ended")
        return db.engine


def wait_for_one_that_waits(engine) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(WAITING):
            assert monotonic() < deadline
            sleep(0.01)


@pytest.mark.parametrize(
    ("title", "code", "left"), [("First", 303, "First"), ("Second", 409, "First")]
)
def test_it_saves_the_first_and_tells_the_second(title, code, left, app, alice, engine, sign_in):
    def stored():
        with app.app_context():
            query = select(Thing.title, Thing.body, Thing.version)
            return [tuple(row) for row in db.session.execute(query)]

    with app.app_context():
        id = Thing.create(alice.id, "Roof").id
        db.session.commit()
    second = sign_in(alice)
    form = second.fill(f"/things/{id}/edit")
    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as first:
            first.execute(text("UPDATE thing SET title = 'First', version = 2"))
            sent = pool.submit(second.send, form, {"title": title, "body": ""})
            wait_for_one_that_waits(engine)
        answer = sent.result(PATIENCE_SECONDS)
    assert answer.status_code == code
    assert stored() == [(left, "", 2)]
    if code == 409:
        second_form = second.form(answer, f"/things/{id}/edit", f"/things/{id}/edit")
        assert second_form.fields["title"] == "Second"
        assert second.send(second_form).status_code == 303
        assert stored() == [("Second", "", 3)]
