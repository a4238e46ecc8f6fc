"""A row with which much goes: a job deletes it in small transactions, and nobody waits for it."""

from itertools import pairwise

import pytest
from sqlalchemy import event, func, select

from carafe.admin.actions.models import Batch, BulkAction
from carafe.admin.objects import deletion
from carafe.database import batches, db
from carafe.jobs.worker import run_due


@pytest.fixture
def run(app, bob, monkeypatch):
    """The number of an action with nine chunks, of which few count as many."""
    monkeypatch.setattr(deletion, "MAX_DEPENDENTS", 3)
    monkeypatch.setattr(batches, "BATCH_SIZE", 2)
    with app.app_context():
        row = BulkAction(
            actor_id=bob.id, submission="x", list_name="users", action="much", query="", last_id=0
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        db.session.add_all([Batch(bulk_action_id=row.id, number=n, rows=[]) for n in range(9)])
        db.session.commit()
        return row.id


@pytest.fixture
def left(made):
    """How many chunks are left after each transaction that deletes some."""
    with made.app_context():
        engine = db.engine
    counts = []

    def count(connection):
        rows = select(func.count()).select_from(Batch)
        counts.append(connection.scalar(rows))

    event.listen(engine, "commit", count)
    yield counts
    event.remove(engine, "commit", count)


def test_it_goes_in_small_transactions(made, admins, run, left, stored, events):
    answer = admins.carol.submit(f"/admin/done/{run}/delete")
    assert answer.status_code == 303
    page = admins.carol.get(answer.location).text
    assert "Deleting “much” in the background." in page
    assert stored(BulkAction.id) == [run]
    run_due(made)
    assert stored(BulkAction.id) == []
    assert stored(Batch.number) == []
    steps = [before - after for before, after in pairwise(left)]
    assert max(steps) == 2
    assert events("run.deleted") == [("carol@example.com", f"run:{run}", {})]


def test_two_clicks_delete_it_once(made, admins, run, stored, events):
    for _ in range(2):
        assert admins.carol.submit(f"/admin/done/{run}/delete").status_code == 303
    run_due(made)
    assert stored(BulkAction.id) == []
    assert len(events("run.deleted")) == 1


def test_it_stays_whole_if_who_wanted_it_may_no_longer(made, app, admins, carol, run, stored):
    admins.carol.submit(f"/admin/done/{run}/delete")
    app.test_cli_runner().invoke(args=["user", "demote", carol.email])
    run_due(made)
    assert stored(BulkAction.id) == [run]
    assert len(stored(Batch.number)) == 9


def test_little_goes_at_once(admins, run, stored, monkeypatch):
    monkeypatch.setattr(deletion, "MAX_DEPENDENTS", 9)
    answer = admins.carol.submit(f"/admin/done/{run}/delete")
    assert "“much” deleted" in admins.carol.get(answer.location).text
    assert stored(BulkAction.id) == []
    assert stored(Batch.number) == []
