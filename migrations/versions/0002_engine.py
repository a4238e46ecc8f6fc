"""engine: jobs, audit, counters, notifications, exports, and what administrators do

Constraints get their names by the naming convention of the models.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

VERSION = "0.1.0"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_version()
    create_job()
    create_job_tables()
    create_audit_event()
    create_counter_bucket()
    create_message()
    create_inbox()
    create_notification()
    create_export()
    create_saved_view()
    create_bulk_action()
    create_bulk_action_batch()
    create_import_run()
    create_import_batch()


def downgrade() -> None:
    op.drop_table("import_batch")
    op.drop_table("import_run")
    op.drop_table("bulk_action_batch")
    op.drop_table("bulk_action")
    op.drop_table("saved_view")
    op.drop_table("export")
    op.drop_table("notification")
    op.drop_table("inbox")
    op.drop_table("message")
    op.drop_table("counter_bucket")
    op.drop_table("audit_event")
    op.drop_table("job_worker")
    op.drop_table("job_schedule")
    op.drop_table("job_pause")
    op.drop_table("job")
    op.drop_table("carafe_version")


def binary(length: int) -> sa.types.TypeEngine[str]:
    """Return a string type ordered by bytes, also on PostgreSQL, whose indexes find prefixes so."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def partial_index(name: str, *columns: str, where: str, on_sqlite: str | None = None) -> sa.Index:
    return sa.Index(
        name,
        *columns,
        sqlite_where=sa.text(on_sqlite or where),
        postgresql_where=sa.text(where),
    )


def user_id(**options: bool) -> sa.Column[int]:
    return sa.Column("user_id", ID, sa.ForeignKey("user.id", ondelete="CASCADE"), **options)


def create_version() -> None:
    op.create_table("carafe_version", sa.Column("version", sa.String(20), primary_key=True))
    op.execute(f"INSERT INTO carafe_version (version) VALUES ('{VERSION}')")  # noqa: S608


def create_job() -> None:
    op.create_table(
        "job",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", binary(100), nullable=False),
        sa.Column("queue", sa.String(40), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(200), unique=True),
        sa.Column("subject", sa.String(100), index=True),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("run_at", TIME, nullable=False),
        sa.Column("started_at", TIME),
        sa.Column("finished_at", TIME),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("failures", sa.SmallInteger(), nullable=False),
        sa.Column("lost_workers", sa.SmallInteger(), nullable=False),
        sa.Column("worker", sa.String(100)),
        sa.Column("lease_until", TIME),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("done", ID),
        sa.Column("total", ID),
        sa.Column("message", sa.String(200), nullable=False),
        sa.Column("result", sa.JSON()),
        sa.Column("error", sa.Text()),
        sa.Index("ix_job_state_id", "state", "id"),
        sa.Index("ix_job_state_finished_at", "state", "finished_at"),
        sa.Index("ix_job_name_id", "name", "id"),
        sa.Index("ix_job_queue_id", "queue", "id"),
        partial_index(
            "ix_job_queued", "queue", "priority", "run_at", "id", where="state = 'queued'"
        ),
        partial_index("ix_job_running", "lease_until", where="state = 'running'"),
    )


