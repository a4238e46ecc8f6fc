"""What is stored under names that are no longer used is renamed, up and down."""

import json
from typing import Any

import pytest
from flask_migrate import downgrade, upgrade

TIME = "2026-11-30 10:00:00"
RUN = (
    'INSERT INTO admin_run (submission, "of", action, query, last_id, undoes_id, created_at,'
    " stopped, is_chosen, total, chunks, chunks_over, done, left_out, failed, reasons)"
    " VALUES (:submission, 'users', 'suspend', '', 9, :undoes, :at, 'Carol stopped it.', :yes, 12,"
    " 2, 1, 3, 4, 5, :reasons)"
)
REASONS = {"left_out": {'the "left_out": ones': [4, [1, 2]]}, "failed": {}}
EVENTS = [
    ("note.written", "note:1", {}),
    ("run.ended", "run:1", {"done": 3, "left_out": 4, "why": '"left_out":'}),
    ("notes.imported", "import:1", {"created": 1, "bad": 2}),
    ("user.registered", "user:1", {}),
    ("user.registered_again", "user:1", {"bad": 1}),
    ("second_factors.removed", "user:1", {}),
    ("user.renamed", "user:1", {}),
]


@pytest.fixture
def rows(database, run):
    """A database at the revision before, with rows."""
    upgrade(revision="0025")
    run(
        'INSERT INTO "user" (email, name, password_hash, role, created_at, seen_on)'
        " VALUES ('alice@example.com', 'Alice', 'x', 'user', :at, '2026-11-29')",
        at=TIME,
    )
    for name, query, start in (
        ("Notes", "at=2026&q=note.written", None),
        ("Again", "q=user.registered_again", None),
        ("Like it", "q=note.writtenly", None),
        ("", "", 1),
    ):
        run(
            "INSERT INTO saved_view (user_id, list, name, query, shared, start_id)"
            " VALUES (1, 'audit', :name, :query, :no, :start)",
            name=name, query=query, start=start, no=False,
        )  # fmt: skip
    run("INSERT INTO figure (name, at, count) VALUES ('mails.sent', :at, 7)", at=TIME)
    for submission, undoes in (("a", None), ("b", 1), ("c", None)):
        run(
            RUN,
            submission=submission,
            undoes=undoes,
            reasons=json.dumps(REASONS),
            at=TIME,
            yes=True,
        )
    run("DELETE FROM admin_run WHERE submission = 'c'")
    run(
        "INSERT INTO admin_run_chunk (run_id, number, todo, outcome)"
        " VALUES (1, 0, '[[1]]', :outcome)",
        outcome=json.dumps({"done": [], "left_out": {"It is gone.": [1]}, "failed": {}}),
    )
    for action, subject, details in EVENTS:
        run(
            "INSERT INTO audit_event (at, action, subject, details)"
            " VALUES (:at, :action, :subject, :details)",
            at=TIME, action=action, subject=subject, details=json.dumps(details),
        )  # fmt: skip
    return run


def loaded(value: Any) -> Any:
    """SQLite returns JSON as text."""
    return json.loads(value) if isinstance(value, str) else value


def test_it_keeps_rows_under_their_new_names(rows):
    upgrade()
    assert str(rows('SELECT last_active_on FROM "user"')[0][0]) == "2026-11-29"
    assert rows(
        "SELECT name, default_view_id FROM saved_view WHERE default_view_id IS NOT NULL"
    ) == [("", 1)]
    assert rows("SELECT name, count FROM counter_bucket") == [("mails.sent", 7)]
    runs = rows(
        "SELECT id, list_name, undone_action_id, stop_reason, is_enumerated, batches,"
        " batches_done, skipped FROM bulk_action ORDER BY id"
    )
    assert runs == [
        (id, "users", undone, "Carol stopped it.", True, 2, 1, 4)
        for id, undone in ((1, None), (2, 1))
    ]
    [(reasons,)] = rows("SELECT reasons FROM bulk_action WHERE id = 1")
    assert loaded(reasons) == {"skipped": REASONS["left_out"], "failed": {}}
    [(id, batch, outcome)] = rows('SELECT bulk_action_id, "rows", outcome FROM bulk_action_batch')
    assert (id, loaded(batch)) == (1, [[1]])
    assert loaded(outcome) == {"done": [], "skipped": {"It is gone.": [1]}, "failed": {}}


def test_it_gives_no_id_of_a_bulk_action_twice(rows):
    upgrade()
    rows(
        "INSERT INTO bulk_action (submission, list_name, action, query, last_id, created_at,"
        " stop_reason, is_enumerated, total, batches, batches_done, done, skipped, failed, reasons)"
        " VALUES ('d', 'users', 'suspend', '', 9, :at, '', :yes, 0, 0, 0, 0, 0, 0, '{}')",
        at=TIME, yes=True,
    )  # fmt: skip
    assert rows("SELECT id FROM bulk_action WHERE submission = 'd'")[0][0] > 3


def test_it_renames_past_events(rows):
    upgrade()
    events = rows("SELECT action, details FROM audit_event ORDER BY id")
    assert [(action, loaded(details)) for action, details in events] == [
        ("note.created", {}),
        ("bulk_action.finished", {"done": 3, "skipped": 4, "why": '"left_out":'}),
        ("notes.imported", {"created": 1, "invalid": 2}),
        ("user.signed_up", {}),
        ("user.signup_repeated", {"bad": 1}),
        ("two_factor.disabled", {}),
        ("user.renamed", {}),
    ]
    assert rows("SELECT query FROM saved_view ORDER BY id") == [
        ("at=2026&q=note.created",),
        ("q=user.signup_repeated",),
        ("q=note.writtenly",),
        ("",),
    ]


def test_it_is_undone(rows):
    tables = (
        '"user"', "saved_view", "figure", "admin_run", "admin_run_chunk", "audit_event",
    )  # fmt: skip
    before = {table: rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables}
    upgrade()
    downgrade(revision="0025")
    after = {table: rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables}
    assert after == before
