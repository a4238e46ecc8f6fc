"""tables, columns, and audit actions have the standard terms as names"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)

COLUMNS = [
    ("user", "seen_on", "last_active_on"),
    ("impersonation", "back", "return_path"),
    ("import_run", "turn", "attempt"),
    ("import_run", "bad", "invalid"),
    ("job", "lost", "lost_workers"),
]
# Of `admin_run` and its chunks; now and afterwards.
RUN = {
    "id": "id",
    "actor_id": "actor_id",
    "submission": "submission",
    "of": "list_name",
    "action": "action",
    "query": "query",
    "last_id": "last_id",
    "undoes_id": "undone_action_id",
    "job_id": "job_id",
    "created_at": "created_at",
    "ended_at": "ended_at",
    "stopped": "stop_reason",
    "is_chosen": "is_enumerated",
    "total": "total",
    "chunks": "batches",
    "chunks_over": "batches_done",
    "done": "done",
    "left_out": "skipped",
    "failed": "failed",
    "reasons": "reasons",
}
CHUNK = {
    "id": "id",
    "run_id": "bulk_action_id",
    "number": "number",
    "todo": "rows",
    "outcome": "outcome",
}
COUNTER = {"name": "name", "at": "at", "count": "count"}
ACTIONS = {
    "audit.forgotten": "audit.erased",
    "impersonation.began": "impersonation.started",
    "impersonation.ended": "impersonation.stopped",
    "impersonation.used": "impersonation.change_made",
    "job.cancelled": "job.canceled",
    "mail.declined": "email.suppressed",
    "message.taken_back": "message.withdrawn",
    "note.written": "note.created",
    "passkey.refused": "passkey.rejected",
    "recovery_codes.renewed": "recovery_codes.generated",
    "run.began": "bulk_action.started",
    "run.ended": "bulk_action.finished",
    "second_factor.blocked": "two_factor.blocked",
    "second_factor.failed": "two_factor.failed",
    "second_factor.required": "two_factor.required",
    "second_factor.waived": "two_factor.optional",
    "second_factors.removed": "two_factor.disabled",
    "session.proved": "session.reauthenticated",
    "user.deletion_cancelled": "user.deletion_canceled",
    "user.email_wanted": "user.email_taken",
    "user.registered": "user.signed_up",
    "user.registered_again": "user.signup_repeated",
    "user.replaced": "user.recreated",
}
# Keys of JSON objects: table, column, old and new key, and the rows that can have it.
KEYS = [
    ("audit_event", "details", "left_out", "skipped", "subject LIKE 'run:%'"),
    ("audit_event", "details", "bad", "invalid", "subject LIKE 'import:%'"),
    ("bulk_action", "reasons", "left_out", "skipped", "1 = 1"),
    ("bulk_action_batch", "outcome", "left_out", "skipped", "outcome IS NOT NULL"),
]


def upgrade() -> None:
    for table, old, new in COLUMNS:
        op.alter_column(table, old, new_column_name=new)
    _rename_default_view("start_id", "default_view_id")
    _create_counters("counter_bucket")
    _move("figure", "counter_bucket", COUNTER)
    _create_actions("bulk_action", RUN)
    _create_batches("bulk_action_batch", "bulk_action", CHUNK)
    _move("admin_run", "bulk_action", RUN)
    _move("admin_run_chunk", "bulk_action_batch", CHUNK)
    for name in "admin_run_chunk", "admin_run", "figure":
        op.drop_table(name)
    for table, column, old, new, condition in KEYS:
        _rename_key(table, column, old, new, condition)
    for old, new in ACTIONS.items():
        _rename_action(old, new)


def downgrade() -> None:
    for old, new in ACTIONS.items():
        _rename_action(new, old)
    for table, column, old, new, condition in KEYS:
        _rename_key(table, column, new, old, condition)
    _create_counters("figure")
    _move("counter_bucket", "figure", {new: old for old, new in COUNTER.items()})
    _create_actions("admin_run", {old: old for old in RUN})
    _create_batches("admin_run_chunk", "admin_run", {old: old for old in CHUNK})
    _move("bulk_action", "admin_run", {new: old for old, new in RUN.items()})
    _move("bulk_action_batch", "admin_run_chunk", {new: old for old, new in CHUNK.items()})
    for name in "bulk_action_batch", "bulk_action", "counter_bucket":
        op.drop_table(name)
    _rename_default_view("default_view_id", "start_id")
    for table, old, new in COLUMNS:
        op.alter_column(table, new, new_column_name=old)


def _on_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"


def _move(old: str, new: str, columns: dict[str, str]) -> None:
    """Copy rows to a table that was created, and let it continue the old one's IDs."""
    source = ", ".join(f'"{name}"' for name in columns)
    target = ", ".join(f'"{name}"' for name in columns.values())
    op.execute(f"INSERT INTO {new} ({target}) SELECT {source} FROM {old}")  # noqa: S608
    if "id" in columns and not _on_sqlite():
        op.execute(
            f"SELECT setval(pg_get_serial_sequence('{new}', 'id'),"
            f" nextval(pg_get_serial_sequence('{old}', 'id')))"
        )
    elif "id" in columns:
        op.execute(f"DELETE FROM sqlite_sequence WHERE name = '{new}'")  # noqa: S608
        op.execute(
            "INSERT INTO sqlite_sequence (name, seq)"  # noqa: S608
            f" SELECT '{new}', seq FROM sqlite_sequence WHERE name = '{old}'"
        )


