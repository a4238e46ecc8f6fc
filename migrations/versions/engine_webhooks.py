"""webhooks: endpoints, events, and deliveries

Constraints get their names by the naming convention of the models.
"""

import sqlalchemy as sa
from alembic import op

revision = "engine_webhooks"
down_revision = "engine_api"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", ID, primary_key=True),
        reference("user", index=True),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("description", sa.String(200), nullable=False),
        sa.Column("events", sa.String(4000), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret", sa.LargeBinary()),
        sa.Column("old_secret_until", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("paused_at", TIME),
        sa.Column("pause_reason", sa.String(50)),
        sa.Column("failing_since", TIME),
        sa.Column("failures", sa.SmallInteger(), nullable=False),
        sa.Column("delivered_at", TIME),
        sa.Column("is_slow", sa.Boolean(), nullable=False),
        sa.Column("free_at", TIME),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "webhook_event",
        sa.Column("id", ID, primary_key=True),
        sa.Column("uid", sa.String(40), nullable=False, unique=True),
        reference("user", index=True),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("created_at", TIME, nullable=False, index=True),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", ID, primary_key=True),
        reference("webhook_endpoint"),
        reference("webhook_event", index=True),
        sa.Column("state", sa.String(50), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("retries", sa.SmallInteger(), nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Index("ix_webhook_delivery_endpoint_id_id", "endpoint_id", "id"),
        sa.Index(
            "ix_webhook_delivery_due",
            "endpoint_id",
            "next_at",
            "id",
            sqlite_where=PENDING,
            postgresql_where=PENDING,
        ),
    )
    op.create_table(
        "webhook_attempt",
        sa.Column("id", ID, primary_key=True),
        reference("webhook_delivery", index=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("milliseconds", ID, nullable=False),
        sa.Column("status", sa.SmallInteger()),
        sa.Column("error", sa.String(200), nullable=False),
        sa.Column("excerpt", sa.String(1000), nullable=False),
    )


def downgrade() -> None:
    for name in ("webhook_attempt", "webhook_delivery", "webhook_event", "webhook_endpoint"):
        op.drop_table(name)


def reference(table: str, **options: bool) -> sa.Column[int]:
    column = f"{table.removeprefix('webhook_')}_id"
    key = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(column, ID, key, nullable=False, **options)