def create_job_tables() -> None:
    op.create_table(
        "job_pause",
        sa.Column("queue", sa.String(40), primary_key=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("remedy", sa.String(500), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("probes", sa.SmallInteger(), nullable=False),
        sa.Column("until", TIME, nullable=False),
    )
    op.create_table(
        "job_schedule",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("rule", sa.String(100), nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("last_at", TIME),
    )
    op.create_table(
        "job_worker",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("queues", sa.String(500), nullable=False),
        sa.Column("threads", sa.SmallInteger(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
    )


def create_audit_event() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", ID, primary_key=True),
        sa.Column("at", TIME, nullable=False, index=True),
        sa.Column("action", binary(50), nullable=False, index=True),
        sa.Column("actor", binary(320)),
        sa.Column("subject", sa.String(100)),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(45)),
        sa.Column("request_id", sa.String(64)),
        sa.Index("ix_audit_event_subject", "subject", "id"),
        sa.Index("ix_audit_event_actor", "actor", "id"),
        partial_index("ix_audit_event_has_address", "id", where="CAST(details AS TEXT) LIKE '%@%'"),
    )


def create_counter_bucket() -> None:
    op.create_table(
        "counter_bucket",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("at", TIME, primary_key=True),
        sa.Column("count", ID, nullable=False),
        sqlite_with_rowid=False,
    )


def create_message() -> None:
    op.create_table(
        "message",
        sa.Column("id", ID, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.String(1000), nullable=False),
        sa.Column("submission", sa.String(32), unique=True),
        sa.Index("ix_message_created_at_id", "created_at", "id"),
        sqlite_autoincrement=True,
    )


def create_inbox() -> None:
    op.create_table(
        "inbox",
        user_id(primary_key=True, autoincrement=False),
        sa.Column("message_id", ID, nullable=False),
    )


def create_notification() -> None:
    op.create_table(
        "notification",
        sa.Column("id", ID, primary_key=True),
        user_id(nullable=False),
        sa.Column("created_at", TIME, nullable=False, index=True),
        sa.Column("read_at", TIME),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.String(1000), nullable=False),
        sa.Column("url", sa.String(300), nullable=False),
        sa.Column("key", sa.String(100)),
        sa.UniqueConstraint("user_id", "key"),
        sa.Index("ix_notification_user_id_id", "user_id", "id"),
        partial_index("ix_notification_unread", "user_id", where="read_at IS NULL"),
    )


def create_export() -> None:
    op.create_table(
        "export",
        sa.Column("id", ID, primary_key=True),
        user_id(nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("file", sa.String(32)),
        sa.Column("parts", ID, nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("expires_at", TIME),
        sa.UniqueConstraint("user_id", "name"),
    )


def create_saved_view() -> None:
    default_view = sa.ForeignKey("saved_view.id", ondelete="SET NULL")
    op.create_table(
        "saved_view",
        sa.Column("id", ID, primary_key=True),
        user_id(nullable=False),
        sa.Column("list", sa.String(40), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("query", sa.String(2000), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("default_view_id", ID, default_view, index=True),
        sa.UniqueConstraint("user_id", "list", "name"),
        partial_index("ix_saved_view_shared", "list", where="shared", on_sqlite="shared = 1"),
    )


def create_bulk_action() -> None:
    actor = sa.ForeignKey("user.id", ondelete="SET NULL")
    undone_action = sa.ForeignKey("bulk_action.id", ondelete="CASCADE")
    op.create_table(
        "bulk_action",
        sa.Column("id", ID, primary_key=True),
        sa.Column("actor_id", ID, actor),
        sa.Column("submission", sa.String(32), nullable=False),
        sa.Column("list_name", sa.String(50), nullable=False),
        sa.Column("action", sa.String(50), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("last_id", ID, nullable=False),
        sa.Column("undone_action_id", ID, undone_action, unique=True),
        sa.Column("job_id", ID),
        sa.Column("created_at", TIME, nullable=False, index=True),
        sa.Column("ended_at", TIME),
        sa.Column("stop_reason", sa.String(200), nullable=False),
        sa.Column("is_enumerated", sa.Boolean(), nullable=False),
        sa.Column("total", ID, nullable=False),
        sa.Column("batches", ID, nullable=False),
        sa.Column("batches_done", ID, nullable=False),
        sa.Column("done", ID, nullable=False),
        sa.Column("skipped", ID, nullable=False),
        sa.Column("failed", ID, nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.UniqueConstraint("actor_id", "submission"),
        sqlite_autoincrement=True,
    )


def create_bulk_action_batch() -> None:
    bulk_action = sa.ForeignKey("bulk_action.id", ondelete="CASCADE")
    op.create_table(
        "bulk_action_batch",
        sa.Column("id", ID, primary_key=True),
        sa.Column("bulk_action_id", ID, bulk_action, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.JSON()),
        sa.UniqueConstraint("bulk_action_id", "number"),
    )


def create_import_run() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", ID, primary_key=True),
        user_id(nullable=False),
        sa.Column("list", sa.String(60), nullable=False),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("file", sa.String(32)),
        sa.Column("parts", ID, nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("encoding", sa.String(20), nullable=False),
        sa.Column("delimiter", sa.String(1), nullable=False),
        sa.Column("quote", sa.String(2), nullable=False, server_default='"'),
        sa.Column("skip", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("heading", sa.String(5), nullable=False, server_default="yes"),
        sa.Column("missing", sa.String(5), nullable=False, server_default="error"),
        sa.Column("guards", sa.String(6), nullable=False, server_default="keep"),
        sa.Column("decimal", sa.String(1), nullable=False, server_default=""),
        sa.Column("dates", sa.String(3), nullable=False, server_default=""),
        sa.Column("doubts", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("mode", sa.String(4), nullable=False),
        sa.Column("job_id", ID),
        sa.Column("attempt", ID, nullable=False),
        sa.Column("position", ID, nullable=False),
        sa.Column("rows", ID, nullable=False),
        sa.Column("invalid", ID, nullable=False),
        sa.Column("created", ID, nullable=False),
        sa.Column("changed", ID, nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False, index=True),
        sa.Index("ix_import_run_user_id_list_id", "user_id", "list", "id"),
    )


def create_import_batch() -> None:
    run = sa.ForeignKey("import_run.id", ondelete="CASCADE")
    op.create_table(
        "import_batch",
        sa.Column("id", ID, primary_key=True),
        sa.Column("run_id", ID, run, nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Index("ix_import_batch_run_id_id", "run_id", "id"),
    )