def _rename_key(table: str, column: str, old: str, new: str, condition: str) -> None:
    # Quotes inside of JSON's strings are escaped: this can only be a key.
    if _on_sqlite():
        value = f"replace({column}, '\"{old}\":', '\"{new}\":')"
    else:
        value = f"CAST(replace(CAST({column} AS TEXT), '\"{old}\":', '\"{new}\":') AS JSON)"
    op.execute(f"UPDATE {table} SET {column} = {value} WHERE {condition}")  # noqa: S608


def _rename_action(old: str, new: str) -> None:
    op.execute(f"UPDATE audit_event SET action = '{new}' WHERE action = '{old}'")  # noqa: S608
    # Views of the audit's list that search for it.
    op.execute(
        f"UPDATE saved_view SET query = trim(replace('&' || query || '&', '&q={old}&', "  # noqa: S608
        f"'&q={new}&'), '&') WHERE list = 'audit'"
    )


def _rename_default_view(old: str, new: str) -> None:
    # Few rows, and SQLite cannot rename a foreign key in place.
    columns = "id, user_id, list, name, query, shared"
    op.execute(f"CREATE TEMPORARY TABLE saved_view_copy AS SELECT {columns}, {old} FROM saved_view")  # noqa: S608
    op.drop_table("saved_view")
    op.create_table(
        "saved_view",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("list", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column(new, ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_saved_view_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            [new], ["saved_view.id"], name=op.f(f"fk_saved_view_{new}"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "user_id", "list", "name", name=op.f("uq_saved_view_user_id_list_name")
        ),
    )
    op.create_index(
        "ix_saved_view_shared",
        "saved_view",
        ["list"],
        sqlite_where=sa.text("shared = 1"),
        postgresql_where=sa.text("shared"),
    )
    op.create_index(f"ix_saved_view_{new}", "saved_view", [new])
    op.execute(f"INSERT INTO saved_view ({columns}, {new}) SELECT * FROM saved_view_copy")  # noqa: S608
    op.drop_table("saved_view_copy")
    if not _on_sqlite():
        op.execute(
            "SELECT setval(pg_get_serial_sequence('saved_view', 'id'), max(id))"
            " FROM saved_view HAVING max(id) IS NOT NULL"
        )


def _create_counters(name: str) -> None:
    op.create_table(
        name,
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("count", ID, nullable=False),
        sa.PrimaryKeyConstraint("name", "at", name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
    )


def _create_actions(name: str, names: dict[str, str]) -> None:
    undone = names["undoes_id"]
    op.create_table(
        name,
        sa.Column("id", ID, nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("submission", sa.String(length=32), nullable=False),
        sa.Column(names["of"], sa.String(length=50), nullable=False),
        sa.Column("action", sa.String(length=50), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("last_id", ID, nullable=False),
        sa.Column(undone, ID, nullable=True),
        sa.Column("job_id", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column(names["stopped"], sa.String(length=200), nullable=False),
        sa.Column(names["is_chosen"], sa.Boolean(), nullable=False),
        *[
            sa.Column(names[column], ID, nullable=False)
            for column in ("total", "chunks", "chunks_over", "done", "left_out", "failed")
        ],
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user.id"], name=op.f(f"fk_{name}_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            [undone], [f"{name}.id"], name=op.f(f"fk_{name}_{undone}"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("actor_id", "submission", name=op.f(f"uq_{name}_actor_id_submission")),
        sa.UniqueConstraint(undone, name=op.f(f"uq_{name}_{undone}")),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{name}_created_at", name, ["created_at"])


def _create_batches(name: str, parent: str, names: dict[str, str]) -> None:
    key = names["run_id"]
    op.create_table(
        name,
        sa.Column("id", ID, nullable=False),
        sa.Column(key, ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column(names["todo"], sa.JSON(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            [key], [f"{parent}.id"], name=op.f(f"fk_{name}_{key}"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(key, "number", name=op.f(f"uq_{name}_{key}_number")),
    )
